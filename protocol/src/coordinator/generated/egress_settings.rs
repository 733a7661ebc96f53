//! Settings of what leaves and enters a call besides its participants.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::coordinator::{Mode, Open, RecordingOutput, RecordingQuality, input::model};

/// Composite recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordSettings {
    /// Without video.
    pub audio_only: bool,
    /// Whether it may be started, is off, or starts with the call.
    pub mode: Open<Mode>,
    /// Size of the picture.
    pub quality: Open<RecordingQuality>,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self {
            audio_only: false,
            mode: Mode::Available.into(),
            quality: RecordingQuality::Q720p.into(),
        }
    }
}

model! { RecordSettings { audio_only, mode, quality } }

/// Composite recording. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RecordSettingsRequest {
    /// Without video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_only: Option<bool>,
    /// Whether it may be started, is off, or starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
    /// Size of the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Open<RecordingQuality>>,
}

model! { RecordSettingsRequest { audio_only, mode, quality } }

/// Recording of each participant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndividualRecordingSettings {
    /// Whether it may be started, is off, or starts with the call.
    pub mode: Open<Mode>,
    /// What to record.
    pub output_types: Option<Vec<Open<RecordingOutput>>>,
}

impl Default for IndividualRecordingSettings {
    fn default() -> Self {
        Self { mode: Mode::Disabled.into(), output_types: None }
    }
}

model! { IndividualRecordingSettings { mode, output_types } }

/// Recording of each participant. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IndividualRecordingSettingsRequest {
    /// Whether it may be started, is off, or starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
    /// What to record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_types: Option<Vec<Open<RecordingOutput>>>,
}

model! { IndividualRecordingSettingsRequest { mode, output_types } }

/// Recording of raw tracks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RawRecordingSettings {
    /// Without video.
    pub audio_only: bool,
    /// Whether it may be started, is off, or starts with the call.
    pub mode: Open<Mode>,
}

impl Default for RawRecordingSettings {
    fn default() -> Self {
        Self { audio_only: false, mode: Mode::Disabled.into() }
    }
}

model! { RawRecordingSettings { audio_only, mode } }

/// Recording of raw tracks. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RawRecordingSettingsRequest {
    /// Without video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_only: Option<bool>,
    /// Whether it may be started, is off, or starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
}

model! { RawRecordingSettingsRequest { audio_only, mode } }

/// Recording of frames.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrameRecordingSettings {
    /// Between frames, s, 2 to 60.
    pub capture_interval_in_seconds: u32,
    /// Whether it may be started, is off, or starts with the call.
    pub mode: Open<Mode>,
    /// Size of the picture, not portrait.
    pub quality: Open<RecordingQuality>,
}

impl Default for FrameRecordingSettings {
    fn default() -> Self {
        Self {
            capture_interval_in_seconds: 3,
            mode: Mode::Disabled.into(),
            quality: RecordingQuality::Q720p.into(),
        }
    }
}

model! { FrameRecordingSettings { capture_interval_in_seconds, mode, quality } }

/// Recording of frames. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FrameRecordingSettingsRequest {
    /// Between frames, s, 2 to 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture_interval_in_seconds: Option<u32>,
    /// Whether it may be started, is off, or starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
    /// Size of the picture, not portrait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Open<RecordingQuality>>,
}

model! { FrameRecordingSettingsRequest { capture_interval_in_seconds, mode, quality } }

/// Transcription and captions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TranscriptionSettings {
    /// Mode of captions.
    pub closed_caption_mode: Open<Mode>,
    /// Language code, or `auto`.
    pub language: String,
    /// Mode of the transcription.
    pub mode: Open<Mode>,
    /// How speech is cut into captions.
    pub speech_segment_config: Option<SpeechSegmentConfig>,
    /// Translation of captions.
    pub translation: Option<TranslationSettings>,
}

impl Default for TranscriptionSettings {
    fn default() -> Self {
        Self {
            closed_caption_mode: Mode::Disabled.into(),
            language: "en".into(),
            mode: Mode::Available.into(),
            speech_segment_config: None,
            translation: None,
        }
    }
}

model! { TranscriptionSettings {
    closed_caption_mode, language, mode, speech_segment_config, translation
} }

/// Transcription and captions. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TranscriptionSettingsRequest {
    /// Mode of captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_caption_mode: Option<Open<Mode>>,
    /// Language code, or `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Mode of the transcription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Open<Mode>>,
    /// How speech is cut into captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_segment_config: Option<SpeechSegmentConfigRequest>,
    /// Translation of captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation: Option<TranslationSettingsRequest>,
}

model! { TranscriptionSettingsRequest {
    closed_caption_mode, language, mode, speech_segment_config, translation
} }

/// How speech is cut into captions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SpeechSegmentConfig {
    /// Longest caption, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_speech_caption_ms: Option<u32>,
    /// Silence that ends a caption, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence_duration_ms: Option<u32>,
}

model! { SpeechSegmentConfig { max_speech_caption_ms, silence_duration_ms } }

/// How speech is cut into captions. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SpeechSegmentConfigRequest {
    /// Longest caption, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_speech_caption_ms: Option<u32>,
    /// Silence that ends a caption, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence_duration_ms: Option<u32>,
}

model! { SpeechSegmentConfigRequest { max_speech_caption_ms, silence_duration_ms } }

/// Translation of captions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TranslationSettings {
    /// Captions are translated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Language codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
}

model! { TranslationSettings { enabled, languages } }

/// Translation of captions. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TranslationSettingsRequest {
    /// Captions are translated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Language codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
}

