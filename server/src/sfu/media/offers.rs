//! Offers and answers: what each peer connection is asked to carry.

use std::time::Instant;

use trunkline_protocol::sfu::models::{Error, ErrorCode, TrackInfo};

use super::{
    consent::Ours,
    description::{Answer, Offer},
    peer::{Peer, Side},
    peer_key::PeerKey,
    publisher::{Published, Publisher},
    router::{Media, MediaEvent, Timed},
};
use crate::sfu::{ids::SessionKey, signalling::error};

impl Media {
    /// Takes an offer to publish. A refused offer changes nothing.
    pub fn publish(
        &mut self,
        session: SessionKey,
        offer: Offer,
        tracks: &[TrackInfo],
        now: Instant,
    ) -> Result<Published, Error> {
        let sides = self.sessions.entry(session).or_default();
        let result = match &mut sides.publisher {
            Some(publisher) => publisher.side.accept(offer, tracks, now),
            None => {
                let mut publisher = Publisher::new(&self.endpoint, now);
                let result = publisher.accept(offer, tracks, now);
                if result.is_ok() {
                    sides.publisher = Some(Timed { side: publisher, due: None });
                }
                result
            }
        };
        self.negotiated(PeerKey { session, side: Side::Publisher }, now);
        result
    }

    /// Takes the answer to a subscriber offer.
    pub fn answer(
        &mut self,
        session: SessionKey,
        negotiation_id: u32,
        answer: Result<Box<Answer>, Error>,
        now: Instant,
    ) -> Result<(), Error> {
        let Some(subscriber) = self.subscriber(session) else {
            return Err(error(ErrorCode::RequestValidationFailed, "nothing was offered"));
        };
        let result = subscriber.answer(negotiation_id, answer, now);
        if result.is_err() {
            self.events.push(MediaEvent::Failed { session });
        }
        // A restart takes effect with its answer: from now on the peer goes by its new name.
        self.negotiated(PeerKey { session, side: Side::Subscriber }, now);
        self.reallocate(session, now);
        self.negotiate(session, now);
        result
    }

    /// Offers an ICE restart to the session's subscriber.
    pub fn restart_subscriber(&mut self, session: SessionKey, now: Instant) {
        if let Some(subscriber) = self.subscriber(session) {
            subscriber.restart();
            self.negotiate(session, now);
        }
    }

    pub(super) fn negotiate(&mut self, session: SessionKey, now: Instant) {
        let offer = self.subscriber(session).and_then(|subscriber| subscriber.offer(now));
        if let Some(offer) = offer {
            self.events.push(MediaEvent::Offer { session, offer });
            self.negotiated(PeerKey { session, side: Side::Subscriber }, now);
        }
    }

    /// Whatever a negotiation changed.
    fn negotiated(&mut self, key: PeerKey, now: Instant) {
        if let Some(fragment) = self.peer(key).map(Peer::user_fragment) {
            self.ask_waiting(key, &fragment, now);
            self.fragments.insert(fragment, key);
        }
        self.drain(vec![key], now);
    }

    /// Checks may have come before it was known how to ask their sender.
    fn ask_waiting(&mut self, key: PeerKey, ours: &str, now: Instant) {
        let waiting = self.peer(key).map(|peer| peer.consent.waiting()).unwrap_or_default();
        let ours = Ours { fragment: ours, tag: key.tag(self.endpoint.shard) };
        for (at, address) in waiting {
            if let Some(question) = self.peer(key).and_then(|peer| peer.consent.ask(at, ours, now))
            {
                self.send(question, address, at);
            }
        }
    }
}
