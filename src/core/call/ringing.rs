//! Ringing: who rings whom, who answered, and when it is over.
//!
//! ```text
//!                 accepted by somebody, join()
//!  idle ─▶ ringing ──────────────────────────▶ joining ─▶ joined
//!             │
//!             └──▶ left: rejected by all, cancelled, too late, answered on another device
//! ```

use indexmap::IndexMap;

use serde::Serialize;

use super::{CallContext, CallRequest, CallSession, Order, Phase, news::Source};
use crate::core::{
    body::to_text,
    changes::Slice,
    command::{JoinOptions, LeaveOptions, Then},
    effect::Method,
    host::Host,
    ids::{PromiseId, RequestId},
    rest::RestRequest,
    state::{CallingState, Ringing},
    time::{Duration, Time},
    view::Event,
};

/// What a call knows of its ring besides what the app sees.
#[derive(Debug, Default)]
pub(super) struct Ring {
    /// Who rings; empty when that is only known to be the creator.
    ringer: String,
    /// When to give up.
    due: Option<Time>,
    /// Our own ring is on its way to the server.
    asking: bool,
    /// Somebody else accepted since it began. Noted when it is heard: an answer of the server that
    /// was written before, and comes after, may not know of it.
    accepted: bool,
    /// Somebody rejected since it was last looked at.
    rejected: bool,
    /// This device accepted.
    accepted_here: bool,
    /// There is nothing to give up while the app, which accepted, goes on to join.
    quiet: bool,
    /// The last acceptance or rejection sent; the next one waits for it.
    last_answer: Option<RequestId>,
    /// How to join when somebody accepts.
    pub(super) join_options: JoinOptions,
}

impl<H: Host> CallSession<H> {
    /// Whether another ring would find this user busy.
    pub(crate) fn is_busy(&self) -> bool {
        let over = matches!(
            self.state().calling_state,
            CallingState::Idle | CallingState::Left | CallingState::ReconnectingFailed
        );
        self.state().ringing.is_some() && !over
    }

    /// The server says that this call rings here.
    pub(crate) fn on_ring(&mut self, context: &mut CallContext<'_, H>, event: &Event<H::Document>) {
        self.follow();
        if let Some(call) = &event.call.call {
            self.visible.apply_call(call, Source::Event);
        }
        // Whoever rings is missing in the list of those who are rung.
        let mut members = event.call.members.clone().unwrap_or_default();
        let creator = self.state().creator_id();
        let is_new = |id: &str| !members.iter().any(|member| member.view.user_id == id);
        let known = self.state().members.iter().find(|m| m.view.user_id == creator);
        if let Some(known) = known.filter(|_| is_new(creator)) {
            members.insert(0, known.clone());
        }
        self.visible.replace_members(&members);
        event.user_id().clone_into(&mut self.ring.ringer);
        if !self.state().watching {
            self.visible.set(Slice::Watching, |s| &mut s.watching, context.is_watching());
            self.load(context, None);
        }
        self.registration = Some(context.out.turn());
        self.start_ringing(context, false);
    }

    /// It rings already, as an answer of the server shows: the event came before there was anybody to
    /// hear it.
    pub(crate) fn on_ring_found(&mut self, context: &mut CallContext<'_, H>) {
        if self.state().calling_state == CallingState::Idle {
            self.registration.get_or_insert_with(|| context.out.turn());
            self.start_ringing(context, false);
        }
    }

    /// The same, as a push message says it.
    pub(crate) fn on_push(&mut self, context: &mut CallContext<'_, H>, promise: PromiseId) {
        self.follow();
        self.registration = Some(context.out.turn());
        self.start_ringing(context, false);
        self.load(context, Some(promise));
    }

    /// Goes on with the ring of another object of the same call, which the app does not use.
    pub(crate) fn take_over(&mut self, context: &mut CallContext<'_, H>, other: &mut Self) {
        let ringing = other.state().ringing;
        self.ring.ringer = std::mem::take(&mut other.ring.ringer);
        if let Some(call) = &other.state().document {
            self.visible.apply_call(call, Source::Answer);
        }
        self.visible.take_news(&mut other.visible);
        other.leave_now(context, "replaced");
        self.follow();
        self.visible.merge_members(&other.state().members);
        self.registration = Some(context.out.turn());
        self.show_ring(ringing);
        self.review_ring(context);
    }

    /// Loads the call without creating it, on our own account.
    fn load(&self, context: &mut CallContext<'_, H>, ringing: Option<PromiseId>) {
        let request = match ringing {
            Some(promise) => CallRequest::Found(promise),
            None => CallRequest::Order(Order { then: Then::Load, promise: None, removed: vec![] }),
        };
        let request = self.request(request, Method::Get, "", "loading the call");
        context.rest.submit(context.out, request);
    }

