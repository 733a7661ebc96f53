//! For how long a worker was busy with one thing.

use std::time::{Duration, Instant};

use crate::metrics::{Gauge, Registry};

/// The longest turn of a worker in the last seconds: so long did everybody else wait at most.
pub struct Turns {
    shown: Gauge,
    longest: Duration,
    /// The longest of the time before.
    previous: Duration,
    since: Instant,
}

impl Turns {
    /// Of a worker that begins now.
    pub fn new(metrics: &Registry, worker: &str, now: Instant) -> Self {
        let name = "trunkline_sfu_longest_turn_microseconds";
        let help = "How long a worker was busy with one thing, at most, in the last 10 to 20 s.";
        let shown = metrics.gauge(name, help, &[("worker", worker)]);
        shown.set(0);
        Self { shown, longest: Duration::ZERO, previous: Duration::ZERO, since: now }
    }

    /// A turn began and ended.
    pub fn note(&mut self, began: Instant, ended: Instant) {
        if ended.saturating_duration_since(self.since) >= PERIOD {
            self.previous = std::mem::take(&mut self.longest);
            self.since = ended;
            self.show();
        }
        let took = ended.saturating_duration_since(began);
        if took > self.longest {
            self.longest = took;
            self.show();
        }
    }

    fn show(&self) {
        let micros = self.longest.max(self.previous).as_micros();
        self.shown.set(i64::try_from(micros).unwrap_or(i64::MAX));
    }
}

const PERIOD: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_turn_is_shown_for_a_while() {
        let registry = Registry::default();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut turns = Turns::new(&registry, "0", start);
        let shown = || {
            let name = "trunkline_sfu_longest_turn_microseconds";
            registry.gauge(name, "", &[("worker", "0")]).get()
        };
        turns.note(at(0), at(5));
        turns.note(at(5), at(6));
        assert_eq!(shown(), 5_000);
        turns.note(at(11_000), at(11_001));
        assert_eq!(shown(), 5_000, "still within 20 s");
        turns.note(at(22_000), at(22_002));
        assert_eq!(shown(), 2_000);
    }
}
