//! The seam between coordinator and SFU: orders one way, notices the other.
//!
//! The coordinator never touches media and the SFU never touches the store, so that they can
//! become two processes without changing either.
//!
//! The SFU knows nothing of apps. It knows a call by a name that is unique across them, which is
//! what its tokens, orders and notices carry; participants are told the cid.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use trunkline_protocol::sfu::models::{CallEndedReason, TrackType};

use crate::store::AppId;

/// What the coordinator tells the SFU.
#[derive(Clone, Debug, PartialEq)]
pub enum SfuOrder {
    /// Send `call_ended` to every participant of the call and drop their sessions.
    EndCall {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Told to the participants.
        reason: CallEndedReason,
    },
    /// Put the viewers out of a live call that went back to backstage (`LIVE_ENDED`): every
    /// participant whose token lacks the capability `join-backstage`.
    EndLive {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
    },
    /// Send `call_ended` to every session of one user in one call (kick, block).
    RemoveUser {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Whose sessions end.
        user_id: String,
        /// Told to that user.
        reason: CallEndedReason,
    },
    /// Let no session begin with tokens that were made before a change of rights: they would be valid
    /// for hours. Sessions that run are not touched.
    Void {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does. The cid is empty for all calls of the app.
        cid: String,
        /// Whose tokens.
        whose: Whose,
        /// Those of this generation hold, earlier ones do not.
        generation: i64,
        /// What their holders may do about it.
        remedy: Remedy,
    },
    /// Mute tracks (`track_unpublished`, cause MODERATION). Their owners may unmute them.
    MuteTracks {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Whose tracks.
        whose: Muted,
        /// Which of them.
        kinds: Vec<TrackType>,
    },
    /// Change what a user may do in running sessions: those that begin have it in their tokens.
    SetGrants {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Whose rights.
        user_id: String,
        /// Own capabilities that the user holds from now on.
        granted: Vec<String>,
        /// Own capabilities that the user has no more.
        revoked: Vec<String>,
    },
    /// Show a user otherwise in running sessions: sessions that begin have it in their tokens.
    UpdateUser {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Who.
        user_id: String,
        /// To be shown; empty when there is none.
        name: String,
        /// URL of a picture; empty when there is none.
        image: String,
        /// The user's free object.
        custom: Map<String, Value>,
    },
    /// Pin a session for everyone, or take its pin back.
    Pin {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Whose session.
        user_id: String,
        /// Which of the user's sessions.
        session_id: String,
        /// False to take the pin back.
        pinned: bool,
    },
    /// Answer with [`SfuNotice::Present`]: the coordinator compares it with what it has noted.
    Report {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
    },
    /// Take participants again: everything was said that has to be known before, which the worker
    /// that [`SfuNotice::Restarted`] told of does not know from its predecessor.
    Open {
        /// Number of the worker.
        worker: u64,
    },
}

/// Whose tracks are muted.
#[derive(Clone, Debug, PartialEq)]
pub enum Muted {
    /// Those of these users.
    Users(Vec<String>),
    /// Those of everybody except one user.
    AllBut(String),
}

/// Whose tokens are void.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Anybody's.
    Everybody,
    /// Those without the capability `join-backstage`.
    Viewers,
    /// This user's.
    User(String),
}

/// What the holder of a void token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Ask the coordinator for another token: rights have changed.
    Rejoin,
    /// Nothing by itself: the holder was put out.
    Nothing,
}

/// What the SFU tells the coordinator.
#[derive(Clone, Debug, PartialEq)]
pub enum SfuNotice {
    /// A participant's session began (its `JoinResponse` was sent).
    ParticipantJoined {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
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
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
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
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
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
    /// Who is in a call, as an answer to [`SfuOrder::Report`]. Every notice before it is part of it.
    Present {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
        /// Those who are listed.
        sessions: Vec<PresentSession>,
        /// How many anonymous participants there are.
        anonymous: u32,
    },
    /// A worker failed and another one began in its place. Sessions of the old one are over without
    /// further notice, and the new one has no orders. It takes nobody before [`SfuOrder::Open`].
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

/// How well the SFU does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SfuHealth {
    /// Its workers are there and take what comes. False for one that is stuck or has failed for good.
    pub alive: bool,
    /// How late the most delayed worker is.
    pub lag: Duration,
    /// Requests that wait for a worker.
    pub queued: usize,
    /// Workers that failed since the start.
    pub restarts: u64,
}

/// The way of the notices. It takes so many as may wait for the disk; those beyond are dropped, and
/// made good for when coordinator and SFU compare who is there.
pub fn notices() -> (mpsc::Sender<SfuNotice>, mpsc::Receiver<SfuNotice>) {
    mpsc::channel(MOST_NOTICES)
}

/// What the SFU calls the call with this cid.
pub fn call_name(app: AppId, cid: &str) -> String {
    format!("{}/{cid}", app.0)
}

/// What stands for all calls of the app in which the call of this name is.
pub(crate) fn all_calls(call_name: &str) -> &str {
    call_name.find('/').and_then(|end| call_name.get(..=end)).unwrap_or_default()
}

/// The cid in the name of a call.
pub fn cid(call_name: &str) -> &str {
    call_name.split_once('/').map_or(call_name, |(_, cid)| cid)
}

impl SfuOrder {
    /// The call that it is about, if it is about one.
    pub(crate) fn call(&self) -> Option<&str> {
        match self {
            Self::Void { cid, .. } if all_calls(cid) == cid => None,
            Self::EndCall { cid, .. }
            | Self::EndLive { cid }
            | Self::RemoveUser { cid, .. }
            | Self::Void { cid, .. }
            | Self::MuteTracks { cid, .. }
            | Self::SetGrants { cid, .. }
            | Self::UpdateUser { cid, .. }
            | Self::Pin { cid, .. }
            | Self::Report { cid } => Some(cid),
            Self::Open { .. } => None,
        }
    }

    /// The order as the SFU understands it.
    pub(crate) fn in_app(mut self, app: AppId) -> Self {
        match &mut self {
            Self::EndCall { cid, .. }
            | Self::EndLive { cid }
            | Self::RemoveUser { cid, .. }
            | Self::Void { cid, .. }
            | Self::MuteTracks { cid, .. }
            | Self::SetGrants { cid, .. }
            | Self::UpdateUser { cid, .. }
            | Self::Pin { cid, .. }
            | Self::Report { cid } => *cid = call_name(app, cid),
            Self::Open { .. } => {}
        }
        self
    }
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
        let (app, plain) = cid.split_once('/')?;
        let app = AppId(app.parse().ok()?);
        *cid = plain.to_owned();
        Some((app, self))
    }
}

const MOST_NOTICES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_all_calls_of_an_app_is_for_every_worker() {
        let void = |cid: &str| {
            let (whose, remedy) = (Whose::User("ann".into()), Remedy::Nothing);
            SfuOrder::Void { cid: cid.into(), whose, generation: 1, remedy }.in_app(AppId(7))
        };
        assert_eq!(void("default:a").call(), Some("7/default:a"));
        assert_eq!(void("").call(), None);
    }
}
