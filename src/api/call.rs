//! `Call`: one call.

mod diagnostics;
mod join;
mod media_requests;
mod participants;
mod permissions;
mod rendering;
mod requests;

use crate::web::Error;
use std::rc::Rc;

use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};

use self::join::Joins;
pub use self::permissions::PermissionsContext;
use super::{
    abort::{Signal, abortable},
    body::{self, Body},
    call_shared::CallShared,
    call_state, camera,
    client::{app_request, listening},
    error::to_js,
    fields, microphone, options,
    parts::Parts,
    promises::promised,
    publish,
    query::{Query, segment},
    rights, ringing, screen_share, speaker,
};
use crate::core::{CallCommand, LeaveOptions, Method, Then};

/// One call. Made by {@link Client.call}; the same object may be joined, left and joined again.
///
/// Every failure is a {@link VideoError}. Methods that return a promise never throw.
#[wasm_bindgen]
pub struct Call {
    shared: Rc<CallShared>,
    kind: String,
    id: String,
    joins: Rc<Joins>,
}

/// Makes the objects that the app holds of a call, and returns the `Call`.
pub(crate) fn make(shared: &Rc<CallShared>, call_type: String, id: String) -> JsValue {
    let parts = Parts::new();
    shared.set_parts(&parts);
    let permissions = PermissionsContext::new(shared.clone());
    let joins = Joins::new(shared.clone());
    let call = Call { shared: shared.clone(), kind: call_type, id, joins };
    let call_type = call.kind.clone();
    let object = JsValue::from(call);
    parts.own("call", &object);
    parts.own("permissionsContext", &permissions.into());
    fields::observe(&parts, "call", &object, &JsValue::UNDEFINED);
    call_state::make(shared, &parts, &call_type);
    super::rendering::make(shared, &parts);
    camera::make(shared, &parts);
    microphone::make(shared, &parts);
    screen_share::make(shared, &parts);
    speaker::make(shared, &parts);
    object
}

#[wasm_bindgen]
impl Call {
    /// The call type, such as `default`.
    #[wasm_bindgen(getter, js_name = "type")]
    pub fn call_type(&self) -> String {
        self.kind.clone()
    }

    /// Unique within the type.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// `type:id`
    #[wasm_bindgen(getter)]
    pub fn cid(&self) -> String {
        [self.kind.as_str(), ":", &self.id].concat()
    }

    /// What is known of the call.
    #[wasm_bindgen(getter, unchecked_return_type = "CallState")]
    pub fn state(&self) -> JsValue {
        self.shared.part("state")
    }

    /// The camera; usable before joining.
    #[wasm_bindgen(getter, unchecked_return_type = "CameraManager")]
    pub fn camera(&self) -> JsValue {
        self.shared.part("camera")
    }

    /// The microphone; usable before joining.
    #[wasm_bindgen(getter, unchecked_return_type = "MicrophoneManager")]
    pub fn microphone(&self) -> JsValue {
        self.shared.part("microphone")
    }

