use std::rc::Rc;

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, Request, RequestInit, Response};

use super::{json::JsNode, report::Reporter, table::Table, task::spawn};
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
        spawn(async move {
            let reply = exchange(&request, &signal)
                .await
                .map_err(|thrown| HttpFailure { cause: Cause::new(thrown) });
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

async fn exchange(request: &HttpRequest, signal: &AbortSignal) -> Result<HttpReply, JsValue> {
    let asked = fetch(&Request::new_with_str_and_init(&request.url, &init(request, signal)?)?);
    let response: Response = JsFuture::from(asked).await?.unchecked_into();
    let status = response.status();
    let body = match request.response {
        ResponseKind::Bytes if status == OK => read_bytes(&response).await,
        ResponseKind::Bytes | ResponseKind::Json => read_json(&response).await,
    };
    Ok(HttpReply { status, body: body.unwrap_or(Reply::Unreadable) })
}

fn init(request: &HttpRequest, signal: &AbortSignal) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_signal(Some(signal));
    match &request.body {
        HttpBody::Empty => {}
        HttpBody::Json(text) => {
            headers.set(CONTENT_TYPE, "application/json")?;
            init.set_body(&JsValue::from_str(text));
        }
        HttpBody::Bytes(bytes) => {
            headers.set(CONTENT_TYPE, "application/protobuf")?;
            init.set_body(&Uint8Array::from(bytes.as_slice()));
        }
    }
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    init.set_headers(&headers);
    if request.keepalive {
        Reflect::set(&init, &JsValue::from_str("keepalive"), &JsValue::TRUE)?;
    }
    Ok(init)
}

async fn read_json(response: &Response) -> Option<Reply> {
    let value = JsFuture::from(response.json().ok()?).await.ok()?;
    Some(Reply::Json(JsNode::wrap(value)))
}

async fn read_bytes(response: &Response) -> Option<Reply> {
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Reply::Bytes(Uint8Array::new(&buffer).to_vec()))
}

#[wasm_bindgen]
extern "C" {
    /// The global one: of the window, or of a worker.
    fn fetch(request: &Request) -> Promise;
}

const OK: u16 = 200;
const CONTENT_TYPE: &str = "content-type";
