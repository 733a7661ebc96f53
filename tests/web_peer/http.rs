//! Requests: what is sent, what is read, and what happens when nothing comes.

use trunkline::{
    core::{HttpBody, HttpRequest, Method, RequestId, ResponseKind},
    web::{Http, HttpFailure, HttpReply, Input, Reply},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    counterpart::{ask, counterpart},
    support::{Inbox, Patch, eval, get, microtask, turn},
};

#[wasm_bindgen_test]
async fn a_request_is_sent_as_given() {
    let request = HttpRequest {
        method: Method::Patch,
        headers: vec![("x-client-request-id", "abc".into())],
        body: HttpBody::Json("{\"a\":1}".into()),
        keepalive: true,
        ..request("/echo?query=é", ResponseKind::Json).await
    };

    let told = json(send(request).await.unwrap());

    assert_eq!(get(&told, "method"), "PATCH");
    assert_eq!(get(&told, "path"), "/echo?query=%C3%A9");
    let headers = get(&told, "headers");
    assert_eq!(get(&headers, "x-client-request-id"), "abc");
    assert_eq!(get(&headers, "content-type"), "application/json");
    assert_eq!(bytes_of(&told), b"{\"a\":1}");
}

#[wasm_bindgen_test]
async fn bytes_are_sent_as_protobuf_and_nothing_as_nothing() {
    let bytes: Vec<u8> = (0..=255).collect();
    let body = HttpBody::Bytes(bytes.clone());
    let post = request("/echo", ResponseKind::Json).await;

    let told = json(send(HttpRequest { body, method: Method::Post, ..post }).await.unwrap());
    assert_eq!(get(&get(&told, "headers"), "content-type"), "application/protobuf");
    assert_eq!(bytes_of(&told), bytes);

    let told = json(send(request("/echo", ResponseKind::Json).await).await.unwrap());
    assert!(get(&get(&told, "headers"), "content-type").is_undefined());
    assert_eq!(bytes_of(&told), b"");
}

#[wasm_bindgen_test]
async fn a_redirect_is_not_followed() {
    for status in [301, 307] {
        let request = request(&format!("/redirect/{status}"), ResponseKind::Json).await;

        let reply = send(request).await.unwrap();

        assert!(matches!(reply.body, Reply::Redirected), "{reply:?}");
    }
    assert_eq!(ask("/redirected").await, "0");
}

#[wasm_bindgen_test]
async fn bytes_come_as_bytes_and_refusals_of_bytes_as_json() {
    let reply = send(request("/bytes", ResponseKind::Bytes).await).await.unwrap();
    let Reply::Bytes(bytes) = reply.body else { panic!("{reply:?}") };
    assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());

    let reply = send(request("/status/400", ResponseKind::Bytes).await).await.unwrap();
    assert_eq!(reply.status, 400);
    assert_eq!(get(&json(reply), "message"), "no");
}

#[wasm_bindgen_test]
async fn a_refusal_is_an_answer() {
    for status in [400, 404, 429, 500] {
        let path = format!("/status/{status}");
        let reply = send(request(&path, ResponseKind::Json).await).await.unwrap();
        assert_eq!(reply.status, status);
        assert_eq!(get(&json(reply), "code"), 4.0);
    }
}

#[wasm_bindgen_test]
async fn what_is_not_as_asked_for_is_unreadable() {
    for (path, status, kind) in [
        ("/html/502", 502, ResponseKind::Json),
        ("/html/502", 502, ResponseKind::Bytes),
        ("/html/200", 200, ResponseKind::Json),
        ("/cut", 200, ResponseKind::Json),
        ("/cut", 200, ResponseKind::Bytes),
    ] {
        let reply = send(request(path, kind).await).await.unwrap();
        assert_eq!(reply.status, status);
        assert!(matches!(reply.body, Reply::Unreadable), "{path}: {reply:?}");
    }
}

