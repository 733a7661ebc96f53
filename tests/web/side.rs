//! One side of a connection, and what it is told to send.

use std::cell::RefCell;

use trunkline::{
    core::{
        AudioBitrateProfile, CaptureId, CaptureRequest, DeviceKind, Encoding, IceServer,
        OfferReport, PeerEffect, PeerId, TrackType, Traffic, TransceiverId,
    },
    web::{Devices, Input, MediaTable, PeerInput, Peers, Setup},
};
use wasm_bindgen::JsValue;

use crate::support::{Inbox, Patch, eval, get};

/// One browser's side of a connection.
pub struct Side {
    pub peers: Peers,
    pub media: MediaTable,
    pub inbox: Inbox,
    /// What was reported while something else was awaited.
    pub news: RefCell<Vec<PeerInput>>,
    pub connection: RefCell<JsValue>,
}

impl Side {
    pub fn new() -> Self {
        let (inbox, reporter) = Inbox::new();
        let media = MediaTable::default();
        Self {
            peers: Peers::new(&media, &reporter),
            media,
            inbox,
            news: RefCell::default(),
            connection: RefCell::default(),
        }
    }

    pub fn perform(&self, effect: PeerEffect) {
        self.peers.perform(peer(), effect);
    }

    pub fn create(&self) {
        self.create_as("");
    }

    /// Makes a connection whose class has these methods besides.
    pub fn create_as(&self, methods: &str) {
        let script = format!(
            "return class extends it {{
               constructor(...all) {{ super(...all); globalThis.made = this; }}
               {methods}
             }}"
        );
        let _patch = Patch::new("globalThis", "RTCPeerConnection", &script);
        self.perform(PeerEffect::Create { ice_servers: vec![] });
        self.connection.replace(eval("return made", &JsValue::NULL));
        assert_eq!(self.peers.len(), 1);
    }

    pub fn signaling_state(&self) -> JsValue {
        get(&self.connection.borrow(), "signalingState")
    }

    pub async fn capture(&self) -> Devices {
        let (inbox, reporter) = Inbox::new();
        let devices = Devices::new(&self.media, reporter);
        let kind = DeviceKind::Camera;
        let request = CaptureRequest {
            capture: capture(),
            kind,
            size: None,
            facing: None,
            device_id: None,
            profile: AudioBitrateProfile::VoiceStandardUnspecified,
            audio: false,
            max_framerate: None,
            content_hint: String::new(),
            source: None,
        };
        devices.capture(request, Setup::default());
        let input = inbox.next().await;
        assert!(matches!(input, Input::Captured { result: Ok(_), .. }), "{input:?}");
        devices
    }

    /// Makes the connection and adds a camera to it.
    pub async fn publish(&self) -> Devices {
        let devices = self.capture().await;
        self.create();
        self.add_transceiver(vec![layer("q"), layer("h")]).await.unwrap();
        devices
    }

    pub async fn add_transceiver(&self, encodings: Vec<Encoding>) -> Result<(), JsValue> {
        self.perform(PeerEffect::AddTransceiver {
            transceiver: transceiver(),
            capture: capture(),
            track_type: TrackType::Video,
            encodings,
            degradation: Some("maintain-framerate"),
        });
        self.added().await
    }

    pub async fn added(&self) -> Result<(), JsValue> {
        loop {
            match self.next().await {
                PeerInput::TransceiverAdded { result, .. } => {
                    return result;
                }
                other => self.news.borrow_mut().push(other),
            }
        }
    }

    pub async fn statistics(&self) -> Result<String, JsValue> {
        self.perform(PeerEffect::ReadStatistics);
        loop {
            match self.next().await {
                PeerInput::Statistics(result) => return result,
                other => self.news.borrow_mut().push(other),
            }
        }
    }

    pub async fn traffic(&self) -> Result<Traffic, JsValue> {
        self.perform(PeerEffect::ReadTraffic);
        loop {
            match self.next().await {
                PeerInput::Traffic(result) => return result,
                other => self.news.borrow_mut().push(other),
            }
        }
    }

    pub async fn offer(&self) -> Result<OfferReport, JsValue> {
        self.perform(PeerEffect::Offer { ice_restart: false });
        loop {
            match self.next().await {
                PeerInput::Offered(result) => return result,
                other => self.news.borrow_mut().push(other),
            }
        }
    }

    pub async fn accept(&self, sdp: Option<&str>) -> Result<(), JsValue> {
        self.perform(PeerEffect::AcceptAnswer { sdp: sdp.map(str::to_owned) });
        loop {
            match self.next().await {
                PeerInput::AnswerApplied(result) => return result,
                other => self.news.borrow_mut().push(other),
            }
        }
    }

    pub async fn answer(&self, offer: &str, expected_id: u32) -> Result<String, JsValue> {
        let offer = offer.to_owned();
        self.perform(PeerEffect::Answer { offer, negotiation_id: expected_id });
        loop {
            match self.next().await {
                PeerInput::Answered { negotiation_id, result } => {
                    assert_eq!(negotiation_id, expected_id);
                    return result;
                }
                other => self.news.borrow_mut().push(other),
            }
        }
    }

    /// The next report that `is_it` takes.
    pub async fn until<T>(&self, is_it: impl Fn(&PeerInput) -> Option<T>) -> T {
        let mut seen = 0;
        loop {
            let found = self.news.borrow().iter().skip(seen).find_map(&is_it);
            if let Some(found) = found {
                return found;
            }
            seen = self.news.borrow().len();
            let next = self.next().await;
            self.news.borrow_mut().push(next);
        }
    }

    pub async fn next(&self) -> PeerInput {
        let input = self.inbox.next().await;
        let Input::Peer(id, input) = input else { panic!("{input:?}") };
        assert_eq!(id, peer());
        input
    }
}

/// Hands the candidates of `from` to `to` until both are connected.
pub async fn connect(from: &Side, to: &Side) {
    for (one, other) in [(from, to), (to, from)] {
        let candidate = one.until(|news| match news {
            PeerInput::Candidate(text) => Some(text.clone()),
            _ => None,
        });
        other.perform(PeerEffect::AddCandidate(candidate.await));
    }
    for side in [from, to] {
        side.until(|news| matches!(news, PeerInput::Connected).then_some(())).await;
    }
}

/// The offer of a publisher as an SFU offers it to a subscriber: one layer, in a stream whose id says
/// what it is.
pub fn as_from_sfu(offer: &str) -> String {
    let lines = offer
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("a=rid:") && !line.starts_with("a=simulcast:"));
    lines.collect::<String>().replace("a=msid:-", "a=msid:prefix:TRACK_TYPE_VIDEO")
}

pub fn server(urls: &[&str], username: &str, credential: &str) -> IceServer {
    IceServer {
        urls: urls.iter().map(|url| (*url).to_owned()).collect(),
        username: username.into(),
        credential: credential.into(),
    }
}

pub fn layer(rid: &str) -> Encoding {
    Encoding {
        rid: rid.into(),
        active: true,
        max_bitrate: Some(300_000),
        max_framerate: Some(30),
        scale_resolution_down_by: Some(if rid == "q" { 2.0 } else { 1.0 }),
        scalability_mode: Some("L1T1".into()),
    }
}

pub fn peer() -> PeerId {
    PeerId::from((None, 1))
}

pub fn transceiver() -> TransceiverId {
    TransceiverId::from((None, 2))
}

pub fn capture() -> CaptureId {
    CaptureId::from((None, 3))
}
