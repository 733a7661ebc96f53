//! Peer connections: what is done with them, and what they tell.

mod bindings;
mod creation;
mod gathering;
mod negotiation;
mod pending;
mod senders;
mod stats;

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use indexmap::IndexMap;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack};

pub(super) use self::bindings::{Connection, Transceiver};
pub use self::gathering::Gatherings;
use self::{
    negotiation::candidate_text,
    pending::Pending,
    senders::{Change, Sending},
};
use super::{
    browser::{Input, PeerInput},
    listener::Listener,
    media::MediaTable,
    object::{field, items},
    report::Reporter,
    task::spawn,
};
use crate::core::{
    CaptureId, Encoding, IceServer, OfferReport, PeerEffect, PeerId, TrackType, TransceiverId,
};

/// The peer connections of a client.
pub struct Peers {
    open: RefCell<IndexMap<PeerId, Rc<Peer>>>,
    media: MediaTable,
    reporter: Reporter,
}

/// One that is open.
struct Peer {
    id: PeerId,
    connection: Connection,
    transceivers: RefCell<IndexMap<TransceiverId, Rc<Sending>>>,
    listeners: RefCell<Vec<Listener>>,
    pending: Pending,
    reporter: Reporter,
}

impl Peers {
    /// None yet. Received streams are put into `media`, captured ones are taken from there.
    pub fn new(media: &MediaTable, reporter: &Reporter) -> Self {
        Self { open: RefCell::default(), media: media.clone(), reporter: reporter.clone() }
    }

    /// Does something with a peer connection.
    pub fn perform(&self, id: PeerId, effect: PeerEffect) {
        let Some(peer) = self.find(id) else {
            return self.perform_without(id, effect);
        };
        match effect {
            // It is made already.
            PeerEffect::Create { .. } => {}
            PeerEffect::Offer { ice_restart } => peer.then(async move |peer| {
                let offer = peer.make_offer(ice_restart).await;
                PeerInput::Offered(offer.map(|sdp| peer.offered(sdp)))
            }),
            PeerEffect::AcceptAnswer { sdp } => peer.then(async move |peer| {
                let applied = peer.accept_answer(sdp.as_deref()).await;
                PeerInput::AnswerApplied(applied)
            }),
            PeerEffect::Answer { offer, negotiation_id } => peer.then(async move |peer| {
                let result = peer.answer_offer(&offer).await;
                PeerInput::Answered { negotiation_id, result }
            }),
            PeerEffect::AddCandidate(text) => peer.add_candidate(&text),
            PeerEffect::AddTransceiver {
                transceiver,
                capture,
                track_type,
                encodings,
                degradation,
            } => {
                let added = self.add_track(&peer, (capture, track_type), &encodings);
                let result = added.map(|sending| {
                    let sending = Rc::new(sending);
                    // What it does without is good enough.
                    sending.change(&peer, Change { layers: None, degradation }, |_, _| {});
                    peer.transceivers.borrow_mut().insert(transceiver, sending);
                });
                peer.report(PeerInput::TransceiverAdded { transceiver, result });
            }
            PeerEffect::ReplaceTrack { transceiver, capture, track_type } => {
                self.replace_track(&peer, transceiver, capture, track_type);
            }
            PeerEffect::SetEncodings { transceiver, encodings, degradation } => {
                if let Some(sending) = peer.sending(transceiver) {
                    let change = Change { layers: Some(encodings), degradation };
                    sending.change(&peer, change, move |peer, thrown| {
                        let cause = thrown.clone();
                        peer.report(PeerInput::EncodingsFailed { transceiver, cause });
                    });
                }
            }
            PeerEffect::ReadStatistics => {
                peer.then(async move |peer| PeerInput::Statistics(peer.statistics().await));
            }
            PeerEffect::ReadTraffic => {
                peer.then(async move |peer| PeerInput::Traffic(peer.traffic().await));
            }
            PeerEffect::Close => {
                self.open.borrow_mut().shift_remove(&id);
                peer.close(&self.media);
            }
        }
    }

