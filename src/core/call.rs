//! One call: owns the machines below, and routes what comes in to them.

mod audio_watchdog;
mod candidates;
mod captions;
mod devices;
mod document;
mod elements;
mod ice;
mod join;
mod leave;
mod listening;
mod media;
mod muting;
mod news;
mod order;
mod participants;
mod playback;
mod publisher;
mod publishing;
mod reachability;
mod request;
mod retelling;
mod ringing;
mod rpc;
mod screen_sound;
mod sending;
mod sfu;
mod sfu_events;
mod silence;
mod speaker;
mod statistics;
mod subscriber;
mod subscriptions;
mod succession;
mod users;
mod video_sizes;
mod visible;

use std::collections::VecDeque;

use self::{
    captions::Captions,
    devices::Device,
    elements::Elements,
    join::{Join, Limits},
    listening::Listening,
    order::Order,
    publishing::MediaWishes,
    reachability::Reachability,
    ringing::Ring,
    sfu::SfuSession,
    sfu_events::warn_unreadable,
    statistics::Report,
    subscriptions::Wishes,
    visible::Visible,
};
pub(crate) use self::{
    request::call_path,
    ringing::reject_body,
    sfu::{CLOSE_JOIN_FAILED, CLOSE_NORMAL, Credentials},
};
use super::{
    changes::{Aspects, Slice},
    client::Config,
    command::CallCommand,
    connection::Connection,
    effect::{LocalEvent, Method, Outcome, Scope},
    host::Host,
    ids::{CallKey, PeerId, PromiseId, RequestId, SocketId},
    input::{HttpFailure, HttpReply},
    outbox::Outbox,
    probing::Pace,
    rest::{Purpose, Rest, RestRequest},
    state::{CallState, CallingState, DeviceKind, Pin},
    time::Time,
    user::UserKind,
    view::{CallAnswer, Event, User, Viewed},
};

/// What a call needs of its client while it takes one input.
pub(crate) struct CallContext<'a, H: Host> {
    pub(crate) out: &'a mut Outbox<H>,
    pub(crate) rest: &'a mut Rest,
    pub(crate) config: &'a Config,
    pub(crate) connection: Option<&'a Connection<H>>,
    /// Whether the browser is.
    pub(crate) online: bool,
}

impl<'a, H: Host> CallContext<'a, H> {
    fn user_id(&self) -> &'a str {
        self.connection.map_or("", |connection| &connection.user.id)
    }

    fn is_anonymous(&self) -> bool {
        self.connection.is_some_and(|connection| connection.user.kind == UserKind::Anonymous)
    }

    /// Whether answers subscribe to updates: that takes a socket.
    fn is_watching(&self) -> bool {
        self.connection.is_some_and(|connection| connection.connection_id().is_some())
    }
}

/// Which answer a call waits for, and who waits with it.
#[derive(Clone, Debug)]
pub(crate) enum CallRequest {
    Join,
    /// The acceptance that is a part of a join.
    Acceptance,
    /// What the call is like, as the server does not let the user back in.
    Refused,
    /// A request of the app, or one of our own that changes the state alike.
    Order(Order),
    /// The call that a push message told of.
    Found(PromiseId),
    /// The rejection with which the call was left; whoever leaves waits for it.
    Farewell(Option<PromiseId>),
}

/// A call of the app.
#[derive(Debug)]
pub(crate) struct CallSession<H: Host> {
    key: CallKey,
    call_type: String,
    id: String,
    cid: String,
    visible: Visible<H>,
    phase: Phase<H>,
    camera: Device<H>,
    microphone: Device<H>,
    screen_share: Device<H>,
    media: MediaWishes,
    elements: Elements,
    listening: Listening,
    wishes: Wishes,
    captions: Captions<H>,
    report: Report,
    ring: Ring,
    /// Whether events of the coordinator reach it.
    set_up: bool,
    /// Its turn in the registry; later ones replace earlier ones.
    registration: Option<u32>,
    limits: Limits,
    rejoins: VecDeque<Time>,
    reachability: Reachability,
    /// Of the slowest step of the last join.
    pace: Pace,
    /// The first session id since the last leave; stays through all rejoins.
    unified_session_id: Option<String>,
    /// The session in which the user was last.
    last_session_id: Option<String>,
    /// SFU sockets opened so far.
    connections: u32,
    /// Who leaves and waits for a rejection to arrive, and until when.
    farewells: Vec<(PromiseId, Time)>,
    /// Grows with each leave; answers to what was asked before it change nothing.
    epoch: u32,
}

/// Where the call is; what the app sees is derived from it.
#[derive(Debug)]
enum Phase<H: Host> {
    Idle,
    Joining(Box<Join<H>>),
    Joined(Box<SfuSession>),
    Failed,
    Left,
}

