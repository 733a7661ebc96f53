//! The coordinator socket, errors, edges, telemetry.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::coordinator::{Custom, DateTime, OwnUserResponse, UserRequest, input::model};

/// Body of every refusal, and `error` of a `connection.error` event.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ApiError {
    /// Application code.
    pub code: i32,
    /// For people: `{Operation} failed with error: "{detail}"`.
    pub message: String,
    /// HTTP status. The capital letters are the protocol's.
    #[serde(rename = "StatusCode")]
    pub status_code: u16,
    /// How long the request took, such as `2.57ms`.
    pub duration: String,
    /// URL with more information, or empty.
    pub more_info: String,
    /// Empty; kept because clients expect the field.
    pub details: Vec<i32>,
    /// What is wrong with which field of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception_fields: Option<BTreeMap<String, String>>,
    /// True: repeating the request cannot succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrecoverable: Option<bool>,
}

model! { ApiError {
    code, message, status_code = "StatusCode", duration, more_info, details, exception_fields,
    unrecoverable
} }

/// First frame of the coordinator socket, sent by the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WsAuthMessage {
    /// JWT of the user.
    pub token: String,
    /// Creates or updates the user.
    pub user_details: UserRequest,
    /// What the socket is for: `video`, and others this server does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Vec<String>>,
    /// Keys of custom data of members that events shall hold, at most 8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_custom_include: Option<Vec<String>>,
}

model! { WsAuthMessage { token, user_details, products, member_custom_include } }

/// An SFU and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EdgeResponse {
    /// Name of the SFU.
    pub id: String,
    /// URL whose answer time tells the distance.
    pub latency_test_url: String,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// Two letters, or empty.
    pub continent_code: String,
    /// Two letters, or empty.
    pub country_iso_code: String,
    /// Empty where not known.
    pub subdivision_iso_code: String,
    /// Latency in ms up to which the edge counts as near.
    pub green: u32,
    /// Latency in ms up to which the edge counts as usable.
    pub yellow: u32,
    /// Latency in ms from which the edge counts as far.
    pub red: u32,
}

model! { EdgeResponse {
    id, latency_test_url, latitude, longitude, continent_code, country_iso_code,
    subdivision_iso_code, green, yellow, red
} }

/// Answer to `GetEdges`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GetEdgesResponse {
    /// The SFUs.
    pub edges: Vec<EdgeResponse>,
}

model! { GetEdgesResponse { edges } }

/// Telemetry of a client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReportClientEventRequest {
    /// 1 to 100.
    pub events: Vec<ClientEvent>,
}

model! { ReportClientEventRequest { events } }

/// How one step of joining went, as the client saw it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClientEvent {
    /// Names the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Call type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub call_type: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_session_id: Option<String>,
    /// The coordinator socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinator_connect_id: Option<String>,
    /// Name of the SFU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sfu_id: Option<String>,
    /// User id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Which step, such as `CoordinatorWS`, `WSJoin`, `FirstVideoFrame`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Ties the beginning of a step to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_id: Option<String>,
    /// `initiated` or `completed`.
    #[serde(rename = "event_type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `success` or `failure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Ties the steps of one join together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_attempt_id: Option<String>,
    /// Why the client joins: the first time, or again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_reason: Option<String>,
    /// How long the step took, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_time: Option<i64>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<DateTime>,
    /// Which attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_count_attempt: Option<i32>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_failure_code: Option<String>,
    /// The same, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_failure_reason: Option<String>,
    /// State of ICE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ice_state: Option<String>,
    /// `publisher` or `subscriber`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_connection: Option<String>,
    /// Which track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track_id: Option<String>,
    /// State of the permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_permission_status: Option<String>,
    /// State of the permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub microphone_permission_status: Option<String>,
    /// State of the permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_share_status: Option<String>,
    /// The peer connection worked before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_previously_connected: Option<bool>,
    /// When it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previously_connected_timestamp: Option<DateTime>,
    /// Version of the SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk_version: Option<String>,
    /// The browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

model! { ClientEvent {
    id, call_type = "type", call_session_id, coordinator_connect_id, sfu_id, user_id, stage,
    stage_id, kind = "event_type", outcome, join_attempt_id, join_reason, elapsed_time, timestamp,
    retry_count_attempt, retry_failure_code, retry_failure_reason, ice_state, peer_connection,
    track_id, camera_permission_status, microphone_permission_status, screen_share_status,
    was_previously_connected, previously_connected_timestamp, sdk_version, user_agent
} }

/// `connection.ok`: The socket is authenticated.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConnectedEvent {
    /// Makes requests watch calls.
    pub connection_id: String,
    /// The connected user.
    pub me: OwnUserResponse,
}

model! { ConnectedEvent { connection_id, me } }

/// `connection.error`: The socket is refused and closes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ConnectionErrorEvent {
    /// Of the refused connection.
    pub connection_id: String,
    /// Why.
    pub error: ApiError,
}

model! { ConnectionErrorEvent { connection_id, error } }

/// `health.check`: Answer to a ping of the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HealthCheckEvent {
    /// Of this connection.
    pub connection_id: String,
    /// Empty.
    pub custom: Custom,
    /// The call the ping was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    /// The connected user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<OwnUserResponse>,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { HealthCheckEvent { connection_id, custom, cid, me, received_at } }
