//! Calls and their members.

use serde::Serialize;

use super::{CallSessionResponse, CallSettings, Custom, DateTime, OwnCapability, UserResponse};

/// A call as everyone sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(clippy::struct_excessive_bools)] // the protocol's fields
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
    /// Mirrors `settings.backstage`, seconds.
    pub join_ahead_time_seconds: u32,
    /// Who may not join.
    pub blocked_user_ids: Vec<String>,
    /// Never set by this server; so are the next three.
    pub recording: bool,
    /// Transcription runs.
    pub transcribing: bool,
    /// Captions run.
    pub captioning: bool,
    /// Translation runs.
    pub translating: bool,
    /// Where external encoders send to.
    pub ingress: CallIngressResponse,
    /// What leaves the call besides its participants.
    pub egress: EgressResponse,
    /// The running session, or the last one.
    pub session: Option<CallSessionResponse>,
    /// Complete: the call type with every override applied.
    pub settings: CallSettings,
}

/// What get, getOrCreate, update and each row of a query say about a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallStateResponse {
    /// The call.
    pub call: CallResponse,
    /// At most `members_limit` of its members.
    pub members: Vec<MemberResponse>,
    /// The member that is the current user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership: Option<MemberResponse>,
    /// What the current user may do.
    pub own_capabilities: Vec<OwnCapability>,
}

/// A member of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberResponse {
    /// Who.
    pub user_id: String,
    /// Who, in full.
    pub user: UserResponse,
    /// Role in this call, absent when none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Belongs to the app.
    pub custom: Custom,
    /// When the member was added.
    pub created_at: DateTime,
    /// When the member was last changed.
    pub updated_at: DateTime,
}

/// Ingress addresses; empty where the server has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallIngressResponse {
    /// RTMP
    pub rtmp: IngressAddress,
    /// SRT
    pub srt: IngressAddress,
    /// WHIP
    pub whip: IngressAddress,
}

/// Where an external encoder sends to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IngressAddress {
    /// URL, or empty.
    pub address: String,
}

/// What leaves the call besides its participants: nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EgressResponse {
    /// HLS runs.
    pub broadcasting: bool,
    /// Running RTMP outputs.
    pub rtmps: Vec<serde_json::Value>,
}
