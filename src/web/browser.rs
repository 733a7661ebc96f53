//! The steps that are taken in JavaScript, see `pkg/browser.js`.

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{AbortSignal, RtcPeerConnection};

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
    pub(super) fn make_offer(peer: &RtcPeerConnection) -> Promise;
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
    #[wasm_bindgen(js_name = openDevice)]
    pub(super) fn open_device(kind: &str, wishes: &JsValue) -> Promise;
}
