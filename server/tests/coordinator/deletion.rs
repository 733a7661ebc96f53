//! Deleted calls.

use serde_json::{Value, json};
use trunkline_protocol::sfu::models::CallEndedReason;
use trunkline_server::control::SfuOrder;

use crate::support::{TestServer, sfu_name};

#[tokio::test]
async fn a_deleted_call_is_gone_for_everybody() {
    for hard in [false, true] {
        let server = TestServer::start().await;
        let (alice, mut socket) = server.connect("alice").await;
        let (bob, mut bobs) = server.connect("bob").await;
        let body = json!({ "data": { "members": [{ "user_id": "bob" }], "custom": { "n": 1 } } });
        alice.post("/call/default/a", body).await.ok(201);
        server.participant_joined("default:a", "alice", "s1");
        for event_type in
            ["call.created", "call.session_started", "call.session_participant_joined"]
        {
            socket.expect(event_type).await;
        }
        alice.post("/call/default/a/block", json!({ "user_id": "carol" })).await.ok(201);
        socket.expect("call.blocked_user").await;
        alice.post("/call/default/a/ring", json!({})).await.ok(201);
        for event_type in ["call.created", "call.ring"] {
            bobs.expect(event_type).await;
        }
        server.orders.lock().unwrap().clear();

        let deleted = alice.post("/call/default/a/delete", json!({ "hard": hard })).await.ok(201);
        assert_eq!(deleted["call"]["custom"], json!({ "n": 1 }));
        assert!(deleted["call"]["session"]["ended_at"].is_string());
        assert_eq!(socket.expect("call.deleted").await["call"], deleted["call"]);
        bobs.expect("call.missed").await;
        let end = SfuOrder::EndCall { cid: sfu_name("default:a"), reason: CallEndedReason::Ended };
        assert_eq!(*server.orders.lock().unwrap(), [end]);
        server.participant_left("default:a", "alice", "s1");

        for path in ["/call/default/a", "/call/default/a/recordings"] {
            bob.get(path).await.refused(404, 16);
        }
        bob.post("/call/default/a/join", json!({})).await.refused(404, 16);
        alice.post("/call/default/a/delete", json!({})).await.refused(404, 16);
        assert_eq!(alice.post("/calls", json!({})).await.ok(201)["calls"], json!([]));
        socket.expect_silence().await;

        // The name is free again, and nothing of the old call comes back.
        let created = bob.post("/call/default/a", json!({})).await.ok(201);
        assert_eq!((&created["created"], &created["members"]), (&json!(true), &json!([])));
        let call = &created["call"];
        assert_eq!((&call["custom"], &call["session"]), (&json!({}), &Value::Null));
        assert_eq!(call["blocked_user_ids"], json!([]));
        bobs.expect("call.created").await;
        bob.patch("/call/default/a", json!({ "custom": { "n": 2 } })).await.ok(200);
        bobs.expect("call.updated").await;
        socket.expect_silence().await;
    }
}

#[tokio::test]
async fn only_the_creator_deletes() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    let (admin, _socket) = server.connect_as("root", Some("admin"), None).await;
    let members = json!([{ "user_id": "bob", "role": "host" }]);
    let body = json!({ "data": { "members": members } });
    for id in ["a", "b"] {
        alice.post(&format!("/call/default/{id}"), body.clone()).await.ok(201);
        let path = format!("/call/default/{id}/delete");
        let text = bob.post(&path, json!({})).await.refused(403, 17);
        assert!(text.contains("DeleteCall"), "{text}");
    }
    alice.post("/call/default/a/delete", json!({})).await.ok(201);
    admin.post("/call/default/b/delete", json!({ "hard": true })).await.ok(201);
}
