//! The steps of a negotiation.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    RtcOfferOptions, RtcPeerConnectionIceEvent, RtcSdpType, RtcSessionDescriptionInit,
    RtcSignalingState,
};

use super::{Peer, bindings::Candidate};
use crate::{core::sdp, web::object::field};

impl Peer {
    /// Makes an offer and sets it.
    pub(super) async fn make_offer(&self, ice_restart: bool) -> Result<String, JsValue> {
        let options = RtcOfferOptions::new();
        options.set_ice_restart(ice_restart);
        let offer = self.settled(self.connection.create_offer(&options)).await?;
        self.settled(self.connection.set_local(offer.unchecked_ref())).await?;
        let description = self.connection.local_description();
        description
            .map(|description| description.sdp())
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
        if self.connection.signaling_state() == RtcSignalingState::HaveLocalOffer {
            self.settled(self.connection.set_local(&rollback)).await?;
        }
        if self.connection.signaling_state() == RtcSignalingState::HaveRemoteOffer {
            self.settled(self.connection.set_remote(&rollback)).await?;
        }
        Ok(())
    }
}

/// The JSON text of the local candidate that an event tells of; `None` for the end of candidates.
pub(super) fn candidate_text(event: &JsValue) -> Option<String> {
    let event: &RtcPeerConnectionIceEvent = event.unchecked_ref();
    let candidate: Candidate = event.candidate()?.unchecked_into();
    candidate.candidate().filter(|line| !line.is_empty())?;
    let init = candidate.to_init().ok()?;
    // The server tells ICE generations apart by it, and not every browser fills it in.
    if init.username_fragment().is_none() {
        let line = field(&init, "candidate").as_string()?;
        init.set_username_fragment(sdp::candidate_ufrag(&line)?);
    }
    init.username_fragment().filter(|ufrag| !ufrag.is_empty())?;
    js_sys::JSON::stringify(&init).ok().map(String::from)
}

fn description(kind: RtcSdpType, sdp: &str) -> RtcSessionDescriptionInit {
    let description = RtcSessionDescriptionInit::new(kind);
    description.set_sdp(sdp);
    description
}
