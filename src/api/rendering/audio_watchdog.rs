//! Sound that arrives and is played by no element.

use std::rc::Rc;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::AUDIO;
use crate::{
    api::call_shared::CallShared,
    core::{CallCommand, ElementOrder, TrackType},
};

/// Warns, every 3 s while joined, of participants whose sound arrives and is played by no element.
#[wasm_bindgen]
pub struct AudioBindingsWatchdog {
    shared: Rc<CallShared>,
}

impl AudioBindingsWatchdog {
    pub(super) fn new(shared: &Rc<CallShared>) -> Self {
        Self { shared: shared.clone() }
    }
}

#[wasm_bindgen]
impl AudioBindingsWatchdog {
    /// It is on by default.
    #[wasm_bindgen(js_name = setEnabled)]
    pub fn set_enabled(&self, #[wasm_bindgen(unchecked_param_type = "boolean")] enabled: &JsValue) {
        let is_enabled = enabled.as_bool() == Some(true);
        self.shared.order(CallCommand::Element(ElementOrder::WatchAudio(is_enabled)));
    }
}

/// What the developer is told of a sound that nobody hears.
pub(crate) fn warn_of_unheard(session_id: &str, track_type: TrackType) -> String {
    let known = AUDIO.iter().find(|(_, known)| *known == track_type);
    let name = known.map_or("sound", |(name, _)| name);
    format!("nothing plays the {name} of session {session_id}")
}
