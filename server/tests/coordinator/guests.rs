//! What those may have stored whom nobody knows, and how much of it.

use serde_json::{Value, json};

use crate::support::{Client, KEY, Reply, TestServer, send};

async fn guest(server: &TestServer, body: Value, address: &str) -> Reply {
    let url = format!("{}/video/guest?api_key={KEY}", server.base);
    let headers =
        vec![("content-type", "application/json".into()), ("x-forwarded-for", address.to_owned())];
    send("POST", url, headers, body.to_string().into_bytes()).await
}

fn custom(bytes: usize) -> Value {
    json!({ "a": "x".repeat(bytes) })
}

#[tokio::test]
async fn custom_data_are_small_wherever_they_are_kept() {
    let server = TestServer::start_with("--dev").await;
    guest(&server, json!({ "user": { "id": "g", "custom": custom(5000) } }), "").await.ok(201);
    let large = custom(6000);
    guest(&server, json!({ "user": { "id": "g", "custom": large } }), "").await.refused(413, 22);
    let (alice, _socket) = server.connect_as("alice", Some("admin"), None).await;
    alice.post("/call/default/a", json!({ "data": { "custom": custom(5000) } })).await.ok(201);
    let member = json!([{ "user_id": "bob", "custom": large }]);
    for (path, body) in [
        ("/call/default/b", json!({ "data": { "custom": large } })),
        ("/call/default/b", json!({ "data": { "members": member } })),
        (
            "/call/default/b/join",
            json!({ "create": true, "data": { "custom": large }, "location": "x" }),
        ),
        ("/call/default/a", json!({ "data": { "members": member } })),
        ("/call/default/a/members", json!({ "update_members": member })),
        ("/call/default/a/event", json!({ "custom": large })),
        ("/call/default/a/reaction", json!({ "type": "x", "custom": large })),
        (
            "/call/default/a/feedback",
            json!({ "rating": 3, "sdk": "x", "sdk_version": "1", "custom": large }),
        ),
    ] {
        let reply = alice.post(path, body).await;
        assert_eq!((reply.status, &reply.body["code"]), (413, &json!(22)), "{path}");
    }
    alice.patch("/call/default/a", json!({ "custom": large })).await.refused(413, 22);
    let backend = Client { prefix: "/api/v2", ..server.backend(&server.app) };
    let users = json!({ "users": { "carol": { "id": "carol", "custom": large } } });
    backend.post("/users", users).await.refused(413, 22);
    alice.get("/call/default/b").await.refused(404, 16);
}

#[tokio::test]
async fn what_users_show_of_themselves_is_short() {
    let server = TestServer::start_with("--dev").await;
    let image = |length| json!({ "user": { "id": "g", "image": "x".repeat(length) } });
    guest(&server, image(2048), "").await.ok(201);
    guest(&server, image(2049), "").await.refused(400, 4);
    let name = json!({ "user": { "id": "g", "name": "x".repeat(256) } });
    guest(&server, name.clone(), "").await.refused(400, 4);
    let backend = Client { prefix: "/api/v2", ..server.backend(&server.app) };
    let users = json!({ "users": { "carol": { "id": "carol", "name": "x".repeat(256) } } });
    backend.post("/users", users).await.refused(400, 4);
    let (alice, _socket) = server.connect("alice").await;
    let team = json!({ "data": { "team": "x".repeat(101) } });
    alice.post("/call/default/b", team).await.refused(400, 4);
}

#[tokio::test]
async fn an_address_gets_only_so_many_guests_an_hour() {
    let server = TestServer::start_with("--dev --trusted-proxy 127.0.0.1").await;
    let mut made = 0;
    let refused = loop {
        let reply = guest(&server, json!({}), "2001:db8::1").await;
        if reply.status != 201 {
            break reply;
        }
        made += 1;
        assert!(made <= 600);
    };
    refused.refused(429, 9);
    guest(&server, json!({}), "2001:db8::2").await.refused(429, 9);
    guest(&server, json!({}), "192.0.2.1").await.ok(201);
}

#[tokio::test]
async fn guests_can_be_switched_off() {
    let server = TestServer::start_with("--dev --no-guests").await;
    let message = guest(&server, json!({}), "").await.refused(403, 17);
    assert!(message.contains("switched off"), "{message}");
}

#[tokio::test]
async fn a_guest_who_was_forgotten_comes_back_as_a_guest() {
    let server = TestServer::start_with("--dev").await;
    // What the token of a guest says who is not stored.
    let id = format!("guest-{}-g", uuid::Uuid::new_v4());
    let (visitor, _socket) = server.connect(&id).await;
    visitor.post("/call/default/a", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn feedback_of_one_user_is_kept_ten_times_and_no_more() {
    let server = TestServer::start_with("--dev").await;
    let (alice, _socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    for _ in 0..15 {
        let body = json!({ "rating": 3, "sdk": "x", "sdk_version": "1" });
        alice.post("/call/default/a/feedback", body).await.ok(201);
    }
    let data = server.stop().await;
    let tables = rusqlite::Connection::open(data.path().join("trunkline.db")).unwrap();
    let kept: u32 =
        tables.query_one("SELECT count(*) FROM feedback", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, 10);
}
