//! Devices and peer connections, played.

use std::collections::{BTreeMap, BTreeSet};

use super::{Host, weather::Refused};
use crate::core::tests::native::{Input, PeerInput};
use crate::core::{
    CallCommand, CallKey, CaptureId, CaptureRequest, Captured, DeviceKind, DeviceOrder, Dimension,
    OfferReport, PeerEffect, PeerId, Traffic,
};

/// What comes over peer connections.
#[derive(Default)]
pub(in crate::core::tests) struct Paths {
    traffic: BTreeMap<PeerId, Traffic>,
    /// Those over which nothing does.
    pub(in crate::core::tests) silent: BTreeSet<PeerId>,
}

impl Host {
    pub(in crate::core::tests) fn enable(&mut self, call: CallKey, kind: DeviceKind) -> u64 {
        self.device(call, kind, DeviceOrder::Enable)
    }

    pub(in crate::core::tests) fn disable(&mut self, call: CallKey, kind: DeviceKind) -> u64 {
        self.device(call, kind, DeviceOrder::Disable { keep: false })
    }

    pub(in crate::core::tests) fn device(
        &mut self,
        call: CallKey,
        kind: DeviceKind,
        order: DeviceOrder,
    ) -> u64 {
        self.order(call, |promise| CallCommand::Device { promise, kind, order })
    }

    /// Takes in a stream of the app.
    pub(in crate::core::tests) fn adopt(&mut self, call: CallKey) -> CaptureId {
        let capture = self.client.adopt_capture(call);
        self.captures.insert(capture);
        capture
    }

    /// Both peer connections fail.
    pub(in crate::core::tests) fn fail_peers(&mut self) {
        for peer in self.peers.keys().copied().collect::<Vec<_>>() {
            self.feed(Input::Peer(peer, PeerInput::Failed));
        }
    }

    pub(in crate::core::tests) fn running_captures(&self) -> Vec<CaptureId> {
        self.captures.iter().copied().collect()
    }

    /// The receiving peer connection of the newest session; it is made before the sending one.
    pub(in crate::core::tests) fn subscriber(&self) -> PeerId {
        *self.peers.keys().nth_back(1).unwrap()
    }

    /// The sending one.
    pub(in crate::core::tests) fn publisher(&self) -> PeerId {
        *self.peers.keys().next_back().unwrap()
    }

    /// The capture failed; the browser holds nothing.
    pub(in crate::core::tests) fn forget_capture(&mut self, capture: CaptureId) {
        self.captures.remove(&capture);
    }

    /// Whether a permission prompt is open, which may stay so for ever.
    pub(in crate::core::tests) fn waits_for_a_device(&self, call: CallKey) -> bool {
        let state = self.state(call);
        [&state.camera, &state.microphone, &state.screen_share]
            .iter()
            .any(|d| d.status != d.optimistic_status)
    }

    fn traffic_of(&mut self, peer: PeerId) -> Traffic {
        let Paths { traffic, silent } = &mut self.paths;
        let traffic = traffic.entry(peer).or_default();
        traffic.sent += 1_000.0;
        if !silent.contains(&peer) {
            traffic.received += 1_000.0;
            traffic.answers += 1.0;
        }
        *traffic
    }

