//! Sessions: the times when somebody is in the call.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{DateTime, UserResponse};

/// One session of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// One client in a session. A user with two tabs is two participants.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
