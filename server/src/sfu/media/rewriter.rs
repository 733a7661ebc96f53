//! Renumbers forwarded packets so that a subscriber sees one stream without seams.
//!
//! What a subscriber gets is spliced together from several streams: simulcast layers, and the
//! pieces between pauses. Each splice sets offsets that hold until the next one. From a stream with
//! layers inside (SVC), packets are left out; those behind them close up.

use std::{collections::VecDeque, time::Instant};

/// The numbers of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// RTP sequence number, extended over its roll-overs.
    pub seq: u64,
    /// RTP timestamp in units of the clock rate.
    pub time: u32,
    /// From the VP8 payload descriptor, when there is one.
    pub vp8: Option<Vp8Numbers>,
}

/// Running numbers in a VP8 payload descriptor (RFC 7741); 0 for one that the descriptor lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8Numbers {
    /// 15 bits.
    pub picture_id: u16,
    pub tl0_pic_idx: u8,
}

/// Maps incoming to outgoing numbers.
#[derive(Debug)]
pub struct Rewriter {
    clock_rate: u32,
    mapping: Option<Mapping>,
    last: Option<Last>,
}

#[derive(Debug)]
struct Mapping {
    /// Packets from before it cannot be numbered.
    first_seq: u64,
    /// How many of the packets before it were left out.
    removed: u64,
    /// The highest incoming number, of packets that were left out too.
    newest: u64,
    /// Where packets were left out, the oldest first.
    cuts: VecDeque<Cut>,
    seq: u64,
    time: u32,
    picture_id: u16,
    tl0_pic_idx: u8,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    /// The first incoming number behind it.
    end: u64,
    /// How many packets were left out since the last splice.
    removed: u64,
}

#[derive(Debug)]
struct Last {
    numbers: Numbers,
    at: Instant,
}

impl Rewriter {
    /// A rewriter for a stream with this many timestamp units per second.
    pub fn new(clock_rate: u32) -> Self {
        Self { clock_rate, mapping: None, last: None }
    }

    /// Lets the stream go on with `next`, the first packet of another stream or after a pause.
    pub fn splice(&mut self, next: Numbers, now: Instant) {
        let target = self.continuation(now).unwrap_or(Numbers {
            // A low number leaves room: str0m starts its roll-over count with the first packet.
            seq: FIRST_SEQ,
            ..next
        });
        let (to, from) = (target.vp8.or(next.vp8), next.vp8);
        let (to, from) = (to.unwrap_or(NO_VP8), from.unwrap_or(NO_VP8));
        self.mapping = Some(Mapping {
            first_seq: next.seq,
            removed: 0,
            newest: next.seq,
            cuts: VecDeque::new(),
            seq: target.seq.wrapping_sub(next.seq),
            time: target.time.wrapping_sub(next.time),
            picture_id: to.picture_id.wrapping_sub(from.picture_id),
            tl0_pic_idx: to.tl0_pic_idx.wrapping_sub(from.tl0_pic_idx),
        });
    }

    /// The outgoing numbers of a packet; `None` for stragglers from before the last splice.
    pub fn rewrite(&mut self, packet: Numbers, now: Instant) -> Option<Numbers> {
        let mapping = self.mapping.as_mut()?;
        let removed = mapping.removed_before(packet.seq)?;
        mapping.newest = mapping.newest.max(packet.seq);
        let numbers = Numbers {
            seq: packet.seq.wrapping_add(mapping.seq).wrapping_sub(removed),
            time: packet.time.wrapping_add(mapping.time),
            vp8: packet.vp8.map(|vp8| Vp8Numbers {
                picture_id: vp8.picture_id.wrapping_add(mapping.picture_id) & PICTURE_ID_MASK,
                tl0_pic_idx: vp8.tl0_pic_idx.wrapping_add(mapping.tl0_pic_idx),
            }),
        };
        if self.last.as_ref().is_none_or(|last| numbers.seq > last.numbers.seq) {
            self.last = Some(Last { numbers, at: now });
        }
        Some(numbers)
    }

    /// Whether no packet with a higher number was met since the last splice.
    pub fn is_newest(&self, seq: u64) -> bool {
        self.mapping.as_ref().is_none_or(|mapping| seq >= mapping.newest)
    }

