//! The state of a call together with the note of what changed in it.

use crate::core::{
    changes::{CallChanges, Slice, Transition},
    host::Host,
    state::{CallState, CallingState, Participant, Tiles, TrackType, Visibility},
};

/// What the app sees of a call. Every write goes through here, so that no change is left unmarked.
#[derive(Debug, Default)]
pub(crate) struct Visible<H: Host> {
    state: CallState<H>,
    changes: CallChanges,
    /// By session; they may be known before the participant is.
    tiles: Vec<(String, Tiles)>,
}

impl<H: Host> Visible<H> {
    pub(crate) fn state(&self) -> &CallState<H> {
        &self.state
    }

    pub(crate) fn take_changes(&mut self) -> CallChanges {
        std::mem::take(&mut self.changes)
    }

    /// Whether the host has not been told yet that `slice` changed.
    pub(crate) fn is_marked(&self, slice: Slice) -> bool {
        self.changes.slices.contains(slice)
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
        field: impl FnOnce(&mut CallState<H>) -> &mut T,
        value: T,
    ) {
        let field = field(&mut self.state);
        if *field != value {
            *field = value;
            self.mark(slice);
        }
    }

    /// Edits what `slice` shows.
    pub(crate) fn edit(&mut self, slice: Slice, edit: impl FnOnce(&mut CallState<H>)) {
        edit(&mut self.state);
        self.mark(slice);
    }

    /// Edits what no slice shows by itself.
    pub(crate) fn edit_quietly(&mut self, edit: impl FnOnce(&mut CallState<H>)) {
        edit(&mut self.state);
    }

    /// Edits one participant; marks them if that changes them. `false` when there is none.
    pub(crate) fn edit_participant(
        &mut self,
        session_id: &str,
        edit: impl FnOnce(&mut Participant<H>),
    ) -> bool {
        let Some(participant) = self.state.participants.of_session_mut(session_id) else {
            return false;
        };
        let before = participant.clone();
        edit(participant);
        if *participant != before {
            self.changes.mark_participant(session_id);
            self.mark(Slice::Participants);
        }
        true
    }

    /// Edits what changes many times a second: audio level and connection quality.
    pub(crate) fn edit_levels(&mut self, session_id: &str, edit: impl FnOnce(&mut Participant<H>)) {
        if let Some(participant) = self.state.participants.of_session_mut(session_id) {
            edit(participant);
            self.changes.mark_levels(session_id);
        }
    }

    /// Adds a participant at the end.
    pub(crate) fn add_participant(&mut self, mut participant: Participant<H>) {
        participant.tiles = self.tiles_of(&participant.session_id);
        self.changes.mark_participant(&participant.session_id);
        self.state.participants.push(participant);
        self.mark(Slice::Participants);
    }

    /// A tile came into sight, or went out of it.
    pub(crate) fn set_visibility(
        &mut self,
        session_id: &str,
        track_type: TrackType,
        visibility: Visibility,
    ) {
        let mut tiles = self.tiles_of(session_id);
        match track_type {
            TrackType::ScreenShare => tiles.screen_share = visibility,
            _ => tiles.video = visibility,
        }
        self.tiles.retain(|(known, _)| known != session_id);
        self.tiles.push((session_id.to_owned(), tiles));
        self.edit_participant(session_id, |participant| participant.tiles = tiles);
    }

    /// Where the tile of a video is.
    pub(crate) fn visibility(&self, session_id: &str, track_type: TrackType) -> Visibility {
        let tiles = self.tiles_of(session_id);
        match track_type {
            TrackType::ScreenShare => tiles.screen_share,
            _ => tiles.video,
        }
    }

    fn tiles_of(&self, session_id: &str) -> Tiles {
        let tiles = self.tiles.iter().find(|(known, _)| known == session_id);
        tiles.map(|(_, tiles)| *tiles).unwrap_or_default()
    }

    /// Forgets where tiles are.
    pub(crate) fn clear_tiles(&mut self) {
        self.tiles.clear();
    }

    /// Takes out the participants for whom `keep` says no.
    pub(crate) fn retain_participants(&mut self, keep: impl FnMut(&Participant<H>) -> bool) {
        if self.state.participants.retain(keep) {
            self.mark(Slice::Participants);
        }
    }

    /// Puts the participants in the order of `session_ids`; those not listed go last.
    pub(crate) fn order_participants(&mut self, session_ids: &[String]) {
        if self.state.participants.order_by(session_ids) {
            self.mark(Slice::Participants);
        }
    }
}
