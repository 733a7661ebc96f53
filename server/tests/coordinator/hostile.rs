//! Clients that mean harm. Each is refused, and others go on.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::{SinkExt, StreamExt};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::spawn_blocking,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, KEY, TestServer, send, send_raw};

/// Sends bytes as they are and returns everything that comes back until the server hangs up.
async fn raw(server: &TestServer, bytes: impl Into<Vec<u8>>) -> Vec<u8> {
    let (address, bytes) = (server.server.address(), bytes.into());
    let talk = spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        // Waited out only by failing tests.
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The server may hang up before it has read all, and its answer is then lost.
        drop(stream.write_all(&bytes));
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer).map_err(|error| error.kind());
        assert_ne!(end, Err(ErrorKind::WouldBlock), "the server does not hang up");
        answer
    });
    talk.await.unwrap()
}

/// The start of the answer to bytes that are no good request.
async fn refusal(server: &TestServer, bytes: impl Into<Vec<u8>>) -> String {
    let answer = String::from_utf8(raw(server, bytes).await).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    answer
}

async fn still_works(server: &TestServer) {
    let (bob, _socket) = server.connect("bob").await;
    bob.post("/call/default/still-works", json!({})).await.ok(201);
}

#[tokio::test]
async fn forged_tokens_are_refused_whatever_their_header_says() {
    let server = TestServer::start().await;
    server.connect("alice").await;
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "user_id": "alice" });
    let sign = |header: &Value, secret: &[u8]| {
        let head = format!("{}.{}", part(header), part(&claims));
        let key = EncodingKey::from_secret(secret);
        let mac = jsonwebtoken::crypto::sign(head.as_bytes(), &key, Algorithm::HS256).unwrap();
        format!("{head}.{mac}")
    };
    let good = server.stranger("alice").token;
    let (head, signature) = good.rsplit_once('.').unwrap();
    let key = server.app.secret.as_bytes();
    let mut refused = vec![
        sign(&json!({ "alg": "NONE" }), key),
        sign(&json!({ "alg": "none" }), key),
        sign(&json!({ "alg": "RS256" }), key),
        sign(&json!({ "alg": "HS256", "kid": "../../dev/null" }), b""),
        sign(&json!({ "alg": "HS256", "kid": "' UNION SELECT 'x" }), b"x"),
        sign(&json!({ "alg": "HS256", "jku": "http://127.0.0.1/keys" }), b"x"),
        sign(&json!({ "alg": "HS256", "jwk": { "kty": "oct", "k": "eA" } }), b"x"),
        sign(&json!({ "alg": "HS256", "x5u": "http://127.0.0.1/cert" }), b"x"),
        sign(&json!({ "alg": "HS256" }), b"trunkline-dev-secre"),
        format!("{head}."),
        format!("{head}.{signature}A"),
        head.to_owned(),
        format!("{}.{}", good, signature),
        format!("{}.{signature}", good.split('.').next().unwrap()),
        format!("Bearer {good}"),
        "x".repeat(8000),
    ];
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let key = EncodingKey::from_secret(key);
        refused.push(jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap());
    }
    for token in refused {
        let mallory = Client { token: token.clone(), ..server.stranger("alice") };
        let reply = mallory.post("/call/default/a", json!({})).await;
        assert_eq!(reply.status, 401, "{token}: {}", reply.body);
        assert!([5, 43].contains(&reply.body["code"].as_i64().unwrap()), "{token}");
    }
    server.stranger("alice").get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let server = TestServer::start().await;
    let request = |headers: &str| {
        format!(
            "GET /video/edges?api_key={KEY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n"
        )
    };
    let answer = refusal(&server, request(&format!("X-A: {}\r\n", "a".repeat(20_000)))).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let body: Value = serde_json::from_str(answer.rsplit("\r\n\r\n").next().unwrap()).unwrap();
    assert_eq!((&body["code"], &body["StatusCode"]), (&json!(24), &json!(431)));
    for headers in [
        "X-A: b\r\n".repeat(200),
        format!("X-A: {}\r\n", "a".repeat(1_000_000)),
        (0..100_000).map(|n| format!("X-{n}: b\r\n")).collect::<Vec<_>>().concat(),
    ] {
        let answer = refusal(&server, request(&headers)).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    still_works(&server).await;
}

