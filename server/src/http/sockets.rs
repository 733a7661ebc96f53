//! How many sockets one user and one address may hold open.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use trunkline_protocol::coordinator::ErrorCode;

use crate::{coordinator::Refusal, store::AppId};

/// Limits of open coordinator sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketBounds {
    /// Of one user.
    pub per_user: usize,
    /// From one address; for IPv6 from one /64, which is what one client gets.
    pub per_address: usize,
}

/// Counts the open sockets.
pub struct SocketCounts {
    bounds: SocketBounds,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    by_address: HashMap<IpAddr, usize>,
    by_user: HashMap<(AppId, String), usize>,
}

/// The right to hold one socket open; dropping it gives it back.
pub struct Permit {
    counts: Arc<SocketCounts>,
    holder: Holder,
}

#[derive(Clone, PartialEq, Eq)]
enum Holder {
    Address(IpAddr),
    User((AppId, String)),
}

impl SocketCounts {
    /// Nothing is open yet.
    pub fn new(bounds: SocketBounds) -> Arc<Self> {
        Arc::new(Self { bounds, open: Mutex::default() })
    }

    /// A socket from this address.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Refusal> {
        let network = network(address);
        if !take(&mut self.lock().by_address, network, self.bounds.per_address) {
            return Err(too_many("this address"));
        }
        Ok(Permit { counts: Arc::clone(self), holder: Holder::Address(network) })
    }

    /// The socket turned out to be one of this user.
    pub fn belong(self: &Arc<Self>, app: AppId, user_id: &str) -> Result<Permit, Refusal> {
        let user = (app, user_id.to_owned());
        if !take(&mut self.lock().by_user, user.clone(), self.bounds.per_user) {
            return Err(too_many("this user"));
        }
        Ok(Permit { counts: Arc::clone(self), holder: Holder::User(user) })
    }

    /// Open sockets, authenticated or not.
    pub fn len(&self) -> usize {
        self.lock().by_address.values().sum()
    }

    /// Whether no socket is open.
    pub fn is_empty(&self) -> bool {
        self.lock().by_address.is_empty()
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
            Holder::Address(address) => give_back(&mut open.by_address, address),
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

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

fn too_many(whose: &str) -> Refusal {
    let detail = format!("{whose} has too many open connections");
    Refusal::passing(ErrorCode::TooManyConnections, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_socket_makes_room_and_nothing_is_kept() {
        let counts = SocketCounts::new(SocketBounds { per_user: 1, per_address: 2 });
        let address = "192.0.2.1".parse().unwrap();
        let first = counts.enter(address).unwrap();
        let _second = counts.enter(address).unwrap();
        assert!(counts.enter(address).is_err());
        assert!(counts.enter("::ffff:192.0.2.1".parse().unwrap()).is_err(), "the same address");
        assert!(counts.enter("192.0.2.2".parse().unwrap()).is_ok());
        drop(first);
        assert!(counts.enter(address).is_ok());
        let alice = counts.belong(AppId(1), "alice").unwrap();
        assert!(counts.belong(AppId(1), "alice").is_err());
        assert!(counts.belong(AppId(2), "alice").is_ok());
        drop(alice);
        assert!(counts.lock().by_user.is_empty());
        assert_eq!(counts.len(), 1);
    }

    #[test]
    fn an_ipv6_client_counts_by_its_network() {
        let counts = SocketCounts::new(SocketBounds { per_user: 1, per_address: 1 });
        let _first = counts.enter("2001:db8::1".parse().unwrap()).unwrap();
        assert!(counts.enter("2001:db8::2".parse().unwrap()).is_err());
        assert!(counts.enter("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }
}
