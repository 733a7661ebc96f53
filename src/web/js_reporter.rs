use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::{json::JsNode, report::Reporter};
use crate::core::{Cause, HttpFailure, HttpReply, Input, Reply, RequestId, SocketId};

/// Where the package's JavaScript, which holds the objects of the browser, reports what happened to
/// them. It names them by the numbers of the core's handles.
#[wasm_bindgen(skip_typescript)]
pub struct JsReporter {
    reporter: Reporter,
}

impl JsReporter {
    /// Hands every report on.
    pub fn new(reporter: Reporter) -> Self {
        Self { reporter }
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
        match what {
            3 => self.reporter.warn(&text.unwrap_or_default(), &value),
            _ => self.take(input(what, id, number, text, value)),
        }
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
}

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
        _ => Input::SocketClosed {
            socket: SocketId::from_number(id),
            code: u16::try_from(number).unwrap_or_default(),
            reason: text.unwrap_or_default(),
        },
    }
}

fn replied(id: i64, reply: Result<HttpReply, HttpFailure>) -> Input {
    Input::Http { request: RequestId::from_number(id), reply }
}
