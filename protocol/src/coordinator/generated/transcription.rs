//! Transcription and captions.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;

use crate::coordinator::{DateTime, SpeechSegmentConfigRequest, UserResponse, input::model};

/// The file of a transcription.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallTranscription {
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
}

model! { CallTranscription { filename, url, session_id, start_time, end_time } }

/// A piece of speech as text.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallClosedCaption {
    /// Unique in the call.
    pub id: String,
    /// What was said.
    pub text: String,
    /// User id of who spoke.
    pub speaker_id: String,
    /// Who spoke.
    pub user: UserResponse,
    /// When it begins.
    pub start_time: DateTime,
    /// When it ends.
    pub end_time: DateTime,
    /// Language code.
    pub language: String,
    /// It is a translation.
    pub translated: bool,
    /// What made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

model! { CallClosedCaption {
    id, text, speaker_id, user, start_time, end_time, language, translated, service
} }

/// Starts the transcription.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StartTranscriptionRequest {
    /// Language code, or `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Captions too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_closed_captions: Option<bool>,
    /// Where the app wants the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_external_storage: Option<String>,
}

model! { StartTranscriptionRequest {
    language, enable_closed_captions, transcription_external_storage
} }

/// Stops the transcription.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StopTranscriptionRequest {
    /// Captions too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_closed_captions: Option<bool>,
}

model! { StopTranscriptionRequest { stop_closed_captions } }

/// The files of transcriptions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ListTranscriptionsResponse {
    /// The files.
    pub transcriptions: Vec<CallTranscription>,
}

model! { ListTranscriptionsResponse { transcriptions } }

/// Starts captions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StartClosedCaptionsRequest {
    /// Language code, or `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The transcription too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_transcription: Option<bool>,
    /// Where the app wants the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_storage: Option<String>,
    /// How speech is cut into captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_segment_config: Option<SpeechSegmentConfigRequest>,
}

model! { StartClosedCaptionsRequest {
    language, enable_transcription, external_storage, speech_segment_config
} }

/// Stops captions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StopClosedCaptionsRequest {
    /// The transcription too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_transcription: Option<bool>,
}

model! { StopClosedCaptionsRequest { stop_transcription } }

/// `call.transcription_started`: The transcription started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallTranscriptionStartedEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
}

model! { CallTranscriptionStartedEvent { egress_id } }

/// `call.transcription_stopped`: The transcription stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallTranscriptionStoppedEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
}

model! { CallTranscriptionStoppedEvent { egress_id } }

/// `call.transcription_failed`: The transcription failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallTranscriptionFailedEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

model! { CallTranscriptionFailedEvent { egress_id, error } }

/// `call.transcription_ready`: The file of a transcription is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallTranscriptionReadyEvent {
    /// Which recording, transcription or broadcast.
    pub egress_id: String,
    /// The file.
    pub call_transcription: CallTranscription,
}

model! { CallTranscriptionReadyEvent { egress_id, call_transcription } }

/// `call.closed_captions_started`: Captions started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallClosedCaptionsStartedEvent {}

model! { CallClosedCaptionsStartedEvent {} }

/// `call.closed_captions_stopped`: Captions stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallClosedCaptionsStoppedEvent {}

model! { CallClosedCaptionsStoppedEvent {} }

/// `call.closed_captions_failed`: Captions failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallClosedCaptionsFailedEvent {}

model! { CallClosedCaptionsFailedEvent {} }

/// `call.closed_caption`: Somebody said something.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClosedCaptionEvent {
    /// What.
    pub closed_caption: CallClosedCaption,
}

model! { ClosedCaptionEvent { closed_caption } }
