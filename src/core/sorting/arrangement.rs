//! The order in which participants are shown, kept from one change to the next.
//!
//! What it is, said in the simplest way: people stand in the order in which they were shown before, those
//! who have come since at the end, and one after the other, from the first to the last, moves up past
//! those who must come after them. So nobody moves who is equal to their neighbours. Where no
//! condition splits people, that is the stable sort of the order before.
//!
//! Here only those are moved whom something concerns that the order heeds, and nobody is compared
//! with a neighbour when neither of them has changed.

use std::{cmp::Ordering, ops::Range, rc::Rc};

use super::{Beyond, Key, Names, ParticipantOrder};
use crate::core::{
    changes::Aspects,
    host::Host,
    roster::{Roster, Slot},
};

/// In which order the participants of one call are shown.
#[derive(Debug, Default)]
pub struct Arrangement {
    order: Rc<ParticipantOrder>,
    shown: Vec<Slot>,
    compared: Compared,
    /// By slot.
    marks: Vec<Mark>,
    /// Those who are shown and have changed.
    changed: Vec<Slot>,
    /// Those who have come, and are not shown yet.
    came: Vec<Slot>,
    /// How many of those who are shown have left.
    left: usize,
    /// Whether there is anything to do.
    is_stale: bool,
    /// Whether nobody stands where the order wants them.
    is_unsorted: bool,
    /// Whether conditions told some pairs of people from others, so that there was no sorted list.
    was_split: bool,
    /// A [`Sorting`] is under way.
    is_sorting: bool,
}

/// What is known of a slot.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    /// Whoever is in it is shown, or was until they left.
    is_shown: bool,
    /// Whoever is shown has left.
    has_left: bool,
    /// In [`Arrangement::came`].
    has_come: bool,
    /// In [`Arrangement::changed`].
    has_changed: bool,
    /// The same, and perhaps with another name.
    may_be_renamed: bool,
}

/// What is compared, by slot.
#[derive(Debug, Default)]
struct Compared {
    keys: Vec<Key>,
    /// Kept only while names are compared.
    names: Names,
    /// Who may have to move.
    moves: Vec<bool>,
    /// The slots of those, in no order.
    movers: Vec<Slot>,
}

impl Arrangement {
    /// From now on they are shown in another order.
    pub fn set_order(&mut self, order: ParticipantOrder) {
        self.order = order.into();
        self.is_unsorted = true;
        self.is_stale = true;
    }

    /// Whether a [`Sorting`] is under way, further up the stack.
    pub fn is_sorting(&self) -> bool {
        self.is_sorting
    }

    /// Somebody changed. Nobody moves before the next [`Self::begin`].
    pub fn mark<H: Host>(&mut self, roster: &Roster<H>, slot: Slot, aspects: Aspects) {
        let is_there = roster.get(slot).is_some();
        if self.marks.len() <= slot.index() {
            self.marks.resize(slot.index() + 1, Mark::default());
        }
        let Some(mark) = self.marks.get_mut(slot.index()) else {
            return;
        };
        if aspects.any(Aspects::LEFT) {
            if std::mem::take(&mut mark.has_come) {
                self.came.retain(|known| *known != slot);
            }
            if mark.is_shown && !std::mem::replace(&mut mark.has_left, true) {
                self.left += 1;
            }
            self.is_stale = true;
        }
        if !is_there {
            return;
        }
        if aspects.any(Aspects::CAME) {
            if !std::mem::replace(&mut mark.has_come, true) {
                self.came.push(slot);
            }
            self.is_stale = true;
        } else if aspects.any(self.order.heeded) && mark.is_shown && !mark.has_left {
            if !std::mem::replace(&mut mark.has_changed, true) {
                self.changed.push(slot);
            }
            mark.may_be_renamed |= aspects.any(Aspects::IDENTITY);
            self.is_stale = true;
        }
    }

    /// Those who are shown, in order, as of the last [`Self::finish`].
    pub fn shown(&self) -> &[Slot] {
        &self.shown
    }

