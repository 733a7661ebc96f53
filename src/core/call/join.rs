//! How a call is joined, and joined again after the connection was lost.
//!
//! The story, step by step; each step has a deadline, and whatever goes wrong ends the attempt:
//!
//! ```text
//!  join()
//!    │
//!    ▼   POST join                 sockets, peer connections        JoinRequest
//!  AwaitingCredentials ─────────▶ Connecting ──────────────────▶ AwaitingResponse ─▶ Reading ─▶ joined
//!    ▲         │                       │                                │             │
//!    │         └───────────────────────┴───────── attempt failed ───────┴─────────────┘
//!    │                                                  │
//!    └──────────────── BackingOff ◀─────────────────────┤ attempts left
//!                                                       ▼ none left, or in vain
//!                                               the state before join()
//! ```

mod acceptance;
mod connections;
mod edges;
mod limits;
mod reading;
mod reconnect;
mod removal;
mod wire;

use std::mem;

use trunkline_protocol::{
    compact::JoinFrame,
    sfu::{event, models},
};

pub(super) use self::limits::Limits;
use self::reconnect::{next_rejoin, rejoin_limit};
use self::removal::is_shut_out;
use self::wire::{client_details, is_unreachable, sfu_timeout};
use super::{
    CallContext, CallRequest, CallSession, Phase,
    participants::Told,
    reachability::Reachability,
    sfu::{CLOSE_JOIN_FAILED, Credentials, SessionOwner, SfuSession},
    sfu_events::warn_unreadable,
    subscriptions,
};
use crate::core::{
    body::Body,
    command::JoinOptions,
    effect::{Effect, Method},
    error::{Category, Code, Error},
    host::Host,
    ids::{DescribeId, PromiseId, RequestId, SocketId},
    rest::RestRequest,
    state::CallingState,
    time::{Duration, Time},
    view::AnswerOf,
};

/// A join under way.
#[derive(Debug)]
pub(crate) struct Join<H: Host> {
    trigger: Trigger,
    pub(super) promises: Vec<PromiseId>,
    /// The app's part of the request body.
    request: Option<Body>,
    /// Whether it has the members' devices ring.
    rings: bool,
    limits: Limits,
    attempt: u32,
    errors: Vec<Error<H>>,
    /// SFUs by name, in the order in which they failed first, and how often they did.
    failures_by_edge: Vec<(String, u32)>,
    /// The session that is being replaced, kept so that nobody vanishes meanwhile.
    replaced: Option<SfuSession>,
    /// The coordinator has answered once, and rung whom it was to ring.
    answered: bool,
    step: Step<H>,
    /// When the attempt began, and its step.
    began: [Time; 2],
    /// How long the slowest step took.
    slowest: Duration,
}

#[derive(Debug)]
enum Trigger {
    /// `join()`; a failure leads back to this state.
    App { before: CallingState },
    /// The connection was lost.
    Reconnect {
        reason: String,
        attempts: u32,
        /// Since when it is being made again; time offline does not count.
        since: Time,
    },
}

#[derive(Debug)]
enum Step<H: Host> {
    AwaitingCredentials {
        request: RequestId,
    },
    /// Those who ring are told that this device takes the call.
    Accepting {
        request: RequestId,
        credentials: Credentials,
    },
    Connecting {
        session: SfuSession,
        describe: Described,
        socket_open: bool,
        until: Time,
    },
    AwaitingResponse {
        session: SfuSession,
        /// Frames that came before the join response.
        early: Vec<Vec<u8>>,
        until: Time,
    },
    /// The SFU let us in. Who is in the call is read in pieces, so that the page can do something
    /// else in between.
    Reading {
        session: SfuSession,
        frame: JoinFrame,
        participants: Vec<Told<H>>,
        /// Frames that came since.
        early: Vec<Vec<u8>>,
        /// When the next piece is read.
        at: Time,
    },
    /// The server does not let the user back in, and is asked what has happened to the call.
    Refused {
        request: RequestId,
        error: Error<H>,
    },
    BackingOff {
        until: Time,
        credentials: Option<Credentials>,
    },
    /// Offline: nothing is tried, no attempt is counted.
    Offline,
}

#[derive(Debug)]
enum Described {
    Asked(DescribeId),
    Known { subscriber_sdp: String, publisher_sdp: String },
}

