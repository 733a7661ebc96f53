//! What the SFU counts.

use super::{
    media::{Dropped, Feedback, Flow},
    signalling::Present,
};
use crate::metrics::{Counter, Gauge, Registry};

/// The counters of the SFU.
#[derive(Clone)]
pub struct Counters {
    reports_taken: Counter,
    reports_refused: Counter,
    lost_notices: Counter,
    oversize: Counter,
    unaddressed: Counter,
    received: FlowCounters,
    sent: FlowCounters,
    lost: Counter,
    sessions: Share,
    tracks: Share,
}

/// What one worker has of a number that is shown for all of them. It has nothing any more when it ends.
#[derive(Debug)]
struct Share {
    all: Gauge,
    own: i64,
}

impl Share {
    fn set(&mut self, own: usize) {
        let own = i64::try_from(own).unwrap_or(i64::MAX);
        self.all.add(own - self.own);
        self.own = own;
    }
}

impl Clone for Share {
    fn clone(&self) -> Self {
        Self { all: self.all.clone(), own: 0 }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
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
        let shared = |name, help| Share { all: metrics.gauge(name, help, &[]), own: 0 };
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
            sessions: shared("trunkline_sfu_sessions", "Sessions of participants."),
            tracks: shared("trunkline_sfu_tracks", "Tracks that are published, muted ones too."),
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

    /// So much there is in one worker now.
    pub fn show(&mut self, present: Present) {
        self.sessions.set(present.sessions);
        self.tracks.set(present.tracks);
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
        self.unaddressed.add(dropped.unaddressed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_a_number_and_take_theirs_with_them() {
        let metrics = Registry::default();
        let shown = || metrics.gauge("trunkline_sfu_sessions", "", &[]).get();
        let outset = Counters::new(&metrics);
        let (mut first, mut second) = (outset.clone(), outset.clone());
        first.show(Present { sessions: 3, tracks: 1 });
        second.show(Present { sessions: 2, tracks: 0 });
        first.show(Present { sessions: 4, tracks: 1 });
        assert_eq!(shown(), 6);
        drop(first);
        assert_eq!(shown(), 2);
    }
}
