//! The SFU socket: a JoinRequest first, then events one way and pings the other.
//!
//! | why                                                        | before it                | close |
//! | ---------------------------------------------------------- | ------------------------ | ----- |
//! | too many sockets of this address, or of all                | HTTP 429, no socket      |       |
//! | no JoinRequest in time, or none at all                     | `error`, `DISCONNECT`    | 1008  |
//! | bad token                                                  | `error`, `DISCONNECT`    | 1008  |
//! | more frames than anybody needs, or one that is too large   | `error`, `DISCONNECT`    | 1008  |
//! | too many joins or other requests                           |                          | 1013  |
//! | others who come need the place of one that has not joined  |                          | none  |
//! | the client does not take its events, or the server stops   |                          | 1013  |

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Extension,
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
    event::{JoinRequest, ReconnectDetails, SfuEvent, SfuRequest, sfu_request::RequestPayload},
    models::{ClientCapability, Error, ErrorCode, WebsocketReconnectStrategy as Strategy},
};
use uuid::Uuid;

use super::{lobby::Seat, requests, twirp};
use crate::{
    address::{ClientAddress, Network},
    control::SfuClaims,
    pace::{Meter, Pace},
    sfu::{
        http::access::Access,
        ids::SocketId,
        inbox::Inlet,
        requests::{Frame, Request},
        signalling::{Caller, Codecs, Event, Join, error, error_event},
    },
    sockets::{Permit, SocketCounts},
};

pub(super) async fn connect(
    State(access): State<Access>,
    address: ClientAddress,
    Extension(counts): Extension<Arc<SocketCounts>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let text = "this route takes WebSocket upgrades only";
        return twirp::envelope(StatusCode::BAD_REQUEST, "malformed", text).into_response();
    };
    // Before there is a socket: one that is only to be refused would cost as much as any other.
    let permit = match counts.enter(address) {
        Ok(permit) => permit,
        Err(reason) => return twirp::too_many(&reason.to_string(), ROOM_AGAIN).into_response(),
    };
    upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        // In a box, so that the closure is no second home for all that the socket needs.
        .on_upgrade(move |socket| Box::pin(serve(access, socket, address.network(), permit)))
}

async fn serve(access: Access, mut socket: WebSocket, from: Network, _permit: Permit) {
    // Held until the close frame is out.
    let _open = access.open.clone();
    let id = SocketId(NEXT_SOCKET.fetch_add(1, Ordering::Relaxed));
    let mut pace = Meter::default();
    let seat = access.door.lobby.enter(from);
    let request = match first_frame(&mut socket, seat, &mut pace).await {
        Ok(Some(request)) => request,
        Ok(None) => return,
        Err(text) => return refuse(&mut socket, ErrorCode::RequestValidationFailed, text).await,
    };
    let Ok(claims) = SfuClaims::verify(&request.token, &access.secret) else {
        let text = "the token is missing, wrong or expired";
        return refuse(&mut socket, ErrorCode::Unauthenticated, text).await;
    };
    if access.sfu.is_draining() && !is_return(&request) {
        let text = "the server is shutting down: join again, it may be back or another one there";
        let error = Error { should_retry: true, ..error(ErrorCode::SfuShuttingDown, text) };
        let refusal = error_event(error, Strategy::Migrate);
        return turn_away(&mut socket, refusal, close_code::RESTART, text).await;
    }
    let caller = Caller { user_id: claims.user_id.clone(), cid: claims.cid.clone() };
    if access.door.count(&caller, from, REQUESTS_PER_JOIN).is_err() {
        return hang_up(&mut socket, close_code::AGAIN, "too many requests").await;
    }
    let details = request.reconnect_details.as_ref();
    let wished = details.map(|details| details.subscriptions.as_slice()).unwrap_or_default();
    if requests::check_wishes(wished).is_err() {
        let text = "the JoinRequest asks for too many tracks";
        return refuse(&mut socket, ErrorCode::RequestValidationFailed, text).await;
    }
    let Some(inlet) = access.sfu.inlet(&claims.cid) else { return };
    let (frames, inbox) = mpsc::channel(QUEUE);
    let join = Box::new(join(id, claims, *request));
    inlet.send(Request::Join { join, frames }).await;
    let code = relay(inlet, id, &mut socket, inbox, &mut pace).await;
    inlet.send(Request::Closed(id, code)).await;
}

