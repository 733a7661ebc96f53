//! Events of the coordinator socket.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    ApiError, CallParticipantResponse, CallResponse, Custom, DateTime, MemberResponse,
    OwnUserResponse, UserResponse,
};

/// One frame from the server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// See [`event_type`].
    #[serde(rename = "type")]
    pub event_type: &'static str,
    /// When it happened.
    pub created_at: DateTime,
    /// `type:id` of the call, for events about a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_cid: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened, and to what.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventBody {
    /// The socket is authenticated.
    ConnectionOk {
        /// Makes requests watch calls.
        connection_id: String,
        /// The connected user.
        me: Box<OwnUserResponse>,
    },
    /// The socket is refused and closes.
    ConnectionError {
        /// Of the refused connection.
        connection_id: String,
        /// Why.
        error: Box<ApiError>,
    },
    /// Answer to a ping of the client.
    HealthCheck {
        /// Of this connection.
        connection_id: String,
        /// Empty.
        custom: Custom,
    },
    /// A call was created.
    CallCreated {
        /// The call.
        call: Box<CallResponse>,
        /// Its members.
        members: Vec<MemberResponse>,
    },
    /// A call was changed.
    CallUpdated {
        /// The call.
        call: Box<CallResponse>,
        /// Lets clients recompute their own capabilities.
        capabilities_by_role: BTreeMap<String, Vec<&'static str>>,
    },
    /// A call was ended for everyone.
    CallEnded {
        /// The call.
        call: Box<CallResponse>,
        /// Absent when the server ended it.
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<Box<UserResponse>>,
    },
    /// A call left backstage.
    CallLiveStarted {
        /// The call.
        call: Box<CallResponse>,
    },
    /// Somebody wants the members to know about the call.
    CallNotification {
        /// The call.
        call: Box<CallResponse>,
        /// Its members.
        members: Vec<MemberResponse>,
        /// The current session, or empty.
        session_id: String,
        /// Who.
        user: Box<UserResponse>,
    },
    /// Somebody rings the members.
    CallRing {
        /// The call.
        call: Box<CallResponse>,
        /// Its members without the ringing user.
        members: Vec<MemberResponse>,
        /// The session the ring belongs to.
        session_id: String,
        /// Who.
        user: Box<UserResponse>,
        /// Which kind of incoming screen to show.
        video: bool,
    },
    /// Members were added.
    CallMemberAdded {
        /// The call.
        call: Box<CallResponse>,
        /// The new ones.
        members: Vec<MemberResponse>,
    },
    /// Custom data of members was changed.
    CallMemberUpdated {
        /// The call.
        call: Box<CallResponse>,
        /// The changed ones.
        members: Vec<MemberResponse>,
    },
    /// The role of members was changed.
    CallMemberUpdatedPermission {
        /// The call.
        call: Box<CallResponse>,
        /// The changed ones.
        members: Vec<MemberResponse>,
        /// Lets clients recompute their own capabilities.
        capabilities_by_role: BTreeMap<String, Vec<&'static str>>,
    },
    /// Members were removed.
    CallMemberRemoved {
        /// The call.
        call: Box<CallResponse>,
        /// Their user ids.
        members: Vec<String>,
    },
    /// The first participant came.
    CallSessionStarted {
        /// The call.
        call: Box<CallResponse>,
        /// The new session.
        session_id: String,
    },
    /// Nobody was left for the inactivity timeout, or the call ended.
    CallSessionEnded {
        /// The call.
        call: Box<CallResponse>,
        /// The session that is over.
        session_id: String,
    },
    /// A participant came.
    CallSessionParticipantJoined {
        /// Who.
        participant: Box<CallParticipantResponse>,
        /// The session.
        session_id: String,
    },
    /// A participant left.
    CallSessionParticipantLeft {
        /// Who.
        participant: Box<CallParticipantResponse>,
        /// The session.
        session_id: String,
        /// How long the participant was there, seconds.
        duration_seconds: u64,
    },
    /// An anonymous participant came or left.
    CallSessionParticipantCountUpdated {
        /// The session.
        session_id: String,
        /// How many are in the call, by the role of the user.
        participants_count_by_role: BTreeMap<String, u32>,
        /// How many are counted only.
        anonymous_participant_count: u32,
    },
}

