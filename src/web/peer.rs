use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    MediaStream, MediaStreamTrack, RtcBundlePolicy, RtcConfiguration, RtcIceConnectionState,
    RtcPeerConnection, RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcRtpTransceiver,
    RtcRtpTransceiverDirection, RtcRtpTransceiverInit, RtcSdpType, RtcSessionDescriptionInit,
    RtcSignalingState, RtcTrackEvent,
};

use super::{
    listener::Listener,
    media::MediaTable,
    object::{field, object},
    report::{Reporter, Warn},
    table::Table,
    task::spawn,
};
use crate::core::{
    CaptureId, Cause, Encoding, IceServer, Input, OfferReport, PeerEffect, PeerId, PeerInput,
    TransceiverId, sdp,
};

/// The peer connections.
pub struct Peers {
    open: Table<PeerId, Rc<Peer>>,
    media: Rc<MediaTable>,
    reporter: Reporter,
    warn: Warn,
}

struct Peer {
    id: PeerId,
    connection: RtcPeerConnection,
    transceivers: Table<TransceiverId, RtcRtpTransceiver>,
    listeners: RefCell<Vec<Listener>>,
    closed: Cell<bool>,
    reporter: Reporter,
}

impl Peers {
    /// None yet. Received streams are put into `media`, captured ones are taken from there. What
    /// fails and has no answer of its own goes to `warn`.
    pub fn new(media: Rc<MediaTable>, reporter: Reporter, warn: Warn) -> Self {
        Self { open: Table::default(), media, reporter, warn }
    }

    /// Does something with a peer connection.
    pub fn perform(&self, id: PeerId, effect: PeerEffect) {
        if let PeerEffect::Create { ice_servers } = effect {
            return self.create(id, &ice_servers);
        }
        let Some(peer) = self.open.read(id, Rc::clone) else {
            return self.refuse(id, &effect);
        };
        match effect {
            PeerEffect::Create { .. } => {}
            PeerEffect::Offer => spawn(async move {
                let report = peer.offer().await.map_err(Cause::new);
                peer.report(PeerInput::Offered(report));
            }),
            PeerEffect::AcceptAnswer { sdp } => spawn(async move {
                let result = peer.accept_answer(sdp.as_deref()).await.map_err(Cause::new);
                peer.report(PeerInput::AnswerApplied(result));
            }),
            PeerEffect::Answer { offer, negotiation_id } => spawn(async move {
                let result = peer.answer(&offer).await.map_err(Cause::new);
                peer.report(PeerInput::Answered { negotiation_id, result });
            }),
            PeerEffect::AddCandidate(text) => {
                let warn = self.warn.clone();
                spawn(async move {
                    if let Err(thrown) = peer.add_candidate(&text).await {
                        warn("a remote ICE candidate was not taken", &thrown);
                    }
                });
            }
            PeerEffect::AddTransceiver { transceiver, capture, encodings } => {
                self.add_transceiver(&peer, transceiver, capture, &encodings);
            }
            PeerEffect::ReplaceTrack { transceiver, capture } => {
                self.replace_track(&peer, transceiver, capture);
            }
            PeerEffect::Close => self.close(id),
        }
    }

