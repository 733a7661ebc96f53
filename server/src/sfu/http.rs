//! The SFU's socket and its Twirp service: translation only.

mod access;
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

use super::handle::Sfu;
use access::Access;
use door::Door;

pub use access::Open;
pub use door::Limits;

/// Everything under `/sfu`.
pub fn routes(sfu: Sfu, secret: String, open: Open, limits: Limits) -> Router {
    Router::new()
        .route("/sfu/ws", get(socket::connect))
        .route("/sfu/twirp/{service}/{method}", any(twirp::call))
        .with_state(Access { sfu, secret, door: Arc::new(Door::new(limits)), open })
}
