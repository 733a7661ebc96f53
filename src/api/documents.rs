//! What the server wrote, as apps see it.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use crate::{core::Json, web::JsNode};

/// A document as the browser parsed it, or `undefined`.
pub(crate) fn value(document: Option<&Json>) -> JsValue {
    document.map(JsNode::unwrap).unwrap_or_default()
}

/// A field of a document, or `undefined`.
pub(crate) fn field(document: Option<&Json>, name: &str) -> JsValue {
    value(document.and_then(|document| document.get(name)).as_ref())
}

/// A copy of a document whose fields can be changed.
pub(crate) fn copy(document: &Json) -> Object {
    let document = JsNode::unwrap(document);
    // Not with `assign`, for which `__proto__` is no field.
    let entries = document.dyn_ref().map(Object::entries).unwrap_or_default();
    Object::from_entries(&entries).unwrap_or_default()
}

/// The free object of a user, as the SFU tells it.
pub(crate) fn custom(custom: Option<&trunkline_protocol::sfu::Struct>) -> JsValue {
    read_struct(custom.map(trunkline_protocol::sfu::Struct::bytes))
}

#[wasm_bindgen(raw_module = "/pkg/struct.js")]
extern "C" {
    #[wasm_bindgen(js_name = readStruct)]
    fn read_struct(bytes: Option<&[u8]>) -> JsValue;
}
