//! What web-sys lacks of peer connections.
//!
//! All that may throw is `catch` here: web-sys binds most of these methods as if they never threw,
//! though each of them does when the connection is closed or an argument is not to its liking. And
//! some fields are missing there.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{
    EventTarget, MediaStreamTrack, RtcConfiguration, RtcOfferOptions, RtcPeerConnection,
    RtcRtpSender, RtcRtpTransceiver, RtcRtpTransceiverInit, RtcSessionDescriptionInit,
};

#[wasm_bindgen]
extern "C" {
    /// `RTCPeerConnection`
    #[wasm_bindgen(extends = RtcPeerConnection, extends = EventTarget, js_name = RTCPeerConnection)]
    pub(crate) type Connection;

    #[wasm_bindgen(catch, constructor, js_class = "RTCPeerConnection")]
    pub(crate) fn new() -> Result<Connection, JsValue>;
    #[wasm_bindgen(catch, constructor, js_class = "RTCPeerConnection")]
    pub(crate) fn with(configuration: &RtcConfiguration) -> Result<Connection, JsValue>;
    #[wasm_bindgen(catch, method, js_name = addTransceiver)]
    pub(crate) fn add_kind(
        this: &Connection,
        kind: &str,
        init: &RtcRtpTransceiverInit,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = addTransceiver)]
    pub(crate) fn add_track(
        this: &Connection,
        track: &MediaStreamTrack,
        init: &RtcRtpTransceiverInit,
    ) -> Result<Transceiver, JsValue>;
    #[wasm_bindgen(catch, method, js_name = getTransceivers)]
    pub(crate) fn transceivers(this: &Connection) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, method, js_name = createOffer)]
    pub(crate) fn create_offer(
        this: &Connection,
        options: &RtcOfferOptions,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = createAnswer)]
    pub(crate) fn create_answer(this: &Connection) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = setLocalDescription)]
    pub(crate) fn set_local(
        this: &Connection,
        description: &RtcSessionDescriptionInit,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = setRemoteDescription)]
    pub(crate) fn set_remote(
        this: &Connection,
        description: &RtcSessionDescriptionInit,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = addIceCandidate)]
    pub(crate) fn add_candidate(this: &Connection, init: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = getStats)]
    pub(crate) fn read_stats(this: &Connection) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = close)]
    pub(crate) fn shut(this: &Connection) -> Result<(), JsValue>;

    /// `RTCRtpTransceiver`
    #[wasm_bindgen(extends = RtcRtpTransceiver, js_name = RTCRtpTransceiver)]
    pub(crate) type Transceiver;

    #[wasm_bindgen(catch, method, js_name = stop)]
    pub(crate) fn end(this: &Transceiver) -> Result<(), JsValue>;

    /// `RTCRtpSender`
    #[wasm_bindgen(extends = RtcRtpSender, js_name = RTCRtpSender)]
    pub(crate) type RtpSender;

    #[wasm_bindgen(catch, method, js_name = replaceTrack)]
    pub(crate) fn replace(
        this: &RtpSender,
        track: Option<&MediaStreamTrack>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = getParameters)]
    pub(crate) fn parameters(this: &RtpSender) -> Result<SendParameters, JsValue>;
    #[wasm_bindgen(catch, method, js_name = setParameters)]
    pub(crate) fn set_parameters(
        this: &RtpSender,
        parameters: &SendParameters,
    ) -> Result<JsValue, JsValue>;

    /// `RTCRtpSendParameters`
    #[wasm_bindgen(extends = Object, js_name = Object)]
    pub(crate) type SendParameters;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn encodings(this: &SendParameters) -> Option<Array>;
    #[wasm_bindgen(method, getter, js_name = degradationPreference)]
    pub(crate) fn degradation(this: &SendParameters) -> Option<String>;
    #[wasm_bindgen(method, setter, js_name = degradationPreference)]
    pub(crate) fn set_degradation(this: &SendParameters, preference: &str);

    /// `RTCRtpEncodingParameters`
    #[wasm_bindgen(extends = Object, js_name = Object)]
    pub(crate) type EncodingParameters;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn rid(this: &EncodingParameters) -> Option<String>;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_rid(this: &EncodingParameters, rid: &str);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn active(this: &EncodingParameters) -> Option<bool>;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_active(this: &EncodingParameters, active: bool);
    #[wasm_bindgen(method, getter, js_name = maxBitrate)]
    pub(crate) fn max_bitrate(this: &EncodingParameters) -> Option<f64>;
    #[wasm_bindgen(method, setter, js_name = maxBitrate)]
    pub(crate) fn set_max_bitrate(this: &EncodingParameters, bits_per_second: f64);
    #[wasm_bindgen(method, getter, js_name = maxFramerate)]
    pub(crate) fn max_framerate(this: &EncodingParameters) -> Option<f64>;
    #[wasm_bindgen(method, setter, js_name = maxFramerate)]
    pub(crate) fn set_max_framerate(this: &EncodingParameters, frames_per_second: f64);
    #[wasm_bindgen(method, getter, js_name = scaleResolutionDownBy)]
    pub(crate) fn scale_down_by(this: &EncodingParameters) -> Option<f64>;
    #[wasm_bindgen(method, setter, js_name = scaleResolutionDownBy)]
    pub(crate) fn set_scale_down_by(this: &EncodingParameters, factor: f64);
    #[wasm_bindgen(method, getter, js_name = scalabilityMode)]
    pub(crate) fn scalability_mode(this: &EncodingParameters) -> Option<String>;
    #[wasm_bindgen(method, setter, js_name = scalabilityMode)]
    pub(crate) fn set_scalability_mode(this: &EncodingParameters, mode: &str);

    /// `RTCIceCandidate`
    #[wasm_bindgen(js_name = RTCIceCandidate)]
    pub(crate) type Candidate;

    #[wasm_bindgen(catch, method, js_name = toJSON)]
    pub(crate) fn to_init(this: &Candidate) -> Result<CandidateInit, JsValue>;

    /// `RTCIceCandidateInit`
    #[wasm_bindgen(extends = Object, js_name = Object)]
    pub(crate) type CandidateInit;

    #[wasm_bindgen(method, setter, js_name = usernameFragment)]
    pub(crate) fn set_username_fragment(this: &CandidateInit, ufrag: &str);

    /// `RTCStatsReport`
    #[wasm_bindgen(js_name = RTCStatsReport)]
    pub(crate) type StatsReport;

    #[wasm_bindgen(catch, method)]
    pub(crate) fn values(this: &StatsReport) -> Result<JsValue, JsValue>;
}

impl EncodingParameters {
    /// Those of nothing yet.
    pub(crate) fn empty() -> Self {
        Object::new().unchecked_into()
    }
}
