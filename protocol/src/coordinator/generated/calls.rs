//! Calls, their sessions and members.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::coordinator::{
    CallIngressResponse, CallSettings, CallSettingsRequest, Custom, DateTime, EgressResponse,
    MemberRequest, MemberResponse, Open, OwnCapability, UserResponse, input::model,
};

/// A call as everyone sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallResponse {
    /// Call type, such as `default`.
    #[serde(rename = "type")]
    pub call_type: String,
    /// Unique within the type.
    pub id: String,
    /// `type:id`
    pub cid: String,
    /// Empty while there is no session.
    pub current_session_id: String,
    /// Who created the call.
    pub created_by: UserResponse,
    /// Belongs to the app.
    pub custom: Custom,
    /// Set at creation, never changed.
    pub team: Option<String>,
    /// When the call was created.
    pub created_at: DateTime,
    /// When the call was last changed.
    pub updated_at: DateTime,
    /// When the app plans to start.
    pub starts_at: Option<DateTime>,
    /// Set by ending the call for everyone.
    pub ended_at: Option<DateTime>,
    /// Only users with `join-backstage` may join.
    pub backstage: bool,
    /// How long before `starts_at` everybody may join, s. Mirrors `settings.backstage`.
    pub join_ahead_time_seconds: u32,
    /// Who may not join.
    pub blocked_user_ids: Vec<String>,
    /// The call is recorded.
    pub recording: bool,
    /// Transcription runs.
    pub transcribing: bool,
    /// Captions run.
    pub captioning: bool,
    /// Captions are translated.
    pub translating: bool,
    /// Where external encoders send to.
    pub ingress: CallIngressResponse,
    /// What leaves the call besides its participants.
    pub egress: EgressResponse,
    /// The running session, or the last one.
    pub session: Option<CallSessionResponse>,
    /// Complete: the call type with every override applied.
    pub settings: CallSettings,
    /// Chat channel of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_cid: Option<String>,
    /// Number to dial in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_number: Option<String>,
    /// Pictures of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnails: Option<ThumbnailResponse>,
}

model! { CallResponse {
    call_type = "type", id, cid, current_session_id, created_by, custom, team, created_at,
    updated_at, starts_at, ended_at, backstage, join_ahead_time_seconds, blocked_user_ids, recording,
    transcribing, captioning, translating, ingress, egress, session, settings, channel_cid,
    routing_number, thumbnails
} }

/// Pictures of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ThumbnailResponse {
    /// URL of the newest.
    pub image_url: String,
}

model! { ThumbnailResponse { image_url } }

/// What get, getOrCreate, update and each row of a query say about a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStateResponse {
    /// The call.
    pub call: CallResponse,
    /// At most `members_limit` of its members.
    pub members: Vec<MemberResponse>,
    /// The member that is the current user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership: Option<MemberResponse>,
    /// What the current user may do.
    pub own_capabilities: Vec<Open<OwnCapability>>,
}

model! { CallStateResponse { call, members, membership, own_capabilities } }

/// What getOrCreate says about a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CreatedCallResponse {
    /// As for [`CallStateResponse`].
    #[serde(flatten)]
    pub state: CallStateResponse,
    /// False when the call existed.
    pub created: bool,
}

model! { CreatedCallResponse { created }, ..state }

/// One session of a call: a time when somebody is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSessionResponse {
    /// Unique.
    pub id: String,
    /// The first participant came.
    pub started_at: Option<DateTime>,
    /// Nobody was left for the inactivity timeout.
    pub ended_at: Option<DateTime>,
    /// Who is in the call.
    pub participants: Vec<CallParticipantResponse>,
    /// How many are in the call, by the role of the user.
    pub participants_count_by_role: BTreeMap<String, u32>,
    /// Anonymous participants are counted, never listed.
    pub anonymous_participant_count: u32,
    /// Who took the ring, and when.
    pub accepted_by: BTreeMap<String, DateTime>,
    /// Who declined the ring, and when.
    pub rejected_by: BTreeMap<String, DateTime>,
    /// Who did not answer the ring, and when.
    pub missed_by: BTreeMap<String, DateTime>,
    /// The call left backstage.
    pub live_started_at: Option<DateTime>,
    /// The call went back to backstage.
    pub live_ended_at: Option<DateTime>,
    /// `limits.max_duration_seconds` after the start: everybody is removed then.
    pub timer_ends_at: Option<DateTime>,
}

