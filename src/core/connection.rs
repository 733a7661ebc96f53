//! A user's connection to the coordinator: token, socket, and what the app was promised.

use super::{
    body::{Body, Fields},
    client::Config,
    effect::Outcome,
    error::{Category, Code, Error},
    host::Host,
    ids::{PromiseId, SocketId, TokenRequestId},
    link::{Link, LinkConfig, LinkNews},
    outbox::Outbox,
    rest::{Access, Gate},
    time::{Duration, Time},
    token::{TokenNews, TokenSource},
    url::push_encoded,
    user::{Tokens, User, UserKind},
    view::{EventOf, GuestAnswer},
};

/// A short loss of the socket is nobody's business.
const LOSS_GRACE: Duration = Duration::from_secs(5);
/// How long connecting may take in all, for each attempt that the app allows.
const TIME_PER_ATTEMPT: Duration = Duration::from_secs(3);
/// What the last attempt gets at least, however late it began.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// From `connectUser` to `disconnectUser`.
#[derive(Debug)]
pub(crate) struct Connection<H: Host> {
    pub(crate) user: User,
    /// As the app named them: a guest gets another id.
    asked_id: String,
    pub(crate) tokens: TokenSource,
    link: Link,
    url: String,
    waiting: Vec<PromiseId>,
    failures: Vec<Error<H>>,
    /// `connection.ok`, once there was one.
    greeting: Option<H::Document>,
    refused: Option<Error<H>>,
    /// When whoever waits for the first success has waited long enough.
    give_up_at: Time,
    /// An anonymous user could send requests, once.
    was_ready: bool,
    /// Why the socket is not there, when it is not for the first time that it could not be opened.
    down: Option<Error<H>>,
    /// A guest's id and token are made by the coordinator first.
    guest_pending: bool,
    /// When to tell the app that the socket is lost.
    tell_loss_at: Option<Time>,
    told_online: bool,
}

/// What the client has to do about it.
#[must_use]
pub(crate) enum ConnectionNews<H: Host> {
    Nothing,
    /// The socket works, for the first time or again.
    Online {
        first: bool,
        me: Option<H::Document>,
        event: H::Document,
    },
    /// An event of the coordinator.
    Event(EventOf<H>),
    /// It will not be.
    Failed(Error<H>),
    /// It works, but there is no token for requests.
    NoToken(Error<H>),
}

impl<H: Host> Connection<H> {
    pub(crate) fn new(
        out: &Outbox<H>,
        config: &Config,
        user: User,
        tokens: &Tokens,
    ) -> Result<Self, Error<H>> {
        let tokens = TokenSource::new(out, &user.id, user.kind, tokens)?;
        let attempts = u64::from(config.max_connect_retries.max(1));
        let in_all = Duration::from_millis(TIME_PER_ATTEMPT.as_millis().saturating_mul(attempts));
        Ok(Self {
            guest_pending: user.kind == UserKind::Guest,
            asked_id: user.id.clone(),
            give_up_at: out.after(in_all.max(config.socket_timeout)),
            was_ready: false,
            down: None,
            user,
            tokens,
            link: Link::new(),
            url: socket_url(config),
            waiting: Vec::new(),
            failures: Vec::new(),
            greeting: None,
            refused: None,
            tell_loss_at: None,
            told_online: false,
        })
    }

    /// Whether events arrive; they never do for anonymous users.
    pub(crate) fn connection_id(&self) -> Option<&str> {
        self.link.connection_id()
    }

    /// A promise to settle when the outcome of connecting is known; given back when it is already.
    pub(crate) fn wait(&mut self, promise: PromiseId) -> Option<PromiseId> {
        if self.has_succeeded() || self.is_anonymous() && self.tokens.is_ready() {
            return Some(promise);
        }
        self.waiting.push(promise);
        None
    }

    /// What a promise to connect resolves with.
    pub(crate) fn outcome(&self) -> Outcome<H> {
        self.greeting.clone().map_or(Outcome::Done, Outcome::Json)
    }

