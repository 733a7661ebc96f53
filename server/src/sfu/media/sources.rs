//! From which addresses the clients send.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::peer_key::PeerKey;
use crate::sfu::routes::Reachable;

/// The addresses of the peer connections, as learned from what was accepted.
#[derive(Default)]
pub struct Sources {
    known: HashMap<SocketAddr, Source>,
    /// Those of each peer connection, the one that was learned last at the end.
    by_peer: HashMap<PeerKey, Vec<SocketAddr>>,
    changes: Vec<Reachable>,
}

struct Source {
    peer: PeerKey,
    heard: Instant,
}

impl Sources {
    /// Who sends from there.
    pub fn get(&self, address: SocketAddr) -> Option<PeerKey> {
        self.known.get(&address).map(|source| source.peer)
    }

    /// Something of a peer connection came from there.
    pub fn hear(&mut self, address: SocketAddr, peer: PeerKey, now: Instant) {
        if let Some(source) = self.known.get_mut(&address).filter(|source| source.peer == peer) {
            source.heard = now;
            return;
        }
        self.remove(address);
        let own = self.by_peer.entry(peer).or_default();
        own.push(address);
        let oldest = (own.len() > MOST).then(|| own.remove(0));
        self.known.insert(address, Source { peer, heard: now });
        self.changes.push(Reachable::At(address));
        if let Some(oldest) = oldest {
            self.remove(oldest);
        }
    }

    /// Forgets those that have been silent for so long that their clients must be elsewhere.
    pub fn expire(&mut self, now: Instant) {
        let is_silent =
            |source: &Source| now.saturating_duration_since(source.heard) >= LONGEST_SILENCE;
        let silent = self.known.iter().filter(|(_, source)| is_silent(source));
        for address in silent.map(|(address, _)| *address).collect::<Vec<_>>() {
            self.remove(address);
        }
    }

    /// Forgets those of a peer connection.
    pub fn forget(&mut self, peer: PeerKey) {
        for address in self.by_peer.remove(&peer).unwrap_or_default() {
            self.remove(address);
        }
    }

    /// What has come and gone since this was last asked.
    pub fn take_changes(&mut self) -> std::vec::Drain<'_, Reachable> {
        self.changes.drain(..)
    }

    fn remove(&mut self, address: SocketAddr) {
        if let Some(source) = self.known.remove(&address) {
            self.changes.push(Reachable::NotAt(address));
            if let Some(own) = self.by_peer.get_mut(&source.peer) {
                own.retain(|known| *known != address);
            }
        }
    }
}

/// Addresses of one peer connection. Browsers try what they have, and stay with one of it.
const MOST: usize = 8;
/// Browsers check every few seconds whether somebody is there, from wherever they send.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sfu::{ids::SessionKey, media::peer::Side};

    fn peer(session: u64) -> PeerKey {
        PeerKey { session: SessionKey(session), side: Side::Publisher }
    }

    fn address(port: usize) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], u16::try_from(port).unwrap()))
    }

    fn changes(sources: &mut Sources) -> Vec<Reachable> {
        sources.take_changes().collect()
    }

    #[test]
    fn an_address_belongs_to_whoever_was_heard_there_last() {
        let now = Instant::now();
        let mut sources = Sources::default();
        sources.hear(address(1), peer(1), now);
        sources.hear(address(1), peer(1), now);
        assert_eq!(changes(&mut sources), [Reachable::At(address(1))]);
        sources.hear(address(1), peer(2), now);
        assert_eq!(sources.get(address(1)), Some(peer(2)));
        sources.forget(peer(1));
        assert_eq!(sources.get(address(1)), Some(peer(2)), "it is not there any more");
        sources.forget(peer(2));
        assert_eq!(sources.get(address(1)), None);
        assert_eq!(changes(&mut sources).last(), Some(&Reachable::NotAt(address(1))));
        assert!(sources.by_peer.values().all(Vec::is_empty));
    }

    #[test]
    fn a_peer_connection_has_so_many_addresses_and_no_more() {
        let now = Instant::now();
        let mut sources = Sources::default();
        sources.hear(address(0), peer(2), now);
        (1..=MOST + 1).for_each(|port| sources.hear(address(port), peer(1), now));
        assert_eq!(sources.get(address(1)), None, "the oldest makes room");
        assert_eq!(sources.get(address(2)), Some(peer(1)));
        assert_eq!(sources.get(address(0)), Some(peer(2)), "only the own ones");
        assert_eq!(changes(&mut sources).last(), Some(&Reachable::NotAt(address(1))));
    }

    #[test]
    fn whoever_is_silent_for_long_is_forgotten() {
        let start = Instant::now();
        let mut sources = Sources::default();
        sources.hear(address(1), peer(1), start);
        sources.hear(address(2), peer(1), start);
        sources.hear(address(2), peer(1), start + LONGEST_SILENCE / 2);
        changes(&mut sources);
        sources.expire(start + LONGEST_SILENCE);
        assert_eq!(changes(&mut sources), [Reachable::NotAt(address(1))]);
        assert_eq!(sources.get(address(2)), Some(peer(1)));
        // Whoever comes again is learned again.
        sources.hear(address(1), peer(1), start + LONGEST_SILENCE);
        assert_eq!(changes(&mut sources), [Reachable::At(address(1))]);
    }
}
