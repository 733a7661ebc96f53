//! How what is published is agreed with the SFU: one offer after the other.
//!
//! ```text
//!           a track was added         offer made           answer came
//! Stable ─────────────────▶ Offering ───────────▶ Asking ──────────────▶ Applying
//!    ▲  ◀──────────────────────┴── failed: roll back ┴──────────────────────┘
//!    └─ after a failure, Waiting for the next try
//! ```

use trunkline_protocol::{compact, sfu::signal};

use super::{AudioSettings, Publication, Publisher, PublisherNews};
use crate::core::{
    call::{
        retelling::{DISOWNED, is_disowned},
        rpc::{Rpc, Rpcs},
    },
    effect::{Effect, PeerEffect},
    error::{Category, Error},
    host::Host,
    input::OfferReport,
    outbox::Outbox,
    time::Time,
};

/// Failures in a row after which the connection is made anew.
const FAILURES: u32 = 3;

#[derive(Debug)]
pub(super) enum Negotiation {
    Stable,
    Offering { again: bool },
    Asking { again: bool },
    Applying { again: bool, answer: String },
    Waiting { until: Time },
}

impl Publisher {
    /// Looks for a new way to the SFU. `false` when there is none to renew.
    pub(crate) fn restart_ice<H: Host>(&mut self, out: &mut Outbox<H>) -> bool {
        if !self.publications.iter().any(|publication| publication.announced) {
            return false;
        }
        if !self.restarting && !self.restart_wanted {
            self.restart_wanted = true;
            self.negotiate(out);
        }
        true
    }