    /// Whether it is that user's, who may have got another id meanwhile.
    pub(crate) fn is_of(&self, user: &User) -> bool {
        let are_guests = [self.user.kind, user.kind] == [UserKind::Guest; 2];
        self.user.id == user.id || are_guests && self.asked_id == user.id
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    pub(crate) fn take_waiting(&mut self) -> Vec<PromiseId> {
        std::mem::take(&mut self.waiting)
    }

    /// The coordinator made the guest.
    pub(crate) fn guest_made(&mut self, answer: GuestAnswer) -> Result<(), Error<H>> {
        let GuestAnswer { user, access_token: token } = answer;
        match user {
            Some(user) if !user.id.is_empty() && !token.is_empty() => {
                self.user.id = user.id;
                self.tokens.set(token);
                self.guest_pending = false;
                Ok(())
            }
            _ => Err(Error::bad_response("making a guest user")),
        }
    }

    /// Whether requests can go out, and with what.
    pub(crate) fn gate(&self) -> Gate<'_, H> {
        if let Some(error) = &self.refused {
            return Gate::Shut(error.clone());
        }
        let anonymous = self.is_anonymous();
        let connection_id = self.link.connection_id();
        if !self.tokens.is_ready() || (connection_id.is_none() && !anonymous) {
            return self.down.as_ref().map_or(Gate::Wait, Gate::Down);
        }
        Gate::Open(Access {
            token: self.tokens.current(),
            user_id: &self.user.id,
            connection_id,
            auth_type: if anonymous { "anonymous" } else { "jwt" },
        })
    }

    /// Takes the next step by itself: gets a token, opens the socket. Tells when an anonymous
    /// user, who needs no socket, is ready.
    pub(crate) fn advance(&mut self, out: &mut Outbox<H>, config: &Config) -> bool {
        if self.guest_pending || self.refused.is_some() {
            return false;
        }
        if self.is_anonymous() && (self.was_ready || self.tokens.is_ready()) {
            // From here on a token is asked for when a request needs one.
            self.was_ready = true;
            self.failures.clear();
            return true;
        }
        if !self.link.is_idle() {
            return false;
        }
        self.tokens.want(out);
        if self.tokens.is_ready() {
            let details = self.details();
            let patience = self.patience(out.now, config);
            let link_config = Self::link_config(&self.url, patience, &self.tokens, &details);
            self.link.open(out, &link_config);
        }
        false
    }

    fn is_anonymous(&self) -> bool {
        self.user.kind == UserKind::Anonymous
    }

    /// Whether what the app was promised has come true.
    fn has_succeeded(&self) -> bool {
        self.greeting.is_some() || self.was_ready
    }

    /// How long the socket may take to open. Whoever waits for the first time does not wait for ever.
    fn patience(&self, now: Time, config: &Config) -> Duration {
        if self.has_succeeded() {
            return config.socket_timeout;
        }
        let left = self.give_up_at - now;
        left.max(LAST_PATIENCE).min(config.socket_timeout)
    }

    /// Whether somebody is in a call, and misses the socket when it is lost.
    pub(crate) fn set_missed(&mut self, now: Time, is_missed: bool) {
        self.link.set_missed(now, is_missed);
    }

    /// Requests wait: gets a token, if that is what they wait for.
    pub(crate) fn want_token(&mut self, out: &mut Outbox<H>) {
        if self.link.connection_id().is_some() || self.was_ready {
            self.tokens.want(out);
        }
    }

    pub(crate) fn on_token(
        &mut self,
        out: &mut Outbox<H>,
        request: TokenRequestId,
        result: Result<String, H::Thrown>,
        config: &Config,
    ) -> ConnectionNews<H> {
        let news = self.tokens.on_answer(request, result);
        self.on_token_news(out, news, config)
    }

