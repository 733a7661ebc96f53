//! Joining again after the connection of a joined call was lost.

use std::mem;

use super::{Join, Step, Trigger};
use crate::core::{
    call::{CallContext, CallSession, Phase},
    error::{Category, Code, Error, ErrorClass},
    host::Host,
    probing::{Pace, is_probing, next_probe},
    state::CallingState,
    time::{Duration, Time},
};

/// Rejoins within the window after which the network is given up.
const REJOIN_LIMIT: usize = 10;
const REJOIN_WINDOW: Duration = Duration::from_secs(120);
/// How long it is tried, while the browser is online.
const GIVE_UP_AFTER: Duration = Duration::from_secs(120);

impl<H: Host> CallSession<H> {
    /// The connection of a joined call is lost: the story begins again.
    pub(in crate::core::call) fn reconnect(
        &mut self,
        context: &mut CallContext<'_, H>,
        reason: &str,
    ) {
        if self.ends_unreachable(context) {
            return;
        }
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
        let mut join = Join {
            trigger: Trigger::Reconnect {
                reason: reason.to_owned(),
                attempts: 0,
                since: context.out.now,
            },
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
            began: [context.out.now; 2],
            slowest: Duration::ZERO,
        };
        if offline {
            self.phase = Phase::Joining(Box::new(join));
        } else if let Some(pause) = self.reachability.take_pause() {
            join.step = Step::BackingOff { until: context.out.after(pause), credentials: None };
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
        let Trigger::Reconnect { since, .. } = &mut join.trigger else {
            return;
        };
        if online {
            *since = context.out.now;
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

    /// Counts a rejoin that reached an SFU; tells whether there were too many lately, which success
    /// does not reset.
    pub(super) fn rejoins_too_often(&mut self, now: Time) -> bool {
        let Phase::Joining(join) = &self.phase else {
            return false;
        };
        if matches!(join.trigger, Trigger::App { .. }) {
            return false;
        }
        self.rejoins.retain(|at| now - *at < REJOIN_WINDOW);
        self.rejoins.push_back(now);
        self.rejoins.len() > REJOIN_LIMIT
    }
}

impl<H: Host> Join<H> {
    /// Whether it is tried often, and each time not for long.
    pub(super) fn is_probe(&self, now: Time) -> bool {
        matches!(self.trigger, Trigger::Reconnect { since, .. } if is_probing(now, since))
    }

    /// A step begins that needs the SFU; tells until when it may take.
    pub(super) fn begin_step(&mut self, now: Time, pace: Pace) -> Time {
        let [_, step] = &mut self.began;
        *step = now;
        let usual = self.limits.response;
        now + if self.is_probe(now) { pace.patience(usual) } else { usual }
    }

    /// The SFU has answered.
    pub(super) fn end_step(&mut self, now: Time) {
        let [_, step] = self.began;
        self.slowest = self.slowest.max(now - step);
    }
}

/// When to try again what has failed since `since`, the last time in an attempt of `began`, if at all:
/// often at first, then as `usual`.
pub(super) fn next_rejoin<H: Host>(
    now: Time,
    since: Time,
    began: Time,
    usual: Time,
    error: &Error<H>,
) -> Option<Time> {
    let takes = now - since;
    // The answer of the coordinator, which will be the same the next time.
    let is_final = error.unrecoverable
        || error.class == ErrorClass::Response
            && matches!(error.category, Category::Auth | Category::Permission | Category::NotFound);
    if is_final || takes >= GIVE_UP_AFTER {
        return None;
    }
    Some(if is_probing(now, since) { next_probe(now, began, usual) } else { usual })
}

pub(super) fn rejoin_limit<H: Host>() -> Error<H> {
    let message = "the connection was lost again each time that it was made";
    let mut error = Error::new(Code::RejoinLimit, Category::Network, message)
        .hint("Check the network, then call join().");
    error.unrecoverable = true;
    error
}
