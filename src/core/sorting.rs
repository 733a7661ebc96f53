//! The order in which participants are shown.

use std::{cmp::Ordering, rc::Rc};

use litemap::LiteMap;

use super::{
    host::Host,
    state::{Participant, TrackType},
};

/// How to compare two participants: the first step that tells them apart decides.
#[derive(Debug, Default)]
pub struct ParticipantOrder {
    /// From the most important to the least.
    pub steps: Vec<SortStep>,
}

/// How the participants of one call are shown: in which order, and where each was shown last, as that
/// is where the next order begins.
#[derive(Debug, Default)]
pub struct Arrangement {
    order: Rc<ParticipantOrder>,
    /// By session id.
    places: LiteMap<String, usize>,
}

impl Arrangement {
    /// From now on they are shown in another order.
    pub fn set_order(&mut self, order: ParticipantOrder) {
        self.order = order.into();
    }

    /// What it takes to put them in order.
    pub fn sorting<H: Host>(&self, participants: &[Participant<H>]) -> Sorting {
        Sorting::new(self, participants)
    }

    /// They are shown as they were sorted.
    pub fn remember(&mut self, sorting: &Sorting) {
        let places = sorting.sorted().enumerate();
        self.places = places.map(|(place, entry)| (entry.session_id.clone(), place)).collect();
    }

    /// Where they were shown last; later than all for those who were not yet.
    fn place<H: Host>(&self, participant: &Participant<H>) -> usize {
        self.places.get(&participant.session_id).copied().unwrap_or(usize::MAX)
    }
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

/// Asks a comparator or condition of the app, by its number, about two participants, by their
/// places in the list of participants. A condition says 0 for no. `None`: it threw.
pub type AskApp<'a> = dyn Fn(u32, u32, u32) -> Option<f64> + 'a;

/// Participants that are put in order. It holds all that is compared, so that the state is free
/// while code of the app runs.
#[derive(Debug)]
pub struct Sorting {
    order: Rc<ParticipantOrder>,
    /// In the order in which they were shown before, the new ones last.
    entries: Vec<Entry>,
    /// Places in `entries`.
    sorted: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    /// In the list of participants.
    place: u32,
    session_id: String,
    name: String,
    /// By step; the smaller comes first.
    ranks: Vec<f64>,
}

/// Pins for everyone come before those of this app, whose rank is their time in ms.
const FOR_EVERYONE: f64 = -1e15;

impl Sorting {
    fn new<H: Host>(arrangement: &Arrangement, participants: &[Participant<H>]) -> Self {
        let order = &arrangement.order;
        let mut before: Vec<_> = (0..).zip(participants).collect();
        before.sort_by_key(|(_, participant)| arrangement.place(participant));
        let entry = |(place, participant): (u32, &Participant<H>)| Entry {
            place,
            session_id: participant.session_id.clone(),
            name: participant.name.clone(),
            ranks: order.steps.iter().map(|step| rank(&step.criterion, participant)).collect(),
        };
        let entries = before.into_iter().map(entry).collect();
        Self { order: order.clone(), entries, sorted: Vec::new() }
    }

    /// Puts them in order. Nobody moves who is equal to their neighbours, and nobody moves at all
    /// when the app's code throws.
    pub fn run(&mut self, ask: &AskApp<'_>) {
        let mut sorted = Vec::new();
        let count = self.entries.len();
        if !sort(&mut sorted, count, &|a, b| self.compare(a, b, ask)) {
            sort(&mut sorted, count, &|_, _| Some(Ordering::Equal));
        }
        self.sorted = sorted;
    }

    /// Places in the list of participants, in order.
    pub fn places(&self) -> Vec<u32> {
        let mut places = Vec::new();
        for entry in self.sorted() {
            places.push(entry.place);
        }
        places
    }

    fn sorted(&self) -> impl Iterator<Item = &Entry> {
        self.sorted.iter().filter_map(|index| self.entries.get(*index))
    }

    fn compare(&self, a: usize, b: usize, ask: &AskApp<'_>) -> Option<Ordering> {
        let (a, b) = (self.entries.get(a)?, self.entries.get(b)?);
        let mut place = 0;
        while let Some(step) = self.order.steps.get(place) {
            let (a, b) = if step.swapped { (b, a) } else { (a, b) };
            let ranks = (*a.ranks.get(place)?, *b.ranks.get(place)?);
            place += 1;
            let order = match step.criterion {
                Criterion::IfTile { skip, .. } => {
                    if ranks == (0.0, 0.0) {
                        place += skip;
                    }
                    continue;
                }
                Criterion::If { condition, skip } => {
                    if ask(condition, a.place, b.place)? == 0.0 {
                        place += skip;
                    }
                    continue;
                }
                Criterion::Custom(comparator) => {
                    ask(comparator, a.place, b.place)?.partial_cmp(&0.0)
                }
                Criterion::Name => Some(a.name.encode_utf16().cmp(b.name.encode_utf16())),
                _ => ranks.0.partial_cmp(&ranks.1),
            };
            if order.is_some_and(Ordering::is_ne) {
                return order;
            }
        }
        Some(Ordering::Equal)
    }
}

/// Fills `order` with the numbers below `count` in order; `false` if `compare` gives up.
///
/// A condition makes the order one that no algorithm of the standard library may be given: a may
/// come before b, b before c, and c before a. Here each moves up past those who must come after
/// them. So what was in order stays, whatever is compared, and that is nearly everybody: people are
/// ordered again whenever something about one of them changes.
fn sort(
    order: &mut Vec<usize>,
    count: usize,
    compare: &dyn Fn(usize, usize) -> Option<Ordering>,
) -> bool {
    order.clear();
    for next in 0..count {
        let mut at = next;
        while let Some(before) = at.checked_sub(1).and_then(|before| order.get(before)) {
            match compare(*before, next) {
                Some(Ordering::Greater) => at -= 1,
                Some(_) => break,
                None => return false,
            }
        }
        order.insert(at, next);
    }
    true
}

/// What a step compares, unless that is the name or known to the app only.
fn rank<H: Host>(criterion: &Criterion, participant: &Participant<H>) -> f64 {
    let is_first = match criterion {
        Criterion::Dominant => participant.is_dominant_speaker,
        Criterion::Speaking => participant.is_speaking,
        Criterion::Publishing(track) => participant.published_tracks.contains(track),
        Criterion::Reaction(kind) => {
            participant.reaction.as_ref().is_some_and(|reaction| reaction.view.kind == *kind)
        }
        Criterion::Role(roles) => roles.iter().any(|role| participant.roles.contains(role)),
        Criterion::Source(sources) => {
            u32::try_from(participant.source).is_ok_and(|source| contains(*sources, source))
        }
        Criterion::IfTile { states, .. } => contains(*states, participant.tiles.video as u32),
        Criterion::Pinned => {
            return participant.pin.map_or(0.0, |pin| {
                let base = if pin.is_local { 0.0 } else { FOR_EVERYONE };
                base - pin.pinned_at
            });
        }
        Criterion::Name | Criterion::Custom(_) | Criterion::If { .. } => false,
    };
    if is_first { -1.0 } else { 0.0 }
}

fn contains(set: u32, number: u32) -> bool {
    set.checked_shr(number).is_some_and(|bits| bits & 1 == 1)
}
