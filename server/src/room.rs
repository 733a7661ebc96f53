//! How much memory what clients send may take while it comes in: of one network, and of all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::address::Network;

/// Room for what comes in.
pub struct Room {
    /// Bytes.
    in_all: usize,
    /// Bytes of one network: nobody is to take all of it.
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    by_network: HashMap<Network, usize>,
}

/// What one request takes of it; dropping it gives it back.
pub struct Share {
    room: Arc<Room>,
    network: Network,
    bytes: usize,
}

impl Room {
    /// Nothing is taken yet.
    pub fn new(in_all: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { in_all, each, taken: Mutex::default() })
    }

    /// A share of nothing, for one request from this network.
    pub fn share(self: &Arc<Self>, network: Network) -> Share {
        Share { room: Arc::clone(self), network, bytes: 0 }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        // No method leaves the sums half changed.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Takes so many bytes more. False when there is no room for them.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let mut taken = self.room.lock();
        let own = taken.by_network.get(&self.network).copied().unwrap_or_default();
        if taken.in_all + bytes > self.room.in_all || own + bytes > self.room.each {
            return false;
        }
        taken.in_all += bytes;
        taken.by_network.insert(self.network, own + bytes);
        self.bytes += bytes;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.room.lock();
        taken.in_all -= self.bytes;
        if let Some(own) = taken.by_network.get_mut(&self.network) {
            *own -= self.bytes;
            if *own == 0 {
                taken.by_network.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ClientAddress;

    #[test]
    fn nobody_takes_all_and_what_is_given_back_is_free_again() {
        let network = |text: &str| ClientAddress(text.parse().unwrap()).network();
        let (one, two) = (network("192.0.2.1"), network("192.0.2.2"));
        let room = Room::new(100, 60);
        let mut first = room.share(one);
        assert!(first.grow(40) && first.grow(20) && !first.grow(1));
        assert!(!room.share(one).grow(1), "the same network");
        let mut second = room.share(two);
        assert!(second.grow(40) && !second.grow(1), "nothing is left");
        drop(first);
        assert!(second.grow(20) && !second.grow(1));
        drop(second);
        assert!(room.lock().by_network.is_empty());
        assert_eq!(room.lock().in_all, 0);
    }
}
