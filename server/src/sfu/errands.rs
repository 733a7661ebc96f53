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

    /// What is next.
    pub fn next(&mut self) -> Option<(SessionKey, Scope)> {
        self.due.remove_entry(&self.order.pop_front()?)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

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
        assert_eq!(errands.next(), Some((b, Scope::All)));
        errands.all(b);
        assert_eq!(errands.next(), Some((c, Scope::Of([a, d].into()))));
        assert_eq!(errands.next(), Some((b, Scope::All)), "what came since");
        assert!(errands.is_empty() && errands.next().is_none());
    }
}
