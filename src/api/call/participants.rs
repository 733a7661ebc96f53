//! What only this side knows of participants.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::Call;
use crate::{
    api::{body::text, call_state, error::to_js},
    core::CallCommand,
};

#[wasm_bindgen]
impl Call {
    /// Pins a participant for this page only.
    pub fn pin(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) -> Result<(), JsValue> {
        self.edit(session_id, |session_id| CallCommand::Pin { session_id, pinned: true })
    }

    /// Takes any pin off, for this page only.
    pub fn unpin(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) -> Result<(), JsValue> {
        self.edit(session_id, |session_id| CallCommand::Pin { session_id, pinned: false })
    }

    /// Forgets the last reaction of a participant, for this page only.
    #[wasm_bindgen(js_name = resetReaction)]
    pub fn reset_reaction(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) -> Result<(), JsValue> {
        self.edit(session_id, CallCommand::ResetReaction)
    }

    /// See {@link CallState.setSortParticipantsBy}.
    #[wasm_bindgen(js_name = setSortParticipantsBy)]
    pub fn set_sort_participants_by(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ParticipantComparator")] comparator: &JsValue,
    ) -> Result<(), JsValue> {
        call_state::sort_by(&self.shared, comparator).map_err(|error| to_js(&error))
    }

    /// How long captions are shown (2700 ms), and how many (2).
    #[wasm_bindgen(js_name = updateClosedCaptionSettings)]
    pub fn update_closed_caption_settings(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ClosedCaptionSettings")] settings: &JsValue,
    ) -> Result<(), JsValue> {
        call_state::set_captions(&self.shared, settings).map_err(|error| to_js(&error))
    }
}

impl Call {
    fn edit(&self, session_id: &JsValue, edit: fn(String) -> CallCommand) -> Result<(), JsValue> {
        let session_id = text(session_id, "the session id").map_err(|error| to_js(&error))?;
        self.shared.order(edit(session_id));
        Ok(())
    }
}
