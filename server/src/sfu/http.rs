//! The SFU's socket and its Twirp service: translation only.

mod door;
mod lobby;
mod requests;
mod socket;
mod twirp;

use axum::{
    Router,
    routing::{any, get},
};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::handle::Sfu;
use door::Door;

pub use door::Limits;

/// What the routes work with.
#[derive(Clone)]
struct Access {
    sfu: Sfu,
    /// Signs SFU tokens.
    secret: String,
    door: Arc<Door>,
    /// Held by every open socket, so that a shutdown can wait for them.
    open: Open,
}

/// Lets a shutdown wait for the sockets.
pub type Open = mpsc::Sender<std::convert::Infallible>;

/// Everything under `/sfu`.
pub fn routes(sfu: Sfu, secret: String, open: Open, limits: Limits) -> Router {
    Router::new()
        .route("/sfu/ws", get(socket::connect))
        .route("/sfu/twirp/{service}/{method}", any(twirp::call))
        .with_state(Access { sfu, secret, door: Arc::new(Door::new(limits)), open })
}
