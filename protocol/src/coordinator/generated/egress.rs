//! What leaves and enters a call besides its participants: recordings, broadcasts, external encoders.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::coordinator::{
    CallResponse, Custom, DateTime, LayoutName, Open, RecordingQuality, RecordingType,
    UserResponse, input::model,
};

/// What leaves the call besides its participants.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EgressResponse {
    /// HLS runs.
    pub broadcasting: bool,
    /// Running RTMP outputs.
    pub rtmps: Vec<EgressRtmpResponse>,
    /// HLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hls: Option<EgressHlsResponse>,
    /// Composite recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composite_recording: Option<EgressStatus>,
    /// Recording of each participant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub individual_recording: Option<EgressStatus>,
    /// Recording of raw tracks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_recording: Option<EgressStatus>,
    /// Recording of frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_recording: Option<EgressStatus>,
}

model! { EgressResponse {
    broadcasting, rtmps, hls, composite_recording, individual_recording, raw_recording,
    frame_recording
} }

/// Whether something runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EgressStatus {
    /// `running` while it runs.
    pub status: String,
}

model! { EgressStatus { status } }

/// Broadcast by HLS.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EgressHlsResponse {
    /// Where to watch.
    pub playlist_url: String,
    /// `running` while it runs.
    pub status: String,
}

model! { EgressHlsResponse { playlist_url, status } }

/// Broadcast by RTMP.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EgressRtmpResponse {
    /// The app's name for it.
    pub name: String,
    /// Since when.
    pub started_at: DateTime,
    /// The target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_url: Option<String>,
    /// Key at the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_key: Option<String>,
}

model! { EgressRtmpResponse { name, started_at, stream_url, stream_key } }

/// Ingress addresses; empty where the server has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallIngressResponse {
    /// RTMP.
    pub rtmp: IngressAddress,
    /// SRT.
    pub srt: IngressAddress,
    /// WHIP.
    pub whip: IngressAddress,
}

model! { CallIngressResponse { rtmp, srt, whip } }

/// Where an external encoder sends to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressAddress {
    /// URL, or empty.
    pub address: String,
}

model! { IngressAddress { address } }

/// The file of a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRecording {
    /// Name of the file.
    pub filename: String,
    /// Where to get it, for two weeks.
    pub url: String,
    /// The session.
    pub session_id: String,
    /// When it begins.
    pub start_time: DateTime,
    /// When it ends.
    pub end_time: DateTime,
    /// Which recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_type: Option<Open<RecordingType>>,
}

model! { CallRecording { filename, url, session_id, start_time, end_time, recording_type } }

/// Starts a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StartRecordingRequest {
    /// Where the app wants the files; by default the storage of the call type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_external_storage: Option<String>,
}

model! { StartRecordingRequest { recording_external_storage } }

/// The files of recordings.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ListRecordingsResponse {
    /// The files.
    pub recordings: Vec<CallRecording>,
}

model! { ListRecordingsResponse { recordings } }

/// Starts the recording of frames.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StartFrameRecordingRequest {
    /// Where the app wants the files; by default the storage of the call type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_external_storage: Option<String>,
}

model! { StartFrameRecordingRequest { recording_external_storage } }

/// HLS starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StartHlsBroadcastingResponse {
    /// Where to watch.
    pub playlist_url: String,
}

model! { StartHlsBroadcastingResponse { playlist_url } }

/// Starts broadcasts by RTMP.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StartRtmpBroadcastsRequest {
    /// Exactly one.
    pub broadcasts: Vec<RtmpBroadcastRequest>,
}

model! { StartRtmpBroadcastsRequest { broadcasts } }

/// A broadcast by RTMP.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RtmpBroadcastRequest {
    /// The app's name for it, at most 255 characters.
    pub name: String,
    /// The target, at most 255 characters.
    pub stream_url: String,
    /// Key at the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_key: Option<String>,
    /// Size of the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Open<RecordingQuality>>,
    /// How participants are laid out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutSettingsRequest>,
}

model! { RtmpBroadcastRequest { name, stream_url, stream_key, quality, layout } }

/// How participants are laid out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LayoutSettingsRequest {
    /// Which layout.
    pub name: Open<LayoutName>,
    /// Page of the app that lays out, with `custom`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_app_url: Option<String>,
    /// Style sheet laid over the layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_css_url: Option<String>,
    /// Follow the orientation of the video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detect_orientation: Option<bool>,
    /// Options of the layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Custom>,
}

model! { LayoutSettingsRequest {
    name, external_app_url, external_css_url, detect_orientation, options
} }

/// `call.recording_started`: A recording started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRecordingStartedEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// Absent means composite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_type: Option<Open<RecordingType>>,
}

