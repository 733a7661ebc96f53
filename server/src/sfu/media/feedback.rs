//! What is sent and received of media, and what receivers say of it: counted, and nothing decided on.

use std::{collections::HashMap, ops::AddAssign};

use str0m::{
    media::{Mid, Rid},
    stats::{MediaEgressStats, MediaIngressStats},
};

/// Packets of media, and what was said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// From clients.
    pub received: Flow,
    /// To clients.
    pub sent: Flow,
    /// Packets that clients say they did not get.
    pub lost: u64,
}

/// One direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub packets: u64,
    pub bytes: u64,
    /// How often the receiver asked for packets again.
    pub nacks: u64,
    /// How often the receiver asked for a keyframe (PLI, FIR).
    pub keyframes: u64,
}

/// How much there was by now, for each stream of a peer connection.
#[derive(Default)]
pub struct Totals {
    sent: HashMap<(Mid, Option<Rid>), (Flow, u64)>,
    received: HashMap<(Mid, Option<Rid>), Flow>,
}

impl Totals {
    /// What is new since the last time, of a stream to the client.
    pub fn sent(&mut self, stats: &MediaEgressStats) -> Feedback {
        let now = Flow {
            packets: stats.packets,
            bytes: stats.bytes,
            nacks: stats.nacks,
            keyframes: stats.plis.saturating_add(stats.firs),
        };
        let (before, lost_before) = self.sent.entry((stats.mid, stats.rid)).or_default();
        let lost = stats.remote.as_ref().map_or(*lost_before, |remote| remote.packets_lost);
        let feedback = Feedback {
            sent: now.since(before),
            lost: lost.saturating_sub(*lost_before),
            ..Feedback::default()
        };
        (*before, *lost_before) = (now, lost);
        feedback
    }

    /// What is new since the last time, of a stream from the client.
    pub fn received(&mut self, stats: &MediaIngressStats) -> Feedback {
        let now = Flow {
            packets: stats.packets,
            bytes: stats.bytes,
            nacks: stats.nacks,
            keyframes: stats.plis.saturating_add(stats.firs),
        };
        let before = self.received.entry((stats.mid, stats.rid)).or_default();
        let feedback = Feedback { received: now.since(before), ..Feedback::default() };
        *before = now;
        feedback
    }
}

impl Flow {
    fn since(&self, before: &Self) -> Self {
        Self {
            packets: self.packets.saturating_sub(before.packets),
            bytes: self.bytes.saturating_sub(before.bytes),
            nacks: self.nacks.saturating_sub(before.nacks),
            keyframes: self.keyframes.saturating_sub(before.keyframes),
        }
    }
}

impl AddAssign for Flow {
    fn add_assign(&mut self, more: Self) {
        self.packets += more.packets;
        self.bytes += more.bytes;
        self.nacks += more.nacks;
        self.keyframes += more.keyframes;
    }
}

impl AddAssign for Feedback {
    fn add_assign(&mut self, more: Self) {
        self.received += more.received;
        self.sent += more.sent;
        self.lost += more.lost;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn what_is_new_is_counted_for_each_stream() {
        let mut totals = Totals::default();
        let stats = |mid: &str, packets, nacks, plis| MediaIngressStats {
            mid: mid.into(),
            rid: None,
            bytes: packets * 100,
            packets,
            firs: 1,
            plis,
            nacks,
            jitter: 0,
            rtt: None,
            loss: None,
            timestamp: Instant::now(),
            remote: None,
        };
        let mut sum = Feedback::default();
        for (mid, packets, nacks, plis) in
            [("0", 5, 1, 0), ("1", 7, 0, 0), ("0", 9, 3, 1), ("0", 9, 3, 1), ("0", 2, 0, 0)]
        {
            sum += totals.received(&stats(mid, packets, nacks, plis));
        }
        let expected = Flow { packets: 16, bytes: 1600, nacks: 3, keyframes: 3 };
        assert_eq!(sum, Feedback { received: expected, ..Feedback::default() });
    }
}
