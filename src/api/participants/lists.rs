//! Lists of participants as an app was shown them. One stays the same object until somebody on it is
//! another one, and the next is a copy with only them changed: a step into JavaScript for each that
//! changed, and none for all others.

use std::ops::Range;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

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
    /// The list of those items, frozen; `object` is what it shows of one.
    pub(super) fn show(
        &mut self,
        kind: ListKind,
        items: Vec<Item>,
        object: impl Fn(Slot) -> JsValue,
    ) -> Array {
        let known = self.0.iter().position(|list| list.kind == kind).map(|at| self.0.remove(at));
        let shown = match &known {
            Some(known) if known.items == items => known.shown.clone(),
            Some(known) => changed(known, &items, object),
            None => frozen(items.iter().map(|item| object(item.slot)).collect()),
        };
        if self.0.len() == LISTS {
            self.0.remove(0);
        }
        self.0.push(List { kind, items, shown: shown.clone() });
        shown
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn changed(before: &List, items: &[Item], object: impl Fn(Slot) -> JsValue) -> Array {
    let list = before.shown.slice(0, items.len().try_into().unwrap_or(u32::MAX));
    for (place, item) in (0_u32..).zip(items) {
        if before.items.get(place as usize) != Some(item) {
            list.set(place, object(item.slot));
        }
    }
    frozen(list)
}

fn frozen(list: Array) -> Array {
    Object::freeze(&list);
    list
}
