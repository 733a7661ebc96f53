//! How a call is left: by the app, by the server, or because nothing else helps.

use std::mem;

use super::{
    CallContext, CallRequest, CallSession, Phase, reachability::Reachability, reject_body,
};
use crate::core::{
    changes::Slice,
    command::LeaveOptions,
    effect::{LocalEvent, Outcome, Scope},
    error::Error,
    host::Host,
    ids::PromiseId,
    outbox::Outbox,
    state::CallingState,
    time::Duration,
};

/// How long leaving waits for the server to hear of a rejection: 2 s at most, and timers come late.
const PATIENCE: Duration = Duration::from_millis(1_900);

const DEFAULT_REASON: &str = "user is leaving the call";

impl<H: Host> CallSession<H> {
    /// The app wants to be out. Everything is released in this step, whatever the network does; the
    /// promise waits for nothing but a rejection that is due, and not for long.
    pub(super) fn leave(
        &mut self,
        context: &mut CallContext<'_, H>,
        promise: PromiseId,
        options: &LeaveOptions,
    ) {
        let rejection = self.rejection(context, options);
        let is_due = rejection.is_some();
        if let Some(reason) = rejection {
            let request = CallRequest::Farewell(Some(promise));
            self.send_answer(context, request, "/reject", reject_body(&reason));
            self.farewells.push((promise, context.out.after(PATIENCE)));
        }
        let message = options.message.as_deref().or(options.reason.as_deref());
        self.release(context, "user_left", message.unwrap_or(DEFAULT_REASON));
        if !is_due {
            context.out.resolve(promise, Outcome::Done);
        }
    }

    /// The rejection has reached the server, or will not.
    pub(super) fn on_farewell(&mut self, out: &mut Outbox<H>, promise: PromiseId) {
        let waiting = self.farewells.len();
        self.farewells.retain(|(waiting, _)| *waiting != promise);
        if self.farewells.len() < waiting {
            out.resolve(promise, Outcome::Done);
        }
    }

    /// Whoever leaves over a network that is gone waits no longer; the rejection goes on by itself.
    pub(super) fn on_farewell_timeout(&mut self, out: &mut Outbox<H>) {
        let now = out.now;
        let (late, waiting): (Vec<_>, Vec<_>) =
            mem::take(&mut self.farewells).into_iter().partition(|(_, until)| *until <= now);
        self.farewells = waiting;
        out.settle_all(late.into_iter().map(|(promise, _)| promise), &Ok(()));
    }

    /// The call is over for this client.
    pub(crate) fn leave_now(&mut self, context: &mut CallContext<'_, H>, reason: &'static str) {
        self.release(context, reason, reason);
    }

    /// The page goes away: says goodbye, so that no ghost stays behind.
    pub(crate) fn on_page_hidden(&mut self, context: &mut CallContext<'_, H>) {
        if self.is_active() {
            self.release(context, "page_closed", "page closed");
        }
    }

    fn release(&mut self, context: &mut CallContext<'_, H>, reason: &'static str, message: &str) {
        let was_left = matches!(self.phase, Phase::Left);
        self.epoch += 1;
        let aborted = match mem::replace(&mut self.phase, Phase::Left) {
            Phase::Joining(join) => join.abort(context, message),
            Phase::Joined(session) => {
                self.last_session_id = Some(session.session_id.clone());
                session.leave(context.out, message);
                Vec::new()
            }
            Phase::Idle | Phase::Failed | Phase::Left => Vec::new(),
        };
        self.reset_media(context);
        self.rejoins.clear();
        self.reachability = Reachability::default();
        self.unified_session_id = None;
        // The SFU's word that the call has ended may come before the coordinator's, which tells
        // who ended it.
        self.set_up &= reason == "call_ended";
        self.registration = None;
        self.visible.forget_news();
        if was_left {
            return;
        }
        self.forget_ring();
        self.clear_captions();
        self.visible.enter(CallingState::Left);
        self.visible.clear_participants();
        self.release_elements(context.out);
        self.visible.set(Slice::Watching, |s| &mut s.watching, false);
        context.out.settle_all(aborted, &Err(Error::join_aborted()));
        let event = LocalEvent::Left { cid: self.cid.clone(), reason };
        context.out.emit_local(Scope::Call(self.key), "call.left", event.clone());
        context.out.emit_local(Scope::Client, "call.left", event);
    }
}
