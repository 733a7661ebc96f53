//! The core's side of `client.state`, which goes with [`super::state`].

use std::rc::Rc;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{
    log::{Level, LogScope},
    shared::ClientShared,
};

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
    /// Logs a warning about devices.
    #[wasm_bindgen(js_name = warnOfDevices)]
    pub fn warn_of_devices(&self, message: &str, details: Vec<JsValue>) {
        self.shared.log(LogScope::Devices, Level::Warn, message, &details);
    }
}
