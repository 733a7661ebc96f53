//! What the SFU counts.

use super::media::Dropped;
use crate::metrics::{Counter, Registry};

/// The counters of the SFU.
#[derive(Clone)]
pub struct Counters {
    reports_taken: Counter,
    reports_refused: Counter,
    lost_notices: Counter,
    oversize: Counter,
    unaddressed: Counter,
}

impl Counters {
    pub fn new(metrics: &Registry) -> Self {
        let reports = |result| {
            let help = "Reports of statistics from participants.";
            metrics.counter("trunkline_sfu_reports_total", help, &[("result", result)])
        };
        let dropped = |reason| {
            let help = "Datagrams that the media port did not take.";
            metrics.counter("trunkline_sfu_datagrams_dropped_total", help, &[("reason", reason)])
        };
        Self {
            oversize: dropped("oversize"),
            unaddressed: dropped("unaddressed"),
            reports_taken: reports("taken"),
            reports_refused: reports("refused"),
            lost_notices: metrics.counter(
                "trunkline_sfu_notices_lost_total",
                "Notices of the SFU that the coordinator did not take.",
                &[],
            ),
        }
    }

    /// A participant sent statistics.
    pub fn count_report(&self, taken: bool) {
        let counter = if taken { &self.reports_taken } else { &self.reports_refused };
        counter.increment();
    }

    /// The coordinator did not take a notice.
    pub fn count_lost_notice(&self) {
        self.lost_notices.increment();
    }

    /// Datagrams were not taken.
    pub fn count_dropped(&self, dropped: Dropped) {
        self.oversize.add(dropped.oversize);
        self.unaddressed.add(dropped.unaddressed);
    }
}
