use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, AbortSignal};

use super::{
    browser::exchange,
    json::JsNode,
    object::{field, object},
    report::Reporter,
    table::Table,
    task::when,
};
use crate::core::{
    Cause, HttpBody, HttpFailure, HttpReply, HttpRequest, Input, Reply, RequestId, ResponseKind,
};

/// The requests that are not answered yet.
pub struct Http {
    pending: Rc<Table<RequestId, AbortController>>,
    reporter: Reporter,
}

impl Http {
    /// None yet.
    pub fn new(reporter: Reporter) -> Self {
        Self { pending: Rc::default(), reporter }
    }

    /// Sends a request and reports the answer, unless it is aborted before.
    pub fn send(&self, request: HttpRequest) {
        let id = request.request;
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let signal = controller.signal();
        self.pending.insert(id, controller);

        let pending = self.pending.clone();
        let reporter = self.reporter.clone();
        when(&start(&request, &signal), move |answer| {
            let reply = match answer {
                Ok(answer) => Ok(read(&answer)),
                Err(thrown) => Err(HttpFailure { cause: Cause::new(thrown) }),
            };
            if pending.remove(id).is_some() {
                reporter.report(Input::Http { request: id, reply });
            }
        });
    }

    /// Gives a request up; nothing is reported about it any more.
    pub fn abort(&self, id: RequestId) {
        if let Some(controller) = self.pending.remove(id) {
            controller.abort();
        }
    }

    /// Gives all of them up.
    pub fn abort_all(&self) {
        for id in self.pending.keys() {
            self.abort(id);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.abort_all();
    }
}

fn start(request: &HttpRequest, signal: &AbortSignal) -> Promise {
    let (body, content_type) = match &request.body {
        HttpBody::Empty => (JsValue::UNDEFINED, ""),
        HttpBody::Json(text) => (JsValue::from_str(text), "application/json"),
        HttpBody::Bytes(bytes) => {
            (Uint8Array::from(bytes.as_slice()).into(), "application/protobuf")
        }
    };
    let mut headers: Vec<(&str, JsValue)> =
        request.headers.iter().map(|(name, value)| (*name, JsValue::from_str(value))).collect();
    if !content_type.is_empty() {
        headers.push(("content-type", JsValue::from_str(content_type)));
    }
    exchange(
        &request.url,
        request.method.as_str(),
        &object(&headers),
        &body,
        request.keepalive,
        signal,
        matches!(request.response, ResponseKind::Bytes),
    )
}

fn read(answer: &JsValue) -> HttpReply {
    // HTTP has three digits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let status = field(answer, "status").as_f64().unwrap_or_default() as u16;
    let value = field(answer, "value");
    let body = match value.dyn_ref::<Uint8Array>() {
        Some(bytes) => Reply::Bytes(bytes.to_vec()),
        None if value.is_undefined() => Reply::Unreadable,
        None => Reply::Json(JsNode::wrap(value)),
    };
    HttpReply { status, body }
}