    pub(crate) fn on_offered<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        rpcs: &mut Rpcs,
        session_id: &str,
        audio: AudioSettings,
        report: Result<OfferReport, H::Thrown>,
    ) -> PublisherNews<H> {
        let Negotiation::Offering { again } = self.negotiation else {
            return PublisherNews::Nothing;
        };
        let offer = match report {
            Ok(offer) => offer,
            // What was to be published is withdrawn, and nothing is left to agree on.
            Err(_) if self.publications.is_empty() => {
                self.negotiation = Negotiation::Stable;
                self.restarting = false;
                return PublisherNews::Nothing;
            }
            Err(cause) => {
                out.warn("no offer could be made", Some(cause));
                return self.failed(out);
            }
        };
        for publication in &mut self.publications {
            let mid = offer.mids.iter().find(|(t, _)| *t == publication.transceiver);
            publication.mid = mid.map(|(_, mid)| mid.clone());
        }
        let request = signal::SetPublisherRequest {
            sdp: offer.sdp,
            session_id: session_id.to_owned(),
            tracks: self.tracks(audio),
        };
        rpcs.send(out, Rpc::SetPublisher, &request);
        self.negotiation = Negotiation::Asking { again };
        PublisherNews::Nothing
    }

    pub(crate) fn on_set<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<Vec<u8>, Error<H>>,
    ) -> PublisherNews<H> {
        let Negotiation::Asking { again } = self.negotiation else {
            return PublisherNews::Nothing;
        };
        let answer = result.and_then(|bytes| {
            compact::decode::<signal::SetPublisherResponse>(&bytes)
                .ok_or_else(|| Error::bad_response("publishing to the SFU"))
        });
        match answer {
            Ok(answer) => {
                let sdp = Some(answer.sdp.clone());
                out.push(Effect::Peer(self.peer, PeerEffect::AcceptAnswer { sdp }));
                self.negotiation = Negotiation::Applying { again, answer: answer.sdp };
                PublisherNews::Nothing
            }
            Err(error) if error.category == Category::Permission => {
                let effect = PeerEffect::AcceptAnswer { sdp: None };
                out.push(Effect::Peer(self.peer, effect));
                self.refused(out, error)
            }
            Err(error) if is_disowned(&error) => {
                out.warn_of(error);
                PublisherNews::Broken(DISOWNED)
            }
            Err(error) => {
                out.warn_of(error);
                let effect = PeerEffect::AcceptAnswer { sdp: None };
                out.push(Effect::Peer(self.peer, effect));
                self.failed(out)
            }
        }
    }

    pub(crate) fn on_answer_applied<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        result: Result<(), H::Thrown>,
    ) -> PublisherNews<H> {
        let (again, answer) = match std::mem::replace(&mut self.negotiation, Negotiation::Stable) {
            Negotiation::Applying { again, answer } => (again, answer),
            // An offer was taken back, and what comes next is settled.
            other => {
                self.negotiation = other;
                return PublisherNews::Nothing;
            }
        };
        if let Err(cause) = result {
            out.warn("the answer of the SFU could not be applied", Some(cause));
            return self.failed(out);
        }
        self.failures = 0;
        self.restarting = false;
        self.one_by_one = false;
        self.candidates.described(out, self.peer, &answer);
        self.ice.on_described(out.now);
        for publication in &mut self.publications {
            publication.announced |= publication.mid.is_some();
        }
        if again {
            self.negotiate(out);
        }
        PublisherNews::Nothing
    }

    /// Starts a negotiation, or has one follow the one that runs: a wish is never lost.
    pub(super) fn negotiate<H: Host>(&mut self, out: &mut Outbox<H>) {
        match &mut self.negotiation {
            Negotiation::Stable => {
                let ice_restart = std::mem::take(&mut self.restart_wanted);
                self.restarting |= ice_restart;
                out.push(Effect::Peer(self.peer, PeerEffect::Offer { ice_restart }));
                self.negotiation = Negotiation::Offering { again: false };
            }
            Negotiation::Offering { again }
            | Negotiation::Asking { again }
            | Negotiation::Applying { again, .. } => *again = true,
            Negotiation::Waiting { .. } => {}
        }
    }

    /// The SFU does not let a track be published that it did not know before. What else was wished
    /// is agreed on without it.
    fn refused<H: Host>(&mut self, out: &mut Outbox<H>, error: Error<H>) -> PublisherNews<H> {
        let mut offered = self.publications.iter().filter(|p| p.is_news() && p.mid.is_some());
        let first = offered.next().map(|p| (p.transceiver, p.track_type, p.capture));
        let others = offered.count();
        let Some((transceiver, track_type, capture)) = first else {
            let was_offered = |p: &Publication| p.mid.is_some() && !p.announced;
            if self.publications.iter().any(was_offered) && !self.restarting {
                // Nobody wants any more what was refused.
                self.go_on(out);
                return PublisherNews::Nothing;
            }
            out.warn_of(error);
            return self.failed(out);
        };
        if others > 0 && !self.one_by_one {
            self.one_by_one = true;
            self.go_on(out);
            return PublisherNews::Nothing;
        }
        self.send_nothing(out, |publication| publication.transceiver == transceiver);
        let news = self.withdrawn(out, track_type, capture, error);
        self.go_on(out);
        news
    }

    /// After an offer that was taken back: agrees on what is wished by now.
    fn go_on<H: Host>(&mut self, out: &mut Outbox<H>) {
        self.restart_wanted |= std::mem::take(&mut self.restarting);
        self.negotiation = Negotiation::Stable;
        self.forget_offer();
        self.one_by_one &= self.has_news();
        if self.restart_wanted || self.has_news() {
            self.negotiate(out);
        }
    }

    fn failed<H: Host>(&mut self, out: &mut Outbox<H>) -> PublisherNews<H> {
        let reason =
            if self.restarting { "restart_ice_failed" } else { "publisher_negotiation_failed" };
        self.failures += 1;
        self.forget_offer();
        if std::mem::take(&mut self.restarting) || self.failures >= FAILURES {
            self.negotiation = Negotiation::Stable;
            return PublisherNews::Broken(reason);
        }
        self.negotiation = Negotiation::Waiting { until: out.back_off(self.failures) };
        PublisherNews::Nothing
    }

    /// The offer was taken back: the m-lines that only it had are gone.
    fn forget_offer(&mut self) {
        for publication in self.publications.iter_mut().filter(|p| !p.announced) {
            publication.mid = None;
        }
    }
}
