//! A running server: store, coordinator, HTTP, and how they end.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::Router;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

use trunkline_protocol::coordinator::{DateTime, IceServerResponse};

use crate::{
    auth::{App, Apps},
    clock,
    config::{Config, DEV_SECRET},
    coordinator::{Coordinator, Refusal, SfuControl},
    descriptors,
    http::{self, AppState, Connections, SocketCounts},
    metrics::Registry,
    rate_limit::RateLimits,
    sfu::{Open, control::SfuNotice},
    store::{Done, Store, StoreError, apps},
};

/// The media half, as the coordinator sees it.
pub struct Media {
    /// Takes orders.
    pub control: Arc<dyn SfuControl>,
    /// Gives notices.
    pub notices: mpsc::Receiver<SfuNotice>,
    /// Serves `/sfu`. Every open socket holds what it is given, so that a shutdown can wait; the
    /// text is the secret that SFU tokens are signed with.
    pub routes: Box<dyn FnOnce(Open, String) -> Router + Send>,
    /// Names it to clients.
    pub edge_name: String,
    /// Where it tells clients from which address they send (STUN), if it does.
    pub stun: Option<SocketAddr>,
    /// Counts for both halves.
    pub metrics: Registry,
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    coordinator: Coordinator,
    sfu: Arc<dyn SfuControl>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
    sockets: mpsc::Receiver<Infallible>,
    last_change: Option<DateTime>,
}

/// What clients are told. The SFU itself is there for whoever wants to know whether UDP gets to it.
fn ice_servers(stun: Option<SocketAddr>, turn: &[IceServerResponse]) -> Vec<IceServerResponse> {
    let stun = stun.filter(|address| !address.ip().is_unspecified()).map(|address| {
        let (username, password) = (String::new(), String::new());
        IceServerResponse { urls: vec![format!("stun:{address}")], username, password }
    });
    stun.into_iter().chain(turn.iter().cloned()).collect()
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store cannot be used.
    #[error(transparent)]
    Coordinator(#[from] Refusal),
}

impl Server {
    /// Opens the store, listens, and serves.
    pub async fn start(config: &Config, media: Media) -> Result<Self, StartError> {
        let failed = |error| StartError::Listen { address: config.listen, error };
        // First, so that a second server on the same port does not touch the data.
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let store = Store::open(&config.data, &media.metrics)?;
        let sfu = media.control;
        let (apps, sfu_secret, last_change) = open_apps(&store, config).await?;
        let control = Arc::clone(&sfu);
        let coordinator =
            Coordinator::start(store, apps.ids(), control, media.notices, &media.metrics).await?;
        coordinator.forget_guests(apps.ids().collect(), config.guest_expiry);
        let room = descriptors::for_connections(descriptors::raise());
        let bounds = config.connections.within(room);
        let connections = Connections::new(bounds, config.proxies.clone(), &media.metrics);
        let (open, sockets) = mpsc::channel(1);
        let state = AppState {
            coordinator: coordinator.clone(),
            apps: Arc::new(apps),
            sfu_secret: sfu_secret.clone(),
            edge_name: media.edge_name,
            ice_servers: ice_servers(media.stun, &config.ice_servers),
            public_url: config.public_url.clone(),
            dev: config.dev.then(|| config.app.clone()),
            guests: config.guests,
            www: config.www.clone(),
            sockets: open.clone(),
            socket_counts: SocketCounts::new(config.sockets.beside_requests(bounds)),
            rate_limits: Arc::new(RateLimits::new(config.budgets)),
            metrics: media.metrics,
            data: config.data.clone(),
            started: Instant::now(),
        };
        let router = http::router(&state, (media.routes)(open, sfu_secret));
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(http::serve(listener, router, connections, stopped));
        Ok(Self { address, coordinator, sfu, stop, serving, sockets, last_change })
    }

    /// Where the server listens; the real port when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The date of the newest data that the server found at its start.
    pub fn last_change(&self) -> Option<DateTime> {
        self.last_change
    }

    /// Answers what is in flight, closes the sockets with a close frame, then the store.
    pub async fn shutdown(mut self) {
        // The server may have failed by itself.
        let _ = self.stop.send(());
        self.coordinator.hub().close();
        self.sfu.close();
        if timeout(DRAIN, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
        // Ends when the last socket has let go of its sender.
        drop(timeout(DRAIN, self.sockets.recv()).await);
        self.coordinator.shutdown().await;
    }
}

/// Stores the app that the server was started with, and reads all there are.
async fn open_apps(
    store: &Store,
    config: &Config,
) -> Result<(Apps, String, Option<DateTime>), StoreError> {
    let App { key, secret } = config.app.clone();
    let dev = config.dev;
    let now = clock::now();
    store
        .transact(move |db| {
            apps::put(db, &key, &secret, None, now)?;
            let all = apps::list(db)?
                .into_iter()
                // A directory that has served development must not leave its door open.
                .filter(|app| dev || app.secret != DEV_SECRET)
                .map(|app| (app.id, App { key: app.key, secret: app.secret }));
            let apps = Apps::new(all);
            Ok(Done::quietly((apps, apps::sfu_secret(db)?, apps::last_change(db)?)))
        })
        .await
}

const DRAIN: Duration = Duration::from_secs(3);