model! { CallRecordingStartedEvent { egress_id, recording_type } }

/// `call.recording_stopped`: A recording stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRecordingStoppedEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// Absent means composite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_type: Option<Open<RecordingType>>,
}

model! { CallRecordingStoppedEvent { egress_id, recording_type } }

/// `call.recording_failed`: A recording failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRecordingFailedEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// Absent means composite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_type: Option<Open<RecordingType>>,
}

model! { CallRecordingFailedEvent { egress_id, recording_type } }

/// `call.recording_ready`: The file of a recording is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRecordingReadyEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// Absent means composite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_type: Option<Open<RecordingType>>,
    /// The file.
    pub call_recording: CallRecording,
}

model! { CallRecordingReadyEvent { egress_id, recording_type, call_recording } }

/// `call.frame_recording_started`: The recording of frames started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallFrameRecordingStartedEvent {
    /// The call.
    pub call: CallResponse,
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
}

model! { CallFrameRecordingStartedEvent { call, egress_id } }

/// `call.frame_recording_stopped`: The recording of frames stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallFrameRecordingStoppedEvent {
    /// The call.
    pub call: CallResponse,
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
}

model! { CallFrameRecordingStoppedEvent { call, egress_id } }

/// `call.frame_recording_failed`: The recording of frames failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallFrameRecordingFailedEvent {
    /// The call.
    pub call: CallResponse,
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
}

model! { CallFrameRecordingFailedEvent { call, egress_id } }

/// `call.frame_recording_ready`: A frame was stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallFrameRecordingFrameReadyEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// The session.
    pub session_id: String,
    /// When it was taken.
    pub captured_at: DateTime,
    /// What it shows.
    pub track_type: String,
    /// Where to get it.
    pub url: String,
    /// Who is in it, by user id.
    pub users: BTreeMap<String, UserResponse>,
}

model! { CallFrameRecordingFrameReadyEvent {
    egress_id, session_id, captured_at, track_type, url, users
} }

/// `call.hls_broadcasting_started`: HLS started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallHlsBroadcastingStartedEvent {
    /// The call.
    pub call: CallResponse,
    /// Where to watch.
    pub hls_playlist_url: String,
}

model! { CallHlsBroadcastingStartedEvent { call, hls_playlist_url } }

/// `call.hls_broadcasting_stopped`: HLS stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallHlsBroadcastingStoppedEvent {}

model! { CallHlsBroadcastingStoppedEvent {} }

/// `call.hls_broadcasting_failed`: HLS failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallHlsBroadcastingFailedEvent {}

model! { CallHlsBroadcastingFailedEvent {} }

/// `call.rtmp_broadcast_started`: A broadcast by RTMP started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRtmpBroadcastStartedEvent {
    /// The app's name for it.
    pub name: String,
}

model! { CallRtmpBroadcastStartedEvent { name } }

/// `call.rtmp_broadcast_stopped`: A broadcast by RTMP stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRtmpBroadcastStoppedEvent {
    /// The app's name for it.
    pub name: String,
}

model! { CallRtmpBroadcastStoppedEvent { name } }

/// `call.rtmp_broadcast_failed`: A broadcast by RTMP failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRtmpBroadcastFailedEvent {
    /// The app's name for it.
    pub name: String,
}

model! { CallRtmpBroadcastFailedEvent { name } }

/// `ingress.started`: An external encoder sends.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressStartedEvent {
    /// Which stream.
    pub ingress_stream_id: String,
    /// By what it sends: `rtmp`, `srt`, `whip`.
    pub publisher_type: String,
    /// As whom it sends.
    pub user_id: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

model! { IngressStartedEvent {
    ingress_stream_id, publisher_type, user_id, client_ip, client_name, version
} }

/// `ingress.stopped`: An external encoder sends no more.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressStoppedEvent {
    /// Which stream.
    pub ingress_stream_id: String,
    /// As whom it sent.
    pub user_id: String,
}

model! { IngressStoppedEvent { ingress_stream_id, user_id } }

/// `ingress.error`: What an external encoder sends cannot be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressErrorEvent {
    /// Which stream.
    pub ingress_stream_id: String,
    /// As whom it sends.
    pub user_id: String,
    /// Why.
    pub error: String,
    /// The same, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

model! { IngressErrorEvent { ingress_stream_id, user_id, error, code } }

/// `call.dtmf`: Somebody who called by phone pressed a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallDtmfEvent {
    /// Which.
    pub digit: String,
    /// How long, ms.
    pub duration_ms: u32,
    /// Counts the keys.
    pub seq_number: u32,
    /// When.
    pub timestamp: DateTime,
    /// Who.
    pub user: UserResponse,
}

model! { CallDtmfEvent { digit, duration_ms, seq_number, timestamp, user } }
