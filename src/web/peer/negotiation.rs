//! The steps of a negotiation.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RtcOfferOptions, RtcSdpType, RtcSessionDescriptionInit};

use super::{Peer, bindings::Candidate};
use crate::{core::sdp, web::object::field};

impl Peer {
    /// Makes an offer and sets it.
    pub(super) async fn make_offer(&self, ice_restart: bool) -> Result<String, JsValue> {
        let options = RtcOfferOptions::new();
        options.set_ice_restart(ice_restart);
        let offer = self.settled(self.connection.create_offer(&options)).await?;
        self.settled(self.connection.set_local(offer.unchecked_ref())).await?;
        field(&field(&self.connection, "localDescription"), "sdp")
            .as_string()
            .ok_or_else(|| js_sys::Error::new("the browser forgot the offer it made").into())
    }

    /// Applies the answer to our offer, or takes the offer back when there is none.
    pub(super) async fn accept_answer(&self, sdp: Option<&str>) -> Result<(), JsValue> {
        let Some(sdp) = sdp else {
            return self.roll_back().await;
        };
        let answer = description(RtcSdpType::Answer, sdp);
        let applied = self.settled(self.connection.set_remote(&answer)).await;
        self.or_roll_back(applied.map(drop)).await
    }

    /// Applies the other side's offer; makes the answer and sets it.
    pub(super) async fn answer_offer(&self, offer: &str) -> Result<String, JsValue> {
        let answered = self.make_answer(offer).await;
        self.or_roll_back(answered).await
    }

    async fn make_answer(&self, offer: &str) -> Result<String, JsValue> {
        let remote = description(RtcSdpType::Offer, offer);
        self.settled(self.connection.set_remote(&remote)).await?;
        let answer = self.settled(self.connection.create_answer()).await?;
        let answer = field(&answer, "sdp").as_string().unwrap_or_default();
        let answer = sdp::accept_stereo(offer, &answer);
        let local = description(RtcSdpType::Answer, &answer);
        self.settled(self.connection.set_local(&local)).await?;
        Ok(answer)
    }

    /// After a failure, goes back to where the next negotiation can start; what matters is the first
    /// failure.
    async fn or_roll_back<T>(&self, step: Result<T, JsValue>) -> Result<T, JsValue> {
        if step.is_err() {
            let _ = self.roll_back().await;
        }
        step
    }

    async fn roll_back(&self) -> Result<(), JsValue> {
        let rollback = RtcSessionDescriptionInit::new(RtcSdpType::Rollback);
        if self.state("signalingState").as_deref() == Some("have-local-offer") {
            self.settled(self.connection.set_local(&rollback)).await?;
        }
        if self.state("signalingState").as_deref() == Some("have-remote-offer") {
            self.settled(self.connection.set_remote(&rollback)).await?;
        }
        Ok(())
    }
}

/// The JSON text of the local candidate that an event tells of; `None` for the end of candidates.
pub(super) fn candidate_text(event: &JsValue) -> Option<String> {
    let candidate: Candidate = field(event, "candidate").unchecked_into();
    let line = field(&candidate, "candidate").as_string().filter(|line| !line.is_empty())?;
    let init = candidate.to_init().ok()?;
    // The server tells ICE generations apart by it, and not every browser fills it in.
    let known = field(&init, "usernameFragment").as_string();
    if known.is_none() {
        init.set_username_fragment(sdp::candidate_ufrag(&line)?);
    }
    known.is_none_or(|ufrag| !ufrag.is_empty()).then_some(())?;
    js_sys::JSON::stringify(&init).ok().map(String::from)
}

fn description(kind: RtcSdpType, sdp: &str) -> RtcSessionDescriptionInit {
    let description = RtcSessionDescriptionInit::new(kind);
    description.set_sdp(sdp);
    description
}