    pub(crate) fn on_socket_opened(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        config: &Config,
    ) {
        let details = self.details();
        let link_config =
            Self::link_config(&self.url, config.socket_timeout, &self.tokens, &details);
        self.link.on_open(out, socket, &link_config);
    }

    pub(crate) fn on_socket_event(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        event: EventOf<H>,
        config: &Config,
    ) -> ConnectionNews<H> {
        let news = self.link.on_event(out, socket, event);
        self.on_link_news(out, news, config)
    }

    /// A frame that is no JSON.
    pub(crate) fn on_garbage(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        config: &Config,
    ) -> ConnectionNews<H> {
        let news = self.link.on_garbage(out, socket);
        self.on_link_news(out, news, config)
    }

    pub(crate) fn on_socket_closed(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        code: u16,
        config: &Config,
    ) -> ConnectionNews<H> {
        let news = self.link.on_closed(out, socket, code);
        self.on_link_news(out, news, config)
    }

    pub(crate) fn on_online(
        &mut self,
        out: &mut Outbox<H>,
        online: bool,
        config: &Config,
    ) -> ConnectionNews<H> {
        let news = match self.link.on_online(out, online) {
            // Being offline is no attempt. Whoever waits for the first success hears in time.
            LinkNews::AttemptFailed(_) => LinkNews::Nothing,
            other => other,
        };
        if !online && self.told_online {
            self.tell_loss_at = Some(out.now);
        }
        self.on_link_news(out, news, config)
    }

    pub(crate) fn on_timeout(&mut self, out: &mut Outbox<H>, config: &Config) -> ConnectionNews<H> {
        let token_news = self.tokens.on_timeout(out.now);
        let failed = self.on_token_news(out, token_news, config);
        if !matches!(failed, ConnectionNews::Nothing) {
            return failed;
        }
        let link_news = self.link.on_timeout(out);
        let news = self.on_link_news(out, link_news, config);
        if matches!(news, ConnectionNews::Nothing)
            && self.waits_in_vain()
            && out.now >= self.give_up_at
        {
            let error = self.failures.pop().unwrap_or_else(no_network);
            return self.attempt_failed(out.now, error, config);
        }
        news
    }

    /// Whether somebody waits for the first success while nothing is tried.
    fn waits_in_vain(&self) -> bool {
        let is_over = self.has_succeeded() || self.refused.is_some() || self.guest_pending;
        !is_over && !self.link.is_trying() && self.tokens.due().is_none()
    }

    /// Whether the app is to hear of a change of the connection since it was last told.
    pub(crate) fn take_notice(&mut self, now: Time) -> Option<bool> {
        let online = self.link.connection_id().is_some();
        if online == self.told_online {
            return None;
        }
        if !online && self.tell_loss_at.is_some_and(|at| at > now) {
            return None;
        }
        self.told_online = online;
        self.tell_loss_at = None;
        Some(online)
    }

    pub(crate) fn due(&self) -> Option<Time> {
        let give_up_at = self.waits_in_vain().then_some(self.give_up_at);
        let due = [self.tokens.due(), self.link.due(), self.tell_loss_at, give_up_at];
        due.into_iter().flatten().min()
    }

    pub(crate) fn close(&mut self, out: &mut Outbox<H>) {
        self.link.close(out);
    }

    fn on_token_news(
        &mut self,
        out: &mut Outbox<H>,
        news: TokenNews<H>,
        config: &Config,
    ) -> ConnectionNews<H> {
        match news {
            TokenNews::Nothing | TokenNews::Ready => ConnectionNews::Nothing,
            TokenNews::Failed(error) => {
                if self.link.is_idle() {
                    self.link.hold(out);
                }
                if self.has_succeeded() {
                    return ConnectionNews::NoToken(error);
                }
                self.attempt_failed(out.now, error, config)
            }
        }
    }

