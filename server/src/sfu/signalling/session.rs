//! One participant's presence in a call: who, what is published, what is wished for.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};

use bytes::Bytes;
use prost::Message;
use trunkline_protocol::sfu::{
    models::{
        ConnectionQuality, Participant, ParticipantSource, PublishOption, TrackInfo, TrackType,
    },
    signal::TrackSubscriptionDetails,
};

use super::{
    capabilities::capability, codecs::Codecs, join_request::Join, publish_options::publish_options,
    snapshot::Entries, wire,
};
use crate::{
    control::SfuClaims,
    sfu::ids::{Now, SessionKey, Size, SocketId, is_audio, video_codec},
};

/// A participant session.
///
/// States: *bound* (a socket serves it) → *lost* (the socket is gone, everything is kept) → ended,
/// which removes it. One that a rejoin replaces may be a *stand-in* before its end.
pub struct Session {
    pub key: SessionKey,
    /// Chosen by the client.
    pub id: String,
    pub claims: SfuClaims,
    /// What of its entry in participant lists seldom changes, encoded once for all.
    lasting: Bytes,
    /// First part of the stream ids by which subscribers recognise this session's tracks.
    pub prefix: String,
    pub joined: Now,
    pub signal: Signal,
    /// When a frame last arrived on the socket.
    pub last_heard: Instant,
    pub tracks: Vec<Track>,
    /// What moderators have muted since the client was surely there to hear it.
    pub unheard_mutes: BTreeMap<TrackType, Instant>,
    /// What they had muted while the client was away: muted until it knows.
    pub must_mute: BTreeSet<TrackType>,
    /// Track types wished for, by the publisher's session id. The publisher need not exist yet.
    pub wishes: HashMap<(String, TrackType), Wish>,
    /// Others know of it. Anonymous participants are never introduced; in large calls others are
    /// when they publish.
    pub introduced: bool,
    /// The session that the others see in its place, until media has reached it.
    pub stand_in: Option<SessionKey>,
    /// The client can show that its video is paused for lack of bandwidth.
    pub shows_pauses: bool,
    pub options: Vec<PublishOption>,
    /// What the browser can show.
    pub decodes: Codecs,
    pub quality: ConnectionQuality,
    /// Loudness, 0 to 1.
    pub level: f32,
    pub speaking: bool,
}

/// Whether a socket serves a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `created` tells whether the join on this socket created the session or resumed it.
    Bound {
        socket: SocketId,
        created: bool,
    },
    Lost {
        since: Instant,
    },
    /// It is over, but the others still see it in place of one that came after it.
    StandIn,
}

/// A publication, announced by SetPublisher.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    pub kind: TrackType,
    pub muted: bool,
    pub stereo: bool,
    /// Name of the video codec, in lower case; empty for audio.
    pub codec: String,
}

/// A subscription to one track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Size on the subscriber's screen; `None` for "as large as there is".
    pub size: Option<Size>,
}

impl Wish {
    /// The wish for a track of a publisher, or `None` for an unknown track type.
    pub fn read(details: &TrackSubscriptionDetails) -> Option<((String, TrackType), Self)> {
        let kind = details.track_type();
        if kind == TrackType::Unspecified {
            return None;
        }
        let size = details.dimension.and_then(wire::size);
        Some(((details.session_id.clone(), kind), Self { size }))
    }
}

/// A track began or stopped being live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackChange {
    Published(TrackType),
    Unpublished(TrackType),
}

impl Session {
    /// A session that begins now, served by the socket on which it was asked for.
    pub fn new(key: SessionKey, join: Join, now: Now) -> Self {
        let mut session = Self {
            key,
            options: publish_options(&join),
            id: join.session_id,
            claims: join.claims,
            lasting: Bytes::new(),
            prefix: join.prefix,
            joined: now,
            signal: Signal::Bound { socket: join.socket, created: true },
            last_heard: now.instant,
            tracks: Vec::new(),
            unheard_mutes: BTreeMap::new(),
            must_mute: BTreeSet::new(),
            wishes: join.subscriptions.iter().filter_map(Wish::read).collect(),
            introduced: false,
            stand_in: None,
            shows_pauses: join.shows_pauses,
            decodes: join.decodes,
            quality: ConnectionQuality::Unspecified,
            level: 0.0,
            speaking: false,
        };
        session.lasting = session.lasting().encode_to_vec().into();
        session
    }

    /// Changes who the user is for the others, or what they may do.
    pub fn update_claims(&mut self, update: impl Fn(&mut SfuClaims)) {
        update(&mut self.claims);
        self.lasting = self.lasting().encode_to_vec().into();
    }

    /// The socket that serves this session, if any.
    pub fn socket(&self) -> Option<SocketId> {
        match self.signal {
            Signal::Bound { socket, .. } => Some(socket),
            Signal::Lost { .. } | Signal::StandIn => None,
        }
    }

    /// Whether the token belongs to this session's owner.
    pub fn is_owned_by(&self, user_id: &str, cid: &str) -> bool {
        self.claims.user_id == user_id && self.claims.cid == cid
    }

