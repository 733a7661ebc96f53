use std::cell::RefCell;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::report::Reporter;
use crate::core::{
    CaptureId, Cause, DescribeId, DeviceFailure, Input, OfferReport, PeerId, PeerInput,
    RemoteTrackId, TransceiverId,
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
            0 => {
                return self.reporter.warn(&text.unwrap_or_default(), &value);
            }
            5 => {
                let transceiver = TransceiverId::from_number(id);
                self.mids.borrow_mut().push((transceiver, text.unwrap_or_default()));
                return;
            }
            1..5 => return self.take(input(what, id, number, text, value)),
            6 => {
                let mids = self.mids.take();
                let offer = text.map(|sdp| OfferReport { sdp, mids });
                PeerInput::Offered(offer.ok_or_else(|| Cause::new(value)))
            }
            7 if number == 0 => PeerInput::AnswerApplied(Err(Cause::new(value))),
            7 => PeerInput::AnswerApplied(Ok(())),
            8 => {
                let result = text.ok_or_else(|| Cause::new(value));
                PeerInput::Answered { negotiation_id: number, result }
            }
            9 => PeerInput::Candidate(text.unwrap_or_default()),
            10 => PeerInput::Connected,
            11 => PeerInput::Failed,
            12 => PeerInput::IceDisconnected,
            13 => PeerInput::IceFailed,
            14 => {
                let stream_id = text.unwrap_or_default();
                PeerInput::Track { stream_id, track: RemoteTrackId(number) }
            }
            _ => PeerInput::TrackEnded(RemoteTrackId(number)),
        };
        self.take(Input::Peer(PeerId::from_number(id), peer));
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
        1 => {
            let request = DescribeId::from_number(id);
            Input::Described { request, result: Err(Cause::new(value)) }
        }
        2 => {
            let failure =
                DeviceFailure { name: text.unwrap_or_default(), cause: Cause::new(value) };
            Input::Captured { capture: CaptureId::from_number(id), result: Err(failure) }
        }
        3 => Input::CaptureEnded(CaptureId::from_number(id)),
        _ => Input::CaptureMuted(CaptureId::from_number(id), number != 0),
    }
}
