//! What was chosen for somebody, and what they have in the call, stays theirs when they reconnect.
//!
//! Whoever reconnects has another session. It may come before the one that it replaces goes, or after:
//! what belonged to a session that goes is handed to a later one of the same user, or kept until there
//! is one.

use indexmap::IndexMap;

use super::visible::{Visible, put};
use crate::core::{
    changes::{Aspects, Slice},
    host::Host,
    participant::{Participant, Pin},
    roster::Slot,
    view::{Reaction, Viewed},
};

/// Whoever has not come back after so many others have gone is forgotten.
const REMEMBERED: usize = 200;

/// What somebody who has gone gets back.
#[derive(Debug)]
pub(super) struct Estate<H: Host> {
    session_id: String,
    /// Of this app.
    pub(super) pin: Option<Pin>,
    pub(super) reaction: Option<Box<Viewed<Reaction, H::Document>>>,
}

impl<H: Host> Visible<H> {
    /// Somebody has gone, who may have come back already.
    pub(super) fn hand_on(&mut self, gone: Participant<H>) {
        let Participant { session_id, user_id, pin, reaction, joined_at, .. } = gone;
        if pin.is_some_and(|pin| !pin.is_local) {
            self.pin_successors(&user_id);
        }
        let pin = pin.filter(|pin| pin.is_local);
        let has_settings = self.state().speaker.volumes.contains_key(&session_id)
            || self.state().incoming_video.by_session.contains_key(&session_id);
        if user_id.is_empty() || !(has_settings || pin.is_some() || reaction.is_some()) {
            return;
        }
        let estate = Estate { session_id, pin, reaction };
        let participants = &self.state().participants;
        let of_user = participants.slots().filter_map(|slot| {
            let known = participants.get(slot).filter(|known| known.user_id == user_id)?;
            Some((slot, known.joined_at.unwrap_or_default()))
        });
        // One that was there before is another device.
        let later = of_user.filter(|(_, at)| *at >= joined_at.unwrap_or_default());
        match later.max_by(|(_, a), (_, b)| a.total_cmp(b)) {
            Some((heir, _)) => self.inherit(heir, estate),
            None => {
                self.estates.shift_remove(&user_id);
                if self.estates.len() >= REMEMBERED {
                    self.estates.shift_remove_index(0);
                }
                self.estates.insert(user_id, estate);
            }
        }
    }

    /// The session that the SFU had pinned for everyone is there no more.
    fn pin_successors(&mut self, user_id: &str) {
        let participants = &self.state().participants;
        let is_theirs = |slot: &Slot| participants.get(*slot).is_some_and(|p| p.user_id == user_id);
        for slot in participants.slots().filter(is_theirs).collect::<Vec<_>>() {
            self.pin_as_told(slot);
        }
    }

    /// Somebody has come, who may have been there before.
    pub(super) fn hand_back(&mut self, slot: Slot) {
        if self.estates.is_empty() {
            return;
        }
        let user_id = self.state().participants.get(slot).map(|known| known.user_id.clone());
        if let Some(estate) = user_id.and_then(|user_id| self.estates.shift_remove(&user_id)) {
            self.inherit(slot, estate);
        }
    }

    /// What somebody who has gone would get back, by their session.
    pub(super) fn estate_mut(&mut self, session_id: &str) -> Option<&mut Estate<H>> {
        self.estates.values_mut().find(|estate| estate.session_id == session_id)
    }

    fn inherit(&mut self, heir: Slot, estate: Estate<H>) {
        let Some(participant) = self.state().participants.get(heir) else {
            return;
        };
        let (before, after) = (estate.session_id, participant.session_id.clone());
        if let (Some(pin), true) = (estate.pin, participant.pin.is_none_or(|pin| !pin.is_local)) {
            self.set_pin(heir, Some(pin));
        }
        let volumes = &self.state().speaker.volumes;
        if before != after && volumes.contains_key(&before) && !volumes.contains_key(&after) {
            self.edit(Slice::Speaker, |state| rename(&mut state.speaker.volumes, &before, &after));
        }
        let sizes = &self.state().incoming_video.by_session;
        if before != after && sizes.contains_key(&before) && !sizes.contains_key(&after) {
            self.edit(Slice::IncomingVideo, |state| {
                rename(&mut state.incoming_video.by_session, &before, &after);
            });
        }
        let audio_volume = self.state().speaker.volumes.get(&after).copied();
        self.edit_slot(heir, Aspects::LOCAL, |heir| {
            let is_new = heir.reaction.is_none() && estate.reaction.is_some();
            if is_new {
                heir.reaction = estate.reaction;
            }
            put(&mut heir.audio_volume, audio_volume) || is_new
        });
    }
}

/// Has what belongs to one session belong to another one.
fn rename<T>(by_session: &mut IndexMap<String, T>, before: &str, after: &str) {
    if let Some(theirs) = by_session.shift_remove(before) {
        by_session.insert(after.to_owned(), theirs);
    }
}
