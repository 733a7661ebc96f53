//! The state of a call together with the note of what changed in it.

use crate::core::{
    changes::{CallChanges, Slice, Transition},
    state::{CallState, CallingState, Participant},
};

/// What the app sees of a call. Every write goes through here, so that no change is left unmarked.
#[derive(Debug, Default)]
pub(crate) struct Visible {
    state: CallState,
    changes: CallChanges,
}

impl Visible {
    pub(crate) fn state(&self) -> &CallState {
        &self.state
    }

    pub(crate) fn take_changes(&mut self) -> CallChanges {
        std::mem::take(&mut self.changes)
    }

    pub(crate) fn mark(&mut self, slice: Slice) {
        self.changes.mark(slice);
    }

    /// Changes the calling state; the same state again is no change.
    pub(crate) fn enter(&mut self, to: CallingState) {
        let from = std::mem::replace(&mut self.state.calling_state, to);
        if from != to {
            self.changes.transitions.push(Transition { from, to });
            self.mark(Slice::CallingState);
        }
    }

    /// Writes one field, marking `slice` if that changes it.
    pub(crate) fn set<T: PartialEq>(
        &mut self,
        slice: Slice,
        field: impl FnOnce(&mut CallState) -> &mut T,
        value: T,
    ) {
        let field = field(&mut self.state);
        if *field != value {
            *field = value;
            self.mark(slice);
        }
    }

    /// Edits what `slice` shows.
    pub(crate) fn edit(&mut self, slice: Slice, edit: impl FnOnce(&mut CallState)) {
        edit(&mut self.state);
        self.mark(slice);
    }

    /// Edits what no slice shows by itself.
    pub(crate) fn edit_quietly(&mut self, edit: impl FnOnce(&mut CallState)) {
        edit(&mut self.state);
    }

    /// Edits one participant; marks them if that changes them. `false` when there is none.
    pub(crate) fn edit_participant(
        &mut self,
        session_id: &str,
        edit: impl FnOnce(&mut Participant),
    ) -> bool {
        let Some(participant) =
            self.state.participants.iter_mut().find(|p| p.session_id == session_id)
        else {
            return false;
        };
        let before = participant.clone();
        edit(participant);
        if *participant != before {
            self.changes.participants.insert(session_id.to_owned());
            self.mark(Slice::Participants);
        }
        true
    }

    /// Edits what changes many times a second: audio level and connection quality.
    pub(crate) fn edit_levels(&mut self, session_id: &str, edit: impl FnOnce(&mut Participant)) {
        let participant = self.state.participants.iter_mut().find(|p| p.session_id == session_id);
        if let Some(participant) = participant {
            edit(participant);
            self.changes.levels.insert(session_id.to_owned());
        }
    }

    /// Adds a participant at the end.
    pub(crate) fn add_participant(&mut self, participant: Participant) {
        self.changes.participants.insert(participant.session_id.clone());
        self.state.participants.push(participant);
        self.mark(Slice::Participants);
    }

    /// Takes out the participants for whom `keep` says no.
    pub(crate) fn retain_participants(&mut self, keep: impl FnMut(&Participant) -> bool) {
        let before = self.state.participants.len();
        self.state.participants.retain(keep);
        if self.state.participants.len() != before {
            self.mark(Slice::Participants);
        }
    }

    /// Puts the participants in the order of `session_ids`; those not listed go last.
    pub(crate) fn order_participants(&mut self, session_ids: &[String]) {
        let place = |p: &Participant| {
            session_ids.iter().position(|id| *id == p.session_id).unwrap_or(session_ids.len())
        };
        if !self.state.participants.is_sorted_by_key(place) {
            self.state.participants.sort_by_key(place);
            self.mark(Slice::Participants);
        }
    }
}
