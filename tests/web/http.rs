//! Requests, to a `fetch` that we answer: what is sent, what is read, and what happens when nothing
//! comes.

use trunkline::{
    core::{HttpBody, HttpRequest, Method, RequestId, ResponseKind},
    web::{Http, HttpFailure, HttpReply, Input, Reply},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, eval, get, turn};

#[wasm_bindgen_test]
async fn a_request_is_sent_as_given_and_at_once() {
    for (method, body, sent) in [
        (Method::Get, HttpBody::Empty, "GET null []"),
        (Method::Delete, HttpBody::Empty, "DELETE null []"),
        (Method::Post, HttpBody::Json("{}".into()), "POST application/json [123,125]"),
        (Method::Patch, HttpBody::Bytes(vec![0, 255]), "PATCH application/protobuf [0,255]"),
        (Method::Post, HttpBody::Bytes(vec![]), "POST application/protobuf []"),
    ] {
        let patch = fetch(
            "globalThis.sent = [...all];
             return Promise.resolve(new Response('{}'))",
        );
        let headers = vec![("x-client-request-id", "abc".into())];
        let request = HttpRequest { method, body, headers, keepalive: true, ..request() };

        let (inbox, reporter) = Inbox::new();
        let http = Http::new(reporter);
        http.send(&request);

        drop(patch);
        let told = js_sys::JSON::stringify(&eval(
            "const [{ method, url, headers, signal }, { keepalive }] = sent;
             const id = headers.get('x-client-request-id');
             globalThis.content = sent[0].clone();
             return [method, url, headers.get('content-type'), id, signal.aborted, keepalive]",
            &JsValue::NULL,
        ));
        let body = wasm_bindgen_futures::JsFuture::from(js_sys::Promise::from(eval(
            "return content.arrayBuffer().then((it) => JSON.stringify([...new Uint8Array(it)]))",
            &JsValue::NULL,
        )));
        let told = String::from(told.unwrap());
        let mut words = sent.split(' ');
        let mut word = || words.next().unwrap();
        let (method, kind) = (word(), word());
        let kind = if kind == "null" { kind.to_owned() } else { format!("\"{kind}\"") };
        let expected =
            format!(r#"["{method}","https://nobody.test/path?a=%C3%A9",{kind},"abc",false,true]"#);
        assert_eq!(told, expected);
        assert_eq!(body.await.unwrap(), word(), "{told}");
        assert!(matches!(inbox.next().await, Input::Http { reply: Ok(_), .. }));
    }
}

#[wasm_bindgen_test]
async fn a_request_outlives_the_page_only_if_it_shall() {
    let patch = fetch("globalThis.sent = all; return Promise.resolve(new Response('{}'))");

    send(request()).await.unwrap();

    drop(patch);
    assert_eq!(eval("return sent[1].keepalive", &JsValue::NULL), JsValue::UNDEFINED);
}

#[wasm_bindgen_test]
async fn an_answer_is_read_as_what_it_was_asked_for() {
    for (kind, response, expected) in [
        (ResponseKind::Json, "'{\"a\":1}'", "200 {\"a\":1}"),
        (ResponseKind::Json, "'null'", "200 null"),
        (ResponseKind::Json, "'[5]', { status: 404 }", "404 [5]"),
        (ResponseKind::Json, "'<h1>', { status: 502 }", "502 unreadable"),
        (ResponseKind::Json, "'', { status: 200 }", "200 unreadable"),
        (ResponseKind::Json, "null, { status: 204 }", "204 unreadable"),
        (ResponseKind::Bytes, "new Uint8Array([0, 255])", "200 [0, 255]"),
        (ResponseKind::Bytes, "''", "200 []"),
        (ResponseKind::Bytes, "'{\"code\":4}', { status: 400 }", "400 {\"code\":4}"),
        (ResponseKind::Bytes, "'<h1>', { status: 502 }", "502 unreadable"),
    ] {
        let patch = fetch(&format!("return Promise.resolve(new Response({response}))"));

        let reply = send(HttpRequest { response: kind, ..request() }).await.unwrap();

        drop(patch);
        assert_eq!(tell(&reply), expected, "{response}");
    }
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_off_is_unreadable_whatever_it_breaks_with() {
    for reason in ["new TypeError('cut')", "'cut'", "undefined"] {
        for kind in [ResponseKind::Json, ResponseKind::Bytes] {
            let stream = format!("new ReadableStream({{ start(it) {{ it.error({reason}) }} }})");
            let patch = fetch(&format!("return Promise.resolve(new Response({stream}))"));

            let reply = send(HttpRequest { response: kind, ..request() }).await.unwrap();

            drop(patch);
            assert_eq!(tell(&reply), "200 unreadable", "{reason}");
        }
    }
}

#[wasm_bindgen_test]
async fn pages_may_answer_with_responses_of_their_own() {
    let patch = fetch("return { status: 201, json: () => ({ mine: true }) }");

    let reply = send(request()).await.unwrap();

    drop(patch);
    assert_eq!(tell(&reply), "201 {\"mine\":true}");
}

#[wasm_bindgen_test]
async fn what_a_busy_server_asks_for_is_read() {
    for (header, least, most) in [
        ("'7'", 7_000, 7_000),
        ("' 0 '", 0, 0),
        ("new Date(Date.now() + 60_000).toUTCString()", 50_000, 60_000),
        ("'Mon, 01 Jan 2024 00:00:00 GMT'", 0, 0),
    ] {
        let response = format!(
            "return Promise.resolve(new Response('{{}}', {{ status: 429, headers: {{ 'retry-after': {header} }} }}))"
        );
        let patch = fetch(&response);

        let reply = send(request()).await.unwrap();

        drop(patch);
        let wait = reply.retry_after.unwrap().as_millis();
        assert!((least..=most).contains(&wait), "{header}: {wait}");
    }
    for headers in ["{}", "{ 'retry-after': 'soon' }", "{ 'retry-after': '' }"] {
        let patch = fetch(&format!(
            "return Promise.resolve(new Response('{{}}', {{ status: 429, headers: {headers} }}))"
        ));

        let reply = send(request()).await.unwrap();

        drop(patch);
        assert_eq!(reply.retry_after, None, "{headers}");
    }
}

#[wasm_bindgen_test]
async fn nobody_is_followed_to_another_address() {
    let patch = fetch(
        "globalThis.mode = all[0].redirect;
         return Promise.resolve({ status: 0, type: 'opaqueredirect' })",
    );

    let reply = send(request()).await.unwrap();

    drop(patch);
    assert_eq!(tell(&reply), "0 redirected");
    assert_eq!(eval("return globalThis.mode", &JsValue::NULL), "manual");
}

#[wasm_bindgen_test]
async fn what_is_no_response_is_a_failure() {
    for answer in ["undefined", "null", "7", "'text'", "Promise.resolve(undefined)"] {
        let patch = fetch(&format!("return {answer}"));

        let failure = send(request()).await.unwrap_err();

        drop(patch);
        assert_eq!(get(&thrown(&failure), "name"), "TypeError", "{answer}");
    }
}

#[wasm_bindgen_test]
async fn reasons_that_are_no_errors_are_reported_untouched() {
    for reason in ["'stop'", "undefined", "null", "7", "Object.create(null)", "new Error('mine')"] {
        for how in ["return Promise.reject(reason)", "throw reason"] {
            let patch = fetch(&format!("const reason = globalThis.reason = {reason}; {how}"));

            let failure = send(request()).await.unwrap_err();

            drop(patch);
            let expected = eval("return globalThis.reason", &JsValue::UNDEFINED);
            assert_eq!(thrown(&failure), expected, "{how} {reason}");
        }
    }
}

#[wasm_bindgen_test]
async fn what_cannot_be_sent_is_a_failure() {
    let patch = fetch("globalThis.fetched = true");
    let broken =
        |name, value: &str| HttpRequest { headers: vec![(name, value.into())], ..request() };
    for request in [
        HttpRequest { url: "http://".into(), ..request() },
        HttpRequest { url: "https://user:password@nobody.test/".into(), ..request() },
        broken("x-broken", "line\nbreak"),
        broken("x-broken", "日本"),
        broken("no name", "value"),
        HttpRequest { body: HttpBody::Json("{}".into()), ..request() },
    ] {
        let failure = send(request.clone()).await.unwrap_err();
        assert_eq!(get(&thrown(&failure), "name"), "TypeError", "{request:?}");
    }
    drop(patch);
    assert!(eval("return globalThis.fetched", &JsValue::NULL).is_undefined());
}

#[wasm_bindgen_test]
async fn a_browser_that_lacks_something_fails_the_request_and_nothing_else() {
    for name in ["fetch", "Request", "Headers", "URLSearchParams", "URL"] {
        for script in ["return undefined", "return function () { throw new Error('mine') }"] {
            let patch = Patch::new("globalThis", name, script);

            send(request()).await.unwrap_err();

            drop(patch);
        }
    }
    let _patch = fetch("return Promise.resolve(new Response('{}'))");
    send(request()).await.unwrap();
}

#[wasm_bindgen_test]
async fn without_a_way_to_abort_a_request_is_given_up_unheard() {
    let _fetch = fetch("return Promise.resolve(new Response('{}'))");
    let _controller = Patch::new("globalThis", "AbortController", "return undefined");
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);

    http.send(&request());
    http.abort(id());

    inbox.assert_silent().await;
    http.send(&request());
    assert!(matches!(inbox.next().await, Input::Http { reply: Ok(_), .. }));
}

#[wasm_bindgen_test]
async fn an_abort_ends_the_request_without_a_reason_and_is_not_reported() {
    let patch = fetch(HANGING);
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request());
    turn().await;
    assert_eq!(http.len(), 1);

    http.abort(id());
    http.abort(id());

    assert!(http.is_empty());
    assert_aborted();
    inbox.assert_silent().await;
    // The name is free again.
    drop(patch);
    let _patch = fetch("return Promise.resolve(new Response('{}'))");
    http.send(&request());
    assert!(matches!(inbox.next().await, Input::Http { reply: Ok(_), .. }));
    assert!(http.is_empty());
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_all_the_same_is_not_taken_for_that_of_another_request() {
    let _patch = fetch(
        "globalThis.answers ??= [];
         return new Promise((resolve) => answers.push(() => resolve(new Response('{}'))))",
    );
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request());
    http.abort(id());
    http.send(&request());

    eval("answers[0]()", &JsValue::NULL);
    inbox.assert_silent().await;
    assert_eq!(http.len(), 1);
    eval("answers[1]()", &JsValue::NULL);

    assert!(matches!(inbox.next().await, Input::Http { reply: Ok(_), .. }));
}

