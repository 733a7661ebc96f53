//! Settings of a call. A response holds every group complete; a request names only what differs.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;

use crate::coordinator::{
    AudioDevice, BroadcastSettings, BroadcastSettingsRequest, CameraFacing, FrameRecordingSettings,
    FrameRecordingSettingsRequest, IndividualRecordingSettings, IndividualRecordingSettingsRequest,
    IngressSettings, IngressSettingsRequest, Mode, Open, RawRecordingSettings,
    RawRecordingSettingsRequest, RecordSettings, RecordSettingsRequest, TranscriptionSettings,
    TranscriptionSettingsRequest, input::model,
};

/// Every group.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSettings {
    /// Audio.
    pub audio: AudioSettings,
    /// Camera video.
    pub video: VideoSettings,
    /// Screen share.
    pub screensharing: ScreensharingSettings,
    /// The time before everybody is let in.
    pub backstage: BackstageSettings,
    /// Ring timeouts.
    pub ring: RingSettings,
    /// Limits.
    pub limits: LimitsSettings,
    /// Sessions.
    pub session: SessionSettings,
    /// Composite recording.
    pub recording: RecordSettings,
    /// Recording of each participant.
    pub individual_recording: IndividualRecordingSettings,
    /// Recording of raw tracks.
    pub raw_recording: RawRecordingSettings,
    /// Recording of frames.
    pub frame_recording: FrameRecordingSettings,
    /// Transcription and captions.
    pub transcription: TranscriptionSettings,
    /// HLS and RTMP.
    pub broadcasting: BroadcastSettings,
    /// Where SFUs may stand.
    pub geofencing: GeofenceSettings,
    /// Pictures of the call.
    pub thumbnails: ThumbnailsSettings,
    /// End-to-end encryption.
    pub encryption: EncryptionSettings,
    /// Encoding of external sources.
    pub ingress: Option<IngressSettings>,
}

model! { CallSettings {
    audio, video, screensharing, backstage, ring, limits, session, recording, individual_recording,
    raw_recording, frame_recording, transcription, broadcasting, geofencing, thumbnails, encryption,
    ingress
} }

/// Every group. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSettingsRequest {
    /// Audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioSettingsRequest>,
    /// Camera video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoSettingsRequest>,
    /// Screen share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screensharing: Option<ScreensharingSettingsRequest>,
    /// The time before everybody is let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backstage: Option<BackstageSettingsRequest>,
    /// Ring timeouts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<RingSettingsRequest>,
    /// Limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsSettingsRequest>,
    /// Sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionSettingsRequest>,
    /// Composite recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordSettingsRequest>,
    /// Recording of each participant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub individual_recording: Option<IndividualRecordingSettingsRequest>,
    /// Recording of raw tracks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_recording: Option<RawRecordingSettingsRequest>,
    /// Recording of frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_recording: Option<FrameRecordingSettingsRequest>,
    /// Transcription and captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription: Option<TranscriptionSettingsRequest>,
    /// HLS and RTMP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcasting: Option<BroadcastSettingsRequest>,
    /// Where SFUs may stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geofencing: Option<GeofenceSettingsRequest>,
    /// Pictures of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnails: Option<ThumbnailsSettingsRequest>,
    /// End-to-end encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<EncryptionSettingsRequest>,
    /// Encoding of external sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<IngressSettingsRequest>,
}

model! { CallSettingsRequest {
    audio, video, screensharing, backstage, ring, limits, session, recording, individual_recording,
    raw_recording, frame_recording, transcription, broadcasting, geofencing, thumbnails, encryption,
    ingress
} }

/// Audio.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AudioSettings {
    /// Users may ask for `send-audio`.
    pub access_request_enabled: bool,
    /// Loudspeaker of phones.
    pub default_device: Open<AudioDevice>,
    /// Stereo music.
    pub hifi_audio_enabled: bool,
    /// The microphone starts on.
    pub mic_default_on: bool,
    /// Noise cancellation.
    pub noise_cancellation: NoiseCancellationSettings,
    /// Opus sends nothing during silence.
    pub opus_dtx_enabled: bool,
    /// Audio is sent twice (RED).
    pub redundant_coding_enabled: bool,
    /// The speaker starts on.
    pub speaker_default_on: bool,
}

impl Default for AudioSettings {
    fn default() -> Self {
        Self {
            access_request_enabled: true,
            default_device: AudioDevice::Earpiece.into(),
            hifi_audio_enabled: false,
            mic_default_on: true,
            noise_cancellation: NoiseCancellationSettings::default(),
            opus_dtx_enabled: true,
            redundant_coding_enabled: true,
            speaker_default_on: true,
        }
    }
}