impl<H: Host> CallSession<H> {
    pub(crate) fn new(key: CallKey, call_type: &str, id: &str) -> Self {
        Self {
            key,
            call_type: call_type.to_owned(),
            id: id.to_owned(),
            cid: format!("{call_type}:{id}"),
            visible: Visible::default(),
            phase: Phase::Idle,
            camera: Device::new(DeviceKind::Camera),
            microphone: Device::new(DeviceKind::Microphone),
            screen_share: Device::new(DeviceKind::ScreenShare),
            media: MediaWishes::default(),
            elements: Elements::default(),
            listening: Listening::default(),
            wishes: Wishes::default(),
            captions: Captions::default(),
            report: Report::default(),
            ring: Ring::default(),
            set_up: false,
            registration: None,
            limits: Limits::default(),
            rejoins: VecDeque::new(),
            reachability: Reachability::default(),
            pace: Pace::default(),
            unified_session_id: None,
            last_session_id: None,
            connections: 0,
            farewells: Vec::new(),
            epoch: 0,
        }
    }

    pub(crate) fn cid(&self) -> &str {
        &self.cid
    }

    pub(crate) fn name(&self) -> (&str, &str) {
        (&self.call_type, &self.id)
    }

    pub(crate) fn state(&self) -> &CallState<H> {
        self.visible.state()
    }

    /// The session in which the user is, or was last.
    pub(crate) fn session_id(&self) -> Option<&str> {
        match &self.phase {
            Phase::Joined(session) => Some(&session.session_id),
            Phase::Idle | Phase::Joining(_) | Phase::Failed | Phase::Left => {
                self.last_session_id.as_deref()
            }
        }
    }

    /// The name of the SFU, and publisher and subscriber.
    pub(crate) fn peers(&self) -> Option<(&str, [Option<PeerId>; 2])> {
        let Phase::Joined(session) = &self.phase else {
            return None;
        };
        let publisher = session.publisher.as_ref().map(|publisher| publisher.peer);
        Some((&session.credentials.edge_name, [publisher, Some(session.subscriber.peer)]))
    }

    pub(crate) fn is_set_up(&self) -> bool {
        self.set_up
    }

    /// Whether it is in the call, or on the way.
    pub(crate) fn is_active(&self) -> bool {
        match self.phase {
            Phase::Joining(_) | Phase::Joined(_) => true,
            Phase::Idle | Phase::Failed | Phase::Left => false,
        }
    }

    pub(crate) fn registration(&self) -> Option<u32> {
        self.registration
    }

    pub(crate) fn publish_changes(&mut self, out: &mut Outbox<H>) {
        if !matches!(self.phase, Phase::Joined(_)) {
            self.hide_report();
        }
        self.follow_changes(out);
        let changes = self.visible.take_changes();
        if !changes.is_empty() {
            out.changes.by_call.entry(self.key).or_default().absorb(changes);
        }
    }

    pub(crate) fn command(&mut self, context: &mut CallContext<'_, H>, command: CallCommand) {
        match command {
            CallCommand::Join { promise, options } => self.join(context, Some(promise), &options),
            CallCommand::SetJoinOptions(options) => self.ring.join_options = options,
            CallCommand::Leave { promise, options } => self.leave(context, promise, &options),
            CallCommand::Request { promise, request, then } => {
                self.order(context, promise, request, then);
            }
            CallCommand::Device { promise, kind, order } => {
                self.order_device(context, kind, order, promise);
            }
            CallCommand::SetMedia(option) => self.set_media(context, option),
            CallCommand::AwaitDevice { promise, kind } => {
                self.device_mut(kind).0.when_settled(promise);
            }
            CallCommand::SetAudioProfile { promise, kind, profile } => {
                self.set_audio_profile(context, promise, kind, profile);
            }
            CallCommand::Speaker(order) => self.order_speaker(order),
            CallCommand::ApplyDefault { kind, on, device_id } => {
                self.apply_default(context, kind, on, device_id);
            }
            CallCommand::Publish { promise, track_type, capture, captured } => {
                self.publish_given(context, promise, track_type, capture, captured);
            }
            CallCommand::StopPublish { promise, track_types } => {
                self.stop_publish(context.out, &track_types);
                context.out.resolve(promise, Outcome::Done);
            }
            CallCommand::SetVolume { session_id, volume } => self.set_volume(session_id, volume),
            CallCommand::WatchReport(is_watched) => self.watch_report(context, is_watched),
            CallCommand::SetReportInterval(interval) => self.report.set_interval(context, interval),
            CallCommand::Measured { is_new } => self.on_measured(context, is_new),
            CallCommand::SetCaptions { visible_for, limit } => {
                self.set_captions(visible_for, limit);
            }
            CallCommand::Element(order) => self.order_element(context, order),
            CallCommand::Pin { session_id, pinned } => {
                let pin = Pin { is_local: true, pinned_at: context.out.epoch_millis() };
                if let Some(slot) = self.state().participants.slot_of(&session_id) {
                    self.visible.set_pin(slot, pinned.then_some(pin));
                } else if let Some(estate) = self.visible.estate_mut(&session_id) {
                    estate.pin = pinned.then_some(pin);
                }
            }
            CallCommand::SetVisibility { session_id, track_type, visibility } => {
                self.visible.set_visibility(&session_id, track_type, visibility);
                self.ask_for(context.out, [(session_id, track_type)]);
            }
            CallCommand::ResetReaction(session_id) => {
                self.visible.edit_participant(&session_id, Aspects::LOCAL, |participant| {
                    participant.reaction.take().is_some()
                });
                if let Some(estate) = self.visible.estate_mut(&session_id) {
                    estate.reaction = None;
                }
            }
        }
    }

