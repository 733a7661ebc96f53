//! A browser, played: it performs the core's effects against the model server, in virtual time,
//! and checks after every step what must always hold.

mod elements;
mod endings;
mod invariants;
mod media;
mod sockets;
mod weather;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

use prost::Message;
use serde_json::{Value, json};
use trunkline_protocol::sfu::event::sfu_event::EventPayload;

pub(super) use self::weather::{Lost, Refused, Weather};
use super::{
    native::{self, body, seen, token},
    records::Recorder,
    server::Server,
};
use crate::core::tests::native::{
    CallState, DeviceFailure, Effect, Error, HttpFailure, HttpReply, Input, Outcome,
};
use crate::core::{
    AppEvent, AppRequest, Aspects, CallCommand, CallKey, CallingState, CaptureId, CaptureRequest,
    Command, Config, DeviceKind, Duration, EventPayload as AppPayload, GatherRequest, HttpRequest,
    JoinOptions, LeaveOptions, ListenId, ListenRequest, LocalEvent, Method, PeerEffect, PeerId,
    PromiseId, Reply, RequestId, ResponseKind, Slot, SocketId, Then, Time, Tokens, User, UserKind,
};

/// The browser.
pub(super) struct Host {
    pub(super) client: Recorder,
    pub(super) server: Server,
    pub(super) weather: Weather,
    pub(super) now: u64,
    pub(super) settled: BTreeMap<u64, Result<Outcome, Error>>,
    pub(super) events: Vec<(String, Option<LocalEvent>)>,
    lost: Vec<(String, Error)>,
    pub(super) warnings: Vec<String>,
    pub(super) transitions: BTreeMap<CallKey, Vec<CallingState>>,
    /// Who changed, and in what, since a test took it.
    pub(super) people: BTreeMap<CallKey, Vec<(Slot, Aspects)>>,
    pub(super) opened: Opened,
    /// Requests as they were sent.
    pub(super) sent: Vec<HttpRequest>,
    /// What was said to the coordinator first on each of its sockets.
    pub(super) greetings: Vec<Value>,
    /// How often the app's token provider was asked, and whether it throws.
    pub(super) asked_for_tokens: u32,
    pub(super) provider_throws: bool,
    /// Whoever is asked refuses the connection.
    pub(super) is_down: bool,
    /// How often somebody was asked where the client is, and what they say, the last one first.
    pub(super) asked_for_places: u32,
    pub(super) places: Vec<Option<String>>,
    queue: BinaryHeap<Reverse<(u64, u64, usize)>>,
    inputs: Vec<Option<Input>>,
    promises: u64,
    delay_turn: usize,
    steps_at_this_time: u32,
    sockets: BTreeMap<SocketId, String>,
    peers: BTreeMap<PeerId, Vec<crate::core::TransceiverId>>,
    pub(super) paths: media::Paths,
    captures: BTreeSet<CaptureId>,
    requests: BTreeSet<RequestId>,
    /// All captures that were asked for.
    pub(super) requested: Vec<CaptureRequest>,
    /// All that was done with peer connections.
    pub(super) peer_effects: Vec<PeerEffect>,
    /// When it was asked to measure how media flow; a test says when that is done.
    pub(super) measured: Vec<u64>,
    /// How many tests of the connectivity were begun.
    pub(super) connectivity_tests: usize,
    /// Addresses that are looked for.
    pub(super) gatherings: Vec<GatherRequest>,
    /// What is listened to.
    pub(super) listened: BTreeMap<ListenId, ListenRequest>,
    /// The devices whose choice was kept.
    pub(super) remembered: Vec<DeviceKind>,
    /// Nobody knows yet what the user had chosen before.
    pub(super) holds_defaults: bool,
    pub(super) elements: elements::Elements,
}

/// How many of each were opened in all.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) sfu_sockets: u32,
    pub(super) peers: u32,
    pub(super) captures: u32,
    pub(super) rest_requests: u32,
}

/// An answer.
pub(super) fn reply(status: u16, body: native::Reply) -> HttpReply {
    HttpReply { status, retry_after: None, body }
}

/// Most steps without time passing; more is a loop.
const STEPS_PER_MOMENT: u32 = 500;

impl Host {
    pub(super) fn new() -> Self {
        Self::configured(|_| {})
    }