    /// Closes all of them.
    pub fn close_all(&self) {
        for (_, peer) in self.open.take() {
            peer.close(&self.media);
        }
    }

    /// The browser's object, to be looked at, or `undefined`.
    pub fn connection(&self, id: PeerId) -> JsValue {
        self.find(id).map(|peer| JsValue::from(&*peer.connection)).unwrap_or_default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.open.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn find(&self, id: PeerId) -> Option<Rc<Peer>> {
        self.open.borrow().get(&id).cloned()
    }

    fn create(&self, id: PeerId, ice_servers: &[IceServer]) {
        match creation::create(ice_servers, false, &self.reporter) {
            Ok(connection) => {
                let peer = Peer::listening(id, connection, &self.media, &self.reporter);
                self.open.borrow_mut().insert(id, peer);
            }
            Err(thrown) => {
                let news = PeerInput::NotCreated(thrown);
                self.reporter.report(Input::Peer(id, news));
            }
        }
    }

    /// Makes a connection, or answers for one that the browser did not make.
    fn perform_without(&self, id: PeerId, effect: PeerEffect) {
        let cause = || missing("peer connection");
        let input = match effect {
            PeerEffect::Create { ice_servers } => return self.create(id, &ice_servers),
            PeerEffect::Offer { .. } => PeerInput::Offered(Err(cause())),
            PeerEffect::AcceptAnswer { .. } => PeerInput::AnswerApplied(Err(cause())),
            PeerEffect::Answer { negotiation_id, .. } => {
                PeerInput::Answered { negotiation_id, result: Err(cause()) }
            }
            PeerEffect::AddTransceiver { transceiver, .. } => {
                PeerInput::TransceiverAdded { transceiver, result: Err(cause()) }
            }
            PeerEffect::ReadStatistics => PeerInput::Statistics(Err(cause())),
            PeerEffect::ReadTraffic => PeerInput::Traffic(Err(cause())),
            PeerEffect::AddCandidate(_)
            | PeerEffect::ReplaceTrack { .. }
            | PeerEffect::SetEncodings { .. }
            | PeerEffect::Close => return,
        };
        self.reporter.report(Input::Peer(id, input));
    }

    fn add_track(
        &self,
        peer: &Peer,
        (capture, track_type): (CaptureId, TrackType),
        encodings: &[Encoding],
    ) -> Result<Sending, JsValue> {
        let track = self.media.captured_track(capture, track_type);
        Sending::add(peer, &track.ok_or_else(|| missing("track"))?, encodings)
    }

    fn replace_track(
        &self,
        peer: &Rc<Peer>,
        transceiver: TransceiverId,
        capture: Option<CaptureId>,
        track_type: TrackType,
    ) {
        // One that could not be added was reported then.
        let Some(sending) = peer.sending(transceiver) else {
            return;
        };
        let track = capture.and_then(|capture| self.media.captured_track(capture, track_type));
        let replaced = if capture.is_some() && track.is_none() {
            Err(missing("track"))
        } else {
            sending.sender().replace(track.as_ref())
        };
        let peer = peer.clone();
        spawn(async move {
            if let Err(thrown) = peer.settled(replaced).await {
                let cause = thrown;
                peer.report(PeerInput::ReplaceFailed { transceiver, capture, cause });
            }
        });
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.close_all();
    }
}

impl Peer {
    fn listening(
        id: PeerId,
        connection: Connection,
        media: &MediaTable,
        reporter: &Reporter,
    ) -> Rc<Self> {
        let peer = Rc::new(Self {
            id,
            connection,
            transceivers: RefCell::default(),
            listeners: RefCell::default(),
            pending: Pending::default(),
            reporter: reporter.clone(),
        });
        peer.listen(media);
        peer
    }

