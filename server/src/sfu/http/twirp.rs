//! The Twirp service, in protobuf and in JSON; each request is answered in its own encoding.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method as Verb, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;
use trunkline_protocol::sfu::{
    models::Error,
    signal::{
        IceRestartResponse, IceTrickleResponse, SendAnswerResponse, SendMetricsRequest,
        SendMetricsResponse, SendStatsResponse, SetPublisherResponse,
        StartNoiseCancellationRequest, StartNoiseCancellationResponse,
        StopNoiseCancellationRequest, StopNoiseCancellationResponse, UpdateMuteStatesResponse,
        UpdateSubscriptionsResponse,
    },
};

use super::requests::{self, Method};
use crate::{
    address::{ClientAddress, Network},
    control::SfuClaims,
    room::Share,
    sfu::{
        http::access::Access,
        inbox::Unanswered,
        requests::Rpc,
        signalling::{Caller, Refusal},
    },
};

/// Runs one method.
pub(super) async fn call(
    State(access): State<Access>,
    Path((service, method)): Path<(String, String)>,
    address: ClientAddress,
    request: Request,
) -> Response {
    let call = match Call::read(&access, &service, &method, address.network(), request).await {
        Ok(call) => call,
        Err(refusal) => return refusal.into_response(),
    };
    let answered = match call.method {
        Method::SetPublisher => call.run(requests::set_publisher, set_publisher_response).await,
        Method::SendAnswer => {
            call.run(requests::send_answer, |e, _| SendAnswerResponse { error: e }).await
        }
        // A server with one known address needs no candidates from clients.
        Method::IceTrickle => {
            call.run(requests::ice_trickle, |e, _| IceTrickleResponse { error: e }).await
        }
        Method::UpdateSubscriptions => {
            call.run(requests::subscriptions, |e, _| UpdateSubscriptionsResponse { error: e }).await
        }
        Method::UpdateMuteStates => {
            call.run(requests::mute_states, |e, _| UpdateMuteStatesResponse { error: e }).await
        }
        Method::IceRestart => {
            call.run(requests::ice_restart, |e, _| IceRestartResponse { error: e }).await
        }
        Method::SendStats => {
            call.run(requests::send_stats, |e, _| SendStatsResponse { error: e }).await
        }
        Method::SendMetrics => {
            let read = |r: SendMetricsRequest| (r.session_id, Rpc::Nothing);
            call.run(read, |_, _| SendMetricsResponse {}).await
        }
        // Noise cancellation runs in the client; this only tells that it does.
        Method::StartNoiseCancellation => {
            let read = |r: StartNoiseCancellationRequest| (r.session_id, Rpc::Nothing);
            call.run(read, |e, _| StartNoiseCancellationResponse { error: e }).await
        }
        Method::StopNoiseCancellation => {
            let read = |r: StopNoiseCancellationRequest| (r.session_id, Rpc::Nothing);
            call.run(read, |e, _| StopNoiseCancellationResponse { error: e }).await
        }
    };
    answered.unwrap_or_else(IntoResponse::into_response)
}

/// A request whose sender is known.
struct Call {
    access: Access,
    method: Method,
    caller: Caller,
    encoding: Encoding,
    body: Bytes,
    /// What the body takes.
    share: Share,
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Json,
    Protobuf,
}

impl Call {
    async fn read(
        access: &Access,
        service: &str,
        method: &str,
        from: Network,
        request: Request,
    ) -> Result<Self, Envelope> {
        if service != SERVICE {
            return Err(envelope(StatusCode::NOT_FOUND, "bad_route", "there is no such service"));
        }
        if request.method() != Verb::POST {
            let text = "the service takes POST only";
            return Err(envelope(StatusCode::NOT_FOUND, "bad_route", text));
        }
        let method = Method::named(method).ok_or_else(|| {
            envelope(StatusCode::NOT_FOUND, "bad_route", "there is no such method")
        })?;
        let encoding = Encoding::of(request.headers())?;
        let claims = bearer(request.headers())
            .and_then(|token| SfuClaims::verify(token, &access.secret).ok())
            .ok_or_else(|| {
                let text = "the token is missing, wrong or expired";
                envelope(StatusCode::UNAUTHORIZED, "unauthenticated", text)
            })?;
        let caller = Caller { user_id: claims.user_id, cid: claims.cid };
        let share = match method {
            Method::SendStats => access.door.room_for_report(from),
            _ => access.door.room_for_body(from),
        };
        let (body, share) = read_body(request, method.most_bytes(), share).await?;
        // Counted when all of it is there: a connection that is closed before would not bring the
        // refusal to the client.
        let amount = 1 + u32::try_from(body.len() / method.bytes_per_request()).unwrap_or(0);
        let counted = access.door.count(&caller, from, amount);
        counted.map_err(|wait| too_many("too many requests", wait))?;
        Ok(Self { access: access.clone(), method, caller, encoding, body, share })
    }

