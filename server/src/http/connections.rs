//! Which connections are open. When there are too many, those go first that nobody waits for.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
};

use crate::{
    address::{ClientAddress, Network, TrustedProxies},
    metrics::{Counter, Registry},
    sockets::SocketBounds,
};

/// Limits of open connections, sockets among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionBounds {
    /// From one address; for IPv6 from one /64. Trusted proxies have no such limit.
    pub per_address: usize,
    /// From everywhere.
    pub in_all: usize,
}

impl ConnectionBounds {
    /// These limits of sockets, but so that there is always room for connections that are none.
    pub fn beside(self, sockets: SocketBounds) -> SocketBounds {
        let most = |connections: usize| connections / 8 * 7;
        SocketBounds {
            per_address: sockets.per_address.min(most(self.per_address)),
            in_all: sockets.in_all.min(most(self.in_all)),
            ..sockets
        }
    }
}

/// The open connections.
pub struct Connections {
    bounds: ConnectionBounds,
    proxies: TrustedProxies,
    open: Mutex<Open>,
    shed: Counter,
    refused: Counter,
}

#[derive(Default)]
struct Open {
    entries: HashMap<u64, Entry>,
    places: HashMap<Network, Place>,
    /// Since when a connection is idle, and which it is.
    idle: BTreeMap<u64, u64>,
    /// Numbers connections and idle spells.
    clock: u64,
}

struct Entry {
    /// `None` for a proxy.
    network: Option<Network>,
    /// Requests that are not answered yet, or a socket.
    busy: usize,
    /// Set while nothing keeps the connection busy.
    idle_since: Option<u64>,
    /// Told to go.
    go: oneshot::Sender<()>,
}

#[derive(Default)]
struct Place {
    count: usize,
    idle: BTreeMap<u64, u64>,
}

/// One open connection; it is counted until this is dropped.
pub(super) struct Held<S> {
    stream: S,
    _place: Ticket,
}

/// Tells when the connection is busy.
#[derive(Clone)]
pub(super) struct Activity {
    connections: Arc<Connections>,
    id: u64,
}

/// Resolves when the connection has to go.
pub(super) type Eviction = oneshot::Receiver<()>;

struct Ticket(Activity);

impl ConnectionBounds {
    /// The same, but so that they fit into this many and one address cannot have them all.
    #[must_use]
    pub fn within(self, most: usize) -> Self {
        let in_all = self.in_all.min(most);
        Self { in_all, per_address: self.per_address.min(in_all / 4 * 3) }
    }
}

impl Connections {
    /// Nothing is open yet.
    pub fn new(bounds: ConnectionBounds, proxies: TrustedProxies, metrics: &Registry) -> Arc<Self> {
        let counter = |name, help| metrics.counter(name, help, &[]);
        Arc::new(Self {
            bounds,
            proxies,
            open: Mutex::default(),
            shed: counter(
                "trunkline_connections_shed_total",
                "Idle connections that were closed to make room.",
            ),
            refused: counter(
                "trunkline_connections_refused_total",
                "Connections that were closed at once because there was no room.",
            ),
        })
    }

    /// Who may say for whom they ask.
    pub(super) fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Takes in a connection, if need be in the place of the one that has been idle longest: of the
    /// same address when that has too many, or else of all. `None` when nobody is idle.
    pub(super) fn admit<S>(
        self: &Arc<Self>,
        stream: S,
        peer: IpAddr,
    ) -> Option<(Held<S>, Activity, Eviction)> {
        let network = (!self.proxies.contain(peer)).then(|| ClientAddress(peer).network());
        let mut open = self.lock();
        let here = network.and_then(|network| open.places.get(&network));
        let full = match here {
            Some(place) if place.count >= self.bounds.per_address => Some(&place.idle),
            _ if open.entries.len() >= self.bounds.in_all => Some(&open.idle),
            _ => None,
        };
        if let Some(idle) = full {
            let longest = idle.first_key_value().map(|(_, id)| *id);
            let Some(entry) = longest.and_then(|id| open.remove(id)) else {
                self.refused.increment();
                return None;
            };
            self.shed.increment();
            // It may be ending by itself.
            let _ = entry.go.send(());
        }
        let (go, eviction) = oneshot::channel();
        let id = open.tick();
        open.entries.insert(id, Entry { network, busy: 0, idle_since: None, go });
        if let Some(network) = network {
            open.places.entry(network).or_default().count += 1;
        }
        open.rest(id);
        drop(open);
        let activity = Activity { connections: Arc::clone(self), id };
        Some((Held { stream, _place: Ticket(activity.clone()) }, activity, eviction))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // No method leaves the tables half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// The connection has nothing to do from now on.
    fn rest(&mut self, id: u64) {
        let now = self.tick();
        let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.busy == 0) else {
            return;
        };
        entry.idle_since = Some(now);
        self.idle.insert(now, id);
        if let Some(place) = entry.network.and_then(|network| self.places.get_mut(&network)) {
            place.idle.insert(now, id);
        }
    }

