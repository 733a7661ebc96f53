//! Tokens, guests, anonymous users, and how sockets are refused.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use trunkline_protocol::coordinator::ErrorCode;
use trunkline_server::auth::{App, UserClaims};

use crate::support::{KEY, OWN_APP, Reply, TestServer, close_code, next_json, send};

/// Signature of no key at all.
const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiYWxpY2UifQ.";

fn bad_tokens(app: &App) -> Vec<(String, u16, ErrorCode)> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let alice = UserClaims { user_id: Some("alice".into()), ..UserClaims::default() };
    let other = App { key: KEY.into(), secret: "another".into() };
    let sign = |claims: UserClaims| app.sign(&claims).unwrap();
    vec![
        (String::new(), 401, ErrorCode::Authentication),
        ("garbage".into(), 401, ErrorCode::Authentication),
        (UNSIGNED.into(), 401, ErrorCode::TokenSignatureInvalid),
        (other.sign(&alice).unwrap(), 401, ErrorCode::TokenSignatureInvalid),
        (
            sign(UserClaims { user_id: Some("bob".into()), ..alice.clone() }),
            401,
            ErrorCode::Authentication,
        ),
        (
            sign(UserClaims { exp: Some((now - 5).into()), ..alice.clone() }),
            401,
            ErrorCode::TokenExpired,
        ),
        (
            sign(UserClaims { nbf: Some((now + 90).into()), ..alice.clone() }),
            401,
            ErrorCode::TokenNotValidYet,
        ),
        (
            sign(UserClaims { iat: Some((now + 90).into()), ..alice }),
            401,
            ErrorCode::TokenUsedBeforeIssuedAt,
        ),
    ]
}

