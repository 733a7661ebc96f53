use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    MediaStream, RtcBundlePolicy, RtcConfiguration, RtcIceConnectionState, RtcPeerConnection,
    RtcPeerConnectionState, RtcRtpTransceiver, RtcTrackEvent,
};

use super::{
    browser::{
        accept_answer, accept_offer, add_candidate, add_transceiver, candidate_text, make_offer,
        set_answer, set_encodings,
    },
    listener::Listener,
    media::MediaTable,
    object::object,
    report::{Reporter, Warn},
    table::Table,
    task::when,
};
use crate::core::{
    CaptureId, Cause, Encoding, IceServer, Input, OfferReport, PeerEffect, PeerId, PeerInput,
    TrackType, TransceiverId, sdp,
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
            PeerEffect::Offer { ice_restart } => {
                when(&make_offer(&peer.connection, ice_restart), move |offer| {
                    let report = offer.map(|sdp| peer.offered(&sdp)).map_err(Cause::new);
                    peer.report(PeerInput::Offered(report));
                });
            }
            PeerEffect::AcceptAnswer { sdp } => {
                when(&accept_answer(&peer.connection, sdp), move |applied| {
                    peer.report(PeerInput::AnswerApplied(applied.map(drop).map_err(Cause::new)));
                });
            }
            PeerEffect::Answer { offer, negotiation_id } => {
                when(&accept_offer(&peer.connection, &offer), move |answer| {
                    peer.answer(offer, answer, negotiation_id);
                });
            }
            PeerEffect::AddCandidate(text) => {
                let added = add_candidate(&peer.connection, &text);
                self.warn_if_failed(&added, "a remote ICE candidate was not taken");
            }
            PeerEffect::AddTransceiver {
                transceiver,
                capture,
                track_type,
                encodings,
                degradation,
            } => {
                let track = (capture, track_type);
                self.add_transceiver(&peer, transceiver, track, &encodings, degradation);
            }
            PeerEffect::ReplaceTrack { transceiver, capture, track_type } => {
                self.replace_track(&peer, transceiver, capture, track_type);
            }
            PeerEffect::SetEncodings { transceiver, encodings, degradation } => {
                if let Some(transceiver) = peer.transceivers.read(transceiver, Clone::clone) {
                    let encodings = encodings.iter().map(send_encoding).collect();
                    let set = set_encodings(&transceiver, &encodings, degradation);
                    self.warn_if_failed(&set, "what a track is encoded as could not be changed");
                }
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

    /// The browser's object, to be looked at.
    pub fn connection(&self, id: PeerId) -> Option<RtcPeerConnection> {
        self.open.read(id, |peer| peer.connection.clone())
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
            PeerEffect::Offer { .. } => PeerInput::Offered(Err(cause())),
            PeerEffect::AcceptAnswer { .. } => PeerInput::AnswerApplied(Err(cause())),
            PeerEffect::Answer { negotiation_id, .. } => {
                PeerInput::Answered { negotiation_id: *negotiation_id, result: Err(cause()) }
            }
            PeerEffect::Create { .. }
            | PeerEffect::AddCandidate(_)
            | PeerEffect::AddTransceiver { .. }
            | PeerEffect::ReplaceTrack { .. }
            | PeerEffect::SetEncodings { .. }
            | PeerEffect::Close => return,
        };
        self.reporter.report(Input::Peer(id, input));
    }

    fn add_transceiver(
        &self,
        peer: &Peer,
        id: TransceiverId,
        (capture, track_type): (CaptureId, TrackType),
        encodings: &[Encoding],
        degradation: Option<&str>,
    ) {
        // A capture that was stopped meanwhile: the offer then has one m-line less.
        let Some(track) = self.media.captured_track(capture, track_type) else {
            return;
        };
        let encodings = encodings.iter().map(send_encoding).collect();
        match add_transceiver(&peer.connection, &track, &encodings, degradation) {
            Ok(transceiver) => {
                peer.transceivers.insert(id, transceiver);
            }
            Err(thrown) => (self.warn)("a track could not be added", &thrown),
        }
    }

    fn replace_track(
        &self,
        peer: &Peer,
        id: TransceiverId,
        capture: Option<CaptureId>,
        track_type: TrackType,
    ) {
        let Some(transceiver) = peer.transceivers.read(id, Clone::clone) else {
            return;
        };
        let track = capture.and_then(|capture| self.media.captured_track(capture, track_type));
        let replaced = transceiver.sender().replace_track(track.as_ref());
        self.warn_if_failed(&replaced, "a track could not be replaced");
    }

    fn warn_if_failed(&self, done: &Promise, message: &'static str) {
        let warn = self.warn.clone();
        when(done, move |done| {
            if let Err(thrown) = done {
                warn(message, &thrown);
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
                if let Some(text) = candidate_text(event) {
                    peer.report(PeerInput::Candidate(text));
                }
            }),
            on("connectionstatechange", |peer, _| match peer.connection.connection_state() {
                RtcPeerConnectionState::Connected => peer.report(PeerInput::Connected),
                RtcPeerConnectionState::Failed => peer.report(PeerInput::Failed),
                _ => {}
            }),
            on("iceconnectionstatechange", |peer, _| {
                let input = match peer.connection.ice_connection_state() {
                    RtcIceConnectionState::Connected | RtcIceConnectionState::Completed => {
                        PeerInput::Connected
                    }
                    RtcIceConnectionState::Disconnected => PeerInput::IceDisconnected,
                    RtcIceConnectionState::Failed => PeerInput::IceFailed,
                    _ => return,
                };
                peer.report(input);
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

    fn offered(&self, sdp: &JsValue) -> OfferReport {
        let transceivers = self.transceivers.keys().into_iter();
        let mids = transceivers.filter_map(|id| {
            let mid = self.transceivers.read(id, RtcRtpTransceiver::mid)?;
            Some((id, mid?))
        });
        OfferReport { sdp: sdp.as_string().unwrap_or_default(), mids: mids.collect() }
    }

    /// Patches the browser's answer and sets it.
    fn answer(
        self: &Rc<Self>,
        offer: String,
        answer: Result<JsValue, JsValue>,
        negotiation_id: u32,
    ) {
        let peer = self.clone();
        let report = move |result: Result<String, JsValue>| {
            let result = result.map_err(Cause::new);
            peer.report(PeerInput::Answered { negotiation_id, result });
        };
        match answer {
            Ok(answer) => {
                let answer = answer.as_string().unwrap_or_default();
                let answer = sdp::answer_stereo(&offer, &answer);
                when(&set_answer(&self.connection, &answer), move |set| {
                    report(set.map(|_| answer));
                });
            }
            Err(thrown) => report(Err(thrown)),
        }
    }
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
