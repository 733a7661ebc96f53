//! The order in which participants are shown: how two of them are compared.

mod arrangement;
mod names;

use std::cmp::Ordering;

pub use self::arrangement::{Arrangement, Sorting};
use self::names::Names;
use super::{
    changes::Aspects,
    host::Host,
    participant::{Activity, Participant},
    roster::Slot,
    state::TrackType,
};

/// How to compare two participants: the first step that tells them apart decides.
#[derive(Debug, Default)]
pub struct ParticipantOrder {
    steps: Vec<SortStep>,
    /// The bits of keys by which a step alone puts one before the other.
    flags: u64,
    /// The bits of conditions on tiles.
    tiles: u64,
    /// The steps that are more than one of [`Self::flags`], in their order.
    special: Vec<usize>,
    /// Changes in anything else move nobody.
    heeded: Aspects,
    /// Whether names are compared.
    names: bool,
    /// Whether people may be told apart by something that only the app knows.
    asks_app: bool,
    /// Whether a condition of the app is among the steps.
    has_condition: bool,
}

/// One step of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct SortStep {
    /// What is compared.
    pub criterion: Criterion,
    /// Whether the two change places before they are compared.
    pub swapped: bool,
}

/// What a step compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Criterion {
    /// The dominant speaker first.
    Dominant,
    /// Those who speak first.
    Speaking,
    /// Those who publish such a track first.
    Publishing(TrackType),
    /// Those pinned for everyone first, then those pinned here; newer pins before older ones.
    Pinned,
    /// By name, in the order of UTF-16 code units, as JavaScript has it.
    Name,
    /// Those first whose last reaction is of that type.
    Reaction(String),
    /// Those first who have one of these roles.
    Role(Vec<String>),
    /// Those first whose source is one of these: bit n stands for the source with number n.
    Source(u32),
    /// A comparator of the app.
    Custom(u32),
    /// Unless the video tile of one of the two is in one of these states, the next `skip` steps do
    /// not count; bit n stands for the [`Visibility`](super::Visibility) with number n.
    IfTile {
        /// States.
        states: u32,
        /// Steps.
        skip: usize,
    },
    /// Unless a condition of the app holds for the two, the next `skip` steps do not count.
    If {
        /// The condition.
        condition: u32,
        /// Steps.
        skip: usize,
    },
}

/// What a comparison needs of the app.
pub trait Beyond {
    /// Asks a comparator or condition of the app, by its number. A condition says 0 for no. `None`:
    /// it threw.
    fn ask(&self, function: u32, a: Slot, b: Slot) -> Option<f64>;
}

/// All that is compared of a participant, apart from names and what is [`Beyond`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Key {
    /// A bit for each step, the highest for the first one. Where it puts people in order, those with 0
    /// come first; where it is a condition on tiles, it holds for those with 0.
    bits: u64,
    /// Among those who are pinned, the smaller comes first.
    pin: f64,
}

/// Pins for everyone come before those of this app, whose rank is their time in ms.
const FOR_EVERYONE: f64 = -1e15;

/// As many as a key has bits.
const MOST_STEPS: usize = 64;

impl ParticipantOrder {
    /// An order by these steps, from the most important to the least; `None` if there are more than
    /// 64.
    pub fn new(steps: Vec<SortStep>) -> Option<Self> {
        if steps.len() > MOST_STEPS {
            return None;
        }
        let mut order = Self::default();
        for (place, step) in steps.iter().enumerate() {
            let heeded = match step.criterion {
                Criterion::Dominant => Aspects::DOMINANT,
                Criterion::Speaking => Aspects::SPEAKING,
                Criterion::Publishing(_) => Aspects::TRACKS,
                Criterion::Role(_) | Criterion::Source(_) | Criterion::Name => Aspects::IDENTITY,
                Criterion::Pinned | Criterion::Reaction(_) | Criterion::IfTile { .. } => {
                    Aspects::LOCAL
                }
                Criterion::Custom(_) | Criterion::If { .. } => Aspects::ALL,
            };
            order.heeded = order.heeded.and(heeded);
            match step.criterion {
                Criterion::IfTile { .. } => order.tiles |= bit(place),
                Criterion::Name => order.names = true,
                Criterion::Custom(_) | Criterion::If { .. } => {
                    order.asks_app = true;
                    order.has_condition |= matches!(step.criterion, Criterion::If { .. });
                }
                _ => order.flags |= bit(place),
            }
            if order.flags & bit(place) == 0 || step.criterion == Criterion::Pinned {
                order.special.push(place);
            }
        }
        order.steps = steps;
        Some(order)
    }