    /// Leaves a packet out. One that comes late had its number kept for it, so that there is a gap.
    pub fn skip(&mut self, seq: u64) {
        let Some(mapping) = self.mapping.as_mut().filter(|mapping| seq > mapping.newest) else {
            return;
        };
        mapping.newest = seq;
        let end = seq.saturating_add(1);
        if let Some(cut) = mapping.cuts.back_mut().filter(|cut| cut.end == seq) {
            *cut = Cut { end, removed: cut.removed + 1 };
            return;
        }
        let removed = mapping.cuts.back().map_or(mapping.removed, |cut| cut.removed) + 1;
        mapping.cuts.push_back(Cut { end, removed });
        if mapping.cuts.len() > MOST_CUTS
            && let Some(oldest) = mapping.cuts.pop_front()
        {
            mapping.first_seq = oldest.end;
            mapping.removed = oldest.removed;
        }
    }

    /// What would come right after the last packet sent.
    fn continuation(&self, now: Instant) -> Option<Numbers> {
        let last = self.last.as_ref()?;
        let elapsed = now.saturating_duration_since(last.at).as_millis();
        let elapsed = u32::try_from(elapsed).unwrap_or(u32::MAX);
        let ticks = elapsed.saturating_mul(self.clock_rate / 1000);
        let one_frame = self.clock_rate / 30;
        Some(Numbers {
            seq: last.numbers.seq + 1,
            time: last.numbers.time.wrapping_add(ticks.max(one_frame)),
            vp8: last.numbers.vp8.map(|vp8| Vp8Numbers {
                picture_id: vp8.picture_id.wrapping_add(1) & PICTURE_ID_MASK,
                tl0_pic_idx: vp8.tl0_pic_idx.wrapping_add(1),
            }),
        })
    }
}

impl Mapping {
    /// How many packets were left out before this one; `None` if that is not known any more.
    fn removed_before(&self, seq: u64) -> Option<u64> {
        if seq < self.first_seq {
            return None;
        }
        let cut = self.cuts.iter().rev().find(|cut| cut.end <= seq);
        Some(cut.map_or(self.removed, |cut| cut.removed))
    }
}

