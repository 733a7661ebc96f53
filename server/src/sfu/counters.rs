//! What the SFU counts.

use super::media::{Dropped, Feedback, Flow};
use crate::metrics::{Counter, Registry};

/// The counters of the SFU.
#[derive(Clone)]
pub struct Counters {
    reports_taken: Counter,
    reports_refused: Counter,
    lost_notices: Counter,
    oversize: Counter,
    questions: Counter,
    unaddressed: Counter,
    received: FlowCounters,
    sent: FlowCounters,
    lost: Counter,
}

/// Of media in one direction.
#[derive(Clone)]
struct FlowCounters {
    packets: Counter,
    bytes: Counter,
    nacks: Counter,
    keyframes: Counter,
}

impl FlowCounters {
    fn new(metrics: &Registry, direction: &str) -> Self {
        let counter = |name, help| metrics.counter(name, help, &[("direction", direction)]);
        Self {
            packets: counter("trunkline_sfu_rtp_packets_total", "Packets of media."),
            bytes: counter("trunkline_sfu_rtp_bytes_total", "Bytes of media."),
            nacks: counter(
                "trunkline_sfu_nacks_total",
                "How often the receiver of media asked for packets again.",
            ),
            keyframes: counter(
                "trunkline_sfu_keyframe_requests_total",
                "How often the receiver of media asked for a keyframe (PLI, FIR).",
            ),
        }
    }

    fn count(&self, flow: Flow) {
        self.packets.add(flow.packets);
        self.bytes.add(flow.bytes);
        self.nacks.add(flow.nacks);
        self.keyframes.add(flow.keyframes);
    }
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
            received: FlowCounters::new(metrics, "received"),
            sent: FlowCounters::new(metrics, "sent"),
            lost: metrics.counter(
                "trunkline_sfu_rtp_lost_total",
                "Packets of media that clients say they did not get.",
                &[],
            ),
            oversize: dropped("oversize"),
            questions: dropped("questions"),
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

    /// Media was sent and received.
    pub fn count_feedback(&self, feedback: Feedback) {
        self.received.count(feedback.received);
        self.sent.count(feedback.sent);
        self.lost.add(feedback.lost);
    }

    /// Datagrams were not taken.
    pub fn count_dropped(&self, dropped: Dropped) {
        self.oversize.add(dropped.oversize);
        self.questions.add(dropped.questions);
        self.unaddressed.add(dropped.unaddressed);
    }
}
