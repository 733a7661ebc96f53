//! Requests to the SFU: Twirp over HTTP, protobuf bodies, tried again while that can help.

use indexmap::IndexMap;

use trunkline_protocol::{
    compact,
    sfu::{models, signal},
};

use super::retelling::LONGEST_WAIT;
use crate::core::{
    effect::{Effect, HttpBody, HttpRequest, Method, ResponseKind},
    error::{Category, Code, Error},
    host::Host,
    ids::{CallKey, RequestId},
    input::{HttpFailure, HttpReply, Reply},
    outbox::Outbox,
    time::{Duration, Time},
};

/// The methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rpc {
    SetPublisher,
    SendAnswer,
    IceTrickle,
    IceRestart,
    UpdateSubscriptions,
    UpdateMuteStates,
    SendStats,
}

/// A request that ended.
#[must_use]
pub(crate) struct RpcOutcome<H: Host> {
    pub(crate) rpc: Rpc,
    /// The body of the response.
    pub(crate) result: Result<Vec<u8>, Error<H>>,
}

/// The requests of one SFU session.
#[derive(Debug)]
pub(crate) struct Rpcs {
    owner: CallKey,
    base_url: String,
    token: String,
    timeout: Duration,
    pending: IndexMap<RequestId, Pending>,
}

#[derive(Debug)]
struct Pending {
    rpc: Rpc,
    body: Vec<u8>,
    attempt: u32,
    until: Time,
    /// Whether it is under way; otherwise it waits for its next attempt.
    sent: bool,
    /// A newer one has taken its place: nobody cares any more how it ends.
    superseded: bool,
}

impl Rpcs {
    pub(crate) fn new(owner: CallKey, base_url: &str, token: &str, timeout: Duration) -> Self {
        Self {
            owner,
            base_url: base_url.to_owned(),
            token: token.to_owned(),
            timeout,
            pending: IndexMap::new(),
        }
    }

    pub(crate) fn send<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpc: Rpc,
        body: &dyn compact::Write,
    ) {
        if rpc == Rpc::SendAnswer {
            self.supersede(rpc);
        }
        let body = compact::encode(body);
        let until = out.now;
        let pending = Pending { rpc, body, attempt: 0, until, sent: false, superseded: false };
        self.transmit(out, pending);
    }

    pub(crate) fn on_reply<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        request: RequestId,
        reply: Result<HttpReply<H>, HttpFailure<H>>,
    ) -> Option<RpcOutcome<H>> {
        let pending = self.pending.shift_remove(&request)?;
        let doing = pending.rpc.doing();
        let result = match reply {
            Err(failure) => Err(Error::network(doing, failure.cause)),
            Ok(HttpReply { status: 200, body: Reply::Bytes(bytes), .. }) => {
                match pending.rpc.response_error(&bytes) {
                    None => Ok(bytes),
                    Some(error) => Err(sfu_error(doing, &error)),
                }
            }
            Ok(reply) => Err(twirp_error(doing, &reply)),
        };
        self.end_attempt(out, pending, result)
    }

    pub(crate) fn on_timeout<H: Host>(&mut self, out: &mut Outbox<H>) -> Vec<RpcOutcome<H>> {
        let due: Vec<RequestId> = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.until <= out.now)
            .map(|(request, _)| *request)
            .collect();
        let mut outcomes = Vec::new();
        for request in due {
            let Some(pending) = self.pending.shift_remove(&request) else {
                continue;
            };
            if pending.sent {
                out.push(Effect::AbortHttp(request));
                let late = Err(Error::timeout(pending.rpc.doing()));
                outcomes.extend(self.end_attempt(out, pending, late));
            } else {
                self.transmit(out, pending);
            }
        }
        outcomes
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.pending.values().map(|pending| pending.until).min()
    }

    /// Gives up everything under way.
    pub(crate) fn abort_all<H: Host>(&mut self, out: &mut Outbox<H>) {
        for (request, pending) in std::mem::take(&mut self.pending) {
            if pending.sent {
                out.push(Effect::AbortHttp(request));
            }
        }
    }

    /// Those that wait are forgotten; those under way are not repeated.
    fn supersede(&mut self, rpc: Rpc) {
        self.pending.retain(|_, pending| pending.rpc != rpc || pending.sent);
        for pending in self.pending.values_mut().filter(|pending| pending.rpc == rpc) {
            pending.superseded = true;
        }
    }

    fn end_attempt<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        pending: Pending,
        result: Result<Vec<u8>, Error<H>>,
    ) -> Option<RpcOutcome<H>> {
        if pending.superseded {
            return None;
        }
        let attempt = pending.attempt.saturating_add(1);
        let is_retryable = result.as_ref().is_err_and(|error| error.retryable);
        if is_retryable && pending.rpc.attempts().is_none_or(|attempts| attempt < attempts) {
            let asked = result.as_ref().err().and_then(|error| error.retry_after);
            let asked = asked.unwrap_or_default().min(LONGEST_WAIT);
            let until = out.back_off(attempt).max(out.after(asked));
            let request = out.id(Some(self.owner));
            self.pending.insert(request, Pending { attempt, until, sent: false, ..pending });
            return None;
        }
        Some(RpcOutcome { rpc: pending.rpc, result })
    }

    fn transmit<H: Host>(&mut self, out: &mut Outbox<H>, pending: Pending) {
        let request = out.id(Some(self.owner));
        out.push(Effect::Http(HttpRequest {
            request,
            method: Method::Post,
            url: format!(
                "{}/stream.video.sfu.signal.SignalServer/{}",
                self.base_url,
                pending.rpc.method()
            ),
            headers: vec![("Authorization", format!("Bearer {}", self.token))],
            body: HttpBody::Bytes(pending.body.clone()),
            response: ResponseKind::Bytes,
            keepalive: false,
        }));
        let until = out.after(self.timeout);
        self.pending.insert(request, Pending { until, sent: true, ..pending });
    }
}