    /// Begins to bring the order up to date; `None` when there is nothing to do, or while that is
    /// being done further up the stack. The answer is to be finished.
    pub fn begin<H: Host>(&mut self, roster: &Roster<H>) -> Option<Sorting> {
        if self.is_sorting || !std::mem::take(&mut self.is_stale) {
            return None;
        }
        let is_unsorted = std::mem::take(&mut self.is_unsorted);
        // Code of the app sees the order as it was.
        let before =
            if self.order.asks_app { self.shown.clone() } else { std::mem::take(&mut self.shown) };
        let mut compared = std::mem::take(&mut self.compared);
        compared.resize(self.marks.len());
        let mut renamed = Vec::new();

        for slot in std::mem::take(&mut self.changed) {
            let Some(mark) = self.marks.get_mut(slot.index()) else { continue };
            mark.has_changed = false;
            let may_be_renamed = std::mem::take(&mut mark.may_be_renamed) && self.order.names;
            if mark.has_left {
                continue;
            }
            if may_be_renamed {
                compared.names.remove(slot);
                renamed.push(slot);
            }
            compared.read(&self.order, roster, slot, self.order.asks_app || may_be_renamed);
        }
        let mut people = before;
        // Those who follow somebody who has left have other neighbours than before.
        let mut behind_gaps = Vec::new();
        if std::mem::take(&mut self.left) > 0 {
            let mut is_behind_gap = false;
            people.retain(|slot| {
                let mark = self.marks.get_mut(slot.index()).filter(|mark| mark.has_left);
                if let Some(mark) = mark {
                    (mark.is_shown, mark.has_left) = (false, false);
                    if self.order.names {
                        compared.names.remove(*slot);
                    }
                    is_behind_gap = true;
                    return false;
                }
                if std::mem::take(&mut is_behind_gap) {
                    behind_gaps.push(*slot);
                }
                true
            });
        }
        for slot in std::mem::take(&mut self.came) {
            if let Some(mark) = self.marks.get_mut(slot.index()) {
                (mark.is_shown, mark.has_come) = (true, false);
            }
            compared.read(&self.order, roster, slot, true);
            people.push(slot);
            renamed.push(slot);
        }
        if is_unsorted {
            for slot in &people {
                compared.read(&self.order, roster, *slot, true);
            }
        }
        if self.order.names {
            if is_unsorted {
                compared.names.reset(roster, &people);
            } else {
                for slot in renamed {
                    compared.names.add(roster, slot);
                }
            }
        }
        let is_split = self.order.has_condition || compared.is_split(self.order.tiles, &people);
        let moves_one_by_one = is_split || (self.was_split && !is_unsorted);
        if moves_one_by_one {
            for slot in behind_gaps {
                compared.let_move(slot);
            }
        }
        self.is_sorting = true;
        self.was_split = is_split;
        Some(Sorting {
            order: self.order.clone(),
            people,
            compared,
            moves_one_by_one,
            has_failed: false,
        })
    }

    /// They are shown in the order that was found.
    pub fn finish(&mut self, sorting: Sorting) {
        let Sorting { people, mut compared, has_failed, .. } = sorting;
        for slot in std::mem::take(&mut compared.movers) {
            if let Some(moves) = compared.moves.get_mut(slot.index()) {
                *moves = false;
            }
        }
        self.compared = compared;
        self.shown = people;
        self.is_unsorted |= has_failed;
        self.is_sorting = false;
    }
}

impl Compared {
    fn resize(&mut self, slots: usize) {
        if self.keys.len() < slots {
            self.keys.resize(slots, Key::default());
            self.moves.resize(slots, false);
        }
    }

    /// Reads the key of whoever is in that slot; they move if it is another one, or `in_any_case`.
    fn read<H: Host>(
        &mut self,
        order: &ParticipantOrder,
        roster: &Roster<H>,
        slot: Slot,
        in_any_case: bool,
    ) {
        let Some(participant) = roster.get(slot) else { return };
        let key = order.key(participant, roster.activity(slot));
        if let Some(known) = self.keys.get_mut(slot.index())
            && (*known != key || in_any_case)
        {
            *known = key;
            self.let_move(slot);
        }
    }

    fn key(&self, slot: Slot) -> (Slot, Key) {
        (slot, self.keys.get(slot.index()).copied().unwrap_or_default())
    }

    fn moves(&self, slot: Slot) -> bool {
        self.moves.get(slot.index()) == Some(&true)
    }

    fn let_move(&mut self, slot: Slot) {
        let moves = self.moves.get_mut(slot.index());
        if moves.is_some_and(|moves| !std::mem::replace(moves, true)) {
            self.movers.push(slot);
        }
    }

    /// Whether one of the conditions on tiles holds for some pairs of people, and not for others. If
    /// not, comparing makes a sorted list of them.
    fn is_split(&self, conditions: u64, people: &[Slot]) -> bool {
        if conditions == 0 {
            return false;
        }
        // For whom it does not hold: anybody, more than one.
        let (mut any, mut several) = (0, 0);
        let mut holds_for = 0;
        for slot in people {
            let bits = self.key(*slot).1.bits;
            several |= any & bits;
            any |= bits;
            holds_for |= !bits;
        }
        several & holds_for & conditions != 0
    }
}

/// Participants that are being put in order. It holds all that is compared, so that nothing is
/// borrowed while code of the app runs.
#[derive(Debug)]
pub struct Sorting {
    order: Rc<ParticipantOrder>,
    /// In the order in which they were shown before, the new ones last; then in the new order.
    people: Vec<Slot>,
    compared: Compared,
    moves_one_by_one: bool,
    /// Code of the app threw.
    has_failed: bool,
}

