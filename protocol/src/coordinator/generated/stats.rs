//! Statistics of the clients in a session. Their depths are kept as free JSON: they belong to the server that measures.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;
use serde_json::Value;

use crate::coordinator::{CallSessionResponse, Custom, DateTime, SortParam, input::model};

/// Sums over a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsParticipantCounts {
    /// Users.
    pub participants: u32,
    /// Users who sent something.
    pub publishers: u32,
    /// Clients.
    pub sessions: u32,
    /// Clients that are still there.
    pub live_sessions: u32,
    /// Most clients at a time.
    pub peak_concurrent_sessions: u32,
    /// Most users at a time.
    pub peak_concurrent_users: u32,
    /// SFUs.
    pub sfus_used: u32,
    /// Mean jitter, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_jitter_ms: Option<i32>,
    /// Mean latency, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_latency_ms: Option<i32>,
    /// Longest time the video of a user stood still, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_freezes_duration_ms: Option<i32>,
    /// Time of all clients together, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_participant_duration: Option<i64>,
    /// Events of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_event_count: Option<i32>,
    /// Mean rating, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avg_user_rating: Option<f64>,
    /// Worst rating, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_user_rating: Option<i32>,
    /// Quality, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cq_score: Option<i32>,
}

model! { CallStatsParticipantCounts {
    participants, publishers, sessions, live_sessions, peak_concurrent_sessions,
    peak_concurrent_users, sfus_used, average_jitter_ms, average_latency_ms, max_freezes_duration_ms,
    total_participant_duration, call_event_count, avg_user_rating, min_user_rating, cq_score
} }

/// A user in the statistics of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsParticipant {
    /// User id.
    pub user_id: String,
    /// Shown to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Roles in the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// When something was heard last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_activity_at: Option<DateTime>,
    /// Their clients.
    pub sessions: Vec<CallStatsParticipantSession>,
}

model! { CallStatsParticipant { user_id, name, roles, latest_activity_at, sessions } }

/// A client in the statistics of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsParticipantSession {
    /// The SFU session of the client.
    pub user_session_id: String,
    /// The same over reconnects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unified_session_id: Option<String>,
    /// It is still there.
    pub is_live: bool,
    /// What it sent.
    pub published_tracks: PublishedTrackFlags,
    /// How it sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_type: Option<String>,
    /// When it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime>,
    /// When it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime>,
    /// Quality, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cq_score: Option<i32>,
    /// Mean jitter, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<i32>,
    /// Mean latency, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<i32>,
    /// How long video stood still, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freezes_duration_ms: Option<i32>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_ip: Option<String>,
    /// Name of its SFU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_sfu: Option<String>,
    /// How far that is, km.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_to_sfu_kilometers: Option<f64>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<CallStatsLocation>,
    /// The external encoder it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<String>,
    /// Browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// Version of the browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser_version: Option<String>,
    /// System.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk: Option<String>,
    /// Version of the SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk_version: Option<String>,
    /// Version of WebRTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webrtc_version: Option<String>,
}

model! { CallStatsParticipantSession {
    user_session_id, unified_session_id, is_live, published_tracks, publisher_type, started_at,
    ended_at, cq_score, jitter_ms, latency_ms, freezes_duration_ms, current_ip, current_sfu,
    distance_to_sfu_kilometers, location, ingress, browser, browser_version, os, sdk, sdk_version,
    webrtc_version
} }

/// What was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PublishedTrackFlags {
    /// Microphone.
    pub audio: bool,
    /// Camera.
    pub video: bool,
    /// Screen.
    pub screenshare: bool,
    /// Sound of the screen.
    pub screenshare_audio: bool,
}

model! { PublishedTrackFlags { audio, video, screenshare, screenshare_audio } }

/// Where a client is, as its address tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsLocation {
    /// Continent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continent: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_iso_code: Option<String>,
    /// State or region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// How far off that may be, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy_radius_meters: Option<i32>,
}

model! { CallStatsLocation {
    continent, country, country_iso_code, subdivision, city, latitude, longitude,
    accuracy_radius_meters
} }

/// Where the clients of a session and its SFUs are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallStatsMapResponse {
    /// Call type.
    pub call_type: String,
    /// Call id.
    pub call_id: String,
    /// The session.
    pub call_session_id: String,
    /// When the session began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_started_at: Option<DateTime>,
    /// When the session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_ended_at: Option<DateTime>,
    /// First moment of the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<DateTime>,
    /// Last moment of the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<DateTime>,
    /// When the map was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_at: Option<DateTime>,
    /// What it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_source: Option<String>,
    /// Sums over the session.
    pub counts: CallStatsParticipantCounts,
    /// Those who send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publishers: Option<Value>,
    /// Those who receive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribers: Option<Value>,
    /// The SFUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sfus: Option<Value>,
}

model! { QueryCallStatsMapResponse {
    call_type, call_id, call_session_id, call_started_at, call_ended_at, start_time, end_time,
    generated_at, data_source, counts, publishers, subscribers, sfus
} }