#[wasm_bindgen_test]
async fn an_abort_during_the_answer_is_not_reported() {
    for kind in [ResponseKind::Json, ResponseKind::Bytes] {
        let _patch = fetch(
            "const { signal } = globalThis.request = all[0];
             const start = (it) => { signal.onabort = () => it.error(signal.reason); };
             return Promise.resolve(new Response(new ReadableStream({ start })))",
        );
        let (inbox, reporter) = Inbox::new();
        let http = Http::new(reporter);
        http.send(&HttpRequest { response: kind, ..request() });
        turn().await;

        http.abort(id());

        assert_aborted();
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn what_goes_away_takes_its_requests_along() {
    let _patch = fetch(HANGING);
    let (inbox, reporter) = Inbox::new();
    let http = Http::new(reporter);
    http.send(&request());

    drop(http);

    assert_aborted();
    inbox.assert_silent().await;
}

/// A `fetch` that answers no sooner than it is aborted.
const HANGING: &str = "const { signal } = globalThis.request = all[0];
    return new Promise((_, reject) => { signal.onabort = () => reject(signal.reason); })";

fn assert_aborted() {
    let script =
        "return request.signal.reason instanceof DOMException && request.signal.reason.name";
    assert_eq!(eval(script, &JsValue::NULL), "AbortError");
}

/// Replaces `fetch`; the script knows its arguments as `all`.
fn fetch(script: &str) -> Patch {
    Patch::new("globalThis", "fetch", &format!("return (...all) => {{ {script} }}"))
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
    reply
}

fn request() -> HttpRequest {
    HttpRequest {
        request: id(),
        method: Method::Get,
        url: "https://nobody.test/path?a=é".into(),
        headers: vec![],
        body: HttpBody::Empty,
        response: ResponseKind::Json,
        keepalive: false,
    }
}

fn id() -> RequestId {
    RequestId::from((None, 1))
}

/// Status and content.
fn tell(reply: &HttpReply) -> String {
    let body = match &reply.body {
        Reply::Json(json) => js_sys::JSON::stringify(&json.document.copy()).unwrap().into(),
        Reply::Bytes(bytes) => format!("{bytes:?}"),
        Reply::Unreadable => "unreadable".into(),
        Reply::Redirected => "redirected".into(),
    };
    format!("{} {body}", reply.status)
}

fn thrown(failure: &HttpFailure) -> JsValue {
    failure.cause.clone()
}