    fn on_link_news(
        &mut self,
        out: &mut Outbox<H>,
        news: LinkNews<H>,
        config: &Config,
    ) -> ConnectionNews<H> {
        match news {
            LinkNews::Nothing => ConnectionNews::Nothing,
            LinkNews::Event(event) => ConnectionNews::Event(event),
            LinkNews::Online(event) => {
                let (me, event) = (event.view.fields.me, event.document);
                let first = self.greeting.replace(event.clone()).is_none();
                self.failures.clear();
                self.down = None;
                self.tell_loss_at = None;
                ConnectionNews::Online { first, me, event }
            }
            LinkNews::Lost => {
                self.tell_loss_at.get_or_insert(out.after(LOSS_GRACE));
                ConnectionNews::Nothing
            }
            LinkNews::AttemptFailed(error) => {
                self.down = self.greeting.is_some().then(|| error.clone());
                self.attempt_failed(out.now, error, config)
            }
            LinkNews::Refused(error) => {
                if error.code == Code::AuthTokenExpired && self.tokens.can_refresh() {
                    let token = self.tokens.current().map(str::to_owned);
                    self.tokens.expire(out, token.as_deref());
                    self.link.hold(out);
                    return self.attempt_failed(out.now, error, config);
                }
                self.fail(error)
            }
        }
    }

    /// Before the first success attempts are counted; after it they go on for ever.
    fn attempt_failed(
        &mut self,
        now: Time,
        mut error: Error<H>,
        config: &Config,
    ) -> ConnectionNews<H> {
        if self.has_succeeded() {
            return ConnectionNews::Nothing;
        }
        self.failures.push(error.clone());
        let has_attempts = self.failures.len() < config.max_connect_retries.max(1) as usize;
        if has_attempts && now < self.give_up_at {
            return ConnectionNews::Nothing;
        }
        if self.failures.len() > 1 {
            error.attempts = std::mem::take(&mut self.failures);
        }
        self.fail(error)
    }

    fn fail(&mut self, error: Error<H>) -> ConnectionNews<H> {
        self.refused = Some(error.clone());
        self.tell_loss_at = None;
        ConnectionNews::Failed(error)
    }

    /// How the user introduces themselves: the first time as the app has it, later by their id alone.
    /// They may be called otherwise by now, which the app does not know better than the server.
    fn details(&self) -> Fields {
        let is_known = self.greeting.is_some();
        let given = self.user.details.as_ref().filter(|_| !is_known).map(Body::fields);
        let mut details = given.unwrap_or_default();
        details.remove(&["type"]);
        details.set("id", &self.user.id);
        details
    }

    fn link_config<'a>(
        url: &'a str,
        timeout: Duration,
        tokens: &'a TokenSource,
        user_details: &'a Fields,
    ) -> LinkConfig<'a> {
        LinkConfig { url, timeout, token: tokens.current().unwrap_or_default(), user_details }
    }
}

/// Where the coordinator socket is opened.
pub(crate) fn socket_url(config: &Config) -> String {
    let base = config.base_url.strip_prefix("http").unwrap_or_default();
    let mut url = format!("ws{base}/connect?api_key=");
    push_encoded(&mut url, &config.api_key);
    url.push_str("&stream-auth-type=jwt&X-Stream-Client=");
    push_encoded(&mut url, &config.client_header);
    url
}

/// Whether requests can go out, without a user too.
pub(crate) fn gate_of<H: Host>(connection: Option<&Connection<H>>) -> Gate<'_, H> {
    connection.map_or_else(|| Gate::Shut(not_connected()), Connection::gate)
}

/// Nothing was even tried.
fn no_network<H: Host>() -> Error<H> {
    Error::new(Code::Network, Category::Network, "the browser is offline")
        .hint("Check the connection, then try again.")
        .retryable()
}

/// The error of everything that needs a user while there is none.
pub(crate) fn not_connected<H: Host>() -> Error<H> {
    Error::new(Code::NotConnected, Category::Auth, "no user is connected")
        .hint("Call connectUser() first, or construct the client with a user.")
}
