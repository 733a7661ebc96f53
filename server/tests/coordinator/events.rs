//! Who hears what on the socket.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_watcher_sees_the_changes_of_others_live() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, mut bobs) = server.connect("bob").await;
    let (_carol, mut carols) = server.connect("carol").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    bob.get("/call/default/a").await.ok(200);
    alice.patch("/call/default/a", json!({ "custom": { "n": 1 } })).await.ok(200);
    let event = bobs.expect("call.updated").await;
    assert_eq!(event["call_cid"], "default:a");
    assert_eq!(event["call"]["custom"], json!({ "n": 1 }));
    assert!(event["created_at"].is_string());
    carols.expect_silence().await;
}

#[tokio::test]
async fn a_member_who_also_watches_hears_everything_once_and_in_order() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let body = json!({ "data": { "members": [{ "user_id": "alice" }] } });
    alice.post("/call/default/a", body.clone()).await.ok(201);
    alice.post("/call/default/a", body).await.ok(201);
    alice.get("/call/default/a").await.ok(200);
    alice.post("/calls", json!({ "watch": true })).await.ok(201);
    socket.expect("call.created").await;
    for n in 0..20 {
        alice.patch("/call/default/a", json!({ "custom": { "n": n } })).await.ok(200);
    }
    alice.post("/call/default/a/mark_ended", json!({})).await.ok(201);
    for n in 0..20 {
        assert_eq!(socket.expect("call.updated").await["call"]["custom"]["n"], n);
    }
    socket.expect("call.ended").await;
    socket.expect_silence().await;
}

#[tokio::test]
async fn every_connection_of_a_user_hears_for_itself() {
    let server = TestServer::start().await;
    let (first, mut firsts) = server.connect("alice").await;
    let (_second, mut seconds) = server.connect("alice").await;
    first.post("/call/default/a", json!({})).await.ok(201);
    firsts.expect("call.created").await;
    seconds.expect("call.created").await;
    first.patch("/call/default/a", json!({ "custom": {} })).await.ok(200);
    firsts.expect("call.updated").await;
    seconds.expect_silence().await;
}

#[tokio::test]
async fn watching_ends_with_the_socket_and_starts_again_by_query() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, bobs) = server.connect("bob").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    bob.get("/call/default/a").await.ok(200);
    bobs.close().await;
    let stale = bob.get("/call/default/a").await.refused(400, 46);
    assert!(stale.contains("connect again"), "{stale}");

    let (bob, mut bobs) = server.connect("bob").await;
    alice.patch("/call/default/a", json!({ "custom": { "n": 1 } })).await.ok(200);
    bobs.expect_silence().await;
    let watch = json!({ "watch": true, "filter_conditions": { "cid": { "$in": ["default:a"] } } });
    let page = bob.post("/calls", watch).await.ok(201);
    assert_eq!(page["calls"][0]["call"]["custom"], json!({ "n": 1 }));
    alice.patch("/call/default/a", json!({ "custom": { "n": 2 } })).await.ok(200);
    bobs.expect("call.updated").await;
}

#[tokio::test]
async fn nobody_watches_through_the_connection_of_somebody_else() {
    let server = TestServer::start().await;
    let (alice, mut alices) = server.connect("alice").await;
    let (mut mallory, _socket) = server.connect("mallory").await;
    mallory.post("/call/default/a", json!({})).await.ok(201);
    mallory.connection_id = alice.connection_id;
    mallory.get("/call/default/a").await.refused(400, 46);
    mallory.post("/call/default/b/join", json!({ "create": true })).await.refused(400, 46);
    mallory.connection_id = None;
    mallory.get("/call/default/b").await.refused(404, 16);
    alices.expect_silence().await;
}

#[tokio::test]
async fn the_v2_socket_writes_dates_as_numbers() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect_client(server.stranger("alice").v2()).await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    let event = socket.expect("call.created").await;
    assert!(event["created_at"].is_i64());
    assert!(event["call"]["created_at"].is_i64());
}

#[tokio::test]
async fn members_are_rung_and_notified_but_the_caller_is_not_rung() {
    let server = TestServer::start().await;
    let (alice, mut alices) = server.connect("alice").await;
    let (_bob, mut bobs) = server.connect("bob").await;
    let members = json!([{ "user_id": "alice" }, { "user_id": "bob" }]);
    let body = json!({ "ring": true, "video": true, "data": { "members": members } });
    let created = alice.post("/call/default/a", body).await.ok(201);
    let session = created["call"]["current_session_id"].as_str().unwrap();
    assert!(!session.is_empty());
    assert!(created["call"]["session"]["started_at"].is_null());
    alices.expect("call.created").await;
    bobs.expect("call.created").await;
    let ring = bobs.expect("call.ring").await;
    assert_eq!(ring["session_id"], session);
    assert_eq!(ring["user"]["id"], "alice");
    assert_eq!(ring["video"], true);
    assert_eq!(ring["members"].as_array().unwrap().len(), 1);
    alices.expect_silence().await;

    alice.get("/call/default/a?notify=true").await.ok(200);
    alices.expect("call.notification").await;
    let notification = bobs.expect("call.notification").await;
    assert_eq!(notification["session_id"], session);
    assert_eq!(notification["members"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn pings_are_answered_as_object_and_as_array_and_noise_is_ignored() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    for noise in [json!(null), json!([]), json!({ "type": 1 }), json!([[]]), json!("health.check")]
    {
        socket.send(&noise).await;
    }
    for ping in [
        json!([{ "type": "health.check", "client_id": "alice--1" }]),
        json!({ "type": "health.check", "cid": "*" }),
    ] {
        socket.send(&ping).await;
        let pong = socket.expect("health.check").await;
        assert_eq!(pong["connection_id"].as_str(), alice.connection_id.as_deref());
        assert_eq!(pong["custom"], json!({}));
    }
}

#[tokio::test]
async fn a_user_is_online_while_a_socket_is_open() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (_bob, bobs) = server.connect("bob").await;
    let body = json!({ "data": { "members": [{ "user_id": "bob" }] } });
    let created = alice.post("/call/default/a", body).await.ok(201);
    assert_eq!(created["call"]["created_by"]["online"], true);
    assert_eq!(created["members"][0]["user"]["online"], true);
    bobs.close().await;
    let loaded = alice.get("/call/default/a").await.ok(200);
    assert_eq!(loaded["members"][0]["user"]["online"], false);
}