#[wasm_bindgen_test]
async fn a_failing_fetch_reports_what_was_thrown() {
    // Nobody listens there; no address at all; a scheme that nobody knows.
    for url in ["http://127.0.0.1:2/", "http://", "nobody-knows-this:x"] {
        let failure = send(request_to(url.into(), ResponseKind::Json)).await.unwrap_err();
        let thrown = thrown(&failure);
        assert_eq!(get(&thrown, "name"), "TypeError", "{url}");
    }
}

#[wasm_bindgen_test]
async fn a_header_that_cannot_be_sent_is_a_failure() {
    let headers = vec![("x-broken", "line\nbreak".into())];
    let broken = HttpRequest { headers, ..request("/echo", ResponseKind::Json).await };

    send(broken).await.unwrap_err();
}

#[wasm_bindgen_test]
async fn an_abort_before_the_answer_ends_the_request_and_is_not_reported() {
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request("/hang/before", ResponseKind::Json).await);
    ask("/held/hang/before").await;

    http.abort(id());

    ask("/released/hang/before").await;
    assert!(http.is_empty());
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn an_abort_during_the_answer_ends_the_request_and_is_not_reported() {
    for kind in [ResponseKind::Json, ResponseKind::Bytes] {
        let path = format!("/drip/{kind:?}");
        let (inbox, reporter) = Inbox::new();
        let http = Http::new(reporter);
        let request = request(&path, kind).await;
        let recorder = Patch::new(
            "globalThis",
            "fetch",
            "return (...all) => (globalThis.answered = it(...all))",
        );
        http.send(&request);
        microtask().await;
        drop(recorder);
        // The head of the answer is here; its body never comes.
        let answered = eval("return globalThis.answered", &JsValue::UNDEFINED);
        JsFuture::from(js_sys::Promise::from(answered)).await.unwrap();
        turn().await;
        assert_eq!(http.len(), 1);

        http.abort(id());

        ask(&format!("/released{path}")).await;
        assert!(http.is_empty());
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn an_abort_in_the_turn_of_the_request_is_not_reported() {
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request("/echo", ResponseKind::Json).await);

    http.abort(id());
    http.abort(id());

    inbox.assert_silent().await;
    // The name is free again.
    http.send(&request("/echo", ResponseKind::Json).await);
    assert!(matches!(inbox.next().await, Input::Http { reply: Ok(_), .. }));
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn what_goes_away_takes_its_requests_along() {
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request("/hang/drop", ResponseKind::Json).await);
    ask("/held/hang/drop").await;

    drop(http);

    ask("/released/hang/drop").await;
    inbox.assert_silent().await;
}

/// Sends a request and waits for the report about it, which is the only one.
async fn send(request: HttpRequest) -> Result<HttpReply, HttpFailure> {
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request);
    let input = inbox.next().await;
    let Input::Http { request, reply } = input else { panic!("{input:?}") };
    assert_eq!(request, id());
    assert!(http.is_empty());
    inbox.assert_silent().await;
    assert!(inbox.warnings().is_empty());
    reply
}

async fn request(path: &str, response: ResponseKind) -> HttpRequest {
    request_to(counterpart("http", path).await, response)
}

fn request_to(url: String, response: ResponseKind) -> HttpRequest {
    HttpRequest {
        request: id(),
        method: Method::Get,
        url,
        headers: vec![],
        body: HttpBody::Empty,
        response,
        keepalive: false,
    }
}

fn id() -> RequestId {
    RequestId::from((None, 1))
}

fn json(reply: HttpReply) -> JsValue {
    match reply.body {
        Reply::Json(answer) => answer.document.copy(),
        other => panic!("{other:?}"),
    }
}

fn bytes_of(told: &JsValue) -> Vec<u8> {
    js_sys::Uint8Array::new(&get(told, "body")).to_vec()
}

fn thrown(failure: &HttpFailure) -> JsValue {
    failure.cause.clone()
}
