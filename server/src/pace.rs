//! How often something may happen: so many times a second, with room for a burst. Time comes from
//! outside.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// In the long run; 0: as often as they like.
    pub per_second: u32,
    /// At once, after a time in which nothing happened.
    pub burst: u32,
}

/// How much of a pace is used up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    /// When nothing of it will be used up any more.
    clear: Option<Instant>,
}

/// A meter for each of many.
pub struct Meters {
    pace: Pace,
    /// Names meters, so that none of them has to keep the name of its subject.
    hasher: RandomState,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    by_key: HashMap<u64, Meter>,
    swept: Option<Instant>,
}

impl Meter {
    /// Counts something that weighs `amount`. If it is too much, nothing is counted, and it may be
    /// tried again after the time that is returned.
    pub fn take(&mut self, pace: Pace, amount: u32, now: Instant) -> Result<(), Duration> {
        let Some(step) = Duration::from_secs(1).checked_div(pace.per_second) else {
            return Ok(());
        };
        // What is larger than a burst has to be possible at some time.
        let amount = step.saturating_mul(amount.min(pace.burst));
        let begins = self.clear.map_or(now, |clear| clear.max(now));
        let clear = begins + amount;
        let early = (clear - now).saturating_sub(step.saturating_mul(pace.burst));
        if !early.is_zero() {
            return Err(early);
        }
        self.clear = Some(clear);
        Ok(())
    }

    fn is_clear(&self, now: Instant) -> bool {
        self.clear.is_none_or(|clear| clear <= now)
    }
}

impl Meters {
    /// Nothing is used up yet.
    pub fn new(pace: Pace) -> Self {
        Self { pace, hasher: RandomState::new(), table: Mutex::default() }
    }

    /// Counts something of this subject, as [`Meter::take`] does.
    pub fn take(&self, subject: impl Hash, amount: u32, now: Instant) -> Result<(), Duration> {
        if self.pace.per_second == 0 {
            return Ok(());
        }
        let key = self.hasher.hash_one(subject);
        // No method leaves the table half changed.
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if table.by_key.len() >= MOST_METERS && !table.by_key.contains_key(&key) {
            table.sweep(now);
            if table.by_key.len() >= MOST_METERS {
                // More subjects than fit are within their rights.
                return Ok(());
            }
        }
        table.by_key.entry(key).or_default().take(self.pace, amount, now)
    }
}

impl Table {
    /// Drops the meters of which nothing is used up; at most once a second, because it looks at all
    /// of them.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_none_or(|swept| swept + Duration::from_secs(1) <= now) {
            self.by_key.retain(|_, meter| !meter.is_clear(now));
            self.swept = Some(now);
        }
    }
}

/// A few MB.
const MOST_METERS: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { per_second: 10, burst: 20 };

    #[test]
    fn a_burst_is_taken_and_then_so_much_a_second() {
        let (mut meter, start) = (Meter::default(), Instant::now());
        let after = |ms| start + Duration::from_millis(ms);
        for _ in 0..20 {
            assert_eq!(meter.take(PACE, 1, start), Ok(()));
        }
        assert_eq!(meter.take(PACE, 1, start), Err(Duration::from_millis(100)));
        assert_eq!(meter.take(PACE, 5, start), Err(Duration::from_millis(500)));
        assert!(meter.take(PACE, 1, after(99)).is_err());
        assert!(meter.take(PACE, 1, after(100)).is_ok(), "refusals do not count");
        let served = (1..=100).filter(|n| meter.take(PACE, 1, after(100 + n * 10)).is_ok());
        assert_eq!(served.count(), 10, "in a second");
        assert!(meter.take(PACE, 20, after(60_000)).is_ok(), "rested");
        assert!(meter.take(PACE, 1, after(60_000)).is_err());
        assert!(meter.take(PACE, 1000, after(120_000)).is_ok(), "more than a burst, after a rest");
        assert!(meter.take(Pace { per_second: 0, burst: 0 }, 1000, after(0)).is_ok(), "no limit");
    }

    #[test]
    fn each_subject_has_its_own_and_memory_is_bounded() {
        let (meters, now) = (Meters::new(Pace { per_second: 1, burst: 1 }), Instant::now());
        assert!(meters.take("ann", 1, now).is_ok() && meters.take("ben", 1, now).is_ok());
        assert!(meters.take("ann", 1, now).is_err());
        for n in 0..MOST_METERS + 10 {
            assert!(meters.take(n, 1, now).is_ok());
        }
        assert!(meters.table.lock().unwrap().by_key.len() <= MOST_METERS);
        assert!(meters.take("late", 1, now + Duration::from_secs(2)).is_ok());
        assert_eq!(meters.table.lock().unwrap().by_key.len(), 1, "old ones make room");
    }
}
