//! Who is in the call: a fold of the SFU's snapshot and the events after it.

use indexmap::IndexMap;

use trunkline_protocol::sfu::{event, models};

use super::visible::{Visible, put};
use crate::core::{
    changes::{Aspects, Slice},
    host::Host,
    ids::RemoteTrackId,
    participant::{Activity, Media, Participant, Pin},
    roster::Slot,
    state::TrackType,
    tracks::TrackSet,
};

/// Received tracks whose participant is not known yet, by stream id.
#[derive(Debug, Default)]
pub(crate) struct Orphans {
    tracks: IndexMap<RemoteTrackId, (String, TrackType)>,
}

/// A pin for everyone.
#[derive(Debug)]
pub(crate) struct ServerPin {
    pin: models::Pin,
    /// ms since the epoch; more important ones have higher values.
    pinned_at: f64,
}

/// What the SFU says of a participant.
#[derive(Debug)]
pub(crate) struct Told<H: Host> {
    participant: Box<Participant<H>>,
    activity: Activity,
}

impl<H: Host> Told<H> {
    /// Takes in a message, which carries the whole participant: what it lacks has its default.
    pub(crate) fn new(wire: models::Participant) -> Self {
        let activity = Activity {
            audio_level: wire.audio_level,
            connection_quality: wire.connection_quality(),
            is_speaking: wire.is_speaking,
            is_dominant_speaker: wire.is_dominant_speaker,
            published_tracks: wire.published_tracks().collect(),
            paused_tracks: TrackSet::default(),
        };
        let participant = Box::new(Participant {
            user_id: wire.user_id,
            session_id: wire.session_id,
            name: wire.name,
            image: wire.image,
            roles: wire.roles,
            custom: wire.custom,
            joined_at: wire.joined_at.as_ref().map(to_epoch_millis),
            track_lookup_prefix: wire.track_lookup_prefix,
            source: wire.source,
            ..Participant::default()
        });
        Self { participant, activity }
    }

    /// Overwrites all that is told of somebody who is known; tells whether it changed anything.
    fn overwrite(self, known: &mut Participant<H>) -> bool {
        let told = *self.participant;
        let joined_at = told.joined_at.or(known.joined_at);
        // All of them, whatever one of them finds.
        [
            put(&mut known.user_id, told.user_id),
            put(&mut known.name, told.name),
            put(&mut known.image, told.image),
            put(&mut known.roles, told.roles),
            put(&mut known.custom, told.custom),
            put(&mut known.joined_at, joined_at),
            put(&mut known.track_lookup_prefix, told.track_lookup_prefix),
            put(&mut known.source, told.source),
        ]
        .contains(&true)
    }
}

impl<H: Host> Visible<H> {
    /// Takes the list of a join response in place of whoever was known. What only this side knows
    /// of a session (its streams, asked sizes, a local pin) stays.
    pub(crate) fn replace_participants(
        &mut self,
        snapshot: Vec<Told<H>>,
        own_session_id: &str,
        now: f64,
    ) {
        let before: Vec<Slot> = self.state().participants.slots().collect();
        let mut is_listed: Vec<bool> = Vec::new();
        let mut listed = 0;
        for told in snapshot {
            let Some(slot) = self.upsert_participant(told, own_session_id, now) else {
                continue;
            };
            if is_listed.len() <= slot.index() {
                is_listed.resize(slot.index() + 1, false);
            }
            let known = is_listed.get_mut(slot.index());
            if known.is_some_and(|known| !std::mem::replace(known, true)) {
                listed += 1;
                self.move_back(slot);
            }
        }
        // Those who are not listed stand before all who are.
        let participants = &self.state().participants;
        let unlisted: Vec<Slot> =
            participants.slots().take(participants.len().saturating_sub(listed)).collect();
        for slot in unlisted {
            if let Some(gone) = self.remove_participant(slot) {
                self.hand_on(gone);
            }
        }
        if !self.state().participants.slots().eq(before) {
            self.mark(Slice::Participants);
        }
    }

    /// Adds a participant, or replaces all that the SFU says of a known one. One without a session id
    /// cannot be told from others.
    pub(crate) fn upsert_participant(
        &mut self,
        told: Told<H>,
        own_session_id: &str,
        now: f64,
    ) -> Option<Slot> {
        if told.participant.session_id.is_empty() {
            return None;
        }
        let known = self.state().participants.slot_of(&told.participant.session_id);
        if let Some(slot) = known {
            self.overwrite(slot, told);
            return known;
        }
        let Told { mut participant, mut activity } = told;
        participant.is_local = participant.session_id == own_session_id;
        participant.joined_at.get_or_insert(now);
        if participant.is_local {
            // What is published from here is known here first.
            activity.published_tracks = TrackSet::default();
        }
        let slot = self.add_participant(participant, activity)?;
        self.hand_back(slot);
        self.pin_as_told(slot);
        Some(slot)
    }

