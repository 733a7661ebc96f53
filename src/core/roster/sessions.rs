//! Finds slots by session id.
//!
//! A table of the standard library would hash ids with keys that a browser does not give it anyway,
//! and find each by way of a text somewhere in memory. Here those of the usual length stand side by
//! side: events about many look up many, and waiting for memory was most of what that took.

use super::Slot;

/// Slots by the hashes of their session ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// A slot is where its hash points to, or at one of the next places up to the first free one.
    places: Vec<Option<Occupied>>,
    count: usize,
    /// By slot; `None` for one that is too long, which is the owner's alone.
    ids: Vec<Option<ShortId>>,
}

/// A session id of the usual length: a UUID in text has 36 bytes.
#[derive(Clone, Copy, Debug)]
struct ShortId {
    length: u8,
    bytes: [u8; Self::LONGEST],
}

impl ShortId {
    const LONGEST: usize = 38;

    fn of(id: &str) -> Option<Self> {
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
        Some(Self { length: u8::try_from(id.len()).ok()?, bytes })
    }

    fn is(&self, id: &str) -> bool {
        self.bytes.get(..usize::from(self.length)) == Some(id.as_bytes())
    }
}

#[derive(Clone, Copy, Debug)]
struct Occupied {
    slot: Slot,
    hash: u32,
}

impl Sessions {
    /// The slot of that session; `is_it` tells whether a slot has it, if its id is a long one.
    pub(super) fn find(&self, session_id: &str, is_it: impl Fn(Slot) -> bool) -> Option<Slot> {
        let hash = hash(session_id.as_bytes());
        for place in self.places_from(hash) {
            let occupied = (*self.places.get(place)?)?;
            let is_this = |slot: Slot| match self.ids.get(slot.index()) {
                Some(Some(id)) => id.is(session_id),
                _ => is_it(slot),
            };
            if occupied.hash == hash && is_this(occupied.slot) {
                return Some(occupied.slot);
            }
        }
        None
    }

    /// Adds the slot of a session that is not there.
    pub(super) fn insert(&mut self, session_id: &str, slot: Slot) {
        // At least a quarter of the places is free, so that a search soon comes to one.
        if (self.count + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        self.count += 1;
        if self.ids.len() <= slot.index() {
            self.ids.resize(slot.index() + 1, None);
        }
        if let Some(id) = self.ids.get_mut(slot.index()) {
            *id = ShortId::of(session_id);
        }
        self.put(Occupied { slot, hash: hash(session_id.as_bytes()) });
    }

    /// Takes out the slot of a session that is there.
    pub(super) fn remove(&mut self, session_id: &str, slot: Slot) {
        let hash = hash(session_id.as_bytes());
        let at = self.places_from(hash).find(|place| {
            matches!(self.places.get(*place), Some(Some(occupied)) if occupied.slot == slot)
        });
        let Some(at) = at else { return };
        self.count -= 1;
        self.free(at);
        // Those behind it may have stood there only because it was in their way.
        let mask = self.places.len().wrapping_sub(1);
        let mut next = (at + 1) & mask;
        while let Some(occupied) = self.free(next) {
            self.put(occupied);
            next = (next + 1) & mask;
        }
    }

    fn free(&mut self, place: usize) -> Option<Occupied> {
        self.places.get_mut(place)?.take()
    }

    fn put(&mut self, occupied: Occupied) {
        let free = self
            .places_from(occupied.hash)
            .find(|place| matches!(self.places.get(*place), Some(None)));
        if let Some(place) = free.and_then(|place| self.places.get_mut(place)) {
            *place = Some(occupied);
        }
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(16);
        let places = std::mem::replace(&mut self.places, vec![None; size]);
        for occupied in places.into_iter().flatten() {
            self.put(occupied);
        }
    }

    /// All places once, from the one where `hash` points to.
    fn places_from(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let size = self.places.len();
        // A power of two, or 0.
        let mask = size.wrapping_sub(1);
        (0..size).map(move |step| (hash as usize + step) & mask)
    }
}

/// Eight bytes at a time.
fn hash(text: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = text.as_chunks::<8>();
    let hash =
        words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let hash = mix(hash, u64::from_le_bytes(last));
    // The upper half: every byte has a part in all of its bits.
    #[allow(clippy::cast_possible_truncation)]
    let upper = (hash >> 32) as u32;
    upper
}
