//! How long the threads of the SFU have been on a core.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The time of one thread on a core.
pub struct Busy {
    last: Duration,
}

impl Busy {
    /// Of the thread that this is called on, and that has to ask from then on.
    pub fn of_this_thread() -> Self {
        Self { last: on_core() }
    }

    /// How much it was since this was last asked.
    pub fn since_last_asked(&mut self) -> Duration {
        let now = on_core();
        now.saturating_sub(std::mem::replace(&mut self.last, now))
    }
}

fn on_core() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_work_of_the_own_thread_counts() {
        let mut busy = Busy::of_this_thread();
        let mut other = std::thread::spawn(|| {
            let mut busy = Busy::of_this_thread();
            let mut all = Duration::ZERO;
            while all < Duration::from_millis(20) {
                all += busy.since_last_asked();
            }
            all
        })
        .join()
        .unwrap();
        other -= Duration::from_millis(10);
        assert!(busy.since_last_asked() < other, "this thread only waited");
    }
}