    /// Replaces all that the SFU says of a known participant; an unknown one stays unknown.
    pub(crate) fn edit_known(&mut self, told: Told<H>) -> Option<Slot> {
        let slot = self.state().participants.slot_of(&told.participant.session_id)?;
        self.overwrite(slot, told);
        Some(slot)
    }

    fn overwrite(&mut self, slot: Slot, told: Told<H>) {
        let is_local = self.state().participants.local() == Some(slot);
        let activity = told.activity;
        self.edit_activity(slot, |known| {
            // What is published from here is known here first.
            let published_tracks =
                if is_local { known.published_tracks } else { activity.published_tracks };
            let paused_tracks = known.paused_tracks;
            *known = Activity { published_tracks, paused_tracks, ..activity };
        });
        self.edit_slot(slot, Aspects::IDENTITY, |known| told.overwrite(known));
    }

    /// Somebody has gone.
    pub(crate) fn remove_session(&mut self, session_id: &str) {
        let slot = self.state().participants.slot_of(session_id);
        if let Some(gone) = slot.and_then(|slot| self.remove_participant(slot)) {
            self.hand_on(gone);
        }
    }

    /// A track was published or unpublished.
    pub(crate) fn set_published(&mut self, slot: Slot, track_type: TrackType, published: bool) {
        self.edit_activity(slot, |activity| {
            activity.published_tracks = activity.published_tracks.with(track_type, published);
            if !published {
                activity.paused_tracks = activity.paused_tracks.with(track_type, false);
            }
        });
    }

    /// How loud somebody is.
    pub(crate) fn set_audio_level(&mut self, slot: Slot, level: f32, is_speaking: bool) {
        self.edit_activity(slot, |activity| {
            activity.audio_level = level;
            activity.is_speaking = is_speaking;
        });
    }

    pub(crate) fn set_dominant_speaker(&mut self, session_id: &str) {
        let slot = self.state().participants.slot_of(session_id);
        while let Some(other) =
            self.state().participants.dominant().iter().copied().find(|other| Some(*other) != slot)
        {
            self.edit_activity(other, |activity| activity.is_dominant_speaker = false);
        }
        if let Some(slot) = slot {
            self.edit_activity(slot, |activity| activity.is_dominant_speaker = true);
        }
    }

    /// The full list of what is pinned for everyone, most important first. Local pins stay.
    pub(crate) fn set_server_pins(&mut self, pins: Vec<models::Pin>, now: f64) {
        let count = pins.len();
        let rank = |place| f64::from(u32::try_from(count - place).unwrap_or(u32::MAX));
        let told = pins.into_iter().enumerate();
        self.server_pins =
            told.map(|(place, pin)| ServerPin { pin, pinned_at: now + rank(place) }).collect();
        let participants = &self.state().participants;
        let before: Vec<Slot> = participants.pinned().to_vec();
        for slot in before {
            let pin = self.state().participants.get(slot).and_then(|known| known.pin);
            if pin.is_some_and(|pin| !pin.is_local) && self.server_pin(slot).is_none() {
                self.set_pin(slot, None);
            }
        }
        for slot in self.state().participants.slots().collect::<Vec<_>>() {
            self.pin_as_told(slot);
        }
    }

    /// Somebody is pinned for everyone, or may be; whoever is pinned already, here or for everyone,
    /// stays as they are.
    pub(crate) fn pin_for_everyone(&mut self, slot: Slot, pinned_at: f64) {
        if self.state().participants.get(slot).is_some_and(|known| known.pin.is_none()) {
            self.set_pin(slot, Some(Pin { is_local: false, pinned_at }));
        }
    }

    pub(super) fn pin_as_told(&mut self, slot: Slot) {
        if let Some(pinned_at) = self.server_pin(slot) {
            self.pin_for_everyone(slot, pinned_at);
        }
    }

    /// Whether and since when somebody is in the list of the pins for everyone. A pin is that of a
    /// session, or of its user: where the session is not there, it was another one before they
    /// reconnected.
    fn server_pin(&self, slot: Slot) -> Option<f64> {
        let participants = &self.state().participants;
        let known = participants.get(slot)?;
        let is_theirs = |ServerPin { pin, .. }: &&ServerPin| {
            if pin.session_id == known.session_id {
                return true;
            }
            if pin.user_id.is_empty() || pin.user_id != known.user_id {
                return false;
            }
            let of_user = self.server_pins.iter().filter(|other| other.pin.user_id == pin.user_id);
            pin.session_id.is_empty()
                || (participants.slot_of(&pin.session_id).is_none() && of_user.count() == 1)
        };
        self.server_pins.iter().find(is_theirs).map(|told| told.pinned_at)
    }

