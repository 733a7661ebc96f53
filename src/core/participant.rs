//! Somebody present: what is known of one participant.
//!
//! What changes many times a second is an [`Activity`], small and kept apart from all the rest, the
//! [`Participant`], so that a thousand of them are read and written without touching that.

use serde::{Deserialize, Serialize};
use trunkline_protocol::sfu::models::{ConnectionQuality, TrackType};

use super::{
    changes::Aspects,
    host::Host,
    ids::{CaptureId, RemoteTrackId},
    tracks::TrackSet,
    view::{Reaction, Viewed},
};

/// Somebody present: one session of one user, without their [`Activity`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Participant<H: Host> {
    /// Who.
    pub user_id: String,
    /// Unique within the call.
    pub session_id: String,
    /// To be shown.
    pub name: String,
    /// URL of a picture, or empty.
    pub image: String,
    /// Call roles.
    pub roles: Vec<String>,
    /// The user's free object.
    pub custom: Option<trunkline_protocol::sfu::Struct>,
    /// ms since the epoch.
    pub joined_at: Option<f64>,
    /// First part of the ids of this participant's streams.
    pub track_lookup_prefix: String,
    /// Number of `ParticipantSource`; 0 is a browser or app.
    pub source: i32,
    /// Whether this is the session of this very call object.
    pub is_local: bool,
    /// The tracks that the host holds, each type once; most people have none.
    pub(crate) media: Vec<(TrackType, Media)>,
    /// Size asked of the SFU, in CSS px; none is not asked for.
    pub video_dimension: Option<Dimension>,
    /// Size asked of the SFU, in CSS px; none is not asked for.
    pub screen_share_dimension: Option<Dimension>,
    /// Whether and since when they are pinned.
    pub pin: Option<Pin>,
    /// Tracks that are published, but deliver nothing for now.
    pub interrupted_tracks: TrackSet,
    /// How loud the app plays them, 0 to 1; none is as loud as everybody.
    pub audio_volume: Option<f64>,
    /// Their last reaction, as the server wrote it.
    pub reaction: Option<Box<Viewed<Reaction, H::Document>>>,
    /// Where their tiles are.
    pub tiles: Tiles,
}

/// What a participant does at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Activity {
    /// 0 to 1.
    pub audio_level: f32,
    /// As the SFU sees it.
    pub connection_quality: ConnectionQuality,
    /// Whether they speak.
    pub is_speaking: bool,
    /// Whether they are the one to look at.
    pub is_dominant_speaker: bool,
    /// What is published and not muted.
    pub published_tracks: TrackSet,
    /// Tracks that the SFU holds back for lack of bandwidth.
    pub paused_tracks: TrackSet,
}

impl Activity {
    /// In what it differs from what it was.
    pub(crate) fn changed(self, before: Self) -> Aspects {
        let tracks = |of: Self| (of.published_tracks, of.paused_tracks);
        let aspects = [
            // By its bits, as a number that is none differs from itself.
            (Aspects::LEVEL, self.audio_level.to_bits() != before.audio_level.to_bits()),
            (Aspects::QUALITY, self.connection_quality != before.connection_quality),
            (Aspects::SPEAKING, self.is_speaking != before.is_speaking),
            (Aspects::DOMINANT, self.is_dominant_speaker != before.is_dominant_speaker),
            (Aspects::TRACKS, tracks(self) != tracks(before)),
        ];
        aspects
            .into_iter()
            .fold(Aspects::default(), |all, (aspect, changed)| all.and(aspect.only_if(changed)))
    }
}

impl<H: Host> Participant<H> {
    /// Their track of that type, if the host holds it.
    pub fn media(&self, track_type: TrackType) -> Option<Media> {
        self.media.iter().find(|(of, _)| *of == track_type).map(|(_, media)| *media)
    }

    /// Changes what [`Self::media`] says; `false` if that is nothing new.
    pub(crate) fn set_media(&mut self, track_type: TrackType, media: Option<Media>) -> bool {
        let changed = self.media(track_type) != media;
        if changed {
            self.media.retain(|(of, _)| *of != track_type);
            self.media.extend(media.map(|media| (track_type, media)));
        }
        changed
    }
}

/// Where the tiles of a participant are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tiles {
    /// Of the camera.
    pub video: Visibility,
    /// Of the screen.
    pub screen_share: Visibility,
}

/// Whether a tile is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Nobody said.
    #[default]
    Unknown,
    /// It is.
    Visible,
    /// It is not.
    Invisible,
}

/// A track that the host holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Media {
    /// Captured here.
    Local(CaptureId),
    /// Received.
    Remote(RemoteTrackId),
}

/// A pinned participant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pin {
    /// Pinned for this app only, not for everyone.
    pub is_local: bool,
    /// ms since the epoch; among the server's pins, more important ones have higher values.
    pub pinned_at: f64,
}

/// A size in px.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    /// px
    pub width: u32,
    /// px
    pub height: u32,
}

impl Dimension {
    /// px²
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}