    async fn run<Q, A>(
        self,
        read: impl FnOnce(Q) -> (String, Rpc) + Send + 'static,
        write: impl FnOnce(Option<Error>, Option<String>) -> A,
    ) -> Result<Response, Envelope>
    where
        Q: Message + Default + DeserializeOwned,
        A: Message + Serialize,
    {
        let Self { access, method, caller, encoding, body, share } = self;
        let read = move || {
            let read = encoding.decode(body).map(read);
            drop(share);
            read
        };
        let read = if method.is_heavy() { access.door.read(read).await } else { Some(read()) };
        let (session_id, rpc) = read.ok_or_else(busy)??;
        let result = match access.sfu.inlet(&caller.cid) {
            Some(inlet) => inlet.call(caller, session_id, rpc).await,
            None => Err(Unanswered::Closing),
        };
        let result = result.map_err(|unanswered| match unanswered {
            Unanswered::Busy => busy(),
            Unanswered::Closing => {
                let text = "the server is shutting down";
                envelope(StatusCode::SERVICE_UNAVAILABLE, "unavailable", text).retry_after(SOON)
            }
        })?;
        match result {
            Ok(answer) => encoding.respond(&write(None, answer)),
            Err(Refusal::Failed(error)) => encoding.respond(&write(Some(error), None)),
            Err(Refusal::NotOwner) => {
                let text = "the session belongs to somebody else";
                Err(envelope(StatusCode::FORBIDDEN, "permission_denied", text))
            }
        }
    }
}

fn busy() -> Envelope {
    envelope(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the server is busy").retry_after(SOON)
}

/// Too much of something that will be free again.
pub(super) fn too_many(text: &str, wait: Duration) -> Envelope {
    envelope(StatusCode::TOO_MANY_REQUESTS, "resource_exhausted", text).retry_after(wait)
}

/// Refuses a body that is announced as too large before it comes. What comes takes its share of the
/// room there is; where there is none it is read all the same, as whoever is still sending would not
/// get the refusal.
async fn read_body(
    request: Request,
    most: usize,
    share: Share,
) -> Result<(Bytes, Share), Envelope> {
    let too_large = || {
        let text = format!("the body ended early or is larger than {most} bytes");
        envelope(StatusCode::PAYLOAD_TOO_LARGE, "resource_exhausted", text)
    };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > most as u64) {
        return Err(too_large());
    }
    let mut incoming = request.into_body();
    let (mut body, mut share, mut length) = (Vec::new(), Some(share), 0);
    let reading = async {
        while let Some(frame) = incoming.frame().await {
            let Ok(data) = frame.map_err(|_| too_large())?.into_data() else {
                // Trailers, which say nothing here.
                continue;
            };
            length += data.len();
            if length > most {
                return Err(too_large());
            }
            if share.as_mut().is_some_and(|share| share.grow(data.len())) {
                body.extend_from_slice(&data);
            } else {
                (body, share) = (Vec::new(), None);
            }
        }
        share.map(|share| (body.into(), share)).ok_or_else(busy)
    };
    match timeout(BODY_DEADLINE, reading).await {
        Ok(read) => read,
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

fn set_publisher_response(error: Option<Error>, answer: Option<String>) -> SetPublisherResponse {
    SetPublisherResponse {
        sdp: answer.unwrap_or_default(),
        error,
        ..SetPublisherResponse::default()
    }
}

const SERVICE: &str = "stream.video.sfu.signal.SignalServer";
const JSON: &str = "application/json";
const PROTOBUF: &str = "application/protobuf";
/// For who is refused by a server that has too much to do.
const SOON: Duration = Duration::from_secs(1);
const BODY_DEADLINE: Duration = Duration::from_secs(30);
