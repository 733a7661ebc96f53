//! The order in which people came.

use super::Slot;

/// Slots in their order. Who goes leaves a gap, which is closed when there are as many gaps as people.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    order: Vec<Arrival>,
    /// The turn in which whoever is in a slot came, by slot; 0 where nobody is.
    turns: Vec<u32>,
    last: u32,
    count: usize,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    slot: Slot,
    turn: u32,
}

impl Arrivals {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Slot> {
        self.order.iter().filter(|arrival| self.is_there(**arrival)).map(|arrival| arrival.slot)
    }

    /// Somebody comes into a slot where nobody is.
    pub(super) fn add(&mut self, slot: Slot) {
        self.close_gaps();
        self.last += 1;
        self.count += 1;
        if self.turns.len() <= slot.index() {
            self.turns.resize(slot.index() + 1, 0);
        }
        self.note(slot, self.last);
        self.order.push(Arrival { slot, turn: self.last });
    }

    /// Somebody goes.
    pub(super) fn remove(&mut self, slot: Slot) {
        self.note(slot, 0);
        self.count -= 1;
    }

    fn close_gaps(&mut self) {
        if self.order.len() < 2 * self.count + 16 {
            return;
        }
        let mut order = std::mem::take(&mut self.order);
        order.retain(|arrival| self.is_there(*arrival));
        // Turns begin anew, so that they never come to an end.
        self.last = 0;
        for arrival in &mut order {
            self.last += 1;
            arrival.turn = self.last;
            self.note(arrival.slot, arrival.turn);
        }
        self.order = order;
    }

    fn is_there(&self, arrival: Arrival) -> bool {
        self.turns.get(arrival.slot.index()) == Some(&arrival.turn)
    }

    fn note(&mut self, slot: Slot, turn: u32) {
        if let Some(known) = self.turns.get_mut(slot.index()) {
            *known = turn;
        }
    }
}
