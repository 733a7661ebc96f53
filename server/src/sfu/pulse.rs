//! Whether a worker goes on, and how late it is.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::metrics::{Counter, Gauge, Histogram, Registry};

/// What a worker shows of itself to those who look after it.
pub(super) struct Pulse {
    last: Mutex<Beat>,
    restarts: AtomicU64,
    lags: Histogram,
    queued: Gauge,
    restarted: Counter,
}

#[derive(Clone, Copy)]
struct Beat {
    at: Instant,
    lag: Duration,
}

impl Pulse {
    /// Of a worker that begins now, by its number.
    pub fn new(now: Instant, worker: usize, metrics: &Registry) -> Self {
        Self {
            last: Mutex::new(Beat { at: now, lag: Duration::ZERO }),
            restarts: AtomicU64::new(0),
            lags: metrics.histogram(
                "trunkline_sfu_lag_seconds",
                "How late a worker of the SFU does what is due.",
                &[],
            ),
            queued: metrics.gauge(
                "trunkline_sfu_queue",
                "Requests that wait for a worker of the SFU.",
                &[("worker", &worker.to_string())],
            ),
            restarted: metrics.counter(
                "trunkline_sfu_restarts_total",
                "Workers of the SFU that failed and were replaced.",
                &[],
            ),
        }
    }

    /// The worker does what was due at a time, and so many requests wait for it.
    pub fn beat(&self, due: Instant, now: Instant, queued: usize) {
        let lag = now.saturating_duration_since(due);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Beat { at: now, lag };
        self.lags.observe(lag);
        self.queued.set(i64::try_from(queued).unwrap_or(i64::MAX));
    }

    /// It failed.
    pub fn stopped(&self) {
        self.restarts.fetch_add(1, Relaxed);
        self.restarted.increment();
    }

    /// How often it failed.
    pub fn restarts(&self) -> u64 {
        self.restarts.load(Relaxed)
    }

    /// How late it is.
    pub fn lag(&self, now: Instant) -> Duration {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.lag.max(now.saturating_duration_since(last.at).saturating_sub(BETWEEN_BEATS))
    }

    /// Whether it goes on.
    pub fn is_alive(&self, now: Instant) -> bool {
        self.lag(now) < STUCK
    }
}

/// How often a worker that has nothing else to do shows that it is there.
pub(super) const BETWEEN_BEATS: Duration = Duration::from_millis(50);
/// So late is nobody who only has much to do.
const STUCK: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_late_is_alive_and_who_is_stuck_is_not() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let pulse = Pulse::new(start, 0, &Registry::default());
        pulse.beat(after(50), after(60), 3);
        assert_eq!(pulse.lag(after(60)), Duration::from_millis(10));
        assert_eq!(pulse.lag(after(1110)), Duration::from_secs(1), "the next beat is missing");
        assert!(pulse.is_alive(after(5000)));
        assert!(!pulse.is_alive(after(5110)), "it hangs in something");
        pulse.beat(after(100), after(6000), 0);
        assert!(!pulse.is_alive(after(6000)));
        pulse.beat(after(6050), after(6050), 0);
        assert!(pulse.is_alive(after(6050)), "over");
    }
}