    pub(super) fn is_rung_by_event(&self) -> bool {
        !self.ring.ringer.is_empty()
    }

    /// Our own ring is sent.
    pub(super) fn ask_to_ring(&mut self) {
        self.ring.asking = true;
    }

    /// Our own ring has reached the server, or has not.
    pub(super) fn asked_to_ring(&mut self, context: &mut CallContext<'_, H>, done: bool) {
        self.ring.asking = false;
        if done {
            self.start_ringing(context, true);
        }
        self.ring.accepted &= done;
    }

    fn start_ringing(&mut self, context: &mut CallContext<'_, H>, outgoing: bool) {
        // Somebody who is in the call already is not rung.
        if self.state().ringing.is_some() || (self.is_active() && !outgoing) {
            return self.review_ring(context);
        }
        self.show_ring(Some(Ringing { outgoing, expires_at: None }));
        self.review_ring(context);
    }

    /// Applies what may bring answers, and does what follows from them.
    pub(super) fn with_answers(
        &mut self,
        context: &mut CallContext<'_, H>,
        apply: impl FnOnce(&mut Self, &mut CallContext<'_, H>),
    ) {
        if self.state().ringing.is_none() && !self.ring.asking {
            return apply(self, context);
        }
        let before = self.answers();
        apply(self, context);
        if self.state().calling_state == CallingState::Ringing || self.ring.asking {
            let [accepted, rejected] = self.answers();
            let me = context.user_id();
            let by_other = || self.accepted_by().any(|id| id != me);
            self.ring.accepted |= accepted != before[0] && by_other();
            self.ring.rejected |= rejected != before[1];
        }
        self.review_ring(context);
    }

    /// What follows from what is known by now.
    pub(super) fn review_ring(&mut self, context: &mut CallContext<'_, H>) {
        let Some(Ringing { outgoing, .. }) = self.state().ringing else {
            return;
        };
        let me = context.user_id();
        if self.state().calling_state == CallingState::Idle && matches!(self.phase, Phase::Idle) {
            if self.is_over() || (!outgoing && self.is_answered(me).is_some()) {
                return self.show_ring(None);
            }
            self.visible.enter(CallingState::Ringing);
        }
        if self.state().calling_state != CallingState::Ringing {
            return;
        }
        if self.is_over() {
            return self.leave_now(context, "call_ended");
        }
        self.arm(context, outgoing);
        if !outgoing {
            if let Some(reason) = self.is_answered(me) {
                self.leave_now(context, reason);
            }
            return;
        }
        if std::mem::take(&mut self.ring.accepted) {
            let options = self.ring.join_options.clone();
            return self.join(context, None, &options);
        }
        if !std::mem::take(&mut self.ring.rejected) {
            return;
        }
        let has_rejected = |id: &str| self.rejected_by().any(|rejected| rejected == id);
        let members = self.state().members.iter().map(|m| m.view.user_id.as_str());
        let mut others = members.filter(|id| *id != me).peekable();
        if has_rejected(me) {
            self.leave_now(context, "rejected_elsewhere");
        } else if others.peek().is_some() && others.all(has_rejected) {
            self.reject_and_leave(context, "rejected", "cancel");
        }
    }

    /// Nobody answered in time.
    pub(super) fn on_ring_timeout(&mut self, context: &mut CallContext<'_, H>) {
        if self.ring.due.is_some_and(|due| due <= context.out.now) {
            self.reject_and_leave(context, "ring_timeout", "timeout");
        }
    }

    pub(super) fn ring_due(&self) -> Option<Time> {
        self.ring.due
    }

    /// It does not ring any more, but it did.
    pub(super) fn silence(&mut self) {
        self.ring.due = None;
        if let Some(ringing) = self.state().ringing {
            self.show_ring(Some(Ringing { expires_at: None, ..ringing }));
        }
    }

    /// The join that was to ring has failed.
    pub(super) fn join_given_up(&mut self, context: &mut CallContext<'_, H>) {
        self.ring.quiet = false;
        if self.state().calling_state == CallingState::Idle {
            self.show_ring(None);
        }
        self.review_ring(context);
    }

    /// The call is over for this client.
    pub(super) fn forget_ring(&mut self) {
        self.ring = Ring {
            last_answer: self.ring.last_answer,
            join_options: std::mem::take(&mut self.ring.join_options),
            ..Ring::default()
        };
        self.show_ring(None);
        self.visible.edit_quietly(|state| state.rejections.clear());
    }

    /// Whether the join has to tell those who ring that this device takes the call.
    pub(super) fn owes_acceptance(&self) -> bool {
        self.state().ringing.is_some_and(|r| !r.outgoing) && !self.ring.accepted_here
    }

    /// With what reason leaving rejects the call; none when it does not.
    pub(super) fn rejection(
        &self,
        context: &CallContext<'_, H>,
        options: &LeaveOptions,
    ) -> Option<String> {
        let outgoing = self.state().ringing?.outgoing;
        let rings = self.state().calling_state == CallingState::Ringing;
        let default = match options.reject {
            Some(true) if rings || outgoing => "decline",
            None if rings && outgoing && self.is_alone(context.user_id()) => "cancel",
            _ => return None,
        };
        Some(options.reason.clone().unwrap_or_else(|| default.to_owned()))
    }

    /// Accepts or rejects, after whichever of these was sent before.
    pub(super) fn send_answer(
        &mut self,
        context: &mut CallContext<'_, H>,
        request: CallRequest,
        suffix: &str,
        body: String,
    ) -> RequestId {
        let accepts = suffix == "/accept";
        if accepts {
            self.ring.accepted_here = true;
            self.ring.quiet = true;
            self.silence();
        }
        let doing = if accepts { "accepting the call" } else { "rejecting the call" };
        let after = self.ring.last_answer;
        let request = self.request(request, Method::Post, suffix, doing);
        let request = RestRequest { body: Some(body), after, ..request };
        let id = context.rest.submit(context.out, request);
        self.ring.last_answer = Some(id);
        id
    }

    /// The server refused to take note that this device accepts.
    pub(super) fn acceptance_failed(&mut self, context: &mut CallContext<'_, H>) {
        self.ring.accepted_here = false;
        self.ring.quiet = false;
        self.review_ring(context);
    }

    pub(super) fn reject_and_leave(
        &mut self,
        context: &mut CallContext<'_, H>,
        reason: &'static str,
        told: &str,
    ) {
        self.send_answer(context, CallRequest::Farewell(None), "/reject", reject_body(told));
        self.leave_now(context, reason);
    }

    /// Sets the timer, once the settings say how long.
    fn arm(&mut self, context: &mut CallContext<'_, H>, outgoing: bool) {
        if self.ring.due.is_some() || self.ring.quiet {
            return;
        }
        let limits = self.state().settings().and_then(|settings| settings.ring.as_ref());
        let limit = limits.and_then(|ring| {
            if outgoing { ring.auto_cancel_timeout_ms } else { ring.incoming_call_timeout_ms }
        });
        let limit = limit.unwrap_or_default();
        if limit > 0.0 {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // positive, in ms
            let span = Duration::from_millis(limit as u64);
            self.ring.due = Some(context.out.after(span));
            let expires_at = Some(context.out.epoch_millis() + limit);
            self.show_ring(Some(Ringing { outgoing, expires_at }));
        }
    }

    fn show_ring(&mut self, ringing: Option<Ringing>) {
        self.visible.set(Slice::Ring, |s| &mut s.ringing, ringing);
    }

    fn is_over(&self) -> bool {
        match &self.state().session {
            Some(session) => session.has_ended,
            None => self.state().ended_at.is_some(),
        }
    }

    /// Why an incoming ring is not this device's any more.
    fn is_answered(&self, me: &str) -> Option<&'static str> {
        let ringer = match self.ring.ringer.as_str() {
            "" => self.state().creator_id(),
            ringer => ringer,
        };
        if !self.ring.accepted_here && self.accepted_by().any(|id| id == me) {
            Some("accepted_elsewhere")
        } else if self.rejected_by().any(|id| id == me) {
            Some("rejected_elsewhere")
        } else {
            self.rejected_by().any(|id| id == ringer).then_some("cancelled")
        }
    }

