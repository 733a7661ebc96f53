//! The elements of an app, played.

use std::collections::BTreeMap;

use super::Host;
use crate::core::{
    CallCommand, CallKey, Dimension, ElementEffect, ElementId, ElementInput, ElementOrder, Input,
    Media, PlayOutcome, TrackType,
};

/// What became of them.
#[derive(Debug, Default)]
pub(in crate::core::tests) struct Elements {
    /// What each of them shows.
    pub(in crate::core::tests) shown: BTreeMap<ElementId, Option<Media>>,
    /// How often each of them was started.
    pub(in crate::core::tests) plays: BTreeMap<ElementId, u32>,
    /// Whose sound those play that were made.
    pub(in crate::core::tests) made: BTreeMap<ElementId, String>,
    /// Sounds that were warned of.
    pub(in crate::core::tests) unheard: Vec<(String, TrackType)>,
    /// The user has not touched the page, and nothing may play; or nothing ever answers.
    pub(in crate::core::tests) outcome: Option<PlayOutcome>,
}

impl Host {
    pub(in crate::core::tests) fn element(&mut self, call: CallKey, order: ElementOrder) {
        self.tell(call, CallCommand::Element(order));
    }

    pub(in crate::core::tests) fn bind(
        &mut self,
        call: CallKey,
        session_id: &str,
        track_type: TrackType,
    ) -> ElementId {
        let element = self.client.element(call);
        let session_id = session_id.to_owned();
        self.element(call, ElementOrder::Bind { element, session_id, track_type });
        element
    }

    pub(in crate::core::tests) fn resize(&mut self, element: ElementId, size: Dimension) {
        let (picture, density) = (Dimension { width: 0, height: 0 }, 1.0);
        self.feed(Input::Element(element, ElementInput::Resized { size, picture, density }));
    }

    pub(in crate::core::tests) fn plays(&self, element: ElementId) -> u32 {
        self.elements.plays.get(&element).copied().unwrap_or_default()
    }

    pub(super) fn perform_element(&mut self, element: ElementId, effect: ElementEffect) {
        match effect {
            ElementEffect::Show(media) => {
                self.elements.shown.insert(element, media);
            }
            ElementEffect::Play => {
                assert!(self.elements.shown.contains_key(&element), "it shows nothing");
                *self.elements.plays.entry(element).or_default() += 1;
                if let Some(outcome) = self.elements.outcome {
                    self.later(Input::Element(element, ElementInput::PlayEnded(outcome)));
                }
            }
            ElementEffect::Make { session_id, .. } => {
                let before = self.elements.made.insert(element, session_id);
                assert!(before.is_none(), "G5: made twice");
            }
            ElementEffect::Remove => {
                assert!(self.elements.made.remove(&element).is_some(), "G5: removed twice");
            }
        }
    }
}
