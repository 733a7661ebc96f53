//! Rings: who hears them, who answers how, who misses them.

use serde_json::{Value, json};

use crate::support::{Client, Socket, TestServer};

const CID: &str = "default:a";

/// Three members with a socket each, in a call of the first, who has not rung yet.
struct Trio {
    server: TestServer,
    alice: (Client, Socket),
    bob: (Client, Socket),
    carol: (Client, Socket),
}

impl Trio {
    async fn start() -> Self {
        let server = TestServer::start().await;
        let mut alice = server.connect("alice").await;
        let mut bob = server.connect("bob").await;
        let mut carol = server.connect("carol").await;
        let members = json!([{ "user_id": "alice" }, { "user_id": "bob" }, { "user_id": "carol" }]);
        let body = json!({ "data": { "members": members } });
        alice.0.post("/call/default/a", body).await.ok(201);
        for (_, socket) in [&mut alice, &mut bob, &mut carol] {
            socket.expect("call.created").await;
        }
        Self { server, alice, bob, carol }
    }

    async fn session(&self) -> Value {
        self.alice.0.get("/call/default/a").await.ok(200)["call"]["session"].clone()
    }

    async fn expect_of_all(&mut self, event_type: &str) -> Value {
        self.alice.1.expect(event_type).await;
        self.bob.1.expect(event_type).await;
        self.carol.1.expect(event_type).await
    }
}

#[tokio::test]
async fn a_ring_reaches_who_is_not_in_the_call_and_never_the_caller() {
    let mut trio = Trio::start().await;
    trio.server.participant_joined(CID, "carol", "s1");
    trio.alice.1.expect("call.session_started").await;
    trio.alice.1.expect("call.session_participant_joined").await;
    let rung = trio.alice.0.post("/call/default/a/ring", json!({ "video": true })).await.ok(201);
    assert_eq!(rung["members_ids"], json!(["bob"]));
    let event = trio.bob.1.expect("call.ring").await;
    assert_eq!(event["video"], true);
    assert_eq!(event["user"]["id"], "alice");
    assert_eq!(event["session_id"], trio.session().await["id"]);
    let members: Vec<_> =
        event["members"].as_array().unwrap().iter().map(|member| &member["user_id"]).collect();
    assert_eq!(members, ["bob", "carol"]);
    trio.alice.1.expect_silence().await;
    trio.carol.1.expect_silence().await;
}

#[tokio::test]
async fn named_members_are_rung_and_nobody_else() {
    let mut trio = Trio::start().await;
    let ring =
        |ids: Value| trio.alice.0.post("/call/default/a/ring", json!({ "members_ids": ids }));
    let answer = ring(json!(["carol", "alice", "carol"])).await.ok(201);
    assert_eq!(answer["members_ids"], json!(["carol"]));
    let text = ring(json!(["bob", "mallory"])).await.refused(400, 4);
    assert!(text.contains("mallory") && !text.contains("bob"), "{text}");
    let many: Vec<_> = (0..26).map(|n| format!("u{n}")).collect();
    ring(json!(many)).await.refused(400, 4);
    assert_eq!(trio.carol.1.expect("call.ring").await["video"], false);
    trio.carol.1.expect_silence().await;
    trio.bob.1.expect_silence().await;
}

#[tokio::test]
async fn the_first_who_takes_the_ring_is_seen_by_all() {
    let mut trio = Trio::start().await;
    trio.alice.0.get("/call/default/a?ring=true").await.ok(200);
    trio.bob.1.expect("call.ring").await;
    trio.carol.1.expect("call.ring").await;
    trio.bob.0.post("/call/default/a/accept", json!({})).await.ok(201);
    let accepted = trio.expect_of_all("call.accepted").await;
    assert_eq!(accepted["user"]["id"], "bob");
    let session = &accepted["call"]["session"];
    assert!(session["accepted_by"]["bob"].is_string(), "{session}");
    assert!(session["started_at"].is_null());
    // From a second device, or a repeat: nothing new.
    trio.bob.0.post("/call/default/a/accept", json!({})).await.ok(201);
    trio.alice.1.expect_silence().await;
}

