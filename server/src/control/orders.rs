//! What the coordinator tells the SFU.

use serde_json::{Map, Value};
use trunkline_protocol::sfu::models::{CallEndedReason, TrackType};

use super::names::{all_calls, call_name};
use crate::app::AppId;

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
    /// Answer with [`SfuNotice::Present`](super::SfuNotice::Present): the coordinator compares it with what it has noted.
    Report {
        /// Name of the call: its [`call_name`] where the SFU sees it, its cid where the
        /// coordinator does.
        cid: String,
    },
    /// Take participants again: everything was said that has to be known before, which the worker
    /// that [`SfuNotice::Restarted`](super::SfuNotice::Restarted) told of does not know from its predecessor.
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
