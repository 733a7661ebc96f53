//! What happened to the call, and to the user in it, while this device was away.

use std::mem;

use trunkline_protocol::sfu::{event::sfu_event::EventPayload, models};

use super::{Join, Step, Trigger};
use crate::core::{
    call::{CallContext, CallRequest, CallSession, Phase},
    effect::Method,
    error::{Category, Error, ErrorClass},
    host::Host,
    view::AnswerOf,
};

/// Whether the server answered that the user may not come back.
pub(super) fn is_shut_out<H: Host>(join: &Join<H>, error: &Error<H>) -> bool {
    matches!(join.trigger, Trigger::Reconnect { .. })
        && error.class == ErrorClass::Response
        && error.category == Category::Permission
}

impl<H: Host> CallSession<H> {
    pub(in crate::core::call) fn is_blocked(&self, context: &CallContext<'_, H>) -> bool {
        self.state().blocked_user_ids.iter().any(|id| id == context.user_id())
    }

    /// Applies what may tell of something that was missed, and leaves if that ended the call for
    /// this user.
    pub(in crate::core::call) fn catch_up(
        &mut self,
        context: &mut CallContext<'_, H>,
        apply: impl FnOnce(&mut Self, &mut CallContext<'_, H>),
    ) {
        let is_rejoining = match &self.phase {
            Phase::Joining(join) => matches!(join.trigger, Trigger::Reconnect { .. }),
            Phase::Joined(_) => true,
            Phase::Idle | Phase::Failed | Phase::Left => false,
        };
        let before = self.state().ended_at;
        apply(self, context);
        // Whoever may join an ended call was in it when it had ended before.
        let has_ended = self.state().ended_at.is_some() && self.state().ended_at != before;
        let reason = has_ended.then_some("call_ended");
        let reason = reason.or_else(|| self.is_blocked(context).then_some("blocked"));
        if let (Some(reason), true) = (reason, is_rejoining && self.is_active()) {
            self.leave_now(context, reason);
        }
    }

    /// The refusal alone does not tell an app why.
    pub(super) fn ask_why(&mut self, context: &mut CallContext<'_, H>, error: Error<H>) {
        let doing = "asking why the call cannot be joined again";
        let request = self.request(CallRequest::Refused, Method::Get, "", doing);
        let request = context.rest.submit(context.out, request);
        if let Phase::Joining(join) = &mut self.phase {
            join.step = Step::Refused { request, error };
        }
    }

    pub(in crate::core::call) fn on_refused(
        &mut self,
        context: &mut CallContext<'_, H>,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        let error = match mem::replace(&mut join.step, Step::Offline) {
            Step::Refused { error, .. } => error,
            other => {
                join.step = other;
                return;
            }
        };
        if let Ok(answer) = result {
            self.visible.apply_answer(&answer.view.call);
            let state = self.state();
            let reason = if self.is_blocked(context) {
                Some("blocked")
            } else if state.ended_at.is_some() {
                Some("call_ended")
            } else {
                let is_over = state.backstage && !state.has_capability("join-backstage");
                is_over.then_some("live_ended")
            };
            if let Some(reason) = reason {
                return self.leave_now(context, reason);
            }
        }
        self.give_up(context, error);
    }

    /// The SFU does not let this session be replaced, and says why it ended; `false` when that is no
    /// answer to a rejoin.
    pub(super) fn on_sent_off(
        &mut self,
        context: &mut CallContext<'_, H>,
        answer: Option<&EventPayload>,
    ) -> bool {
        let is_rejoin = match &self.phase {
            Phase::Joining(join) => matches!(join.trigger, Trigger::Reconnect { .. }),
            Phase::Idle | Phase::Joined(_) | Phase::Failed | Phase::Left => false,
        };
        let reason = match answer {
            Some(EventPayload::CallEnded(ended)) => ended.reason(),
            Some(EventPayload::Error(refusal))
                if refusal
                    .error
                    .as_ref()
                    .is_some_and(|error| error.code() == models::ErrorCode::LiveEnded) =>
            {
                models::CallEndedReason::LiveEnded
            }
            _ => return false,
        };
        if is_rejoin {
            self.on_call_ended(context, reason);
        }
        is_rejoin && !self.is_active()
    }
}
