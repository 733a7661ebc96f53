//! A running server: store, coordinator, HTTP, and how they end.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::Router;
use rusqlite::Connection;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use trunkline_protocol::coordinator::{DateTime, IceServerResponse};

use crate::{
    auth::{App, Apps},
    clock,
    config::Config,
    control::{SfuControl, SfuNotice},
    coordinator::{Coordinator, Policy, Refusal},
    descriptors,
    http::{self, AppState, Connections, Tls, TlsError},
    metrics::Registry,
    operator::{Desk, Running},
    rate_limit::RateLimits,
    sfu::Open,
    sockets::SocketCounts,
    store::{Done, Retention, Store, StoreError, apps, retention},
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
    tls: Option<Arc<Tls>>,
    draining: Arc<AtomicBool>,
    drain: Duration,
    upkeep: JoinSet<()>,
}

/// The SFU itself, for whoever wants to know whether UDP gets to it.
fn stun_server(stun: Option<SocketAddr>) -> Vec<IceServerResponse> {
    let stun = stun.filter(|address| !address.ip().is_unspecified()).map(|address| {
        let (username, password) = (String::new(), String::new());
        IceServerResponse { urls: vec![format!("stun:{address}")], username, password }
    });
    stun.into_iter().collect()
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
    /// There is nothing to speak TLS with.
    #[error(transparent)]
    Tls(#[from] TlsError),
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
        let operation = &config.operation;
        let tls = operation.tls.as_ref().map(Tls::open).transpose()?.map(Arc::new);
        // First, so that a second server on the same port does not touch the data.
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let store = Store::open(&config.data, &media.metrics)?;
        let mut upkeep = JoinSet::new();
        if let Some(tls) = tls.clone() {
            upkeep.spawn(async move { tls.follow().await });
        }
        if !operation.retention.keeps_all() {
            upkeep.spawn(keep_no_longer(store.clone(), operation.retention));
        }
        let draining = Arc::<AtomicBool>::default();
        let sfu = media.control;
        let (apps, sfu_secret, last_change) = open_apps(&store, config).await?;
        let control = Arc::clone(&sfu);
        let policy = Policy::new(config.grants.iter().cloned());
        let coordinator =
            Coordinator::start(store, apps.ids(), control, policy, media.notices, &media.metrics)
                .await?;
        coordinator.forget_guests(apps.ids(), config.guest_expiry);
        let room = descriptors::for_connections(descriptors::raise());
        let bounds = config.connections.within(room);
        let connections = Connections::new(bounds, config.proxies.clone(), &media.metrics);
        let apps = Arc::new(apps);
        match Desk::open(&config.data) {
            Ok(desk) => {
                let running = Running {
                    coordinator: coordinator.clone(),
                    apps: Arc::clone(&apps),
                    store: coordinator.store().clone(),
                    own_key: config.app.key.clone(),
                };
                upkeep.spawn(desk.serve(running));
            }
            // As with a directory whose path is too long for one.
            Err(error) => tracing::warn!(%error, "commands cannot ask this server"),
        }
        let (open, sockets) = mpsc::channel(1);
        let state = AppState {
            coordinator: coordinator.clone(),
            apps,
            sfu_secret: sfu_secret.clone(),
            sessions_per_user: config.sessions_per_user,
            edge_name: media.edge_name,
            turn: Arc::clone(&config.turn),
            stun: stun_server(media.stun),
            scheme: if tls.is_some() { "https" } else { "http" },
            draining: Arc::clone(&draining),
            access_log: operation.access_log,
            public_url: config.public_url.clone(),
            dev: config.dev.then(|| config.app.clone()),
            guests: config.guests,
            www: config.www.clone(),
            sockets: open.clone(),
            socket_counts: SocketCounts::new(bounds.beside(config.sockets)),
            rate_limits: Arc::new(RateLimits::new(config.budgets)),
            metrics: media.metrics,
            data: config.data.clone(),
            started: Instant::now(),
        };
        let router = http::router(&state, (media.routes)(open, sfu_secret));
        let (stop, stopped) = oneshot::channel();
        let serving =
            tokio::spawn(http::serve(listener, router, connections, tls.clone(), stopped));
        let drain = operation.drain;
        Ok(Self {
            address,
            coordinator,
            sfu,
            stop,
            serving,
            sockets,
            last_change,
            tls,
            draining,
            drain,
            upkeep,
        })
    }

    /// Reads the certificates again.
    pub fn reload(&self) {
        if let Some(tls) = &self.tls {
            tls.reload();
        }
    }

    /// Lets nobody new in, and waits until nobody is in a call any more, or for as long as calls may
    /// go on.
    pub async fn drain(&self) {
        self.draining.store(true, Relaxed);
        self.sfu.drain();
        let calls_end = async {
            while !matches!(self.coordinator.live_counts().await, Ok((_, 0))) {
                sleep(BETWEEN_LOOKS).await;
            }
        };
        if timeout(self.drain, calls_end).await.is_err() {
            tracing::info!("calls are ended: their time is over");
        }
    }

    /// How clients reach this server.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls.is_some() { "https" } else { "http" }, self.address)
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
        self.upkeep.shutdown().await;
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
            let is_known = apps::list(db)?.iter().any(|app| app.key == key);
            let id = apps::put(db, &key, &secret, None, now)?;
            if !is_known {
                apps::set_by_start(db, id, true)?;
            }
            let apps = Apps::new(apps::list(db)?, id, dev);
            Ok(Done::quietly((apps, apps::sfu_secret(db)?, apps::last_change(db)?)))
        })
        .await
}

/// Deletes what is older than it may be, now and every hour.
async fn keep_no_longer(store: Store, retention: Retention) {
    loop {
        let step = move |db: &Connection| {
            let gone = retention::sweep(db, &retention, clock::now(), SWEEP_STEP)?;
            Ok::<_, StoreError>(Done::quietly(gone))
        };
        match store.transact(step).await {
            Ok(0) => sleep(BETWEEN_SWEEPS).await,
            // Others want to store something, too.
            Ok(_) => sleep(BETWEEN_STEPS).await,
            Err(error) => {
                tracing::error!(%error, "what is old could not be deleted");
                sleep(BETWEEN_SWEEPS).await;
            }
        }
    }
}

/// For whom answers and close frames wait at the end.
const DRAIN: Duration = Duration::from_secs(3);
/// How often it is looked whether the calls are over.
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
const BETWEEN_SWEEPS: Duration = Duration::from_secs(60 * 60);
const BETWEEN_STEPS: Duration = Duration::from_millis(100);
/// Rows that are deleted in one go.
const SWEEP_STEP: usize = 500;