    pub(crate) fn on_event(
        &mut self,
        context: &mut CallContext<'_, H>,
        event: &Event<H::Document>,
    ) {
        let name = event.fields.name.as_str();
        self.with_answers(context, |call, context| {
            call.visible.apply_event(event, Some(context.user_id()));
            if matches!(name, "call.hls_broadcasting_stopped" | "call.hls_broadcasting_failed") {
                call.visible.end_broadcast();
            }
            call.enforce_capabilities(context);
            if name == "call.closed_caption" {
                call.on_caption(context, event);
            }
            if name == "call.deleted" {
                // Another call of that name would be watched anew.
                call.visible.set(Slice::Watching, |s| &mut s.watching, false);
                call.registration = None;
            }
            let over = (name == "call.ended").then_some("call_ended");
            let reason = over.or(call.is_blocked(context).then_some("blocked"));
            let goes_on =
                !matches!(call.state().calling_state, CallingState::Idle | CallingState::Left);
            if let (Some(reason), true) = (reason, goes_on) {
                call.leave_now(context, reason);
            }
        });
    }

    /// The call was made, and this client did not ask for it.
    pub(crate) fn on_created(
        &mut self,
        context: &mut CallContext<'_, H>,
        answer: &CallAnswer<H::Document>,
    ) {
        self.follow();
        self.visible.apply_answer(answer);
        self.registration = Some(context.out.turn());
    }

    /// A list of calls that was asked for holds this one.
    pub(crate) fn on_found(
        &mut self,
        context: &mut CallContext<'_, H>,
        row: &CallAnswer<H::Document>,
        watch: bool,
        register: bool,
    ) {
        self.visible.apply_answer(row);
        if watch && context.is_watching() {
            self.follow();
            self.visible.set(Slice::Watching, |s| &mut s.watching, true);
            self.registration = register.then(|| context.out.turn());
        }
    }

    /// A user is called otherwise by now, or looks otherwise.
    pub(crate) fn on_user_updated(&mut self, user: &Viewed<User, H::Document>) {
        self.visible.apply_user(user);
    }

    /// Events were missed while the coordinator socket was lost.
    pub(crate) fn forget_news(&mut self) {
        self.visible.forget_news();
    }

    /// After the coordinator socket was lost: what the server says of this call by now, or nothing
    /// when it did not return it.
    pub(crate) fn on_rewatched(
        &mut self,
        context: &mut CallContext<'_, H>,
        answer: Option<&CallAnswer<H::Document>>,
    ) {
        match answer {
            Some(answer) => self.catch_up(context, |call, context| {
                call.with_answers(context, |call, context| {
                    call.visible.apply_answer(answer);
                    call.enforce_capabilities(context);
                });
            }),
            None => {
                self.visible.set(Slice::Watching, |s| &mut s.watching, false);
                let event = LocalEvent::Unwatched { cid: self.cid.clone() };
                for scope in [Scope::Call(self.key), Scope::Client] {
                    context.out.emit_local(scope, "call.unwatched", event.clone());
                }
            }
        }
    }

    pub(crate) fn on_socket_opened(&mut self, context: &mut CallContext<'_, H>, socket: SocketId) {
        if self.is_joining_over(socket) {
            self.join_socket_opened(context);
        }
    }

    pub(crate) fn on_socket_bytes(
        &mut self,
        context: &mut CallContext<'_, H>,
        socket: SocketId,
        bytes: Vec<u8>,
    ) {
        if self.is_joining_over(socket) {
            return self.on_join_frame(context, bytes);
        }
        if let Phase::Joined(session) = &mut self.phase
            && session.owns_socket(socket)
            && !self.on_sfu_frame(context, &bytes)
        {
            self.on_garbage(context, socket);
        }
    }

