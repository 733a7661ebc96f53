//! Reading JavaScript objects, once for all, as each use of it is code to download.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// `value[key]`; `undefined` when that throws, or `value` is no object.
#[inline(never)]
pub(crate) fn field(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}
