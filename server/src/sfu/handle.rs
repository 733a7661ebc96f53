//! The SFU as the rest of the server sees it: started, asked, and told what to do.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use tokio::{runtime, sync::mpsc};

use super::{
    counters::Counters,
    datagrams,
    inbox::{self, Inlet},
    media::{Endpoint, certificate},
    network::Network,
    pulse::Pulse,
    reader::Reader,
    requests::Command,
    routes::Routes,
    shard::{Division, Shard},
    signalling::Sizes,
    supervisor::supervise,
    traffic::{CoreTime, Inbound, Outbound},
    worker::{Outset, Post, Worker},
};
use crate::{
    control::{SfuControl, SfuHealth, SfuNotice, SfuOrder},
    metrics::Registry,
};

/// Handle of the SFU.
#[derive(Clone)]
pub struct Sfu {
    division: Division,
    /// In the order of the shards.
    workers: Arc<[Entrance]>,
    draining: Arc<AtomicBool>,
    bound: SocketAddr,
    told: SocketAddr,
}

/// How a worker is reached.
struct Entrance {
    inlet: Inlet,
    pulse: Arc<Pulse>,
}

/// How the SFU is to be.
#[derive(Clone, Debug)]
pub struct SfuOptions {
    /// Where media is received.
    pub udp: SocketAddr,
    /// What clients are told in place of the address that `udp` is bound to.
    pub public_ip: Option<IpAddr>,
    /// From which sizes on less is done for each participant of a call.
    pub sizes: Sizes,
    /// Among how many workers, each with a thread of its own, the calls are divided.
    pub workers: usize,
}

/// The SFU cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The media port cannot be opened.
    #[error("cannot receive media on {address}: {error}")]
    Port {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The system gives no thread.
    #[error("no thread for media: {0}")]
    Thread(io::Error),
    /// The system gives no randomness.
    #[error("cannot make a certificate for media")]
    Certificate,
}

impl Sfu {
    /// Opens the media port and begins to work, on threads of its own. Ends when every handle is
    /// dropped.
    pub fn start(
        options: &SfuOptions,
        notices: mpsc::Sender<SfuNotice>,
        metrics: &Registry,
    ) -> Result<Self, StartError> {
        let failed = |error| StartError::Port { address: options.udp, error };
        let network = Network::open(options.udp, options.public_ip).map_err(failed)?;
        let bound = network.bound().map_err(failed)?;
        let addresses = network.addresses();
        let division = Division::new(options.workers);
        tracing::info!(?addresses, workers = division.count(), "media");
        let told = addresses.first().copied().unwrap_or(bound);
        let certificate = certificate().ok_or(StartError::Certificate)?;

        // Outlive a worker, as clients know the port.
        let network = Arc::new(network);
        let routes = Arc::new(Routes::new(division.count()));
        let (mut feeders, mut workers) = (Vec::new(), Vec::new());
        for shard in Shard::all(division.count()) {
            let (inlet, inbox) = inbox::open();
            let (feeder, feed) = datagrams::way();
            let pulse = Arc::new(Pulse::new(Instant::now(), shard.index(), metrics));
            feeders.push(feeder);
            workers.push(Entrance { inlet, pulse: Arc::clone(&pulse) });
            let outset = Outset {
                sizes: options.sizes,
                endpoint: Endpoint {
                    addresses: addresses.clone(),
                    certificate: certificate.clone(),
                    shard,
                },
                network: Arc::clone(&network),
                routes: Arc::clone(&routes),
                notices: notices.clone(),
                counters: Counters::new(metrics),
                outbound: Outbound::new(metrics),
                metrics: metrics.clone(),
                pulse,
            };
            work(outset, Post { inbox, feed }).map_err(StartError::Thread)?;
        }
        let (inbound, outbound) = (Inbound::new(metrics), Outbound::new(metrics));
        let core_time = CoreTime::new(metrics, "reader");
        let reader = Reader { network, routes, feeders, inbound, outbound, core_time };
        reader.start().map_err(StartError::Thread)?;
        Ok(Self { division, workers: workers.into(), draining: Arc::default(), bound, told })
    }

    /// Where media is received: as bound, and as clients are told.
    pub fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.bound, self.told)
    }

    /// Whether nobody new gets in.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// Number of the worker that has the call with this [name](crate::control::call_name), from 0.
    pub fn worker_of(&self, call: &str) -> usize {
        self.division.of_call(call)
    }

    /// Where requests about a call are put in. `None` never happens.
    pub(super) fn inlet(&self, call: &str) -> Option<&Inlet> {
        self.workers.get(self.worker_of(call)).map(|worker| &worker.inlet)
    }
}

impl SfuControl for Sfu {
    fn order(&self, order: SfuOrder) {
        match order.call() {
            Some(call) => {
                if let Some(inlet) = self.inlet(call) {
                    inlet.command(Command::Order(order));
                }
            }
            None => {
                for worker in self.workers.iter() {
                    worker.inlet.command(Command::Order(order.clone()));
                }
            }
        }
    }

    fn drain(&self) {
        self.draining.store(true, Relaxed);
    }

    fn close(&self) {
        for worker in self.workers.iter() {
            worker.inlet.command(Command::Close);
        }
    }

    fn health(&self) -> SfuHealth {
        let now = Instant::now();
        let pulses = || self.workers.iter().map(|worker| &worker.pulse);
        SfuHealth {
            alive: pulses().all(|pulse| pulse.is_alive(now)),
            lag: pulses().map(|pulse| pulse.lag(now)).max().unwrap_or(Duration::ZERO),
            queued: self.workers.iter().map(|worker| worker.inlet.waiting()).sum(),
            restarts: pulses().map(|pulse| pulse.restarts()).sum(),
        }
    }
}

/// Has the workers of a shard work, one after the other, on a thread of its own.
fn work(outset: Outset, post: Post) -> io::Result<()> {
    // Workers wait for messages and for the time; what is sent is never waited for.
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    let name = format!("media-{}", outset.endpoint.shard.index());
    let (pulse, notices) = (Arc::clone(&outset.pulse), outset.notices.clone());
    let work = move || {
        let all = supervise(post, pulse, notices, move |id, post| {
            Worker::new(id, &outset).run(post).boxed()
        });
        runtime.block_on(all);
    };
    thread::Builder::new().name(name).spawn(work)?;
    Ok(())
}
