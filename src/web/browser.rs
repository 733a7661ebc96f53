//! The steps that are taken in JavaScript, see `pkg/browser.js`.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{
    AbortSignal, EventTarget, MediaStream, MediaStreamTrack, RtcPeerConnection, RtcRtpTransceiver,
};

#[wasm_bindgen(raw_module = "/pkg/browser.js")]
extern "C" {
    pub(super) fn when(promise: &Promise, done: &JsValue);
    pub(super) fn exchange(
        url: &str,
        method: &str,
        headers: &JsValue,
        body: &JsValue,
        keepalive: bool,
        signal: &AbortSignal,
        wants_bytes: bool,
    ) -> Promise;
    #[wasm_bindgen(js_name = describeCodecs)]
    pub(super) fn describe_codecs() -> Promise;
    #[wasm_bindgen(js_name = makeOffer)]
    pub(super) fn make_offer(peer: &RtcPeerConnection, ice_restart: bool) -> Promise;
    #[wasm_bindgen(js_name = acceptAnswer)]
    pub(super) fn accept_answer(peer: &RtcPeerConnection, sdp: Option<String>) -> Promise;
    #[wasm_bindgen(js_name = acceptOffer)]
    pub(super) fn accept_offer(peer: &RtcPeerConnection, sdp: &str) -> Promise;
    #[wasm_bindgen(js_name = setAnswer)]
    pub(super) fn set_answer(peer: &RtcPeerConnection, sdp: &str) -> Promise;
    #[wasm_bindgen(js_name = addCandidate)]
    pub(super) fn add_candidate(peer: &RtcPeerConnection, text: &str) -> Promise;
    #[wasm_bindgen(js_name = candidateText)]
    pub(super) fn candidate_text(event: &JsValue) -> Option<String>;
    #[wasm_bindgen(catch, js_name = addTransceiver)]
    pub(super) fn add_transceiver(
        peer: &RtcPeerConnection,
        track: &MediaStreamTrack,
        encodings: &Array,
        degradation: Option<&str>,
    ) -> Result<RtcRtpTransceiver, JsValue>;
    #[wasm_bindgen(js_name = setEncodings)]
    pub(super) fn set_encodings(
        transceiver: &RtcRtpTransceiver,
        encodings: &Array,
        degradation: Option<&str>,
    ) -> Promise;
}

#[wasm_bindgen(raw_module = "/pkg/capture.js")]
extern "C" {
    /// Something that is captured.
    #[wasm_bindgen(js_name = Object, extends = EventTarget)]
    #[derive(Clone)]
    pub(crate) type Capture;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn stream(this: &Capture) -> MediaStream;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn root(this: &Capture) -> MediaStream;
    #[wasm_bindgen(method)]
    pub(crate) fn track(this: &Capture, is_sound: bool) -> Option<MediaStreamTrack>;
    #[wasm_bindgen(method)]
    pub(crate) fn describe(this: &Capture) -> Array;
    #[wasm_bindgen(method)]
    pub(crate) fn silence(this: &Capture, is_silent: bool);
    #[wasm_bindgen(method)]
    pub(crate) fn stop(this: &Capture);

    #[wasm_bindgen(js_name = openCapture)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    pub(super) fn open_capture(
        call: &JsValue,
        kind: u8,
        width: u32,
        height: u32,
        facing: Option<&str>,
        device_id: Option<&str>,
        is_music: bool,
        with_sound: bool,
        source: Option<&Capture>,
    ) -> Promise;
    #[wasm_bindgen(js_name = adoptStream)]
    pub(crate) fn adopt_stream(track_type: u8, stream: &MediaStream) -> Capture;
}