#[tokio::test]
async fn requests_that_are_none_get_nothing_but_a_refusal() {
    let server = TestServer::start().await;
    let host = "Host: x\r\nConnection: close\r\n";
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        format!("GET /\0 HTTP/1.1\r\n{host}\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\n{host}X: a\0b\r\n\r\n").into_bytes(),
        format!("POST /video/guest HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n").into_bytes(),
        format!("POST /video/guest HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx")
            .into_bytes(),
        format!("POST /video/guest?api_key={KEY} HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nZ\r\n")
            .into_bytes(),
        format!("GET /{} HTTP/1.1\r\n{host}\r\n", "a".repeat(70_000)).into_bytes(),
    ] {
        refusal(&server, bytes).await;
    }
    still_works(&server).await;
}

#[tokio::test]
async fn bodies_that_are_no_utf_8_or_lie_about_their_length_are_refused() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let url = format!("{}/video/call/default/a?api_key={KEY}", server.base);
    let headers = || {
        vec![("authorization", alice.token.clone()), ("content-type", "application/json".into())]
    };
    for body in [
        b"{\"data\":{\"custom\":{\"a\":\"\xff\xfe\"}}}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00".to_vec(),
        b"{}{}".to_vec(),
        vec![b'['; 200_000],
    ] {
        send("POST", url.clone(), headers(), body).await.refused(400, 4);
    }
    let head = format!(
        "POST /video/call/default/a?api_key={KEY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: {}\r\nContent-Type: application/json\r\nContent-Length: ",
        alice.token
    );
    // Known to be too long before it comes.
    let body = format!("{head}1000000000\r\n\r\n{}", "x".repeat(300_000));
    let answer = refusal(&server, body).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    alice.get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn a_million_query_parameters_are_too_many() {
    let server = TestServer::start().await;
    let query = (0..5000).map(|n| format!("a{n}=b&")).collect::<Vec<_>>().concat();
    let url = format!("{}/video/edges?{query}api_key={KEY}", server.base);
    let (status, _, _) = send_raw("GET", url, vec![], vec![]).await;
    assert!([400, 401, 414, 431].contains(&status), "{status}");
    still_works(&server).await;
}

// The next two tests pause the clock, so that the runtime jumps to the next deadline as soon as
// nobody has anything to do.

#[tokio::test]
async fn who_sends_a_header_too_slowly_is_hung_up_on() {
    let server = TestServer::start().await;
    let mut stream = tokio::net::TcpStream::connect(server.server.address()).await.unwrap();
    stream.write_all(b"GET /video/edges HTTP/1.1\r\nX-Slow: ").await.unwrap();
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let mut answer = Vec::new();
    let end = timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await;
    assert!(end.is_ok(), "the server waits for ever");
    assert!((9..=11).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert!(!answer.starts_with(b"HTTP/1.1 2"));
}

#[tokio::test]
async fn who_sends_a_body_too_slowly_is_refused() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let mut stream = tokio::net::TcpStream::connect(server.server.address()).await.unwrap();
    let head = format!(
        "POST /video/call/default/a?api_key={KEY} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\n\
         Connection: close\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{{",
        alice.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let mut answer = vec![0; 4096];
    let length = timeout(Duration::from_secs(60), stream.read(&mut answer)).await;
    let length = length.expect("an answer").unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!((29..=31).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"code\":23"), "{answer}");
}

