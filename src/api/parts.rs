//! What belongs to one call or client and hangs on the objects that an app holds of it.

use js_sys::WeakRef;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// The objects that an app holds of a call or client, its listeners, and the functions that it
    /// gave: everything from which the objects can be reached.
    #[derive(Clone)]
    pub(crate) type Parts;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Parts;
    /// Hangs all parts on `object`, which apps hold, and knows it by a name.
    #[wasm_bindgen(method)]
    pub(crate) fn own(this: &Parts, name: &str, object: &JsValue);
    /// Keeps something that goes with the objects; `undefined` forgets it.
    #[wasm_bindgen(method)]
    pub(crate) fn set(this: &Parts, name: &str, value: &JsValue);
    /// What was owned or kept under a name, or `undefined`.
    #[wasm_bindgen(method)]
    pub(crate) fn get(this: &Parts, name: &str) -> JsValue;
    /// The same with a name that has crossed before: each text that does is decoded anew.
    #[wasm_bindgen(method, js_name = get)]
    pub(crate) fn get_known(this: &Parts, name: &JsValue) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn listeners(this: &Parts) -> Listeners;
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// Who listens to the events of a call or client.
    pub(crate) type Listeners;

    /// Adds a listener; what it returns takes it off.
    #[wasm_bindgen(method)]
    pub(crate) fn on(this: &Listeners, name: &str, listener: &JsValue) -> JsValue;
    /// Takes a listener off.
    #[wasm_bindgen(method)]
    pub(crate) fn off(this: &Listeners, name: &str, listener: &JsValue);
    /// Whether nobody listens.
    #[wasm_bindgen(method, getter, js_name = isEmpty)]
    pub(crate) fn is_empty(this: &Listeners) -> bool;
    /// Is called each time when nobody listens any more.
    #[wasm_bindgen(method, setter, js_name = onEmptied)]
    pub(crate) fn set_on_emptied(this: &Listeners, listener: &JsValue);
    /// Tells everybody who listens to that event. What they throw stays with them.
    #[wasm_bindgen(method)]
    pub(crate) fn emit(this: &Listeners, event: &JsValue);
}

/// The [`Parts`] as Rust may hold them: for as long as an app holds one of the objects.
#[derive(Clone)]
pub(crate) struct WeakParts(WeakRef);

impl WeakParts {
    pub(crate) fn new(parts: &Parts) -> Self {
        Self(WeakRef::new(parts.unchecked_ref()))
    }

    /// The parts; `None` when the app has dropped all the objects.
    pub(crate) fn upgrade(&self) -> Option<Parts> {
        self.0.deref().map(JsCast::unchecked_into)
    }
}
