//! Remote ICE candidates, held back until the description they belong to is applied.

use serde::Deserialize;

use super::reachability::kind_of;
use crate::core::{
    effect::{Effect, PeerEffect},
    host::Host,
    ice_summary::{CandidateKind, note},
    ids::PeerId,
    outbox::Outbox,
    sdp,
    view::lenient::{object_in, text},
};

/// Most candidates held back; a server that sends more makes no sense.
const LIMIT: usize = 200;

/// The candidates of one peer connection.
///
/// A candidate belongs to an ICE generation, named by its `usernameFragment`. One that comes before
/// its description waits; one of a generation that was superseded is dropped; one that names no
/// generation goes to whichever is current.
#[derive(Debug, Default)]
pub(crate) struct RemoteCandidates {
    current: Option<String>,
    superseded: Vec<String>,
    waiting: Vec<(Option<String>, String)>,
    kinds: Vec<CandidateKind>,
}

/// What is read of an `RTCIceCandidateInit`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Candidate {
    #[serde(rename = "usernameFragment", deserialize_with = "text")]
    username_fragment: String,
}

impl RemoteCandidates {
    /// Takes a candidate (JSON text of an `RTCIceCandidateInit`).
    pub(crate) fn add<H: Host>(&mut self, out: &mut Outbox<H>, peer: PeerId, candidate: String) {
        let Some(Candidate { username_fragment }) = object_in(&candidate) else {
            return;
        };
        if let Some(kind) = kind_of(&candidate) {
            note(&mut self.kinds, kind);
        }
        let generation = Some(username_fragment).filter(|name| !name.is_empty());
        if generation.as_ref().is_some_and(|name| self.superseded.contains(name)) {
            return;
        }
        if self.waiting.len() < LIMIT {
            self.waiting.push((generation, candidate));
        }
        self.release(out, peer);
    }

    /// A remote description was applied.
    pub(crate) fn described<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        peer: PeerId,
        description: &str,
    ) {
        for kind in description.lines().filter_map(CandidateKind::read) {
            note(&mut self.kinds, kind);
        }
        let generation = sdp::ice_ufrag(description).unwrap_or_default().to_owned();
        if let Some(before) = self.current.replace(generation)
            && self.current.as_ref() != Some(&before)
        {
            self.waiting.retain(|(of, _)| of.as_ref() != Some(&before));
            self.superseded.push(before);
        }
        self.release(out, peer);
    }

    /// What kinds there were, each once.
    pub(crate) fn kinds(&self) -> &[CandidateKind] {
        &self.kinds
    }

    fn release<H: Host>(&mut self, out: &mut Outbox<H>, peer: PeerId) {
        let Some(current) = &self.current else { return };
        self.waiting.retain(|(generation, candidate)| {
            let fits = generation.as_ref().is_none_or(|name| name == current);
            if fits {
                out.push(Effect::Peer(peer, PeerEffect::AddCandidate(candidate.clone())));
            }
            !fits
        });
    }
}
