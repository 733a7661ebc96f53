//! What keeps the user's devices, which is JavaScript until it is Rust.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{args::Persistence, shared::ClientShared};
use crate::api::{client::handle::ClientHandle, parts::Parts};
use std::rc::Rc;

/// Makes it.
pub(super) fn make(shared: &Rc<ClientShared>, parts: &Parts, persistence: Option<Persistence>) {
    if let Some(Persistence { key, storage }) = persistence {
        make_client_parts(parts, ClientHandle::new(shared.clone()), key, storage);
    }
}

#[wasm_bindgen(raw_module = "/pkg/call-parts.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeClientParts)]
    fn make_client_parts(
        parts: &Parts,
        handle: ClientHandle,
        storage_key: String,
        storage: JsValue,
    );
}
