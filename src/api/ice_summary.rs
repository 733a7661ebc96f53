//! What apps see of the ways for media that were tried.

use wasm_bindgen::JsValue;

use super::record::{list, record};
use crate::core::{CandidateKind, IceSummary};

record! {
    /// A kind of ICE candidate. Addresses are nobody's business.
    CandidateRecord "IceCandidateKind" = candidate(from: CandidateKind);
    /// How the address was found: it is the machine's own (`host`), a STUN server (`srflx`) or the other
    /// side (`prflx`) sees it, or it is one of a TURN server's (`relay`).
    set_type "type": "'host' | 'srflx' | 'prflx' | 'relay'", &str = from.candidate_type.as_str();
    /// What is sent from it. Between a browser and its TURN server it may be something else.
    set_protocol "protocol": "'udp' | 'tcp'", &str = from.protocol.as_str();
}

record! {
    /// Two candidates that may have been tried together: both speak the same protocol.
    PairRecord "IceCandidatePairKind" = pair(from: (CandidateKind, CandidateKind));
    /// In this browser.
    set_local "local": "IceCandidateKind", JsValue = candidate(from.0);
    /// At the SFU.
    set_remote "remote": "IceCandidateKind", JsValue = candidate(from.1);
}

record! {
    /// What a connection for media was tried with.
    SummaryRecord "IceSummary" = make(from: &IceSummary);
    /// The kinds of candidates that this browser found, each once.
    set_gathered "gathered": "readonly IceCandidateKind[]", JsValue
        = list(from.gathered.iter().copied().map(candidate));
    /// Those that the SFU told of.
    set_remote "remote": "readonly IceCandidateKind[]", JsValue
        = list(from.remote.iter().copied().map(candidate));
    /// The pairs of them that can have been tried.
    set_tried "tried": "readonly IceCandidatePairKind[]", JsValue = list(from.tried().map(pair));
    /// `open` when a STUN server answered over UDP. `blocked` when nobody did, or the browser does not
    /// even try UDP: as far as can be seen from here, this network does not let it pass.
    set_udp "udp": "'open' | 'blocked'", &str = from.udp.as_str();
    /// Whether a TURN server helps: there is none (`missing`), those that there are take only UDP and
    /// gave no relay (`udp-only`), none of them gave one (`no-relay`), or one did (`relay`).
    set_turn "turn": "'missing' | 'udp-only' | 'no-relay' | 'relay'", &str = from.turn.as_str();
}