// The story, from the app's wish to `joined`.
impl<H: Host> CallSession<H> {
    /// The app wants to be in the call.
    pub(super) fn join(
        &mut self,
        context: &mut CallContext<'_, H>,
        promise: Option<PromiseId>,
        options: &JoinOptions,
    ) {
        match &mut self.phase {
            Phase::Joined(_) => {
                let error = Error::illegal_state("the call is joined already", "Leave it first.");
                return context.out.settle_all(promise, &Err(error));
            }
            Phase::Joining(join) => return join.promises.extend(promise),
            Phase::Idle | Phase::Left | Phase::Failed => {}
        }
        let request = options.request.as_ref();
        let rings = match request.map(|request| request.flag("ring")).transpose() {
            Ok(rings) => rings.flatten().unwrap_or_default(),
            Err(error) => return context.out.settle_all(promise, &Err(error)),
        };
        self.revive();
        self.silence();
        self.visible.clear_participants();
        let before = self.visible.state().calling_state;
        self.visible.enter(CallingState::Joining);
        self.set_up = true;
        self.limits = Limits::new(options);
        self.reachability = Reachability::default();
        let now = context.out.now;
        self.start_join(
            context,
            Join {
                trigger: Trigger::App { before },
                promises: promise.into_iter().collect(),
                request: options.request.clone(),
                rings,
                limits: self.limits,
                attempt: 0,
                errors: Vec::new(),
                failures_by_edge: Vec::new(),
                replaced: None,
                answered: false,
                step: Step::Offline,
                began: [now; 2],
                slowest: Duration::ZERO,
            },
        );
    }

    fn start_join(&mut self, context: &mut CallContext<'_, H>, mut join: Join<H>) {
        if let Trigger::Reconnect { attempts, .. } = &mut join.trigger {
            *attempts += 1;
        }
        let request = RestRequest {
            body: Some(join.body(context)),
            ..self.request(CallRequest::Join, Method::Post, "/join", "joining the call")
        };
        let now = context.out.now;
        let patience = join.is_probe(now).then(|| self.pace.patience(context.config.timeout));
        let request = context.rest.submit_within(context.out, request, patience);
        join.step = Step::AwaitingCredentials { request };
        (join.began, join.slowest) = ([now; 2], Duration::ZERO);
        self.phase = Phase::Joining(Box::new(join));
    }

