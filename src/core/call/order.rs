//! Requests that an app orders one by one, and what their answers mean for the state.

use super::{CallContext, CallRequest, CallSession, Phase};
use crate::core::{
    body::Body,
    changes::Slice,
    command::{AppRequest, Then},
    effect::Outcome,
    error::{Code, Error},
    host::Host,
    ids::PromiseId,
    rest::{Purpose, RestRequest},
    view::AnswerOf,
};

/// What to do with an answer.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(super) then: Then,
    pub(super) promise: Option<PromiseId>,
    /// Members that are taken out.
    pub(super) removed: Vec<String>,
}

impl<H: Host> CallSession<H> {
    /// Sends a request of the app.
    pub(super) fn order(
        &mut self,
        context: &mut CallContext<'_, H>,
        promise: PromiseId,
        request: AppRequest,
        then: Then,
    ) {
        let AppRequest { method, path, body, doing } = request;
        let removed = match (then, &body) {
            (Then::Members, Some(body)) => {
                match body.texts("remove_members", "a list of user ids") {
                    Ok(removed) => removed.unwrap_or_default(),
                    Err(error) => return context.out.reject(promise, error),
                }
            }
            _ => Vec::new(),
        };
        let body = body.map(Body::into_text);
        let mut order = Order { then, promise: Some(promise), removed };
        match then {
            Then::Load | Then::Ring => {
                self.follow();
                if then == Then::Ring {
                    self.ask_to_ring();
                }
            }
            Then::RingMembers => self.ask_to_ring(),
            Then::CaptionsOn | Then::CaptionsOff => {
                let on = then == Then::CaptionsOn;
                if self.state().captioning == on {
                    // Nothing to be taken back.
                    order.then = Then::Nothing;
                }
                self.show_captions(on);
            }
            Then::Accept | Then::Reject => {
                let body = body.unwrap_or_default();
                let suffix = if then == Then::Accept { "/accept" } else { "/reject" };
                self.send_answer(context, CallRequest::Order(order), suffix, body);
                return;
            }
            Then::Nothing | Then::Change | Then::Members => {}
        }
        let purpose = Purpose::Call(self.key, (self.epoch, CallRequest::Order(order)));
        let request = RestRequest { method, path, body, doing, purpose, after: None };
        context.rest.submit(context.out, request);
    }

    fn show_captions(&mut self, on: bool) {
        self.visible.set(Slice::Captioning, |s| &mut s.captioning, on);
    }

    /// Takes the outcome of a request. Whoever waits for it is told in any case; the state is only
    /// touched when the call was not left meanwhile.
    pub(crate) fn on_rest(
        &mut self,
        context: &mut CallContext<'_, H>,
        (epoch, request): (u32, CallRequest),
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let current = epoch == self.epoch;
        let order = match request {
            CallRequest::Join | CallRequest::Acceptance | CallRequest::Refused if !current => {
                return;
            }
            CallRequest::Refused => return self.on_refused(context, result),
            CallRequest::Join => return self.on_join_answer(context, result),
            CallRequest::Acceptance => return self.on_acceptance(context, result),
            CallRequest::Order(order) => order,
            CallRequest::Found(promise) => {
                if let (true, Ok(answer)) = (current, &result) {
                    self.with_answers(context, |call, context| {
                        call.loaded(context, &answer.view.call);
                    });
                }
                return match result {
                    // The socket may have told of the ring meanwhile, with all that is needed.
                    Err(error) if !self.is_rung_by_event() => {
                        if current {
                            self.leave_now(context, "not_loaded");
                        }
                        context.out.reject(promise, error);
                    }
                    _ => context.out.resolve(promise, Outcome::Call(self.key)),
                };
            }
            CallRequest::Farewell(promise) => {
                if let Err(error) = result {
                    context.out.warn_of(error);
                }
                if let Some(promise) = promise {
                    self.on_farewell(context.out, promise);
                }
                return;
            }
        };
        let is_acceptance = order.then == Then::Accept;
        let result =
            result.map_err(|error| if is_acceptance { error.of_acceptance() } else { error });
        if current {
            self.take(context, &order, result.as_ref());
        }
        match (order.promise, result) {
            (Some(promise), Ok(answer)) => {
                context.out.resolve(promise, Outcome::Json(answer.document));
            }
            (Some(promise), Err(error)) => context.out.reject(promise, error),
            (None, Ok(_)) => {}
            (None, Err(error)) => context.out.warn_of(error),
        }
    }

    /// Shows what an answer, or the lack of one, means for the call.
    fn take(
        &mut self,
        context: &mut CallContext<'_, H>,
        order: &Order,
        result: Result<&AnswerOf<H>, &Error<H>>,
    ) {
        match (order.then, result) {
            (Then::Load, Ok(answer)) => {
                self.with_answers(context, |call, context| call.loaded(context, &answer.view.call));
            }
            (Then::Ring, Ok(answer)) => {
                self.loaded(context, &answer.view.call);
                self.asked_to_ring(context, true);
            }
            (Then::RingMembers, Ok(_)) => self.asked_to_ring(context, true),
            (Then::Ring | Then::RingMembers, Err(_)) => self.asked_to_ring(context, false),
            (Then::Change, Ok(answer)) => {
                self.with_answers(context, |call, _| call.visible.apply_answer(&answer.view.call));
                self.enforce_capabilities(context);
            }
            (Then::Members, Ok(answer)) => {
                self.visible.merge_members(answer.view.call.members.as_deref().unwrap_or_default());
                self.visible.remove_members(&order.removed);
            }
            (Then::CaptionsOn, Err(_)) => self.show_captions(false),
            (Then::CaptionsOff, Err(_)) => self.show_captions(true),
            (Then::Accept, Err(error)) if error.code == Code::AnsweredElsewhere => {
                let is_joined = matches!(self.phase, Phase::Joined(_));
                if self.state().ringing.is_some() && !is_joined {
                    self.leave_now(context, "accepted_elsewhere");
                }
            }
            (Then::Accept, Err(_)) => self.acceptance_failed(context),
            _ => {}
        }
    }
}