#[tokio::test]
async fn requests_with_a_bad_token_are_refused_by_code() {
    let server = TestServer::start().await;
    server.connect("alice").await;
    for (token, status, code) in bad_tokens(&server.app) {
        let alice = server.client("alice", token);
        let reply = alice.post("/call/default/a", json!({})).await;
        let curable = matches!(
            code,
            ErrorCode::TokenExpired
                | ErrorCode::TokenNotValidYet
                | ErrorCode::TokenUsedBeforeIssuedAt
        );
        assert_eq!(reply.body.get("unrecoverable").is_none(), curable, "{code:?}");
        let message = reply.refused(status, code.code().into());
        assert!(message.starts_with("GetOrCreateCall failed with error: \""), "{message}");
    }
    server.stranger("alice").get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn sockets_with_a_bad_token_get_the_error_and_are_closed() {
    let server = TestServer::start().await;
    for (token, status, code) in bad_tokens(&server.app) {
        let mut socket = server.open(&format!("/video/connect?api_key={KEY}")).await;
        let hello = json!({ "token": token, "user_details": { "id": "alice" } });
        socket.send(Message::text(hello.to_string())).await.unwrap();
        let event = next_json(&mut socket).await;
        assert_eq!(event["type"], "connection.error");
        assert!(event["connection_id"].as_str().unwrap().len() <= 36);
        Reply { status, body: with_duration(&event["error"]) }.refused(status, code.code().into());
        assert_eq!(close_code(&mut socket).await, Some(1008));
    }
    server.stranger("alice").get("/call/default/a").await.refused(404, 16);
}

fn with_duration(error: &Value) -> Value {
    assert!(error["duration"].is_string());
    error.clone()
}

#[tokio::test]
async fn a_first_frame_that_is_none_is_refused() {
    let server = TestServer::start().await;
    for (frame, code) in [
        (Message::text("{"), 4),
        (Message::text("[]"), 4),
        (Message::binary(vec![1]), 4),
        (Message::text(r#"{"type":"health.check"}"#), 5),
    ] {
        let mut socket = server.open(&format!("/video/connect?api_key={KEY}")).await;
        socket.send(frame.clone()).await.unwrap();
        let event = next_json(&mut socket).await;
        assert_eq!(event["error"]["code"], code, "{frame:?}");
        assert_eq!(close_code(&mut socket).await, Some(1008));
    }
}

#[tokio::test]
async fn the_app_key_must_be_right() {
    let server = TestServer::start().await;
    for query in ["", "?api_key=", "?api_key=other"] {
        let mut socket = server.open(&format!("/video/connect{query}")).await;
        assert_eq!(next_json(&mut socket).await["error"]["code"], 2);
        let url = format!("{}/video/guest{query}", server.base);
        send("POST", url, vec![], vec![]).await.refused(401, 2);
        let url = format!("{}/video/edges{query}", server.base);
        send("GET", url, vec![], vec![]).await.refused(401, 2);
    }
}

#[tokio::test]
async fn connecting_creates_the_user_and_later_updates_them() {
    let server = TestServer::start().await;
    server.stranger("alice").get("/call/default/a").await.refused(404, 16);
    let connect = async |details: Value| {
        let mut socket = server.open(&format!("/video/connect?api_key={KEY}")).await;
        let token = server.app.token_for("alice", None, None, None).unwrap();
        let hello = json!({ "token": token, "products": ["video"], "user_details": details });
        socket.send(Message::text(hello.to_string())).await.unwrap();
        next_json(&mut socket).await["me"].clone()
    };
    let me = connect(json!({ "id": "alice", "name": "Alice", "custom": { "a": 1 } })).await;
    assert_eq!(me["name"], "Alice");
    assert_eq!(
        (&me["role"], &me["online"], &me["devices"]),
        (&json!("user"), &json!(true), &json!([]))
    );
    let me = connect(json!({ "id": "alice", "image": "a.png", "name": null })).await;
    assert_eq!(me["name"], "Alice");
    assert_eq!(me["image"], "a.png");
    assert_eq!(me["custom"], json!({ "a": 1 }));
    let refused = connect(json!({ "id": "bob" })).await;
    assert!(refused.is_null());
}

#[tokio::test]
async fn a_guest_gets_an_id_of_their_own_and_the_rights_of_a_guest() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let url = format!("{}/video/guest?api_key={KEY}", server.base);
    let headers = vec![
        ("stream-auth-type", "anonymous".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let wish = json!({ "user": { "id": "alice", "name": "G", "type": "guest" } });
    let guest = send("POST", url, headers, wish.to_string().into_bytes()).await.ok(201);
    let id = guest["user"]["id"].as_str().unwrap();
    assert!(id != "alice" && id.ends_with("-alice"), "{id}");
    assert_eq!((&guest["user"]["role"], &guest["user"]["name"]), (&json!("guest"), &json!("G")));

    let token = guest["access_token"].as_str().unwrap().to_owned();
    let (guest, _socket) = server.connect_client(server.client(id, token)).await;
    guest.post("/call/default/a", json!({})).await.refused(403, 17);
    alice.post("/call/default/a", json!({})).await.ok(201);
    let joined = guest.post("/call/default/a/join", json!({})).await.ok(201);
    assert_eq!(
        joined["own_capabilities"],
        json!(["join-call", "read-call", "send-audio", "send-video"])
    );
    alice.post("/call/default/a/mark_ended", json!({})).await.ok(201);
    guest.post("/call/default/a/join", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn anonymous_users_watch_what_is_public_and_what_their_token_names() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let open = json!({ "data": { "settings_override": { "backstage": { "enabled": false } } } });
    alice.post("/call/livestream/a", open).await.ok(201);
    alice.post("/call/default/a", json!({})).await.ok(201);
    alice.post("/call/default/b", json!({})).await.ok(201);
    let ask = async |method, path: &str, token: Option<&str>| {
        let url = format!("{}/video{path}?api_key={KEY}&user_id=!anon", server.base);
        let mut headers = vec![("stream-auth-type", "anonymous".to_owned())];
        headers.extend(token.map(|token| ("authorization", token.to_owned())));
        send(method, url, headers, vec![]).await
    };
    let joined = ask("POST", "/call/livestream/a/join", None).await.ok(201);
    assert_eq!(joined["own_capabilities"], json!(["join-call", "read-call"]));
    ask("GET", "/call/default/a", None).await.refused(403, 17);
    ask("POST", "/call/livestream/new", None).await.refused(403, 17);
    let claims = UserClaims { call_cids: Some(vec!["default:a".into()]), ..UserClaims::default() };
    let token = server.app.sign(&claims).unwrap();
    ask("POST", "/call/default/a/join", Some(&token)).await.ok(201);
    ask("POST", "/call/default/b/join", Some(&token)).await.refused(403, 17);
}

#[tokio::test]
async fn development_hands_out_tokens_and_others_do_not() {
    let server = TestServer::start().await;
    let get = async |base: &str, query: &str| {
        send("GET", format!("{base}/dev/token{query}"), vec![], vec![]).await
    };
    let answer = get(&server.base, "?user_id=alice").await.ok(200);
    assert_eq!((&answer["api_key"], &answer["user_id"]), (&json!(KEY), &json!("alice")));
    let token = answer["token"].as_str().unwrap().to_owned();
    server.connect_client(server.client("alice", token)).await;
    get(&server.base, "").await.refused(400, 4);
    get(&server.base, "?user_id=!anon").await.refused(400, 4);
    let other = TestServer::start_with(OWN_APP).await;
    get(&other.base, "?user_id=alice").await.refused(404, 16);
}

// The next two tests pause the clock, so that the runtime jumps to the next deadline as soon as
// nobody has anything to do. They wait without a timeout of their own, which would count too.

#[tokio::test]
async fn a_socket_that_does_not_authenticate_is_closed() {
    let server = TestServer::start().await;
    // Before the clock jumps, which does not wait for what the system has not delivered yet.
    let mut socket = server.open(&format!("/video/connect?api_key={KEY}")).await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let frame = socket.next().await.unwrap().unwrap();
    let event: Value = serde_json::from_str(frame.to_text().unwrap()).unwrap();
    assert_eq!((&event["type"], &event["error"]["code"]), (&json!("connection.error"), &json!(5)));
    assert!((8..=10).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    let close = socket.next().await.unwrap().unwrap();
    assert!(matches!(close, Message::Close(Some(frame)) if frame.code == 1008.into()));
}

#[tokio::test]
async fn a_socket_whose_client_is_silent_is_closed() {
    let server = TestServer::start().await;
    let (_alice, mut socket) = server.connect("alice").await;
    socket.expect_silence().await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let close = socket.next_frame().await;
    assert!(matches!(close, Message::Close(Some(frame)) if frame.code == 1008.into()));
    assert!((89..=90).contains(&started.elapsed().as_secs()));
}
