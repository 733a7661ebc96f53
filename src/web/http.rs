use crate::web::task::detach;
use std::{cell::RefCell, rc::Rc};

use indexmap::IndexMap;

use gloo_net::http::{self, RequestBuilder};
use js_sys::{Date, Object, Reflect, TypeError, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{AbortController, AbortSignal, Headers, Request, RequestRedirect};

use super::{
    browser::{HttpFailure, HttpReply, Input, Reply},
    document,
    foreign::{bytes, call_method, settled},
    guard::catching,
    object::field,
    report::Reporter,
};
use crate::core::{Duration, HttpBody, HttpRequest, Method, RequestId, ResponseKind};

/// The requests that are not answered yet.
pub struct Http {
    pending: Rc<RefCell<IndexMap<RequestId, Rc<Abortion>>>>,
    reporter: Reporter,
}

impl Http {
    /// None yet.
    pub fn new(reporter: Reporter) -> Self {
        Self { pending: Rc::default(), reporter }
    }

    /// Sends a request and reports the answer, unless it is aborted before.
    pub fn send(&self, request: &HttpRequest) {
        let (id, kind) = (request.request, request.response);
        let abortion = Rc::new(Abortion::new());
        let is_pending = Rc::downgrade(&abortion);
        let former = self.pending.borrow_mut().insert(id, abortion.clone());
        drop(former);
        // Now, as a page that goes away may not come to what it has put off.
        let answer = catching(|| fetch(&build(request, &abortion)?, &init(request)?)).flatten();
        drop(abortion);

        let (pending, reporter) = (self.pending.clone(), self.reporter.clone());
        detach(async move {
            let reply = receive(answer, kind).await;
            // Else it was given up, and its name may be another request's by now.
            if is_pending.strong_count() > 0 {
                let abortion = pending.borrow_mut().shift_remove(&id);
                drop(abortion);
                let reply = reply.map_err(|thrown| HttpFailure { cause: thrown });
                reporter.report(Input::Http { request: id, reply });
            }
        });
    }

    /// Gives a request up; nothing is reported about it any more.
    pub fn abort(&self, id: RequestId) {
        let abortion = self.pending.borrow_mut().shift_remove(&id);
        drop(abortion);
    }

    /// Gives all of them up.
    pub fn abort_all(&self) {
        drop(self.pending.take());
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

/// Ends a request when it goes away, which harms none that has ended. Where the browser cannot do
/// that, a request that was given up runs on unheard.
pub(super) struct Abortion(Option<AbortController>);

impl Abortion {
    pub(super) fn new() -> Self {
        Self(AbortController::new().ok())
    }

    /// What ends the request that it is given to.
    pub(super) fn signal(&self) -> Option<AbortSignal> {
        field(self.0.as_ref()?, "signal").dyn_into().ok()
    }
}

impl Drop for Abortion {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            let _ = call_method(controller, "abort", &JsValue::UNDEFINED);
        }
    }
}

/// What neither gloo-net nor web-sys knows of a request.
fn init(request: &HttpRequest) -> Result<Object, JsValue> {
    let init = Object::new();
    if request.keepalive {
        Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE)?;
    }
    Ok(init)
}

fn build(request: &HttpRequest, abortion: &Abortion) -> Result<Request, JsValue> {
    // gloo-net's own setter panics on a value that no header can have, such as a token in two lines.
    let headers = Headers::new()?;
    let content_type = match request.body {
        HttpBody::Empty => None,
        HttpBody::Json(_) => Some("application/json"),
        HttpBody::Bytes(_) => Some("application/protobuf"),
    };
    if let Some(content_type) = content_type {
        headers.set("content-type", content_type)?;
    }
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let signal = abortion.signal();
    let builder = RequestBuilder::new(&request.url)
        .method(match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        })
        .headers(http::Headers::from_raw(headers))
        // A browser would send token and body to wherever the answer says, and take what comes from
        // there for the server's answer.
        .redirect(RequestRedirect::Manual)
        .abort_signal(signal.as_ref());
    let built = match &request.body {
        HttpBody::Empty => builder.build(),
        HttpBody::Json(text) => builder.body(&**text),
        HttpBody::Bytes(bytes) => builder.body(Uint8Array::from(&**bytes)),
    };
    built.map(Request::from).map_err(as_thrown)
}

/// What gloo-net keeps of what was thrown.
fn as_thrown(error: gloo_net::Error) -> JsValue {
    match error {
        gloo_net::Error::JsError(thrown) => {
            let error = js_sys::Error::new(&thrown.message);
            error.set_name(&thrown.name);
            error.into()
        }
        gloo_net::Error::GlooError(message) => js_sys::Error::new(&message).into(),
    }
}

async fn receive(
    answer: Result<JsValue, JsValue>,
    kind: ResponseKind,
) -> Result<HttpReply, JsValue> {
    let response = settled(&answer?).await?;
    if !response.is_object() {
        return Err(TypeError::new("fetch gave no response").into());
    }
    // No check of the class: a page may have replaced `fetch` by one with responses of its own.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // they have three digits
    let status = field(&response, "status").as_f64().unwrap_or_default() as u16;
    let retry_after = retry_after(&response);
    if field(&response, "type").as_string().as_deref() == Some("opaqueredirect") {
        return Ok(HttpReply { status, retry_after, body: Reply::Redirected });
    }
    let body = if kind == ResponseKind::Bytes && status == OK {
        read(&response, "arrayBuffer").await.and_then(|buffer| bytes(&buffer)).map(Reply::Bytes)
    } else {
        read(&response, "json").await.map(document::reply)
    };
    Ok(HttpReply { status, retry_after, body: body.unwrap_or(Reply::Unreadable) })
}

/// `Retry-After`, which is a number of seconds or a date.
fn retry_after(response: &JsValue) -> Option<Duration> {
    let headers = field(response, "headers");
    let text = call_method(&headers, "get", &"retry-after".into()).ok()?.as_string()?;
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let wait = Date::parse(&text) - Date::now();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates; no date is 0
    (!wait.is_nan()).then(|| Duration::from_millis(wait as u64))
}

async fn read(response: &JsValue, how: &str) -> Result<JsValue, JsValue> {
    settled(&call_method(response, how, &JsValue::UNDEFINED)?).await
}

const OK: u16 = 200;

#[wasm_bindgen]
extern "C" {
    /// gloo-net's `send` and readers panic when a page has replaced `fetch` by one that rejects with
    /// something else than an `Error`, let what it throws fly through Rust, and keep no more than
    /// name and message of it. So gloo-net makes the request, and it is sent from here.
    #[wasm_bindgen(catch)]
    fn fetch(request: &Request, init: &Object) -> Result<JsValue, JsValue>;
}
