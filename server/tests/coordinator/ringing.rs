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

#[tokio::test]
async fn who_takes_the_ring_too_late_still_comes() {
    let mut trio = Trio::start().await;
    trio.bob.0.post("/call/default/a/reject", json!({})).await.ok(201);
    trio.alice.1.expect_silence().await;
    assert!(trio.session().await.is_null(), "there was nothing to decline");
    trio.bob.0.post("/call/default/a/accept", json!({})).await.ok(201);
    trio.expect_of_all("call.accepted").await;
    assert!(trio.session().await["accepted_by"]["bob"].is_string());
}

#[tokio::test]
async fn who_gave_a_ring_up_can_ring_again() {
    let mut trio = Trio::start().await;
    let bob = json!({ "members_ids": ["bob"] });
    trio.alice.0.post("/call/default/a/ring", bob.clone()).await.ok(201);
    trio.alice.0.post("/call/default/a/reject", json!({ "reason": "cancel" })).await.ok(201);
    for event_type in ["call.ring", "call.rejected", "call.missed"] {
        trio.bob.1.expect(event_type).await;
    }
    trio.alice.0.post("/call/default/a/ring", bob).await.ok(201);
    let session = trio.bob.1.expect("call.ring").await["call"]["session"].clone();
    assert_eq!((&session["rejected_by"], &session["missed_by"]), (&json!({}), &json!({})));
}

#[tokio::test]
async fn anonymous_users_do_not_ring() {
    let mut trio = Trio::start().await;
    let body = json!({ "data": { "members": [{ "user_id": "bob" }] } });
    trio.alice.0.post("/call/development/a", body).await.ok(201);
    trio.bob.1.expect("call.created").await;
    let nobody = trio.server.client("!anon", String::new());
    nobody.get("/call/development/a").await.ok(200);
    nobody.get("/call/development/a?ring=true").await.refused(403, 17);
    nobody.post("/call/development/a/ring", json!({})).await.refused(403, 17);
    trio.bob.1.expect_silence().await;
}

#[tokio::test]
async fn one_of_two_devices_that_accept_a_ring_has_it() {
    let server = TestServer::start().await;
    let (alice, mut alices) = server.connect("alice").await;
    let (first, first_socket) = server.connect("bob").await;
    let (other, mut others) = server.connect("bob").await;
    let body = json!({ "ring": true, "data": { "members": [{ "user_id": "bob" }] } });
    alice.post("/call/default/a", body).await.ok(201);
    others.expect("call.created").await;
    others.expect("call.ring").await;

    let (a, b) = tokio::join!(
        first.post("/call/default/a/accept", json!({})),
        other.post("/call/default/a/accept", json!({})),
    );
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let (winner, loser) = if a.status == 201 { (&first, &other) } else { (&other, &first) };
    winner.post("/call/default/a/accept", json!({})).await.ok(201);
    loser.post("/call/default/a/accept", json!({})).await.refused(409, 17);
    alices.expect("call.created").await;
    alices.expect("call.accepted").await;

    // It does not decline either, as it is not this device's to decline.
    loser.post("/call/default/a/reject", json!({})).await.ok(201);
    let loaded = alice.get("/call/default/a").await.ok(200);
    assert_eq!(loaded["call"]["session"]["rejected_by"], json!({}));
    assert!(loaded["call"]["session"]["accepted_by"]["bob"].is_string());
    // Who is on another device's side joins all the same, if the app wants it.
    loser.post("/call/default/a/join", json!({ "location": "auto" })).await.ok(201);
    drop((first_socket, others));
}

#[tokio::test]
async fn a_device_that_is_gone_leaves_the_ring_to_another_one_unless_its_user_is_there() {
    let server = TestServer::start().await;
    let (alice, _alices) = server.connect("alice").await;
    let (first, first_socket) = server.connect("bob").await;
    let (other, _others) = server.connect("bob").await;
    for (id, is_there) in [("a", false), ("b", true)] {
        let body = json!({ "ring": true, "data": { "members": [{ "user_id": "bob" }] } });
        alice.post(&format!("/call/default/{id}"), body).await.ok(201);
        first.post(&format!("/call/default/{id}/accept"), json!({})).await.ok(201);
        if is_there {
            server.participant_joined("default:b", "bob", "s1");
        }
    }
    other.post("/call/default/a/accept", json!({})).await.refused(409, 17);
    first_socket.close().await;
    // The server notices a moment later.
    while other.post("/call/default/a/accept", json!({})).await.status == 409 {
        tokio::task::yield_now().await;
    }
    assert_eq!(other.post("/call/default/a/accept", json!({})).await.status, 201);
    other.post("/call/default/b/accept", json!({})).await.refused(409, 17);
}

#[tokio::test]
async fn whoever_connects_while_it_rings_hears_the_ring() {
    let server = TestServer::start().await;
    let (alice, _alices) = server.connect("alice").await;
    let (_bob, _) = server.connect("bob").await;
    let members = json!([{ "user_id": "bob" }, { "user_id": "carol" }]);
    let body = json!({ "ring": true, "video": true, "data": { "members": members } });
    alice.post("/call/default/a", body.clone()).await.ok(201);
    alice.post("/call/default/b", body).await.ok(201);

    let (bob, mut again) = server.connect("bob").await;
    let mut rung = Vec::new();
    for _ in 0..2 {
        let ring = again.expect("call.ring").await;
        assert_eq!((&ring["video"], &ring["user"]["id"]), (&json!(true), &json!("alice")));
        assert_eq!(ring["session_id"], ring["call"]["session"]["id"]);
        assert_eq!(ring["members"].as_array().unwrap().len(), 2);
        rung.push(ring["call_cid"].as_str().unwrap().to_owned());
    }
    rung.sort_unstable();
    assert_eq!(rung, ["default:a", "default:b"]);

    // What was answered, given up or ended does not ring any more.
    bob.post("/call/default/a/reject", json!({})).await.ok(201);
    alice.post("/call/default/b/mark_ended", json!({})).await.ok(201);
    let (_bob, mut last) = server.connect("bob").await;
    last.expect_silence().await;
    let (_carol, mut carols) = server.connect("carol").await;
    assert_eq!(carols.expect("call.ring").await["call_cid"], "default:a");
    alice.post("/call/default/a/reject", json!({ "reason": "cancel" })).await.ok(201);
    let (_carol, mut late) = server.connect("carol").await;
    late.expect_silence().await;
    let (_dave, mut stranger) = server.connect("dave").await;
    stranger.expect_silence().await;
}
