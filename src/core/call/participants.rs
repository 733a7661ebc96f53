//! Who is in the call: a fold of the SFU's snapshot and the events after it.

use litemap::LiteMap;

use trunkline_protocol::sfu::{event, models};

use super::visible::Visible;
use crate::core::{
    changes::Slice,
    host::Host,
    ids::RemoteTrackId,
    state::{Media, Participant, Pin, TrackType},
};

/// Received tracks whose participant is not known yet, by stream id.
#[derive(Debug, Default)]
pub(crate) struct Orphans {
    tracks: LiteMap<RemoteTrackId, (String, TrackType)>,
}

impl<H: Host> Visible<H> {
    /// Takes the list of a join response in place of whoever was known. What only this side knows
    /// of a session (its streams, asked sizes, a local pin) stays.
    pub(crate) fn replace_participants(
        &mut self,
        snapshot: &[models::Participant],
        own_session_id: &str,
        now: f64,
    ) {
        let ids: Vec<String> = snapshot.iter().map(|p| p.session_id.clone()).collect();
        self.retain_participants(|known| ids.contains(&known.session_id));
        for participant in snapshot {
            self.upsert_participant(participant, own_session_id, now);
        }
        self.order_participants(&ids);
    }

    /// Adds a participant, or replaces all that the SFU says of a known one.
    pub(crate) fn upsert_participant(
        &mut self,
        wire: &models::Participant,
        own_session_id: &str,
        now: f64,
    ) {
        let known = self.edit_participant(&wire.session_id, |participant| merge(participant, wire));
        if !known {
            let mut participant = Participant {
                session_id: wire.session_id.clone(),
                is_local: wire.session_id == own_session_id,
                joined_at: Some(now),
                ..Participant::default()
            };
            merge(&mut participant, wire);
            self.add_participant(participant);
        }
    }

    /// Replaces all that the SFU says of a known participant; an unknown one stays unknown.
    pub(crate) fn edit_known(&mut self, wire: &models::Participant) {
        self.edit_participant(&wire.session_id, |participant| merge(participant, wire));
    }

    pub(crate) fn remove_participant(&mut self, session_id: &str) {
        self.retain_participants(|participant| participant.session_id != session_id);
    }

    /// A track was published or unpublished. An event that carries the participant replaces it: in
    /// large calls that is how people are introduced.
    pub(crate) fn set_published(
        &mut self,
        session_id: &str,
        track_type: TrackType,
        published: bool,
        wire: Option<&models::Participant>,
        own_session_id: &str,
        now: f64,
    ) {
        if let Some(wire) = wire {
            self.upsert_participant(wire, own_session_id, now);
        }
        self.edit_participant(session_id, |participant| {
            let is_published = |of: &TrackType| {
                if *of == track_type {
                    published
                } else {
                    participant.published_tracks.contains(of)
                }
            };
            participant.published_tracks = TRACK_TYPES.into_iter().filter(is_published).collect();
            if !published {
                participant.paused_tracks.retain(|known| *known != track_type);
            }
        });
    }

    pub(crate) fn set_audio_levels(&mut self, levels: &[event::AudioLevel]) {
        for level in levels {
            let speaking = |p: &Participant<_>| p.is_speaking == level.is_speaking;
            let known = self.state().participant(&level.session_id);
            if known.is_some_and(speaking) {
                self.edit_levels(&level.session_id, |p| p.audio_level = level.level);
            } else {
                self.edit_participant(&level.session_id, |participant| {
                    participant.audio_level = level.level;
                    participant.is_speaking = level.is_speaking;
                });
            }
        }
    }

    pub(crate) fn set_dominant_speaker(&mut self, session_id: &str) {
        let others = self.state().participants.iter();
        let others = others.filter(|p| p.is_dominant_speaker && p.session_id != session_id);
        for id in others.map(|p| p.session_id.clone()).collect::<Vec<_>>() {
            self.edit_participant(&id, |participant| participant.is_dominant_speaker = false);
        }
        self.edit_participant(session_id, |participant| participant.is_dominant_speaker = true);
    }

    pub(crate) fn set_connection_qualities(&mut self, updates: &[event::ConnectionQualityInfo]) {
        for update in updates {
            let quality = update.connection_quality();
            self.edit_participant(&update.session_id, |p| p.connection_quality = quality);
        }
    }

    /// The full list of what is pinned for everyone, most important first. Local pins stay.
    pub(crate) fn set_server_pins(&mut self, pins: &[models::Pin], now: f64) {
        let importance = |participant: &Participant<_>| {
            pins.iter().position(|pin| {
                if pin.session_id.is_empty() {
                    pin.user_id == participant.user_id
                } else {
                    pin.session_id == participant.session_id
                }
            })
        };
        let wanted: Vec<(String, Option<Pin>)> = self
            .state()
            .participants
            .iter()
            .filter(|p| p.pin.is_none_or(|pin| !pin.is_local))
            .map(|participant| {
                let pin = importance(participant).map(|place| {
                    let rank = u32::try_from(pins.len() - place).unwrap_or(u32::MAX);
                    let new = Pin { is_local: false, pinned_at: now + f64::from(rank) };
                    participant.pin.unwrap_or(new)
                });
                (participant.session_id.clone(), pin)
            })
            .collect();
        for (session_id, pin) in wanted {
            self.edit_participant(&session_id, |participant| participant.pin = pin);
        }
    }

