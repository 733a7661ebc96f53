//! Requests and responses of the REST operations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CallResponse, CallStateResponse, Custom, DateTime, MemberResponse, UserRequest, UserResponse,
    input::{null_as_default, object, object_if_any, objects_if_any},
};

/// Every successful body: the operation's own fields and `duration`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timed<T> {
    /// The operation's own fields.
    #[serde(flatten)]
    pub body: T,
    /// How long the request took, such as `2.57ms`.
    pub duration: String,
}

/// The body of operations that have nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Empty {}

/// First frame of the coordinator socket.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct WsAuthMessage {
    /// JWT of the user.
    #[serde(deserialize_with = "null_as_default")]
    pub token: String,
    /// Creates or updates the user.
    #[serde(deserialize_with = "object")]
    pub user_details: UserRequest,
}

/// `POST /guest`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CreateGuestRequest {
    /// What the guest would like to be called.
    #[serde(deserialize_with = "object")]
    pub user: UserRequest,
}

/// Answer to [`CreateGuestRequest`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreateGuestResponse {
    /// Its id differs from the one asked for.
    pub user: UserResponse,
    /// JWT of the guest.
    pub access_token: String,
}

/// `data` of getOrCreate and join.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CallRequest {
    /// At most 100.
    #[serde(deserialize_with = "objects_if_any")]
    pub members: Option<Vec<MemberRequest>>,
    /// Belongs to the app.
    pub custom: Option<Custom>,
    /// Laid over the settings of the call type, field by field.
    pub settings_override: Option<Value>,
    /// When the app plans to start.
    pub starts_at: Option<DateTime>,
    /// The team the call belongs to, for good.
    pub team: Option<String>,
}

/// A member to add or change.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MemberRequest {
    /// Who.
    #[serde(deserialize_with = "null_as_default")]
    pub user_id: String,
    /// Role in this call. Absent leaves the stored one.
    pub role: Option<String>,
    /// Replaces the stored object. Absent leaves it.
    pub custom: Option<Custom>,
}

/// `POST /call/{type}/{id}`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct GetOrCreateCallRequest {
    /// Used when the call is created.
    #[serde(deserialize_with = "object_if_any")]
    pub data: Option<CallRequest>,
    /// At most 100, 25 when absent.
    pub members_limit: Option<u32>,
    /// Ring the members.
    pub ring: Option<bool>,
    /// Tell the members.
    pub notify: Option<bool>,
    /// Which kind of incoming screen a ring shows.
    pub video: Option<bool>,
}

/// `POST /call/{type}/{id}/join`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct JoinCallRequest {
    /// Location hint; any text, this server has one edge.
    pub location: Option<String>,
    /// Create the call when it is missing.
    pub create: Option<bool>,
    /// Used when the call is created.
    #[serde(deserialize_with = "object_if_any")]
    pub data: Option<CallRequest>,
    /// At most 100, 25 when absent.
    pub members_limit: Option<u32>,
    /// Ring the members.
    pub ring: Option<bool>,
    /// Tell the members.
    pub notify: Option<bool>,
    /// Which kind of incoming screen a ring shows.
    pub video: Option<bool>,
    /// The client encrypts its media end to end.
    pub e2ee: Option<bool>,
}

/// `PATCH /call/{type}/{id}`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UpdateCallRequest {
    /// Replaces the stored object.
    pub custom: Option<Custom>,
    /// Laid over the settings of the call, field by field.
    pub settings_override: Option<Value>,
    /// When the app plans to start.
    pub starts_at: Option<DateTime>,
}

/// `POST /call/{type}/{id}/members`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UpdateCallMembersRequest {
    /// Added or changed, at most 100.
    #[serde(deserialize_with = "objects_if_any")]
    pub update_members: Option<Vec<MemberRequest>>,
    /// User ids, at most 100.
    pub remove_members: Option<Vec<String>>,
}

