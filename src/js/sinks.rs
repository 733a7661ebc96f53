//! Whom the core tells: the hand-written JavaScript of the package.

use js_sys::{Array, Object, Promise, WeakRef};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::handle::CallHandle;

#[wasm_bindgen]
extern "C" {
    /// Keeps the values that an app reads in step with the core: of a call, or of a client.
    #[wasm_bindgen(js_name = Object)]
    pub type Store;

    #[wasm_bindgen(method)]
    pub(crate) fn mark(this: &Store, place: u8);
    #[wasm_bindgen(method, js_name = markParticipant)]
    pub(crate) fn mark_participant(this: &Store, session_id: &str);
    #[wasm_bindgen(method, js_name = markLevel)]
    pub(crate) fn mark_level(this: &Store, session_id: &str);
    #[wasm_bindgen(method, js_name = markTransition)]
    pub(crate) fn mark_transition(this: &Store, to: &str);
    #[wasm_bindgen(method, catch)]
    pub(crate) fn flush(this: &Store) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn fail(this: &Store) -> Result<(), JsValue>;

    /// What a client is told besides: events, messages for the log, questions for a token.
    #[wasm_bindgen(js_name = Object, extends = Store)]
    pub type ClientSink;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn emit(this: &ClientSink, event: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn log(
        this: &ClientSink,
        level: &str,
        message: &str,
        details: &Array,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = fetchToken)]
    pub(crate) fn fetch_token(this: &ClientSink) -> Result<Promise, JsValue>;
}

#[wasm_bindgen(raw_module = "/pkg/call.js")]
extern "C" {
    /// The object that an app holds for a call.
    pub type Call;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new(handle: CallHandle, call_type: &str, id: &str) -> Call;

    #[wasm_bindgen(js_name = storeOf)]
    pub(crate) fn store_of(call: &Call) -> Store;
    #[wasm_bindgen(catch, js_name = emitTo)]
    pub(crate) fn emit_to(call: &Call, event: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = applyDefaults)]
    pub(crate) fn apply_defaults(call: &Call) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = collectStatistics)]
    pub(crate) fn collect_statistics(call: &Call) -> Result<(), JsValue>;
}

/// A JavaScript object that may be collected.
pub(crate) struct Weak<T>(WeakRef, std::marker::PhantomData<T>);

impl<T: JsCast> Weak<T> {
    pub(crate) fn new(object: &T) -> Self {
        let object: &JsValue = object.as_ref();
        Self(WeakRef::new(object.unchecked_ref::<Object>()), std::marker::PhantomData)
    }

    pub(crate) fn get(&self) -> Option<T> {
        self.0.deref().map(JsCast::unchecked_into)
    }
}