    /// The screen that is shared.
    #[wasm_bindgen(
        getter,
        js_name = screenShare,
        unchecked_return_type = "ScreenShareManager"
    )]
    pub fn screen_share(&self) -> JsValue {
        self.shared.part("screenShare")
    }

    /// Where and how loud the others are heard.
    #[wasm_bindgen(getter, unchecked_return_type = "SpeakerManager")]
    pub fn speaker(&self) -> JsValue {
        self.shared.part("speaker")
    }

    /// Whether the server sends updates of this call.
    #[wasm_bindgen(getter)]
    pub fn watching(&self) -> bool {
        self.shared.read(|state| state.watching).unwrap_or_default()
    }

    /// Whether the connected user made the call.
    #[wasm_bindgen(getter, js_name = isCreatedByMe)]
    pub fn is_created_by_me(&self) -> bool {
        let me = self.shared.client.user_id();
        me.is_some() && self.shared.read(|state| state.creator_id().to_owned()) == me
    }

    /// The connected user.
    #[wasm_bindgen(
        getter,
        js_name = currentUserId,
        unchecked_return_type = "string | undefined"
    )]
    pub fn current_user_id(&self) -> Option<String> {
        self.shared.client.user_id()
    }

    /// Whether the call rings or rang, here or at the others; until it is left.
    #[wasm_bindgen(getter)]
    pub fn ringing(&self) -> bool {
        ringing::is_ringing(&self.shared)
    }

    /// {@link ringing}, observable.
    #[wasm_bindgen(
        getter,
        js_name = "ringing$",
        unchecked_return_type = "StateObservable<boolean>"
    )]
    pub fn ringing_observable(&self) -> JsValue {
        self.observable("ringing")
    }

    /// Who rings whom, and who has answered; `undefined` when nobody rings.
    #[wasm_bindgen(
        getter,
        js_name = ringingState,
        unchecked_return_type = "RingingState | undefined"
    )]
    pub fn ringing_state(&self) -> JsValue {
        ringing::state(&self.shared)
    }

    /// {@link ringingState}, observable.
    #[wasm_bindgen(
        getter,
        js_name = "ringingState$",
        unchecked_return_type = "StateObservable<RingingState | undefined>"
    )]
    pub fn ringing_state_observable(&self) -> JsValue {
        self.observable("ringingState")
    }

    /// What this user may do.
    #[wasm_bindgen(
        getter,
        js_name = permissionsContext,
        unchecked_return_type = "PermissionsContext"
    )]
    pub fn permissions_context(&self) -> JsValue {
        self.shared.part("permissionsContext")
    }

    /// Whether this user may do that in this call.
    pub fn can(
        &self,
        #[wasm_bindgen(unchecked_param_type = "OwnCapability")] capability: &JsValue,
    ) -> bool {
        capability.as_string().is_some_and(|capability| rights::has(&self.shared, &capability))
    }

    /// {@link can}, observable.
    #[wasm_bindgen(js_name = "can$", unchecked_return_type = "StateObservable<boolean>")]
    pub fn can_observable(
        &self,
        #[wasm_bindgen(unchecked_param_type = "OwnCapability")] capability: &JsValue,
    ) -> JsValue {
        rights::observable(&self.shared, &capability.as_string().unwrap_or_default())
    }

    /// Loads the call and begins to receive its updates. Does not create it.
    ///
    /// @throws {ErrorFromResponse} category `not-found` when there is no such call
    #[wasm_bindgen(unchecked_return_type = "Promise<GetCallResponse>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "GetCallParams & Abortable")]
        params: &JsValue,
    ) -> Promise {
        promised(options::read(params, "get").map(|params| self.load(params)))
    }

    /// Loads the call, creating it when it is missing, and begins to receive its updates.
    #[wasm_bindgen(js_name = getOrCreate, unchecked_return_type = "Promise<GetOrCreateCallResponse>")]
    pub fn get_or_create(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "GetOrCreateCallRequest & Abortable")]
        request: &JsValue,
    ) -> Promise {
        promised(self.create_with(request))
    }

    /// The same as {@link getOrCreate}.
    #[wasm_bindgen(unchecked_return_type = "Promise<GetOrCreateCallResponse>")]
    pub fn create(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "GetOrCreateCallRequest & Abortable")]
        request: &JsValue,
    ) -> Promise {
        self.get_or_create(request)
    }

    /// Loads the call and notifies its members.
    #[wasm_bindgen(unchecked_return_type = "Promise<GetCallResponse>")]
    pub fn notify(&self) -> Promise {
        self.load(GetParams { notify: Some(true), ..GetParams::default() })
    }

    /// Enters the call; resolves when {@link CallState.callingState} is `joined`. Called again while
    /// joining, it returns the same promise. Accepts a call that rings here.
    ///
    /// A signal rejects the promise of those who gave it, and only that; the call is left when
    /// everybody who waits for it has given up.
    ///
    /// @throws {ErrorFromResponse} when the coordinator refuses: no such call, no right to join it, …
    /// @throws {SfuJoinError} when the SFU refuses
    /// @throws {SfuTimeoutError} when the SFU does not answer in time
    /// @throws {IllegalStateError} when the call is joined already
    /// @throws {JoinAbortedError} when {@link leave} was called meanwhile
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn join(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "JoinOptions & Abortable")]
        options: &JsValue,
    ) -> Promise {
        let read = join::read_options(options, "join");
        promised(read.map(|(options, signal)| self.joins.join(options, signal.as_ref())))
    }

    /// How to join when somebody accepts the ring of this user, which joins without being asked.
    #[wasm_bindgen(js_name = setJoinOptions)]
    pub fn set_join_options(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "JoinOptions")] options: &JsValue,
    ) -> Result<(), JsValue> {
        let read = join::read_options(options, "setJoinOptions");
        let (options, _) = read.map_err(|error| to_js(&error))?;
        self.shared.order(CallCommand::SetJoinOptions(options));
        Ok(())
    }

    /// Goes out of the call; resolves when camera and microphone are off and every connection is
    /// closed, and a rejection that is due was sent. Wins over a running {@link join}. Does nothing
    /// when the call is left.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn leave(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "LeaveOptions")] options: &JsValue,
    ) -> Promise {
        let read = options::read::<LeaveArgs>(options, "leave");
        promised(read.map(|LeaveArgs { reject, reason, message }| {
            self.joins.leave(LeaveOptions { reject, reason, message })
        }))
    }

    /// Listens to events, see {@link EventSource.on}.
    #[wasm_bindgen(skip_typescript)]
    pub fn on(&self, name: &JsValue, listener: &JsValue) -> Result<JsValue, JsValue> {
        let (name, listener) = listening(name, listener).map_err(|error| to_js(&error))?;
        let Some(parts) = self.shared.parts() else {
            return Ok(JsValue::UNDEFINED);
        };
        let listeners = parts.listeners();
        if listeners.is_empty() {
            listeners.set_on_emptied(&self.reviewer());
        }
        let unlisten = listeners.on(&name, listener);
        self.shared.client.review_call(self.shared.key);
        Ok(unlisten)
    }

    /// Ends the listening, see {@link EventSource.off}.
    #[wasm_bindgen(skip_typescript)]
    pub fn off(&self, name: &JsValue, listener: &JsValue) {
        if let (Some(parts), Some(name)) = (self.shared.parts(), name.as_string()) {
            parts.listeners().off(&name, listener);
        }
    }

    /// Publishes a stream of your own in place of what the device of that kind delivers; a join that is
    /// under way is waited for. The stream is neither filtered nor stopped. A screen with an audio track
    /// publishes its sound, too.
    ///
    /// @throws {VideoError} when the call is not joined, the user may not publish that, or the stream
    /// has no live track of the kind
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn publish(
        &self,
        #[wasm_bindgen(unchecked_param_type = "MediaStream")] stream: &JsValue,
        #[wasm_bindgen(js_name = trackType, unchecked_param_type = "SfuModels.TrackType")]
        track_type: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "PublishStreamOptions")] options: &JsValue,
    ) -> Promise {
        publish::publish(&self.shared, stream, track_type, options)
    }

    /// Stops publishing, without turning a device off. Does nothing when the call is not joined.
    #[wasm_bindgen(
        variadic,
        js_name = stopPublish,
        unchecked_return_type = "Promise<void>"
    )]
    pub fn stop_publish(
        &self,
        #[wasm_bindgen(js_name = trackTypes, unchecked_param_type = "SfuModels.TrackType[]")]
        track_types: &JsValue,
    ) -> Promise {
        publish::stop_publish(&self.shared, track_types)
    }

    /// How you would like your camera to be published. Counts from the next join on.
    #[wasm_bindgen(js_name = updatePublishOptions)]
    pub fn update_publish_options(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ClientPublishOptions")] options: &JsValue,
    ) -> Result<(), JsValue> {
        publish::update_publish_options(&self.shared, options).map_err(|error| to_js(&error))
    }
}

