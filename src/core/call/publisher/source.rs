//! What is given to be published, and how it is encoded.

use trunkline_protocol::sfu::models;

use crate::core::{
    ids::CaptureId,
    layers::{self, Layers},
    state::{AudioBitrateProfile, Dimension, TrackType},
};

/// Call settings that a published audio track announces.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AudioSettings {
    pub(crate) dtx: bool,
    pub(crate) red: bool,
    pub(crate) stereo: bool,
}

/// A track to be published.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) track_type: TrackType,
    pub(crate) capture: CaptureId,
    pub(crate) track_id: String,
    pub(crate) size: Option<Dimension>,
    pub(crate) profile: AudioBitrateProfile,
    /// frames/s and bits/s that the app set as limits.
    pub(crate) limits: Option<(u32, u32)>,
}

impl Source {
    /// What is encoded for a publish option, and announced of it.
    pub(super) fn layers(&self, option: &models::PublishOption) -> Layers {
        match self.track_type {
            TrackType::Video | TrackType::ScreenShare => {
                layers::video_layers(option, self.size, self.limits)
            }
            TrackType::Audio | TrackType::ScreenShareAudio | TrackType::Unspecified => Layers {
                encodings: layers::audio_encodings(option, self.profile),
                announced: Vec::new(),
            },
        }
    }
}
