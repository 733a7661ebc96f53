//! Whose subscriptions are to be brought up to date: of everybody in a large call, when somebody publishes.
//! So much is not done at once, as the media of all calls waits meanwhile.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::ids::SessionKey;

/// What is to be done, in the order in which it came, once for each session.
#[derive(Default)]
pub struct Errands {
    order: VecDeque<SessionKey>,
    due: HashMap<SessionKey, Scope>,
}

/// What of all that a session receives may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Anything.
    All,
    /// What these publish.
    Of(BTreeSet<SessionKey>),
}

impl Errands {
    /// Anything may have changed for a session.
    pub fn all(&mut self, session: SessionKey) {
        if self.due.insert(session, Scope::All).is_none() {
            self.order.push_back(session);
        }
    }

    /// What one publishes has changed for these sessions.
    pub fn of(&mut self, publisher: SessionKey, sessions: Vec<SessionKey>) {
        for session in sessions {
            let scope = self.due.entry(session).or_insert_with(|| {
                self.order.push_back(session);
                Scope::Of(BTreeSet::new())
            });
            if let Scope::Of(publishers) = scope {
                publishers.insert(publisher);
            }
        }
    }

    /// What is next, as much as is done in one turn.
    pub fn next(&mut self) -> Vec<(SessionKey, Scope)> {
        let sessions = self.order.drain(..AT_ONCE.min(self.order.len()));
        sessions.filter_map(|session| self.due.remove_entry(&session)).collect()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

/// Sessions in one turn.
const AT_ONCE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_is_seen_to_once_in_the_order_of_coming() {
        let keys: Vec<_> = (0..4).map(SessionKey).collect();
        let [a, b, c, d] = keys[..] else { panic!() };
        let mut errands = Errands::default();
        errands.of(a, vec![b, c]);
        errands.all(b);
        errands.of(d, vec![b, c]);
        assert_eq!(errands.next(), [(b, Scope::All), (c, Scope::Of([a, d].into()))]);
        errands.all(b);
        assert_eq!(errands.next(), [(b, Scope::All)], "what came since");
        assert!(errands.is_empty() && errands.next().is_empty());
    }

    #[test]
    fn however_many_wait_a_turn_is_for_a_few_of_them() {
        let mut errands = Errands::default();
        errands.of(SessionKey(0), (1..=20).map(SessionKey).collect());
        let turns: Vec<_> = std::iter::from_fn(|| Some(errands.next().len())).take(4).collect();
        assert_eq!(turns, [8, 8, 4, 0]);
    }
}
