//! The SFU socket: a JoinRequest first, then events one way and pings the other.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code,
            rejection::WebSocketUpgradeRejection,
        },
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::SinkExt;
use prost::Message as _;
use tokio::{
    sync::mpsc,
    time::{timeout, timeout_at},
};
use trunkline_protocol::sfu::{
    event::{JoinRequest, SfuEvent, SfuRequest, sfu_request::RequestPayload},
    models::{ClientCapability, ErrorCode, WebsocketReconnectStrategy},
};
use uuid::Uuid;

use super::{Access, twirp};
use crate::sfu::{
    ids::SocketId,
    inbox::Inlet,
    signalling::{Codecs, Join, error, error_event},
    token::SfuClaims,
    worker::{Frame, Request},
};

pub(super) async fn connect(
    State(access): State<Access>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MAX_FRAME)
            .read_buffer_size(READ_BUFFER)
            .on_upgrade(async move |socket| serve(access, socket).await),
        Err(_) => twirp::envelope(
            StatusCode::BAD_REQUEST,
            "malformed",
            "this route takes WebSocket upgrades only",
        )
        .into_response(),
    }
}

async fn serve(access: Access, mut socket: WebSocket) {
    // Held until the close frame is out.
    let _open = access.open.clone();
    let id = SocketId(NEXT_SOCKET.fetch_add(1, Ordering::Relaxed));
    let request = match first_frame(&mut socket).await {
        Ok(Some(request)) => request,
        Ok(None) => return,
        Err(text) => return refuse(&mut socket, ErrorCode::RequestValidationFailed, text).await,
    };
    let Ok(claims) = SfuClaims::verify(&request.token, &access.secret) else {
        let text = "the token is missing, wrong or expired";
        return refuse(&mut socket, ErrorCode::Unauthenticated, text).await;
    };
    let Some(inlet) = access.sfu.inlet(&claims.cid) else { return };
    let (frames, inbox) = mpsc::channel(QUEUE);
    let join = Box::new(join(id, claims, request));
    inlet.send(Request::Join { join, frames }).await;
    let code = relay(inlet, id, &mut socket, inbox).await;
    inlet.send(Request::Closed(id, code)).await;
}

/// Waits for the JoinRequest. `None`: the client went away.
async fn first_frame(socket: &mut WebSocket) -> Result<Option<JoinRequest>, &'static str> {
    let deadline = tokio::time::Instant::now() + JOIN_DEADLINE;
    loop {
        return match timeout_at(deadline, socket.recv()).await {
            Ok(Some(Ok(Message::Binary(bytes)))) => {
                let request = SfuRequest::decode(bytes).ok().and_then(|r| r.request_payload);
                match request {
                    Some(RequestPayload::JoinRequest(request)) => Ok(Some(request)),
                    _ => Err("the first frame must be a JoinRequest"),
                }
            }
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
            Ok(Some(Ok(Message::Text(_)))) => Err("frames must be binary"),
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => Ok(None),
            Err(_) => Err("no JoinRequest came in time"),
        };
    }
}

fn join(socket: SocketId, claims: SfuClaims, request: JoinRequest) -> Join {
    let details = request.reconnect_details.unwrap_or_default();
    let prefix = Uuid::new_v4().simple().to_string();
    Join {
        socket,
        claims,
        session_id: request.session_id,
        strategy: details.strategy(),
        previous_session_id: details.previous_session_id,
        subscriptions: details.subscriptions,
        shows_pauses: request.capabilities.contains(&VIDEO_PAUSE),
        encodes: Codecs::of(&request.publisher_sdp),
        decodes: Codecs::of(&request.subscriber_sdp),
        preferred: request.preferred_publish_options,
        prefix: prefix.get(..PREFIX).unwrap_or(&prefix).to_owned(),
    }
}

