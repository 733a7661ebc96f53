//! The SFU's socket and its Twirp service: translation only.

mod socket;
mod twirp;

use axum::{
    Router,
    routing::{any, get},
};
use tokio::sync::mpsc;

use super::handle::Sfu;

/// What the routes work with.
#[derive(Clone)]
struct Access {
    sfu: Sfu,
    /// Signs SFU tokens.
    secret: String,
    /// Held by every open socket, so that a shutdown can wait for them.
    open: Open,
}

/// Lets a shutdown wait for the sockets.
pub type Open = mpsc::Sender<std::convert::Infallible>;

/// Everything under `/sfu`.
pub fn routes(sfu: Sfu, secret: String, open: Open) -> Router {
    Router::new()
        .route("/sfu/ws", get(socket::connect))
        .route("/sfu/twirp/{service}/{method}", any(twirp::call))
        .with_state(Access { sfu, secret, open })
}