#[tokio::test]
async fn sockets_that_break_the_rules_end_and_others_do_not_notice() {
    let server = TestServer::start().await;
    let (bob, mut bob_hears) = server.connect("bob").await;
    bob.post("/call/default/a", json!({})).await.ok(201);
    bob_hears.expect("call.created").await;
    let (mallory, mut socket) = server.connect("mallory").await;
    mallory.get("/call/default/a").await.ok(200);
    socket.send(&json!({ "x": "y".repeat(300_000) })).await;
    assert!(socket.close_code().await.is_none_or(|code| code != 1000));

    for text in ["", "null", "7", "[]", "{", "[[[[[[[[", "{\"type\":7}", "\u{feff}"] {
        let (_, mut socket) = server.connect("mallory").await;
        for _ in 0..50 {
            socket.send_text(text).await;
        }
        socket.expect_silence().await;
    }
    // Written by hand: a text that is no UTF-8, one that says it has 2^62 bytes, a ping that is too
    // long, reserved bits, no mask.
    for frame in [
        vec![0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
        [vec![0x81, 0xff], (1_u64 << 62).to_be_bytes().to_vec(), vec![0; 4]].concat(),
        [vec![0x89, 0xfe, 0, 200, 0, 0, 0, 0], vec![b'x'; 200]].concat(),
        vec![0xf1, 0x80, 0, 0, 0, 0],
        vec![0x81, 0x02, b'{', b'}'],
    ] {
        let mut bytes = format!(
            "GET /video/connect?api_key={KEY} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .into_bytes();
        bytes.extend(&frame);
        let answer = raw(&server, bytes).await;
        assert!(answer.starts_with(b"HTTP/1.1 101"), "{frame:?}");
        assert!(!String::from_utf8_lossy(&answer).contains("connection.ok"));
    }
    bob.patch("/call/default/a", json!({ "custom": { "a": 1 } })).await.ok(200);
    bob_hears.expect("call.updated").await;
}

#[tokio::test]
async fn a_socket_without_authentication_hears_and_watches_nothing() {
    let server = TestServer::start().await;
    let (alice, mut hears) = server.connect("alice").await;
    let mut silent = server.open(&format!("/video/connect?api_key={KEY}")).await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    hears.expect("call.created").await;
    let ping = json!({ "type": "health.check" });
    silent.send(Message::text(ping.to_string())).await.unwrap();
    let first: Value = match silent.next().await.unwrap().unwrap() {
        Message::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(first["type"], "connection.error");
}

#[tokio::test]
async fn names_of_javascript_and_sql_are_data_like_any_other() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let custom = json!({ "__proto__": { "x": 1 }, "constructor": { "prototype": 1 }, "then": 1,
        "": "", "toString": null, "' OR 1=1 --": "'; DROP TABLE call; --" });
    let body = json!({ "data": { "custom": custom } });
    alice.post("/call/default/a", body).await.ok(201);
    assert_eq!(alice.get("/call/default/a").await.ok(200)["call"]["custom"], custom);
    for filter in [
        json!({ "cid": "' OR 1=1 --" }),
        json!({ "cid": { "$in": ["x') OR ('1'='1"] } }),
        json!({ "members": { "$in": ["') UNION SELECT secret FROM app --"] } }),
    ] {
        let body = json!({ "filter_conditions": filter });
        assert_eq!(alice.post("/calls", body).await.ok(201)["calls"], json!([]));
    }
    for filter in [
        json!({ "app": 1 }),
        json!({ "call.app": 1 }),
        json!({ "cid = '' OR 1=1 --": "x" }),
        json!({ "cid": { "$regex": "(a+)+$" } }),
        json!({ "cid": { "= '' OR '' ": "x" } }),
        json!({ "$where": "1" }),
        json!({ "__proto__": "x" }),
    ] {
        let body = json!({ "filter_conditions": filter });
        alice.post("/calls", body).await.refused(400, 4);
    }
    let sort = json!({ "sort": [{ "field": "created_at; DROP TABLE call", "direction": 1 }] });
    alice.post("/calls", sort).await.refused(400, 4);
}