    /// Types of the tracks that are live, in the order they were announced.
    pub fn published(&self) -> impl Iterator<Item = TrackType> + '_ {
        self.tracks.iter().filter(|t| !t.muted).map(|t| t.kind)
    }

    /// Whether a track of that type is live.
    pub fn is_on(&self, kind: TrackType) -> bool {
        self.published().any(|live| live == kind)
    }

    /// Replaces the announced tracks: SetPublisher always carries the full list.
    pub fn announce(&mut self, tracks: &[TrackInfo]) -> Vec<TrackChange> {
        let announced = tracks
            .iter()
            .map(|info| {
                let kind = info.track_type();
                Track {
                    kind,
                    muted: info.muted || self.must_mute.contains(&kind),
                    stereo: info.stereo,
                    codec: if is_audio(kind) { String::new() } else { video_codec(info) },
                }
            })
            .collect();
        self.change_tracks(|tracks| *tracks = announced)
    }

    /// Applies a change of mute states. Types that were never announced are ignored: there is
    /// nothing to forward for them, and SetPublisher says again whether they are muted.
    pub fn mute(&mut self, states: &[(TrackType, bool)]) -> Vec<TrackChange> {
        self.change_tracks(|tracks| {
            for track in tracks {
                if let Some((_, muted)) = states.iter().find(|(kind, _)| *kind == track.kind) {
                    track.muted = *muted;
                }
            }
        })
    }

    /// Applies the mute states that the client wishes. What it does not know yet to be muted stays so.
    pub fn wish_mutes(&mut self, states: &[(TrackType, bool)]) -> Vec<TrackChange> {
        for (kind, muted) in states {
            self.unheard_mutes.remove(kind);
            if *muted {
                self.must_mute.remove(kind);
            }
        }
        let states = states.iter().map(|(kind, muted)| {
            let muted = *muted || self.must_mute.contains(kind);
            (*kind, muted)
        });
        let states: Vec<_> = states.collect();
        self.mute(&states)
    }

    /// Mutes what the session has no right to publish.
    pub fn mute_forbidden(&mut self) -> Vec<TrackChange> {
        let forbidden: Vec<_> = self
            .published()
            .filter(|kind| !self.may_publish(*kind))
            .map(|kind| (kind, true))
            .collect();
        self.mute(&forbidden)
    }

    /// Whether the session has the right to publish a type.
    pub fn may_publish(&self, kind: TrackType) -> bool {
        !self.claims.anonymous && capability(kind).is_some_and(|needed| self.claims.may(needed))
    }

    /// The complete entry of this session in participant lists.
    ///
    /// Clients replace the whole entry with what they receive, so every field is always filled.
    pub fn participant(&self, dominant: bool) -> Participant {
        self.with_passing(dominant, self.lasting())
    }

    /// Adds the same entry to a snapshot.
    pub fn enter(&self, dominant: bool, entries: &mut Entries) {
        let passing = self.with_passing(dominant, Participant::default());
        entries.push(&self.lasting, &passing);
    }

    /// An entry with what changes all the time.
    fn with_passing(&self, dominant: bool, rest: Participant) -> Participant {
        Participant {
            published_tracks: self.published().map(i32::from).collect(),
            connection_quality: self.quality.into(),
            is_speaking: self.speaking,
            is_dominant_speaker: dominant,
            audio_level: self.level,
            ..rest
        }
    }

    /// An entry with what does not.
    fn lasting(&self) -> Participant {
        Participant {
            user_id: self.claims.user_id.clone(),
            session_id: self.id.clone(),
            joined_at: Some(wire::timestamp(self.joined.wall)),
            track_lookup_prefix: self.prefix.clone(),
            name: self.claims.name.clone(),
            image: self.claims.image.clone(),
            custom: Some(wire::structure(&self.claims.custom)),
            roles: self.claims.roles.clone(),
            source: ParticipantSource::WebrtcUnspecified.into(),
            ..Participant::default()
        }
    }

    /// The stream id by which subscribers recognise a track: `prefix:TRACK_TYPE_NAME`.
    pub fn stream_id(&self, kind: TrackType) -> String {
        format!("{}:{}", self.prefix, kind.as_str_name())
    }

    /// How long the session has lasted, in seconds.
    pub fn duration_seconds(&self, now: Now) -> u64 {
        now.instant.saturating_duration_since(self.joined.instant).as_secs()
    }

    fn change_tracks(&mut self, change: impl FnOnce(&mut Vec<Track>)) -> Vec<TrackChange> {
        let before: Vec<_> = self.published().collect();
        change(&mut self.tracks);
        let after: Vec<_> = self.published().collect();

        let unpublished = before
            .iter()
            .filter(|kind| !after.contains(kind))
            .map(|kind| TrackChange::Unpublished(*kind));
        let published = after
            .iter()
            .filter(|kind| !before.contains(kind))
            .map(|kind| TrackChange::Published(*kind));
        unpublished.chain(published).collect()
    }
}