model! { CallSessionResponse {
    id, started_at, ended_at, participants, participants_count_by_role, anonymous_participant_count,
    accepted_by, rejected_by, missed_by, live_started_at, live_ended_at, timer_ends_at
} }

/// One client in a session. A user with two tabs is two participants.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallParticipantResponse {
    /// Who.
    pub user: UserResponse,
    /// The SFU session of this client.
    pub user_session_id: String,
    /// Member role, or the role of the user.
    pub role: String,
    /// When.
    pub joined_at: DateTime,
}

model! { CallParticipantResponse { user, user_session_id, role, joined_at } }

/// What a new call shall be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRequest {
    /// Who is invited, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<MemberRequest>>,
    /// Belongs to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
    /// Laid over the settings of the call type, field by field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_override: Option<CallSettingsRequest>,
    /// When the app plans to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime>,
    /// The team the call belongs to, for good. Users with teams must name one of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Which kind of incoming screen a ring shows: with video or without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<bool>,
    /// Chat channel of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_cid: Option<String>,
}

model! { CallRequest { members, custom, settings_override, starts_at, team, video, channel_cid } }

/// Loads a call, or creates it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GetOrCreateCallRequest {
    /// Used when the call is created. `ring` and `notify` stand beside it, not inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<CallRequest>,
    /// How many members the answer holds: at most 100, 25 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_limit: Option<u32>,
    /// Ring the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<bool>,
    /// Tell the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify: Option<bool>,
    /// Which kind of incoming screen a ring shows: with video or without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<bool>,
}

model! { GetOrCreateCallRequest { data, members_limit, ring, notify, video } }

/// Changes a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateCallRequest {
    /// Replaces the stored object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
    /// Laid over the settings of the call, field by field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_override: Option<CallSettingsRequest>,
    /// When the app plans to start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime>,
}

model! { UpdateCallRequest { custom, settings_override, starts_at } }

/// Asks to be let into a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JoinCallRequest {
    /// Where the client is, as the location hint names it; any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Create the call when it is missing; without it joining a missing call is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create: Option<bool>,
    /// Used when the call is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<CallRequest>,
    /// How many members the answer holds: at most 100, 25 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_limit: Option<u32>,
    /// Ring the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<bool>,
    /// Tell the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify: Option<bool>,
    /// Which kind of incoming screen a ring shows: with video or without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<bool>,
    /// The client encrypts its media end to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e2ee: Option<bool>,
    /// Name of the SFU to leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrating_from: Option<String>,
    /// Names of SFUs to avoid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrating_from_list: Option<Vec<String>>,
    /// The client will publish to very many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint_high_scale_livestream_publisher: Option<bool>,
}

model! { JoinCallRequest {
    location, create, data, members_limit, ring, notify, video, e2ee, migrating_from,
    migrating_from_list, hint_high_scale_livestream_publisher
} }

/// Lets the client in.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JoinCallResponse {
    /// As for [`CallStateResponse`].
    #[serde(flatten)]
    pub state: CallStateResponse,
    /// False when the call existed.
    pub created: bool,
    /// How to reach the SFU.
    pub credentials: Credentials,
    /// How the client reports statistics.
    pub stats_options: StatsOptions,
}

model! { JoinCallResponse { created, credentials, stats_options }, ..state }

/// How to reach the SFU.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Credentials {
    /// Where.
    pub server: SfuServerResponse,
    /// SFU token, valid for six hours.
    pub token: String,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServerResponse>,
}

model! { Credentials { server, token, ice_servers } }

/// An SFU.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SfuServerResponse {
    /// Name of the SFU.
    pub edge_name: String,
    /// Base of the Twirp service, ends in `/twirp`.
    pub url: String,
    /// The SFU socket.
    pub ws_endpoint: String,
}

model! { SfuServerResponse { edge_name, url, ws_endpoint } }

/// A STUN or TURN server.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IceServerResponse {
    /// `stun:` and `turn:` URLs.
    pub urls: Vec<String>,
    /// Empty for STUN.
    pub username: String,
    /// Empty for STUN.
    pub password: String,
}