    /// The same with another configuration.
    pub(super) fn configured(configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            api_key: "key".to_owned(),
            base_url: "http://coordinator/video".to_owned(),
            client_header: "trunkline-test".to_owned(),
            version: ["0", "1", "0"].map(str::to_owned),
            browser: ("Browser".to_owned(), "1".to_owned()),
            os: ("Test".to_owned(), "1".to_owned()),
            location: "auto".to_owned(),
            location_hint: None,
            timeout: Duration::from_secs(5),
            socket_timeout: Duration::from_secs(15),
            max_connect_retries: 5,
            defaults_on_load: false,
            reject_when_busy: false,
            seed: [11, 22],
            epoch_offset: 1_900_000_000_000.0,
        };
        configure(&mut config);
        Self {
            client: Recorder::new(config),
            server: Server::default(),
            weather: Weather::default(),
            now: 0,
            settled: BTreeMap::new(),
            events: Vec::new(),
            lost: Vec::new(),
            warnings: Vec::new(),
            transitions: BTreeMap::new(),
            people: BTreeMap::new(),
            opened: Opened::default(),
            sent: Vec::new(),
            greetings: Vec::new(),
            asked_for_tokens: 0,
            provider_throws: false,
            is_down: false,
            asked_for_places: 0,
            places: Vec::new(),
            queue: BinaryHeap::new(),
            inputs: Vec::new(),
            promises: 0,
            delay_turn: 0,
            steps_at_this_time: 0,
            sockets: BTreeMap::new(),
            peers: BTreeMap::new(),
            paths: media::Paths::default(),
            captures: BTreeSet::new(),
            requests: BTreeSet::new(),
            requested: Vec::new(),
            peer_effects: Vec::new(),
            measured: Vec::new(),
            connectivity_tests: 0,
            gatherings: Vec::new(),
            listened: BTreeMap::new(),
            remembered: Vec::new(),
            holds_defaults: false,
            elements: elements::Elements::default(),
        }
    }

    /// A host whose user `alice` is connected.
    pub(super) fn connected() -> Self {
        Self::connected_as("alice", false)
    }

    pub(super) fn connected_as(user_id: &str, reject_when_busy: bool) -> Self {
        Self::connected_with(user_id, |config| config.reject_when_busy = reject_when_busy)
    }

    /// The same with another configuration.
    pub(super) fn connected_with(user_id: &str, configure: impl FnOnce(&mut Config)) -> Self {
        let mut host = Self::configured(configure);
        user_id.clone_into(&mut host.server.me);
        let promise = host.connect(user_id, Some(token(user_id)), false);
        host.run_for(100);
        assert!(matches!(host.settled.get(&promise), Some(Ok(_))), "connecting failed");
        host
    }

    /// A host with a call that is joined.
    pub(super) fn joined() -> (Self, CallKey) {
        let mut host = Self::connected();
        let call = host.call();
        let join = host.join(call);
        host.run_for(100);
        host.assert_resolved(join);
        (host, call)
    }

    pub(super) fn connect(&mut self, id: &str, fixed: Option<String>, provider: bool) -> u64 {
        self.connect_as(UserKind::Authenticated, id, fixed, provider)
    }

    pub(super) fn connect_as(
        &mut self,
        kind: UserKind,
        id: &str,
        fixed: Option<String>,
        provider: bool,
    ) -> u64 {
        let user = User { kind, id: id.to_owned(), details: None };
        let tokens = Tokens { fixed, provider };
        self.promise(|promise| Command::ConnectUser { promise, user, tokens })
    }

    pub(super) fn call(&mut self) -> CallKey {
        self.client.create_call("default", "demo").unwrap()
    }

    pub(super) fn join(&mut self, call: CallKey) -> u64 {
        self.join_with(call, json!({}))
    }

    pub(super) fn join_with(&mut self, call: CallKey, request: Value) -> u64 {
        let options = JoinOptions { request: Some(body(request)), ..JoinOptions::default() };
        self.order(call, |promise| CallCommand::Join { promise, options })
    }

    pub(super) fn leave(&mut self, call: CallKey) -> u64 {
        let options = LeaveOptions::default();
        self.order(call, |promise| CallCommand::Leave { promise, options })
    }

    pub(super) fn end(&mut self, call: CallKey) -> u64 {
        self.request(call, "POST /mark_ended", json!({}), Then::Nothing)
    }

    pub(super) fn get(&mut self, call: CallKey) -> u64 {
        self.request(call, "GET ", Value::Null, Then::Load)
    }

    /// Has a request sent below the path of the call; `line` is such as `POST /accept`.
    pub(super) fn request(&mut self, call: CallKey, line: &str, body: Value, then: Then) -> u64 {
        let (call_type, id) = self.client.call_name(call).unwrap();
        let line = line.replacen(' ', &format!(" /call/{call_type}/{id}"), 1);
        let request = app_request(&line, body);
        self.order(call, |promise| CallCommand::Request { promise, request, then })
    }

    pub(super) fn order(
        &mut self,
        call: CallKey,
        command: impl FnOnce(PromiseId) -> CallCommand,
    ) -> u64 {
        self.promise(|promise| Command::Call(call, command(promise)))
    }

    /// Gives an order that no promise waits for.
    pub(super) fn tell(&mut self, call: CallKey, command: CallCommand) {
        self.client.command(Time::from_millis(self.now), Command::Call(call, command));
        self.drain();
    }

    pub(super) fn promise(&mut self, command: impl FnOnce(PromiseId) -> Command) -> u64 {
        self.promises += 1;
        let id = self.promises;
        self.client.command(Time::from_millis(self.now), command(PromiseId(id)));
        self.drain();
        id
    }

    pub(super) fn state(&self, call: CallKey) -> &CallState {
        self.client.call(call).unwrap()
    }

    pub(super) fn calling_state(&self, call: CallKey) -> CallingState {
        self.state(call).calling_state
    }

    pub(super) fn assert_resolved(&self, promise: u64) {
        let result = self.settled.get(&promise);
        assert!(matches!(result, Some(Ok(_))), "promise {promise}: {result:?}");
    }

    /// The code of the error that `promise` was rejected with.
    pub(super) fn rejection(&self, promise: u64) -> &'static str {
        match self.settled.get(&promise) {
            Some(Err(error)) => error.code.as_str(),
            other => panic!("promise {promise} was not rejected: {other:?}"),
        }
    }

    pub(super) fn feed(&mut self, input: Input) {
        match &input {
            Input::Http { request, .. } => drop(self.requests.remove(request)),
            Input::SocketClosed { socket, .. } => drop(self.sockets.remove(socket)),
            _ => {}
        }
        self.client.handle(Time::from_millis(self.now), input);
        self.drain();
    }

    /// Lets the next thing happen, whenever that is.
    pub(super) fn step(&mut self) {
        let queued = self.queue.peek().map(|Reverse((at, _, _))| *at);
        let timer = self.client.poll_timeout().map(Time::as_millis);
        self.now = queued.into_iter().chain(timer).min().unwrap_or(self.now).max(self.now);
        self.steps_at_this_time = 0;
        match self.queue.peek() {
            Some(Reverse((at, _, index))) if *at <= self.now => {
                let index = *index;
                self.queue.pop();
                if let Some(input) = self.inputs[index].take() {
                    self.feed(input);
                }
            }
            _ => self.feed(Input::Timeout),
        }
    }

    /// Lets `ms` pass.
    pub(super) fn run_for(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let queued = self.queue.peek().map(|Reverse((at, _, _))| *at);
            let timer = self.client.poll_timeout().map(Time::as_millis);
            let next = [queued, timer].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            if next > self.now {
                self.now = next;
                self.steps_at_this_time = 0;
            }
            self.steps_at_this_time += 1;
            assert!(self.steps_at_this_time < STEPS_PER_MOMENT, "L1: a loop at {} ms", self.now);
            if queued.is_some_and(|at| at <= self.now) {
                let Some(Reverse((_, _, index))) = self.queue.pop() else { break };
                if let Some(input) = self.inputs[index].take() {
                    self.feed(input);
                }
            } else {
                self.feed(Input::Timeout);
            }
        }
        if end > self.now {
            self.now = end;
            self.steps_at_this_time = 0;
        }
    }

    fn drain(&mut self) {
        self.note_changes();
        while let Some(effect) = self.client.poll_effect() {
            self.perform(effect);
        }
        self.check();
    }

    fn note_changes(&mut self) {
        for (call, changes) in self.client.take_changes().by_call {
            self.people.entry(call).or_default().extend(changes.people);
            let seen = self.transitions.entry(call).or_insert_with(|| vec![CallingState::Idle]);
            for transition in changes.transitions {
                let last = *seen.last().unwrap();
                assert_eq!(last, transition.from, "S1: a transition was skipped");
                assert!(
                    invariants::is_legal(last, transition.to),
                    "S1: {last:?} → {:?}",
                    transition.to
                );
                seen.push(transition.to);
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Http(request) => {
                self.requests.insert(request.request);
                let (rpc, id) = (request.response == ResponseKind::Bytes, request.request);
                let lost =
                    if rpc { &mut self.weather.lost.rpcs } else { &mut self.weather.lost.rest };
                if !rpc {
                    self.opened.rest_requests += 1;
                    self.sent.push(request.clone());
                }
                if take_one(lost) {
                    return;
                }
                if self.is_down {
                    let reply = Err(HttpFailure { cause: "refused".to_owned() });
                    return self.later(Input::Http { request: id, reply });
                }
                let reply = if let Some(reply) = self.weather.answers[usize::from(rpc)].pop_front()
                {
                    reply
                } else if rpc {
                    reply(200, Reply::Bytes(self.server.rpc(&request)))
                } else {
                    let (status, body) = self.server.rest(&request);
                    reply(status, Reply::Json(seen(body).into()))
                };
                self.later(Input::Http { request: id, reply: Ok(reply) });
                if request.url.contains("/mark_ended") {
                    self.end_sessions();
                }
            }
            Effect::AbortHttp(request) => {
                assert!(self.requests.remove(&request), "G5: aborted twice, or after its end");
            }
            Effect::FindLocation { .. } => {
                self.asked_for_places += 1;
                let place = self.places.pop().flatten();
                self.later(Input::Location(place));
            }
            Effect::FetchToken(request) => {
                self.asked_for_tokens += 1;
                let result = if self.provider_throws {
                    Err("no token today".to_owned())
                } else {
                    Ok(token(&self.server.me))
                };
                self.later(Input::Token { request, result });
            }
            Effect::OpenSocket { socket, url } => {
                if url.contains("//sfu/") {
                    self.opened.sfu_sockets += 1;
                }
                assert!(self.sockets.insert(socket, url).is_none(), "G5: opened twice");
                if self.is_down {
                    let reason = String::new();
                    return self.later(Input::SocketClosed { socket, code: 1006, reason });
                }
                if !take_one(&mut self.weather.lost.sockets) {
                    self.later(Input::SocketOpened(socket));
                }
            }
            Effect::SendText(socket, text) => {
                assert!(self.sockets.contains_key(&socket), "G5: sent over a closed socket");
                let greets = text.contains("\"products\"");
                if !greets && take_one(&mut self.weather.lost.pings) {
                    return;
                }
                let answer = if greets {
                    self.greetings.push(serde_json::from_str(&text).unwrap());
                    json!({ "type": "connection.ok", "connection_id": "c1", "me": { "id": self.server.me } })
                } else {
                    json!({ "type": "health.check" })
                };
                self.later(Input::SocketJson(socket, seen(answer).into()));
            }
            Effect::SendBytes(socket, bytes) => {
                assert!(self.sockets.contains_key(&socket), "G5: sent over a closed socket");
                let answer = self.server.frame(&bytes);
                let Some(answer) = answer else { return };
                let is_answer =
                    matches!(answer.event_payload, Some(EventPayload::HealthCheckResponse(_)));
                if is_answer && take_one(&mut self.weather.lost.pings) {
                    return;
                }
                let is_join = matches!(answer.event_payload, Some(EventPayload::JoinResponse(_)));
                if !(is_join && take_one(&mut self.weather.lost.join_responses)) {
                    let mut bytes = answer.encode_to_vec();
                    if is_join && self.server.spoils {
                        let name = bytes.windows(3).position(|bytes| bytes == b"bob").unwrap();
                        bytes[name] = 0xff;
                    }
                    self.later(Input::SocketBytes(socket, bytes));
                }
            }
            Effect::CloseSocket { socket, code, .. } => {
                let url = self.sockets.remove(&socket);
                let url = url.unwrap_or_else(|| panic!("G5: closed twice"));
                self.server.socket_closed(&url, code);
            }
            Effect::DescribeCodecs(request) => {
                let result = Ok(("subscriber".to_owned(), "publisher".to_owned()));
                self.later(Input::Described { request, result });
            }
            Effect::Peer(peer, effect) => self.perform_peer(peer, effect),
            Effect::Gather(request) => self.gatherings.push(request),
            Effect::EndGathering(gathering) => {
                let before = self.gatherings.len();
                self.gatherings.retain(|request| request.gathering != gathering);
                assert_eq!(self.gatherings.len(), before - 1, "G5: gathering was ended twice");
            }
            Effect::Capture(request) => self.capture(request),
            Effect::StopCapture(capture) => {
                assert!(self.captures.remove(&capture), "G5: stopped twice");
            }
            Effect::SilenceCapture(capture, _) => {
                assert!(self.captures.contains(&capture), "G5: silenced after its end");
            }
            Effect::AskDefaults(call) => {
                for kind in [DeviceKind::Camera, DeviceKind::Microphone] {
                    if !self.holds_defaults {
                        let order = CallCommand::ApplyDefault { kind, on: None, device_id: None };
                        self.client
                            .command(Time::from_millis(self.now), Command::Call(call, order));
                    }
                }
            }
            Effect::RememberDevice(_, kind) => self.remembered.push(kind),
            Effect::Listen(request) => {
                self.listened.insert(request.listening, request);
            }
            Effect::StopListening(listening) => {
                let known = self.listened.remove(&listening);
                assert!(known.is_some(), "G5: listening was stopped twice");
            }
            Effect::Measure(_) => self.measured.push(self.now),
            Effect::Element(element, effect) => self.perform_element(element, effect),
            Effect::WarnOfUnheard { session_id, track_type, .. } => {
                self.elements.unheard.push((session_id, track_type));
            }
            Effect::Settle { promise: PromiseId(promise), result } => {
                let before = self.settled.insert(promise, result);
                assert!(before.is_none(), "Q1: promise {promise} was settled twice");
            }
            Effect::Emit(AppEvent { name, payload, .. }) => {
                let local = match payload {
                    AppPayload::Local(event) => Some(event),
                    AppPayload::Server(_) => None,
                    AppPayload::Lost(cid, error) => {
                        self.lost.push((cid, error));
                        None
                    }
                };
                self.events.push((name, local));
            }
            Effect::Warn { message, .. } => self.warnings.push(message),
        }
    }

    /// Has the core hear of something after the next delay, unless it is closed by then; reports
    /// about things that were given up are delivered all the same, as a browser might.
    fn later(&mut self, input: Input) {
        let delay = self.next_delay();
        self.after(delay, input);
    }

    fn next_delay(&mut self) -> u64 {
        let delay = self.weather.delays[self.delay_turn % self.weather.delays.len()];
        self.delay_turn += 1;
        delay
    }

    /// Has the core hear of something that happened while its effect was performed.
    fn at_once(&mut self, input: Input) {
        self.after(0, input);
    }

    fn after(&mut self, delay: u64, input: Input) {
        self.inputs.push(Some(input));
        let index = self.inputs.len() - 1;
        self.queue.push(Reverse((self.now + delay, index as u64, index)));
    }

    /// The newest request that is under way.
    pub(super) fn last_request(&self) -> RequestId {
        *self.requests.iter().next_back().unwrap()
    }
}

/// What the package's JavaScript makes of a method of its classes.
pub(super) fn app_request(line: &str, body: Value) -> AppRequest {
    let (method, path) = line.split_once(' ').unwrap();
    let method = [Method::Get, Method::Post, Method::Patch, Method::Delete]
        .into_iter()
        .find(|known| known.as_str() == method)
        .unwrap();
    let body = (!body.is_null()).then(|| native::body(body));
    AppRequest { method, path: path.to_owned(), body, doing: "testing".to_owned() }
}

fn take_one(count: &mut u32) -> bool {
    let any = *count > 0;
    *count = count.saturating_sub(1);
    any
}

/// A request that the browser could not even send.
pub(super) fn unreachable() -> Result<HttpReply, HttpFailure> {
    Err(HttpFailure { cause: "refused".to_owned() })
}

/// A device that the user does not allow.
pub(super) fn denied() -> DeviceFailure {
    DeviceFailure { name: "NotAllowedError".to_owned(), cause: "denied".to_owned() }
}
