//! Sound that the browser does not let play.

use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::BLOCKED_AUDIO;
use crate::{
    api::{
        call_shared::CallShared,
        fields::{self, Fields, WeakObservables},
        parts::Parts,
    },
    core::{CallCommand, ElementOrder},
};

/// Knows whose sound the browser does not let the page play.
#[wasm_bindgen]
pub struct BlockedAudioTracker {
    shared: Rc<CallShared>,
    observables: WeakObservables,
}

/// What follows from who is blocked.
pub(super) const NAMES: &[&str] = &[IS_BLOCKED, SESSION_IDS];

const IS_BLOCKED: &str = "autoplayBlocked";
const SESSION_IDS: &str = "blockedSessionIds";

impl Fields for BlockedAudioTracker {
    const NAMES: &'static [&'static str] = NAMES;
}

#[wasm_bindgen(typescript_custom_section)]
const OBSERVABLES: &str = "export interface BlockedAudioTracker {
  /** {@link autoplayBlocked}, to be watched. */
  readonly autoplayBlocked$: StateObservable<boolean>;
  /** {@link blockedSessionIds}, to be watched. */
  readonly blockedSessionIds$: StateObservable<readonly string[]>;
}
";

impl BlockedAudioTracker {
    pub(super) fn make(shared: &Rc<CallShared>, parts: &Parts) -> JsValue {
        fields::own(parts, BLOCKED_AUDIO, &JsValue::UNDEFINED, |observables| Self {
            shared: shared.clone(),
            observables,
        })
    }
}

#[wasm_bindgen]
impl BlockedAudioTracker {
    /// Whether anybody's is blocked. {@link Call.resumeAudio} mends it, in a click of the user.
    #[wasm_bindgen(getter, js_name = autoplayBlocked, unchecked_return_type = "boolean")]
    pub fn autoplay_blocked(&self) -> JsValue {
        fields::read(&self.observables, IS_BLOCKED, &|| {
            self.shared.read(|state| !state.blocked_audio.is_empty()).unwrap_or_default().into()
        })
    }

    /// Whose.
    #[wasm_bindgen(getter, js_name = blockedSessionIds, unchecked_return_type = "readonly string[]")]
    pub fn blocked_session_ids(&self) -> JsValue {
        fields::read(&self.observables, SESSION_IDS, &|| {
            let ids = self.shared.read(|state| state.blocked_audio.clone()).unwrap_or_default();
            let list = ids.iter().map(|id| JsValue::from_str(id)).collect::<Array>();
            self.observables.keep_list(SESSION_IDS, list)
        })
    }
}

/// See `Call.resumeAudio`.
pub(crate) fn resume_audio(shared: &CallShared) -> Promise {
    shared.promise(|promise| CallCommand::Element(ElementOrder::ResumeAudio { promise }))
}
