//! Packets of a stream that are missing, and whether they will still come.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What is missing of one stream, for as long as the publisher may send it again.
#[derive(Debug, Default)]
pub struct Gaps {
    newest: Option<u64>,
    /// The oldest first, with when it was missed.
    missing: VecDeque<(u64, Instant)>,
}

/// How a packet comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is the newest. What is missing before it may still come.
    InOrder,
    /// Later ones came before it.
    Late,
    /// It is the newest, and what is missing before it is lost for good.
    AfterLoss,
}

impl Gaps {
    /// Takes note of a packet. `after_silence` tells that nothing came for a while.
    pub fn note(&mut self, seq: u64, after_silence: bool, now: Instant) -> Arrival {
        let Some(newest) = self.newest else {
            self.newest = Some(seq);
            return Arrival::InOrder;
        };
        if seq <= newest {
            self.missing.retain(|(missing, _)| *missing != seq);
            return Arrival::Late;
        }
        self.newest = Some(seq);
        let lost = seq - newest - 1;
        if lost > WINDOW || after_silence && lost > 0 {
            self.missing.clear();
            return Arrival::AfterLoss;
        }
        self.missing.extend((newest + 1..seq).map(|missing| (missing, now)));
        Arrival::InOrder
    }

    /// A picture begins here that needs nothing of what was before.
    pub fn begin(&mut self, seq: u64) {
        self.missing.retain(|(missing, _)| *missing > seq);
    }

    /// Whether something will not come any more. It is forgotten then, and what is missing with it.
    pub fn are_beyond_repair(&mut self, now: Instant) -> bool {
        let Some((oldest, since)) = self.missing.front().copied() else {
            return false;
        };
        let is_behind = self.newest.is_some_and(|newest| newest.saturating_sub(oldest) > WINDOW);
        let is_over = is_behind || now.saturating_duration_since(since) >= PATIENCE;
        if is_over {
            self.missing.clear();
        }
        is_over
    }
}

/// str0m does not ask for what is further behind.
const WINDOW: u64 = 100;
/// str0m asks five times within 165 ms; a round trip more is needed for the last answer.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    /// How packets come, one each 10 ms, and whether the gaps are beyond repair then.
    fn arrivals(packets: &[u64]) -> Vec<(Arrival, bool)> {
        let start = Instant::now();
        let mut gaps = Gaps::default();
        let arrival = |(index, seq): (usize, &u64)| {
            let now = start + Duration::from_millis(10 * index as u64);
            (gaps.note(*seq, false, now), gaps.are_beyond_repair(now))
        };
        packets.iter().enumerate().map(arrival).collect()
    }

    #[test]
    fn what_comes_late_is_no_loss() {
        let arrivals = arrivals(&[5, 7, 9, 6, 8, 10]);
        let late: Vec<_> = arrivals.iter().map(|(how, _)| *how == Arrival::Late).collect();
        assert_eq!(late, [false, false, false, true, true, false]);
        assert!(arrivals.iter().all(|(_, beyond)| !beyond));
    }

    #[test]
    fn what_has_not_come_in_half_a_second_is_lost_and_told_once() {
        let packets: Vec<_> = (0..90).filter(|seq| *seq != 20).collect();
        let told = arrivals(&packets).iter().position(|(_, beyond)| *beyond);
        assert_eq!(told, Some(70), "20 is missed when 21 comes");
        assert_eq!(arrivals(&packets).iter().filter(|(_, beyond)| *beyond).count(), 1);
    }

    #[test]
    fn what_nobody_asks_for_again_is_lost_at_once() {
        assert_eq!(arrivals(&[1, 102]).last(), Some(&(Arrival::InOrder, false)));
        assert_eq!(arrivals(&[1, 103]).last(), Some(&(Arrival::AfterLoss, false)));
        let now = Instant::now();
        let mut gaps = Gaps::default();
        gaps.note(1, true, now);
        assert_eq!(gaps.note(2, true, now), Arrival::InOrder, "it only paused");
        assert_eq!(gaps.note(4, true, now), Arrival::AfterLoss);
    }

    #[test]
    fn a_new_picture_needs_nothing_of_what_was_before() {
        let now = Instant::now();
        let mut gaps = Gaps::default();
        for seq in [1, 3, 5] {
            gaps.note(seq, false, now);
        }
        gaps.begin(3);
        assert!(gaps.are_beyond_repair(now + PATIENCE), "4 is missing after it");
        gaps.note(7, false, now);
        gaps.begin(7);
        assert!(!gaps.are_beyond_repair(now + PATIENCE));
    }
}
