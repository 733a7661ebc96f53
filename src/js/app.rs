//! The app's side of a client: the hand-written JavaScript of the package.

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::handle::CallHandle;

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// The app's objects, its promises, and whom to tell. Calls have the numbers of their keys, the
    /// client has 0.
    #[wasm_bindgen(js_name = Shell)]
    pub(crate) type App;

    #[wasm_bindgen(constructor, js_class = Shell)]
    pub(crate) fn new(sink: &JsValue) -> App;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn sink(this: &App) -> JsValue;

    #[wasm_bindgen(method)]
    pub(crate) fn promise(this: &App, id: i64) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn resolve(this: &App, id: i64, value: &JsValue);
    #[wasm_bindgen(method, js_name = resolveCalls)]
    pub(crate) fn resolve_calls(this: &App, id: i64, answer: &JsValue, calls: Vec<JsValue>);
    #[wasm_bindgen(method)]
    pub(crate) fn reject(this: &App, id: i64, error: &JsValue);
    #[wasm_bindgen(method, js_name = rejectAll)]
    pub(crate) fn reject_all(this: &App, error: &JsValue);

    #[wasm_bindgen(method, js_name = makeCall)]
    pub(crate) fn make_call(
        this: &App,
        key: u32,
        handle: CallHandle,
        call_type: &str,
        id: &str,
    ) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn call(this: &App, key: u32) -> JsValue;
    #[wasm_bindgen(method, js_name = keepCall)]
    pub(crate) fn keep_call(this: &App, key: u32, goes_on: bool);
    #[wasm_bindgen(method, js_name = forgetCall)]
    pub(crate) fn forget_call(this: &App, key: u32);

    #[wasm_bindgen(method)]
    pub(crate) fn mark(this: &App, key: u32, slice: u8);
    #[wasm_bindgen(method, js_name = markParticipant)]
    pub(crate) fn mark_participant(this: &App, key: u32, session_id: &str);
    #[wasm_bindgen(method, js_name = markLevel)]
    pub(crate) fn mark_level(this: &App, key: u32, session_id: &str);
    #[wasm_bindgen(method, js_name = markTransition)]
    pub(crate) fn mark_transition(this: &App, key: u32, to: &str);
    #[wasm_bindgen(method, js_name = markClient)]
    pub(crate) fn mark_client(this: &App, field: u8);
    #[wasm_bindgen(method)]
    pub(crate) fn flush(this: &App);
    #[wasm_bindgen(method)]
    pub(crate) fn emit(this: &App, key: u32, event: &JsValue);
    #[wasm_bindgen(method, js_name = emitOwn)]
    pub(crate) fn emit_own(
        this: &App,
        key: u32,
        name: &str,
        cid: Option<&str>,
        online: Option<bool>,
        reason: Option<&str>,
    );
    #[wasm_bindgen(method, js_name = askDefaults)]
    pub(crate) fn ask_defaults(this: &App, key: u32);
    #[wasm_bindgen(method, js_name = fetchToken)]
    pub(crate) fn fetch_token(this: &App, request: i64) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn warn(this: &App, message: &str, thrown: &JsValue);
    #[wasm_bindgen(method)]
    pub(crate) fn fail(this: &App, message: &str);
    #[wasm_bindgen(method, js_name = failCalls)]
    pub(crate) fn fail_calls(this: &App);
}