    fn is_alone(&self, me: &str) -> bool {
        let session = self.state().session.as_ref();
        let mut present = session.iter().flat_map(|session| &session.participants);
        present.all(|p| p.view.user.as_ref().is_none_or(|user| user.id == me))
    }

    /// Users who accepted.
    fn accepted_by(&self) -> impl Iterator<Item = &str> {
        let session = self.state().session.as_ref();
        session.into_iter().flat_map(|session| session.accepted_by.keys().map(String::as_str))
    }

    /// Users who rejected.
    fn rejected_by(&self) -> impl Iterator<Item = &str> {
        let session = self.state().session.as_ref();
        session.into_iter().flat_map(|session| session.rejected_by.keys().map(String::as_str))
    }

    /// All acceptances and rejections with their times, to be compared.
    fn answers(&self) -> [Option<Answers>; 2] {
        let session = self.state().session.as_ref();
        [
            session.map(|session| session.accepted_by.clone()),
            session.map(|session| session.rejected_by.clone()),
        ]
    }
}

/// Who answered a ring, and when.
type Answers = IndexMap<String, Option<f64>>;

/// The body of a rejection.
pub(crate) fn reject_body(reason: &str) -> String {
    to_text(&Rejection { reason })
}

#[derive(Serialize)]
struct Rejection<'a> {
    reason: &'a str,
}
