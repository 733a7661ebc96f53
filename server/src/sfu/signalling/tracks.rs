//! What sessions publish, mute and want to receive.

use trunkline_protocol::sfu::{
    event::{IceRestart, TrackPublished, TrackUnpublished},
    models::{Codec, Error, ErrorCode, PeerType, TrackInfo, TrackType, TrackUnpublishReason},
    signal::{TrackMuteState, TrackSubscriptionDetails},
};

use super::{
    calls::{Calls, Effect},
    capabilities::capability,
    session::{Session, Track, TrackChange, Wish},
    wire::{self, Event},
};
use crate::sfu::ids::{SessionKey, TrackKey, is_audio};

/// A track of another participant, as one subscriber sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct AvailableTrack {
    pub key: TrackKey,
    /// By this the subscriber recognises the track.
    pub stream_id: String,
    /// Name of the video codec, in lower case; empty for audio.
    pub codec: String,
    pub stereo: bool,
    /// Not muted.
    pub live: bool,
    /// Set when the subscriber wants the track. Audio is wanted without asking.
    pub wish: Option<Wish>,
}

impl Calls {
    /// Checks whether a session may publish these tracks. Nothing changes.
    pub fn check_tracks(&self, key: SessionKey, tracks: &[TrackInfo]) -> Result<(), Error> {
        let Some(session) = self.sessions.get(&key) else {
            return Err(wire::error(ErrorCode::ParticipantNotFound, "no session"));
        };
        if session.claims.anonymous {
            let text = "anonymous participants do not publish";
            return Err(wire::error(ErrorCode::PermissionDenied, text));
        }
        for (index, track) in tracks.iter().enumerate() {
            let kind = track.track_type();
            let Some(capability) = capability(kind) else {
                let text = format!("track {} has no type", track.mid);
                return Err(wire::error(ErrorCode::PublishTrackNotFound, text));
            };
            // A list holds everything ever published, so a muted track is none that is wanted now.
            if !track.muted && !session.may_publish(kind) {
                let text = format!("publishing needs the capability {capability}");
                return Err(wire::error(ErrorCode::PermissionDenied, text));
            }
            let id = track.publish_option_id;
            let mut options = session.options.iter();
            let option = options.find(|option| option.id == id && option.track_type() == kind);
            let Some(option) = option else {
                let text = format!("no publish option {id} of that type");
                return Err(wire::error(ErrorCode::PublishTrackNotFound, text));
            };
            let name = |codec: &Option<Codec>| {
                codec.as_ref().map(|codec| codec.name.to_ascii_lowercase()).unwrap_or_default()
            };
            let codec = name(&track.codec);
            if !codec.is_empty() && codec != name(&option.codec) {
                let text = format!("codec {codec} is not among the publish options");
                return Err(wire::error(ErrorCode::RequestValidationFailed, text));
            }
            let mut earlier = tracks.iter().take(index);
            if earlier.any(|other| other.track_type() == kind || other.mid == track.mid) {
                let text = format!("track {} is listed twice", track.mid);
                return Err(wire::error(ErrorCode::PublishTracksMismatch, text));
            }
        }
        Ok(())
    }

    /// Replaces what a session publishes: SetPublisher carries the full list.
    pub fn set_tracks(&mut self, key: SessionKey, tracks: &[TrackInfo]) {
        self.change_tracks(key, TrackUnpublishReason::UserMuted, |session| {
            session.announce(tracks)
        });
    }

    /// Checks whether a session may change its mute states so. Nothing changes.
    pub fn check_mutes(&self, key: SessionKey, states: &[TrackMuteState]) -> Result<(), Error> {
        let Some(session) = self.sessions.get(&key) else {
            return Err(wire::error(ErrorCode::ParticipantNotFound, "no session"));
        };
        let unmuted = states.iter().filter(|state| !state.muted);
        for capability in unmuted.filter_map(|state| capability(state.track_type())) {
            if !session.claims.may(capability) {
                let text = format!("publishing needs the capability {capability}");
                return Err(wire::error(ErrorCode::PermissionDenied, text));
            }
        }
        Ok(())
    }

    /// Applies changes of mute states; types that are not listed stay as they are.
    pub fn set_mutes(&mut self, key: SessionKey, states: &[TrackMuteState]) {
        let states: Vec<_> = states.iter().map(|state| (state.track_type(), state.muted)).collect();
        self.change_tracks(key, TrackUnpublishReason::UserMuted, |session| {
            session.wish_mutes(&states)
        });
    }

    /// Replaces what a session wants to receive.
    pub fn set_subscriptions(&mut self, key: SessionKey, tracks: &[TrackSubscriptionDetails]) {
        if let Some(session) = self.sessions.get_mut(&key) {
            session.wishes = tracks.iter().filter_map(Wish::read).collect();
            self.effects.push(Effect::Resubscribe(key));
        }
    }

