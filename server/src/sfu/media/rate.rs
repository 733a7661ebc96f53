//! How many bits per second a layer takes.

use std::time::{Duration, Instant};

/// A rate, measured in windows.
///
/// It follows a rise at once and a fall slowly: who relies on a momentary low would be overrun by
/// the next keyframe.
#[derive(Debug, Default)]
pub struct RateMeter {
    bits: u64,
    since: Option<Instant>,
    rate: Option<u64>,
}

impl RateMeter {
    /// A packet with so many bytes of payload. Headers do not count, because they do not in str0m's
    /// estimate of bandwidth either.
    pub fn count(&mut self, bytes: usize, now: Instant) {
        let since = *self.since.get_or_insert(now);
        self.bits += 8 * bytes as u64;
        let elapsed = now.saturating_duration_since(since);
        if elapsed < WINDOW {
            return;
        }
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX).max(1);
        let measured = self.bits.saturating_mul(1_000_000) / micros;
        let decayed = self.rate.unwrap_or(measured) / 4 * 3 + measured / 4;
        self.rate = Some(measured.max(decayed));
        self.bits = 0;
        self.since = Some(now);
    }

    /// What comes after a pause: the time without packets does not count, and the rate of before holds
    /// until a window is full.
    pub fn resume(&mut self) {
        self.bits = 0;
        self.since = None;
    }

    /// bits/s; `None` until the first window is full.
    pub fn rate(&self) -> Option<u64> {
        self.rate
    }
}

const WINDOW: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    fn run(meter: &mut RateMeter, start: Instant, packets: u32, bytes: usize) -> Instant {
        let step = Duration::from_millis(10);
        (0..packets).fold(start, |now, _| {
            meter.count(bytes, now);
            now + step
        })
    }

    #[test]
    fn a_rise_is_followed_at_once_and_a_fall_slowly() {
        let mut meter = RateMeter::default();
        let mut now = Instant::now();
        assert_eq!(meter.rate(), None);
        now = run(&mut meter, now, 200, 125);
        let steady = meter.rate().unwrap();
        assert!((98_000..=103_000).contains(&steady), "{steady}");
        now = run(&mut meter, now, 100, 1250);
        let high = meter.rate().unwrap();
        assert!(high > 950_000, "{high}");
        now = run(&mut meter, now, 60, 125);
        let falling = meter.rate().unwrap();
        assert!((500_000..900_000).contains(&falling), "{falling}");
        run(&mut meter, now, 1500, 125);
        assert!(meter.rate().unwrap() < 120_000);
    }
}
