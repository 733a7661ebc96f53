//! What the core reads of the settings of a call.

use serde::Deserialize;

use super::lenient::{count, flag, number, object, text};

/// The settings of a call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Microphones.
    #[serde(deserialize_with = "object")]
    pub audio: Option<AudioSettings>,
    /// Cameras.
    #[serde(deserialize_with = "object")]
    pub video: Option<VideoSettings>,
    /// Screens.
    #[serde(deserialize_with = "object")]
    pub screensharing: Option<ScreenSettings>,
    /// How long it rings.
    #[serde(deserialize_with = "object")]
    pub ring: Option<RingSettings>,
}

/// How microphones are published.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AudioSettings {
    /// Whether they are on unless somebody turns them off.
    #[serde(deserialize_with = "flag")]
    pub mic_default_on: bool,
    /// Whether silence is not sent.
    #[serde(deserialize_with = "flag")]
    pub opus_dtx_enabled: bool,
    /// Whether each packet repeats the one before.
    #[serde(deserialize_with = "flag")]
    pub redundant_coding_enabled: bool,
    /// Whether stereo may be sent.
    #[serde(deserialize_with = "flag")]
    pub hifi_audio_enabled: bool,
}

/// How cameras are opened.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct VideoSettings {
    /// Whether there is video at all.
    #[serde(deserialize_with = "flag")]
    pub enabled: bool,
    /// Whether they are on unless somebody turns them off.
    #[serde(deserialize_with = "flag")]
    pub camera_default_on: bool,
    /// `front` or `back`.
    #[serde(deserialize_with = "text")]
    pub camera_facing: String,
    /// The size to ask for.
    #[serde(deserialize_with = "object")]
    pub target_resolution: Option<TargetResolution>,
}

/// How screens are shared.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ScreenSettings {
    /// The size to ask for.
    #[serde(deserialize_with = "object")]
    pub target_resolution: Option<TargetResolution>,
}

/// A size in px.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TargetResolution {
    /// px
    #[serde(deserialize_with = "count")]
    pub width: u32,
    /// px
    #[serde(deserialize_with = "count")]
    pub height: u32,
}

/// How long a call rings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RingSettings {
    /// At whoever rings, in ms.
    #[serde(deserialize_with = "number")]
    pub auto_cancel_timeout_ms: Option<f64>,
    /// At whoever is rung, in ms.
    #[serde(deserialize_with = "number")]
    pub incoming_call_timeout_ms: Option<f64>,
}
