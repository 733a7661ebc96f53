//! What apps see of a client: `client.state`.

use std::rc::Rc;

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    client::ClientShared,
    documents,
    fields::{self, WeakObservables, fields},
    parts::Parts,
};
use crate::{core::Changes, web::has_panicked};

/// What is known of a client. Getters are always current.
#[wasm_bindgen]
pub struct ClientState {
    client: Rc<ClientShared>,
    observables: WeakObservables,
}

fields! {
    ClientState "ClientState": "ClientStateFields";
    /// The connected user; `undefined` before and after, and for anonymous users.
    connected_user: "connectedUser", "OwnUserResponse | undefined" = Self::make_connected_user;
    /// The calls that were loaded or joined and not left. A new list after each change.
    calls: "calls", "readonly Call[]" = Self::make_calls;
}

impl ClientState {
    fn make_connected_user(&self) -> JsValue {
        if has_panicked() {
            return JsValue::UNDEFINED;
        }
        documents::value(self.client.driver().client().state().connected_user.as_ref())
    }

    fn make_calls(&self) -> JsValue {
        let list = Array::new();
        if !has_panicked() {
            let registered = self.client.driver().client().state().calls.clone();
            for call in registered {
                list.push(&self.client.call_object(call));
            }
        }
        self.observables.keep_list("calls", list)
    }
}

/// Makes the `state` of a client.
pub(crate) fn make(client: &Rc<ClientShared>, parts: &Parts) -> JsValue {
    fields::own(parts, "state", &JsValue::UNDEFINED, |observables| ClientState {
        client: client.clone(),
        observables,
    })
}

/// Notes what changed. Runs no code of the app.
pub(crate) fn mark(parts: &Parts, changes: &Changes) {
    if let Some(observables) = fields::observables(parts, "state") {
        if changes.connected_user {
            observables.mark("connectedUser");
        }
        if changes.calls {
            observables.mark("calls");
        }
    }
}

/// Tells those who watch of what was marked.
pub(crate) fn flush(parts: &Parts) {
    if let Some(observables) = fields::observables(parts, "state") {
        observables.flush();
        // So that the list of before, and the calls in it, can be collected.
        let _ = Reflect::get(&parts.get("state"), &"calls".into());
    }
}
