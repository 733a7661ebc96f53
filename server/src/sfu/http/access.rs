//! What the routes work with.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::door::Door;
use crate::sfu::handle::Sfu;

/// The SFU, its door, and who waits for its sockets.
#[derive(Clone)]
pub(super) struct Access {
    pub sfu: Sfu,
    /// Signs SFU tokens.
    pub secret: String,
    pub door: Arc<Door>,
    /// Held by every open socket, so that a shutdown can wait for them.
    pub open: Open,
}

/// Lets a shutdown wait for the sockets.
pub type Open = mpsc::Sender<std::convert::Infallible>;
