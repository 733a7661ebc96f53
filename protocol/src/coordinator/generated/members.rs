//! Members of a call, and those who are in it.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::coordinator::{
    CallParticipantResponse, CallResponse, CallStateResponse, Custom, DateTime, SortParam,
    UserResponse, input::model,
};

/// A member of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// When the member was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime>,
}

model! { MemberResponse { user_id, user, role, custom, created_at, updated_at, deleted_at } }

/// A member to add or change.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MemberRequest {
    /// Who.
    pub user_id: String,
    /// Role in this call. Absent leaves the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Replaces the stored object. Absent leaves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { MemberRequest { user_id, role, custom } }

/// Adds, changes and removes members.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateCallMembersRequest {
    /// Added or changed, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_members: Option<Vec<MemberRequest>>,
    /// User ids, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_members: Option<Vec<String>>,
}

model! { UpdateCallMembersRequest { update_members, remove_members } }

/// Members that were added or changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateCallMembersResponse {
    /// As they are now.
    pub members: Vec<MemberResponse>,
}

model! { UpdateCallMembersResponse { members } }

/// Asks for members of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallMembersRequest {
    /// Call type.
    #[serde(rename = "type")]
    pub call_type: String,
    /// Call id.
    pub id: String,
    /// Field → value, or field → operator → value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_conditions: Option<Custom>,
    /// At most 1.
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

model! { QueryCallMembersRequest {
    call_type = "type", id, filter_conditions, sort, limit, next, prev
} }

/// Members of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MembersResponse {
    /// The members asked for.
    pub members: Vec<MemberResponse>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { MembersResponse { members, next, prev } }

/// Asks who is in a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallParticipantsRequest {
    /// Field → value, or field → operator → value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_conditions: Option<Custom>,
}

model! { QueryCallParticipantsRequest { filter_conditions } }

/// Who is in a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallParticipantsResponse {
    /// As for [`CallStateResponse`].
    #[serde(flatten)]
    pub state: CallStateResponse,
    /// The participants asked for.
    pub participants: Vec<CallParticipantResponse>,
    /// How many there are.
    pub total_participants: u32,
}

model! { QueryCallParticipantsResponse { participants, total_participants }, ..state }

/// `call.member_added`: Members were added.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallMemberAddedEvent {
    /// The call.
    pub call: CallResponse,
    /// The new ones.
    pub members: Vec<MemberResponse>,
}

model! { CallMemberAddedEvent { call, members } }

/// `call.member_updated`: Custom data of members was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallMemberUpdatedEvent {
    /// The call.
    pub call: CallResponse,
    /// The changed ones.
    pub members: Vec<MemberResponse>,
}

model! { CallMemberUpdatedEvent { call, members } }

/// `call.member_updated_permission`: The role of members was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallMemberUpdatedPermissionEvent {
    /// The call.
    pub call: CallResponse,
    /// The changed ones.
    pub members: Vec<MemberResponse>,
    /// Lets clients recompute their own capabilities.
    pub capabilities_by_role: BTreeMap<String, Vec<String>>,
}

model! { CallMemberUpdatedPermissionEvent { call, members, capabilities_by_role } }

/// `call.member_removed`: Members were removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallMemberRemovedEvent {
    /// The call.
    pub call: CallResponse,
    /// Their user ids.
    pub members: Vec<String>,
}

model! { CallMemberRemovedEvent { call, members } }