model! { IceServerResponse { urls, username, password } }

/// How the client reports statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct StatsOptions {
    /// Between reports to the SFU, ms.
    pub reporting_interval_ms: u32,
    /// Send traces of the peer connections.
    pub enable_rtc_stats: bool,
}

model! { StatsOptions { reporting_interval_ms, enable_rtc_stats } }

/// Deletes a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeleteCallRequest {
    /// Nothing of the call is kept, files included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard: Option<bool>,
}

model! { DeleteCallRequest { hard } }

/// The call that is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeleteCallResponse {
    /// The call.
    pub call: CallResponse,
    /// The deletion of the files, which takes time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
}

model! { DeleteCallResponse { call, task_id } }

/// Asks for calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallsRequest {
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
    /// Watch every call of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<bool>,
}

model! { QueryCallsRequest { filter_conditions, sort, limit, next, prev, watch } }

/// One key of an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SortParam {
    /// Which field.
    pub field: String,
    /// 1 ascending (also when absent), -1 descending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<i32>,
    /// How custom data is compared.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

model! { SortParam { field, direction, kind = "type" } }

/// Calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallsResponse {
    /// The calls, in order.
    pub calls: Vec<CallStateResponse>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallsResponse { calls, next, prev } }

/// `call.created`: A call was created.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallCreatedEvent {
    /// The call.
    pub call: CallResponse,
    /// Its members.
    pub members: Vec<MemberResponse>,
}

model! { CallCreatedEvent { call, members } }

/// `call.updated`: A call was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallUpdatedEvent {
    /// The call.
    pub call: CallResponse,
    /// Lets clients recompute their own capabilities.
    pub capabilities_by_role: BTreeMap<String, Vec<String>>,
}

model! { CallUpdatedEvent { call, capabilities_by_role } }

/// `call.deleted`: A call was deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallDeletedEvent {
    /// The call.
    pub call: CallResponse,
}

model! { CallDeletedEvent { call } }

/// `call.ended`: A call was ended for everyone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallEndedEvent {
    /// The call.
    pub call: CallResponse,
    /// Absent when the server ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserResponse>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<MemberResponse>>,
}

model! { CallEndedEvent { call, user, reason, members } }

/// `call.notification`: Somebody wants the members to know about the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallNotificationEvent {
    /// The call.
    pub call: CallResponse,
    /// Its members.
    pub members: Vec<MemberResponse>,
    /// The current session, or empty.
    pub session_id: String,
    /// Who.
    pub user: UserResponse,
}

model! { CallNotificationEvent { call, members, session_id, user } }

/// `call.session_started`: The first participant came.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSessionStartedEvent {
    /// The call.
    pub call: CallResponse,
    /// The new session.
    pub session_id: String,
}

model! { CallSessionStartedEvent { call, session_id } }

/// `call.session_ended`: Nobody was left for the inactivity timeout, or the call ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSessionEndedEvent {
    /// The call.
    pub call: CallResponse,
    /// The session that is over.
    pub session_id: String,
}

model! { CallSessionEndedEvent { call, session_id } }

/// `call.session_participant_joined`: A participant came.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSessionParticipantJoinedEvent {
    /// Who.
    pub participant: CallParticipantResponse,
    /// The session.
    pub session_id: String,
}

model! { CallSessionParticipantJoinedEvent { participant, session_id } }

/// `call.session_participant_left`: A participant left.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSessionParticipantLeftEvent {
    /// Who.
    pub participant: CallParticipantResponse,
    /// The session.
    pub session_id: String,
    /// How long the participant was there, s.
    pub duration_seconds: u64,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

model! { CallSessionParticipantLeftEvent { participant, session_id, duration_seconds, reason } }

/// `call.session_participant_count_updated`: The numbers of a call whose participants are not all
/// told of one by one: anonymous ones, or very many.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallSessionParticipantCountsUpdatedEvent {
    /// The session.
    pub session_id: String,
    /// How many are in the call, by the role of the user.
    pub participants_count_by_role: BTreeMap<String, u32>,
    /// How many are counted only.
    pub anonymous_participant_count: u32,
}

model! { CallSessionParticipantCountsUpdatedEvent {
    session_id, participants_count_by_role, anonymous_participant_count
} }
