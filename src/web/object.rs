//! Reading JavaScript objects, once for all, as each use of it is code to download.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// `value[key]`; `undefined` when that throws, or `value` is no object.
#[inline(never)]
pub(crate) fn field(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// An object with those fields.
#[inline(never)]
pub(crate) fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in fields {
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object
}