    /// A client asked for an ICE restart of one of its peer connections.
    pub fn restart_ice(&mut self, key: SessionKey, peer: PeerType) {
        match peer {
            PeerType::Subscriber => self.effects.push(Effect::RestartSubscriber(key)),
            PeerType::PublisherUnspecified => {
                let peer_type = PeerType::PublisherUnspecified.into();
                self.tell(key, Event::IceRestart(IceRestart { peer_type }));
            }
        }
    }

    /// Everything a session could receive: the announced tracks of the others in its call, in codecs
    /// that its browser can decode. It would refuse others, and a peer connection of nothing else.
    pub fn available_tracks(&self, key: SessionKey) -> Vec<AvailableTrack> {
        let Some(subscriber) = self.sessions.get(&key) else {
            return Vec::new();
        };
        let call = self.calls.get(&subscriber.claims.cid);
        let publishers = call.into_iter().flat_map(|call| &call.publishers);
        publishers.flat_map(|publisher| self.tracks_of(*publisher, subscriber)).collect()
    }

    /// What a session could receive of one of the others.
    pub fn tracks_between(
        &self,
        publisher: SessionKey,
        subscriber: SessionKey,
    ) -> Vec<AvailableTrack> {
        let Some(subscriber) = self.sessions.get(&subscriber) else {
            return Vec::new();
        };
        let call = self.calls.get(&subscriber.claims.cid);
        let publisher = call.and_then(|call| call.publishers.get(&publisher));
        publisher.into_iter().flat_map(|key| self.tracks_of(*key, subscriber)).collect()
    }

    fn tracks_of<'a>(
        &'a self,
        publisher: SessionKey,
        subscriber: &'a Session,
    ) -> impl Iterator<Item = AvailableTrack> + 'a {
        let publisher = self.sessions.get(&publisher).filter(|other| other.key != subscriber.key);
        let tracks = publisher
            .into_iter()
            .flat_map(|publisher| publisher.tracks.iter().map(move |track| (publisher, track)));
        let is_of_use = move |track: &Track| {
            let codec = if is_audio(track.kind) { "opus" } else { &track.codec };
            subscriber.decodes.has(codec)
        };
        tracks.filter(move |(_, track)| is_of_use(track)).map(|(publisher, track)| {
            let wish = subscriber.wishes.get(&(publisher.id.clone(), track.kind));
            let implicit = (track.kind == TrackType::Audio).then(Wish::default);
            AvailableTrack {
                key: TrackKey { publisher: publisher.key, kind: track.kind },
                stream_id: publisher.stream_id(track.kind),
                codec: track.codec.clone(),
                stereo: track.stereo,
                live: !track.muted,
                wish: wish.copied().or(implicit),
            }
        })
    }

    /// Changes the tracks of a session and tells of it: everybody else when it was the session's
    /// own wish, and the session as well when it was not.
    pub(super) fn change_tracks(
        &mut self,
        key: SessionKey,
        cause: TrackUnpublishReason,
        change: impl FnOnce(&mut Session) -> Vec<TrackChange>,
    ) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        let announced = announced(session);
        let changes = change(session);
        let is_unseen = session.stand_in.is_some();
        session.introduced |= !changes.is_empty() && !is_unseen;
        let cid = session.claims.cid.clone();
        let still = self::announced(session);
        if let Some(call) = self.calls.get_mut(&cid) {
            if still.is_empty() {
                call.publishers.remove(&key);
            } else if !is_unseen {
                call.publishers.insert(key);
            }
        }
        for change in &changes {
            self.tell_track_change(&cid, key, *change, cause);
        }
        if is_unseen {
            return;
        }
        self.review_microphone(&cid, key);
        if announced != still {
            return self.resubscribe_others(&cid, key);
        }
        self.effects.extend(changes.into_iter().map(|change| {
            let (kind, live) = match change {
                TrackChange::Published(kind) => (kind, true),
                TrackChange::Unpublished(kind) => (kind, false),
            };
            Effect::SetLive { track: TrackKey { publisher: key, kind }, live }
        }));
    }

    fn tell_track_change(
        &mut self,
        cid: &str,
        key: SessionKey,
        change: TrackChange,
        cause: TrackUnpublishReason,
    ) {
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let user_id = session.claims.user_id.clone();
        let session_id = session.id.clone();
        let participant = Some(self.participant(session));
        let event = match change {
            TrackChange::Published(kind) => Event::TrackPublished(TrackPublished {
                user_id,
                session_id,
                r#type: kind.into(),
                participant,
            }),
            TrackChange::Unpublished(kind) => Event::TrackUnpublished(TrackUnpublished {
                user_id,
                session_id,
                r#type: kind.into(),
                cause: cause.into(),
                participant,
            }),
        };
        let own_wish = cause == TrackUnpublishReason::UserMuted;
        if session.stand_in.is_none() {
            self.tell_others(cid, own_wish.then_some(key), event);
        } else if !own_wish {
            self.tell(key, event);
        }
    }
}

/// What there are m-lines for, muted or not.
fn announced(session: &Session) -> Vec<(TrackType, String)> {
    session.tracks.iter().map(|track| (track.kind, track.codec.clone())).collect()
}
