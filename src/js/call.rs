use std::{cell::RefCell, rc::Rc};

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    error::to_js,
    options::{join_options, leave_options},
    request::{copy, flag},
    shell::Shell,
    views::CallView,
};
use crate::core::{CallCommand, CallKey, Command, Error, Json, PromiseId};

/// One call.
#[wasm_bindgen(skip_typescript)]
pub struct Call {
    shell: Rc<Shell>,
    key: CallKey,
    serial: u32,
    kind: String,
    id: String,
    /// The last `join()` and what it returned.
    joining: RefCell<Option<(PromiseId, Promise)>>,
}

impl Call {
    pub(crate) fn new(
        shell: Rc<Shell>,
        key: CallKey,
        serial: u32,
        kind: String,
        id: String,
    ) -> Self {
        Self { shell, key, serial, kind, id, joining: RefCell::default() }
    }

    fn view(&self) -> Option<CallView> {
        self.shell.call_view(self.key)
    }

    fn order(&self, command: impl FnOnce(PromiseId) -> CallCommand) -> Promise {
        self.shell.promise(|promise| Command::Call(self.key, command(promise)))
    }

    /// An order that takes an object of the app.
    fn order_with(
        &self,
        object: &JsValue,
        what: &str,
        command: impl FnOnce(PromiseId, Option<Json>) -> CallCommand,
    ) -> Promise {
        match copy(object, what) {
            Ok(object) => self.order(|promise| command(promise, object)),
            Err(error) => rejected(&error),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.shell.forget_call(self.key, self.serial);
    }
}

#[wasm_bindgen]
impl Call {
    /// The call type.
    #[wasm_bindgen(getter, js_name = type)]
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
        [&self.kind, ":", &self.id].concat()
    }

    /// What is known of the call.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        self.view().map(|view| view.state()).unwrap_or_default()
    }

    /// The camera.
    #[wasm_bindgen(getter)]
    pub fn camera(&self) -> JsValue {
        self.view().map(|view| view.camera()).unwrap_or_default()
    }

    /// The microphone.
    #[wasm_bindgen(getter)]
    pub fn microphone(&self) -> JsValue {
        let view = self.view();
        view.map(|view| view.microphone()).unwrap_or_default()
    }

    /// Whether the server sends updates of this call.
    #[wasm_bindgen(getter)]
    pub fn watching(&self) -> bool {
        let client = self.shell.driver().client();
        client.call(self.key).is_some_and(|state| state.watching)
    }

    /// Whether the connected user made the call.
    #[wasm_bindgen(getter, js_name = isCreatedByMe)]
    pub fn is_created_by_me(&self) -> bool {
        let client = self.shell.driver().client();
        let creator = client
            .call(self.key)
            .and_then(|state| state.document.as_ref()?.at(&["created_by", "id"])?.as_str());
        creator.is_some() && creator.as_deref() == client.user_id()
    }

    /// The connected user.
    #[wasm_bindgen(getter, js_name = currentUserId)]
    pub fn current_user_id(&self) -> Option<String> {
        let client = self.shell.driver().client();
        client.user_id().map(String::from)
    }

    /// Whether this user may do that in this call.
    pub fn can(&self, capability: &JsValue) -> bool {
        let client = self.shell.driver().client();
        let state = client.call(self.key);
        let capability = capability.as_string().unwrap_or_default();
        state.is_some_and(|state| state.has_capability(&capability))
    }

    /// Loads the call.
    pub fn get(&self, params: &JsValue) -> Promise {
        self.order_with(params, "get", |promise, params| CallCommand::Get { promise, params })
    }

    /// Loads the call, creating it when it is missing.
    #[wasm_bindgen(js_name = getOrCreate)]
    pub fn get_or_create(&self, request: &JsValue) -> Promise {
        self.order_with(request, "getOrCreate", |promise, request| CallCommand::GetOrCreate {
            promise,
            request,
        })
    }

    /// The same.
    pub fn create(&self, request: &JsValue) -> Promise {
        self.get_or_create(request)
    }

    /// Enters the call.
    pub fn join(&self, options: &JsValue) -> Promise {
        let options = match join_options(options) {
            Ok(options) => options,
            Err(error) => return rejected(&error),
        };
        if let Some((id, promise)) = &*self.joining.borrow()
            && self.shell.is_pending(*id)
        {
            return promise.clone();
        }
        let join = self.shell.named_promise(|promise| {
            Command::Call(self.key, CallCommand::Join { promise, options })
        });
        let promise = join.1.clone();
        *self.joining.borrow_mut() = Some(join);
        promise
    }

    /// Goes out of the call.
    pub fn leave(&self, options: &JsValue) -> Promise {
        // The next `join()` is a new one, even if this tick's has not been rejected yet.
        self.joining.take();
        match leave_options(options) {
            Ok(options) => self.order(|promise| CallCommand::Leave { promise, options }),
            Err(error) => rejected(&error),
        }
    }

    /// Ends the call for everyone.
    #[wasm_bindgen(js_name = endCall)]
    pub fn end_call(&self) -> Promise {
        self.order(|promise| CallCommand::End { promise })
    }

    /// Changes the call.
    pub fn update(&self, request: &JsValue) -> Promise {
        self.order_with(request, "update", |promise, request| CallCommand::Update {
            promise,
            request,
        })
    }

    /// Adds, changes and removes members.
    #[wasm_bindgen(js_name = updateCallMembers)]
    pub fn update_call_members(&self, request: &JsValue) -> Promise {
        self.order_with(request, "updateCallMembers", |promise, request| {
            CallCommand::UpdateMembers { promise, request }
        })
    }

    /// Lets everybody in.
    #[wasm_bindgen(js_name = goLive)]
    pub fn go_live(&self, request: &JsValue, params: &JsValue) -> Promise {
        match flag(params, "notify", "goLive") {
            Ok(notify) => self.order_with(request, "goLive", |promise, request| {
                CallCommand::GoLive { promise, request, notify }
            }),
            Err(error) => rejected(&error),
        }
    }

    /// Back to backstage.
    #[wasm_bindgen(js_name = stopLive)]
    pub fn stop_live(&self, request: &JsValue) -> Promise {
        self.order_with(request, "stopLive", |promise, request| CallCommand::StopLive {
            promise,
            request,
        })
    }

    /// Listens to an event.
    pub fn on(&self, name: &JsValue, listener: &JsValue) -> Result<JsValue, JsValue> {
        self.view().map_or(Ok(JsValue::UNDEFINED), |view| view.on(name, listener))
    }

    /// Ends the listening.
    pub fn off(&self, name: &JsValue, listener: &JsValue) {
        if let Some(view) = self.view() {
            view.off(name, listener);
        }
    }

    /// Shows a participant's video in an element.
    #[wasm_bindgen(js_name = bindVideoElement)]
    pub fn bind_video_element(
        &self,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.view().map_or(Ok(JsValue::UNDEFINED), |view| {
            view.bind_video_element(element, session_id, track_type)
        })
    }

    /// Plays a participant's sound with an element.
    #[wasm_bindgen(js_name = bindAudioElement)]
    pub fn bind_audio_element(
        &self,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        self.view().map_or(Ok(JsValue::UNDEFINED), |view| {
            view.bind_audio_element(element, session_id, track_type)
        })
    }
}

pub(crate) fn rejected(error: &Error) -> Promise {
    Promise::reject(&to_js(error))
}
