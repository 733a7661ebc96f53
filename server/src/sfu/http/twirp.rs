//! The Twirp service, in protobuf and in JSON; each request is answered in its own encoding.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use prost::Message;
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use tokio::time::timeout;
use trunkline_protocol::sfu::{
    models::{Error, ErrorCode, IceTrickle},
    signal::{
        IceRestartRequest, IceRestartResponse, IceTrickleResponse, SendAnswerRequest,
        SendAnswerResponse, SendMetricsRequest, SendMetricsResponse, SendStatsRequest,
        SendStatsResponse, SetPublisherRequest, SetPublisherResponse,
        StartNoiseCancellationRequest, StartNoiseCancellationResponse,
        StopNoiseCancellationRequest, StopNoiseCancellationResponse, UpdateMuteStatesRequest,
        UpdateMuteStatesResponse, UpdateSubscriptionsRequest, UpdateSubscriptionsResponse,
    },
};

use super::Access;
use crate::sfu::{
    inbox::Unanswered,
    signalling::{Caller, Refusal, error},
    token::SfuClaims,
    worker::Rpc,
};

/// Runs one method.
pub(super) async fn call(
    State(access): State<Access>,
    Path((service, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    let call = match Call::read(&access, &service, request).await {
        Ok(call) => call,
        Err(refusal) => return refusal.into_response(),
    };
    let answered = match method.as_str() {
        "SetPublisher" => call.run(set_publisher, set_publisher_response).await,
        "SendAnswer" => call.run(send_answer, |e, _| SendAnswerResponse { error: e }).await,
        // A server with one known address needs no candidates from clients.
        "IceTrickle" => call.run(ice_trickle, |e, _| IceTrickleResponse { error: e }).await,
        "UpdateSubscriptions" => {
            call.run(subscriptions, |e, _| UpdateSubscriptionsResponse { error: e }).await
        }
        "UpdateMuteStates" => {
            call.run(mute_states, |e, _| UpdateMuteStatesResponse { error: e }).await
        }
        "IceRestart" => call.run(ice_restart, |e, _| IceRestartResponse { error: e }).await,
        "SendStats" => call.run(send_stats, |e, _| SendStatsResponse { error: e }).await,
        "SendMetrics" => {
            let read = |r: SendMetricsRequest| (r.session_id, Rpc::Nothing);
            call.run(read, |_, _| SendMetricsResponse {}).await
        }
        // Noise cancellation runs in the client; this only tells that it does.
        "StartNoiseCancellation" => {
            let read = |r: StartNoiseCancellationRequest| (r.session_id, Rpc::Nothing);
            call.run(read, |e, _| StartNoiseCancellationResponse { error: e }).await
        }
        "StopNoiseCancellation" => {
            let read = |r: StopNoiseCancellationRequest| (r.session_id, Rpc::Nothing);
            call.run(read, |e, _| StopNoiseCancellationResponse { error: e }).await
        }
        _ => Err(envelope(StatusCode::NOT_FOUND, "bad_route", "there is no such method")),
    };
    answered.unwrap_or_else(IntoResponse::into_response)
}

/// A request whose sender is known.
struct Call {
    access: Access,
    caller: Caller,
    encoding: Encoding,
    body: Bytes,
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Json,
    Protobuf,
}

impl Call {
    async fn read(access: &Access, service: &str, request: Request) -> Result<Self, Envelope> {
        if service != SERVICE {
            return Err(envelope(StatusCode::NOT_FOUND, "bad_route", "there is no such service"));
        }
        if request.method() != Method::POST {
            let text = "the service takes POST only";
            return Err(envelope(StatusCode::NOT_FOUND, "bad_route", text));
        }
        let encoding = Encoding::of(request.headers())?;
        let claims = bearer(request.headers())
            .and_then(|token| SfuClaims::verify(token, &access.secret).ok())
            .ok_or_else(|| {
                let text = "the token is missing, wrong or expired";
                envelope(StatusCode::UNAUTHORIZED, "unauthenticated", text)
            })?;
        let body = read_body(request).await?;
        let caller = Caller { user_id: claims.user_id, cid: claims.cid };
        Ok(Self { access: access.clone(), caller, encoding, body })
    }

    async fn run<Q, A>(
        self,
        read: impl FnOnce(Q) -> (String, Rpc),
        write: impl FnOnce(Option<Error>, Option<String>) -> A,
    ) -> Result<Response, Envelope>
    where
        Q: Message + Default + DeserializeOwned,
        A: Message + Serialize,
    {
        let request: Q = self.encoding.decode(self.body)?;
        let (session_id, rpc) = read(request);
        let result = match self.access.sfu.inlet(&self.caller.cid) {
            Some(inlet) => inlet.call(self.caller, session_id, rpc).await,
            None => Err(Unanswered::Closing),
        };
        let result = result.map_err(|unanswered| {
            let text = match unanswered {
                Unanswered::Busy => "the server is busy",
                Unanswered::Closing => "the server is shutting down",
            };
            envelope(StatusCode::SERVICE_UNAVAILABLE, "unavailable", text).retry_after(SOON)
        })?;
        match result {
            Ok(answer) => self.encoding.respond(&write(None, answer)),
            Err(Refusal::Failed(error)) => self.encoding.respond(&write(Some(error), None)),
            Err(Refusal::NotOwner) => {
                let text = "the session belongs to somebody else";
                Err(envelope(StatusCode::FORBIDDEN, "permission_denied", text))
            }
        }
    }
}

/// Refuses a body that is announced as too large before it comes.
async fn read_body(request: Request) -> Result<Bytes, Envelope> {
    let too_large = || {
        let text = format!("the body ended early or is larger than {MAX_BODY} bytes");
        envelope(StatusCode::PAYLOAD_TOO_LARGE, "resource_exhausted", text)
    };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > MAX_BODY as u64) {
        return Err(too_large());
    }
    match timeout(BODY_DEADLINE, to_bytes(request.into_body(), MAX_BODY)).await {
        Ok(body) => body.map_err(|_| too_large()),
        Err(_) => {
            let text = "the body took too long to arrive";
            Err(envelope(StatusCode::REQUEST_TIMEOUT, "deadline_exceeded", text))
        }
    }
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, Envelope> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim() {
            JSON => Ok(Self::Json),
            PROTOBUF => Ok(Self::Protobuf),
            _ => {
                let text = format!("the Content-Type must be {JSON} or {PROTOBUF}");
                Err(envelope(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_route", text))
            }
        }
    }

    fn decode<Q: Message + Default + DeserializeOwned>(self, body: Bytes) -> Result<Q, Envelope> {
        let malformed = |error: &dyn std::fmt::Display| {
            let text = format!("the body cannot be read: {error}");
            envelope(StatusCode::BAD_REQUEST, "malformed", text)
        };
        match self {
            Self::Json => serde_json::from_slice(&body).map_err(|error| malformed(&error)),
            Self::Protobuf => Q::decode(body).map_err(|error| malformed(&error)),
        }
    }

    fn respond<A: Message + Serialize>(self, answer: &A) -> Result<Response, Envelope> {
        let (content_type, body) = match self {
            Self::Json => {
                let body = serde_json::to_vec(answer).map_err(|error| {
                    tracing::error!(%error, "response not written");
                    envelope(StatusCode::INTERNAL_SERVER_ERROR, "internal", "internal error")
                })?;
                (JSON, body)
            }
            Self::Protobuf => (PROTOBUF, answer.encode_to_vec()),
        };
        Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response())
    }
}

/// A Twirp error: JSON, whatever the encoding of the request.
pub(super) struct Envelope {
    status: StatusCode,
    code: &'static str,
    msg: String,
    retry_after: Option<Duration>,
}

pub(super) fn envelope(status: StatusCode, code: &'static str, msg: impl Into<String>) -> Envelope {
    Envelope { status, code, msg: msg.into(), retry_after: None }
}

impl Envelope {
    fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

impl IntoResponse for Envelope {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "code": self.code, "msg": self.msg }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        if let Some(wait) = self.retry_after {
            // Whole seconds, and never none of them.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            let seconds = HeaderValue::from_str(&seconds.to_string());
            response.headers_mut().extend(seconds.ok().map(|wait| (header::RETRY_AFTER, wait)));
        }
        response
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn set_publisher(request: SetPublisherRequest) -> (String, Rpc) {
    let rpc = Rpc::SetPublisher { offer: request.sdp, tracks: request.tracks };
    (request.session_id, rpc)
}

fn set_publisher_response(error: Option<Error>, answer: Option<String>) -> SetPublisherResponse {
    SetPublisherResponse {
        sdp: answer.unwrap_or_default(),
        error,
        ..SetPublisherResponse::default()
    }
}

fn send_answer(request: SendAnswerRequest) -> (String, Rpc) {
    let rpc = Rpc::SendAnswer {
        peer: request.peer_type(),
        negotiation_id: request.negotiation_id,
        answer: request.sdp,
    };
    (request.session_id, rpc)
}

fn ice_trickle(request: IceTrickle) -> (String, Rpc) {
    (request.session_id, Rpc::Nothing)
}

fn subscriptions(request: UpdateSubscriptionsRequest) -> (String, Rpc) {
    (request.session_id, Rpc::UpdateSubscriptions(request.tracks))
}

fn mute_states(request: UpdateMuteStatesRequest) -> (String, Rpc) {
    (request.session_id, Rpc::UpdateMuteStates(request.mute_states))
}

fn ice_restart(request: IceRestartRequest) -> (String, Rpc) {
    let rpc = Rpc::IceRestart(request.peer_type());
    (request.session_id, rpc)
}

/// Statistics are lists in JSON, or nothing where there is none.
fn send_stats(request: SendStatsRequest) -> (String, Rpc) {
    let lists = [
        ("subscriber_stats", &request.subscriber_stats),
        ("publisher_stats", &request.publisher_stats),
        ("rtc_stats", &request.rtc_stats),
    ];
    let wrong = lists.into_iter().find(|(_, list)| {
        !list.is_empty() && serde_json::from_str::<Vec<IgnoredAny>>(list).is_err()
    });
    let readable = wrong.map_or(Ok(()), |(name, _)| {
        Err(error(ErrorCode::RequestValidationFailed, format!("{name} is no JSON array")))
    });
    (request.session_id, Rpc::SendStats { readable })
}

const SERVICE: &str = "stream.video.sfu.signal.SignalServer";
const JSON: &str = "application/json";
const PROTOBUF: &str = "application/protobuf";
/// Bytes. Statistics with traces can be several MiB.
const MAX_BODY: usize = 8 * 1024 * 1024;
/// For who is refused by a server that has too much to do.
const SOON: Duration = Duration::from_secs(1);
const BODY_DEADLINE: Duration = Duration::from_secs(30);
