//! Joining a call that rings here: those who ring are told before any media flows.

use std::mem;

use super::{Credentials, Step};
use crate::core::{
    call::{CallContext, CallRequest, CallSession, Phase},
    error::{Code, Error},
    host::Host,
    view::AnswerOf,
};

impl<H: Host> CallSession<H> {
    pub(super) fn send_acceptance(
        &mut self,
        context: &mut CallContext<'_, H>,
        credentials: Credentials,
    ) {
        let acceptance = CallRequest::Acceptance;
        let request = self.send_answer(context, acceptance, "/accept", "{}".to_owned());
        if let Phase::Joining(join) = &mut self.phase {
            join.step = Step::Accepting { request, credentials };
        }
    }

    /// Those who ring know that this device takes the call, or the coordinator refused to tell.
    pub(in crate::core::call) fn on_acceptance(
        &mut self,
        context: &mut CallContext<'_, H>,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        match (result.map_err(Error::of_acceptance), mem::replace(&mut join.step, Step::Offline)) {
            (Ok(_), Step::Accepting { credentials, .. }) => self.connect(context, credentials),
            (Err(error), Step::Accepting { .. }) if error.code == Code::AnsweredElsewhere => {
                let promises = mem::take(&mut join.promises);
                self.leave_now(context, "accepted_elsewhere");
                context.out.settle_all(promises, &Err(error));
            }
            (Err(error), Step::Accepting { .. }) => {
                self.acceptance_failed(context);
                self.attempt_failed(context, error);
            }
            (_, step) => join.step = step,
        }
    }
}