impl Call {
    fn observable(&self, name: &str) -> JsValue {
        let observables = self.shared.parts().and_then(|parts| fields::observables(&parts, "call"));
        observables.map(|observables| observables.observable(name)).unwrap_or_default()
    }

    fn load(&self, params: GetParams) -> Promise {
        let GetParams { ring, notify, video, members_limit, signal } = params;
        let path = Query::new(self.path())
            .maybe("ring", ring)
            .maybe("notify", notify)
            .maybe("video", video)
            .maybe("members_limit", members_limit)
            .finish();
        let then = if ring == Some(true) { Then::Ring } else { Then::Load };
        abortable(
            signal.as_ref(),
            "get",
            || self.request("get", Method::Get, path, None, then),
            || {},
        )
    }

    fn create_with(&self, request: &JsValue) -> Result<Promise, Error> {
        const NAME: &str = "getOrCreate";
        let body = body::call_request(request, NAME)?;
        let signal = body::signal(request, NAME)?;
        let then = if body.get("ring").is_truthy() { Then::Ring } else { Then::Load };
        let path = self.path();
        Ok(abortable(
            signal.as_ref(),
            NAME,
            || self.request(NAME, Method::Post, path, Some(body), then),
            || {},
        ))
    }

    /// The path of the call.
    fn path(&self) -> String {
        ["/call/", &segment(&self.kind), "/", &segment(&self.id)].concat()
    }

    /// Sends a request of the method `name`; `then` is what the answer does to the state.
    fn request(
        &self,
        name: &str,
        method: Method,
        path: String,
        body: Option<Body>,
        then: Then,
    ) -> Promise {
        let request = app_request(name, method, path, body);
        self.shared.promise(|promise| CallCommand::Request { promise, request, then })
    }

    /// Looks whether the call is still to be kept for its listeners. The browser collects it with the
    /// list of them.
    fn reviewer(&self) -> JsValue {
        let (client, key) = (Rc::downgrade(&self.shared.client), self.shared.key);
        let review: Closure<dyn Fn()> = Closure::new(move || {
            if let Some(client) = client.upgrade() {
                client.review_call(key);
            }
        });
        review.into_js_value()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GetParams {
    ring: Option<bool>,
    notify: Option<bool>,
    video: Option<bool>,
    members_limit: Option<u32>,
    signal: Option<Signal>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LeaveArgs {
    reject: Option<bool>,
    reason: Option<String>,
    message: Option<String>,
}

#[wasm_bindgen(typescript_custom_section)]
const EVENTS: &str = "export interface Call extends EventSource {}\n";
