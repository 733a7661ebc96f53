//! The core's side of `client.state`, which goes with [`super::state`].

use std::rc::Rc;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    log::{Level, LogScope},
    shared::ClientShared,
};
use crate::web::{Document, has_panicked};

/// What the JavaScript of `client.state` reads.
#[wasm_bindgen(skip_typescript)]
pub struct ClientHandle {
    shared: Rc<ClientShared>,
}

impl ClientHandle {
    pub(super) fn new(shared: Rc<ClientShared>) -> Self {
        Self { shared }
    }
}

#[wasm_bindgen]
impl ClientHandle {
    /// `state.connectedUser`
    #[wasm_bindgen(js_name = connectedUser)]
    pub fn connected_user(&self) -> JsValue {
        if has_panicked() {
            return JsValue::UNDEFINED;
        }
        let client = self.shared.driver().client();
        let user = client.state().connected_user.as_ref();
        user.map(Document::frozen).unwrap_or_default()
    }

    /// `state.calls`
    pub fn calls(&self) -> Vec<JsValue> {
        if has_panicked() {
            return vec![];
        }
        let registered = self.shared.driver().client().state().calls.clone();
        registered.into_iter().map(|call| self.shared.call_object(call)).collect()
    }

    /// Logs a warning about devices.
    #[wasm_bindgen(js_name = warnOfDevices)]
    pub fn warn_of_devices(&self, message: &str, details: Vec<JsValue>) {
        self.shared.log(LogScope::Devices, Level::Warn, message, &details);
    }
}
