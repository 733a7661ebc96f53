//! The hand-written JavaScript that shows the state to apps.

use js_sys::{Object, WeakRef};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::ports::{CallPort, ClientPort};

#[wasm_bindgen(raw_module = "/pkg/views.js")]
extern "C" {
    /// What an app sees of a client.
    #[derive(Clone)]
    pub(crate) type ClientView;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new(port: ClientPort) -> ClientView;
    #[wasm_bindgen(method)]
    pub(crate) fn attach(this: &ClientView, owner: &JsValue);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn state(this: &ClientView) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn store(this: &ClientView) -> Store;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn on(
        this: &ClientView,
        name: &JsValue,
        listener: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub(crate) fn off(this: &ClientView, name: &JsValue, listener: &JsValue);
    #[wasm_bindgen(method, catch)]
    pub(crate) fn emit(this: &ClientView, event: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn fail(this: &ClientView) -> Result<(), JsValue>;

    /// What an app sees of a call.
    #[wasm_bindgen(extends = ClientView)]
    pub(crate) type CallView;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new(port: CallPort) -> CallView;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn camera(this: &CallView) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn microphone(this: &CallView) -> JsValue;
    #[wasm_bindgen(method, catch, js_name = bindVideoElement)]
    pub(crate) fn bind_video_element(
        this: &CallView,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = bindAudioElement)]
    pub(crate) fn bind_audio_element(
        this: &CallView,
        element: &JsValue,
        session_id: &JsValue,
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue>;

    /// Keeps the values that an app reads in step with the core.
    pub(crate) type Store;

    #[wasm_bindgen(method)]
    pub(crate) fn mark(this: &Store, slice: u8);
    #[wasm_bindgen(method, js_name = markParticipant)]
    pub(crate) fn mark_participant(this: &Store, session_id: &str);
    #[wasm_bindgen(method, js_name = markLevel)]
    pub(crate) fn mark_level(this: &Store, session_id: &str);
    #[wasm_bindgen(method, js_name = markTransition)]
    pub(crate) fn mark_transition(this: &Store, to: &str);
    #[wasm_bindgen(method, catch)]
    pub(crate) fn flush(this: &Store) -> Result<(), JsValue>;
}

/// A JavaScript object that may be collected.
pub(crate) struct WeakObject(WeakRef);

impl WeakObject {
    pub(crate) fn new(object: &JsValue) -> Self {
        Self(WeakRef::new(object.unchecked_ref::<Object>()))
    }

    pub(crate) fn get<T: JsCast>(&self) -> Option<T> {
        self.0.deref().map(JsCast::unchecked_into)
    }
}
