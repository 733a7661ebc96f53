//! A bad network, the same in every run.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What lies between the server and a peer connection, in one direction.
pub struct Link {
    /// Of a thousand datagrams.
    pub lost: u64,
    /// bits/s
    pub rate: Option<u64>,
    random: u64,
    busy_until: Instant,
    queue: VecDeque<(Instant, SocketAddr, Vec<u8>)>,
}

impl Link {
    /// A perfect one; `seed` decides what a worse one loses.
    pub fn new(seed: u64) -> Self {
        Self {
            lost: 0,
            rate: None,
            random: seed | 1,
            busy_until: Instant::now(),
            queue: VecDeque::new(),
        }
    }

    /// Takes a datagram, and loses it or not.
    pub fn offer(&mut self, from: SocketAddr, datagram: &[u8], now: Instant) {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        if self.random % 1000 < self.lost {
            return;
        }
        let start = self.busy_until.max(now);
        if start - now > LONGEST_QUEUE {
            return;
        }
        let bits = 8 * datagram.len() as u64;
        let time = self.rate.map_or(0, |rate| bits * 1_000_000 / rate);
        self.busy_until = start + Duration::from_micros(time);
        self.queue.push_back((self.busy_until, from, datagram.to_vec()));
    }

    /// When the next datagram comes out.
    pub fn due(&self) -> Option<Instant> {
        self.queue.front().map(|(due, _, _)| *due)
    }

    /// A datagram that comes out.
    pub fn take(&mut self, now: Instant) -> Option<(SocketAddr, Vec<u8>)> {
        self.due().filter(|due| *due <= now)?;
        self.queue.pop_front().map(|(_, from, datagram)| (from, datagram))
    }
}

/// A router drops what would wait longer.
const LONGEST_QUEUE: Duration = Duration::from_millis(300);
