//! One client: its user, its connection to the coordinator, and its calls.

mod calls;
mod connectivity;
mod guest;
mod location;
mod users;

use indexmap::IndexMap;

use serde::{Deserialize, Serialize};

use super::{
    call::{CallContext, CallSession, call_path},
    changes::Changes,
    command::{CallCommand, Command, LocationHint, Then},
    connection::{Connection, ConnectionNews, gate_of, not_connected},
    connectivity::ConnectivityTest,
    effect::{Effect, LocalEvent, Outcome, Scope},
    error::Error,
    host::Host,
    ids::{CallKey, ElementId, PromiseId, SocketId},
    input::{HttpFailure, HttpReply, Input, ListedDevice},
    outbox::Outbox,
    rest::{Finished, Purpose, Rest, RestNews},
    state::{CallState, CallingState, ClientState},
    time::{Duration, Time},
    user::{Tokens, User, UserKind},
    view::Event,
};

/// What a client needs to know before it starts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Config {
    /// Key of the app.
    pub api_key: String,
    /// REST base without a trailing slash, such as `https://video.stream-io-api.com/video`. The
    /// socket's base is the same with `ws` in place of `http`.
    pub base_url: String,
    /// `X-Stream-Client`.
    pub client_header: String,
    /// SDK version, told to the SFU: major, minor, patch.
    pub version: [String; 3],
    /// Name and version of the browser, told to the SFU.
    pub browser: (String, String),
    /// Name and version of the operating system, told to the SFU.
    pub os: (String, String),
    /// Sent as the location hint with each join.
    pub location: String,
    /// Whom to ask where this client is, once a user connects. Nothing waits for the answer.
    pub location_hint: Option<LocationHint>,
    /// How long a REST request may take. Default 5 s.
    pub timeout: Duration,
    /// How long the coordinator socket may take to open and authenticate. Default 15 s.
    pub socket_timeout: Duration,
    /// Attempts of `connectUser`, at least 1. Default 5.
    pub max_connect_retries: u32,
    /// Whether reading a call already turns on the devices that it wants on; otherwise joining does.
    pub defaults_on_load: bool,
    /// Reject calls that ring while another one does, or goes on after it rang.
    pub reject_when_busy: bool,
    /// Entropy for ids and back-off, drawn by the host.
    pub seed: [u64; 2],
    /// Milliseconds between the epoch and the start of the host's monotonic clock.
    pub epoch_offset: f64,
}

/// The call logic of one client.
pub struct Client<H: Host> {
    config: Config,
    out: Outbox<H>,
    state: ClientState<H>,
    connection: Option<Connection<H>>,
    rest: Rest,
    calls: IndexMap<CallKey, CallSession<H>>,
    /// Calls that could not be watched again, with the number of failures, and when to try anew.
    rewatch: Option<(Time, Vec<String>, u32)>,
    /// Who is being asked where this client is, with the attempts that are left.
    location_hint: Option<LocationHint>,
    connectivity_tests: Vec<ConnectivityTest<H>>,
    online: bool,
    /// The devices that there are, as far as is known.
    devices: Vec<ListedDevice>,
}

impl<H: Host> Client<H> {
    /// A client without a user.
    pub fn new(config: Config) -> Self {
        Self {
            out: Outbox::new(config.seed, config.epoch_offset),
            config,
            state: ClientState::default(),
            connection: None,
            rest: Rest::default(),
            calls: IndexMap::new(),
            rewatch: None,
            location_hint: None,
            connectivity_tests: Vec::new(),
            online: true,
            devices: Vec::new(),
        }
    }

    /// Makes a call object. No network is involved, nothing is registered.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for an empty or malformed type or id.
    pub fn create_call(&mut self, call_type: &str, id: &str) -> Result<CallKey, Error<H>> {
        call_path(call_type, id)?;
        let key = self.out.call_key();
        self.calls.insert(key, CallSession::new(key, call_type, id));
        Ok(key)
    }

    /// A name for an element of the app that is going to be bound in a call.
    pub fn element(&mut self, call: CallKey) -> ElementId {
        self.out.id(Some(call))
    }

