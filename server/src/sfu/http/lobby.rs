//! Sockets on which nobody has joined yet. There is room for so many of one network and of all: when
//! it is full, the one that has waited longest makes room for the next. Who is honest waits for the
//! time of one message.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::address::Network;

pub(super) struct Lobby {
    per_network: usize,
    in_all: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    last: u64,
    /// In the order of their coming. Who loses the sender has to go.
    seats: BTreeMap<u64, (Network, oneshot::Sender<()>)>,
    by_network: HashMap<Network, usize>,
}

/// A place in the lobby; dropping it leaves.
pub(super) struct Seat {
    lobby: Arc<Lobby>,
    number: u64,
    turned_out: oneshot::Receiver<()>,
}

impl Lobby {
    pub fn new(per_network: usize, in_all: usize) -> Arc<Self> {
        Arc::new(Self { per_network, in_all, waiting: Mutex::default() })
    }

    /// Takes a place, if need be that of somebody else.
    pub fn enter(self: &Arc<Self>, network: Network) -> Seat {
        let mut waiting = self.lock();
        let of_network = waiting.by_network.get(&network).copied().unwrap_or_default();
        let oldest = if of_network >= self.per_network {
            let own = waiting.seats.iter().find(|(_, (of, _))| *of == network);
            own.map(|(number, _)| *number)
        } else if waiting.seats.len() >= self.in_all {
            waiting.seats.keys().next().copied()
        } else {
            None
        };
        if let Some(oldest) = oldest {
            waiting.leave(oldest);
        }
        waiting.last += 1;
        let number = waiting.last;
        let (keep, turned_out) = oneshot::channel();
        waiting.seats.insert(number, (network, keep));
        *waiting.by_network.entry(network).or_default() += 1;
        drop(waiting);
        Seat { lobby: Arc::clone(self), number, turned_out }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // No method leaves the seats half changed.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn leave(&mut self, number: u64) {
        let Some((network, _)) = self.seats.remove(&number) else {
            return;
        };
        if let Some(count) = self.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.by_network.remove(&network);
            }
        }
    }
}

impl Seat {
    /// Waits until somebody else needs the place.
    pub async fn turned_out(&mut self) {
        // Nothing is ever sent.
        drop((&mut self.turned_out).await);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lobby.lock().leave(self.number);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::address::ClientAddress;

    #[test]
    fn who_has_waited_longest_makes_room() {
        let network = |text: &str| ClientAddress(text.parse().unwrap()).network();
        let (one, two) = (network("192.0.2.1"), network("192.0.2.2"));
        let is_out = |seat: &mut Seat| seat.turned_out().now_or_never().is_some();
        let lobby = Lobby::new(2, 3);
        let mut other = lobby.enter(two);
        let mut seats: Vec<_> = (0..3).map(|_| lobby.enter(one)).collect();
        assert!(!is_out(&mut other), "of its own network first");
        assert_eq!(seats.iter_mut().map(is_out).collect::<Vec<_>>(), [true, false, false]);
        let mut late = lobby.enter(two);
        assert!(is_out(&mut other) && !is_out(&mut late), "and of all when there is no room");
        seats.clear();
        drop((other, late));
        let waiting = lobby.lock();
        assert!(waiting.seats.is_empty() && waiting.by_network.is_empty());
    }
}
