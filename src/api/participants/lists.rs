//! Lists of participants as an app was shown them. One stays the same object until somebody on it is
//! another one, and the next is a copy with only them changed.

use std::ops::Range;

use js_sys::Array;

use super::{ShownPeople, number};
use crate::core::Slot;

/// What a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    /// The value of that field.
    Field(&'static str),
    /// Those at these places of the sorted list.
    Page(Range<usize>),
}

/// The object of somebody on a list: whose it is, and how often it was made for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) slot: Slot,
    pub(super) edition: u32,
}

/// The lists that were read last.
#[derive(Default)]
pub(super) struct Lists(Vec<List>);

struct List {
    kind: ListKind,
    items: Vec<Item>,
    /// Frozen.
    shown: Array,
}

/// How many are kept: more than an app reads by turns.
const LISTS: usize = 16;

impl Lists {
    /// The list of those items, frozen, of the objects that `shown` has of them.
    pub(super) fn show(&mut self, kind: ListKind, items: Vec<Item>, shown: &ShownPeople) -> Array {
        let known = self.0.iter().position(|list| list.kind == kind).map(|at| self.0.remove(at));
        let list = match known {
            Some(known) if known.items == items => known.shown,
            Some(known) => changed(&known.shown, &known.items, &items, shown),
            None => changed(&Array::new(), &[], &items, shown),
        };
        if self.0.len() == LISTS {
            self.0.remove(0);
        }
        self.0.push(List { kind, items, shown: list.clone() });
        list
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The list `before`, which showed those items, with those in `items`.
fn changed(before: &Array, had: &[Item], items: &[Item], shown: &ShownPeople) -> Array {
    let (mut places, mut slots) = (Vec::new(), Vec::new());
    for (place, item) in (0_u32..).zip(items) {
        if had.get(place as usize) != Some(item) {
            places.push(place);
            slots.push(number(item.slot));
        }
    }
    let length = items.len().try_into().unwrap_or(u32::MAX);
    shown.list(before, length, &places, &slots)
}
