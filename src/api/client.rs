//! `Client`: one user's connection to the coordinator, and their calls.

use crate::web::task::detach;
mod args;
mod frontend;
mod instances;
mod log;
mod login;
mod shared;
mod tokens;

use std::rc::Rc;

use js_sys::{Array, Promise};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use self::{
    args::{ClientArgs, Persistence},
    log::Log,
    login::Login,
};
pub(crate) use self::{
    log::{Level, LogScope, Warning},
    shared::ClientShared,
};
use super::{
    abort::abortable,
    body::{Body, function, given, text},
    client_state, connectivity, device_preferences,
    error::to_js,
    fields::known_text,
    options::{self, invalid},
    parts::Parts,
    promises::{open, promised},
    query::Query,
};
use crate::{
    core::{AppRequest, Category, Command, Method},
    web::{Error, field},
};

/// What the app's function is called among the parts of the client.
const ON_CONNECT_USER_ERROR: &str = "onConnectUserError";

/// One user's connection to the coordinator, and their calls.
///
/// ```ts
/// const client = await Client.connect({ apiKey, user: { id: 'anna' }, tokenProvider });
/// const call = client.call('default', 'standup');
/// await call.join({ create: true });
/// ```
#[wasm_bindgen]
pub struct Client {
    shared: Rc<ClientShared>,
}

#[wasm_bindgen]
impl Client {
    /// Makes a client and, when there is a user, begins to connect; `await init()` before.
    #[wasm_bindgen(constructor)]
    pub fn construct(
        #[wasm_bindgen(js_name = apiKeyOrArgs, unchecked_param_type = "string | ClientArgs")] first: &JsValue,
        #[wasm_bindgen(js_name = options, unchecked_optional_param_type = "ClientOptions")]
        second: &JsValue,
    ) -> Result<JsValue, JsValue> {
        // What a constructor returns takes the place of its object, which Rust would not know.
        let args = ClientArgs::read(first, second).map_err(|error| to_js(&error))?;
        Ok(make(args))
    }

    /// The client of this app for this user: the one that there is, or a new one. Until the user is
    /// disconnected, or could not be connected.
    #[wasm_bindgen(js_name = getOrCreateInstance, unchecked_return_type = "Client")]
    pub fn get_or_create_instance(
        #[wasm_bindgen(unchecked_param_type = "ClientArgs & { user: User }")] args: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let args = instance_args(args).map_err(|error| to_js(&error))?;
        let known = args.key.as_deref().and_then(instances::find);
        Ok(known.unwrap_or_else(|| make(args)))
    }

    /// What is known of the client.
    #[wasm_bindgen(getter, unchecked_return_type = "ClientState")]
    pub fn state(&self) -> JsValue {
        self.part("state")
    }

    /// The connecting that the constructor began; resolves when the user is connected, rejects when
    /// that failed. Resolved when there was no user.
    #[wasm_bindgen(getter, unchecked_return_type = "Promise<void>")]
    pub fn connected(&self) -> JsValue {
        self.part("connected")
    }

