//! Requests to the coordinator: each waits until it can be sent, is sent, and ends in time.

use indexmap::IndexMap;

use super::{
    call::CallRequest,
    client::Config,
    connectivity::ConnectivityStep,
    effect::{Effect, HttpBody, HttpRequest, Method, ResponseKind},
    error::{Category, Code, Error},
    host::Host,
    ids::{CallKey, PromiseId, RequestId},
    input::{HttpFailure, HttpReply, Reply},
    outbox::Outbox,
    time::{Duration, Time},
    url::push_encoded,
    view::{AnswerOf, Viewed},
};

/// How long a request waits for token and socket before it is given up.
const ACCESS_TIMEOUT: Duration = Duration::from_secs(15);
/// How long it waits for a socket that was there and cannot be opened again.
const DOWN_PATIENCE: Duration = Duration::from_secs(5);

/// A request to be sent as soon as the client may.
#[derive(Debug)]
pub(crate) struct RestRequest {
    pub(crate) method: Method,
    /// Below the base URL, with encoded segments, and a query if there is one.
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// For error messages: "joining the call".
    pub(crate) doing: String,
    pub(crate) purpose: Purpose,
    /// Not sent before this one has ended.
    pub(crate) after: Option<RequestId>,
}

/// Who asked, and what for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// Make a guest user to connect as.
    Guest,
    /// Anything that needs no user.
    Public(PromiseId),
    /// Anything else that changes no state.
    Plain(PromiseId),
    /// What nobody waits for.
    Aside,
    /// A step of a test of the connectivity.
    Connectivity(PromiseId, ConnectivityStep),
    /// Find calls; the flag tells whether to watch them.
    Query(PromiseId, bool),
    /// Subscribe to the watched calls again, after the socket was lost; the number counts the
    /// failures before.
    Rewatch(Vec<String>, u32),
    /// One call; the number is the epoch of the call in which it was asked.
    Call(CallKey, (u32, CallRequest)),
}

/// What a request is sent with.
pub(crate) struct Access<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) user_id: &'a str,
    pub(crate) connection_id: Option<&'a str>,
    pub(crate) auth_type: &'static str,
}

/// Whether requests can go out.
pub(crate) enum Gate<'a, H: Host> {
    Open(Access<'a>),
    Wait,
    /// The socket was lost, and could not be opened again, for that reason.
    Down(&'a Error<H>),
    Shut(Error<H>),
}

/// A finished request.
pub(crate) struct Finished<H: Host> {
    pub(crate) purpose: Purpose,
    pub(crate) result: Result<AnswerOf<H>, Error<H>>,
}

/// What came of an answer.
#[must_use]
pub(crate) enum RestNews<H: Host> {
    Nothing,
    Finished(Finished<H>),
    /// The token was refused as expired; the request waits for another one.
    TokenExpired {
        token: Option<String>,
    },
}

/// All requests under way.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    requests: IndexMap<RequestId, Pending>,
}

#[derive(Debug)]
struct Pending {
    request: RestRequest,
    client_request_id: String,
    since: Time,
    patience: Option<Duration>,
    until: Time,
    /// Whether it is under way; otherwise it waits to be sent.
    sent: bool,
    /// The token it went out with.
    token: Option<String>,
    refreshed: bool,
    /// The server has asked to come back later, once.
    was_put_off: bool,
    /// When that is, until it has come.
    not_before: Option<Time>,
}

