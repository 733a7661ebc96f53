//! Settings of a call: the complete, resolved groups of a response.
//!
//! `Default` is the documented call type `default`. Requests are partial and stay free JSON until
//! the server has laid them over the settings in force.

use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! settings {
    ($(
        $(#[$doc:meta])*
        $name:ident { $( $(#[$field_doc:meta])* $field:ident: $kind:ty = $default:expr, )* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        #[allow(clippy::struct_excessive_bools)] // the protocol's fields
        pub struct $name {
            $( $(#[$field_doc])* pub $field: $kind, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }
    )*};
}

settings! {
    /// Every group; `mode` is always one of `available`, `disabled`, `auto-on`.
    CallSettings {
        /// Audio.
        audio: AudioSettings = AudioSettings::default(),
        /// Camera video.
        video: VideoSettings = VideoSettings::default(),
        /// Screen share.
        screensharing: ScreensharingSettings = ScreensharingSettings::default(),
        /// Backstage.
        backstage: BackstageSettings = BackstageSettings::default(),
        /// Ring timeouts.
        ring: RingSettings = RingSettings::default(),
        /// Limits.
        limits: LimitsSettings = LimitsSettings::default(),
        /// Sessions.
        session: SessionSettings = SessionSettings::default(),
        /// Composite recording.
        recording: RecordingSettings = RecordingSettings::default(),
        /// Recording of each participant.
        individual_recording: IndividualRecordingSettings = IndividualRecordingSettings::default(),
        /// Recording of raw tracks.
        raw_recording: RawRecordingSettings = RawRecordingSettings::default(),
        /// Recording of frames.
        frame_recording: FrameRecordingSettings = FrameRecordingSettings::default(),
        /// Transcription and captions.
        transcription: TranscriptionSettings = TranscriptionSettings::default(),
        /// HLS and RTMP.
        broadcasting: BroadcastingSettings = BroadcastingSettings::default(),
        /// Where SFUs may stand.
        geofencing: GeofencingSettings = GeofencingSettings::default(),
        /// Thumbnails.
        thumbnails: ThumbnailsSettings = ThumbnailsSettings::default(),
        /// End-to-end encryption.
        encryption: EncryptionSettings = EncryptionSettings::default(),
        /// Encoding of external sources; kept as the app gave it.
        ingress: Option<Value> = None,
    }

    /// Audio.
    AudioSettings {
        /// Users may ask for `send-audio`.
        access_request_enabled: bool = true,
        /// `speaker` or `earpiece`.
        default_device: String = "earpiece".into(),
        /// Stereo music.
        hifi_audio_enabled: bool = false,
        /// The microphone starts on.
        mic_default_on: bool = true,
        /// Noise cancellation.
        noise_cancellation: NoiseCancellationSettings = NoiseCancellationSettings::default(),
        /// Opus sends nothing during silence.
        opus_dtx_enabled: bool = true,
        /// Audio is sent twice (RED).
        redundant_coding_enabled: bool = true,
        /// The speaker starts on.
        speaker_default_on: bool = true,
    }

    /// Noise cancellation.
    NoiseCancellationSettings {
        /// Mode.
        mode: String = DISABLED.into(),
    }

    /// Camera video.
    VideoSettings {
        /// Users may ask for `send-video`.
        access_request_enabled: bool = true,
        /// The camera starts on.
        camera_default_on: bool = true,
        /// `front`, `back` or `external`.
        camera_facing: String = "front".into(),
        /// The call has video.
        enabled: bool = true,
        /// What a camera should publish.
        target_resolution: TargetResolution = TargetResolution::default(),
    }

    /// Size and bitrate to publish.
    TargetResolution {
        /// px, 240 to 3840.
        width: u32 = 2560,
        /// px, 240 to 3840.
        height: u32 = 1440,
        /// bits/s, at most 6 000 000.
        bitrate: u32 = 5_000_000,
    }

    /// Screen share.
    ScreensharingSettings {
        /// Users may ask for `screenshare`.
        access_request_enabled: bool = true,
        /// The call has screen share.
        enabled: bool = true,
        /// What a screen share should publish.
        target_resolution: Option<TargetResolution> = None,
    }

    /// Backstage.
    BackstageSettings {
        /// New calls start in backstage.
        enabled: bool = false,
        /// How long before `starts_at` everybody may join, s.
        join_ahead_time_seconds: u32 = 0,
    }

    /// Ring timeouts.
    RingSettings {
        /// The caller gives up, ms.
        auto_cancel_timeout_ms: u32 = 15_000,
        /// The callee's screen goes away, ms.
        incoming_call_timeout_ms: u32 = 15_000,
        /// The call counts as missed, ms.
        missed_call_timeout_ms: u32 = 15_000,
    }

    /// Limits.
    LimitsSettings {
        /// Everybody is removed this long after the session started, s.
        max_duration_seconds: Option<u32> = None,
        /// How many may be in the call.
        max_participants: Option<u32> = None,
        /// The creator does not count.
        max_participants_exclude_owner: bool = false,
        /// Users with these roles do not count.
        max_participants_exclude_roles: Vec<String> = Vec::new(),
    }

    /// Sessions.
    SessionSettings {
        /// An empty session ends after this, s, 5 to 900.
        inactivity_timeout_seconds: u32 = 30,
    }

    /// Composite recording.
    RecordingSettings {
        /// Without video.
        audio_only: bool = false,
        /// Mode.
        mode: String = AVAILABLE.into(),
        /// Such as `720p`.
        quality: String = "720p".into(),
    }

    /// Recording of each participant.
    IndividualRecordingSettings {
        /// Mode.
        mode: String = DISABLED.into(),
        /// What to record.
        output_types: Option<Vec<String>> = None,
    }

    /// Recording of raw tracks.
    RawRecordingSettings {
        /// Without video.
        audio_only: bool = false,
        /// Mode.
        mode: String = DISABLED.into(),
    }

    /// Recording of frames.
    FrameRecordingSettings {
        /// Between frames, s, 2 to 60.
        capture_interval_in_seconds: u32 = 3,
        /// Mode.
        mode: String = DISABLED.into(),
        /// Such as `720p`.
        quality: String = "720p".into(),
    }

    /// Transcription and captions.
    TranscriptionSettings {
        /// Mode of captions.
        closed_caption_mode: String = DISABLED.into(),
        /// Language code or `auto`.
        language: String = "en".into(),
        /// Mode.
        mode: String = AVAILABLE.into(),
        /// Length of captions; kept as the app gave it.
        speech_segment_config: Option<Value> = None,
        /// Translation of captions; kept as the app gave it.
        translation: Option<Value> = None,
    }

    /// HLS and RTMP.
    BroadcastingSettings {
        /// Either may be started.
        enabled: bool = true,
        /// HLS.
        hls: HlsSettings = HlsSettings::default(),
        /// RTMP.
        rtmp: RtmpSettings = RtmpSettings::default(),
    }

    /// HLS.
    HlsSettings {
        /// Starts with the call.
        auto_on: bool = false,
        /// May be started.
        enabled: bool = true,
        /// 1 to 3 qualities.
        quality_tracks: Vec<String> = vec!["720p".into()],
    }

    /// RTMP.
    RtmpSettings {
        /// May be started.
        enabled: bool = false,
        /// Such as `720p`.
        quality: String = "720p".into(),
    }

    /// Where SFUs may stand.
    GeofencingSettings {
        /// Names of areas.
        names: Vec<String> = Vec::new(),
    }

    /// Thumbnails.
    ThumbnailsSettings {
        /// Made while the call runs.
        enabled: bool = false,
    }

    /// End-to-end encryption.
    EncryptionSettings {
        /// Mode.
        mode: String = DISABLED.into(),
    }
}

const AVAILABLE: &str = "available";
const DISABLED: &str = "disabled";
