//! The seam between coordinator and SFU: orders one way, notices the other.
//!
//! The coordinator never touches media and the SFU never touches the store, so that they can
//! become two processes without changing either.

use trunkline_protocol::sfu::models::{CallEndedReason, GoAwayReason, TrackType};

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
    /// Stop forwarding tracks that are published now. Their publishers may unmute again.
    MuteTracks {
        /// `type:id` of the call.
        cid: String,
        /// Whose tracks.
        whom: Whom,
        /// Which types.
        kinds: Vec<TrackType>,
    },
    /// What a user may publish from now on, whatever the tokens say that were given out before.
    SetGrants {
        /// `type:id` of the call.
        cid: String,
        /// Whose rights.
        user_id: String,
        /// All of them.
        grants: Grants,
    },
    /// All pins of a call, the most important first.
    SetPins {
        /// `type:id` of the call.
        cid: String,
        /// Replaces the list.
        pins: Vec<Pin>,
    },
    /// A user's public data changed.
    UpdateUser {
        /// Who.
        user_id: String,
        /// Shown to the other participants.
        name: String,
        /// URL of a picture, or empty.
        image: String,
        /// The user's free JSON object.
        custom: serde_json::Map<String, serde_json::Value>,
    },
    /// Send every participant to another SFU; nobody new is let in.
    Drain {
        /// Told to the participants.
        reason: GoAwayReason,
    },
}

/// Some of the participants of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everybody but this user.
    EveryoneBut(String),
    /// All sessions of a user.
    User(String),
    /// One session.
    Session(String),
}

/// The rights to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grants {
    /// Microphone.
    pub audio: bool,
    /// Camera.
    pub video: bool,
    /// Screen, with its sound.
    pub screen_share: bool,
}

/// A participant that is shown first to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Who.
    pub user_id: String,
    /// Which of the user's sessions.
    pub session_id: String,
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