impl Rest {
    /// Takes a request; it goes out with the next [`Self::send_waiting`].
    pub(crate) fn submit<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        request: RestRequest,
    ) -> RequestId {
        self.submit_within(out, request, None)
    }

    /// The same; once it is sent it may take no longer than `patience`.
    pub(crate) fn submit_within<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        request: RestRequest,
        patience: Option<Duration>,
    ) -> RequestId {
        let id = out.id(None);
        let pending = Pending {
            request,
            client_request_id: out.uuid(),
            since: out.now,
            patience,
            until: out.after(ACCESS_TIMEOUT),
            sent: false,
            token: None,
            refreshed: false,
            was_put_off: false,
            not_before: None,
        };
        self.requests.insert(id, pending);
        id
    }

    /// Gives up a request; nobody is told.
    pub(crate) fn abort<H: Host>(&mut self, out: &mut Outbox<H>, id: RequestId) {
        if self.requests.shift_remove(&id).is_some_and(|pending| pending.sent) {
            out.push(Effect::AbortHttp(id));
        }
    }

    /// Sends what waits, if it may go out by now.
    pub(crate) fn send_waiting<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        config: &Config,
        gate: &Gate<'_, H>,
    ) -> Vec<Finished<H>> {
        let waiting: Vec<RequestId> =
            self.requests.iter().filter(|(_, pending)| !pending.sent).map(|(id, _)| *id).collect();
        let mut finished = Vec::new();
        for id in waiting {
            let guest =
                Access { token: None, user_id: "", connection_id: None, auth_type: "anonymous" };
            let before = self.requests.get(&id).and_then(|pending| pending.request.after);
            if before.is_some_and(|before| self.requests.contains_key(&before)) {
                continue;
            }
            let Some(pending) = self.requests.get_mut(&id) else {
                continue;
            };
            if pending.not_before.is_some_and(|moment| moment > out.now) {
                continue;
            }
            pending.not_before = None;
            match (gate, &pending.request.purpose) {
                (_, Purpose::Guest | Purpose::Public(_)) => pending.send(out, config, id, &guest),
                (Gate::Open(access), _) => pending.send(out, config, id, access),
                // Whether the coordinator answers can be asked by anybody.
                (_, Purpose::Connectivity(_, ConnectivityStep::Rest)) => {
                    pending.send(out, config, id, &guest);
                }
                (Gate::Wait, _) => {}
                (Gate::Down(error), _) => {
                    pending.until = pending.until.min(pending.since + DOWN_PATIENCE);
                    if pending.until <= out.now {
                        let doing = pending.request.doing.clone();
                        finished.extend(self.finish(id, |_| Err(unreachable(&doing, error))));
                    }
                }
                (Gate::Shut(error), _) => {
                    let error = error.clone();
                    finished.extend(self.finish(id, |_| Err(error)));
                }
            }
        }
        finished
    }

    /// Takes an answer. `can_refresh` tells whether an expired token can be had anew; then the
    /// request waits for it and goes out once more.
    pub(crate) fn on_reply<H: Host>(
        &mut self,
        out: &Outbox<H>,
        id: RequestId,
        reply: Result<HttpReply<H>, HttpFailure<H>>,
        can_refresh: bool,
    ) -> RestNews<H> {
        let Some(pending) = self.requests.get_mut(&id) else {
            return RestNews::Nothing;
        };
        let doing = pending.request.doing.as_str();
        let result = match reply {
            Err(failure) => Err(Error::network(doing, failure.cause)),
            Ok(reply) => read_reply(doing, reply),
        };
        if let Err(error) = &result
            && let Some(until) = pending.wait_out(out, error)
        {
            pending.was_put_off = true;
            pending.not_before = Some(until);
            pending.sent = false;
            return RestNews::Nothing;
        }
        if let Err(error) = &result
            && error.code == Code::AuthTokenExpired
            && can_refresh
            && !pending.refreshed
        {
            pending.refreshed = true;
            pending.since = out.now;
            pending.until = out.after(ACCESS_TIMEOUT);
            pending.sent = false;
            return RestNews::TokenExpired { token: pending.token.take() };
        }
        match self.finish(id, |_| result) {
            Some(finished) => RestNews::Finished(finished),
            None => RestNews::Nothing,
        }
    }

    /// Ends what is late. What waits for a socket that cannot be opened learns that from
    /// [`Self::send_waiting`].
    pub(crate) fn on_timeout<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        gate: &Gate<'_, H>,
    ) -> Vec<Finished<H>> {
        let is_down = matches!(gate, Gate::Down(_));
        let late: Vec<RequestId> = self
            .requests
            .iter()
            .filter(|(_, pending)| pending.until <= out.now && (pending.sent || !is_down))
            .map(|(id, _)| *id)
            .collect();
        let mut finished = Vec::new();
        for id in late {
            finished.extend(self.finish(id, |pending| {
                if pending.sent {
                    // Six unanswered requests block the origin, so it is aborted, not forgotten.
                    out.push(Effect::AbortHttp(id));
                }
                Err(Error::timeout(&pending.request.doing))
            }));
        }
        finished
    }

    /// Whether anything waits to be sent.
    pub(crate) fn is_waiting(&self) -> bool {
        self.requests.values().any(|pending| !pending.sent)
    }

    /// Ends everything that has not been sent, and, if `all` says so, everything that has.
    pub(crate) fn fail<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        all: bool,
        error: &Error<H>,
    ) -> Vec<Finished<H>> {
        let hit = self.requests.iter().filter(|(_, pending)| all || !pending.sent);
        let ids: Vec<RequestId> = hit.map(|(id, _)| *id).collect();
        let mut finished = Vec::new();
        for id in ids {
            finished.extend(self.finish(id, |pending| {
                // Nobody waits for a farewell, but it may arrive all the same.
                if pending.sent && !pending.is_farewell() {
                    out.push(Effect::AbortHttp(id));
                }
                Err(error.clone())
            }));
        }
        finished
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.requests.values().map(Pending::due).min()
    }

    fn finish<H: Host>(
        &mut self,
        id: RequestId,
        result: impl FnOnce(&Pending) -> Result<AnswerOf<H>, Error<H>>,
    ) -> Option<Finished<H>> {
        let pending = self.requests.shift_remove(&id)?;
        let mut result = result(&pending);
        if let Err(error) = &mut result {
            error.request_id = Some(pending.client_request_id);
        }
        Some(Finished { purpose: pending.request.purpose, result })
    }
}

