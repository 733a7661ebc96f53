//! What the SFU answers to a join: a refusal, or who is in the call.

use std::mem;

use trunkline_protocol::{
    compact::{self, Frame, JoinFrame},
    sfu::event::{self, sfu_event::EventPayload},
};

use super::{Step, Trigger, wire::join_refused};
use crate::core::{
    call::{CallContext, CallSession, Phase, participants::Told, sfu_events::warn_unreadable},
    error::{Category, Code, Error, ErrorClass},
    host::Host,
    time::Duration,
};

/// Frames that may come before the join response; they are taken after it.
const EARLY_FRAMES: usize = 1000;
/// How many participants of a join response are read at once. That takes a phone a few ms.
const PIECE: usize = 250;
/// A page that waits so long for its next turn is hidden: it shows nothing that could stop, and gets a
/// turn once a second. All the rest is read at once.
const LATE: Duration = Duration::from_millis(500);

impl<H: Host> CallSession<H> {
    /// A frame on the socket of a session that is not joined yet.
    pub(in crate::core::call) fn on_join_frame(
        &mut self,
        context: &mut CallContext<'_, H>,
        bytes: Vec<u8>,
    ) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        match &mut join.step {
            Step::AwaitingResponse { .. } => {}
            // It is about people who may not be known yet.
            Step::Reading { early, .. } => return early.push(bytes),
            _ => return,
        }
        let refusal = match Frame::read(&bytes) {
            Some(Frame::Joined) => match JoinFrame::new(bytes) {
                Some(frame) => return self.let_in(context, frame),
                None => return warn_unreadable(context),
            },
            Some(Frame::Other) => match compact::decode::<event::SfuEvent>(&bytes) {
                Some(event) => event.event_payload,
                None => return warn_unreadable(context),
            },
            Some(_) => None,
            None => return warn_unreadable(context),
        };
        if self.on_sent_off(context, refusal.as_ref()) {
            return;
        }
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        if let Some(EventPayload::Error(refusal)) = refusal {
            let error = join_refused(&refusal);
            if error.unrecoverable && matches!(join.trigger, Trigger::Reconnect { .. }) {
                return self.leave_now(context, "sfu_disconnect");
            }
            self.attempt_failed(context, error);
        } else if let Step::AwaitingResponse { early, .. } = &mut join.step
            && early.len() < EARLY_FRAMES
        {
            early.push(bytes);
        }
    }

    /// The SFU let us in. In a small call everybody is read at once.
    fn let_in(&mut self, context: &mut CallContext<'_, H>, frame: JoinFrame) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        match mem::replace(&mut join.step, Step::Offline) {
            Step::AwaitingResponse { session, early, .. } => {
                join.end_step(context.out.now);
                let participants = Vec::with_capacity(frame.left());
                let at = context.out.now;
                join.step = Step::Reading { session, frame, participants, early, at };
                self.read_participants(context);
            }
            other => join.step = other,
        }
    }

    /// Reads another piece of who is in the call.
    pub(super) fn read_participants(&mut self, context: &mut CallContext<'_, H>) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        let Step::Reading { frame, participants, at, .. } = &mut join.step else {
            return;
        };
        let is_late = context.out.now - *at >= LATE;
        let piece = if is_late { usize::MAX } else { PIECE };
        for participant in frame.by_ref().take(piece) {
            match participant {
                Some(participant) => participants.push(Told::new(participant)),
                None => warn_unreadable(context),
            }
        }
        *at = context.out.now;
        if frame.left() == 0 {
            self.joined(context);
        }
    }

    pub(in crate::core::call) fn on_join_socket_closed(
        &mut self,
        context: &mut CallContext<'_, H>,
        code: u16,
    ) {
        if let Phase::Joining(join) = &mut self.phase
            && let Some(session) = join.session_mut()
        {
            session.socket_closed();
        }
        let error = Error::new(
            Code::SfuJoinFailed,
            Category::Sfu,
            format!("the SFU closed the socket with code {code} during the join"),
        )
        .class(ErrorClass::SfuJoin)
        .hint("Try again; if it stays like this, check that the SFU's address is reachable.")
        .retryable();
        self.attempt_failed(context, error);
    }
}
