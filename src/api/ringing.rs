//! What apps see of a ring: `call.ringing` and `call.ringingState`.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use super::{
    call_shared::CallShared,
    record::{date, list, record, texts},
};
use crate::{
    core::{Rejection, RingingState},
    web::has_panicked,
};

/// The ring that an app was shown last, to be kept while it is equal.
pub(crate) type LastRing = RefCell<Option<(RingingState, JsValue)>>;

/// Whether the call rings, or has rung since it was last left.
pub(crate) fn is_ringing(shared: &CallShared) -> bool {
    shared.read(|call| call.ringing.is_some()).unwrap_or_default()
}

/// The ring as it stands, or `undefined`.
pub(crate) fn state(shared: &CallShared) -> JsValue {
    if has_panicked() {
        return JsValue::UNDEFINED;
    }
    let user_id = shared.client.user_id();
    let ring = shared.read(|call| call.ringing_state(user_id.as_deref())).flatten();
    let last = shared.kept.ring().take();
    let shown = match (ring, last) {
        (None, _) => None,
        (Some(ring), Some((last, object))) if ring == last => Some((last, object)),
        (Some(ring), _) => {
            let object = make(&ring);
            Some((ring, object))
        }
    };
    let object = shown.as_ref().map(|(_, object)| object.clone()).unwrap_or_default();
    shared.kept.ring().replace(shown);
    object
}

record! {
    /// Who rings whom, and who has answered.
    Ringing "RingingState" = make(ring: &RingingState);
    /// Whether this user is rung, or rings the others.
    set_direction "direction": "'incoming' | 'outgoing'", &str =
        if ring.outgoing { "outgoing" } else { "incoming" };
    /// Users who accepted.
    set_accepted_by "acceptedBy": "readonly string[]", JsValue = texts(&ring.accepted_by);
    /// Users who rejected, and why if they said so.
    set_rejected_by "rejectedBy": "readonly RingingRejection[]", JsValue =
        list(ring.rejected_by.iter().map(rejection));
    /// Users who have not answered yet.
    set_pending "pending": "readonly string[]", JsValue = texts(&ring.pending);
    /// When it gives up; `undefined` when it was answered, or never does.
    set_expires_at "expiresAt": "Date | undefined", JsValue = date(ring.expires_at);
}

record! {
    /// A user who rejected a call.
    RingingRejection "RingingRejection" = rejection(rejection: &Rejection);
    /// Who.
    set_user_id "userId": "string", &str = &rejection.user_id;
    /// Why, if they said so.
    set_reason "reason": "string | undefined", Option<&str> = rejection.reason.as_deref();
}