/// The socket is not there, and was tried in vain while the request waited for it.
fn unreachable<H: Host>(doing: &str, reason: &Error<H>) -> Error<H> {
    let message = format!("no connection to the coordinator while {doing}");
    let mut error = Error::new(Code::ConnectionLost, Category::Network, message)
        .hint("The client connects again by itself; try again then.")
        .retryable();
    error.attempts.push(reason.clone());
    error
}

/// What an answer says.
fn read_reply<H: Host>(doing: &str, reply: HttpReply<H>) -> Result<AnswerOf<H>, Error<H>> {
    let HttpReply { status, retry_after, body } = reply;
    let mut error = match body {
        Reply::Json(body) if (200..300).contains(&status) => return Ok(body),
        Reply::Json(body) => {
            let Viewed { view, document } = *body;
            Error::response(doing, status, &view.refusal, Some(document))
        }
        Reply::Redirected => Error::redirected(doing),
        Reply::Bytes(_) | Reply::Unreadable if status >= 400 => Error::refused(doing, status),
        Reply::Bytes(_) | Reply::Unreadable => Error::bad_response(doing).status(status),
    };
    error.retry_after = retry_after;
    Err(error)
}

impl Pending {
    /// Reading once more later harms nobody, if there is time for it: when to.
    fn wait_out<H: Host>(&self, out: &Outbox<H>, error: &Error<H>) -> Option<Time> {
        let asked = error.retry_after.filter(|_| error.status == Some(429))?;
        let may_wait = self.request.method == Method::Get && !self.was_put_off;
        let at = out.after(asked);
        (may_wait && at < self.until).then_some(at)
    }

    /// Whether somebody leaves with it: it may outlive the page, and is waited for by nobody for long.
    fn is_farewell(&self) -> bool {
        matches!(self.request.purpose, Purpose::Call(_, (_, CallRequest::Farewell(_))))
    }

    /// When something is due about it.
    fn due(&self) -> Time {
        self.not_before.map_or(self.until, |again| again.min(self.until))
    }

    fn send<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        config: &Config,
        id: RequestId,
        access: &Access<'_>,
    ) {
        let path = &self.request.path;
        let mut url = [&config.base_url, path.as_str()].concat();
        url.push_str(if path.contains('?') { "&api_key=" } else { "?api_key=" });
        push_encoded(&mut url, &config.api_key);
        let common = [
            ("user_id", Some(access.user_id).filter(|id| !id.is_empty())),
            ("connection_id", access.connection_id),
        ];
        for (key, value) in common.into_iter().filter_map(|(k, v)| Some((k, v?))) {
            url.push('&');
            url.push_str(key);
            url.push('=');
            push_encoded(&mut url, value);
        }
        let mut headers = vec![
            ("stream-auth-type", access.auth_type.to_owned()),
            ("X-Stream-Client", config.client_header.clone()),
            ("x-client-request-id", self.client_request_id.clone()),
        ];
        if let Some(token) = access.token {
            headers.push(("Authorization", token.to_owned()));
        }
        let body = match &self.request.body {
            Some(text) => HttpBody::Json(text.clone()),
            None => HttpBody::Empty,
        };
        out.push(Effect::Http(HttpRequest {
            request: id,
            method: self.request.method,
            url,
            headers,
            body,
            response: ResponseKind::Json,
            keepalive: self.is_farewell(),
        }));
        // What was put off goes on within the time that it had.
        if !self.was_put_off {
            let patience = self.patience.map_or(config.timeout, |most| most.min(config.timeout));
            self.until = out.after(patience);
        }
        self.sent = true;
        self.token = access.token.map(str::to_owned);
    }
}