    /// Closes all of them.
    pub fn close_all(&self) {
        for id in self.open.keys() {
            self.close(id);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn create(&self, id: PeerId, ice_servers: &[IceServer]) {
        let configuration = RtcConfiguration::new();
        configuration.set_bundle_policy(RtcBundlePolicy::MaxBundle);
        configuration.set_ice_servers(&ice_servers.iter().map(ice_server).collect::<Array>());
        match RtcPeerConnection::new_with_configuration(&configuration) {
            Ok(connection) => {
                let peer = Rc::new(Peer {
                    id,
                    connection,
                    transceivers: Table::default(),
                    listeners: RefCell::default(),
                    closed: Cell::new(false),
                    reporter: self.reporter.clone(),
                });
                peer.listen(&self.media);
                self.open.insert(id, peer);
            }
            Err(thrown) => {
                (self.warn)("the browser made no peer connection", &thrown);
                self.reporter.report(Input::Peer(id, PeerInput::Failed));
            }
        }
    }

    /// Answers for a peer connection that could not be made.
    fn refuse(&self, id: PeerId, effect: &PeerEffect) {
        let cause = || Cause::new(JsValue::from_str("there is no such peer connection"));
        let input = match effect {
            PeerEffect::Offer => PeerInput::Offered(Err(cause())),
            PeerEffect::AcceptAnswer { .. } => PeerInput::AnswerApplied(Err(cause())),
            PeerEffect::Answer { negotiation_id, .. } => {
                PeerInput::Answered { negotiation_id: *negotiation_id, result: Err(cause()) }
            }
            PeerEffect::Create { .. }
            | PeerEffect::AddCandidate(_)
            | PeerEffect::AddTransceiver { .. }
            | PeerEffect::ReplaceTrack { .. }
            | PeerEffect::Close => return,
        };
        self.reporter.report(Input::Peer(id, input));
    }

    fn add_transceiver(
        &self,
        peer: &Peer,
        id: TransceiverId,
        capture: CaptureId,
        encodings: &[Encoding],
    ) {
        // A capture that was stopped meanwhile: the offer then has one m-line less.
        let Some(track) = self.media.captured_track(capture) else {
            return;
        };
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(RtcRtpTransceiverDirection::Sendonly);
        init.set_send_encodings(&encodings.iter().map(send_encoding).collect::<Array>());
        let connection: &Transceivers = peer.connection.unchecked_ref();
        match connection.add_transceiver(&track, &init) {
            Ok(transceiver) => {
                peer.transceivers.insert(id, transceiver);
            }
            Err(thrown) => (self.warn)("a track could not be added", &thrown),
        }
    }

    fn replace_track(&self, peer: &Peer, id: TransceiverId, capture: Option<CaptureId>) {
        let Some(transceiver) = peer.transceivers.read(id, Clone::clone) else {
            return;
        };
        let track = capture.and_then(|capture| self.media.captured_track(capture));
        let replaced = transceiver.sender().replace_track(track.as_ref());
        let warn = self.warn.clone();
        spawn(async move {
            if let Err(thrown) = JsFuture::from(replaced).await {
                warn("a track could not be replaced", &thrown);
            }
        });
    }

    fn close(&self, id: PeerId) {
        let Some(peer) = self.open.remove(id) else {
            return;
        };
        peer.closed.set(true);
        peer.listeners.borrow_mut().clear();
        peer.connection.close();
        self.media.remove_peer(id);
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.close_all();
    }
}

impl Peer {
    fn report(&self, input: PeerInput) {
        if !self.closed.get() {
            self.reporter.report(Input::Peer(self.id, input));
        }
    }

    fn listen(self: &Rc<Self>, media: &Rc<MediaTable>) {
        let on = |name, handle: fn(&Peer, &JsValue)| {
            let peer = Rc::downgrade(self);
            Listener::new(&self.connection, name, move |event| {
                if let Some(peer) = peer.upgrade() {
                    handle(&peer, &event);
                }
            })
        };
        let peer = Rc::downgrade(self);
        let media = media.clone();
        let on_track = Listener::new(&self.connection, "track", move |event| {
            if let (Some(peer), Some(event)) = (peer.upgrade(), event.dyn_ref()) {
                peer.on_track(&media, event);
            }
        });
        self.listeners.borrow_mut().extend([
            on("icecandidate", |peer, event| {
                if let Some(text) = event.dyn_ref().and_then(candidate_text) {
                    peer.report(PeerInput::Candidate(text));
                }
            }),
            on("connectionstatechange", |peer, _| match peer.connection.connection_state() {
                RtcPeerConnectionState::Connected => peer.report(PeerInput::Connected),
                RtcPeerConnectionState::Failed => peer.report(PeerInput::Failed),
                _ => {}
            }),
            on("iceconnectionstatechange", |peer, _| {
                if peer.connection.ice_connection_state() == RtcIceConnectionState::Connected {
                    peer.report(PeerInput::Connected);
                }
            }),
            on_track,
        ]);
    }

    fn on_track(self: &Rc<Self>, media: &Rc<MediaTable>, event: &RtcTrackEvent) {
        let Ok(stream) = event.streams().get(0).dyn_into::<MediaStream>() else {
            return;
        };
        let stream_id = stream.id();
        let peer = Rc::downgrade(self);
        let table = media.clone();
        let track = media.add_remote(self.id, stream, event.track(), move |track| {
            if let Some(peer) = peer.upgrade() {
                peer.report(PeerInput::TrackEnded(track));
            }
            table.remove_remote(track);
        });
        self.report(PeerInput::Track { stream_id, track });
    }

    async fn offer(&self) -> Result<OfferReport, JsValue> {
        let offer = JsFuture::from(self.connection.create_offer()).await?;
        self.set_local(&offer).await?;
        let sdp = self
            .connection
            .local_description()
            .map(|description| description.sdp())
            .unwrap_or_default();
        let transceivers = self.transceivers.keys().into_iter();
        let mids = transceivers.filter_map(|id| {
            let mid = self.transceivers.read(id, RtcRtpTransceiver::mid)?;
            Some((id, mid?))
        });
        Ok(OfferReport { sdp, mids: mids.collect() })
    }

    async fn accept_answer(&self, sdp: Option<&str>) -> Result<(), JsValue> {
        let Some(sdp) = sdp else {
            return self.roll_back().await;
        };
        let applied = self.set_remote(&description(RtcSdpType::Answer, sdp)).await;
        if applied.is_err() {
            // Back to where the next offer can start; what matters is the first failure.
            let _ = self.roll_back().await;
        }
        applied
    }

    async fn answer(&self, offer: &str) -> Result<String, JsValue> {
        let answered = self.try_answer(offer).await;
        if answered.is_err() {
            let _ = self.roll_back().await;
        }
        answered
    }

    async fn try_answer(&self, offer: &str) -> Result<String, JsValue> {
        self.set_remote(&description(RtcSdpType::Offer, offer)).await?;
        let answer = JsFuture::from(self.connection.create_answer()).await?;
        let answer = field(&answer, "sdp").as_string().unwrap_or_default();
        let answer = sdp::answer_stereo(offer, &answer);
        self.set_local(&description(RtcSdpType::Answer, &answer)).await?;
        Ok(answer)
    }

    async fn roll_back(&self) -> Result<(), JsValue> {
        let rollback = RtcSessionDescriptionInit::new(RtcSdpType::Rollback);
        match self.connection.signaling_state() {
            RtcSignalingState::HaveLocalOffer => self.set_local(&rollback).await,
            RtcSignalingState::HaveRemoteOffer => self.set_remote(&rollback).await,
            _ => Ok(()),
        }
    }

    async fn set_local(&self, description: &JsValue) -> Result<(), JsValue> {
        let set = self.connection.set_local_description(description.unchecked_ref());
        JsFuture::from(set).await.map(drop)
    }

    async fn set_remote(&self, description: &RtcSessionDescriptionInit) -> Result<(), JsValue> {
        let set = self.connection.set_remote_description(description);
        JsFuture::from(set).await.map(drop)
    }

    async fn add_candidate(&self, text: &str) -> Result<(), JsValue> {
        let candidate = JSON::parse(text)?;
        let added = self
            .connection
            .add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(candidate.unchecked_ref()));
        JsFuture::from(added).await.map(drop)
    }
}

/// The JSON text of a local candidate; `None` for the end of candidates.
fn candidate_text(event: &RtcPeerConnectionIceEvent) -> Option<String> {
    let candidate = event.candidate()?;
    let line = candidate.candidate();
    if line.is_empty() {
        return None;
    }
    let init: JsValue = candidate.to_json().into();
    // The server tells ICE generations apart by it, and not every browser fills it in.
    if field(&init, UFRAG).as_string().is_none() {
        let mut words = line.split(' ').skip_while(|word| *word != "ufrag");
        let ufrag = words.nth(1)?;
        let _ = Reflect::set(&init, &JsValue::from_str(UFRAG), &JsValue::from_str(ufrag));
    }
    let text: JsValue = JSON::stringify(&init).ok()?.into();
    text.as_string()
}

fn description(kind: RtcSdpType, sdp: &str) -> RtcSessionDescriptionInit {
    let description = RtcSessionDescriptionInit::new(kind);
    description.set_sdp(sdp);
    description
}

fn ice_server(server: &IceServer) -> JsValue {
    let text = |text: &str| match text {
        "" => JsValue::UNDEFINED,
        text => JsValue::from_str(text),
    };
    let urls: Array = server.urls.iter().map(|url| JsValue::from_str(url)).collect();
    object(&[
        ("urls", urls.into()),
        ("username", text(&server.username)),
        ("credential", text(&server.credential)),
    ])
}

fn send_encoding(encoding: &Encoding) -> JsValue {
    let text = |text: &str| match text {
        "" => JsValue::UNDEFINED,
        text => JsValue::from_str(text),
    };
    object(&[
        ("rid", text(&encoding.rid)),
        ("active", encoding.active.into()),
        ("maxBitrate", encoding.max_bitrate.into()),
        ("maxFramerate", encoding.max_framerate.into()),
        ("scaleResolutionDownBy", encoding.scale_resolution_down_by.into()),
        ("scalabilityMode", text(encoding.scalability_mode.as_deref().unwrap_or_default())),
    ])
}

#[wasm_bindgen]
extern "C" {
    /// `web_sys` declares `addTransceiver` as never throwing, but it does on encodings that the
    /// browser does not take, and what is thrown through Rust leaves it in disorder.
    #[wasm_bindgen(extends = RtcPeerConnection)]
    type Transceivers;
    #[wasm_bindgen(method, catch, js_name = addTransceiver)]
    fn add_transceiver(
        this: &Transceivers,
        track: &MediaStreamTrack,
        init: &RtcRtpTransceiverInit,
    ) -> Result<RtcRtpTransceiver, JsValue>;
}

const UFRAG: &str = "usernameFragment";