/// Waits for the JoinRequest. `None`: the client went away, or has to.
async fn first_frame(
    socket: &mut WebSocket,
    mut seat: Seat,
    pace: &mut Meter,
) -> Result<Option<Box<JoinRequest>>, &'static str> {
    let deadline = tokio::time::Instant::now() + JOIN_DEADLINE;
    loop {
        let frame = tokio::select! {
            frame = timeout_at(deadline, socket.recv()) => frame,
            () = seat.turned_out() => return Ok(None),
        };
        pace.take(FRAMES, 1, Instant::now()).map_err(|_| TOO_MANY_FRAMES)?;
        return match frame {
            Ok(Some(Ok(Message::Binary(bytes)))) => {
                let request = SfuRequest::decode(bytes).ok().and_then(|r| r.request_payload);
                match request {
                    Some(RequestPayload::JoinRequest(request)) => Ok(Some(Box::new(request))),
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
    pace: &mut Meter,
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
            frame = socket.recv() => {
                let frame = frame?.ok()?;
                if let Message::Close(close) = frame {
                    // Answered with the same code, or browsers report an abnormal end.
                    let code = close.map(|close| close.code);
                    hang_up(socket, code.unwrap_or(close_code::NORMAL), "").await;
                    return code;
                }
                if pace.take(FRAMES, 1, Instant::now()).is_err() {
                    refuse(socket, ErrorCode::TooManyRequests, TOO_MANY_FRAMES).await;
                    return None;
                }
                match frame {
                    Message::Binary(bytes) if bytes.len() > MAX_LATER_FRAME => {
                        let text = "the frame is too large";
                        refuse(socket, ErrorCode::RequestValidationFailed, text).await;
                        return None;
                    }
                    Message::Binary(bytes) => on_frame(inlet, id, bytes).await,
                    _ => inlet.send(Request::Heard(id)).await,
                }
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
            Frame::Offer(offer) => {
                let event = Some(Event::SubscriberOffer(offer.write()));
                let bytes = SfuEvent { event_payload: event }.encode_to_vec();
                socket.feed(Message::Binary(bytes.into())).await?;
            }
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

/// Whether somebody comes back who was in the call already.
fn is_return(request: &JoinRequest) -> bool {
    let strategy = request.reconnect_details.as_ref().map(ReconnectDetails::strategy);
    strategy.is_some_and(|strategy| strategy != Strategy::Unspecified)
}

async fn refuse(socket: &mut WebSocket, code: ErrorCode, text: &'static str) {
    let refusal = error_event(error(code, text), Strategy::Disconnect);
    turn_away(socket, refusal, close_code::POLICY, text).await;
}

async fn turn_away(socket: &mut WebSocket, refusal: Event, close: u16, text: &'static str) {
    let event = SfuEvent { event_payload: Some(refusal) };
    let sent = socket.send(Message::Binary(event.encode_to_vec().into())).await;
    if sent.is_ok() {
        hang_up(socket, close, text).await;
    }
}

/// Sends the close frame and waits a moment for the answer: closing the connection at once could
/// overtake it.
async fn hang_up(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
    let farewell = async {
        if socket.send(close).await.is_ok() {
            for _ in 0..LAST_FRAMES {
                let Some(Ok(_)) = socket.recv().await else { break };
            }
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
/// Those that may be on their way when a socket is closed. A flood is not read to its end.
const LAST_FRAMES: usize = 2000;
/// Events a reader may fall behind.
const QUEUE: usize = 1024;
/// Bytes. A JoinRequest holds two session descriptions of some 10 kB and what is to be received. A
/// frame that announces more is not waited for.
const MAX_FRAME: usize = 64 * 1024;
/// Bytes. After the join clients say hardly more than that they are there.
const MAX_LATER_FRAME: usize = 4 * 1024;
/// Of one socket, whatever is in them: clients ping every few seconds.
const FRAMES: Pace = Pace { per_second: 20, burst: 200 };
const TOO_MANY_FRAMES: &str = "too many frames";
/// A join makes work for everybody in the call.
const REQUESTS_PER_JOIN: u32 = 10;
/// When there may be room for another socket.
const ROOM_AGAIN: Duration = Duration::from_secs(5);
/// Bytes. Clients say little; what is usual, 128 kB for each socket, is filled with zeros for each
/// read.
const READ_BUFFER: usize = 1024;
/// Bytes that are written at once. What is usual, 128 kB, stays with the socket.
const WRITE_BUFFER: usize = 4 * 1024;
/// Hexadecimal digits of a track lookup prefix.
const PREFIX: usize = 16;