    /// Connects as `user`. The same user twice gets the same answer; another user must wait for
    /// {@link disconnectUser}. Resolves without an event for anonymous users.
    ///
    /// @throws {VideoError} category `auth` for a missing, expired or foreign token, before any request
    #[wasm_bindgen(
        js_name = connectUser,
        unchecked_return_type = "Promise<ConnectedEvent | undefined>"
    )]
    pub fn connect_user(
        &self,
        #[wasm_bindgen(unchecked_param_type = "User")] user: &JsValue,
        #[wasm_bindgen(
            js_name = tokenOrProvider,
            unchecked_optional_param_type = "string | TokenProvider"
        )]
        token_or_provider: &JsValue,
    ) -> Promise {
        let login = Login::read(user, token_or_provider);
        promised(login.map(|login| connect(&self.shared, login)))
    }

    /// Leaves all calls and closes the connection. Does nothing when nobody is connected. Waits for
    /// nothing, whatever the timeout.
    #[wasm_bindgen(js_name = disconnectUser, unchecked_return_type = "Promise<void>")]
    pub fn disconnect_user(
        &self,
        #[wasm_bindgen(js_name = timeoutMs, unchecked_optional_param_type = "number")]
        _timeout: &JsValue,
    ) -> Promise {
        self.shared.disconnect()
    }

    /// Makes an object for a call. No network is involved: load it with {@link Call.get},
    /// {@link Call.getOrCreate} or {@link Call.join}.
    ///
    /// @throws {VideoError} `invalid-argument` for an empty type or id, or one of a wrong form
    #[wasm_bindgen(unchecked_return_type = "Call")]
    pub fn call(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "string")] call_type: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ reuseInstance?: boolean }")]
        options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.make_call(call_type, id, options).map_err(|error| to_js(&error))
    }

    /// Finds calls. Each becomes a new object with its state; with `watch` it also receives updates and
    /// stands in {@link ClientState.calls}, unless another object of that call does. Never touches
    /// camera or microphone, with or without `withDisabledDevices`.
    #[wasm_bindgen(
        js_name = queryCalls,
        unchecked_return_type = "Promise<Omit<QueryCallsResponse, 'calls'> & { calls: Call[] }>"
    )]
    pub fn query_calls(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "QueryCallsRequest")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ withDisabledDevices?: boolean }")]
        options: &JsValue,
    ) -> Promise {
        const NAME: &str = "queryCalls";
        let checked = options::read::<QueryCallsOptions>(options, NAME);
        promised(checked.and_then(|_| given(request, NAME)).map(|body| {
            let body = body.into_core();
            self.shared.promise(|promise| Command::QueryCalls { promise, body })
        }))
    }

    /// For push messages: the call with that cid, ringing. Made and loaded when the socket has not told
    /// of it yet; however many messages come, there is one object.
    #[wasm_bindgen(js_name = onRingingCall, unchecked_return_type = "Promise<Call>")]
    pub fn on_ringing_call(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] cid: &JsValue,
    ) -> Promise {
        let cid = cid.as_string().ok_or_else(|| invalid("onRingingCall: the cid is no string"));
        promised(
            cid.map(|cid| self.shared.promise(|promise| Command::RingingCall { promise, cid })),
        )
    }

    /// Makes a guest user; needs no user. To connect as a guest, {@link connectUser} is enough.
    #[wasm_bindgen(
        js_name = createGuestUser,
        unchecked_return_type = "Promise<CreateGuestResponse>"
    )]
    pub fn create_guest_user(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CreateGuestRequest")] request: &JsValue,
    ) -> Promise {
        const NAME: &str = "createGuestUser";
        promised(
            given(request, NAME).map(|body| {
                self.request(NAME, Method::Post, "/guest".to_owned(), Some(body), true)
            }),
        )
    }

    /// Reports on past sessions.
    #[wasm_bindgen(
        js_name = queryCallStats,
        unchecked_return_type = "Promise<QueryCallStatsResponse>"
    )]
    pub fn query_call_stats(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "QueryCallStatsRequest")] request: &JsValue,
    ) -> Promise {
        self.post("queryCallStats", "/call/stats", given(request, "queryCallStats"))
    }

    /// Figures over many sessions.
    #[wasm_bindgen(
        js_name = queryAggregateCallStats,
        unchecked_return_type = "Promise<QueryAggregateCallStatsResponse>"
    )]
    pub fn query_aggregate_call_stats(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "QueryAggregateCallStatsRequest")]
        request: &JsValue,
    ) -> Promise {
        self.post("queryAggregateCallStats", "/stats", given(request, "queryAggregateCallStats"))
    }

    /// Where the server has SFUs.
    #[wasm_bindgen(unchecked_return_type = "Promise<GetEdgesResponse>")]
    pub fn edges(&self) -> Promise {
        self.request("edges", Method::Get, "/edges".to_owned(), None, false)
    }

    /// Finds out whether a call would work from here, before there is one: requests and the socket of
    /// the coordinator, and, with the SFU that `call` would use, its socket, UDP and TURN. Takes at most
    /// a few seconds for each; needs no camera and no microphone. The call must exist, and nobody in it
    /// sees that somebody asks. What cannot be asked is `skipped`, with the reason.
    ///
    /// ```ts
    /// const { ok, udp } = await client.testConnectivity({ call });
    /// if (!udp.ok) console.warn(udp.reason?.hint);
    /// ```
    ///
    /// Resolves also when nothing works. An SFU lets nobody in unseen, so whether it takes media is not
    /// tried, only whether the way to it is open.
    #[wasm_bindgen(
        js_name = testConnectivity,
        unchecked_return_type = "Promise<ConnectivityReport>"
    )]
    pub fn test_connectivity(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "ConnectivityTestOptions")]
        options: &JsValue,
    ) -> Promise {
        connectivity::test(&self.shared, options)
    }

    /// Adds a device that gets push messages.
    #[wasm_bindgen(js_name = addDevice, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn add_device(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(js_name = pushProvider, unchecked_param_type = "string")]
        push_provider: &JsValue,
        #[wasm_bindgen(js_name = pushProviderName, unchecked_optional_param_type = "string")]
        push_provider_name: &JsValue,
    ) -> Promise {
        let body = push_device(id, push_provider, push_provider_name, "addDevice");
        self.post("addDevice", "/devices", body)
    }

    /// The same for messages about calls on iOS.
    #[wasm_bindgen(js_name = addVoipDevice, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn add_voip_device(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
        #[wasm_bindgen(js_name = pushProvider, unchecked_param_type = "string")]
        push_provider: &JsValue,
        #[wasm_bindgen(js_name = pushProviderName, unchecked_optional_param_type = "string")]
        push_provider_name: &JsValue,
    ) -> Promise {
        let body = push_device(id, push_provider, push_provider_name, "addVoipDevice");
        self.post("addVoipDevice", "/devices", body.map(|body| body.with("voip_token", true)))
    }

    /// Devices that get push messages.
    #[wasm_bindgen(js_name = getDevices, unchecked_return_type = "Promise<ListDevicesResponse>")]
    pub fn get_devices(&self) -> Promise {
        self.request("getDevices", Method::Get, "/devices".to_owned(), None, false)
    }

    /// Removes one.
    #[wasm_bindgen(js_name = removeDevice, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn remove_device(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: &JsValue,
    ) -> Promise {
        promised(text(id, "the id").map(|id| {
            let path = Query::new("/devices").with("id", &id).finish();
            self.request("removeDevice", Method::Delete, path, None, false)
        }))
    }

    /// Listens to events, see {@link EventSource.on}.
    #[wasm_bindgen(skip_typescript)]
    pub fn on(&self, name: &JsValue, listener: &JsValue) -> Result<JsValue, JsValue> {
        let (name, listener) = listening(name, listener).map_err(|error| to_js(&error))?;
        let parts = self.shared.parts();
        Ok(parts.map(|parts| parts.listeners().on(&name, listener)).unwrap_or_default())
    }

    /// Ends the listening, see {@link EventSource.off}.
    #[wasm_bindgen(skip_typescript)]
    pub fn off(&self, name: &JsValue, listener: &JsValue) {
        if let (Some(parts), Some(name)) = (self.shared.parts(), name.as_string()) {
            parts.listeners().off(&name, listener);
        }
    }

    /// Disconnects the user and makes the client unusable: everything it does later is refused.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn dispose(&self) -> Promise {
        let known = self.part("disposed");
        if let Ok(known) = known.dyn_into() {
            return known;
        }
        let (disposed, settle) = open();
        if let Some(parts) = self.shared.parts() {
            parts.set("disposed", &disposed);
        }
        let disconnected = self.shared.disconnect();
        self.shared.refuse();
        let shared = self.shared.clone();
        detach(async move {
            let result = JsFuture::from(disconnected).await;
            shared.shut_down();
            settle.settle(result);
        });
        disposed
    }

    /// The same at the end of a block: `await using client = await Client.connect(…)`.
    #[wasm_bindgen(js_name = "[Symbol.asyncDispose]", unchecked_return_type = "Promise<void>")]
    pub fn async_dispose(&self) -> Promise {
        self.dispose()
    }
}