impl Rpc {
    /// How often it is sent at most, as it is; `None` is until it arrives.
    fn attempts(self) -> Option<u32> {
        match self {
            // What a failure leads to is for those who asked to decide.
            Self::SetPublisher | Self::IceRestart => Some(3),
            // By then there may be other wishes, or newer statistics: whoever has them tells them.
            Self::UpdateSubscriptions | Self::UpdateMuteStates | Self::SendStats => Some(1),
            // Nobody else would tell the SFU.
            Self::SendAnswer | Self::IceTrickle => None,
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::SetPublisher => "SetPublisher",
            Self::SendAnswer => "SendAnswer",
            Self::IceTrickle => "IceTrickle",
            Self::IceRestart => "IceRestart",
            Self::UpdateSubscriptions => "UpdateSubscriptions",
            Self::UpdateMuteStates => "UpdateMuteStates",
            Self::SendStats => "SendStats",
        }
    }

    fn doing(self) -> &'static str {
        match self {
            Self::SetPublisher => "publishing to the SFU",
            Self::SendAnswer => "answering the SFU's offer",
            Self::IceTrickle => "sending an ICE candidate to the SFU",
            Self::IceRestart => "asking the SFU for an ICE restart",
            Self::UpdateSubscriptions => "subscribing to videos",
            Self::UpdateMuteStates => "telling the SFU what is muted",
            Self::SendStats => "telling the SFU how media flow",
        }
    }

    /// The application error that a response with status 200 may carry.
    fn response_error(self, bytes: &[u8]) -> Option<models::Error> {
        let error = match self {
            Self::SetPublisher => {
                compact::decode(bytes).map(|r: signal::SetPublisherResponse| r.error)
            }
            Self::IceRestart => compact::decode(bytes).map(|r: signal::IceRestartResponse| r.error),
            // The responses of the other methods hold an error in the same place, and nothing else.
            Self::SendAnswer
            | Self::IceTrickle
            | Self::UpdateSubscriptions
            | Self::UpdateMuteStates
            | Self::SendStats => {
                compact::decode(bytes).map(|r: signal::SendAnswerResponse| r.error)
            }
        };
        error.flatten().filter(|error| error.code != 0)
    }
}

/// An error of the SFU, in a response or as an event.
pub(crate) fn sfu_error<H: Host>(doing: &str, wire: &models::Error) -> Error<H> {
    let (code, category) = match wire.code() {
        models::ErrorCode::SfuFull => (Code::SfuFull, Category::Sfu),
        models::ErrorCode::CallParticipantLimitReached => (Code::CallFull, Category::Permission),
        models::ErrorCode::PermissionDenied => (Code::PermissionDenied, Category::Permission),
        models::ErrorCode::Unauthenticated => (Code::AuthTokenInvalid, Category::Auth),
        models::ErrorCode::TooManyRequests => (Code::RateLimited, Category::RateLimit),
        models::ErrorCode::CallNotFound => (Code::NotFound, Category::NotFound),
        _ => (Code::SfuError, Category::Sfu),
    };
    let mut message = format!("the SFU refused while {doing}: ");
    message.push_str(&wire.message);
    let mut error = Error::new(code, category, message).hint("The message is the SFU's own.");
    error.server_code = Some(wire.code);
    error.retryable = wire.should_retry;
    error
}

/// A response whose status is not 200: the Twirp envelope, or something in its place.
fn twirp_error<H: Host>(doing: &str, reply: &HttpReply<H>) -> Error<H> {
    let HttpReply { status, retry_after, body } = reply;
    let (status, refused) = (*status, format!("the SFU refused while {doing}: "));
    let message = match body {
        Reply::Redirected => return Error::redirected(doing),
        Reply::Json(envelope) => [&refused, &*envelope.view.refusal.sfu_message].concat(),
        Reply::Bytes(_) | Reply::Unreadable if status >= 400 => {
            format!("{refused}the answer has status {status} and no reason")
        }
        Reply::Bytes(_) | Reply::Unreadable => return Error::bad_response(doing).status(status),
    };
    let (code, category) = match status {
        401 => (Code::AuthTokenInvalid, Category::Auth),
        403 => (Code::PermissionDenied, Category::Permission),
        404 => (Code::NotFound, Category::NotFound),
        429 => (Code::RateLimited, Category::RateLimit),
        _ => (Code::SfuError, Category::Sfu),
    };
    let mut error = Error::new(code, category, message).status(status);
    error.hint = "The message is the SFU's own.";
    error.retryable = matches!(status, 408 | 429 | 500..);
    error.retry_after = *retry_after;
    error
}
