//! Going live and back to backstage.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;

use crate::coordinator::{CallResponse, input::model};

/// What to start along with the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GoLiveRequest {
    /// HLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_hls: Option<bool>,
    /// Composite recording, old name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_recording: Option<bool>,
    /// Composite recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_composite_recording: Option<bool>,
    /// Recording of each participant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_individual_recording: Option<bool>,
    /// Recording of raw tracks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_raw_recording: Option<bool>,
    /// Transcription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_transcription: Option<bool>,
    /// Captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_closed_caption: Option<bool>,
    /// Where a recording goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_storage_name: Option<String>,
    /// Where a transcription goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_storage_name: Option<String>,
}

model! { GoLiveRequest {
    start_hls, start_recording, start_composite_recording, start_individual_recording,
    start_raw_recording, start_transcription, start_closed_caption, recording_storage_name,
    transcription_storage_name
} }

/// What shall go on although the call is not live.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StopLiveRequest {
    /// HLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_hls: Option<bool>,
    /// Composite recording, old name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_recording: Option<bool>,
    /// Composite recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_composite_recording: Option<bool>,
    /// Recording of each participant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_individual_recording: Option<bool>,
    /// Recording of raw tracks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_raw_recording: Option<bool>,
    /// Transcription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_transcription: Option<bool>,
    /// Captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_closed_caption: Option<bool>,
    /// RTMP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continue_rtmp_broadcasts: Option<bool>,
}

model! { StopLiveRequest {
    continue_hls, continue_recording, continue_composite_recording, continue_individual_recording,
    continue_raw_recording, continue_transcription, continue_closed_caption,
    continue_rtmp_broadcasts
} }

/// The call, live or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LiveResponse {
    /// The call.
    pub call: CallResponse,
}

model! { LiveResponse { call } }

/// `call.live_started`: A call left backstage.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallLiveStartedEvent {
    /// The call.
    pub call: CallResponse,
}

model! { CallLiveStartedEvent { call } }
