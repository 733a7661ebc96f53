//! How much a path takes.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// An estimate of bandwidth that follows what lasts.
///
/// str0m's own estimate jumps up and down for a moment when it searches for more.
#[derive(Debug, Default)]
pub struct Estimate {
    /// bits/s, newest last.
    recent: VecDeque<(Instant, u64)>,
    settled: Option<u64>,
}

impl Estimate {
    /// Takes note of an estimate, in bits/s.
    pub fn update(&mut self, estimate: u64, now: Instant) {
        self.recent.push_back((now, estimate));
        let is_old = |(at, _): &(Instant, u64)| now.saturating_duration_since(*at) > WINDOW;
        while self.recent.front().is_some_and(is_old) {
            self.recent.pop_front();
        }
        let rates = || self.recent.iter().map(|(_, rate)| *rate);
        let low = rates().min().unwrap_or(estimate);
        let high = rates().max().unwrap_or(estimate);
        self.settled = Some(self.settled.unwrap_or(estimate).clamp(low, high));
    }

    /// What was known before does not count any more.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// bits/s; `None` while nothing is known.
    pub fn get(&self) -> Option<u64> {
        self.settled
    }
}

/// What lasts so long is no jump.
const WINDOW: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made of estimates that come every 100 ms.
    fn settled(estimates: &[u64]) -> Vec<u64> {
        let start = Instant::now();
        let mut estimate = Estimate::default();
        let update = |(n, told): (usize, &u64)| {
            estimate.update(*told, start + Duration::from_millis(100 * n as u64));
            estimate.get().unwrap()
        };
        estimates.iter().enumerate().map(update).collect()
    }

    #[test]
    fn a_jump_is_not_followed_and_what_lasts_is() {
        assert_eq!(settled(&[500, 100, 500, 900, 500]), [500; 5]);
        assert_eq!(settled(&[500, 100, 100, 100, 100, 100, 100])[5..], [500, 100]);
        assert_eq!(settled(&[500, 900, 800, 900, 900, 900, 900])[5..], [500, 800]);
    }

    #[test]
    fn what_is_forgotten_does_not_count() {
        let now = Instant::now();
        let mut estimate = Estimate::default();
        assert_eq!(estimate.get(), None);
        estimate.update(500, now);
        estimate.forget();
        assert_eq!(estimate.get(), None);
        estimate.update(100, now);
        assert_eq!(estimate.get(), Some(100));
    }
}
