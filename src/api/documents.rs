//! What the server wrote, as apps see it in the state: frozen, and the same object as long as it does
//! not change.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use crate::{
    core::{self, view::Call},
    web::{Browser, CallState, Document, field, free_object},
};

/// A document, or `undefined`.
pub(crate) fn value(document: Option<&Document>) -> JsValue {
    document.map(Document::frozen).unwrap_or_default()
}

/// A part of the newest call object, or `undefined`.
pub(crate) fn part(state: &CallState, part: fn(&Call<Document>) -> Option<&Document>) -> JsValue {
    value(state.document.as_deref().and_then(part))
}

/// A copy of a document whose fields can be changed.
pub(crate) fn copy(document: &Document) -> Object {
    shallow_copy(&document.frozen())
}

/// The free object of a user, as the SFU tells it.
pub(crate) fn custom(custom: Option<&trunkline_protocol::sfu::Struct>) -> JsValue {
    free_object(custom)
}

/// Recordings and broadcasts as the server wrote them, with what was learnt since laid over them.
pub(crate) fn egress(egress: &core::Egress<Browser>) -> JsValue {
    let document = egress.document.frozen();
    if !egress.broadcast_ended {
        return document;
    }
    let value: EgressValue = shallow_copy(&document).unchecked_into();
    value.set_broadcasting(false);
    let hls = field(&document, "hls");
    if hls.is_object() {
        let ended: HlsValue = shallow_copy(&hls).unchecked_into();
        ended.set_status("");
        value.set_hls(&ended);
    }
    value.into()
}

/// The same fields in another object. Not with `assign`, for which `__proto__` is no field.
fn shallow_copy(value: &JsValue) -> Object {
    let entries = Object::entries(value.unchecked_ref::<Object>());
    Object::from_entries(&entries).unwrap_or_default()
}

#[wasm_bindgen]
extern "C" {
    type EgressValue;
    #[wasm_bindgen(method, setter, structural, js_name = broadcasting)]
    fn set_broadcasting(this: &EgressValue, broadcasting: bool);
    #[wasm_bindgen(method, setter, structural, js_name = hls)]
    fn set_hls(this: &EgressValue, hls: &HlsValue);

    type HlsValue;
    #[wasm_bindgen(method, setter, structural, js_name = status)]
    fn set_status(this: &HlsValue, status: &str);
}
