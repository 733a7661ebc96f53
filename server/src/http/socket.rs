//! The coordinator socket.
//!
//! Clients go by the close code when no `connection.error` has come before it, and come back later
//! unless it is 1000, which is never sent:
//!
//! | why                                                             | before it          | code |
//! | --------------------------------------------------------------- | ------------------ | ---- |
//! | no first frame in time, or one that is none                     | `connection.error` | 1008 |
//! | unknown app, bad token, expired token, a user who is not its own | `connection.error` | 1008 |
//! | too many sockets or requests                                    | `connection.error` | 1008 |
//! | nothing can be stored                                           | `connection.error` | 1013 |
//! | a fault of the server                                           | `connection.error` | 1011 |
//! | the client has said nothing for too long                        |                    | 1008 |
//! | the token has expired: a client that has another one comes back |                    | 1008 |
//! | the client does not take its events                             |                    | 1013 |
//! | the server stops, whether or not the client is authenticated    |                    | 1012 |

use std::time::{Duration, Instant};

use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code,
            rejection::WebSocketUpgradeRejection,
        },
    },
    http::StatusCode,
    response::Response,
};
use bytes::Bytes;
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{Instant as Deadline, sleep_until, timeout, timeout_at},
};
use trunkline_protocol::coordinator::{
    ConnectionErrorEvent, DateTime, ErrorCode, Event, HealthCheckEvent, WsAuthMessage, event_type,
};
use uuid::Uuid;

use super::{
    api::{self, Api},
    incoming::Incoming,
};
use crate::{
    clock,
    coordinator::{ConnectionId, Outbox, Refusal},
    sockets::Permit,
    sockets::TooManySockets,
};

pub(super) async fn connect(
    State(api): State<Api>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    incoming: Incoming,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let refusal = Refusal::input("this route takes WebSocket upgrades only");
        return api::refuse(&refusal.to_api_error("Connect", api::describe(Instant::now())));
    };
    upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        // In a box, so that the closure is no second home for all that the socket needs.
        .on_upgrade(move |socket| Box::pin(serve(api, socket, Box::new(incoming))))
}

async fn serve(api: Api, mut socket: WebSocket, incoming: Box<Incoming>) {
    let started = Instant::now();
    let connection = ConnectionId(Uuid::new_v4().to_string());
    // Held until the close frame is out: a shutdown waits for it.
    let _open = api.app.sockets.clone();
    let admitted = match api.app.socket_counts.enter(incoming.address()) {
        Ok(place) => {
            let admitted = tokio::select! {
                admitted = admit(&api, &mut socket, incoming, &connection) => admitted,
                () = api.app.coordinator.hub().closed() => Ok(None),
            };
            admitted.map(|user| user.map(|user| (place, user)))
        }
        Err(reason) => Err(too_many(reason)),
    };
    let status = match &admitted {
        Ok(_) => StatusCode::SWITCHING_PROTOCOLS,
        // Told in a frame: the answer to the upgrade has long been sent.
        Err(refusal) => StatusCode::from_u16(refusal.status).unwrap_or_default(),
    };
    api.count("Connect", status, started);
    let close = match admitted {
        Ok(Some((_place, Admitted { _permit, expires_at, inbox }))) => {
            tracing::debug!(connection = connection.0, "socket open");
            let close = relay(&api, &mut socket, &connection, expires_at, inbox).await;
            api.app.coordinator.hub().disconnect(&connection);
            close
        }
        Ok(None) => api.app.coordinator.hub().is_closed().then_some(close_code::RESTART),
        Err(refusal) => {
            refuse(&api, &mut socket, &connection, &refusal).await;
            Some(code_after(&refusal))
        }
    };
    tracing::debug!(connection = connection.0, ?close, "socket closed");
    if let Some(code) = close {
        hang_up(&mut socket, code).await;
    }
}

/// The user of a socket has shown who they are.
struct Admitted {
    _permit: Permit,
    /// When the token does.
    expires_at: Option<DateTime>,
    /// What is to be sent to the user.
    inbox: mpsc::Receiver<Bytes>,
}

/// Waits for the first frame and checks it. `None`: one of the two goes away.
async fn admit(
    api: &Api,
    socket: &mut WebSocket,
    incoming: Box<Incoming>,
    connection: &ConnectionId,
) -> Result<Option<Admitted>, Refusal> {
    incoming.named_app(&api.app)?;
    let deadline = Deadline::now() + AUTH_DEADLINE;
    let text = loop {
        match timeout_at(deadline, socket.recv()).await {
            Ok(Some(Ok(Message::Text(text)))) => break text,
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => (),
            Ok(Some(Ok(Message::Binary(_)))) => {
                return Err(Refusal::input("the first frame must be text"));
            }
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return Ok(None),
            Err(_) => {
                let detail = "no authentication frame came in time";
                return Err(Refusal::passing(ErrorCode::Authentication, detail));
            }
        }
    };
    let message: WsAuthMessage = serde_json::from_str(&text)
        .map_err(|error| Refusal::input(format!("the first frame cannot be read: {error}")))?;
    let caller = incoming.socket_caller(&api.app, &message.token)?;
    let permit = api.app.socket_counts.belong(caller.app, &caller.user_id);
    let permit = permit.map_err(too_many)?;
    let expires_at = caller.expires_at;
    let (frames, inbox) = mpsc::channel(QUEUE);
    let outbox = Outbox { connection: connection.clone(), encoding: api.encoding, frames };
    // In a box of its own, which only lasts for that long.
    Box::pin(api.app.coordinator.connect(caller, message.user_details, outbox)).await?;
    Ok(Some(Admitted { _permit: permit, expires_at, inbox }))
}