    /// Takes an order of the app.
    pub fn command(&mut self, now: Time, command: Command) {
        self.out.now = now;
        match command {
            Command::ConnectUser { promise, user, tokens } => {
                self.connect_user(promise, user, &tokens);
            }
            Command::DisconnectUser { promise } => {
                self.disconnect_user();
                self.out.resolve(promise, Outcome::Done);
            }
            Command::Request { promise, request, public } => {
                self.request(promise, request, public);
            }
            Command::QueryCalls { promise, body } => self.query_calls(promise, body),
            Command::RingingCall { promise, cid } => self.ringing_call(promise, &cid),
            Command::TestConnectivity { promise, call } => self.test_connectivity(promise, call),
            Command::EndConnectivityTest(promise) => self.end_connectivity_test(promise),
            Command::Call(key, command) => self.call_command(key, command),
            Command::DropCall(key) => self.drop_call(key),
        }
        self.finish_step();
    }

    /// Takes a report of the host.
    pub fn handle(&mut self, now: Time, input: Input<H>) {
        self.out.now = now;
        match input {
            Input::Http { request, reply } => match request.owner() {
                Some(key) => self.with_call(key, |call, context| {
                    call.on_sfu_reply(context, request, reply);
                }),
                None => self.on_rest_reply(request, reply),
            },
            Input::Location(place) => self.on_location(place),
            Input::Gathered { gathering, news } => self.on_gathered(gathering, news),
            Input::SocketOpened(socket) if self.is_of_test(socket) => {
                self.on_test_socket_opened(socket);
            }
            Input::SocketClosed { socket, code, .. } if self.is_of_test(socket) => {
                self.on_test_socket_closed(socket, code);
            }
            Input::Token { request, result } => {
                let Self { connection, out, config, .. } = self;
                let news = connection
                    .as_mut()
                    .map(|connection| connection.on_token(out, request, result, config));
                self.on_connection_news(news);
            }
            Input::SocketOpened(socket) => match socket.owner() {
                Some(key) => self.with_call(key, |call, context| {
                    call.on_socket_opened(context, socket);
                }),
                None => {
                    if let Some(connection) = &mut self.connection {
                        connection.on_socket_opened(&mut self.out, socket, &self.config);
                    }
                }
            },
            Input::SocketJson(socket, _) if socket.owner().is_some() => self.on_garbage(socket),
            Input::SocketJson(socket, event) => {
                let Self { connection, out, config, .. } = self;
                let news = connection
                    .as_mut()
                    .map(|connection| connection.on_socket_event(out, socket, event, config));
                self.on_connection_news(news);
            }
            Input::SocketBytes(socket, bytes) if socket.owner().is_some() => {
                if let Some(key) = socket.owner() {
                    self.with_call(key, |call, context| {
                        call.on_socket_bytes(context, socket, bytes);
                    });
                }
            }
            // The coordinator speaks JSON, an SFU bytes.
            Input::SocketBytes(socket, _) | Input::SocketGarbage(socket) => {
                self.on_garbage(socket);
            }
            Input::SocketClosed { socket, code, reason } => match socket.owner() {
                Some(key) => self.with_call(key, |call, context| {
                    call.on_socket_closed(context, socket, code, &reason);
                }),
                None => {
                    let Self { connection, out, config, .. } = self;
                    let news = connection
                        .as_mut()
                        .map(|connection| connection.on_socket_closed(out, socket, code, config));
                    self.on_connection_news(news);
                }
            },
            Input::Described { request, result } => {
                if let Some(key) = request.owner() {
                    self.with_call(key, |call, context| {
                        call.on_described(context, request, result);
                    });
                }
            }
            Input::Peer(peer, input) => {
                if let Some(key) = peer.owner() {
                    self.with_call(key, |call, context| call.on_peer(context, peer, input));
                }
            }
            Input::Element(element, input) => {
                if let Some(key) = element.owner() {
                    self.with_call(key, |call, context| call.on_element(context, element, input));
                }
            }
            Input::Captured { capture, result } => {
                if let Some(key) = capture.owner() {
                    self.with_call(key, |call, context| {
                        call.on_captured(context, capture, result);
                    });
                }
            }
            Input::CaptureEnded(capture) => {
                if let Some(key) = capture.owner() {
                    self.with_call(key, |call, context| call.on_capture_ended(context, capture));
                }
            }
            Input::SoundEnded(capture) => {
                if let Some(key) = capture.owner() {
                    self.with_call(key, |call, context| call.on_sound_ended(context.out, capture));
                }
            }
            Input::CaptureMuted(capture, muted) => {
                if let Some(key) = capture.owner() {
                    self.with_call(key, |call, context| {
                        call.on_capture_muted(context, capture, muted);
                    });
                }
            }
            Input::Devices(now) => self.on_devices(now),
            Input::Heard { listening, sound } => self.on_heard(listening, sound),
            Input::Online(online) => self.on_online(online),
            Input::PageHidden => self.each_call(CallSession::on_page_hidden),
            Input::Timeout => self.on_timeout(),
        }
        self.finish_step();
    }

