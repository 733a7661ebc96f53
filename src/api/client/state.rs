//! `client.state`, which is JavaScript until `ClientState` is Rust.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{args::Persistence, shared::ClientShared};
use crate::{
    api::{client::handle::ClientHandle, parts::Parts},
    core::Changes,
};
use std::rc::Rc;

/// Makes it.
pub(super) fn make(shared: &Rc<ClientShared>, parts: &Parts, persistence: Option<Persistence>) {
    let handle = ClientHandle::new(shared.clone());
    let (key, storage) = match persistence {
        Some(Persistence { key, storage }) => (Some(key), storage),
        None => (None, JsValue::UNDEFINED),
    };
    make_client_parts(parts, handle, key, storage);
}

/// What changed is told with the next [`flush`].
pub(super) fn mark(parts: &Parts, changes: &Changes) {
    let store: ClientStore = parts.get("store").unchecked_into();
    for (place, is_changed) in [(0, changes.connected_user), (1, changes.calls)] {
        if is_changed {
            let _ = store.mark(place);
        }
    }
}

/// Tells the watchers.
pub(super) fn flush(parts: &Parts) {
    let store: ClientStore = parts.get("store").unchecked_into();
    let _ = store.flush();
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeClientParts)]
    fn make_client_parts(
        parts: &Parts,
        handle: ClientHandle,
        storage_key: Option<String>,
        storage: JsValue,
    );
    type ClientStore;
    #[wasm_bindgen(method, structural, catch)]
    fn mark(this: &ClientStore, place: u8) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn flush(this: &ClientStore) -> Result<(), JsValue>;
}
