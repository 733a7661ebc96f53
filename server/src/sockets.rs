//! How many sockets may be open: the coordinator's and the SFU's count together.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    address::{ClientAddress, Network},
    app::AppId,
};

/// Limits of open sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketBounds {
    /// Coordinator sockets of one user.
    pub per_user: usize,
    /// From one address; for IPv6 from one /64, which is what one client gets.
    pub per_address: usize,
    /// From everywhere.
    pub in_all: usize,
}

/// There are too many sockets already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{whose} has too many open connections")]
pub struct TooManySockets {
    whose: &'static str,
}

/// Counts the open sockets. Every request carries it in its extensions.
pub struct SocketCounts {
    bounds: SocketBounds,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_address: HashMap<Network, usize>,
    in_all: usize,
    by_user: HashMap<(AppId, String), usize>,
}

/// The right to hold one socket open; dropping it gives it back.
pub struct Permit {
    counts: Arc<SocketCounts>,
    holder: Holder,
}

#[derive(Clone, PartialEq, Eq)]
enum Holder {
    Address(Network),
    User((AppId, String)),
}

impl SocketCounts {
    /// Nothing is open yet.
    pub fn new(bounds: SocketBounds) -> Arc<Self> {
        Arc::new(Self { bounds, open: Mutex::default() })
    }

    /// A socket of either kind from this address.
    pub fn enter(self: &Arc<Self>, address: ClientAddress) -> Result<Permit, TooManySockets> {
        let network = address.network();
        let mut open = self.lock();
        if open.in_all >= self.bounds.in_all {
            return Err(TooManySockets { whose: "this server" });
        }
        if !take(&mut open.by_address, network, self.bounds.per_address) {
            return Err(TooManySockets { whose: "this address" });
        }
        open.in_all += 1;
        Ok(Permit { counts: Arc::clone(self), holder: Holder::Address(network) })
    }

    /// The socket turned out to be one of this user.
    pub fn belong(self: &Arc<Self>, app: AppId, user_id: &str) -> Result<Permit, TooManySockets> {
        let user = (app, user_id.to_owned());
        if !take(&mut self.lock().by_user, user.clone(), self.bounds.per_user) {
            return Err(TooManySockets { whose: "this user" });
        }
        Ok(Permit { counts: Arc::clone(self), holder: Holder::User(user) })
    }

    /// Open sockets of both kinds, authenticated or not.
    pub fn len(&self) -> usize {
        self.lock().in_all
    }

    /// Whether no socket is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // No method leaves the counts half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.counts.lock();
        match &self.holder {
            Holder::Address(address) => {
                give_back(&mut open.by_address, address);
                open.in_all -= 1;
            }
            Holder::User(user) => give_back(&mut open.by_user, user),
        }
    }
}

fn take<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K, most: usize) -> bool {
    let count = counts.get(&key).copied().unwrap_or_default();
    if count >= most {
        return false;
    }
    counts.insert(key, count + 1);
    true
}

fn give_back<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> ClientAddress {
        ClientAddress(address.parse().unwrap())
    }

    #[test]
    fn a_closed_socket_makes_room_and_nothing_is_kept() {
        let counts = SocketCounts::new(SocketBounds { per_user: 1, per_address: 2, in_all: 10 });
        let first = counts.enter(at("192.0.2.1")).unwrap();
        let _second = counts.enter(at("192.0.2.1")).unwrap();
        assert!(counts.enter(at("192.0.2.1")).is_err());
        assert!(counts.enter(at("192.0.2.2")).is_ok());
        drop(first);
        assert!(counts.enter(at("192.0.2.1")).is_ok());
        let alice = counts.belong(AppId(1), "alice").unwrap();
        assert!(counts.belong(AppId(1), "alice").is_err());
        assert!(counts.belong(AppId(2), "alice").is_ok());
        drop(alice);
        assert!(counts.lock().by_user.is_empty());
        assert_eq!(counts.len(), 1);
    }

    #[test]
    fn there_is_a_limit_for_all_together() {
        let counts = SocketCounts::new(SocketBounds { per_user: 1, per_address: 2, in_all: 2 });
        let first = counts.enter(at("192.0.2.1")).unwrap();
        let _second = counts.enter(at("192.0.2.2")).unwrap();
        assert!(counts.enter(at("192.0.2.3")).is_err());
        drop(first);
        assert!(counts.enter(at("192.0.2.3")).is_ok());
    }
}
