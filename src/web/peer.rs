use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::media::{MediaTable, is_sound};
use crate::core::{CaptureId, Encoding, PeerEffect, PeerId};

/// The peer connections.
pub struct Peers(JsPeers);

impl Peers {
    /// None yet. Received streams are put into `media`, captured ones are taken from there.
    pub fn new(media: &MediaTable, reporter: &JsValue) -> Self {
        Self(JsPeers::new(media, reporter))
    }

    /// Does something with a peer connection.
    pub fn perform(&self, id: PeerId, effect: PeerEffect) {
        let id = id.number();
        match effect {
            PeerEffect::Create { ice_servers } => {
                let list = Array::new();
                for server in &ice_servers {
                    let urls = server.urls.iter().map(|url| JsValue::from_str(url)).collect();
                    add_ice_server(&list, urls, &server.username, &server.credential);
                }
                self.0.create(id, &list);
            }
            PeerEffect::Offer { ice_restart } => self.0.offer(id, ice_restart),
            PeerEffect::AcceptAnswer { sdp } => self.0.accept_answer(id, sdp.as_deref()),
            PeerEffect::Answer { offer, negotiation_id } => {
                self.0.answer_offer(id, &offer, negotiation_id);
            }
            PeerEffect::AddCandidate(text) => self.0.add_candidate(id, &text),
            PeerEffect::AddTransceiver {
                transceiver,
                capture,
                track_type,
                encodings,
                degradation,
            } => {
                let (transceiver, capture) = (transceiver.number(), capture.number());
                let (is_sound, encodings) = (is_sound(track_type), list(&encodings));
                self.0.add_transceiver(id, transceiver, capture, is_sound, &encodings, degradation);
            }
            PeerEffect::ReplaceTrack { transceiver, capture, track_type } => {
                let capture = capture.map_or(0, CaptureId::number);
                self.0.replace_track(id, transceiver.number(), capture, is_sound(track_type));
            }
            PeerEffect::SetEncodings { transceiver, encodings, degradation } => {
                self.0.set_encodings(id, transceiver.number(), &list(&encodings), degradation);
            }
            PeerEffect::Close => self.0.close(id),
        }
    }

    /// Closes all of them.
    pub fn close_all(&self) {
        self.0.close_all();
    }

    /// The browser's object, to be looked at, or `undefined`.
    pub fn connection(&self, id: PeerId) -> JsValue {
        self.0.connection(id.number())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.close_all();
    }
}

#[inline(never)]
fn list(encodings: &[Encoding]) -> Array {
    let list = Array::new();
    for encoding in encodings {
        add_encoding(
            &list,
            &encoding.rid,
            encoding.active,
            encoding.max_bitrate,
            encoding.max_framerate,
            encoding.scale_resolution_down_by,
            encoding.scalability_mode.as_deref(),
        );
    }
    list
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = addIceServer)]
    fn add_ice_server(list: &Array, urls: Vec<JsValue>, username: &str, credential: &str);
    #[wasm_bindgen(js_name = addEncoding)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn add_encoding(
        list: &Array,
        rid: &str,
        active: bool,
        max_bitrate: Option<u32>,
        max_framerate: Option<u32>,
        scale_resolution_down_by: Option<f64>,
        scalability_mode: Option<&str>,
    );

    #[wasm_bindgen(js_name = Peers)]
    type JsPeers;

    #[wasm_bindgen(constructor, js_class = Peers)]
    fn new(media: &MediaTable, reporter: &JsValue) -> JsPeers;
    #[wasm_bindgen(method, getter)]
    fn size(this: &JsPeers) -> usize;
    #[wasm_bindgen(method)]
    fn connection(this: &JsPeers, id: i64) -> JsValue;
    #[wasm_bindgen(method)]
    fn create(this: &JsPeers, id: i64, ice_servers: &Array);
    #[wasm_bindgen(method)]
    fn offer(this: &JsPeers, id: i64, ice_restart: bool);
    #[wasm_bindgen(method, js_name = acceptAnswer)]
    fn accept_answer(this: &JsPeers, id: i64, sdp: Option<&str>);
    #[wasm_bindgen(method, js_name = answerOffer)]
    fn answer_offer(this: &JsPeers, id: i64, offer: &str, negotiation: u32);
    #[wasm_bindgen(method, js_name = addCandidate)]
    fn add_candidate(this: &JsPeers, id: i64, text: &str);
    #[wasm_bindgen(method, js_name = addTransceiver)]
    fn add_transceiver(
        this: &JsPeers,
        id: i64,
        transceiver: i64,
        capture: i64,
        is_sound: bool,
        encodings: &Array,
        degradation: Option<&str>,
    );
    #[wasm_bindgen(method, js_name = replaceTrack)]
    fn replace_track(this: &JsPeers, id: i64, transceiver: i64, capture: i64, is_sound: bool);
    #[wasm_bindgen(method, js_name = setEncodings)]
    fn set_encodings(
        this: &JsPeers,
        id: i64,
        transceiver: i64,
        encodings: &Array,
        degradation: Option<&str>,
    );
    #[wasm_bindgen(method)]
    fn close(this: &JsPeers, id: i64);
    #[wasm_bindgen(method, js_name = closeAll)]
    fn close_all(this: &JsPeers);
}
