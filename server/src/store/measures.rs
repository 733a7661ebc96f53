//! What the store counts.

use std::time::Instant;

use crate::metrics::{Counter, Gauge, Histogram, Registry};

/// Commits, and whether they go well.
#[derive(Clone)]
pub(super) struct Measures {
    commits: Counter,
    failures: Counter,
    latency: Histogram,
    /// 1 from a failed commit to the next that stored something.
    failing: Gauge,
}

impl Measures {
    pub fn new(metrics: &Registry) -> Self {
        Self {
            commits: metrics.counter(
                "trunkline_store_transactions_total",
                "Commits of the store; one may hold many commands.",
                &[],
            ),
            failures: metrics.counter(
                "trunkline_store_failures_total",
                "Commits of the store that failed.",
                &[],
            ),
            latency: metrics.histogram(
                "trunkline_store_transaction_seconds",
                "Time to run and commit the commands that waited.",
                &[],
            ),
            failing: metrics.gauge(
                "trunkline_store_failing",
                "1 from a commit that failed to the next that stored something.",
                &[],
            ),
        }
    }

    pub fn count(&self, started: Instant, committed: bool, has_written: bool) {
        self.latency.observe(started.elapsed());
        let which = if committed { &self.commits } else { &self.failures };
        which.increment();
        // Reads go well on a full disk.
        if has_written || !committed {
            self.failing.set(i64::from(!committed));
        }
    }

    pub fn is_failing(&self) -> bool {
        self.failing.get() != 0
    }
}
