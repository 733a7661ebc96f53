use std::cell::RefCell;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{json::JsNode, report::Reporter};
use crate::core::{
    CaptureId, Cause, DescribeId, DeviceFailure, HttpFailure, HttpReply, Input, OfferReport,
    PeerId, PeerInput, RemoteTrackId, Reply, RequestId, SocketId, TransceiverId,
};

/// Where the package's JavaScript, which holds the objects of the browser, reports what happened to
/// them. It names them by the numbers of the core's handles.
#[wasm_bindgen(skip_typescript)]
pub struct JsReporter {
    reporter: Reporter,
    /// Of the offer that is reported next.
    mids: RefCell<Vec<(TransceiverId, String)>>,
}

impl JsReporter {
    /// Hands every report on.
    pub fn new(reporter: Reporter) -> Self {
        Self { reporter, mids: RefCell::default() }
    }

    fn take(&self, input: Input) {
        self.reporter.report(input);
    }
}

#[wasm_bindgen]
impl JsReporter {
    /// Something happened; `what` is a place in the list of `pkg/reports.js`, which says what the
    /// other arguments are.
    pub fn report(&self, what: u8, id: i64, number: u32, text: Option<String>, value: JsValue) {
        let peer = match what {
            3 => {
                return self.reporter.warn(&text.unwrap_or_default(), &value);
            }
            13 => {
                let transceiver = TransceiverId::from_number(id);
                self.mids.borrow_mut().push((transceiver, text.unwrap_or_default()));
                return;
            }
            ..13 => return self.take(input(what, id, number, text, value)),
            14 => {
                let mids = self.mids.take();
                let offer = text.map(|sdp| OfferReport { sdp, mids });
                PeerInput::Offered(offer.ok_or_else(|| Cause::new(value)))
            }
            15 if number == 0 => PeerInput::AnswerApplied(Err(Cause::new(value))),
            15 => PeerInput::AnswerApplied(Ok(())),
            16 => {
                let result = text.ok_or_else(|| Cause::new(value));
                PeerInput::Answered { negotiation_id: number, result }
            }
            17 => PeerInput::Candidate(text.unwrap_or_default()),
            18 => PeerInput::Connected,
            19 => PeerInput::Failed,
            20 => PeerInput::IceDisconnected,
            21 => PeerInput::IceFailed,
            22 => {
                let stream_id = text.unwrap_or_default();
                PeerInput::Track { stream_id, track: RemoteTrackId(number) }
            }
            _ => PeerInput::TrackEnded(RemoteTrackId(number)),
        };
        self.take(Input::Peer(PeerId::from_number(id), peer));
    }

    /// A request was answered with bytes.
    #[wasm_bindgen(js_name = httpBytes)]
    pub fn http_bytes(&self, id: i64, status: u16, bytes: Vec<u8>) {
        self.take(replied(id, Ok(HttpReply { status, body: Reply::Bytes(bytes) })));
    }

    /// A binary frame arrived.
    #[wasm_bindgen(js_name = socketBytes)]
    pub fn socket_bytes(&self, id: i64, bytes: Vec<u8>) {
        self.take(Input::SocketBytes(SocketId::from_number(id), bytes));
    }

    /// What this browser can receive and send, as two offers.
    pub fn described(&self, id: i64, receive: String, send: String) {
        let request = DescribeId::from_number(id);
        self.take(Input::Described { request, result: Ok((receive, send)) });
    }
}

/// The reports that are not about peer connections.
fn input(what: u8, id: i64, number: u32, text: Option<String>, value: JsValue) -> Input {
    match what {
        0 => Input::Timeout,
        1 => Input::Online(number != 0),
        2 => Input::PageHidden,
        4 => {
            let body = if value.is_undefined() {
                Reply::Unreadable
            } else {
                Reply::Json(JsNode::wrap(value))
            };
            // HTTP has three digits.
            let status = u16::try_from(number).unwrap_or_default();
            replied(id, Ok(HttpReply { status, body }))
        }
        5 => replied(id, Err(HttpFailure { cause: Cause::new(value) })),
        6 => Input::SocketOpened(SocketId::from_number(id)),
        7 => Input::SocketJson(SocketId::from_number(id), JsNode::wrap(value)),
        8 => Input::SocketClosed {
            socket: SocketId::from_number(id),
            code: u16::try_from(number).unwrap_or_default(),
            reason: text.unwrap_or_default(),
        },
        9 => {
            let request = DescribeId::from_number(id);
            Input::Described { request, result: Err(Cause::new(value)) }
        }
        10 => {
            let failure =
                DeviceFailure { name: text.unwrap_or_default(), cause: Cause::new(value) };
            Input::Captured { capture: CaptureId::from_number(id), result: Err(failure) }
        }
        11 => Input::CaptureEnded(CaptureId::from_number(id)),
        _ => Input::CaptureMuted(CaptureId::from_number(id), number != 0),
    }
}

fn replied(id: i64, reply: Result<HttpReply, HttpFailure>) -> Input {
    Input::Http { request: RequestId::from_number(id), reply }
}
