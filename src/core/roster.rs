//! Everybody in a call.

use std::{collections::HashMap, ops::Deref};

use super::{host::Host, state::Participant};

/// Participants in their order, each found at once by its session id.
#[derive(Clone, Debug, Default)]
pub struct Roster<H: Host> {
    participants: Vec<Participant<H>>,
    /// Where each session is in the list.
    places: HashMap<String, usize>,
}

impl<H: Host> Roster<H> {
    /// The participant with that session.
    pub fn of_session(&self, session_id: &str) -> Option<&Participant<H>> {
        self.participants.get(*self.places.get(session_id)?)
    }

    /// The same, to be changed in anything but its session id.
    pub(crate) fn of_session_mut(&mut self, session_id: &str) -> Option<&mut Participant<H>> {
        self.participants.get_mut(*self.places.get(session_id)?)
    }

    /// Adds somebody at the end, unless their session is there already.
    pub(crate) fn push(&mut self, participant: Participant<H>) {
        if !self.places.contains_key(&participant.session_id) {
            self.places.insert(participant.session_id.clone(), self.participants.len());
            self.participants.push(participant);
        }
    }

    /// Takes out those for whom `keep` says no; tells whether there were any.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Participant<H>) -> bool) -> bool {
        let before = self.participants.len();
        self.participants.retain(keep);
        let changed = self.participants.len() != before;
        if changed {
            self.find_places();
        }
        changed
    }

    /// Puts them in the order of `session_ids`, those not listed last; tells whether anybody moved.
    pub(crate) fn order_by(&mut self, session_ids: &[String]) -> bool {
        let mut ranks: HashMap<&str, usize> = HashMap::new();
        for (rank, id) in session_ids.iter().enumerate() {
            ranks.entry(id).or_insert(rank);
        }
        let rank = |participant: &Participant<H>| {
            ranks.get(participant.session_id.as_str()).copied().unwrap_or(usize::MAX)
        };
        if self.participants.is_sorted_by_key(rank) {
            return false;
        }
        self.participants.sort_by_key(rank);
        self.find_places();
        true
    }

    fn find_places(&mut self) {
        let ids = self.participants.iter().map(|participant| participant.session_id.clone());
        self.places = ids.zip(0..).collect();
    }
}

impl<H: Host> Deref for Roster<H> {
    type Target = [Participant<H>];

    fn deref(&self) -> &[Participant<H>] {
        &self.participants
    }
}

impl<'a, H: Host> IntoIterator for &'a Roster<H> {
    type Item = &'a Participant<H>;
    type IntoIter = std::slice::Iter<'a, Participant<H>>;

    fn into_iter(self) -> Self::IntoIter {
        self.participants.iter()
    }
}

/// Where somebody is follows from the list.
impl<H: Host> PartialEq for Roster<H> {
    fn eq(&self, other: &Self) -> bool {
        self.participants == other.participants
    }
}