    /// The coordinator answered: the call is known, and where its media is.
    pub(super) fn on_join_answer(
        &mut self,
        context: &mut CallContext<'_, H>,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let Phase::Joining(join) = &self.phase else {
            return;
        };
        if !matches!(join.step, Step::AwaitingCredentials { .. }) {
            return;
        }
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.attempt_failed(context, error),
        };
        self.catch_up(context, |call, context| call.loaded(context, &answer.view.call));
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        join.answered = true;
        if join.rings {
            self.asked_to_ring(context, true);
        }
        let Some(credentials) = Credentials::read(answer.view.join) else {
            return self.attempt_failed(context, Error::bad_response("joining the call"));
        };
        if self.owes_acceptance() {
            self.send_acceptance(context, credentials);
        } else {
            self.connect(context, credentials);
        }
    }

    /// Opens the way to the SFU, and finds out what this browser can send and receive.
    fn connect(&mut self, context: &mut CallContext<'_, H>, credentials: Credentials) {
        let owner = SessionOwner {
            call: self.key,
            cid: &self.cid,
            user_id: context.user_id(),
            publishes: !context.is_anonymous(),
            rpc_timeout: self.limits.rpc,
        };
        let attempt = self.connections;
        self.connections += 1;
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        let session = SfuSession::open(context.out, context.config, &owner, credentials, attempt);
        let describe = context.out.id(Some(self.key));
        context.out.push(Effect::DescribeCodecs(describe));
        let until = join.begin_step(context.out.now, self.pace);
        join.step = Step::Connecting {
            session,
            describe: Described::Asked(describe),
            socket_open: false,
            until,
        };
    }

    pub(super) fn join_socket_opened(&mut self, context: &mut CallContext<'_, H>) {
        if let Phase::Joining(join) = &mut self.phase
            && let Step::Connecting { socket_open, .. } = &mut join.step
        {
            *socket_open = true;
            join.end_step(context.out.now);
        }
        if self.rejoins_too_often(context.out.now) {
            return self.attempt_failed(context, rejoin_limit());
        }
        self.send_join_request(context);
    }

    pub(crate) fn on_described(
        &mut self,
        context: &mut CallContext<'_, H>,
        request: DescribeId,
        result: Result<(String, String), H::Thrown>,
    ) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        let Step::Connecting { describe, .. } = &mut join.step else {
            return;
        };
        if !matches!(describe, Described::Asked(asked) if *asked == request) {
            return;
        }
        match result {
            Ok((subscriber_sdp, publisher_sdp)) => {
                *describe = Described::Known { subscriber_sdp, publisher_sdp };
                self.send_join_request(context);
            }
            Err(cause) => {
                let error = Error::new(
                    Code::MediaNegotiationFailed,
                    Category::Sfu,
                    "the browser could not tell what it can send and receive",
                )
                .hint("Use a browser with WebRTC; the cause is what it threw.")
                .cause(cause);
                self.attempt_failed(context, error);
            }
        }
    }

    /// Introduces itself to the SFU, once the socket is open and the codecs are known.
    fn send_join_request(&mut self, context: &mut CallContext<'_, H>) {
        let subscriptions = subscriptions::wanted(&self.visible.state().participants);
        let audio = self.audio_settings();
        let mut preferred_publish_options = self.preferred_options();
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        let step = mem::replace(&mut join.step, Step::Offline);
        let Step::Connecting {
            mut session,
            describe: Described::Known { subscriber_sdp, publisher_sdp },
            socket_open: true,
            ..
        } = step
        else {
            join.step = step;
            return;
        };
        let unified_session_id =
            self.unified_session_id.get_or_insert_with(|| session.session_id.clone()).clone();
        let reconnect_details = join.reconnect_details(subscriptions, audio);
        if let (Some(details), Some(publisher)) = (&reconnect_details, &mut session.publisher) {
            publisher.carry(&details.announced_tracks);
        }
        if let Some(replaced) = &join.replaced {
            preferred_publish_options.clone_from(&replaced.publish_options);
        }
        let request = event::JoinRequest {
            preferred_publish_options,
            token: session.credentials.token.clone(),
            session_id: session.session_id.clone(),
            unified_session_id,
            subscriber_sdp,
            publisher_sdp,
            client_details: Some(client_details(context)),
            reconnect_details,
            capabilities: vec![models::ClientCapability::SubscriberVideoPause.into()],
            source: models::ParticipantSource::WebrtcUnspecified.into(),
            ..event::JoinRequest::default()
        };
        session.request(context.out, event::sfu_request::RequestPayload::JoinRequest(request));
        let until = join.begin_step(context.out.now, self.pace);
        join.step = Step::AwaitingResponse { session, early: Vec::new(), until };
    }

    /// Everybody is known.
    fn joined(&mut self, context: &mut CallContext<'_, H>) {
        let join = match mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Joining(join) => *join,
            other => {
                self.phase = other;
                return;
            }
        };
        let Step::Reading { mut session, frame, participants, early, .. } = join.step else {
            return;
        };
        let response = &frame.response;
        session.joined(context.out.now, response);
        if let Some(replaced) = join.replaced {
            // Where it still hears us, the SFU is not to keep what nobody comes back to.
            replaced.leave(context.out, "rejoined");
        }
        self.apply_snapshot(context, &session.session_id, response, participants);
        self.phase = Phase::Joined(Box::new(session));
        self.visible.enter(CallingState::Joined);
        self.pace.took(join.slowest);
        self.take_counts(response);
        context.out.settle_all(join.promises, &Ok(()));
        self.start_media(context);
        for frame in early {
            if !self.on_sfu_frame(context, &frame) {
                warn_unreadable(context);
            }
        }
    }
}

// What can go wrong.
impl<H: Host> CallSession<H> {
    /// Ends an attempt: tries again later, or gives up.
    fn attempt_failed(&mut self, context: &mut CallContext<'_, H>, error: Error<H>) {
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        let credentials = join.drop_attempt(context, &error);
        join.errors.push(error.clone());
        join.attempt += 1;

        let usual = context.out.back_off(join.attempt - 1);
        let again = match &join.trigger {
            Trigger::App { .. } => {
                let again = error.retryable && !is_unreachable(&error);
                (again && join.attempt < join.limits.attempts).then_some(usual)
            }
            Trigger::Reconnect { since, .. } => {
                let [began, _] = join.began;
                next_rejoin(context.out.now, *since, began, usual, &error)
            }
        };
        if let Some(until) = again {
            join.step = Step::BackingOff { until, credentials };
        } else if is_shut_out(join, &error) {
            self.ask_why(context, error);
        } else {
            self.give_up(context, error);
        }
    }