impl Client {
    fn part(&self, name: &'static str) -> JsValue {
        self.shared.parts().map(|parts| parts.get_known(&known_text(name))).unwrap_or_default()
    }

    fn make_call(
        &self,
        call_type: &JsValue,
        id: &JsValue,
        options: &JsValue,
    ) -> Result<JsValue, Error> {
        let call_type =
            call_type.as_string().ok_or_else(|| invalid("call: the type is no string"))?;
        let id = id.as_string().ok_or_else(|| invalid("call: the id is no string"))?;
        let options: CallOptions = options::read(options, "call")?;
        if let Some(error) = self.shared.refusal() {
            return Err(error);
        }
        let driver = self.shared.driver();
        let known = if options.reuse_instance.unwrap_or_default() {
            driver.client().registered(&[call_type.as_str(), ":", &id].concat())
        } else {
            None
        };
        let call = match known {
            Some(call) => call,
            None => driver.ask(|client| client.create_call(&call_type, &id))?,
        };
        Ok(self.shared.call_object(call))
    }

    fn post(&self, name: &str, path: &str, body: Result<Body, Error>) -> Promise {
        promised(
            body.map(|body| self.request(name, Method::Post, path.to_owned(), Some(body), false)),
        )
    }

    /// Sends a request of the method `name`; a `public` one needs no user.
    fn request(
        &self,
        name: &str,
        method: Method,
        path: String,
        body: Option<Body>,
        public: bool,
    ) -> Promise {
        let request = app_request(name, method, path, body);
        self.shared.promise(|promise| Command::Request { promise, request, public })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CallOptions {
    reuse_instance: Option<bool>,
}

/// Accepted, as there is nothing else: the devices of what is found stay off.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct QueryCallsOptions {
    #[serde(rename = "withDisabledDevices")]
    _with_disabled_devices: Option<bool>,
}

/// What the core sends for the method `name`.
pub(crate) fn app_request(
    name: &str,
    method: Method,
    path: String,
    body: Option<Body>,
) -> AppRequest {
    let doing = ["calling ", name, "()"].concat();
    AppRequest { method, path, body: body.map(Body::into_core), doing }
}

/// Checks the arguments of `on`.
pub(crate) fn listening<'a>(
    name: &JsValue,
    listener: &'a JsValue,
) -> Result<(String, &'a JsValue), Error> {
    let name = name.as_string().ok_or_else(|| invalid("on: the name of the event is no string"))?;
    function(listener, "on: the listener")?;
    Ok((name, listener))
}

