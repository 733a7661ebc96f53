//! What a command line comes to.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use trunkline_protocol::coordinator::UpdateUsersRequest;

use super::operation::Operation;
use crate::{
    address::TrustedProxies,
    auth::App,
    coordinator::RoleGrants,
    crowd::Crowd,
    http::ConnectionBounds,
    operator::Order,
    rate_limit::Budgets,
    sfu::{self, SfuOptions},
    sockets::SocketBounds,
    turn::TurnServers,
};

/// What to do.
#[allow(clippy::large_enum_variant)] // there is one in a process
pub enum Task {
    /// Run the server.
    Serve(Config),
    /// Say that this configuration file is there now.
    Announce(PathBuf),
    /// Print this token.
    PrintToken(String),
    /// Have this done in a directory, by the server that uses it if there is one.
    Order {
        /// Directory of the data.
        data: PathBuf,
        /// What.
        order: Order,
    },
    /// Make a data directory of a copy.
    Restore {
        /// The copy.
        from: PathBuf,
        /// Directory of the data.
        data: PathBuf,
        /// Set aside what is there.
        replace: bool,
    },
    /// Create or change a user.
    PutUser {
        /// Where.
        place: Place,
        /// Key and secret of the app.
        app: App,
        /// The user.
        users: UpdateUsersRequest,
    },
    /// Fill a call.
    Crowd(Crowd),
}

/// Where users are kept.
pub enum Place {
    /// In a directory that no server uses now.
    Directory(PathBuf),
    /// With a running server: its URL, without a slash at the end.
    Server(String),
}

/// A checked configuration of the server.
#[derive(Clone)]
pub struct Config {
    /// Address for HTTP and WebSockets.
    pub listen: SocketAddr,
    /// Directory of the data.
    pub data: PathBuf,
    /// Key and secret.
    pub app: App,
    /// Hand out tokens.
    pub dev: bool,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    /// Who may say for whom they ask.
    pub proxies: TrustedProxies,
    /// Static files.
    pub www: Option<PathBuf>,
    /// Address for media.
    pub udp: SocketAddr,
    /// Told to clients for media.
    pub public_ip: Option<IpAddr>,
    /// Told to clients, for networks that block UDP.
    pub turn: Arc<TurnServers>,
    /// What roles may do instead of what is built in.
    pub grants: Vec<RoleGrants>,
    /// How often somebody may ask.
    pub budgets: Budgets,
    /// Anybody may become a guest.
    pub guests: bool,
    /// After how long guests are forgotten; `None`: they are kept.
    pub guest_expiry: Option<Duration>,
    /// How many sockets somebody may hold open.
    pub sockets: SocketBounds,
    /// How often somebody may ask something of the SFU.
    pub sfu_limits: sfu::Limits,
    /// How many connections somebody may hold open, sockets among them.
    pub connections: ConnectionBounds,
    /// Sessions that one user may have in a call.
    pub sessions_per_user: u32,
    /// From which sizes on less is done for each participant of a call.
    pub sizes: sfu::Sizes,
    /// Among how many threads the calls are divided.
    pub media_workers: usize,
    /// The form of the log.
    pub log_json: bool,
    /// For whoever runs it.
    pub operation: Operation,
}

impl Config {
    /// How the SFU is to be.
    pub fn sfu(&self) -> SfuOptions {
        SfuOptions {
            udp: self.udp,
            public_ip: self.public_ip,
            sizes: self.sizes,
            workers: self.media_workers,
        }
    }
}
