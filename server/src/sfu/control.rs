//! The seam between coordinator and SFU: orders one way, notices the other.
//!
//! The coordinator never touches media and the SFU never touches the store, so that they can
//! become two processes without changing either.

use trunkline_protocol::sfu::models::CallEndedReason;

/// What the coordinator tells the SFU.
#[derive(Clone, Debug, PartialEq)]
pub enum SfuOrder {
    /// Send `call_ended` to every participant of the call and drop their sessions.
    EndCall {
        /// `type:id` of the call.
        cid: String,
        /// Told to the participants.
        reason: CallEndedReason,
    },
    /// Put the viewers out of a live call that went back to backstage (`LIVE_ENDED`): every
    /// participant whose token lacks the capability `join-backstage`.
    EndLive {
        /// `type:id` of the call.
        cid: String,
    },
    /// Send `call_ended` to every session of one user in one call (kick, block).
    RemoveUser {
        /// `type:id` of the call.
        cid: String,
        /// Whose sessions end.
        user_id: String,
        /// Told to that user.
        reason: CallEndedReason,
    },
}

/// What the SFU tells the coordinator.
#[derive(Clone, Debug, PartialEq)]
pub enum SfuNotice {
    /// A participant's session began (its `JoinResponse` was sent).
    ParticipantJoined {
        /// `type:id` of the call.
        cid: String,
        /// Who.
        user_id: String,
        /// Which of the user's sessions.
        session_id: String,
        /// Anonymous participants are counted, never listed.
        anonymous: bool,
    },
    /// A participant's session is over: left, removed, or its signal was lost for too long.
    ParticipantLeft {
        /// `type:id` of the call.
        cid: String,
        /// Who.
        user_id: String,
        /// Which of the user's sessions.
        session_id: String,
        /// Anonymous participants are counted, never listed.
        anonymous: bool,
        /// How long the session lasted, in seconds.
        duration_seconds: u64,
    },
}