fn instance_args(args: &JsValue) -> Result<ClientArgs, Error> {
    let args = ClientArgs::read(args, &JsValue::UNDEFINED)?;
    if args.key.is_none() {
        return Err(invalid("getOrCreateInstance: user.id is missing"));
    }
    if args.login.as_ref().is_some_and(Login::lacks_token) {
        return Err(invalid("getOrCreateInstance: no token, no tokenProvider"));
    }
    Ok(args)
}

/// Makes the object that the app holds, and begins to connect if there is a user.
fn make(args: ClientArgs) -> JsValue {
    let parts = Parts::new();
    if let Some(function) = &args.on_connect_user_error {
        parts.set(ON_CONNECT_USER_ERROR, function);
    }
    let log = Log::new(args.log, &parts);
    let shared = ClientShared::new(args.config, &parts, log, args.key.clone(), args.timer_worker);
    let object = JsValue::from(Client { shared: shared.clone() });
    parts.own("client", &object);
    client_state::make(&shared, &parts);
    if let Some(Persistence { key, storage }) = args.persistence {
        device_preferences::keep(&parts, &key, &storage);
    }
    let warn = |message: &str| shared.log(LogScope::Client, Level::Warn, message, &[]);
    for option in args.ignored {
        warn(&format!("options.{option} has no effect"));
    }
    if let Some(key) = args.key {
        if instances::find(&key).is_some() {
            warn("there is a client for this user already");
        }
        instances::add(key, &object);
    }
    let begin = || match args.login {
        Some(login) => follow(&shared, connect(&shared, login)),
        None => Promise::resolve(&JsValue::UNDEFINED),
    };
    let connecting = Rc::downgrade(&shared);
    let give_up = move || {
        if let Some(shared) = connecting.upgrade() {
            // Whoever gave the signal waits for nothing.
            let _ = shared.disconnect();
        }
    };
    let connected = abortable(args.signal.as_ref(), "connecting", begin, give_up);
    nobody_has_to_await(&connected);
    parts.set("connected", &connected);
    object
}