    /// A frame of the SFU that cannot be read.
    pub(crate) fn on_garbage(&mut self, context: &mut CallContext<'_, H>, socket: SocketId) {
        warn_unreadable(context);
        if let Phase::Joined(session) = &mut self.phase
            && session.owns_socket(socket)
            && !session.garbage.bear(context.out.now)
        {
            self.reconnect(context, "too many frames that cannot be read");
        }
    }

    pub(crate) fn on_socket_closed(
        &mut self,
        context: &mut CallContext<'_, H>,
        socket: SocketId,
        code: u16,
        reason: &str,
    ) {
        if self.is_joining_over(socket) {
            return self.on_join_socket_closed(context, code);
        }
        match &mut self.phase {
            Phase::Joined(session) if session.owns_socket(socket) => {
                session.socket_closed();
                self.reconnect(context, &format!("socket closed: {code} {reason}"));
            }
            Phase::Joining(join) => join.replaced_socket_closed(socket),
            Phase::Idle | Phase::Joined(_) | Phase::Failed | Phase::Left => {}
        }
    }

    pub(crate) fn on_sfu_reply(
        &mut self,
        context: &mut CallContext<'_, H>,
        request: RequestId,
        reply: Result<HttpReply<H>, HttpFailure<H>>,
    ) {
        if let Phase::Joined(session) = &mut self.phase
            && let Some(outcome) = session.rpcs.on_reply(context.out, request, reply)
        {
            self.on_rpc(context, outcome);
        }
    }

    pub(crate) fn on_online(&mut self, context: &mut CallContext<'_, H>, online: bool) {
        match (&self.phase, online) {
            (Phase::Joined(_), false) => self.visible.enter(CallingState::Offline),
            (Phase::Joined(_), true) => self.reconnect(context, "network_back_online"),
            (Phase::Joining(_), _) => self.on_join_online(context, online),
            (Phase::Idle | Phase::Failed | Phase::Left, _) => {}
        }
    }

    pub(crate) fn on_timeout(&mut self, context: &mut CallContext<'_, H>) {
        self.on_captions_timeout(context.out.now);
        self.on_elements_timeout(context.out);
        self.on_farewell_timeout(context.out);
        match &self.phase {
            Phase::Joining(_) => self.on_join_timeout(context),
            Phase::Joined(_) => self.on_session_timeout(context),
            Phase::Idle | Phase::Failed | Phase::Left => self.on_ring_timeout(context),
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        let phase = match &self.phase {
            Phase::Joining(join) => join.due(),
            Phase::Joined(session) => session.due().into_iter().chain(self.report.due()).min(),
            Phase::Idle | Phase::Failed | Phase::Left => self.ring_due(),
        };
        let farewells = self.farewells.iter().map(|(_, until)| *until);
        let others = self.captions.due().into_iter().chain(self.elements_due());
        phase.into_iter().chain(others).chain(farewells).min()
    }

    /// A call that was left can be used again.
    fn revive(&mut self) {
        if matches!(self.phase, Phase::Left) {
            self.phase = Phase::Idle;
            self.visible.enter(CallingState::Idle);
        }
    }

    /// Events of this call reach it from now on.
    fn follow(&mut self) {
        self.revive();
        self.set_up = true;
    }

    /// The server told about the call, and from now on tells what changes in it.
    fn loaded(&mut self, context: &mut CallContext<'_, H>, answer: &CallAnswer<H::Document>) {
        self.visible.apply_answer(answer);
        self.enforce_capabilities(context);
        if context.is_watching() {
            self.visible.set(Slice::Watching, |s| &mut s.watching, true);
            self.registration = Some(context.out.turn());
        }
        if context.config.defaults_on_load {
            self.ask_defaults(context);
        }
    }

    /// A request about this call, without a body, to that place below its path.
    fn request(
        &self,
        asked: CallRequest,
        method: Method,
        suffix: &str,
        doing: &str,
    ) -> RestRequest {
        // The names were checked when the call was made.
        let path = call_path::<H>(&self.call_type, &self.id).unwrap_or_default() + suffix;
        let purpose = Purpose::Call(self.key, (self.epoch, asked));
        RestRequest { method, path, body: None, doing: doing.to_owned(), purpose, after: None }
    }

    /// Whether `socket` is that of a join under way.
    fn is_joining_over(&mut self, socket: SocketId) -> bool {
        match &mut self.phase {
            Phase::Joining(join) => {
                join.session_mut().is_some_and(|session| session.owns_socket(socket))
            }
            Phase::Idle | Phase::Joined(_) | Phase::Failed | Phase::Left => false,
        }
    }

    fn device(&self, kind: DeviceKind) -> &Device<H> {
        match kind {
            DeviceKind::Camera => &self.camera,
            DeviceKind::Microphone => &self.microphone,
            DeviceKind::ScreenShare => &self.screen_share,
        }
    }
}