model! { TranslationSettingsRequest { enabled, languages } }

/// HLS and RTMP.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BroadcastSettings {
    /// Either may be started.
    pub enabled: bool,
    /// HLS.
    pub hls: HlsSettings,
    /// RTMP.
    pub rtmp: RtmpSettings,
}

impl Default for BroadcastSettings {
    fn default() -> Self {
        Self { enabled: true, hls: HlsSettings::default(), rtmp: RtmpSettings::default() }
    }
}

model! { BroadcastSettings { enabled, hls, rtmp } }

/// HLS and RTMP. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BroadcastSettingsRequest {
    /// Either may be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// HLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hls: Option<HlsSettingsRequest>,
    /// RTMP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtmp: Option<RtmpSettingsRequest>,
}

model! { BroadcastSettingsRequest { enabled, hls, rtmp } }

/// HLS.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HlsSettings {
    /// Starts with the call.
    pub auto_on: bool,
    /// May be started.
    pub enabled: bool,
    /// 1 to 3 qualities.
    pub quality_tracks: Vec<Open<RecordingQuality>>,
}

impl Default for HlsSettings {
    fn default() -> Self {
        Self { auto_on: false, enabled: true, quality_tracks: vec![RecordingQuality::Q720p.into()] }
    }
}

model! { HlsSettings { auto_on, enabled, quality_tracks } }

/// HLS. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HlsSettingsRequest {
    /// Starts with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_on: Option<bool>,
    /// May be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// 1 to 3 qualities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_tracks: Option<Vec<Open<RecordingQuality>>>,
}

model! { HlsSettingsRequest { auto_on, enabled, quality_tracks } }

/// RTMP.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RtmpSettings {
    /// May be started.
    pub enabled: bool,
    /// Size of the picture.
    pub quality: Open<RecordingQuality>,
}

impl Default for RtmpSettings {
    fn default() -> Self {
        Self { enabled: false, quality: RecordingQuality::Q720p.into() }
    }
}

model! { RtmpSettings { enabled, quality } }

/// RTMP. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RtmpSettingsRequest {
    /// May be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Size of the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Open<RecordingQuality>>,
}

model! { RtmpSettingsRequest { enabled, quality } }

/// Encoding of external sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressSettings {
    /// Encoders may send.
    pub enabled: bool,
    /// Audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_encoding_options: Option<IngressAudioEncoding>,
    /// Video, by `{width}x{height}x{fps}` of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_encoding_options: Option<BTreeMap<String, IngressVideoEncoding>>,
}

model! { IngressSettings { enabled, audio_encoding_options, video_encoding_options } }

/// Encoding of external sources. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressSettingsRequest {
    /// Encoders may send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_encoding_options: Option<IngressAudioEncodingRequest>,
    /// Video, by `{width}x{height}x{fps}` of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_encoding_options: Option<BTreeMap<String, IngressVideoEncodingRequest>>,
}

model! { IngressSettingsRequest { enabled, audio_encoding_options, video_encoding_options } }

/// Encoding of the audio of external sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressAudioEncoding {
    /// bits/s, 16 000 to 128 000.
    pub bitrate: u32,
    /// 1 or 2.
    pub channels: u32,
    /// Opus sends nothing during silence.
    pub enable_dtx: bool,
}

model! { IngressAudioEncoding { bitrate, channels, enable_dtx } }

/// Encoding of the audio of external sources. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressAudioEncodingRequest {
    /// bits/s, 16 000 to 128 000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u32>,
    /// 1 or 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u32>,
    /// Opus sends nothing during silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_dtx: Option<bool>,
}

model! { IngressAudioEncodingRequest { bitrate, channels, enable_dtx } }

/// Encoding of the video of external sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressVideoEncoding {
    /// Simulcast layers.
    pub layers: Vec<IngressVideoLayer>,
    /// What comes in.
    pub source: IngressSource,
}

model! { IngressVideoEncoding { layers, source } }

/// Encoding of the video of external sources. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressVideoEncodingRequest {
    /// Simulcast layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<IngressVideoLayerRequest>>,
    /// What comes in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<IngressSourceRequest>,
}

model! { IngressVideoEncodingRequest { layers, source } }

/// A simulcast layer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressVideoLayer {
    /// bits/s.
    pub bitrate: u32,
    /// `h264` or `vp8`.
    pub codec: String,
    /// frames/s, at most 60.
    pub frame_rate_limit: u32,
    /// px, at least 240.
    pub max_dimension: u32,
    /// px, at least 240.
    pub min_dimension: u32,
}

model! { IngressVideoLayer { bitrate, codec, frame_rate_limit, max_dimension, min_dimension } }

/// A simulcast layer. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressVideoLayerRequest {
    /// bits/s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bitrate: Option<u32>,
    /// `h264` or `vp8`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
    /// frames/s, at most 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_rate_limit: Option<u32>,
    /// px, at least 240.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_dimension: Option<u32>,
    /// px, at least 240.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_dimension: Option<u32>,
}

model! { IngressVideoLayerRequest {
    bitrate, codec, frame_rate_limit, max_dimension, min_dimension
} }

/// What comes in.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressSource {
    /// frames/s, 30 or 60.
    pub fps: u32,
    /// px.
    pub height: u32,
    /// px.
    pub width: u32,
}

model! { IngressSource { fps, height, width } }

/// What comes in. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressSourceRequest {
    /// frames/s, 30 or 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<u32>,
    /// px.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// px.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
}

model! { IngressSourceRequest { fps, height, width } }