    pub(crate) fn set_paused(&mut self, states: &[event::InboundVideoState]) {
        for state in states {
            if let Some(slot) = self.state().participants.slot_of(&state.session_id) {
                self.edit_activity(slot, |activity| {
                    let paused = activity.paused_tracks.with(state.track_type(), state.paused);
                    activity.paused_tracks = paused;
                });
            }
        }
    }

    /// A track arrived: it goes to the participant whose prefix its stream id bears, or waits for
    /// them. A stream id of another form belongs to nobody. Whoever had the track before has it no
    /// longer.
    pub(crate) fn attach_track(
        &mut self,
        orphans: &mut Orphans,
        stream_id: &str,
        track: RemoteTrackId,
    ) {
        self.detach_track(orphans, track);
        let mut parts = stream_id.split(':');
        let (prefix, track_type) = (parts.next(), parts.next().and_then(TrackType::from_str_name));
        let (Some(prefix), Some(track_type)) = (prefix, track_type) else {
            return;
        };
        orphans.tracks.insert(track, (prefix.to_owned(), track_type));
        let participants = &self.state().participants;
        let bears_it =
            |slot: &Slot| participants.get(*slot).is_some_and(|p| p.track_lookup_prefix == prefix);
        let parent = participants.slots().find(bears_it);
        if let Some(parent) = parent {
            self.adopt(orphans, parent);
        }
    }

    /// Gives tracks that wait for whoever is in that slot to them.
    pub(crate) fn adopt(&mut self, orphans: &mut Orphans, slot: Slot) {
        if orphans.tracks.is_empty() {
            return;
        }
        self.edit_slot(slot, Aspects::MEDIA, |participant| {
            let mut changed = false;
            orphans.tracks.retain(|track, (prefix, track_type)| {
                let is_theirs = *prefix == participant.track_lookup_prefix;
                if is_theirs && *track_type != TrackType::Unspecified {
                    changed |= participant.set_media(*track_type, Some(Media::Remote(*track)));
                }
                !is_theirs
            });
            changed
        });
    }

    /// A received track ended.
    pub(crate) fn detach_track(&mut self, orphans: &mut Orphans, track: RemoteTrackId) {
        orphans.tracks.shift_remove(&track);
        let media = Media::Remote(track);
        let participants = &self.state().participants;
        let holds_it = |slot: &Slot| {
            participants.get(*slot).is_some_and(|p| p.media.iter().any(|(_, held)| *held == media))
        };
        let owner = participants.slots().find(holds_it);
        if let Some(owner) = owner {
            self.edit_slot(owner, Aspects::MEDIA, |participant| {
                participant.media.retain(|(_, held)| *held != media);
                true
            });
        }
    }

    /// Shows what is published from here on the local participant.
    pub(crate) fn set_local_media(&mut self, track_type: TrackType, media: Option<Media>) {
        if let Some(slot) = self.state().participants.local() {
            self.set_published(slot, track_type, media.is_some());
            self.edit_slot(slot, Aspects::MEDIA, |local| local.set_media(track_type, media));
        }
    }

    /// One of our tracks is published, but delivers nothing for now, or does again.
    pub(crate) fn set_interrupted(&mut self, track_type: TrackType, interrupted: bool) {
        if let Some(slot) = self.state().participants.local() {
            self.edit_slot(slot, Aspects::LOCAL, |local| {
                let tracks = local.interrupted_tracks.with(track_type, interrupted);
                put(&mut local.interrupted_tracks, tracks)
            });
        }
    }

    /// The publish rights that the SFU says are in force.
    pub(crate) fn apply_grants(&mut self, grants: models::CallGrants) {
        let mut capabilities = self.state().own_capabilities.clone();
        let rights = [
            ("send-audio", grants.can_publish_audio),
            ("send-video", grants.can_publish_video),
            ("screenshare", grants.can_screenshare),
        ];
        for (capability, granted) in rights {
            let has = capabilities.iter().any(|known| known == capability);
            if granted && !has {
                capabilities.push(capability.to_owned());
            } else if !granted {
                capabilities.retain(|known| known != capability);
            }
        }
        self.set_own_capabilities(capabilities);
    }

    /// Nobody is in a call that was left.
    pub(crate) fn clear_participants(&mut self) {
        let everybody: Vec<Slot> = self.state().participants.slots().collect();
        for slot in everybody {
            self.remove_participant(slot);
        }
        self.estates.clear();
        self.server_pins.clear();
        self.clear_tiles();
        self.set(Slice::StartedAt, |s| &mut s.started_at, None);
    }
}

/// Milliseconds since the epoch.
pub(crate) fn to_epoch_millis(timestamp: &pbjson_types::Timestamp) -> f64 {
    #[allow(clippy::cast_precision_loss)] // seconds of the next million years fit exactly
    let seconds = timestamp.seconds as f64;
    seconds * 1000.0 + f64::from(timestamp.nanos / 1_000_000)
}