impl Event {
    /// An event about a connection.
    pub fn of_connection(created_at: DateTime, body: EventBody) -> Self {
        Self { event_type: body.event_type(), created_at, call_cid: None, body }
    }

    /// An event about a call.
    pub fn of_call(cid: String, created_at: DateTime, body: EventBody) -> Self {
        Self { event_type: body.event_type(), created_at, call_cid: Some(cid), body }
    }
}

impl EventBody {
    const fn event_type(&self) -> &'static str {
        match self {
            Self::ConnectionOk { .. } => event_type::CONNECTION_OK,
            Self::ConnectionError { .. } => event_type::CONNECTION_ERROR,
            Self::HealthCheck { .. } => event_type::HEALTH_CHECK,
            Self::CallCreated { .. } => event_type::CALL_CREATED,
            Self::CallUpdated { .. } => event_type::CALL_UPDATED,
            Self::CallEnded { .. } => event_type::CALL_ENDED,
            Self::CallLiveStarted { .. } => event_type::CALL_LIVE_STARTED,
            Self::CallNotification { .. } => event_type::CALL_NOTIFICATION,
            Self::CallRing { .. } => event_type::CALL_RING,
            Self::CallMemberAdded { .. } => event_type::CALL_MEMBER_ADDED,
            Self::CallMemberUpdated { .. } => event_type::CALL_MEMBER_UPDATED,
            Self::CallMemberUpdatedPermission { .. } => event_type::CALL_MEMBER_UPDATED_PERMISSION,
            Self::CallMemberRemoved { .. } => event_type::CALL_MEMBER_REMOVED,
            Self::CallSessionStarted { .. } => event_type::CALL_SESSION_STARTED,
            Self::CallSessionEnded { .. } => event_type::CALL_SESSION_ENDED,
            Self::CallSessionParticipantJoined { .. } => {
                event_type::CALL_SESSION_PARTICIPANT_JOINED
            }
            Self::CallSessionParticipantLeft { .. } => event_type::CALL_SESSION_PARTICIPANT_LEFT,
            Self::CallSessionParticipantCountUpdated { .. } => {
                event_type::CALL_SESSION_PARTICIPANT_COUNT_UPDATED
            }
        }
    }
}

/// Names of events, as in `type`.
#[allow(missing_docs)] // each name says it; the bodies are described above
pub mod event_type {
    pub const CONNECTION_OK: &str = "connection.ok";
    pub const CONNECTION_ERROR: &str = "connection.error";
    pub const HEALTH_CHECK: &str = "health.check";
    pub const CALL_CREATED: &str = "call.created";
    pub const CALL_UPDATED: &str = "call.updated";
    pub const CALL_ENDED: &str = "call.ended";
    pub const CALL_LIVE_STARTED: &str = "call.live_started";
    pub const CALL_NOTIFICATION: &str = "call.notification";
    pub const CALL_RING: &str = "call.ring";
    pub const CALL_MEMBER_ADDED: &str = "call.member_added";
    pub const CALL_MEMBER_UPDATED: &str = "call.member_updated";
    pub const CALL_MEMBER_UPDATED_PERMISSION: &str = "call.member_updated_permission";
    pub const CALL_MEMBER_REMOVED: &str = "call.member_removed";
    pub const CALL_SESSION_STARTED: &str = "call.session_started";
    pub const CALL_SESSION_ENDED: &str = "call.session_ended";
    pub const CALL_SESSION_PARTICIPANT_JOINED: &str = "call.session_participant_joined";
    pub const CALL_SESSION_PARTICIPANT_LEFT: &str = "call.session_participant_left";
    pub const CALL_SESSION_PARTICIPANT_COUNT_UPDATED: &str =
        "call.session_participant_count_updated";
}
