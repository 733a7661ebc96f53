//! The offers to one subscriber: at most one unanswered, repeated when the client stays silent.

use std::time::{Duration, Instant};

/// Numbers and times of the offers of one peer connection.
#[derive(Debug, Default)]
pub struct Negotiation {
    last_id: u32,
    outstanding: Option<Outstanding>,
}

#[derive(Debug)]
struct Outstanding {
    /// Repeating an offer gives it a new number and the same content, so an answer to any of the
    /// numbers from here on is good.
    first_id: u32,
    sent: Instant,
    times: u32,
}

/// What is due.
#[derive(Debug, PartialEq)]
pub enum Due {
    Nothing,
    /// Send the outstanding offer again under this number.
    Repeat(u32),
    /// The client does not answer.
    GiveUp,
}

impl Negotiation {
    /// A new offer is sent, in place of any earlier one. Returns its number.
    pub fn offered(&mut self, now: Instant) -> u32 {
        self.last_id += 1;
        self.outstanding = Some(Outstanding { first_id: self.last_id, sent: now, times: 1 });
        self.last_id
    }

    /// Whether an answer is to the outstanding offer. If so, the offer is settled.
    pub fn answered(&mut self, id: u32) -> bool {
        let current = self
            .outstanding
            .as_ref()
            .is_some_and(|offer| (offer.first_id..=self.last_id).contains(&id));
        if current {
            self.outstanding = None;
        }
        current
    }

    /// Whether an offer waits for its answer.
    pub fn is_outstanding(&self) -> bool {
        self.outstanding.is_some()
    }

    /// What is due now. Not to be asked while the client has no socket.
    pub fn poll(&mut self, now: Instant) -> Due {
        let Some(offer) = &mut self.outstanding else {
            return Due::Nothing;
        };
        if now.saturating_duration_since(offer.sent) < ANSWER_LIMIT {
            return Due::Nothing;
        }
        if offer.times >= MAX_OFFERS {
            self.outstanding = None;
            return Due::GiveUp;
        }
        offer.times += 1;
        offer.sent = now;
        self.last_id += 1;
        Due::Repeat(self.last_id)
    }
}

/// An offer may meet a client that is just replacing its peer connection and be lost.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
const MAX_OFFERS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outstanding_offer_can_be_answered() {
        let now = Instant::now();
        let mut negotiation = Negotiation::default();
        assert!(!negotiation.answered(0), "nothing was offered");
        let first = negotiation.offered(now);
        let second = negotiation.offered(now);
        assert!(!negotiation.answered(first), "replaced by the second");
        assert!(negotiation.is_outstanding());
        assert!(negotiation.answered(second));
        assert!(!negotiation.answered(second), "settled");
        assert!(!negotiation.is_outstanding());
    }

    #[test]
    fn a_silent_client_gets_three_offers_and_is_then_given_up() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut negotiation = Negotiation::default();
        let first = negotiation.offered(start);
        assert_eq!(negotiation.poll(after(1)), Due::Nothing);
        assert_eq!(negotiation.poll(after(2)), Due::Repeat(first + 1));
        assert_eq!(negotiation.poll(after(3)), Due::Nothing);
        assert_eq!(negotiation.poll(after(4)), Due::Repeat(first + 2));
        assert_eq!(negotiation.poll(after(6)), Due::GiveUp);
        assert_eq!(negotiation.poll(after(60)), Due::Nothing);
    }

    #[test]
    fn a_late_answer_to_a_repeated_offer_is_good() {
        let start = Instant::now();
        let mut negotiation = Negotiation::default();
        let first = negotiation.offered(start);
        negotiation.poll(start + Duration::from_secs(2));
        assert!(negotiation.answered(first));
    }
}
