//! Which worker a datagram is for.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::SocketAddr,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use super::{shard, stun};

/// The addresses of all clients, each with the worker that knows it. Workers tell them, the one who
/// reads the media port looks them up.
///
/// An address is here while its worker keeps it: from the first connectivity check of it that was
/// genuine until it has been silent for long or its session is over. So nobody can fill the table who
/// takes part in no call.
pub struct Routes {
    shards: usize,
    addresses: RwLock<HashMap<SocketAddr, usize>>,
}

/// Routes as they are at one moment.
pub struct Lookup<'a> {
    shards: usize,
    addresses: RwLockReadGuard<'a, HashMap<SocketAddr, usize>>,
}

/// For whom a datagram is.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// For the worker of this shard.
    Worker(usize),
    /// Whoever asks only where they send from is told so.
    Answer(Vec<u8>),
    /// For nobody here.
    Nobody,
}

/// What a worker tells of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachable {
    /// A peer connection of this worker is there.
    At(SocketAddr),
    /// No more.
    NotAt(SocketAddr),
}

impl Routes {
    /// To nobody yet.
    pub fn new(shards: usize) -> Self {
        Self { shards, addresses: RwLock::default() }
    }

    /// Takes note of what the worker of a shard tells.
    pub fn update(&self, shard: usize, changes: impl IntoIterator<Item = Reachable>) {
        let mut changes = changes.into_iter().peekable();
        if changes.peek().is_none() {
            return;
        }
        let mut addresses = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match change {
                Reachable::At(address) => {
                    addresses.insert(address, shard);
                }
                // Somebody of another shard may be there by now.
                Reachable::NotAt(address) => {
                    if let Entry::Occupied(entry) = addresses.entry(address)
                        && *entry.get() == shard
                    {
                        entry.remove();
                    }
                }
            }
        }
    }

    /// Nobody of this shard is anywhere: its worker begins anew.
    pub fn clear(&self, shard: usize) {
        let mut addresses = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        addresses.retain(|_, of| *of != shard);
    }

    /// To look up one after the other. Nothing changes as long as it lives.
    pub fn lookup(&self) -> Lookup<'_> {
        let addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner);
        Lookup { shards: self.shards, addresses }
    }
}

impl Lookup<'_> {
    /// For whom a datagram is.
    pub fn route(&self, source: SocketAddr, datagram: &[u8]) -> Route {
        // Somebody may come with an address that was another's before, so a name goes first.
        if let Some(name) = stun::addressee(datagram) {
            return Route::Worker(shard::mark(name, self.shards));
        }
        if let Some([shard, ..]) = stun::answered(datagram) {
            return Route::Worker(shard.into());
        }
        if let Some(answer) = stun::answer(datagram, source) {
            return Route::Answer(answer);
        }
        self.addresses.get(&source).map_or(Route::Nobody, |shard| Route::Worker(*shard))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sfu::shard::Shard;

    const RTP: &[u8] = &[0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];

    fn check(name: &str) -> Vec<u8> {
        let username = format!("{name}:them");
        let length = u8::try_from(username.len()).unwrap();
        let padded = username.len().next_multiple_of(4);
        let mut datagram = vec![0, 1, 0, u8::try_from(padded + 4).unwrap(), 0x21, 0x12, 0xa4, 0x42];
        datagram.extend([7; 12]);
        datagram.extend([0, 6, 0, length]);
        datagram.extend(username.bytes());
        datagram.resize(20 + 4 + padded, 0);
        datagram
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    #[test]
    fn a_connectivity_check_goes_where_its_name_leads() {
        let routes = Routes::new(3);
        for shard in Shard::all(3) {
            let check = check(&shard.credentials().ufrag);
            let to = Route::Worker(shard.index());
            assert_eq!(routes.lookup().route(address(1), &check), to);
            // From whatever address it comes.
            routes.update((shard.index() + 1) % 3, [Reachable::At(address(1))]);
            assert_eq!(routes.lookup().route(address(1), &check), to);
        }
    }

    #[test]
    fn an_answer_goes_to_the_worker_that_asked() {
        let routes = Routes::new(3);
        for shard in Shard::all(3) {
            let mut answer = vec![1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, shard.byte()];
            answer.extend([7; 11]);
            assert_eq!(routes.lookup().route(address(1), &answer), Route::Worker(shard.index()));
        }
    }

    #[test]
    fn all_else_goes_by_the_address_and_its_port() {
        let routes = Routes::new(2);
        assert_eq!(routes.lookup().route(address(1), RTP), Route::Nobody);
        // Two behind one address translator, in calls of different workers.
        routes.update(0, [Reachable::At(address(1))]);
        routes.update(1, [Reachable::At(address(2))]);
        assert_eq!(routes.lookup().route(address(1), RTP), Route::Worker(0));
        assert_eq!(routes.lookup().route(address(2), RTP), Route::Worker(1));
        assert_eq!(routes.lookup().route(address(3), RTP), Route::Nobody);
    }

    #[test]
    fn an_address_goes_over_to_whoever_comes_there_later() {
        let routes = Routes::new(2);
        routes.update(0, [Reachable::At(address(1))]);
        routes.update(1, [Reachable::At(address(1))]);
        // The one who was there before is forgotten later.
        routes.update(0, [Reachable::NotAt(address(1))]);
        assert_eq!(routes.lookup().route(address(1), RTP), Route::Worker(1));
        routes.update(1, [Reachable::NotAt(address(1))]);
        assert_eq!(routes.lookup().route(address(1), RTP), Route::Nobody);
    }

    #[test]
    fn a_worker_that_begins_anew_is_reached_by_nobody() {
        let routes = Routes::new(2);
        routes.update(0, [Reachable::At(address(1))]);
        routes.update(1, [Reachable::At(address(2))]);
        routes.clear(0);
        assert_eq!(routes.lookup().route(address(1), RTP), Route::Nobody);
        assert_eq!(routes.lookup().route(address(2), RTP), Route::Worker(1));
    }

    #[test]
    fn whoever_asks_where_they_send_from_is_answered_here() {
        let routes = Routes::new(2);
        let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        request.extend([7; 12]);
        let Route::Answer(answer) = routes.lookup().route(address(1), &request) else {
            panic!("no answer");
        };
        assert_eq!(answer[..2], [1, 1]);
    }
}
