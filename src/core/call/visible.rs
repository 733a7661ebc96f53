//! The state of a call together with the note of what changed in it.

use indexmap::IndexMap;

use super::{news::News, participants::ServerPin, succession::Estate};
use crate::core::{
    changes::{Aspects, CallChanges, Slice, Transition},
    host::Host,
    participant::{Activity, Participant, Pin, Tiles, Visibility},
    roster::Slot,
    state::{CallState, CallingState, TrackType},
};

/// What the app sees of a call. Every write goes through here, so that no change is left unmarked.
#[derive(Debug, Default)]
pub(crate) struct Visible<H: Host> {
    state: CallState<H>,
    changes: CallChanges,
    /// Where somebody is in the list of people who changed, by slot, counted from 1; 0 is not.
    marked: Vec<u32>,
    pub(super) news: News<H::Document>,
    /// What is kept for those who have gone, by user.
    pub(super) estates: IndexMap<String, Estate<H>>,
    /// The pins for everyone.
    pub(super) server_pins: Vec<ServerPin>,
    /// By session; they may be known before the participant is.
    tiles: IndexMap<String, Tiles>,
}

impl<H: Host> Visible<H> {
    pub(crate) fn state(&self) -> &CallState<H> {
        &self.state
    }

    pub(crate) fn take_changes(&mut self) -> CallChanges {
        for (slot, _) in &self.changes.people {
            if let Some(place) = self.marked.get_mut(slot.index()) {
                *place = 0;
            }
        }
        std::mem::take(&mut self.changes)
    }

    /// Whether anybody changed in one of these.
    pub(crate) fn is_anybody_marked(&self, aspects: Aspects) -> bool {
        self.changes.people.iter().any(|(_, changed)| changed.any(aspects))
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

    /// Edits whoever has that session in `aspects`; `edit` tells whether it changed anything. `false`
    /// when there is nobody.
    pub(crate) fn edit_participant(
        &mut self,
        session_id: &str,
        aspects: Aspects,
        edit: impl FnOnce(&mut Participant<H>) -> bool,
    ) -> bool {
        let slot = self.state.participants.slot_of(session_id);
        if let Some(slot) = slot {
            self.edit_slot(slot, aspects, edit);
        }
        slot.is_some()
    }

    /// The same with whoever is in that slot.
    pub(crate) fn edit_slot(
        &mut self,
        slot: Slot,
        aspects: Aspects,
        edit: impl FnOnce(&mut Participant<H>) -> bool,
    ) {
        if self.state.participants.get_mut(slot).is_some_and(edit) {
            self.mark_person(slot, aspects);
        }
    }

    /// Edits what whoever is in that slot does.
    pub(crate) fn edit_activity(&mut self, slot: Slot, edit: impl FnOnce(&mut Activity)) {
        let before = self.state.participants.activity(slot);
        let mut after = before;
        edit(&mut after);
        let changed = after.changed(before);
        if !changed.is_empty() {
            self.state.participants.set_activity(slot, after);
            self.mark_person(slot, changed);
        }
    }

    /// Pins whoever is in that slot, or takes their pin off.
    pub(crate) fn set_pin(&mut self, slot: Slot, pin: Option<Pin>) {
        if self.state.participants.set_pin(slot, pin) {
            self.mark_person(slot, Aspects::LOCAL);
        }
    }

    /// Adds a participant at the end.
    pub(crate) fn add_participant(
        &mut self,
        mut participant: Box<Participant<H>>,
        activity: Activity,
    ) -> Option<Slot> {
        participant.tiles = self.tiles_of(&participant.session_id);
        let volumes = &self.state.speaker.volumes;
        participant.audio_volume = volumes.get(&participant.session_id).copied();
        let slot = self.state.participants.insert(participant, activity)?;
        self.mark_person(slot, Aspects::CAME);
        Some(slot)
    }

    /// Takes out whoever is in that slot.
    pub(crate) fn remove_participant(&mut self, slot: Slot) -> Option<Participant<H>> {
        let participant = self.state.participants.remove(slot)?;
        let media = Aspects::MEDIA.only_if(!participant.media.is_empty());
        self.mark_person(slot, Aspects::LEFT.and(media));
        Some(*participant)
    }

    /// Whoever is in that slot stands behind all others.
    pub(crate) fn move_back(&mut self, slot: Slot) {
        self.state.participants.move_back(slot);
    }

    fn mark_person(&mut self, slot: Slot, aspects: Aspects) {
        if !aspects.is_passing() {
            self.mark(Slice::Participants);
        }
        if self.marked.len() <= slot.index() {
            self.marked.resize(slot.index() + 1, 0);
        }
        let people = &mut self.changes.people;
        let Some(place) = self.marked.get_mut(slot.index()) else { return };
        let known = (*place as usize).checked_sub(1).and_then(|place| people.get_mut(place));
        if let Some((_, changed)) = known {
            *changed = changed.and(aspects);
        } else {
            people.push((slot, aspects));
            *place = u32::try_from(people.len()).unwrap_or(0);
        }
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
        self.tiles.insert(session_id.to_owned(), tiles);
        self.edit_participant(session_id, Aspects::LOCAL, |participant| {
            put(&mut participant.tiles, tiles)
        });
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
        self.tiles.get(session_id).copied().unwrap_or_default()
    }

    /// Forgets where tiles are.
    pub(crate) fn clear_tiles(&mut self) {
        self.tiles.clear();
    }
}

/// Changes a field; tells whether that is anything new.
pub(crate) fn put<T: PartialEq>(field: &mut T, value: T) -> bool {
    let changed = *field != value;
    if changed {
        *field = value;
    }
    changed
}
