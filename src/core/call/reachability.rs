//! Calls for whose media there is no way: ended, with what is known of the reason, instead of tried
//! for ever.

use std::mem;

use serde::Deserialize;

use super::{CallContext, CallSession, Phase, ice::IceWatch, sfu::SfuSession};
use crate::core::{
    error::Error,
    host::Host,
    ice_summary::{CandidateKind, IceSummary, note},
    state::CallingState,
    time::{Duration, Time},
    view::lenient::{object_in, text},
};

/// Rejoins without a single connection in between; what did not help twice will not help.
const REJOINS: u32 = 2;
/// The last one waits: a browser may say within a moment that there is no way, where there is one soon.
const LAST_CHANCE: Duration = Duration::from_secs(5);

/// What is known of the ways for media since there was one, or since the join.
#[derive(Debug, Default)]
pub(super) struct Reachability {
    /// Sessions in a row that found none.
    in_vain: u32,
    /// The next rejoin waits.
    pauses: bool,
    /// What the browser gathered.
    gathered: Vec<CandidateKind>,
    /// What the SFU told of.
    remote: Vec<CandidateKind>,
}

/// What is read of an `RTCIceCandidateInit`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Candidate {
    #[serde(deserialize_with = "text")]
    candidate: String,
}

/// The kind of the candidate in the JSON text of an `RTCIceCandidateInit`.
pub(super) fn kind_of(candidate: &str) -> Option<CandidateKind> {
    let Candidate { candidate } = object_in(candidate)?;
    CandidateKind::read(&candidate)
}

impl Reachability {
    /// The browser found an address (JSON text of an `RTCIceCandidateInit`).
    pub(super) fn gathered(&mut self, candidate: &str) {
        if let Some(kind) = kind_of(candidate) {
            note(&mut self.gathered, kind);
        }
    }

    /// How long the next rejoin is to wait.
    pub(super) fn take_pause(&mut self) -> Option<Duration> {
        mem::take(&mut self.pauses).then_some(LAST_CHANCE)
    }

    /// A session ends. The failure to end the call with, when this makes too many without a way.
    fn session_ends<H: Host>(&mut self, session: &SfuSession, now: Time) -> Option<Error<H>> {
        let watches = session.ice();
        if watches.clone().any(IceWatch::was_connected)
            || !watches.clone().any(|ice| ice.is_in_vain(now))
        {
            return None;
        }
        self.in_vain += 1;
        self.pauses = self.in_vain == REJOINS;
        for kind in session.remote_candidates() {
            note(&mut self.remote, *kind);
        }
        (self.in_vain > REJOINS).then(|| {
            let Self { gathered, remote, .. } = mem::take(self);
            let ice_servers = &session.credentials.ice_servers;
            Error::media_unreachable(IceSummary::new(gathered, remote, ice_servers))
        })
    }
}

impl<H: Host> CallSession<H> {
    /// Ends the call when its session found no way for media, as those before it did not. `false`
    /// when it may go on.
    pub(super) fn ends_unreachable(&mut self, context: &mut CallContext<'_, H>) -> bool {
        let Phase::Joined(session) = &self.phase else {
            return false;
        };
        // Offline, there is none for anybody.
        if !context.online {
            return false;
        }
        let error = self.reachability.session_ends(session, context.out.now);
        let is_over = error.is_some();
        if let Some(error) = error {
            self.lose(context, &error);
        }
        is_over
    }

    /// The connection of a joined call is lost for good.
    fn lose(&mut self, context: &mut CallContext<'_, H>, error: &Error<H>) {
        match mem::replace(&mut self.phase, Phase::Failed) {
            Phase::Joined(session) => {
                self.last_session_id = Some(session.session_id.clone());
                session.leave(context.out, error.code.as_str());
            }
            other => self.phase = other,
        }
        // That is what it looked like to the app in the end.
        self.visible.enter(CallingState::Reconnecting);
        self.visible.enter(CallingState::ReconnectingFailed);
        context.out.emit_lost(self.key, &self.cid, error);
        self.stop_media(context);
        self.give_up_given(context.out);
        self.join_given_up(context);
    }
}
