use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    call::rejected,
    error::{invalid_argument, to_js},
    options::{ClientArgs, Login},
    request::flag,
    shell::Shell,
};
use crate::{core::Command, web::Frontend};

/// One user's connection to the coordinator, and their calls.
#[wasm_bindgen(skip_typescript)]
pub struct Client {
    shell: Rc<Shell>,
    connected: Promise,
}

#[wasm_bindgen]
impl Client {
    /// `new Client(apiKey, options)` or `new Client({ apiKey, user, … })`.
    #[wasm_bindgen(constructor)]
    pub fn new(first: &JsValue, second: &JsValue) -> Result<Client, JsValue> {
        let mut args = ClientArgs::read(first, second).map_err(|error| to_js(&error))?;
        let login = args.login.take();
        let shell = Shell::new(args);
        let connected = match login {
            Some(login) => connect_at_once(&shell, login),
            None => Promise::resolve(&JsValue::UNDEFINED),
        };
        Ok(Self { shell, connected })
    }

    /// Ties the life of what the app's listeners hold to that of `owner`, the app's own object for
    /// this client.
    #[wasm_bindgen(js_name = __attach)]
    pub fn attach(&self, owner: &JsValue) {
        self.shell.attach(owner);
    }

    /// What is known of the client.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        let view = self.shell.view();
        view.map(|view| view.state()).unwrap_or_default()
    }

    /// The connecting that the constructor began.
    #[wasm_bindgen(getter)]
    pub fn connected(&self) -> Promise {
        self.connected.clone()
    }

    /// Connects a user.
    #[wasm_bindgen(js_name = connectUser)]
    pub fn connect_user(&self, user: &JsValue, token: &JsValue) -> Promise {
        match Login::read(user, token) {
            Ok(login) => self.shell.connect(login),
            Err(error) => rejected(&error),
        }
    }

    /// Leaves all calls and closes the connection.
    #[wasm_bindgen(js_name = disconnectUser)]
    pub fn disconnect_user(&self) -> Promise {
        self.shell.promise(|promise| Command::DisconnectUser { promise })
    }

    /// Makes an object for a call.
    pub fn call(
        &self,
        call_type: &JsValue,
        id: &JsValue,
        options: &JsValue,
    ) -> Result<JsValue, JsValue> {
        if let Some(error) = self.shell.refusal() {
            return Err(to_js(&error));
        }
        let (Some(call_type), Some(id)) = (call_type.as_string(), id.as_string()) else {
            let error = invalid_argument("call: type and id must be strings");
            return Err(to_js(&error));
        };
        let reuse = flag(options, "reuseInstance", "call").map_err(|error| to_js(&error))?;
        if reuse == Some(true) {
            let cid = [&call_type, ":", &id].concat();
            let registered = self.shell.driver().client().registered(&cid);
            if let Some(call) = registered {
                return Ok(self.shell.call_object(call));
            }
        }
        let call = self
            .shell
            .driver()
            .ask(|client| client.create_call(&call_type, &id))
            .map_err(|error| to_js(&error))?;
        Ok(self.shell.call_object(call))
    }

    /// Listens to an event.
    pub fn on(&self, name: &JsValue, listener: &JsValue) -> Result<JsValue, JsValue> {
        self.shell.view().map_or(Ok(JsValue::UNDEFINED), |view| view.on(name, listener))
    }

    /// Ends the listening.
    pub fn off(&self, name: &JsValue, listener: &JsValue) {
        if let Some(view) = self.shell.view() {
            view.off(name, listener);
        }
    }

    /// Disconnects the user and makes the client unusable.
    pub fn dispose(&self) -> Promise {
        self.shell.dispose()
    }
}

/// Connects in the background: a failure is logged, and there for whoever awaits `connected`.
fn connect_at_once(shell: &Rc<Shell>, login: Login) -> Promise {
    let connecting = shell.connect(login);
    let connected = wasm_bindgen_futures::future_to_promise(async move {
        JsFuture::from(connecting).await?;
        Ok(JsValue::UNDEFINED)
    });
    let watched = connected.clone();
    let shell = Rc::downgrade(shell);
    spawn_local(async move {
        if let (Err(thrown), Some(shell)) = (JsFuture::from(watched).await, shell.upgrade()) {
            shell.warn("the user could not be connected", &thrown);
        }
    });
    connected
}
