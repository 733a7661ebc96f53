use std::cell::RefCell;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{failure::has_panicked, json::JsNode};
use crate::core::{
    CaptureId, Captured, Cause, DescribeId, DeviceFailure, Dimension, HttpFailure, HttpReply,
    Input, OfferReport, PeerId, PeerInput, RemoteTrackId, Reply, RequestId, SocketId,
    TransceiverId,
};

/// Where the package's JavaScript, which holds the objects of the browser, reports what happened to
/// them. It names them by the numbers of the core's handles.
#[wasm_bindgen(skip_typescript)]
pub struct Reporter {
    take: Box<dyn Fn(Input)>,
    warn: Warn,
    /// Of the offer that is reported next.
    mids: RefCell<Vec<(TransceiverId, String)>>,
}

/// Hears of a failure that no report is about: what failed, and what was thrown.
type Warn = Box<dyn Fn(&str, &JsValue)>;

impl Reporter {
    /// Hands every report to `take`, and to `warn` each failure that no report is about: what
    /// failed, and what was thrown.
    pub fn new(take: impl Fn(Input) + 'static, warn: impl Fn(&str, &JsValue) + 'static) -> Self {
        Self { take: Box::new(take), warn: Box::new(warn), mids: RefCell::default() }
    }

    #[inline(never)]
    fn report(&self, input: Input) {
        if !has_panicked() {
            (self.take)(input);
        }
    }

    #[inline(never)]
    fn report_peer(&self, peer: i64, input: PeerInput) {
        self.report(Input::Peer(PeerId::from_number(peer), input));
    }
}

#[wasm_bindgen]
impl Reporter {
    /// The timer ran out.
    pub fn timeout(&self) {
        self.report(Input::Timeout);
    }

    /// The browser went online or offline.
    pub fn online(&self, is_online: bool) {
        self.report(Input::Online(is_online));
    }

    /// The page goes away for good.
    #[wasm_bindgen(js_name = pageHidden)]
    pub fn page_hidden(&self) {
        self.report(Input::PageHidden);
    }

    /// A request was answered, with one of the two, or with neither when it cannot be read.
    #[wasm_bindgen(js_name = httpAnswered)]
    pub fn http_answered(&self, id: i64, status: u16, json: JsValue, bytes: Option<Vec<u8>>) {
        let body = match bytes {
            Some(bytes) => Reply::Bytes(bytes),
            None if json.is_undefined() => Reply::Unreadable,
            None => Reply::Json(JsNode::wrap(json)),
        };
        let request = RequestId::from_number(id);
        self.report(Input::Http { request, reply: Ok(HttpReply { status, body }) });
    }

    /// A request has no answer.
    #[wasm_bindgen(js_name = httpFailed)]
    pub fn http_failed(&self, id: i64, thrown: JsValue) {
        let request = RequestId::from_number(id);
        let failure = HttpFailure { cause: Cause::new(thrown) };
        self.report(Input::Http { request, reply: Err(failure) });
    }

    /// A socket is open.
    #[wasm_bindgen(js_name = socketOpened)]
    pub fn socket_opened(&self, id: i64) {
        self.report(Input::SocketOpened(SocketId::from_number(id)));
    }

    /// A text frame arrived.
    #[wasm_bindgen(js_name = socketJson)]
    pub fn socket_json(&self, id: i64, json: JsValue) {
        self.report(Input::SocketJson(SocketId::from_number(id), JsNode::wrap(json)));
    }

    /// A binary frame arrived.
    #[wasm_bindgen(js_name = socketBytes)]
    pub fn socket_bytes(&self, id: i64, bytes: Vec<u8>) {
        self.report(Input::SocketBytes(SocketId::from_number(id), bytes));
    }

    /// A socket is closed, by whomever, or failed to open.
    #[wasm_bindgen(js_name = socketClosed)]
    pub fn socket_closed(&self, id: i64, code: u16, reason: String) {
        let socket = SocketId::from_number(id);
        self.report(Input::SocketClosed { socket, code, reason });
    }

    /// What this browser can receive and send, as two offers.
    pub fn described(&self, id: i64, receive: String, send: String) {
        let request = DescribeId::from_number(id);
        self.report(Input::Described { request, result: Ok((receive, send)) });
    }

    /// The browser does not tell what it can do.
    #[wasm_bindgen(js_name = describingFailed)]
    pub fn describing_failed(&self, id: i64, thrown: JsValue) {
        let request = DescribeId::from_number(id);
        self.report(Input::Described { request, result: Err(Cause::new(thrown)) });
    }

