//! Values of the app, and of browsers whose functions apps replace: nothing that they do may fly
//! through frames of Rust.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

/// Waits for a value, whether or not it is a promise.
pub(crate) async fn settled(value: &JsValue) -> Result<JsValue, JsValue> {
    // A promise of ours: the app's may have a `then` that throws.
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(thrown) = resolve.call1(&JsValue::UNDEFINED, value) {
            let _ = reject.call1(&JsValue::UNDEFINED, &thrown);
        }
    });
    JsFuture::from(promise).await
}

/// Calls `object[name]` with that argument, if it is a function; `undefined` when it is none.
pub(crate) fn call_method(
    object: &JsValue,
    name: &str,
    argument: &JsValue,
) -> Result<JsValue, JsValue> {
    let method = Reflect::get(object, &JsValue::from_str(name))?;
    match method.dyn_ref::<Function>() {
        Some(method) => method.call1(object, argument),
        None => Ok(JsValue::UNDEFINED),
    }
}

/// What a buffer holds.
///
/// # Errors
///
/// What the browser throws, for one that was given away.
pub(crate) fn bytes(buffer: &JsValue) -> Result<Vec<u8>, JsValue> {
    Bytes::new(buffer).map(|view| view.to_vec())
}

/// Tells the developer of a failure, on the console. Tests of apps have it throw.
pub(crate) fn complain(message: &str, thrown: &JsValue) {
    let _ = error(message, thrown);
}

// js-sys and web-sys say that these cannot throw.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Uint8Array, js_name = Uint8Array)]
    type Bytes;
    #[wasm_bindgen(catch, constructor, js_class = "Uint8Array")]
    fn new(buffer: &JsValue) -> Result<Bytes, JsValue>;
    #[wasm_bindgen(catch, js_namespace = console)]
    fn error(message: &str, thrown: &JsValue) -> Result<(), JsValue>;
}
