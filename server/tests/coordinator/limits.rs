//! Budgets of requests and of sockets.

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::support::{Client, KEY, Raw, TestServer, close_code, next_json, send_raw};

/// Status and the headers limit, remaining, reset, retry-after.
async fn ask(client: &Client, path: &str, more: (&'static str, &str)) -> (u16, [Option<u64>; 4]) {
    let url = format!("{}{}{path}?api_key={}", client.base, client.prefix, client.api_key);
    let headers = vec![("authorization", client.token.clone()), (more.0, more.1.to_owned())];
    let (status, headers, text) = send_raw("GET", url, headers, vec![]).await;
    if status == 429 {
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&body["code"], &body["StatusCode"]), (&json!(9), &json!(429)));
        let message = body["message"].as_str().unwrap();
        assert!(message.starts_with("GetCall failed with error: \"too many"), "{message}");
        assert!(body.get("unrecoverable").is_none(), "it passes");
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse().ok();
    let told = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
    (status, told.map(number))
}

const PLAIN: (&str, &str) = ("x-none", "");

#[tokio::test]
async fn every_answer_tells_what_is_left_and_too_many_requests_are_refused() {
    let server = TestServer::start_with("--dev --rate-limit 3").await;
    let (alice, _socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for left in [2, 1, 0] {
        let (status, [limit, remaining, reset, retry]) =
            ask(&alice, "/call/default/a", PLAIN).await;
        assert_eq!((status, limit, remaining, retry), (200, Some(3), Some(left), None));
        assert!((now + 1..now + 90).contains(&reset.unwrap()), "{reset:?} at {now}");
    }
    let (status, [limit, remaining, _, retry]) = ask(&alice, "/call/default/a", PLAIN).await;
    assert_eq!((status, limit, remaining), (429, Some(3), Some(0)));
    assert!((1..=60).contains(&retry.unwrap()));
    // The same operation under the other prefix and of another call, but not another operation,
    // another user or another platform.
    assert_eq!(ask(&alice.clone().v2(), "/call/default/b", PLAIN).await.0, 429);
    alice.post("/call/default/a", json!({})).await.ok(201);
    let android = ("x-stream-client", "stream-video-android-v1");
    assert_eq!(ask(&alice, "/call/default/a", android).await.0, 200);
    let (bob, _socket) = server.connect("bob").await;
    assert_eq!(ask(&bob, "/call/default/a", PLAIN).await.0, 200);
}

#[tokio::test]
async fn refusals_count_as_well_and_unknown_callers_do_not_count_against_others() {
    let server = TestServer::start_with("--dev --rate-limit 2").await;
    let alice = server.stranger("alice");
    let forged = Client { token: format!("{}x", alice.token), ..alice.clone() };
    for _ in 0..5 {
        let (status, told) = ask(&forged, "/call/default/a", PLAIN).await;
        assert_eq!((status, told), (401, [None; 4]));
    }
    for status in [404, 404, 429] {
        assert_eq!(ask(&alice, "/call/default/a", PLAIN).await.0, status);
    }
}

#[tokio::test]
async fn an_app_has_a_budget_of_its_own_which_guests_share() {
    let server = TestServer::start_with("--dev --app-rate-limit 30").await;
    let url = format!("{}/video/guest?api_key={KEY}", server.base);
    let guest = async || send_raw("POST", url.clone(), vec![], vec![]).await;
    assert_eq!(guest().await.0, 201);
    // One a second and 30 a minute: not even a slow machine gets all of these through.
    let mut answered = 1;
    while guest().await.0 == 201 {
        answered += 1;
    }
    assert!(answered <= 30, "{answered}");
}

#[tokio::test]
async fn development_has_limits_like_everybody_on_loopback_too() {
    let server = TestServer::start_with("--dev").await;
    let (alice, _socket) = server.connect("alice").await;
    for _ in 0..60 {
        assert_eq!(ask(&alice, "/call/default/a", PLAIN).await.0, 404);
    }
    assert_eq!(ask(&alice, "/call/default/a", PLAIN).await.0, 429);
}

/// Asks for a call as somebody whom anybody can make up, until refused; returns how often that was
/// answered otherwise.
async fn flood(client: &Client, headers: &[(&'static str, String)], bound: u32) -> u32 {
    let url = format!("{}/video/call/default/a?api_key={KEY}", client.base);
    let mut answered = 0;
    while send_raw("GET", url.clone(), headers.to_vec(), vec![]).await.0 != 429 {
        answered += 1;
        assert!(answered <= bound, "nobody stops this");
    }
    answered
}

#[tokio::test]
async fn those_whom_anybody_can_make_up_do_not_use_up_what_is_for_the_users_of_the_app() {
    let args = "--dev --address-rate-limit 20 --app-rate-limit 30 --trusted-proxy 127.0.0.1";
    let server = TestServer::start_with(args).await;
    let (alice, _socket) = server.connect("alice").await;
    let anonymous = ("stream-auth-type", "anonymous".to_owned());
    let from = |address: &str| ("x-forwarded-for", address.to_owned());
    flood(&alice, &[anonymous.clone(), from("2001:db8::1")], 40).await;
    // The same /64.
    assert_eq!(flood(&alice, &[anonymous.clone(), from("2001:db8::2")], 0).await, 0);
    flood(&alice, &[("authorization", "forged".into()), from("192.0.2.1")], 40).await;
    let mut answered = 0;
    for n in 0..30 {
        let address = format!("192.0.2.{n}");
        answered += flood(&alice, &[anonymous.clone(), from(&address)], 40).await;
    }
    assert!(answered <= 60, "{answered} are more than the app has");
    let here = ("x-forwarded-for", "192.0.2.1");
    assert_eq!(ask(&alice, "/call/default/a", here).await.0, 404, "answered");
}

/// Opens a socket as this user and returns it with its first event.
async fn open(server: &TestServer, user_id: &str) -> (Raw, serde_json::Value) {
    let mut raw = server.open(&format!("/video/connect?api_key={KEY}")).await;
    let token = server.stranger(user_id).token;
    let hello = json!({ "token": token, "user_details": { "id": user_id } });
    // A refused socket may be closed before it takes this.
    drop(raw.send(Message::text(hello.to_string())).await);
    let event = next_json(&mut raw).await;
    (raw, event)
}

#[tokio::test]
async fn connecting_again_and_again_is_limited_too() {
    let server = TestServer::start_with("--dev --rate-limit 2").await;
    for code in [json!(null), json!(null), json!(9)] {
        let (_raw, event) = open(&server, "alice").await;
        assert_eq!(event["error"]["code"], code, "{event}");
    }
    assert_eq!(open(&server, "bob").await.1["type"], "connection.ok");
}

/// A socket of somebody for whom a proxy says that it asks.
async fn open_for(server: &TestServer, seen: &'static str) -> Raw {
    let url = format!("{}/video/connect?api_key={KEY}", server.base);
    let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
    request.headers_mut().insert("x-forwarded-for", seen.parse().unwrap());
    connect_async(request).await.unwrap().0
}

#[tokio::test]
async fn clients_behind_a_trusted_proxy_are_told_apart() {
    let args = "--dev --sockets-per-address 1 --trusted-proxy 127.0.0.0/8,198.51.100.1";
    let server = TestServer::start_with(args).await;
    let open = async |seen: &'static str| open_for(&server, seen).await;
    let mut first = open("192.0.2.1").await;
    // The answer shows that the server has counted it.
    first.send(Message::Ping("x".into())).await.unwrap();
    assert!(matches!(first.next().await, Some(Ok(Message::Pong(_)))));
    let _second = open("192.0.2.1, 192.0.2.2").await;
    // What the client itself has written stands before what the proxy has seen.
    let mut third = open("192.0.2.3, 192.0.2.1").await;
    assert_eq!(next_json(&mut third).await["error"]["code"], 71);
    let mut fourth = open("192.0.2.3, 192.0.2.1, 198.51.100.1").await;
    assert_eq!(next_json(&mut fourth).await["error"]["code"], 71);
}

#[tokio::test]
async fn nobody_else_is_believed_about_an_address() {
    let server = TestServer::start_with("--dev --sockets-per-address 1").await;
    let open = async |seen: &'static str| open_for(&server, seen).await;
    let mut first = open("192.0.2.1").await;
    first.send(Message::Ping("x".into())).await.unwrap();
    assert!(matches!(first.next().await, Some(Ok(Message::Pong(_)))));
    let mut second = open("192.0.2.2").await;
    assert_eq!(next_json(&mut second).await["error"]["code"], 71);
}

#[tokio::test]
async fn a_user_has_only_so_many_sockets() {
    let server = TestServer::start_with("--dev --sockets-per-user 2").await;
    let first = open(&server, "alice").await;
    let second = open(&server, "alice").await;
    assert_eq!(
        (&first.1["type"], &second.1["type"]),
        (&json!("connection.ok"), &json!("connection.ok"))
    );
    let (mut third, event) = open(&server, "alice").await;
    assert_eq!((&event["type"], &event["error"]["code"]), (&json!("connection.error"), &json!(71)));
    assert_eq!(close_code(&mut third).await, Some(1008));
    assert_eq!(open(&server, "bob").await.1["type"], "connection.ok");
    let (mut raw, _) = first;
    raw.close(None).await.unwrap();
    close_code(&mut raw).await;
    // The place is free once the server has seen the close.
    while open(&server, "alice").await.1["type"] != "connection.ok" {}
}

#[tokio::test]
async fn an_address_has_only_so_many_sockets_authenticated_or_not() {
    let server = TestServer::start_with("--dev --sockets-per-address 3").await;
    let silent = [
        server.open("/video/connect?api_key=trunkline-dev").await,
        server.open("/api/v2/connect?api_key=trunkline-dev").await,
    ];
    let (_alice, event) = open(&server, "alice").await;
    assert_eq!(event["type"], "connection.ok");
    assert_eq!(open(&server, "bob").await.1["error"]["code"], 71);
    // Requests and who is connected go on.
    server.stranger("alice").post("/call/default/a", json!({})).await.ok(201);
    drop(silent);
    while open(&server, "bob").await.1["type"] != "connection.ok" {}
}
