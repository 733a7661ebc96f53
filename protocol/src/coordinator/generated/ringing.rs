//! Ringing.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;

use crate::coordinator::{CallResponse, MemberResponse, UserResponse, input::model};

/// Rings members.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RingCallRequest {
    /// User ids, at most 25; all members who are not in the call when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_ids: Option<Vec<String>>,
    /// Which kind of incoming screen a ring shows: with video or without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<bool>,
}

model! { RingCallRequest { members_ids, video } }

/// Who is rung.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RingCallResponse {
    /// User ids.
    pub members_ids: Vec<String>,
}

model! { RingCallResponse { members_ids } }

/// Declines a ring.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RejectCallRequest {
    /// `decline`, `cancel`, `timeout`, `busy`, or the app's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

model! { RejectCallRequest { reason } }

/// `call.ring`: Somebody rings the members.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRingEvent {
    /// The call.
    pub call: CallResponse,
    /// Its members without the ringing user.
    pub members: Vec<MemberResponse>,
    /// The session the ring belongs to.
    pub session_id: String,
    /// Who.
    pub user: UserResponse,
    /// Which kind of incoming screen to show: with video or without.
    pub video: bool,
}

model! { CallRingEvent { call, members, session_id, user, video } }

/// `call.accepted`: Somebody took the ring.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallAcceptedEvent {
    /// The call.
    pub call: CallResponse,
    /// Who.
    pub user: UserResponse,
}

model! { CallAcceptedEvent { call, user } }

/// `call.rejected`: Somebody declined the ring, or gave it up.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallRejectedEvent {
    /// The call.
    pub call: CallResponse,
    /// Who.
    pub user: UserResponse,
    /// `decline`, `cancel`, `timeout`, `busy`, or the app's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

model! { CallRejectedEvent { call, user, reason } }

/// `call.missed`: A member did not answer the ring.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallMissedEvent {
    /// The call.
    pub call: CallResponse,
    /// Its members.
    pub members: Vec<MemberResponse>,
    /// The app should tell the user.
    pub notify_user: bool,
    /// The session the ring belongs to.
    pub session_id: String,
    /// Who rang.
    pub user: UserResponse,
}

model! { CallMissedEvent { call, members, notify_user, session_id, user } }