    fn give_up(&mut self, context: &mut CallContext<'_, H>, mut error: Error<H>) {
        let join = match mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Joining(join) => *join,
            other => {
                self.phase = other;
                return;
            }
        };
        match join.trigger {
            Trigger::App { before } => self.visible.enter(before),
            Trigger::Reconnect { .. } => {
                self.phase = Phase::Failed;
                self.visible.enter(CallingState::ReconnectingFailed);
                context.out.emit_lost(self.key, &self.cid, &error);
            }
        }
        if let Some(replaced) = join.replaced {
            replaced.close(context.out, CLOSE_JOIN_FAILED, "reconnecting failed");
        }
        if matches!(self.phase, Phase::Failed) {
            self.stop_media(context);
        }
        self.give_up_given(context.out);
        if join.promises.is_empty() && !matches!(self.phase, Phase::Failed) {
            let (_, cause) = error.clone().into_warning();
            context.out.warn("the accepted call could not be joined", cause);
        }
        if join.errors.len() > 1 {
            error.attempts = join.errors;
        }
        context.out.settle_all(join.promises, &Err(error));
        self.join_given_up(context);
    }

    /// A deadline of the join may have come.
    pub(super) fn on_join_timeout(&mut self, context: &mut CallContext<'_, H>) {
        let now = context.out.now;
        let Phase::Joining(join) = &mut self.phase else {
            return;
        };
        match &mut join.step {
            Step::Connecting { until, .. } if *until <= now => {
                self.attempt_failed(context, sfu_timeout("opening the SFU socket"));
            }
            Step::Reading { at, .. } if *at <= now => self.read_participants(context),
            Step::AwaitingResponse { until, .. } if *until <= now => {
                self.attempt_failed(context, sfu_timeout("waiting for the SFU's join response"));
            }
            Step::BackingOff { until, credentials } if *until <= now => match credentials.take() {
                Some(credentials) => self.connect(context, credentials),
                None => self.restart_join(context),
            },
            Step::AwaitingCredentials { .. }
            | Step::Accepting { .. }
            | Step::Refused { .. }
            | Step::Connecting { .. }
            | Step::AwaitingResponse { .. }
            | Step::Reading { .. }
            | Step::BackingOff { .. }
            | Step::Offline => {}
        }
    }
}

impl<H: Host> Join<H> {
    /// The session that is being opened.
    pub(super) fn session_mut(&mut self) -> Option<&mut SfuSession> {
        match &mut self.step {
            Step::Connecting { session, .. }
            | Step::AwaitingResponse { session, .. }
            | Step::Reading { session, .. } => Some(session),
            Step::AwaitingCredentials { .. }
            | Step::Accepting { .. }
            | Step::Refused { .. }
            | Step::BackingOff { .. }
            | Step::Offline => None,
        }
    }

    /// The session that is being replaced.
    pub(super) fn replaced_mut(&mut self) -> Option<&mut SfuSession> {
        self.replaced.as_mut()
    }

    /// The socket of the session that is being replaced may go at any time.
    pub(super) fn replaced_socket_closed(&mut self, socket: SocketId) {
        if let Some(replaced) = self.replaced.as_mut().filter(|r| r.owns_socket(socket)) {
            replaced.socket_closed();
        }
    }

    /// Ends everything under way, for good: the call is being left.
    pub(super) fn abort(
        mut self,
        context: &mut CallContext<'_, H>,
        reason: &str,
    ) -> Vec<PromiseId> {
        self.abandon(context);
        if let Some(replaced) = self.replaced {
            replaced.leave(context.out, reason);
        }
        self.promises
    }

    pub(super) fn due(&self) -> Option<Time> {
        match &self.step {
            // The request has its own deadline.
            Step::AwaitingCredentials { .. }
            | Step::Accepting { .. }
            | Step::Refused { .. }
            | Step::Offline => None,
            Step::Connecting { session, until, .. }
            | Step::AwaitingResponse { session, until, .. } => {
                Some(session.due().map_or(*until, |due| due.min(*until)))
            }
            Step::Reading { at: due, .. } | Step::BackingOff { until: due, .. } => Some(*due),
        }
    }

    fn abandon(&mut self, context: &mut CallContext<'_, H>) {
        match mem::replace(&mut self.step, Step::Offline) {
            Step::AwaitingCredentials { request }
            | Step::Accepting { request, .. }
            | Step::Refused { request, .. } => {
                context.rest.abort(context.out, request);
            }
            Step::Connecting { session, .. }
            | Step::AwaitingResponse { session, .. }
            | Step::Reading { session, .. } => {
                session.close(context.out, CLOSE_JOIN_FAILED, "join aborted");
            }
            Step::BackingOff { .. } | Step::Offline => {}
        }
    }
}
