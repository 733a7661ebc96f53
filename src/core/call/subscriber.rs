//! The receiving peer connection: the SFU offers, this side answers, one offer after the other.

use std::collections::VecDeque;

use trunkline_protocol::sfu::{event, models, signal};

use super::{
    candidates::RemoteCandidates,
    ice::IceWatch,
    rpc::{Rpc, Rpcs},
};
use crate::core::{
    effect::{Effect, PeerEffect},
    error::Error,
    host::Host,
    ids::PeerId,
    outbox::Outbox,
};

/// Failures in a row after which the connection is made anew.
const FAILURES: u32 = 3;

/// The receiving peer connection of one SFU session.
#[derive(Debug)]
pub(crate) struct Subscriber {
    pub(crate) peer: PeerId,
    pub(crate) candidates: RemoteCandidates,
    pub(crate) ice: IceWatch,
    waiting: VecDeque<event::SubscriberOffer>,
    current: Option<event::SubscriberOffer>,
    newest: Option<u32>,
    failures: u32,
}

impl Subscriber {
    pub(crate) fn new(peer: PeerId) -> Self {
        Self {
            peer,
            candidates: RemoteCandidates::default(),
            ice: IceWatch::default(),
            waiting: VecDeque::new(),
            current: None,
            newest: None,
            failures: 0,
        }
    }

    /// Takes an offer. One that is not newer than the last is a repetition, or came late.
    pub(crate) fn on_offer<H: Host>(&mut self, out: &mut Outbox<H>, offer: event::SubscriberOffer) {
        if self.newest.is_some_and(|newest| offer.negotiation_id <= newest) {
            return;
        }
        self.newest = Some(offer.negotiation_id);
        self.waiting.push_back(offer);
        self.answer_next(out);
    }

    /// Takes the outcome of answering. `false` asks for a new connection.
    #[must_use]
    pub(crate) fn on_answered<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        negotiation_id: u32,
        result: Result<String, H::Thrown>,
    ) -> bool {
        let Some(offer) = self.current.take_if(|offer| offer.negotiation_id == negotiation_id)
        else {
            return true;
        };
        match result {
            Ok(sdp) => {
                self.candidates.described(out, self.peer, &offer.sdp);
                self.ice.on_described(out.now);
                let answer = signal::SendAnswerRequest {
                    peer_type: models::PeerType::Subscriber.into(),
                    sdp,
                    session_id: session_id.to_owned(),
                    negotiation_id,
                };
                rpcs.send(out, Rpc::SendAnswer, &answer);
            }
            Err(cause) => {
                out.warn("an offer of the SFU could not be answered", Some(cause));
                if !self.failed(out, rpcs, session_id) {
                    return false;
                }
            }
        }
        self.answer_next(out);
        true
    }

    /// The SFU took the last answer, or refused it. `false` asks for a new connection.
    #[must_use]
    pub(crate) fn on_told<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        result: Result<(), Error<H>>,
    ) -> bool {
        let Err(error) = result else {
            self.failures = 0;
            return true;
        };
        out.warn_of(error);
        self.failed(out, rpcs, session_id)
    }

    /// Nothing comes through a connection that is not agreed on: asks for another offer.
    fn failed<H: Host>(&mut self, out: &mut Outbox<H>, rpcs: &mut Rpcs, session_id: &str) -> bool {
        self.failures += 1;
        if self.failures >= FAILURES {
            return false;
        }
        let restart = signal::IceRestartRequest {
            session_id: session_id.to_owned(),
            peer_type: models::PeerType::Subscriber.into(),
        };
        rpcs.send(out, Rpc::IceRestart, &restart);
        true
    }

    fn answer_next<H: Host>(&mut self, out: &mut Outbox<H>) {
        if self.current.is_some() {
            return;
        }
        if let Some(offer) = self.waiting.pop_front() {
            let effect = PeerEffect::Answer {
                offer: offer.sdp.clone(),
                negotiation_id: offer.negotiation_id,
            };
            out.push(Effect::Peer(self.peer, effect));
            self.current = Some(offer);
        }
    }
}
