//! What the server wrote, as apps see it.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{core::Json, web::JsNode};

/// A document as the browser parsed it, or `undefined`.
pub(crate) fn value(document: Option<&Json>) -> JsValue {
    document.map(JsNode::unwrap).unwrap_or_default()
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
