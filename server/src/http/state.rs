//! What the routes work with.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use tokio::sync::mpsc;
use trunkline_protocol::coordinator::IceServerResponse;

use crate::{
    auth::{App, Apps},
    coordinator::Coordinator,
    metrics::Registry,
    rate_limit::RateLimits,
    sockets::SocketCounts,
    turn::TurnServers,
};

/// The parts of the server that they need, and how it is configured.
#[derive(Clone)]
pub struct AppState {
    /// Decides.
    pub coordinator: Coordinator,
    /// Keys and secrets.
    pub apps: Arc<Apps>,
    /// Signs SFU tokens.
    pub sfu_secret: String,
    /// Sessions that one user may have in a call.
    pub sessions_per_user: u32,
    /// Name of the SFU.
    pub edge_name: String,
    /// Where clients are told from which address they send.
    pub stun: Vec<IceServerResponse>,
    /// TURN servers that clients are told.
    pub turn: Arc<TurnServers>,
    /// `http`, or `https` when the server speaks TLS itself.
    pub scheme: &'static str,
    /// Whether each request goes to the log.
    pub access_log: bool,
    /// Set when the server is to end and nobody new gets in.
    pub draining: Arc<AtomicBool>,
    /// Base URL clients use, when the `Host` header does not tell.
    pub public_url: Option<String>,
    /// Development: hands out tokens of this app.
    pub dev: Option<App>,
    /// Anybody may become a guest.
    pub guests: bool,
    /// Static files of the demo.
    pub www: Option<PathBuf>,
    /// Held by every open socket, so that a shutdown can wait for them.
    pub sockets: mpsc::Sender<Infallible>,
    /// How many of them there are, by holder.
    pub socket_counts: Arc<SocketCounts>,
    /// How often somebody may ask.
    pub rate_limits: Arc<RateLimits>,
    /// Counts what happens.
    pub metrics: Registry,
    /// Directory of the data.
    pub data: PathBuf,
    /// When the server was started.
    pub started: Instant,
}