/// Carries frames both ways until one side ends it. Returns the client's close code, if it sent
/// one.
async fn relay(
    inlet: &Inlet,
    id: SocketId,
    socket: &mut WebSocket,
    mut inbox: mpsc::Receiver<Frame>,
) -> Option<u16> {
    loop {
        tokio::select! {
            frame = inbox.recv() => match frame {
                Some(frame) => match timeout(WRITE_DEADLINE, write(socket, frame, &mut inbox)).await {
                    Ok(Ok(None)) => {}
                    Ok(Ok(Some((code, reason)))) => {
                        hang_up(socket, code, reason).await;
                        return None;
                    }
                    Ok(Err(_)) | Err(_) => return None,
                },
                // The worker cut it off for not reading, or the server is going.
                None => {
                    hang_up(socket, close_code::AGAIN, "too slow").await;
                    return None;
                }
            },
            frame = socket.recv() => match frame {
                Some(Ok(Message::Binary(bytes))) => on_frame(inlet, id, bytes).await,
                Some(Ok(Message::Close(close))) => {
                    // Answered with the same code, or browsers report an abnormal end.
                    let code = close.map(|close| close.code);
                    hang_up(socket, code.unwrap_or(close_code::NORMAL), "").await;
                    return code;
                }
                Some(Err(_)) | None => return None,
                Some(Ok(_)) => inlet.send(Request::Heard(id)).await,
            },
        }
    }
}

/// Writes a frame, and in the same go those that wait behind it. Returns the close that is among
/// them.
async fn write(
    socket: &mut WebSocket,
    first: Frame,
    inbox: &mut mpsc::Receiver<Frame>,
) -> Result<Option<(u16, &'static str)>, axum::Error> {
    let mut next = Some(first);
    let mut close = None;
    while let Some(frame) = next {
        match frame {
            Frame::Event(event) => socket.feed(Message::Binary(event)).await?,
            Frame::Close { code, reason } => {
                close = Some((code, reason));
                break;
            }
        }
        next = inbox.try_recv().ok();
    }
    socket.flush().await?;
    Ok(close)
}

async fn on_frame(inlet: &Inlet, id: SocketId, bytes: Bytes) {
    inlet.send(Request::Heard(id)).await;
    match SfuRequest::decode(bytes).map(|request| request.request_payload) {
        Ok(Some(RequestPayload::HealthCheckRequest(_))) => {
            inlet.send(Request::HealthCheck(id)).await;
        }
        Ok(Some(RequestPayload::LeaveCallRequest(_))) => inlet.send(Request::Leave(id)).await,
        Ok(Some(RequestPayload::JoinRequest(_)) | None) => {}
        Err(error) => tracing::debug!(%error, "frame cannot be read"),
    }
}

async fn refuse(socket: &mut WebSocket, code: ErrorCode, text: &'static str) {
    let refusal = error_event(error(code, text), WebsocketReconnectStrategy::Disconnect);
    let event = SfuEvent { event_payload: Some(refusal) };
    let sent = socket.send(Message::Binary(event.encode_to_vec().into())).await;
    if sent.is_ok() {
        hang_up(socket, close_code::POLICY, text).await;
    }
}

/// Sends the close frame and waits a moment for the answer: closing the connection at once could
/// overtake it.
async fn hang_up(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
    let farewell = async {
        if socket.send(close).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // A client that does not answer has nothing more to lose.
    drop(timeout(CLOSE_DEADLINE, farewell).await);
}

static NEXT_SOCKET: AtomicU64 = AtomicU64::new(1);

const VIDEO_PAUSE: i32 = ClientCapability::SubscriberVideoPause as i32;

const JOIN_DEADLINE: Duration = Duration::from_secs(10);
const WRITE_DEADLINE: Duration = Duration::from_secs(10);
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);
/// Events a reader may fall behind.
const QUEUE: usize = 1024;
/// Bytes. A JoinRequest holds two session descriptions of some 10 kB.
const MAX_FRAME: usize = 256 * 1024;
/// Bytes. Clients say little; what is usual, 128 kB for each socket, is filled with zeros for each
/// read.
const READ_BUFFER: usize = 4 * 1024;
/// Hexadecimal digits of a track lookup prefix.
const PREFIX: usize = 16;