#[tokio::test]
async fn a_declined_ring_can_be_rung_again() {
    let mut trio = Trio::start().await;
    trio.alice.0.post("/call/default/a/ring", json!({})).await.ok(201);
    trio.bob.1.expect("call.ring").await;
    trio.carol.1.expect("call.ring").await;
    trio.bob.0.post("/call/default/a/reject", json!({ "reason": "busy" })).await.ok(201);
    let rejected = trio.expect_of_all("call.rejected").await;
    assert_eq!((&rejected["user"]["id"], &rejected["reason"]), (&json!("bob"), &json!("busy")));
    assert!(rejected["call"]["session"]["rejected_by"]["bob"].is_string());
    trio.carol.0.post("/call/default/a/reject", json!({})).await.ok(201);
    assert_eq!(trio.expect_of_all("call.rejected").await["reason"], "decline");

    let again = json!({ "members_ids": ["bob"] });
    trio.alice.0.post("/call/default/a/ring", again).await.ok(201);
    let ring = trio.bob.1.expect("call.ring").await;
    let session = &ring["call"]["session"];
    assert!(session["rejected_by"]["bob"].is_null(), "rings anew");
    assert!(session["rejected_by"]["carol"].is_string());
}

#[tokio::test]
async fn who_still_hears_a_ring_that_is_given_up_has_missed_it() {
    let mut trio = Trio::start().await;
    trio.alice.0.post("/call/default/a/ring", json!({})).await.ok(201);
    trio.bob.1.expect("call.ring").await;
    trio.carol.1.expect("call.ring").await;
    trio.bob.0.post("/call/default/a/reject", json!({})).await.ok(201);
    trio.expect_of_all("call.rejected").await;
    trio.alice.0.post("/call/default/a/reject", json!({ "reason": "cancel" })).await.ok(201);
    assert_eq!(trio.expect_of_all("call.rejected").await["reason"], "cancel");
    let missed = trio.carol.1.expect("call.missed").await;
    assert_eq!(missed["user"]["id"], "alice", "who rang");
    assert_eq!(missed["notify_user"], true);
    let session = &missed["call"]["session"];
    assert_eq!(missed["session_id"], session["id"]);
    assert!(session["missed_by"]["carol"].is_string());
    assert!(session["missed_by"]["bob"].is_null());
    trio.bob.1.expect_silence().await;
}

#[tokio::test]
async fn ending_the_call_ends_the_ring() {
    let mut trio = Trio::start().await;
    trio.alice.0.post("/call/default/a/ring", json!({ "members_ids": ["bob"] })).await.ok(201);
    trio.bob.1.expect("call.ring").await;
    trio.alice.0.post("/call/default/a/mark_ended", json!({})).await.ok(201);
    trio.bob.1.expect("call.missed").await;
    trio.bob.1.expect("call.ended").await;
    trio.bob.0.post("/call/default/a/reject", json!({})).await.ok(201);
    trio.alice.1.expect("call.ended").await;
    trio.alice.1.expect("call.session_ended").await;
    trio.alice.1.expect_silence().await;
}

#[tokio::test]
async fn only_members_and_the_creator_answer() {
    let mut trio = Trio::start().await;
    let (dave, _socket) = trio.server.connect("dave").await;
    trio.alice.0.post("/call/default/a/ring", json!({})).await.ok(201);
    dave.post("/call/default/a/accept", json!({})).await.refused(403, 17);
    dave.post("/call/default/a/reject", json!({})).await.refused(403, 17);
    let long = json!({ "reason": "x".repeat(256) });
    trio.bob.0.post("/call/default/a/reject", long).await.refused(400, 4);
    dave.post("/call/default/none/accept", json!({})).await.refused(404, 16);
    trio.alice.1.expect_silence().await;
}

#[tokio::test]
async fn a_creator_who_is_no_member_hears_the_answer() {
    let server = TestServer::start().await;
    let (alice, mut alices) = server.connect("alice").await;
    let (bob, mut bobs) = server.connect("bob").await;
    let body =
        json!({ "create": true, "ring": true, "data": { "members": [{ "user_id": "bob" }] } });
    alice.post("/call/default/a/join", body).await.ok(201);
    alices.expect("call.created").await;
    bobs.expect("call.created").await;
    assert_eq!(bobs.expect("call.ring").await["members"].as_array().unwrap().len(), 1);
    bob.post("/call/default/a/accept", json!({})).await.ok(201);
    alices.expect("call.accepted").await;
}