/// Carries frames both ways until one side ends it. Returns the close code to send, if any.
async fn relay(
    api: &Api,
    socket: &mut WebSocket,
    connection: &ConnectionId,
    expires_at: Option<DateTime>,
    mut inbox: mpsc::Receiver<Bytes>,
) -> Option<u16> {
    let mut silent_until = Deadline::now() + CLIENT_SILENCE;
    let mut expiry = expires_at.map(time_left);
    loop {
        let out = tokio::select! {
            event = inbox.recv() => match event {
                Some(event) => event,
                None if api.app.coordinator.hub().is_closed() => return Some(close_code::RESTART),
                // The hub has dropped this socket because its reader fell behind.
                None => return Some(close_code::AGAIN),
            },
            frame = socket.recv() => {
                silent_until = Deadline::now() + CLIENT_SILENCE;
                match frame {
                    Some(Ok(Message::Text(text))) if is_ping(&text) => pong(api, connection)?,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(_)) => continue,
                }
            }
            () = sleep_until(silent_until) => return Some(close_code::POLICY),
            () = sleep_until(expiry.unwrap_or(silent_until)), if expiry.is_some() => {
                // A deadline far off is looked at from time to time, and so is the clock.
                if expires_at.is_some_and(|at| at <= clock::now()) {
                    return Some(close_code::POLICY);
                }
                expiry = expires_at.map(time_left);
                continue;
            }
        };
        if !send(socket, out).await {
            return None;
        }
    }
}

/// There are too many sockets already; later there may be fewer.
fn too_many(reason: TooManySockets) -> Refusal {
    Refusal::passing(ErrorCode::TooManyConnections, reason.to_string())
}

/// When to look whether a token has expired.
fn time_left(expires_at: DateTime) -> Deadline {
    let nanos = expires_at.unix_nanos().saturating_sub(clock::now().unix_nanos());
    let left = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
    Deadline::now() + left.clamp(Duration::from_millis(1), CLOCK_CHECK)
}

/// Clients ping with an object, or with an array that holds one.
fn is_ping(text: &str) -> bool {
    let frame = serde_json::from_str::<Value>(text).unwrap_or_default();
    let message = frame.get(0).unwrap_or(&frame);
    message.get("type").and_then(Value::as_str) == Some(event_type::HEALTH_CHECK)
}

fn pong(api: &Api, connection: &ConnectionId) -> Option<Bytes> {
    let body =
        HealthCheckEvent { connection_id: connection.0.clone(), ..HealthCheckEvent::default() };
    write(api, &Event::of_connection(clock::now(), body))
}

fn code_after(refusal: &Refusal) -> u16 {
    match refusal.status {
        503 => close_code::AGAIN,
        500 => close_code::ERROR,
        _ => close_code::POLICY,
    }
}

async fn refuse(api: &Api, socket: &mut WebSocket, connection: &ConnectionId, refusal: &Refusal) {
    let error = refusal.to_api_error("Connect", String::new());
    let body = ConnectionErrorEvent { connection_id: connection.0.clone(), error };
    if let Some(frame) = write(api, &Event::of_connection(clock::now(), body)) {
        send(socket, frame).await;
    }
}

fn write(api: &Api, event: &Event) -> Option<Bytes> {
    let text = api.encoding.scope(|| serde_json::to_vec(event));
    text.inspect_err(|error| tracing::error!(%error, "event not written")).ok().map(Bytes::from)
}

/// False when the client does not take the frame.
async fn send(socket: &mut WebSocket, frame: Bytes) -> bool {
    let Ok(text) = Utf8Bytes::try_from(frame) else {
        return false;
    };
    matches!(timeout(WRITE_DEADLINE, socket.send(Message::Text(text))).await, Ok(Ok(())))
}

/// Sends the close frame and waits a moment for the answer: closing the connection at once could
/// overtake it.
async fn hang_up(socket: &mut WebSocket, code: u16) {
    let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::default() }));
    let farewell = async {
        if socket.send(close).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // A client that does not answer has nothing more to lose.
    drop(timeout(CLOSE_DEADLINE, farewell).await);
}

const AUTH_DEADLINE: Duration = Duration::from_secs(10);
/// Clients ping every 25 s.
const CLIENT_SILENCE: Duration = Duration::from_secs(90);
/// How long a clock is trusted that may be set.
const CLOCK_CHECK: Duration = Duration::from_secs(60);
const WRITE_DEADLINE: Duration = Duration::from_secs(10);
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);
/// Events a reader may fall behind.
const QUEUE: usize = 256;
/// Bytes. The largest frame of a client is the first, with the token and the custom data of the user.
const MAX_FRAME: usize = 32 * 1024;
/// Bytes. Clients say little; what is usual, 128 kB for each socket, is filled with zeros for each
/// read.
const READ_BUFFER: usize = 1024;
/// Bytes that are written at once. What is usual, 128 kB, stays with the socket.
const WRITE_BUFFER: usize = 4 * 1024;
