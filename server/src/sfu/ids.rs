//! Names that signalling and media share.

use std::time::{Instant, SystemTime};

use trunkline_protocol::sfu::models::{TrackInfo, TrackType};

/// One participant session, for as long as this server runs.
///
/// Session ids come from clients and are strings; inside the SFU a session is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey(pub u64);

/// One WebSocket, for as long as this server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// One published track: a session publishes at most one track per type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackKey {
    /// Who publishes it.
    pub publisher: SessionKey,
    /// What it is.
    pub kind: TrackType,
}

/// What a session can publish, each once.
pub const KINDS: [TrackType; 4] =
    [TrackType::Audio, TrackType::Video, TrackType::ScreenShare, TrackType::ScreenShareAudio];

/// Width and height of a picture, in px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// Pixels in all.
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// The present, handed to the logic from outside so that tests can choose it.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For durations and deadlines.
    pub instant: Instant,
    /// For what participants are told.
    pub wall: SystemTime,
}

impl Now {
    /// The present of this machine.
    pub fn read() -> Self {
        Self { instant: Instant::now(), wall: SystemTime::now() }
    }
}

/// Whether a track type is carried by an audio m-line.
pub fn is_audio(kind: TrackType) -> bool {
    matches!(kind, TrackType::Audio | TrackType::ScreenShareAudio)
}

/// Name of a video track's codec, in lower case. VP8 when the publisher names none.
pub fn video_codec(track: &TrackInfo) -> String {
    let name = track.codec.as_ref().map_or("", |codec| codec.name.as_str());
    if name.is_empty() { "vp8".to_owned() } else { name.to_ascii_lowercase() }
}