    /// A device was opened.
    pub fn captured(
        &self,
        id: i64,
        track_id: String,
        width: Option<u32>,
        height: Option<u32>,
        audio_track_id: Option<String>,
        device_id: Option<String>,
    ) {
        let size = width.zip(height).map(|(width, height)| Dimension { width, height });
        let captured = Captured { track_id, size, audio_track_id, device_id, profile: None };
        let capture = CaptureId::from_number(id);
        self.report(Input::Captured { capture, result: Ok(captured) });
    }

    /// A device was not opened. `name` is that of what was thrown, if it has one.
    #[wasm_bindgen(js_name = captureFailed)]
    pub fn capture_failed(&self, id: i64, name: String, thrown: JsValue) {
        let failure = DeviceFailure { name, cause: Cause::new(thrown) };
        let capture = CaptureId::from_number(id);
        self.report(Input::Captured { capture, result: Err(failure) });
    }

    /// A captured track ended without our asking.
    #[wasm_bindgen(js_name = captureEnded)]
    pub fn capture_ended(&self, id: i64) {
        self.report(Input::CaptureEnded(CaptureId::from_number(id)));
    }

    /// The system holds a captured track back, or delivers it again.
    #[wasm_bindgen(js_name = captureMuted)]
    pub fn capture_muted(&self, id: i64, is_muted: bool) {
        self.report(Input::CaptureMuted(CaptureId::from_number(id), is_muted));
    }

    /// The mid of a transceiver in the offer that is reported next.
    #[wasm_bindgen(js_name = peerMid)]
    pub fn peer_mid(&self, transceiver: i64, mid: String) {
        self.mids.borrow_mut().push((TransceiverId::from_number(transceiver), mid));
    }

    /// An offer was made; without one, what was thrown.
    #[wasm_bindgen(js_name = peerOffered)]
    pub fn peer_offered(&self, id: i64, sdp: Option<String>, thrown: JsValue) {
        let mids = self.mids.take();
        let offer = sdp.map(|sdp| OfferReport { sdp, mids });
        let result = offer.ok_or_else(|| Cause::new(thrown));
        self.report_peer(id, PeerInput::Offered(result));
    }

    /// The answer to our offer was applied, or not.
    #[wasm_bindgen(js_name = peerAnswerApplied)]
    pub fn peer_answer_applied(&self, id: i64, is_applied: bool, thrown: JsValue) {
        let result = if is_applied { Ok(()) } else { Err(Cause::new(thrown)) };
        self.report_peer(id, PeerInput::AnswerApplied(result));
    }

    /// The offer of the other side was answered; without an answer, what was thrown.
    #[wasm_bindgen(js_name = peerAnswered)]
    pub fn peer_answered(
        &self,
        id: i64,
        negotiation_id: u32,
        sdp: Option<String>,
        thrown: JsValue,
    ) {
        let result = sdp.ok_or_else(|| Cause::new(thrown));
        self.report_peer(id, PeerInput::Answered { negotiation_id, result });
    }

    /// A local ICE candidate.
    #[wasm_bindgen(js_name = peerCandidate)]
    pub fn peer_candidate(&self, id: i64, text: String) {
        self.report_peer(id, PeerInput::Candidate(text));
    }

    /// A peer connection changed, by the numbers of `pkg/peers.js`.
    #[wasm_bindgen(js_name = peerChanged)]
    pub fn peer_changed(&self, id: i64, change: u8) {
        let input = match change {
            0 => PeerInput::Connected,
            1 => PeerInput::Failed,
            2 => PeerInput::IceDisconnected,
            _ => PeerInput::IceFailed,
        };
        self.report_peer(id, input);
    }

    /// A track arrived.
    #[wasm_bindgen(js_name = peerTrack)]
    pub fn peer_track(&self, id: i64, stream_id: String, track: i64) {
        let track = RemoteTrackId(track);
        self.report_peer(id, PeerInput::Track { stream_id, track });
    }

    /// A received track ended.
    #[wasm_bindgen(js_name = peerTrackEnded)]
    pub fn peer_track_ended(&self, id: i64, track: i64) {
        self.report_peer(id, PeerInput::TrackEnded(RemoteTrackId(track)));
    }

    /// Something failed that no report is about.
    pub fn warn(&self, message: &str, thrown: &JsValue) {
        if !has_panicked() {
            (self.warn)(message, thrown);
        }
    }
}
