//! The SFU socket, from the client's side.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use prost::Message as _;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tokio_tungstenite::{
    connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use trunkline_protocol::sfu::event::{SfuRequest, sfu_request::RequestPayload};

/// A socket, read to the end in a task. The connection ends with it, without a goodbye.
pub struct Socket {
    frames: mpsc::UnboundedSender<Message>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

/// What comes over a socket.
#[derive(Debug)]
pub enum Heard {
    /// An event, not yet decoded: most clients of a crowd do not look.
    Frame(Bytes),
    /// The last: with close code and reason, if the server sent any.
    End(Option<(u16, String)>),
}

/// The socket cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SocketError(#[from] Box<tokio_tungstenite::tungstenite::Error>);

impl Socket {
    /// Connects.
    pub async fn open(url: &str) -> Result<Self, SocketError> {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        let connected = connect_async_with_config(url, Some(config), true).await;
        let (mut stream, _) = connected.map_err(|error| SocketError(Box::new(error)))?;
        let (frames, mut outbox) = mpsc::unbounded_channel::<Message>();
        let (hear, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut pings = interval(PINGS);
            pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut close = None;
            loop {
                tokio::select! {
                    frame = outbox.recv() => match frame {
                        // What cannot be sent shows when reading.
                        Some(frame) => drop(stream.send(frame).await),
                        // The client is gone, and the connection with it, without a goodbye.
                        None => return,
                    },
                    _ = pings.tick() => drop(stream.send(Message::Ping(Bytes::new())).await),
                    frame = stream.next() => match frame {
                        // The client may have heard enough.
                        Some(Ok(Message::Binary(bytes))) => drop(hear.send(Heard::Frame(bytes))),
                        Some(Ok(Message::Close(frame))) => {
                            close = frame.map(|f| (f.code.into(), f.reason.as_str().to_owned()));
                        }
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => break,
                    },
                }
            }
            drop(hear.send(Heard::End(close)));
        });
        Ok(Self { frames, heard })
    }

    /// Sends a request.
    pub fn send(&self, request: RequestPayload) {
        let request = SfuRequest { request_payload: Some(request) };
        self.send_raw(Message::binary(request.encode_to_vec()));
    }

    /// Sends any frame at all.
    pub fn send_raw(&self, frame: Message) {
        // An end shows when reading.
        let _ = self.frames.send(frame);
    }

    /// Waits for what comes next; `None` after the end.
    pub async fn next(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }
}

/// How often something is said, so that the server knows that somebody is there.
const PINGS: Duration = Duration::from_secs(5);
/// Bytes. What is usual, 128 kB, is much for a thousand sockets.
const READ_BUFFER: usize = 4 * 1024;
