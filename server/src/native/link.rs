//! One direction of a network path: so fast, so long, so lossy.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What a path does to datagrams. They never overtake each other.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// bits/s; `None` for no limit.
    pub rate: Option<u64>,
    /// How long a datagram travels at least.
    pub delay: Duration,
    /// Share of the datagrams that are lost, in per cent.
    pub loss: u32,
    /// What would wait longer than this in front of the bottleneck is lost.
    pub queue: Duration,
}

impl Conditions {
    /// A path that takes everything and has no length.
    pub const PERFECT: Self =
        Self { rate: None, delay: Duration::ZERO, loss: 0, queue: HOME_ROUTER };
}

/// A path with the datagrams that are on it.
pub struct Link<T> {
    conditions: Conditions,
    /// When the last datagram has left the bottleneck.
    busy_until: Option<Instant>,
    travelling: VecDeque<(Instant, T)>,
    /// State of the generator that decides on losses: the same in every run.
    random: u64,
}

impl<T> Link<T> {
    /// A path with nothing on it.
    pub fn new(conditions: Conditions) -> Self {
        Self { conditions, busy_until: None, travelling: VecDeque::new(), random: 1 }
    }

    /// Changes what holds for datagrams from now on.
    pub fn set(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// Puts a datagram on its way, unless it is lost.
    pub fn send(&mut self, datagram: T, bytes: usize, now: Instant) {
        if self.draw(100) < u64::from(self.conditions.loss) {
            return;
        }
        let begins = self.busy_until.map_or(now, |until| until.max(now));
        if begins.saturating_duration_since(now) > self.conditions.queue {
            return;
        }
        let bits = 8 * (bytes + HEADERS) as u64;
        let micros = self.conditions.rate.map_or(0, |rate| bits * 1_000_000 / rate);
        let leaves = begins + Duration::from_micros(micros);
        self.busy_until = Some(leaves);
        let before = self.travelling.back().map_or(now, |(arrives, _)| *arrives);
        self.travelling.push_back(((leaves + self.conditions.delay).max(before), datagram));
    }

    /// When the next datagram arrives.
    pub fn due(&self) -> Option<Instant> {
        self.travelling.front().map(|(arrives, _)| *arrives)
    }

    /// The next datagram that has arrived.
    pub fn take(&mut self, now: Instant) -> Option<T> {
        let is_there = self.due().is_some_and(|arrives| arrives <= now);
        if is_there { self.travelling.pop_front().map(|(_, datagram)| datagram) } else { None }
    }

    /// A number below the bound (xorshift64*).
    fn draw(&mut self, bound: u64) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// How long the queue of a home router is.
const HOME_ROUTER: Duration = Duration::from_millis(200);
/// Bytes of IP and UDP.
const HEADERS: usize = 28;