    fn key<H: Host>(&self, participant: &Participant<H>, activity: Activity) -> Key {
        let mut key = Key::default();
        for (place, step) in self.steps.iter().enumerate() {
            let mut is_first = is_first(&step.criterion, participant, activity);
            if self.flags & bit(place) != 0 {
                is_first ^= step.swapped;
            }
            if !is_first {
                key.bits |= bit(place);
            }
        }
        if let Some(pin) = participant.pin {
            key.pin = if pin.is_local { -pin.pinned_at } else { FOR_EVERYONE - pin.pinned_at };
        }
        key
    }

    /// Whether `a` comes before `b`, or after it; `None` when code of the app threw.
    fn compare(
        &self,
        (a, a_key): (Slot, Key),
        (b, b_key): (Slot, Key),
        names: &Names,
        beyond: &dyn Beyond,
    ) -> Option<Ordering> {
        let mut told_apart = (a_key.bits ^ b_key.bits) & self.flags;
        let mut next = 0;
        for &place in &self.special {
            if told_apart.leading_zeros() as usize <= place {
                break;
            }
            let Some(step) = self.steps.get(place).filter(|_| place >= next) else {
                continue;
            };
            let (first, second) = if step.swapped { (b, a) } else { (a, b) };
            let skipped = match step.criterion {
                Criterion::IfTile { skip, .. } => {
                    (a_key.bits & b_key.bits & bit(place) != 0).then_some(skip)
                }
                Criterion::If { condition, skip } => {
                    (beyond.ask(condition, first, second)? == 0.0).then_some(skip)
                }
                Criterion::Custom(function) => {
                    let order = beyond.ask(function, first, second)?.partial_cmp(&0.0);
                    if let Some(order @ (Ordering::Less | Ordering::Greater)) = order {
                        return Some(order);
                    }
                    None
                }
                _ => {
                    let order = if step.criterion == Criterion::Name {
                        names.compare(first, second)
                    } else {
                        // They are alike: both are pinned, or none is.
                        let order = a_key.pin.total_cmp(&b_key.pin);
                        if step.swapped { order.reverse() } else { order }
                    };
                    if order.is_ne() {
                        return Some(order);
                    }
                    None
                }
            };
            if let Some(skipped) = skipped {
                told_apart &= !bits_after(place, skipped);
                next = (place + 1).saturating_add(skipped);
            }
        }
        let decides =
            told_apart & !(u64::MAX.checked_shr(told_apart.leading_zeros() + 1).unwrap_or(0));
        Some(match (told_apart, a_key.bits & decides) {
            (0, _) => Ordering::Equal,
            (_, 0) => Ordering::Less,
            _ => Ordering::Greater,
        })
    }
}

/// The bit of the step at `place`.
fn bit(place: usize) -> u64 {
    (1 << 63) >> place.min(MOST_STEPS - 1)
}

/// The bits of the `count` steps after the one at `place`.
fn bits_after(place: usize, count: usize) -> u64 {
    let from = |place: usize| {
        u32::try_from(place).ok().and_then(|place| u64::MAX.checked_shr(place)).unwrap_or(0)
    };
    from(place + 1) & !from((place + 1).saturating_add(count))
}

/// Whether a step puts somebody first, or is a condition that their tile meets; `true` for a step
/// that is about more than one participant.
fn is_first<H: Host>(
    criterion: &Criterion,
    participant: &Participant<H>,
    activity: Activity,
) -> bool {
    match criterion {
        Criterion::Dominant => activity.is_dominant_speaker,
        Criterion::Speaking => activity.is_speaking,
        Criterion::Publishing(track) => activity.published_tracks.contains(*track),
        Criterion::Reaction(kind) => {
            participant.reaction.as_ref().is_some_and(|reaction| reaction.view.kind == *kind)
        }
        Criterion::Role(roles) => roles.iter().any(|role| participant.roles.contains(role)),
        Criterion::Source(sources) => {
            u32::try_from(participant.source).is_ok_and(|source| contains(*sources, source))
        }
        Criterion::IfTile { states, .. } => contains(*states, participant.tiles.video as u32),
        Criterion::Pinned => participant.pin.is_some(),
        Criterion::Name | Criterion::Custom(_) | Criterion::If { .. } => true,
    }
}

fn contains(set: u32, number: u32) -> bool {
    set.checked_shr(number).is_some_and(|bits| bits & 1 == 1)
}