    /// The next thing for the host to do.
    pub fn poll_effect(&mut self) -> Option<Effect<H>> {
        self.out.pop()
    }

    /// When to feed [`Input::Timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        let calls = self.calls.values().filter_map(CallSession::due);
        let connection = self.connection.as_ref().and_then(Connection::due);
        let rewatch = self.rewatch.as_ref().map(|(at, ..)| *at);
        let tests = self.connectivity_tests.iter().filter_map(ConnectivityTest::due);
        calls.chain(connection).chain(self.rest.due()).chain(rewatch).chain(tests).min()
    }

    /// What changed since the last time this was asked.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.out.changes)
    }

    /// The state of the client itself.
    pub fn state(&self) -> &ClientState<H> {
        &self.state
    }

    /// The state of one call; `None` after [`Command::DropCall`].
    pub fn call(&self, call: CallKey) -> Option<&CallState<H>> {
        self.calls.get(&call).map(CallSession::state)
    }

    /// The registered call with that cid.
    pub fn registered(&self, cid: &str) -> Option<CallKey> {
        let has_cid = |key: &&CallKey| self.calls.get(*key).is_some_and(|call| call.cid() == cid);
        self.state.calls.iter().find(has_cid).copied()
    }

    /// The user that is connected or connecting.
    pub fn user_id(&self) -> Option<&str> {
        self.connection.as_ref().map(|connection| connection.user.id.as_str())
    }

    /// Whether a user is connected or connecting; otherwise the next [`Command::ConnectUser`] begins
    /// anew, with tokens of its own.
    pub fn has_user(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_refused())
    }

    /// Whether events of the coordinator reach that call.
    pub fn hears_events(&self, call: CallKey) -> bool {
        self.has_user() && self.calls.get(&call).is_some_and(CallSession::is_set_up)
    }

    fn on_garbage(&mut self, socket: SocketId) {
        if let Some(key) = socket.owner() {
            return self.with_call(key, |call, context| call.on_garbage(context, socket));
        }
        let Self { connection, out, config, .. } = self;
        let news = connection.as_mut().map(|connection| connection.on_garbage(out, socket, config));
        self.on_connection_news(news);
    }

    fn connect_user(&mut self, promise: PromiseId, mut user: User, tokens: &Tokens) {
        if user.kind == UserKind::Anonymous {
            "!anon".clone_into(&mut user.id);
        }
        if user.id.is_empty() {
            let error = Error::invalid_argument("the user has no id", "Set `user.id`.");
            return self.out.reject(promise, error);
        }
        if let Some(connection) = self.connection.as_mut().filter(|c| !c.is_refused()) {
            if !connection.is_of(&user) {
                let error = Error::illegal_state(
                    "another user is connected",
                    "Call disconnectUser() first.",
                );
                return self.out.reject(promise, error);
            }
            self.out.warn("connectUser was called again for the same user", None);
            if let Some(promise) = connection.wait(promise) {
                self.out.resolve(promise, connection.outcome());
            }
            return;
        }
        let mut connection = match Connection::new(&self.out, &self.config, user, tokens) {
            Ok(connection) => connection,
            Err(error) => return self.out.reject(promise, error),
        };
        if connection.user.kind == UserKind::Guest {
            self.rest.submit(&mut self.out, guest::request(&connection.user));
        }
        if let Some(promise) = connection.wait(promise) {
            self.out.resolve(promise, Outcome::Done);
        }
        self.connection = Some(connection);
        self.find_location();
    }

    fn disconnect_user(&mut self) {
        self.each_call(|call, context| call.leave_now(context, "user_disconnected"));
        if let Some(mut connection) = self.connection.take() {
            connection.close(&mut self.out);
            for promise in connection.take_waiting() {
                self.out.reject(promise, not_connected());
            }
        }
        self.rewatch = None;
        let finished = self.rest.fail(&mut self.out, true, &not_connected());
        self.on_finished(finished);
        if self.state.connected_user.take().is_some() {
            self.out.changes.connected_user = true;
        }
    }

    fn call_command(&mut self, key: CallKey, command: CallCommand) {
        let loads = matches!(
            command,
            CallCommand::Join { .. } | CallCommand::Request { then: Then::Load | Then::Ring, .. }
        );
        let other = self.calls.get(&key).filter(|_| loads).and_then(|c| self.registered(c.cid()));
        if let Some(other) = other.filter(|other| *other != key)
            && let Some(registered) = self.calls.get(&other)
        {
            let is_active = registered.is_active();
            let rings = registered.state().calling_state == CallingState::Ringing;
            match &command {
                CallCommand::Join { promise, .. } if is_active => {
                    let error = Error::illegal_state(
                        "another object of the same call is joined",
                        "Use the call that is in client.state.calls, or leave it first.",
                    );
                    return self.out.reject(*promise, error);
                }
                _ if rings => self.take_over(key, other),
                _ => {}
            }
        }
        if let Some((call, mut context)) = self.call_in_context(key) {
            call.command(&mut context, command);
        }
    }

    fn on_rest_reply(
        &mut self,
        request: super::RequestId,
        reply: Result<HttpReply<H>, HttpFailure<H>>,
    ) {
        let Self { rest, out, connection, .. } = self;
        let can_refresh = connection.as_ref().is_some_and(|c| c.tokens.can_refresh());
        match rest.on_reply(out, request, reply, can_refresh) {
            RestNews::Nothing => {}
            RestNews::Finished(finished) => self.on_finished(vec![finished]),
            RestNews::TokenExpired { token } => {
                if let Some(connection) = connection {
                    connection.tokens.expire(out, token.as_deref());
                }
            }
        }
    }

    fn on_finished(&mut self, finished: Vec<Finished<H>>) {
        for Finished { purpose, result } in finished {
            match purpose {
                Purpose::Guest => self.on_guest(result),
                Purpose::Public(promise) | Purpose::Plain(promise) => match result {
                    Ok(answer) => self.out.resolve(promise, Outcome::Json(answer.document)),
                    Err(error) => self.out.reject(promise, error),
                },
                Purpose::Aside => {
                    if let Err(error) = result {
                        self.out.warn_of(error);
                    }
                }
                Purpose::Connectivity(promise, step) => self.on_test_answer(promise, step, result),
                Purpose::Query(promise, watch) => self.on_found(promise, watch, result),
                Purpose::Rewatch(cids, failures) => self.on_rewatched(cids, failures, result),
                Purpose::Call(key, request) => self.with_call(key, |call, context| {
                    call.on_rest(context, request, result);
                }),
            }
        }
    }

    fn on_connection_news(&mut self, news: Option<ConnectionNews<H>>) {
        match news {
            None | Some(ConnectionNews::Nothing) => {}
            Some(ConnectionNews::Failed(error)) => self.connection_failed(error),
            Some(ConnectionNews::NoToken(error)) => {
                let finished = self.rest.fail(&mut self.out, false, &error);
                self.on_finished(finished);
            }
            Some(ConnectionNews::Event(event)) => self.on_event(&event.view, &event.document),
            Some(ConnectionNews::Online { first, me, event }) => {
                self.state.connected_user = me;
                self.out.changes.connected_user = true;
                self.rewatch = None;
                let waiting =
                    self.connection.as_mut().map(Connection::take_waiting).unwrap_or_default();
                for promise in waiting {
                    self.out.resolve(promise, Outcome::Json(event.clone()));
                }
                if !first {
                    self.rewatch();
                }
                self.out.emit(Scope::Client, "connection.ok", &event);
            }
        }
    }

    /// Connecting is given up: nothing waits any longer, and the next `connectUser` starts anew.
    fn connection_failed(&mut self, error: Error<H>) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        connection.close(&mut self.out);
        let waiting = connection.take_waiting();
        if self.state.connected_user.is_none() {
            self.connection = None;
        }
        self.out.settle_all(waiting, &Err(error.clone()));
        let finished = self.rest.fail(&mut self.out, true, &error);
        self.on_finished(finished);
    }

    fn on_event(&mut self, event: &Event<H::Document>, document: &H::Document) {
        let (name, cid) = (&event.fields.name, &event.fields.call_cid);
        match name.as_str() {
            "call.ring" => self.on_ring(cid, event),
            "user.updated" => self.on_user_updated(event),
            "call.created" if self.live(cid).is_none() => {
                self.make(cid, |call, context| call.on_created(context, &event.call));
            }
            _ => {}
        }
        let concerned: Vec<CallKey> = self
            .calls
            .iter()
            .filter(|(_, call)| call.is_set_up() && call.cid() == *cid)
            .map(|(key, _)| *key)
            .collect();
        for key in &concerned {
            self.with_call(*key, |call, context| call.on_event(context, event));
        }
        self.out.emit(Scope::Client, name, document);
        for key in concerned {
            self.out.emit(Scope::Call(key), name, document);
        }
    }

    fn on_online(&mut self, online: bool) {
        if std::mem::replace(&mut self.online, online) == online {
            return;
        }
        let event = LocalEvent::NetworkChanged { online };
        self.out.emit_local(Scope::Client, "network.changed", event);
        let Self { connection, out, config, .. } = self;
        let news = connection.as_mut().map(|connection| connection.on_online(out, online, config));
        self.on_connection_news(news);
        self.each_call(|call, context| call.on_online(context, online));
    }

    fn on_timeout(&mut self) {
        let Self { connection, out, config, .. } = self;
        let news = connection.as_mut().map(|connection| connection.on_timeout(out, config));
        self.on_connection_news(news);
        let gate = gate_of(self.connection.as_ref());
        let finished = self.rest.on_timeout(&mut self.out, &gate);
        self.on_finished(finished);
        self.rewatch_again();
        self.on_test_timeout();
        self.each_call(CallSession::on_timeout);
    }

    /// What follows from any input: connect further, send what waits, keep the registry, tell what
    /// changed.
    fn finish_step(&mut self) {
        let is_missed = self.calls.values().any(CallSession::is_active);
        if let Some(connection) = &mut self.connection {
            connection.set_missed(self.out.now, is_missed);
            if connection.advance(&mut self.out, &self.config) {
                for promise in connection.take_waiting() {
                    self.out.resolve(promise, Outcome::Done);
                }
            }
            if let Some(online) = connection.take_notice(self.out.now) {
                let event = LocalEvent::ConnectionChanged { online };
                self.out.emit_local(Scope::Client, "connection.changed", event);
            }
        }
        if let Some(connection) = self.connection.as_mut().filter(|_| self.rest.is_waiting()) {
            connection.want_token(&mut self.out);
        }
        loop {
            let gate = gate_of(self.connection.as_ref());
            let refused = self.rest.send_waiting(&mut self.out, &self.config, &gate);
            if refused.is_empty() {
                break;
            }
            self.on_finished(refused);
        }
        self.keep_registry();
        for call in self.calls.values_mut() {
            call.settle_devices(&mut self.out);
            call.publish_changes(&mut self.out);
        }
    }

    fn with_call(
        &mut self,
        key: CallKey,
        f: impl FnOnce(&mut CallSession<H>, &mut CallContext<'_, H>),
    ) {
        if let Some((call, mut context)) = self.call_in_context(key) {
            f(call, &mut context);
        }
    }

    /// Apart from [`Self::with_call`], of which there is a copy for each of its uses.
    #[inline(never)]
    fn call_in_context(
        &mut self,
        key: CallKey,
    ) -> Option<(&mut CallSession<H>, CallContext<'_, H>)> {
        let Self { calls, out, rest, config, connection, online, .. } = self;
        let call = calls.get_mut(&key)?;
        let connection = connection.as_ref();
        Some((call, CallContext { out, rest, config, connection, online: *online }))
    }

    fn each_call(&mut self, mut f: impl FnMut(&mut CallSession<H>, &mut CallContext<'_, H>)) {
        let keys: Vec<CallKey> = self.calls.keys().copied().collect();
        for key in keys {
            self.with_call(key, &mut f);
        }
    }
}
