//! What the SFU tells the coordinator.

use tokio::sync::mpsc;

use super::names::in_app;
use crate::app::AppId;

/// What the SFU tells the coordinator.
#[derive(Clone, Debug, PartialEq)]
pub enum SfuNotice {
    /// A participant's session began (its `JoinResponse` was sent).
    ParticipantJoined {
        /// Name of the call: its [`call_name`](super::call_name) where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Who.
        user_id: String,
        /// Which of the user's sessions.
        session_id: String,
        /// Anonymous participants are counted, never listed.
        anonymous: bool,
    },
    /// A participant reconnected: a session took the place of another one of the same user.
    ParticipantRejoined {
        /// Name of the call: its [`call_name`](super::call_name) where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Who.
        user_id: String,
        /// The session that began.
        session_id: String,
        /// The session that ended.
        previous_session_id: String,
        /// Anonymous participants are counted, never listed.
        anonymous: bool,
        /// How long the session lasted that ended, in seconds.
        duration_seconds: u64,
    },
    /// A participant's session is over: left, removed, or its signal was lost for too long.
    ParticipantLeft {
        /// Name of the call: its [`call_name`](super::call_name) where the SFU sees it, its cid where the
        /// coordinator does.
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
    /// Who is in a call, as an answer to [`SfuOrder::Report`](super::SfuOrder::Report). Every notice before it is part of it.
    Present {
        /// Name of the call: its [`call_name`](super::call_name) where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Those who are listed.
        sessions: Vec<PresentSession>,
        /// How many anonymous participants there are.
        anonymous: u32,
    },
    /// A worker failed and another one began in its place. Sessions of the old one are over without
    /// further notice, and the new one has no orders. It takes nobody before [`SfuOrder::Open`](super::SfuOrder::Open).
    Restarted {
        /// Number of the new worker.
        worker: u64,
    },
}

/// A session that is listed in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentSession {
    /// Who.
    pub user_id: String,
    /// Which of the user's sessions.
    pub session_id: String,
}

/// The way of the notices. It takes so many as may wait for the disk; those beyond are dropped, and
/// made good for when coordinator and SFU compare who is there.
pub fn notices() -> (mpsc::Sender<SfuNotice>, mpsc::Receiver<SfuNotice>) {
    mpsc::channel(MOST_NOTICES)
}

impl SfuNotice {
    /// The app that the notice belongs to, and the notice as the coordinator understands it.
    pub(crate) fn into_app(mut self) -> Option<(AppId, Self)> {
        let (Self::ParticipantJoined { cid, .. }
        | Self::ParticipantRejoined { cid, .. }
        | Self::ParticipantLeft { cid, .. }
        | Self::Present { cid, .. }) = &mut self
        else {
            return None;
        };
        let (app, plain) = in_app(cid)?;
        *cid = plain.to_owned();
        Some((app, self))
    }
}

const MOST_NOTICES: usize = 16 * 1024;
