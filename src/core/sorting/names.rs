//! The names of those who are put in order, as numbers: texts are compared only when somebody comes or
//! gets another name, and not each time when somebody is to stand elsewhere.

use std::cmp::Ordering;

use crate::core::{
    host::Host,
    roster::{Roster, Slot},
};

/// Ranks of names, in the order of UTF-16 code units, as JavaScript has it.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By name, those with the same one in no order.
    sorted: Vec<Slot>,
    /// By slot. The same for the same name.
    ranks: Vec<u64>,
}

impl Names {
    /// Smaller for who comes first by their name.
    pub(super) fn rank(&self, slot: Slot) -> u64 {
        self.ranks.get(slot.index()).copied().unwrap_or_default()
    }

    /// Forgets all others and knows these. Sorting them would be as much code again to download as all
    /// of this.
    pub(super) fn reset<H: Host>(&mut self, roster: &Roster<H>, slots: &[Slot]) {
        self.sorted.clear();
        for slot in slots {
            self.add(roster, *slot);
        }
    }

    /// Forgets somebody, who need not be known. Whoever has another name has to be forgotten before
    /// anybody is added.
    pub(super) fn remove(&mut self, slot: Slot) {
        let rank = self.rank(slot);
        let from = self.sorted.partition_point(|known| self.rank(*known) < rank);
        let same = self.sorted.get(from..).unwrap_or_default();
        let same = same.iter().take_while(|known| self.rank(**known) == rank);
        if let Some(at) = same.copied().position(|known| known == slot) {
            self.sorted.remove(from + at);
        }
    }

    /// Adds somebody who is not known.
    pub(super) fn add<H: Host>(&mut self, roster: &Roster<H>, slot: Slot) {
        let compare = |known: &Slot| roster.compare_names(*known, slot);
        let at = self.sorted.partition_point(|known| compare(known).is_lt());
        let after = self.sorted.get(at).copied();
        let before = at.checked_sub(1).and_then(|at| self.sorted.get(at)).copied();
        self.sorted.insert(at, slot);
        if let Some(same) = after.filter(|after| compare(after).is_eq()) {
            return self.set_rank(slot, self.rank(same));
        }
        let lowest = before.map_or(0, |before| self.rank(before));
        let highest = after.map_or(u64::MAX, |after| self.rank(after));
        let rank = u64::midpoint(lowest, highest);
        if rank > lowest {
            self.set_rank(slot, rank);
        } else {
            // No number is left between the two.
            let ranks = std::mem::take(&mut self.ranks);
            let rank = |of: Slot| ranks.get(of.index()).filter(|_| of != slot);
            self.spread(|a, b| rank(a).is_some() && rank(a) == rank(b));
        }
    }

    /// Gives everybody a rank with room on both sides.
    fn spread(&mut self, is_same: impl Fn(Slot, Slot) -> bool) {
        let step = u64::MAX / (self.sorted.len() as u64 + 1);
        let (mut rank, mut last) = (0, None);
        for slot in std::mem::take(&mut self.sorted) {
            if !last.is_some_and(|last| is_same(last, slot)) {
                rank += step;
            }
            self.set_rank(slot, rank);
            self.sorted.push(slot);
            last = Some(slot);
        }
    }

    fn set_rank(&mut self, slot: Slot, rank: u64) {
        if self.ranks.len() <= slot.index() {
            self.ranks.resize(slot.index() + 1, 0);
        }
        if let Some(known) = self.ranks.get_mut(slot.index()) {
            *known = rank;
        }
    }

    /// Compares names by their ranks.
    pub(super) fn compare(&self, a: Slot, b: Slot) -> Ordering {
        self.rank(a).cmp(&self.rank(b))
    }
}