/// `POST /calls`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct QueryCallsRequest {
    /// Field → value, or field → operator → value.
    pub filter_conditions: Option<Value>,
    /// At most 2.
    #[serde(deserialize_with = "objects_if_any")]
    pub sort: Option<Vec<SortParam>>,
    /// At most 100, 25 when absent.
    pub limit: Option<u32>,
    /// Cursor of the page to load.
    pub next: Option<String>,
    /// Cursor of the page to load, backwards.
    pub prev: Option<String>,
    /// Watch every call of the answer.
    pub watch: Option<bool>,
}

/// `POST /call/members`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct QueryCallMembersRequest {
    /// Call type.
    #[serde(rename = "type", deserialize_with = "null_as_default")]
    pub call_type: String,
    /// Call id.
    #[serde(deserialize_with = "null_as_default")]
    pub id: String,
    /// Field → value, or field → operator → value.
    pub filter_conditions: Option<Value>,
    /// At most 1.
    #[serde(deserialize_with = "objects_if_any")]
    pub sort: Option<Vec<SortParam>>,
    /// At most 100, 25 when absent.
    pub limit: Option<u32>,
    /// Cursor of the page to load.
    pub next: Option<String>,
    /// Cursor of the page to load, backwards.
    pub prev: Option<String>,
}

/// One key of an order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SortParam {
    /// Which field.
    #[serde(deserialize_with = "null_as_default")]
    pub field: String,
    /// 1 ascending (also when absent), -1 descending.
    pub direction: Option<i32>,
}

/// `POST /call/{type}/{id}/go_live`: what to start along with the call.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct GoLiveRequest {
    /// HLS
    pub start_hls: Option<bool>,
    /// Composite recording, old name.
    pub start_recording: Option<bool>,
    /// Composite recording.
    pub start_composite_recording: Option<bool>,
    /// Recording of each participant.
    pub start_individual_recording: Option<bool>,
    /// Recording of raw tracks.
    pub start_raw_recording: Option<bool>,
    /// Transcription.
    pub start_transcription: Option<bool>,
    /// Captions.
    pub start_closed_caption: Option<bool>,
}

/// Answer to getOrCreate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CreatedCallResponse {
    /// As for get.
    #[serde(flatten)]
    pub state: CallStateResponse,
    /// False when the call existed.
    pub created: bool,
}

/// Answer to join.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JoinCallResponse {
    /// As for get.
    #[serde(flatten)]
    pub state: CallStateResponse,
    /// False when the call existed.
    pub created: bool,
    /// How to reach the SFU.
    pub credentials: Credentials,
    /// How the client reports statistics.
    pub stats_options: StatsOptions,
}

/// How to reach the SFU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Credentials {
    /// Where.
    pub server: SfuServerResponse,
    /// SFU token, valid for six hours.
    pub token: String,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServerResponse>,
}

/// An SFU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SfuServerResponse {
    /// Name of the SFU.
    pub edge_name: String,
    /// Base of the Twirp service, ends in `/twirp`.
    pub url: String,
    /// The SFU socket.
    pub ws_endpoint: String,
}

/// A STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IceServerResponse {
    /// `stun:` and `turn:` URLs.
    pub urls: Vec<String>,
    /// Empty for STUN.
    pub username: String,
    /// Empty for STUN.
    pub password: String,
}

/// How the client reports statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StatsOptions {
    /// Between reports to the SFU, ms.
    pub reporting_interval_ms: u32,
    /// Send traces of the peer connections.
    pub enable_rtc_stats: bool,
}

/// Answer to goLive and stopLive.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveResponse {
    /// The call.
    pub call: CallResponse,
}

/// Answer to updateCallMembers and queryMembers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MembersResponse {
    /// The members asked for.
    pub members: Vec<MemberResponse>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Answer to queryCalls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryCallsResponse {
    /// The calls, in order.
    pub calls: Vec<CallStateResponse>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Answer to `GET /edges`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GetEdgesResponse {
    /// The SFUs.
    pub edges: Vec<EdgeResponse>,
}

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
