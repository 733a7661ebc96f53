//! What apps see of the session of a call.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{documents, record::list};
use crate::{core::Session, web::Browser};

/// The session as the server wrote it, with what was learnt since laid over it.
pub(crate) fn make(session: &Session<Browser>) -> JsValue {
    let overlaid: SessionResponse = documents::copy(&session.document).unchecked_into();
    let participants = session.participants.iter();
    overlaid.set_participants(list(participants.map(|p| documents::value(Some(&p.document)))));
    let counts = session.counts_by_role.iter();
    let counts: Array = counts.map(|(role, n)| Array::of2(&role.into(), &(*n).into())).collect();
    overlaid.set_counts_by_role(Object::from_entries(&counts).unwrap_or_default());
    overlaid.set_anonymous_count(session.anonymous_count);
    overlaid.into()
}

#[wasm_bindgen]
extern "C" {
    type SessionResponse;
    #[wasm_bindgen(method, setter, structural, js_name = participants)]
    fn set_participants(this: &SessionResponse, value: JsValue);
    #[wasm_bindgen(method, setter, structural, js_name = participants_count_by_role)]
    fn set_counts_by_role(this: &SessionResponse, value: Object);
    #[wasm_bindgen(method, setter, structural, js_name = anonymous_participant_count)]
    fn set_anonymous_count(this: &SessionResponse, value: u32);
}
