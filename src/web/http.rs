use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use gloo_net::http::Request;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, Headers, RequestInit, Response};

use super::{json::JsNode, report::Reporter};
use crate::core::{
    Cause, HttpBody, HttpFailure, HttpReply, HttpRequest, Input, Reply, RequestId, ResponseKind,
};

/// The requests that are not answered yet.
pub struct Http {
    pending: Rc<RefCell<BTreeMap<RequestId, AbortController>>>,
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
        self.pending.borrow_mut().insert(id, controller);

        let pending = self.pending.clone();
        let reporter = self.reporter.clone();
        spawn_local(async move {
            let reply = exchange(&request, &signal)
                .await
                .map_err(|thrown| HttpFailure { cause: Cause::new(thrown) });
            if pending.borrow_mut().remove(&id).is_some() {
                reporter.report(Input::Http { request: id, reply });
            }
        });
    }

    /// Gives a request up; nothing is reported about it any more.
    pub fn abort(&self, id: RequestId) {
        if let Some(controller) = self.pending.borrow_mut().remove(&id) {
            // Without a reason of our own: gloo-net panics on reasons that are no `Error`.
            controller.abort();
        }
    }

    /// Gives all of them up.
    pub fn abort_all(&self) {
        let ids: Vec<RequestId> = self.pending.borrow().keys().copied().collect();
        for id in ids {
            self.abort(id);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pending.borrow().len()
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
    let request_init = init(request, signal)?;
    let raw = web_sys::Request::new_with_str_and_init(&request.url, &request_init)?;
    let response: Response = match Request::from(raw).send().await {
        Ok(response) => response.into(),
        Err(error) => return Err(restore(&error)),
    };
    let status = response.status();
    let body = match request.response {
        ResponseKind::Bytes if status == OK => read_bytes(&response).await,
        ResponseKind::Bytes | ResponseKind::Json => read_json(&response).await,
    };
    Ok(HttpReply { status, body: body.unwrap_or(Reply::Unreadable) })
}

/// What `fetch` threw. gloo-net keeps the name and the text of it, not the object.
fn restore(error: &gloo_net::Error) -> JsValue {
    match error {
        gloo_net::Error::JsError(thrown) => {
            let error = js_sys::Error::new(&thrown.message);
            error.set_name(&thrown.name);
            error.into()
        }
        gloo_net::Error::GlooError(message) => js_sys::Error::new(message).into(),
    }
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

const OK: u16 = 200;
const CONTENT_TYPE: &str = "content-type";