impl Sorting {
    /// Puts them in order. Nobody moves at all when code of the app throws.
    pub fn run(&mut self, beyond: &dyn Beyond) {
        let sorted =
            if self.moves_one_by_one { self.one_by_one(beyond) } else { self.merged(beyond) };
        match sorted {
            Some(sorted) => self.people = sorted,
            None => self.has_failed = true,
        }
    }

    fn compare(&self, a: Slot, b: Slot, beyond: &dyn Beyond) -> Option<Ordering> {
        let Compared { names, .. } = &self.compared;
        self.order.compare(self.compared.key(a), self.compared.key(b), names, beyond)
    }

    /// The definition, without comparisons whose result is known.
    fn one_by_one(&self, beyond: &dyn Beyond) -> Option<Vec<Slot>> {
        let mut sorted: Vec<Slot> = Vec::with_capacity(self.people.len());
        let mut former = None;
        for &slot in &self.people {
            let are_neighbours = former.is_some() && sorted.last().copied() == former;
            let has_changed = |slot| self.compared.moves(slot);
            let is_known = are_neighbours && !has_changed(slot) && !former.is_some_and(has_changed);
            let mut at = sorted.len();
            while !is_known && let Some(before) = at.checked_sub(1).and_then(|at| sorted.get(at)) {
                if self.compare(*before, slot, beyond)? != Ordering::Greater {
                    break;
                }
                at -= 1;
            }
            sorted.insert(at, slot);
            former = Some(slot);
        }
        Some(sorted)
    }

    /// The same where those who do not move are sorted already: the others are sorted, and merged in.
    fn merged(&self, beyond: &dyn Beyond) -> Option<Vec<Slot>> {
        let mut stay: Vec<Slot> = Vec::with_capacity(self.people.len());
        // And how many of those who stay stood before them.
        let mut movers: Vec<(Slot, usize)> = Vec::new();
        let all_movers =
            self.people.iter().enumerate().filter(|(_, slot)| self.compared.moves(**slot));
        let mut from = 0;
        for (at, &slot) in all_movers {
            stay.extend_from_slice(self.people.get(from..at).unwrap_or_default());
            from = at + 1;
            let is_before =
                |known: &(Slot, usize)| Some(self.compare(known.0, slot, beyond)?.is_le());
            // Mostly they are in order already.
            let at = match movers.last().map(is_before) {
                None | Some(Some(true)) => movers.len(),
                Some(Some(false)) => {
                    partition(&movers, 0..movers.len() - 1, |_, known| is_before(known))?
                }
                Some(None) => return None,
            };
            movers.insert(at, (slot, stay.len()));
        }
        stay.extend_from_slice(self.people.get(from..).unwrap_or_default());
        let mut sorted = Vec::with_capacity(self.people.len());
        let mut from = 0;
        for (slot, stood_at) in movers {
            let to = self.place(&stay, from, slot, stood_at, beyond)?;
            sorted.extend_from_slice(stay.get(from..to).unwrap_or_default());
            sorted.push(slot);
            from = to;
        }
        sorted.extend_from_slice(stay.get(from..).unwrap_or_default());
        Some(sorted)
    }

    /// How many of those who stay come before somebody who stood behind `stood_at` of them; `from` at
    /// least.
    fn place(
        &self,
        stay: &[Slot],
        from: usize,
        slot: Slot,
        stood_at: usize,
        beyond: &dyn Beyond,
    ) -> Option<usize> {
        let is_before = |at: usize, known: &Slot| {
            Some(match self.compare(*known, slot, beyond)? {
                Ordering::Less => true,
                Ordering::Equal => at < stood_at,
                Ordering::Greater => false,
            })
        };
        if stood_at < from {
            return partition(stay, from..stay.len(), is_before);
        }
        // Mostly they are equal to their neighbours, and stay.
        let left = (stood_at > from).then(|| stood_at - 1);
        if let Some(left) = left
            && let Some(neighbour) = stay.get(left)
            && !is_before(left, neighbour)?
        {
            return partition(stay, from..left, is_before);
        }
        match stay.get(stood_at) {
            Some(neighbour) if is_before(stood_at, neighbour)? => {
                partition(stay, stood_at + 1..stay.len(), is_before)
            }
            _ => Some(stood_at),
        }
    }
}

/// Where in a list those end for whom `is_before` says so; they are at the front of its `range`.
fn partition<T>(
    list: &[T],
    range: Range<usize>,
    is_before: impl Fn(usize, &T) -> Option<bool>,
) -> Option<usize> {
    let Range { start: mut from, end: mut to } = range;
    while from < to {
        let middle = usize::midpoint(from, to);
        let Some(item) = list.get(middle) else { break };
        if is_before(middle, item)? {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    Some(from)
}