fn connect(shared: &Rc<ClientShared>, login: Login) -> Promise {
    let connecting = shared.connect(login);
    if shared.function(ON_CONNECT_USER_ERROR).is_some() {
        let (shared, connecting) = (Rc::downgrade(shared), connecting.clone());
        detach(async move {
            if let Err(error) = JsFuture::from(connecting).await
                && let Some(shared) = shared.upgrade()
                && !is_asked_for(&error)
            {
                tell_of_failure(&shared, &error);
            }
        });
    }
    connecting
}

/// What `client.connected` is, from the promise of the connecting that it began.
fn follow(shared: &Rc<ClientShared>, connecting: Promise) -> Promise {
    let (connected, settle) = open();
    let shared = Rc::downgrade(shared);
    detach(async move {
        match JsFuture::from(connecting).await {
            Ok(_) => settle.resolve(&JsValue::UNDEFINED),
            Err(error) => {
                if let Some(shared) = shared.upgrade() {
                    shared.forget_user();
                    if !is_asked_for(&error) {
                        let message = "the user could not be connected";
                        let details = std::slice::from_ref(&error);
                        shared.log(LogScope::Client, Level::Error, message, details);
                    }
                }
                settle.reject(&error);
            }
        }
    });
    connected
}

/// Whoever awaits `connected` hears of a failure; the browser is not to complain when nobody does.
fn nobody_has_to_await(connected: &Promise) {
    let told = connected.clone();
    detach(async move {
        let _ = JsFuture::from(told).await;
    });
}

/// Whether the app itself disconnected the user, or gave the signal: that is no failure.
fn is_asked_for(error: &JsValue) -> bool {
    field(error, "category").as_string().as_deref() == Some(Category::Abort.as_str())
}

/// Connecting was given up.
fn tell_of_failure(shared: &ClientShared, error: &JsValue) {
    let attempts = field(error, "attempts").dyn_into::<Array>().unwrap_or_default();
    let all = if attempts.length() > 0 { attempts } else { Array::of1(error) };
    if let Some(function) = shared.function(ON_CONNECT_USER_ERROR) {
        log::run_isolated(ON_CONNECT_USER_ERROR, &function, &Array::of2(error, &all));
    }
}

fn push_device(
    id: &JsValue,
    push_provider: &JsValue,
    push_provider_name: &JsValue,
    what: &str,
) -> Result<Body, Error> {
    let body = Body::empty()
        .with("id", text(id, "the id")?)
        .with("push_provider", push_provider)
        .with("push_provider_name", push_provider_name);
    // The rest is for the server to judge.
    Body::copy(&body.into(), what)
}

#[wasm_bindgen(typescript_custom_section)]
const EVENTS: &str = "export interface Client extends EventSource {}\n";
