//! The thread that reads the media port and gives each worker its datagrams.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    io::Interest,
    net::UdpSocket,
    runtime,
    time::{MissedTickBehavior, interval},
};

use super::{
    askers::Askers,
    datagrams::{Datagram, Datagrams, Feeder},
    network::{Incoming, Network, Outgoing, Port},
    routes::{Route, Routes},
    threads::Busy,
    traffic::{CoreTime, Inbound, Outbound},
};

/// What the reader works with.
pub struct Reader {
    /// Where datagrams come from.
    pub network: Arc<Network>,
    /// For whom they are.
    pub routes: Arc<Routes>,
    /// One for each shard, in their order.
    pub feeders: Vec<Feeder>,
    /// Counts them.
    pub inbound: Inbound,
    /// Counts the answers that are given here.
    pub outbound: Outbound,
    /// Its share of a core.
    pub core_time: CoreTime,
}

/// The rest of what it works with, on its thread.
struct Turn {
    incoming: Incoming,
    outgoing: Outgoing,
    askers: Askers,
    /// What is about to be given to each worker.
    batches: Vec<Datagrams>,
}

impl Reader {
    /// Reads on a thread of its own, until every worker is gone.
    pub fn start(self) -> io::Result<()> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let sockets = {
            let _entered = runtime.enter();
            let listen = self.network.ports().iter().map(Port::listen);
            listen.collect::<io::Result<Vec<_>>>()?
        };
        let read = move || {
            let run = || AssertUnwindSafe(|| runtime.block_on(self.run(&sockets)));
            // Nothing is kept from before; without a reader there is no media at all.
            while catch_unwind(run()).is_err() {
                tracing::error!("the reader of the media port failed and begins anew");
                thread::sleep(PAUSE);
            }
        };
        thread::Builder::new().name(NAME.to_owned()).spawn(read)?;
        Ok(())
    }

    async fn run(&self, sockets: &[UdpSocket]) {
        let batches = self.feeders.iter().map(|_| Datagrams::default()).collect();
        let mut turn = Turn {
            incoming: Incoming::new(),
            outgoing: Outgoing::default(),
            askers: Askers::default(),
            batches,
        };
        let mut report = interval(REPORT);
        report.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut busy = Busy::of_this_thread();
        loop {
            tokio::select! {
                () = readable(sockets) => {
                    for (port, socket) in self.network.ports().iter().zip(sockets) {
                        self.read(port, socket, &mut turn);
                    }
                }
                _ = report.tick() => self.core_time.add(busy.since_last_asked()),
                () = self.closed() => return,
            }
        }
    }

    /// Takes what one call of the system gives, so that the other port has its turn.
    fn read(&self, port: &Port, socket: &UdpSocket, turn: &mut Turn) {
        let result = socket.try_io(Interest::READABLE, || turn.incoming.receive(port));
        match result {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(error) => {
                // On some systems an unreachable receiver of an earlier datagram shows here.
                tracing::debug!(%error, "datagram not received");
                return;
            }
        }
        let now = Instant::now();
        let lookup = self.routes.lookup();
        let mut answers = Vec::new();
        for (source, contents) in turn.incoming.datagrams() {
            let address = port.address_for(source);
            match lookup.route(source, contents) {
                Route::Worker(shard) => {
                    let Some(batch) = turn.batches.get_mut(shard) else {
                        self.inbound.count_unaddressed();
                        continue;
                    };
                    batch.push(Datagram { source, address, contents });
                    if batch.len() >= LARGEST_BATCH {
                        self.give(shard, std::mem::take(batch));
                    }
                }
                Route::Answer(_) if !turn.askers.allow(source.ip(), now) => {
                    self.inbound.count_question();
                }
                Route::Answer(answer) => answers.push(str0m::net::Transmit {
                    proto: str0m::net::Protocol::Udp,
                    source: address,
                    destination: source,
                    contents: answer.into(),
                }),
                Route::Nobody => self.inbound.count_unaddressed(),
            }
        }
        drop(lookup);
        for (shard, batch) in turn.batches.iter_mut().enumerate() {
            if !batch.is_empty() {
                self.give(shard, std::mem::take(batch));
            }
        }
        if !answers.is_empty() {
            self.outbound.count(self.network.send(answers, &mut turn.outgoing));
        }
    }

    fn give(&self, shard: usize, batch: Datagrams) {
        let count = batch.len();
        let is_taken = self.feeders.get(shard).is_some_and(|feeder| feeder.put(batch));
        self.inbound.count_given(count, is_taken);
    }

    /// Waits until every worker is gone.
    async fn closed(&self) {
        for feeder in &self.feeders {
            feeder.closed().await;
        }
    }
}

/// Waits until there is something to read, or may be.
async fn readable(sockets: &[UdpSocket]) {
    let waiting = sockets.iter().map(|socket| Box::pin(socket.readable()));
    if let Err(error) = futures_util::future::select_all(waiting).await.0 {
        tracing::warn!(%error, "media socket");
    }
}

/// Datagrams that a worker takes in one go: other requests wait no longer than for these.
const LARGEST_BATCH: usize = 64;
/// How often the reader tells how busy it is.
const REPORT: Duration = Duration::from_secs(1);
/// After a failure.
const PAUSE: Duration = Duration::from_millis(10);
/// Of the thread. Systems show 15 characters.
const NAME: &str = "media-reader";

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};

    use tokio::time::timeout;

    use super::*;
    use crate::{
        metrics::Registry,
        sfu::{datagrams::way, routes::Reachable},
    };

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_worker_that_takes_nothing_keeps_nobody_waiting() {
        let loopback = Ipv4Addr::LOCALHOST;
        let network = Network::open((loopback, 0).into(), Some(loopback.into())).unwrap();
        let to = network.addresses()[0];
        let (routes, metrics) = (Arc::new(Routes::new(2)), Registry::default());
        let ((stuck, untouched), (feeder, mut feed)) = (way(), way());
        let reader = Reader {
            network: Arc::new(network),
            routes: Arc::clone(&routes),
            feeders: vec![stuck, feeder],
            inbound: Inbound::new(&metrics),
            outbound: Outbound::new(&metrics),
            core_time: CoreTime::new(&metrics, "reader"),
        };
        reader.start().unwrap();
        let lost = || {
            let name = "trunkline_sfu_datagrams_dropped_total";
            metrics.counter(name, "", &[("reason", "busy")]).get()
        };
        let client = || UdpSocket::bind((loopback, 0)).unwrap();
        let (flood, other, stranger) = (client(), client(), client());
        routes.update(0, [Reachable::At(flood.local_addr().unwrap())]);
        routes.update(1, [Reachable::At(other.local_addr().unwrap())]);

        let begin = Instant::now();
        while lost() == 0 {
            assert!(begin.elapsed() < PATIENCE, "what waits for one worker is not bounded");
            flood.send_to(&[0x80; 10_000], to).unwrap();
        }
        stranger.send_to(&[0x80; 12], to).unwrap();
        let heard = async {
            loop {
                // The socket may be full as well.
                other.send_to(b"hello", to).unwrap();
                if let Ok(datagrams) = timeout(Duration::from_millis(50), feed.next()).await {
                    return datagrams.unwrap();
                }
            }
        };
        let heard = timeout(PATIENCE, heard).await.expect("the other worker gets its own");
        let source = other.local_addr().unwrap();
        let expected = Datagram { source, address: to, contents: b"hello" };
        assert!(heard.iter().all(|datagram| datagram == expected));
        drop(untouched);
    }
}
