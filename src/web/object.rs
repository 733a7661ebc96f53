//! Reading JavaScript objects, once for all, as each use of it is code to download.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

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

/// Whether a value is a list; a proxy that was revoked is none.
#[inline(never)]
pub(crate) fn is_list(value: &JsValue) -> bool {
    is_array(value).unwrap_or_default()
}

/// What a list holds; `None` when it is no list, or reading it throws.
#[inline(never)]
pub(crate) fn items(value: &JsValue) -> Option<Vec<JsValue>> {
    let copy = if is_list(value) { copy_list(value).ok() } else { None };
    copy.map(|copy| copy.to_vec())
}

// js-sys says that they cannot throw, and asks the first one for `dyn_into::<Array>()`, too. Proxies
// do: those that were revoked, and those whose traps throw.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Array, js_name = from)]
    pub(super) fn copy_list(list: &JsValue) -> Result<Array, JsValue>;
}