model! { AudioSettings {
    access_request_enabled, default_device, hifi_audio_enabled, mic_default_on, noise_cancellation,
    opus_dtx_enabled, redundant_coding_enabled, speaker_default_on
} }

/// Audio. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AudioSettingsRequest {
    /// Users may ask for `send-audio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_request_enabled: Option<bool>,
    /// Loudspeaker of phones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_device: Option<Open<AudioDevice>>,
    /// Stereo music.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hifi_audio_enabled: Option<bool>,
    /// The microphone starts on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mic_default_on: Option<bool>,
    /// Noise cancellation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_cancellation: Option<NoiseCancellationSettingsRequest>,
    /// Opus sends nothing during silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opus_dtx_enabled: Option<bool>,
    /// Audio is sent twice (RED).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redundant_coding_enabled: Option<bool>,
    /// The speaker starts on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker_default_on: Option<bool>,
}

model! { AudioSettingsRequest {
    access_request_enabled, default_device, hifi_audio_enabled, mic_default_on, noise_cancellation,
    opus_dtx_enabled, redundant_coding_enabled, speaker_default_on
} }

/// Noise cancellation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoiseCancellationSettings {
    /// Whether it may be started, is off, or starts with the call.
    pub mode: Open<Mode>,
}

impl Default for NoiseCancellationSettings {
    fn default() -> Self {
        Self { mode: Mode::Disabled.into() }
    }
}

model! { NoiseCancellationSettings { mode } }

/// Noise cancellation. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NoiseCancellationSettingsRequest {
    /// Whether it may be started, is off, or starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
}

model! { NoiseCancellationSettingsRequest { mode } }

/// Camera video.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VideoSettings {
    /// Users may ask for `send-video`.
    pub access_request_enabled: bool,
    /// The camera starts on.
    pub camera_default_on: bool,
    /// Camera of phones.
    pub camera_facing: Open<CameraFacing>,
    /// The call has video.
    pub enabled: bool,
    /// What a camera should publish.
    pub target_resolution: TargetResolution,
}

impl Default for VideoSettings {
    fn default() -> Self {
        Self {
            access_request_enabled: true,
            camera_default_on: true,
            camera_facing: CameraFacing::Front.into(),
            enabled: true,
            target_resolution: TargetResolution::default(),
        }
    }
}

model! { VideoSettings {
    access_request_enabled, camera_default_on, camera_facing, enabled, target_resolution
} }

/// Camera video. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VideoSettingsRequest {
    /// Users may ask for `send-video`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_request_enabled: Option<bool>,
    /// The camera starts on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_default_on: Option<bool>,
    /// Camera of phones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_facing: Option<Open<CameraFacing>>,
    /// The call has video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What a camera should publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_resolution: Option<TargetResolutionRequest>,
}

model! { VideoSettingsRequest {
    access_request_enabled, camera_default_on, camera_facing, enabled, target_resolution
} }

/// Size and bitrate to publish.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetResolution {
    /// px, 240 to 3840.
    pub width: u32,
    /// px, 240 to 3840.
    pub height: u32,
    /// bits/s, at most 6 000 000.
    pub bitrate: u32,
}

impl Default for TargetResolution {
    fn default() -> Self {
        Self { width: 2560, height: 1440, bitrate: 5_000_000 }
    }
}

model! { TargetResolution { width, height, bitrate } }

/// Size and bitrate to publish. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TargetResolutionRequest {
    /// px, 240 to 3840.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// px, 240 to 3840.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// bits/s, at most 6 000 000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u32>,
}

model! { TargetResolutionRequest { width, height, bitrate } }

/// Screen share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScreensharingSettings {
    /// Users may ask for `screenshare`.
    pub access_request_enabled: bool,
    /// The call has screen share.
    pub enabled: bool,
    /// What a screen share should publish.
    pub target_resolution: Option<TargetResolution>,
}

impl Default for ScreensharingSettings {
    fn default() -> Self {
        Self { access_request_enabled: true, enabled: true, target_resolution: None }
    }
}

model! { ScreensharingSettings { access_request_enabled, enabled, target_resolution } }

/// Screen share. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScreensharingSettingsRequest {
    /// Users may ask for `screenshare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_request_enabled: Option<bool>,
    /// The call has screen share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What a screen share should publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_resolution: Option<TargetResolutionRequest>,
}

