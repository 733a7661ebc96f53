//! Joining again after the connection of a joined call was lost.

use std::mem;

use super::{Join, Step, Trigger};
use crate::core::{
    call::{CallContext, CallSession, Phase},
    host::Host,
    state::CallingState,
    time::{Duration, Time},
};

/// Rejoins within the window after which the network is given up.
const REJOIN_LIMIT: usize = 10;
const REJOIN_WINDOW: Duration = Duration::from_secs(120);

impl<H: Host> CallSession<H> {
    /// The connection of a joined call is lost: the story begins again.
    pub(in crate::core::call) fn reconnect(
        &mut self,
        context: &mut CallContext<'_, H>,
        reason: &str,
    ) {
        let mut session = match mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Joined(session) => session,
            other => {
                self.phase = other;
                return;
            }
        };
        session.rpcs.abort_all(context.out);
        let offline = !context.online;
        self.visible.enter(if offline {
            CallingState::Offline
        } else {
            CallingState::Reconnecting
        });
        let join = Join {
            trigger: Trigger::Reconnect { reason: reason.to_owned(), attempts: 0 },
            promises: Vec::new(),
            request: None,
            rings: false,
            limits: self.limits,
            attempt: 0,
            errors: Vec::new(),
            failures_by_edge: Vec::new(),
            replaced: Some(*session),
            answered: false,
            step: Step::Offline,
        };
        if offline {
            self.phase = Phase::Joining(Box::new(join));
        } else {
            self.start_join(context, join);
        }
    }

    /// A reconnect waits while the browser is offline and goes on when it is back.
    pub(in crate::core::call) fn on_join_online(
        &mut self,
        context: &mut CallContext<'_, H>,
        online: bool,
    ) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        if matches!(join.trigger, Trigger::App { .. }) {
            return;
        }
        if online {
            self.visible.enter(CallingState::Reconnecting);
            self.restart_join(context);
        } else {
            join.abandon(context);
            self.visible.enter(CallingState::Offline);
        }
    }

    pub(super) fn restart_join(&mut self, context: &mut CallContext<'_, H>) {
        match mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Joining(join) => self.start_join(context, *join),
            other => self.phase = other,
        }
    }

    /// Counts a rejoin, unless there were too many lately; success does not reset that.
    pub(super) fn may_rejoin(&mut self, now: Time) -> bool {
        self.rejoins.retain(|at| now - *at < REJOIN_WINDOW);
        if self.rejoins.len() >= REJOIN_LIMIT {
            return false;
        }
        self.rejoins.push_back(now);
        true
    }
}
