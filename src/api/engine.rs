use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{client_state, error::to_js, handle::app_request, parts::Parts, shell::Shell};
use crate::{
    core::{Command, Config, Duration, Tokens, User, UserKind},
    web::{Clock, JsNode, field},
};

/// The core's side of a `Client`. When the `Client` and all its `Call`s are collected, so is this,
/// and everything is closed.
#[wasm_bindgen(skip_typescript)]
pub struct Engine {
    shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Engine {
    /// A client without a user. `config` has been checked; `sink` is held weakly.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &JsValue, sink: &JsValue) -> Self {
        Self { shell: Shell::new(read_config(config), sink) }
    }

    /// Connects a user. `kind` is the place in `UserKind`.
    #[wasm_bindgen(js_name = connectUser)]
    pub fn connect_user(
        &self,
        kind: u8,
        id: String,
        details: JsValue,
        token: Option<String>,
        provider: bool,
    ) -> Promise {
        let user = User {
            kind: match kind {
                0 => UserKind::Authenticated,
                1 => UserKind::Guest,
                _ => UserKind::Anonymous,
            },
            id,
            details: JsNode::wrap_object(details),
        };
        let tokens = Tokens { fixed: token, provider };
        self.shell.promise(|promise| Command::ConnectUser { promise, user, tokens })
    }

    /// Leaves all calls and closes the connection.
    #[wasm_bindgen(js_name = disconnectUser)]
    pub fn disconnect_user(&self) -> Promise {
        self.shell.promise(|promise| Command::DisconnectUser { promise })
    }

    /// Sends a request; see [`super::CallHandle::request`].
    pub fn request(
        &self,
        method: usize,
        path: String,
        object: JsValue,
        doing: String,
        public: bool,
    ) -> Promise {
        let request = app_request(method, path, object, doing);
        self.shell.promise(|promise| Command::Request { promise, request, public })
    }

    /// Finds calls. `object` is a copy of what the app gave.
    #[wasm_bindgen(js_name = queryCalls)]
    pub fn query_calls(&self, object: JsValue) -> Promise {
        let body = JsNode::wrap(object);
        self.shell.promise(|promise| Command::QueryCalls { promise, body })
    }

    /// Finds the call that rings, or makes and loads it.
    #[wasm_bindgen(js_name = ringingCall)]
    pub fn ringing_call(&self, cid: String) -> Promise {
        self.shell.promise(|promise| Command::RingingCall { promise, cid })
    }

    /// The token that was asked for.
    pub fn token(&self, request: i64, token: String) {
        self.shell.take_token(request, Ok(token));
    }

    /// Why there is no token.
    #[wasm_bindgen(js_name = tokenFailed)]
    pub fn token_failed(&self, request: i64, thrown: JsValue) {
        self.shell.take_token(request, Err(thrown));
    }

    /// Where this client is.
    #[wasm_bindgen(js_name = setLocation)]
    pub fn set_location(&self, location: String) {
        self.shell.order(Command::SetLocation(location));
    }

    /// The user that is connected or connecting.
    #[wasm_bindgen(js_name = userId)]
    pub fn user_id(&self) -> Option<String> {
        self.shell.user_id()
    }

    /// Makes the state of the client, as one of its parts; once.
    #[wasm_bindgen(js_name = makeState)]
    pub fn make_state(&self, parts: &JsValue) -> JsValue {
        let parts: &Parts = parts.unchecked_ref();
        self.shell.set_parts(parts);
        client_state::make(&self.shell, parts)
    }

    /// Makes a `Call`, or finds the registered one if `reuse` says so.
    pub fn call(&self, call_type: &str, id: &str, reuse: bool) -> Result<JsValue, JsValue> {
        if let Some(error) = self.shell.refusal() {
            return Err(to_js(&error));
        }
        let registered = if reuse {
            let cid = format!("{call_type}:{id}");
            self.shell.driver().client().registered(&cid)
        } else {
            None
        };
        let call = match registered {
            Some(call) => Ok(call),
            None => self.shell.driver().ask(|client| client.create_call(call_type, id)),
        };
        let call = call.map_err(|error| to_js(&error))?;
        Ok(self.shell.call_object(call))
    }

    /// Looks whether anything is due; `false` when nothing ever will be.
    pub fn tick(&self) -> bool {
        self.shell.tick()
    }

    /// Refuses everything from now on.
    pub fn refuse(&self) {
        self.shell.refuse();
    }

    /// Releases everything, whatever goes on.
    #[wasm_bindgen(js_name = shutDown)]
    pub fn shut_down(&self) {
        self.shell.shut_down();
    }
}

fn read_config(config: &JsValue) -> Config {
    let text = |key| field(config, key).as_string().unwrap_or_default();
    // Checked to be whole and in range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let number = |key| field(config, key).as_f64().unwrap_or_default() as u32;
    let millis = |key| Duration::from_millis(number(key).into());
    Config {
        api_key: text("apiKey"),
        base_url: text("baseUrl"),
        client_header: concat!("trunkline-js-v", env!("CARGO_PKG_VERSION")).into(),
        version: [
            env!("CARGO_PKG_VERSION_MAJOR").into(),
            env!("CARGO_PKG_VERSION_MINOR").into(),
            env!("CARGO_PKG_VERSION_PATCH").into(),
        ],
        browser: (text("browser"), text("browserVersion")),
        os: (text("os"), text("osVersion")),
        location: text("location"),
        timeout: millis("timeout"),
        socket_timeout: millis("socketTimeout"),
        max_connect_retries: number("maxConnectRetries"),
        defaults_on_load: field(config, "defaultsOnLoad").is_truthy(),
        reject_when_busy: field(config, "rejectWhenBusy").is_truthy(),
        seed: [random_bits(), random_bits()].map(i64::cast_unsigned),
        epoch_offset: Clock.epoch_offset(),
        parse_json: JsNode::parse,
    }
}

#[wasm_bindgen(raw_module = "/pkg/random.js")]
extern "C" {
    #[wasm_bindgen(js_name = randomBits)]
    fn random_bits() -> i64;
}