/// One picture has one cut as a rule: enough for several seconds.
const MOST_CUTS: usize = 256;
const FIRST_SEQ: u64 = 1000;
const PICTURE_ID_MASK: u16 = 0x7fff;
const NO_VP8: Vp8Numbers = Vp8Numbers { picture_id: 0, tl0_pic_idx: 0 };

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use proptest::prelude::*;

    use super::*;

    fn packet(seq: u64, time: u32, picture_id: u16, tl0_pic_idx: u8) -> Numbers {
        Numbers { seq, time, vp8: Some(Vp8Numbers { picture_id, tl0_pic_idx }) }
    }

    #[test]
    fn a_switch_to_another_layer_leaves_no_seam() {
        let start = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        rewriter.splice(packet(70_000, 5_000, 32_767, 255), start);
        let out = rewriter.rewrite(packet(70_000, 5_000, 32_767, 255), start);
        assert_eq!(out, Some(packet(1000, 5_000, 32_767, 255)));
        let out = rewriter.rewrite(packet(70_001, 5_000, 32_767, 255), start);
        assert_eq!(out, Some(packet(1001, 5_000, 32_767, 255)));

        let later = start + Duration::from_millis(100);
        rewriter.splice(packet(12, 900_000, 7, 9), later);
        let out = rewriter.rewrite(packet(12, 900_000, 7, 9), later);
        assert_eq!(out, Some(packet(1002, 14_000, 0, 0)), "numbers roll over");
        let out = rewriter.rewrite(packet(14, 903_000, 8, 10), later);
        assert_eq!(out, Some(packet(1004, 17_000, 1, 1)), "a gap stays a gap");
        let out = rewriter.rewrite(packet(13, 900_000, 7, 9), later);
        assert_eq!(out, Some(packet(1003, 14_000, 0, 0)), "and can be filled");
    }

    #[test]
    fn time_moves_by_at_least_one_frame_at_a_splice() {
        let start = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        rewriter.splice(packet(1, 0, 1, 1), start);
        rewriter.rewrite(packet(1, 0, 1, 1), start);
        rewriter.splice(packet(500, 77, 1, 1), start);
        let out = rewriter.rewrite(packet(500, 77, 1, 1), start);
        assert_eq!(out.map(|numbers| numbers.time), Some(3_000));
    }

    /// The outgoing numbers of a stream that begins at 10, of which some packets are left out. Others
    /// do not come.
    fn renumbered(packets: impl IntoIterator<Item = (u64, bool)>) -> Vec<(u64, Option<u64>)> {
        let now = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        rewriter.splice(packet(10, 0, 0, 0), now);
        let mut numbers = Vec::new();
        for (seq, passes) in packets {
            if passes {
                let out = rewriter.rewrite(packet(seq, 0, 0, 0), now);
                numbers.push((seq, out.map(|numbers| numbers.seq - FIRST_SEQ)));
            } else {
                rewriter.skip(seq);
            }
        }
        numbers
    }

    #[test]
    fn what_is_left_out_leaves_no_gap_and_what_is_lost_does() {
        let packets = [(10, true), (11, false), (12, false), (13, true), (14, false), (16, true)];
        let renumbered = renumbered(packets);
        assert_eq!(renumbered, [(10, Some(0)), (13, Some(1)), (16, Some(3))], "15 is lost");
    }

    #[test]
    fn a_late_packet_gets_the_number_that_was_kept_for_it() {
        let late = [(10, true), (11, false), (13, false), (15, true), (12, true), (14, true)];
        let expected = [(10, Some(0)), (15, Some(3)), (12, Some(1)), (14, Some(2))];
        assert_eq!(renumbered(late), expected);
        let left_out = [(10, true), (12, true), (11, false), (12, true), (13, true)];
        let expected = [(10, Some(0)), (12, Some(2)), (12, Some(2)), (13, Some(3))];
        assert_eq!(renumbered(left_out), expected, "too late to close up");
    }

    #[test]
    fn what_is_too_late_to_be_numbered_is_dropped() {
        let cuts = MOST_CUTS as u64 + 50;
        let every_other = (0..2 * cuts).map(|step| (13 + step, step % 2 == 1));
        let packets = [(10, true), (11, false)].into_iter().chain(every_other);
        let mut renumbered = renumbered(packets.chain([(12, true)]));
        assert_eq!(renumbered.pop(), Some((12, None)));
        let numbers: Vec<_> = renumbered.iter().skip(1).map(|(_, out)| out.unwrap()).collect();
        assert!(numbers.iter().copied().eq(2..2 + cuts), "{numbers:?}");
    }

    #[test]
    fn a_splice_forgets_what_was_left_out() {
        let now = Instant::now();
        let mut rewriter = Rewriter::new(90_000);
        for first in [10, 5] {
            rewriter.splice(packet(first, 0, 0, 0), now);
            rewriter.rewrite(packet(first, 0, 0, 0), now);
            rewriter.skip(first + 1);
            assert!(!rewriter.is_newest(first));
        }
        let out = rewriter.rewrite(packet(7, 0, 0, 0), now);
        assert_eq!(out.map(|numbers| numbers.seq - FIRST_SEQ), Some(2));
    }

    #[test]
    fn stragglers_from_before_a_splice_are_dropped() {
        let now = Instant::now();
        let mut rewriter = Rewriter::new(48_000);
        assert_eq!(rewriter.rewrite(packet(1, 0, 0, 0), now), None, "not started");
        rewriter.splice(packet(10, 0, 0, 0), now);
        assert_eq!(rewriter.rewrite(packet(9, 0, 0, 0), now), None);
        assert!(rewriter.rewrite(packet(10, 0, 0, 0), now).is_some());
    }

    /// Packets with the order in which they come, some later than others, and whether they pass.
    fn arrivals() -> impl Strategy<Value = Vec<(u64, bool)>> {
        let packet = (any::<bool>(), 0u64..6, prop::bool::weighted(0.9));
        proptest::collection::vec(packet, 1..200).prop_map(|packets| {
            let packets = (11..).zip(packets).filter(|(_, (.., comes))| *comes);
            let mut packets: Vec<_> =
                packets.map(|(seq, (passes, delay, _))| (seq + delay, seq, passes)).collect();
            packets.sort_unstable();
            packets.into_iter().map(|(_, seq, passes)| (seq, passes)).collect()
        })
    }

    proptest! {
        #[test]
        fn whatever_comes_late_keeps_its_place(packets in arrivals()) {
            let renumbered = renumbered([(10, true)].into_iter().chain(packets));
            let by_seq: BTreeMap<_, _> = renumbered.into_iter().collect();
            let numbers: Vec<_> = by_seq.values().map(|number| number.unwrap()).collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b), "{by_seq:?}");
        }
    }
}