    pub(crate) fn set_paused(&mut self, states: &[event::InboundVideoState]) {
        for state in states {
            let track_type = state.track_type();
            self.edit_participant(&state.session_id, |participant| {
                participant.paused_tracks.retain(|known| *known != track_type);
                if state.paused {
                    participant.paused_tracks.push(track_type);
                }
            });
        }
    }

    /// A track arrived: it goes to the participant whose prefix its stream id bears, or waits for
    /// them. A stream id of another form belongs to nobody.
    pub(crate) fn attach_track(
        &mut self,
        orphans: &mut Orphans,
        stream_id: &str,
        track: RemoteTrackId,
    ) {
        let mut parts = stream_id.split(':');
        let (prefix, track_type) = (parts.next(), parts.next().and_then(TrackType::from_str_name));
        if let (Some(prefix), Some(track_type)) = (prefix, track_type) {
            orphans.tracks.insert(track, (prefix.to_owned(), track_type));
            self.adopt(orphans);
        }
    }

    /// Gives waiting tracks to participants that are known by now.
    pub(crate) fn adopt(&mut self, orphans: &mut Orphans) {
        orphans.tracks.retain(|track, (prefix, track_type)| {
            let parent = self
                .state()
                .participants
                .iter()
                .find(|p| p.track_lookup_prefix == *prefix)
                .map(|p| p.session_id.clone());
            let Some(parent) = parent else { return true };
            self.edit_participant(&parent, |participant| {
                if let Some(slot) = media_slot(participant, *track_type) {
                    *slot = Some(Media::Remote(*track));
                }
            });
            false
        });
    }

    /// A received track ended.
    pub(crate) fn detach_track(&mut self, orphans: &mut Orphans, track: RemoteTrackId) {
        orphans.tracks.remove(&track);
        let media = Some(Media::Remote(track));
        let owner =
            self.state().participants.iter().find(|p| {
                [p.video, p.audio, p.screen_share, p.screen_share_audio].contains(&media)
            });
        if let Some(owner) = owner.map(|p| p.session_id.clone()) {
            self.edit_participant(&owner, |participant| {
                for track_type in TRACK_TYPES {
                    if let Some(slot) = media_slot(participant, track_type)
                        && *slot == media
                    {
                        *slot = None;
                    }
                }
            });
        }
    }

    /// Shows what is published from here on the local participant.
    pub(crate) fn set_local_media(&mut self, track_type: TrackType, media: Option<Media>) {
        let local = self.state().participants.iter().find(|p| p.is_local);
        let Some(session_id) = local.map(|p| p.session_id.clone()) else {
            return;
        };
        self.set_published(&session_id, track_type, media.is_some(), None, &session_id, 0.0);
        self.edit_participant(&session_id, |participant| {
            if let Some(slot) = media_slot(participant, track_type) {
                *slot = media;
            }
        });
    }

    /// One of our tracks is published, but delivers nothing for now, or does again.
    pub(crate) fn set_interrupted(&mut self, track_type: TrackType, interrupted: bool) {
        let local = self.state().participants.iter().find(|p| p.is_local);
        if let Some(session_id) = local.map(|p| p.session_id.clone()) {
            self.edit_participant(&session_id, |participant| {
                participant.interrupted_tracks.retain(|known| *known != track_type);
                if interrupted {
                    participant.interrupted_tracks.push(track_type);
                }
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
        self.retain_participants(|_| false);
        self.clear_tiles();
        self.set(Slice::StartedAt, |s| &mut s.started_at, None);
    }
}

/// All of them, in the order in which they are listed.
const TRACK_TYPES: [TrackType; 4] =
    [TrackType::Audio, TrackType::Video, TrackType::ScreenShare, TrackType::ScreenShareAudio];

/// Where a participant holds the media of a track type.
fn media_slot<H: Host>(
    participant: &mut Participant<H>,
    track_type: TrackType,
) -> Option<&mut Option<Media>> {
    match track_type {
        TrackType::Unspecified => None,
        TrackType::Audio => Some(&mut participant.audio),
        TrackType::Video => Some(&mut participant.video),
        TrackType::ScreenShare => Some(&mut participant.screen_share),
        TrackType::ScreenShareAudio => Some(&mut participant.screen_share_audio),
    }
}

/// Overwrites all that the SFU says, defaults included: a message carries the whole participant.
fn merge<H: Host>(participant: &mut Participant<H>, wire: &models::Participant) {
    participant.user_id.clone_from(&wire.user_id);
    participant.name.clone_from(&wire.name);
    participant.image.clone_from(&wire.image);
    participant.roles.clone_from(&wire.roles);
    participant.custom.clone_from(&wire.custom);
    participant.track_lookup_prefix.clone_from(&wire.track_lookup_prefix);
    // What is published from here is known here first.
    if !participant.is_local {
        let is_published = |of: &TrackType| wire.published_tracks().any(|known| known == *of);
        participant.published_tracks = TRACK_TYPES.into_iter().filter(is_published).collect();
    }
    participant.connection_quality = wire.connection_quality();
    participant.is_speaking = wire.is_speaking;
    participant.is_dominant_speaker = wire.is_dominant_speaker;
    participant.audio_level = wire.audio_level;
    participant.source = wire.source;
    if let Some(joined_at) = &wire.joined_at {
        participant.joined_at = Some(to_epoch_millis(joined_at));
    }
}

/// Milliseconds since the epoch.
pub(crate) fn to_epoch_millis(timestamp: &pbjson_types::Timestamp) -> f64 {
    #[allow(clippy::cast_precision_loss)] // seconds of the next million years fit exactly
    let seconds = timestamp.seconds as f64;
    seconds * 1000.0 + f64::from(timestamp.nanos / 1_000_000)
}