/// Statistics of the users of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallSessionParticipantStatsResponse {
    /// Call type.
    pub call_type: String,
    /// Call id.
    pub call_id: String,
    /// The session.
    pub call_session_id: String,
    /// When the session began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_started_at: Option<DateTime>,
    /// When the session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_ended_at: Option<DateTime>,
    /// Sums over the session.
    pub counts: CallStatsParticipantCounts,
    /// The users.
    pub participants: Vec<CallStatsParticipant>,
    /// What happened in the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_events: Option<Vec<Value>>,
    /// What the answer was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmp_data_source: Option<String>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallSessionParticipantStatsResponse {
    call_type, call_id, call_session_id, call_started_at, call_ended_at, counts, participants,
    call_events, tmp_data_source, next, prev
} }

/// What was measured at one client, over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GetCallSessionParticipantStatsDetailsResponse {
    /// Call type.
    pub call_type: String,
    /// Call id.
    pub call_id: String,
    /// The session.
    pub call_session_id: String,
    /// User id.
    pub user_id: String,
    /// The SFU session of the client.
    pub user_session_id: String,
    /// Which time, in which steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeframe: Option<Value>,
    /// What it sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Value>,
    /// What it received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<Value>,
    /// The client itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Value>,
}

model! { GetCallSessionParticipantStatsDetailsResponse {
    call_type, call_id, call_session_id, user_id, user_session_id, timeframe, publisher, subscriber,
    user
} }

/// What happened at one client, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallSessionParticipantStatsTimelineResponse {
    /// Call type.
    pub call_type: String,
    /// Call id.
    pub call_id: String,
    /// The session.
    pub call_session_id: String,
    /// User id.
    pub user_id: String,
    /// The SFU session of the client.
    pub user_session_id: String,
    /// What happened.
    pub events: Vec<CallParticipantTimeline>,
}

model! { QueryCallSessionParticipantStatsTimelineResponse {
    call_type, call_id, call_session_id, user_id, user_session_id, events
} }

/// Something that happened at a client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallParticipantTimeline {
    /// What.
    #[serde(rename = "type")]
    pub kind: String,
    /// How bad it is.
    pub severity: String,
    /// When.
    pub timestamp: DateTime,
    /// More about it.
    pub data: Custom,
}

model! { CallParticipantTimeline { kind = "type", severity, timestamp, data } }

/// Asks for sums over sessions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallSessionStatsRequest {
    /// Field → value, or field → operator → value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_conditions: Option<Custom>,
    /// At most 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Vec<SortParam>>,
    /// At most 100, 25 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallSessionStatsRequest { filter_conditions, sort, limit, next, prev } }

/// Sums over sessions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallSessionStatsResponse {
    /// The sessions, in order.
    pub call_stats: Vec<CallStatsSessionResponse>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallSessionStatsResponse { call_stats, next, prev } }

/// Sums over one session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsSessionResponse {
    /// Call type.
    pub call_type: String,
    /// Call id.
    pub call_id: String,
    /// The session.
    pub call_session_id: String,
    /// When the session began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_started_at: Option<DateTime>,
    /// When the session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_ended_at: Option<DateTime>,
    /// When the sums were made.
    pub generated_at: DateTime,
    /// Sums over the session.
    pub counts: CallStatsParticipantCounts,
}

model! { CallStatsSessionResponse {
    call_type, call_id, call_session_id, call_started_at, call_ended_at, generated_at, counts
} }

/// The clients of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallParticipantSessionsResponse {
    /// Call type.
    pub call_type: String,
    /// Call id.
    pub call_id: String,
    /// The session.
    pub call_session_id: String,
    /// The clients.
    pub participants_sessions: Vec<ParticipantSessionDetails>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<CallSessionResponse>,
    /// Time of all clients together, s.
    pub total_participant_duration: u32,
    /// How many clients there were.
    pub total_participant_sessions: u32,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallParticipantSessionsResponse {
    call_type, call_id, call_session_id, participants_sessions, session, total_participant_duration,
    total_participant_sessions, next, prev
} }

/// A client of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ParticipantSessionDetails {
    /// User id.
    pub user_id: String,
    /// The SFU session of the client.
    pub user_session_id: String,
    /// How it sends.
    pub publisher_type: String,
    /// Roles in the call.
    pub roles: Vec<String>,
    /// When it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<DateTime>,
    /// When it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_at: Option<DateTime>,
    /// How long it was there, s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_in_seconds: Option<u32>,
}

model! { ParticipantSessionDetails {
    user_id, user_session_id, publisher_type, roles, joined_at, left_at, duration_in_seconds
} }

/// What was measured at the tracks of one client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GetCallParticipantSessionMetricsResponse {
    /// User id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The SFU session of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_session_id: Option<String>,
    /// It sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_publisher: Option<bool>,
    /// It received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_subscriber: Option<bool>,
    /// When it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<DateTime>,
    /// How it sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_type: Option<String>,
    /// The tracks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_tracks: Option<Vec<Value>>,
    /// The client itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Value>,
}

model! { GetCallParticipantSessionMetricsResponse {
    user_id, user_session_id, is_publisher, is_subscriber, joined_at, publisher_type,
    published_tracks, client
} }

/// `call.stats_report_ready`: The report of a session is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsReportReadyEvent {
    /// The session.
    pub session_id: String,
    /// Sums over the session.
    pub counts: CallStatsParticipantCounts,
    /// The users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participants_overview: Option<Vec<CallStatsParticipant>>,
    /// Not all users are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_trimmed: Option<bool>,
}

model! { CallStatsReportReadyEvent { session_id, counts, participants_overview, is_trimmed } }