model! { ScreensharingSettingsRequest { access_request_enabled, enabled, target_resolution } }

/// The time before everybody is let in.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BackstageSettings {
    /// New calls start in backstage.
    pub enabled: bool,
    /// How long before `starts_at` everybody may join, s.
    pub join_ahead_time_seconds: u32,
}

model! { BackstageSettings { enabled, join_ahead_time_seconds } }

/// The time before everybody is let in. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BackstageSettingsRequest {
    /// New calls start in backstage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// How long before `starts_at` everybody may join, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_ahead_time_seconds: Option<u32>,
}

model! { BackstageSettingsRequest { enabled, join_ahead_time_seconds } }

/// Ring timeouts: 5 000 to 180 000 ms, or 0 for none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RingSettings {
    /// The caller gives up, ms.
    pub auto_cancel_timeout_ms: u32,
    /// The callee's screen goes away, ms.
    pub incoming_call_timeout_ms: u32,
    /// The call counts as missed, ms.
    pub missed_call_timeout_ms: u32,
}

impl Default for RingSettings {
    fn default() -> Self {
        Self {
            auto_cancel_timeout_ms: 15_000,
            incoming_call_timeout_ms: 15_000,
            missed_call_timeout_ms: 15_000,
        }
    }
}

model! { RingSettings { auto_cancel_timeout_ms, incoming_call_timeout_ms, missed_call_timeout_ms } }

/// Ring timeouts: 5 000 to 180 000 ms, or 0 for none. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RingSettingsRequest {
    /// The caller gives up, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_cancel_timeout_ms: Option<u32>,
    /// The callee's screen goes away, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incoming_call_timeout_ms: Option<u32>,
    /// The call counts as missed, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_call_timeout_ms: Option<u32>,
}

model! { RingSettingsRequest {
    auto_cancel_timeout_ms, incoming_call_timeout_ms, missed_call_timeout_ms
} }

/// Limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LimitsSettings {
    /// Everybody is removed this long after the session started, s.
    pub max_duration_seconds: Option<u32>,
    /// How many may be in the call.
    pub max_participants: Option<u32>,
    /// The creator does not count.
    pub max_participants_exclude_owner: bool,
    /// Users with these roles do not count.
    pub max_participants_exclude_roles: Vec<String>,
}

model! { LimitsSettings {
    max_duration_seconds, max_participants, max_participants_exclude_owner,
    max_participants_exclude_roles
} }

/// Limits. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LimitsSettingsRequest {
    /// Everybody is removed this long after the session started, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_seconds: Option<u32>,
    /// How many may be in the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants: Option<u32>,
    /// The creator does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants_exclude_owner: Option<bool>,
    /// Users with these roles do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants_exclude_roles: Option<Vec<String>>,
}

model! { LimitsSettingsRequest {
    max_duration_seconds, max_participants, max_participants_exclude_owner,
    max_participants_exclude_roles
} }

/// Sessions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionSettings {
    /// An empty session ends after this, s, 5 to 900.
    pub inactivity_timeout_seconds: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { inactivity_timeout_seconds: 30 }
    }
}

model! { SessionSettings { inactivity_timeout_seconds } }

/// Sessions. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SessionSettingsRequest {
    /// An empty session ends after this, s, 5 to 900.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inactivity_timeout_seconds: Option<u32>,
}

model! { SessionSettingsRequest { inactivity_timeout_seconds } }

/// Where SFUs may stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GeofenceSettings {
    /// Names of areas, such as `european_union`.
    pub names: Vec<String>,
}

model! { GeofenceSettings { names } }

/// Where SFUs may stand. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GeofenceSettingsRequest {
    /// Names of areas, such as `european_union`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<String>>,
}

model! { GeofenceSettingsRequest { names } }

/// Pictures of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ThumbnailsSettings {
    /// Made while the call runs.
    pub enabled: bool,
}

model! { ThumbnailsSettings { enabled } }

/// Pictures of the call. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ThumbnailsSettingsRequest {
    /// Made while the call runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

model! { ThumbnailsSettingsRequest { enabled } }

/// End-to-end encryption.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EncryptionSettings {
    /// Whether it may be started, is off, or starts with the call.
    pub mode: Open<Mode>,
}

impl Default for EncryptionSettings {
    fn default() -> Self {
        Self { mode: Mode::Disabled.into() }
    }
}

model! { EncryptionSettings { mode } }

/// End-to-end encryption. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EncryptionSettingsRequest {
    /// Whether it may be started, is off, or starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
}

model! { EncryptionSettingsRequest { mode } }
