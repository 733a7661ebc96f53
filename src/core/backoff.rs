//! How long to wait before trying again.

use super::{
    host::Host,
    outbox::Outbox,
    random::Random,
    time::{Duration, Time},
};

/// The delay before attempt `n` (counted from 0) of connecting, joining, reconnecting and SFU
/// requests: uniformly random, growing to 5 s (coordinator protocol, retries).
pub(crate) fn delay(attempt: u32, random: &mut Random) -> Duration {
    let (low, high) = interval(attempt);
    Duration::from_millis(random.between(low, high))
}

fn interval(attempt: u32) -> (u64, u64) {
    let n = u64::from(attempt);
    let high = (500 + 2000 * n).min(5000);
    let low = (2000 * n.saturating_sub(1)).clamp(250, 5000);
    (low, high)
}

/// Something that failed, and is tried again, ever less often.
#[derive(Debug, Default)]
pub(crate) struct Again {
    failures: u32,
    at: Option<Time>,
}

impl Again {
    /// It failed; tells how often in a row. What is going to be tried again anyway has not failed
    /// once more.
    pub(crate) fn failed<H: Host>(&mut self, out: &mut Outbox<H>) -> u32 {
        if self.at.is_none() {
            self.failures = self.failures.saturating_add(1);
            self.at = Some(out.back_off(self.failures));
        }
        self.failures
    }

    /// Whether to try it now.
    pub(crate) fn take_due(&mut self, now: Time) -> bool {
        self.at.take_if(|at| *at <= now).is_some()
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_grows_to_five_seconds() {
        let expected =
            [(250, 500), (250, 2500), (2000, 4500), (4000, 5000), (5000, 5000), (5000, 5000)];

        for (attempt, interval_ms) in (0..).zip(expected) {
            assert_eq!(interval(attempt), interval_ms);
            let delay = delay(attempt, &mut Random::new([3, 4])).as_millis();
            assert!((interval_ms.0..=interval_ms.1).contains(&delay));
        }
    }
}
