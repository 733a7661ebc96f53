//! Values of the app, and of browsers whose functions apps replace: nothing that they do may fly
//! through frames of Rust.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
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