    pub(in crate::core::tests) fn perform_peer(&mut self, peer: PeerId, effect: PeerEffect) {
        self.peer_effects.push(effect.clone());
        if let PeerEffect::Create { .. } = effect {
            self.opened.peers += 1;
            assert!(self.peers.insert(peer, Vec::new()).is_none(), "G5: made twice");
            if super::take_one(&mut self.weather.refused.peers) {
                let cause = "too many".to_owned();
                self.at_once(Input::Peer(peer, PeerInput::NotCreated(cause)));
            }
            return;
        }
        let transceivers =
            self.peers.get_mut(&peer).unwrap_or_else(|| panic!("G5: {effect:?} after close"));
        match effect {
            PeerEffect::Create { .. } | PeerEffect::AddCandidate(_) => {}
            PeerEffect::SetEncodings { transceiver, .. } => {
                if super::take_one(&mut self.weather.refused.encodings) {
                    let cause = "modified meanwhile".to_owned();
                    let failed = PeerInput::EncodingsFailed { transceiver, cause };
                    self.later(Input::Peer(peer, failed));
                }
            }
            PeerEffect::ReplaceTrack { transceiver, capture, .. } => {
                let Refused { replacements, silences, .. } = &mut self.weather.refused;
                if super::take_one(if capture.is_some() { replacements } else { silences }) {
                    let cause = "another kind".to_owned();
                    let failed = PeerInput::ReplaceFailed { transceiver, capture, cause };
                    self.later(Input::Peer(peer, failed));
                }
            }
            PeerEffect::AddTransceiver { transceiver, .. } => {
                let refused = super::take_one(&mut self.weather.refused.transceivers);
                if !refused {
                    transceivers.push(transceiver);
                }
                let result = if refused { Err("no track today".to_owned()) } else { Ok(()) };
                self.at_once(Input::Peer(
                    peer,
                    PeerInput::TransceiverAdded { transceiver, result },
                ));
            }
            PeerEffect::Offer { .. } if transceivers.is_empty() => {
                let cause = "nothing to offer".to_owned();
                self.later(Input::Peer(peer, PeerInput::Offered(Err(cause))));
            }
            PeerEffect::Offer { .. } => {
                let mids =
                    transceivers.iter().enumerate().map(|(mid, t)| (*t, mid.to_string())).collect();
                let report = OfferReport { sdp: "v=0\r\n".to_owned(), mids };
                self.later(Input::Peer(peer, PeerInput::Offered(Ok(report))));
            }
            PeerEffect::ReadStatistics => {
                let is_newest = self.peers.keys().next_back() == Some(&peer);
                // The sending one is made last, and sends nothing.
                let text = if is_newest { "[]" } else { "[1]" }.to_owned();
                let refused = super::take_one(&mut self.weather.refused.statistics);
                let read = if refused { Err("closed".to_owned()) } else { Ok(text) };
                self.at_once(Input::Peer(peer, PeerInput::Statistics(read)));
            }
            PeerEffect::ReadTraffic => {
                let traffic = self.traffic_of(peer);
                self.at_once(Input::Peer(peer, PeerInput::Traffic(Ok(traffic))));
            }
            PeerEffect::AcceptAnswer { sdp } => {
                self.described(peer, PeerInput::AnswerApplied(Ok(())), sdp.is_some());
            }
            PeerEffect::Answer { negotiation_id, .. } => {
                let result = Ok("v=0\r\n".to_owned());
                self.described(peer, PeerInput::Answered { negotiation_id, result }, true);
            }
            PeerEffect::Close => {
                self.peers.remove(&peer);
            }
        }
    }

    /// A step of a negotiation is done, after which the sides may know each other.
    fn described(&mut self, peer: PeerId, news: PeerInput, may_connect: bool) {
        let delay = self.next_delay();
        self.after(delay, Input::Peer(peer, news));
        if may_connect && !self.weather.blocks_media {
            self.after(delay, Input::Peer(peer, PeerInput::Connected));
        }
    }

    pub(in crate::core::tests) fn capture(&mut self, request: CaptureRequest) {
        self.opened.captures += 1;
        assert!(self.captures.insert(request.capture), "G5: captured twice");
        let is_screen = request.kind == DeviceKind::ScreenShare;
        let captured = Captured {
            track_id: "track".to_owned(),
            size: (request.kind != DeviceKind::Microphone)
                .then_some(Dimension { width: 1280, height: 720 }),
            audio_track_id: (is_screen && request.audio).then(|| "sound".to_owned()),
            device_id: (!is_screen)
                .then(|| request.device_id.clone().unwrap_or_else(|| "first".to_owned())),
            label: "label".to_owned(),
            profile: None,
        };
        self.requested.push(request.clone());
        if !super::take_one(&mut self.weather.lost.captures) {
            self.later(Input::Captured { capture: request.capture, result: Ok(captured) });
        }
    }
}