    fn listen(self: &Rc<Self>, media: &MediaTable) {
        let on = |name, handle: fn(&Peer, &JsValue)| {
            let peer = Rc::downgrade(self);
            Listener::new(self.connection.as_ref(), name, move |event| {
                if let Some(peer) = peer.upgrade() {
                    handle(&peer, &event);
                }
            })
        };
        let (peer, media) = (Rc::downgrade(self), media.clone());
        let on_track = Listener::new(self.connection.as_ref(), "track", move |event| {
            on_track(&peer, &media, &event);
        });
        self.listeners.borrow_mut().extend([
            on("icecandidate", |peer, event| {
                if let Some(text) = candidate_text(event) {
                    peer.report(PeerInput::Candidate(text));
                }
            }),
            on("connectionstatechange", |peer, _| match peer.state("connectionState").as_deref() {
                Some("connected") => peer.report(PeerInput::Connected),
                Some("failed") => peer.report(PeerInput::Failed),
                _ => {}
            }),
            on("iceconnectionstatechange", |peer, _| {
                let news = match peer.state("iceConnectionState").as_deref() {
                    Some("connected" | "completed") => PeerInput::Connected,
                    Some("disconnected") => PeerInput::IceDisconnected,
                    Some("failed") => PeerInput::IceFailed,
                    _ => return,
                };
                peer.report(news);
            }),
            on_track,
        ]);
    }

    /// Reports, unless it is closed by now.
    fn report(&self, news: PeerInput) {
        if !self.pending.is_closed() {
            self.reporter.report(Input::Peer(self.id, news));
        }
    }

    fn warn(&self, message: &str, thrown: &JsValue) {
        if !self.pending.is_closed() {
            self.reporter.warn(message, thrown);
        }
    }

    /// Takes a step, and reports how it ended.
    fn then(self: &Rc<Self>, step: impl AsyncFnOnce(&Peer) -> PeerInput + 'static) {
        let peer = self.clone();
        spawn(async move {
            let news = step(&peer).await;
            peer.report(news);
        });
    }

    async fn settled(&self, called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
        self.pending.settled(called).await
    }

    /// Takes a remote candidate: JSON text of an `RTCIceCandidateInit`.
    fn add_candidate(self: &Rc<Self>, text: &str) {
        let parsed = js_sys::JSON::parse(text);
        let added = parsed.and_then(|init| self.connection.add_candidate(&init));
        let peer = self.clone();
        spawn(async move {
            if let Err(thrown) = peer.settled(added).await {
                peer.warn("a remote ICE candidate was not taken", &thrown);
            }
        });
    }

    /// How the connection is, in one respect.
    fn state(&self, key: &str) -> Option<String> {
        field(&self.connection, key).as_string()
    }

    fn sending(&self, transceiver: TransceiverId) -> Option<Rc<Sending>> {
        self.transceivers.borrow().get(&transceiver).cloned()
    }

    fn offered(&self, sdp: String) -> OfferReport {
        let transceivers = self.transceivers.borrow().clone();
        let mids = transceivers.into_iter().filter_map(|(id, sending)| Some((id, sending.mid()?)));
        OfferReport { sdp, mids: mids.collect() }
    }

    fn close(&self, media: &MediaTable) {
        self.pending.close();
        self.listeners.take();
        // It is closed already when that throws.
        let _ = self.connection.shut();
        media.remove_peer(self.id);
    }
}

fn on_track(peer: &Weak<Peer>, media: &MediaTable, event: &JsValue) {
    let Some(open) = peer.upgrade() else {
        return;
    };
    let stream = items(&field(event, "streams")).and_then(|streams| streams.into_iter().next());
    let stream = stream.and_then(|stream| stream.dyn_into::<MediaStream>().ok());
    let track = field(event, "track").dyn_into::<MediaStreamTrack>().ok();
    let (Some(stream), Some(track)) = (stream, track) else {
        return;
    };
    let stream_id = field(&stream, "id").as_string().unwrap_or_default();
    let peer = peer.clone();
    let track = media.add_received(open.id, stream, track, move |track| {
        if let Some(peer) = peer.upgrade() {
            peer.report(PeerInput::TrackEnded(track));
        }
    });
    open.report(PeerInput::Track { stream_id, track });
}

/// What is thrown when there is nothing to do it with.
fn missing(what: &str) -> JsValue {
    js_sys::Error::new(&format!("there is no such {what}")).into()
}