    /// The connection is idle no more.
    fn rouse(&mut self, id: u64) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let Some(since) = entry.idle_since.take() else {
            return;
        };
        self.idle.remove(&since);
        if let Some(place) = entry.network.and_then(|network| self.places.get_mut(&network)) {
            place.idle.remove(&since);
        }
    }

    /// Counts the connection no more.
    fn remove(&mut self, id: u64) -> Option<Entry> {
        self.rouse(id);
        let entry = self.entries.remove(&id)?;
        if let Some(network) = entry.network
            && let Some(place) = self.places.get_mut(&network)
        {
            place.count -= 1;
            if place.count == 0 {
                self.places.remove(&network);
            }
        }
        Some(entry)
    }
}

impl Activity {
    /// A request has come.
    pub fn begin(&self) {
        let mut open = self.connections.lock();
        open.rouse(self.id);
        if let Some(entry) = open.entries.get_mut(&self.id) {
            entry.busy += 1;
        }
    }

    /// A request is answered. Not called for one that turns the connection into a socket.
    pub fn end(&self) {
        let mut open = self.connections.lock();
        if let Some(entry) = open.entries.get_mut(&self.id) {
            entry.busy = entry.busy.saturating_sub(1);
        }
        open.rest(self.id);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.connections.lock().remove(self.0.id);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Held<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Held<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        connections: Arc<Connections>,
        open: Vec<(Held<()>, Activity, Eviction)>,
    }

    impl World {
        fn new(per_address: usize, in_all: usize) -> Self {
            let proxies = TrustedProxies::new(vec!["10.0.0.1".parse().unwrap()]);
            let bounds = ConnectionBounds { per_address, in_all };
            let connections = Connections::new(bounds, proxies, &Registry::default());
            Self { connections, open: Vec::new() }
        }

        fn come(&mut self, address: &str) -> bool {
            let admitted = self.connections.admit((), address.parse().unwrap());
            self.open.extend(admitted);
            self.connections.lock().entries.len() <= self.connections.bounds.in_all
                && self
                    .open
                    .last()
                    .is_some_and(|open| self.connections.lock().entries.contains_key(&open.1.id))
        }

        /// Which of them have been told to go, in the order of their coming.
        fn gone(&mut self) -> Vec<usize> {
            let told = |(n, open): (usize, &mut (Held<()>, Activity, Eviction))| {
                open.2.try_recv().is_ok().then_some(n)
            };
            self.open.iter_mut().enumerate().filter_map(told).collect()
        }
    }

    #[test]
    fn who_has_been_idle_longest_makes_room() {
        let mut world = World::new(10, 3);
        for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
            assert!(world.come(address));
        }
        let first = world.open[0].1.clone();
        first.begin();
        first.end();
        assert!(world.come("192.0.2.4"));
        assert_eq!(world.gone(), [1], "the first has asked for something since");
        first.begin();
        assert!(world.come("192.0.2.5") && world.come("192.0.2.6"));
        assert_eq!(world.gone(), [2, 3], "not the first, which is waiting for an answer");
    }

    #[test]
    fn an_address_makes_room_for_itself_and_not_at_the_cost_of_others() {
        let mut world = World::new(2, 10);
        for address in ["192.0.2.9", "192.0.2.1", "192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"] {
            assert!(world.come(address));
        }
        assert_eq!(world.gone(), [1, 2]);
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8::3"] {
            assert!(world.come(address));
        }
        assert_eq!(world.gone(), [5], "one /64 is one address");
        for _ in 0..5 {
            assert!(world.come("10.0.0.1"), "a proxy stands for many");
        }
    }

    #[test]
    fn nobody_who_is_busy_goes() {
        let mut world = World::new(2, 3);
        for _ in 0..2 {
            world.come("192.0.2.1");
        }
        world.open.iter().for_each(|open| open.1.begin());
        assert!(world.connections.admit((), "192.0.2.1".parse().unwrap()).is_none());
        assert!(world.come("192.0.2.2"));
        world.open[2].1.begin();
        assert!(world.connections.admit((), "192.0.2.3".parse().unwrap()).is_none());
        assert!(world.gone().is_empty());
        world.open.clear();
        assert!(world.connections.lock().places.is_empty());
        assert!(world.connections.lock().idle.is_empty());
    }

    #[test]
    fn one_address_never_has_all() {
        let bounds = ConnectionBounds { per_address: 2000, in_all: 20_000 };
        assert_eq!(bounds.within(100_000), bounds);
        let few = ConnectionBounds { per_address: 576, in_all: 768 };
        assert_eq!(bounds.within(768), few);
    }
}
