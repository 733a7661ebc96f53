//! Everybody in a call.

mod arrivals;
mod sessions;

use std::{cmp::Ordering, num::NonZeroU32};

use self::{arrivals::Arrivals, sessions::Sessions};
use super::{
    host::Host,
    participant::{Activity, Participant, Pin},
    state::TrackType,
};

/// A place in a call: that of one session for as long as it is there, of another one afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(NonZeroU32);

impl Slot {
    fn at(index: usize) -> Self {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        Self(NonZeroU32::MIN.saturating_add(index))
    }

    /// Where lists that are kept by slot have it.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Participants in slots. Nothing here takes longer in a call of many than in one of few, unless it
/// is about all of them.
#[derive(Clone, Debug, Default)]
pub struct Roster<H: Host> {
    /// By slot; none where nobody is.
    participants: Vec<Option<Box<Participant<H>>>>,
    /// By slot.
    activities: Vec<Activity>,
    vacant: Vec<Slot>,
    sessions: Sessions,
    arrivals: Arrivals,
    local: Option<Slot>,
    /// One at most, unless the SFU says otherwise.
    dominant: Vec<Slot>,
    pinned: Vec<Slot>,
    /// How many share their screens.
    sharing: usize,
}

impl<H: Host> Roster<H> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.arrivals.len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slot of that session.
    pub fn slot_of(&self, session_id: &str) -> Option<Slot> {
        let is_it = |slot| self.get(slot).is_some_and(|known| known.session_id == session_id);
        self.sessions.find(session_id, is_it)
    }

    /// Whoever is in that slot.
    pub fn get(&self, slot: Slot) -> Option<&Participant<H>> {
        self.participants.get(slot.index())?.as_deref()
    }

    /// The participant with that session.
    pub fn of_session(&self, session_id: &str) -> Option<&Participant<H>> {
        self.get(self.slot_of(session_id)?)
    }

    /// What whoever is in that slot does; nothing if nobody is.
    pub fn activity(&self, slot: Slot) -> Activity {
        self.activities.get(slot.index()).copied().unwrap_or_default()
    }

    /// The slots of all, in the order in which they came.
    pub fn slots(&self) -> impl DoubleEndedIterator<Item = Slot> {
        self.arrivals.iter()
    }

    /// All of them, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &Participant<H>> {
        self.slots().filter_map(|slot| self.get(slot))
    }

    /// The same with what they do.
    pub fn active(&self) -> impl Iterator<Item = (&Participant<H>, Activity)> {
        self.slots().filter_map(|slot| Some((self.get(slot)?, self.activity(slot))))
    }

    /// The session of this very call object.
    pub fn local(&self) -> Option<Slot> {
        self.local
    }

    /// Those to look at: hardly ever more than one.
    pub fn dominant(&self) -> &[Slot] {
        &self.dominant
    }

    /// Those who are pinned, in no order.
    pub fn pinned(&self) -> &[Slot] {
        &self.pinned
    }

    /// Whether anybody shares their screen.
    pub fn is_screen_shared(&self) -> bool {
        self.sharing > 0
    }

    /// Compares names, in the order of UTF-16 code units, as JavaScript has it.
    pub fn compare_names(&self, a: Slot, b: Slot) -> Ordering {
        let name = |slot| self.get(slot).map_or("", |participant| participant.name.as_str());
        compare_utf16(name(a).as_bytes(), name(b).as_bytes())
    }

    /// Adds somebody behind all others, unless their session is there already.
    pub(crate) fn insert(
        &mut self,
        participant: Box<Participant<H>>,
        activity: Activity,
    ) -> Option<Slot> {
        if self.slot_of(&participant.session_id).is_some() {
            return None;
        }
        let slot = self.vacant.pop().unwrap_or_else(|| {
            let slot = Slot::at(self.participants.len());
            self.participants.push(None);
            self.activities.push(Activity::default());
            slot
        });
        self.sessions.insert(&participant.session_id, slot);
        self.arrivals.add(slot);
        if participant.is_local {
            self.local = Some(slot);
        }
        if participant.pin.is_some() {
            self.pinned.push(slot);
        }
        *self.participants.get_mut(slot.index())? = Some(participant);
        self.set_activity(slot, activity);
        Some(slot)
    }

    /// Takes out whoever is in that slot.
    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Box<Participant<H>>> {
        let participant = self.participants.get_mut(slot.index())?.take()?;
        self.set_activity(slot, Activity::default());
        self.sessions.remove(&participant.session_id, slot);
        self.arrivals.remove(slot);
        self.pinned.retain(|pinned| *pinned != slot);
        if self.local == Some(slot) {
            self.local = None;
        }
        self.vacant.push(slot);
        Some(participant)
    }

    /// Whoever is in that slot, to be changed in anything but session id and pin.
    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Participant<H>> {
        self.participants.get_mut(slot.index())?.as_deref_mut()
    }

    /// Changes the pin of whoever is in that slot; `false` if that is nothing new.
    pub(crate) fn set_pin(&mut self, slot: Slot, pin: Option<Pin>) -> bool {
        let Some(participant) = self.get_mut(slot).filter(|known| known.pin != pin) else {
            return false;
        };
        participant.pin = pin;
        self.pinned.retain(|pinned| *pinned != slot);
        if pin.is_some() {
            self.pinned.push(slot);
        }
        true
    }

    /// Changes what whoever is in that slot does.
    pub(crate) fn set_activity(&mut self, slot: Slot, after: Activity) {
        let Some(activity) = self.activities.get_mut(slot.index()) else {
            return;
        };
        let before = std::mem::replace(activity, after);
        let shares =
            |activity: Activity| activity.published_tracks.contains(TrackType::ScreenShare);
        self.sharing += usize::from(shares(after));
        self.sharing -= usize::from(shares(before));
        if before.is_dominant_speaker != after.is_dominant_speaker {
            self.dominant.retain(|dominant| *dominant != slot);
            if after.is_dominant_speaker {
                self.dominant.push(slot);
            }
        }
    }

    /// Whoever is in that slot stands behind all others, as if they had come last.
    pub(crate) fn move_back(&mut self, slot: Slot) {
        self.arrivals.remove(slot);
        self.arrivals.add(slot);
    }
}

/// Compares two texts in UTF-8 as if they were in UTF-16. That is the order of their bytes, but for the
/// characters beyond the first 65,536: in UTF-16 they come before the last few thousand of those,
/// whose first bytes are `EE` and `EF`.
fn compare_utf16(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |byte: u8| if matches!(byte, 0xee | 0xef) { byte + 0x10 } else { byte };
    let differs = a.iter().zip(b).find(|(a, b)| a != b);
    differs.map_or_else(|| a.len().cmp(&b.len()), |(a, b)| rank(*a).cmp(&rank(*b)))
}

/// Slots and how people are found follow from who is there.
impl<H: Host> PartialEq for Roster<H> {
    fn eq(&self, other: &Self) -> bool {
        self.active().eq(other.active())
    }
}
