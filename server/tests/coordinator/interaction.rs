//! Reactions, events of the app, feedback, participants, and files there are none of.

use serde_json::{Value, json};

use crate::support::TestServer;

#[tokio::test]
async fn a_reaction_is_shown_to_everyone_who_watches() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    socket.expect("call.created").await;
    let body = json!({ "type": "raised-hand", "emoji_code": ":hand:", "custom": { "n": 1 } });
    let sent = bob.post("/call/default/a/reaction", body).await.ok(201);
    assert_eq!(sent["reaction"]["user"]["id"], "bob");
    assert_eq!(sent["reaction"]["custom"], json!({ "n": 1 }));
    let event = socket.expect("call.reaction_new").await;
    assert_eq!(event["reaction"], sent["reaction"]);
    for body in [json!({}), json!({ "type": "x".repeat(65) })] {
        bob.post("/call/default/a/reaction", body).await.refused(400, 4);
    }
    socket.expect_silence().await;
}

#[tokio::test]
async fn an_event_of_the_app_reaches_members_and_watchers_as_it_is() {
    let server = TestServer::start().await;
    let (alice, mut alices) = server.connect("alice").await;
    let (bob, mut bobs) = server.connect("bob").await;
    let (_carol, mut carols) = server.connect("carol").await;
    let body = json!({ "data": { "members": [{ "user_id": "bob" }] } });
    alice.post("/call/default/a", body).await.ok(201);
    alices.expect("call.created").await;
    bobs.expect("call.created").await;
    let custom = json!({ "type": "poll", "call_cid": "x", "nested": [null, { "__proto__": 1.5 }] });
    alice.post("/call/default/a/event", json!({ "custom": custom })).await.ok(201);
    for socket in [&mut alices, &mut bobs] {
        let event = socket.expect("custom").await;
        assert_eq!(event["custom"], custom);
        assert_eq!(
            (&event["user"]["id"], &event["call_cid"]),
            (&json!("alice"), &json!("default:a"))
        );
    }
    carols.expect_silence().await;
    bob.post("/call/default/a/event", json!({})).await.ok(201);
    assert_eq!(alices.expect("custom").await["custom"], json!({}));
}

#[tokio::test]
async fn events_of_the_app_have_at_most_five_kilobytes() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    socket.expect("call.created").await;
    // {"t":"…"} has 8 bytes besides the text; every ü has two.
    let event = |length| json!({ "custom": { "t": "ü".repeat(length) } });
    alice.post("/call/default/a/event", event(2556)).await.ok(201);
    socket.expect("custom").await;
    let text = alice.post("/call/default/a/event", event(2557)).await.refused(413, 22);
    assert!(text.contains("5122 bytes"), "{text}");
    let mut reaction = event(2557);
    reaction["type"] = json!("x");
    alice.post("/call/default/a/reaction", reaction).await.refused(413, 22);
    socket.expect_silence().await;
}

#[tokio::test]
async fn feedback_is_taken_and_told() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    socket.expect("call.created").await;
    let body = json!({
        "rating": 4, "sdk": "trunkline", "sdk_version": "1.0", "reason": "echo",
        "user_session_id": "s1", "custom": { "a": 1 },
    });
    alice.post("/call/default/a/feedback", body.clone()).await.ok(201);
    let event = socket.expect("call.user_feedback_submitted").await;
    assert_eq!((&event["rating"], &event["reason"]), (&json!(4), &json!("echo")));
    for (field, value) in [
        ("rating", json!(0)),
        ("rating", json!(6)),
        ("sdk", json!("")),
        ("sdk_version", json!("x".repeat(51))),
        ("reason", json!("x".repeat(1001))),
        ("user_session_id", json!("x".repeat(51))),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        alice.post("/call/default/a/feedback", bad).await.refused(400, 4);
    }
    socket.expect_silence().await;
}

#[tokio::test]
async fn participants_are_found_by_user() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    let query = |path: &'static str, filter: Value| {
        let body = json!({ "filter_conditions": filter });
        let alice = alice.clone();
        async move { alice.post(&format!("/call/default/a/participants{path}"), body).await }
    };
    let empty = query("", json!({})).await.ok(201);
    assert_eq!((&empty["participants"], &empty["total_participants"]), (&json!([]), &json!(0)));
    server.participant_joined("default:a", "alice", "s1");
    server.participant_joined("default:a", "bob", "s2");
    server.participant_joined("default:a", "bob", "s3");
    for event_type in ["call.created", "call.session_started"] {
        socket.expect(event_type).await;
    }
    for _ in 0..3 {
        socket.expect("call.session_participant_joined").await;
    }
    let sessions = |answer: &Value| -> Vec<String> {
        let list = answer["participants"].as_array().unwrap();
        list.iter().map(|entry| entry["user_session_id"].as_str().unwrap().into()).collect()
    };
    let all = query("", json!({})).await.ok(201);
    assert_eq!(sessions(&all), ["s1", "s2", "s3"]);
    let bobs = query("?limit=1", json!({ "user_id": { "$in": ["bob"] } })).await.ok(201);
    assert_eq!((sessions(&bobs), &bobs["total_participants"]), (vec!["s2".into()], &json!(3)));
    query("", json!({ "role": "user" })).await.refused(400, 4);
    query("?limit=101", json!({})).await.refused(400, 4);
}

#[tokio::test]
async fn there_are_no_recordings_and_no_transcriptions() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    for path in ["recordings", "some-session/recordings"] {
        let answer = alice.get(&format!("/call/default/a/{path}")).await.ok(200);
        assert_eq!(answer["recordings"], json!([]));
    }
    let answer = alice.clone().v2().get("/call/default/a/transcriptions").await.ok(200);
    assert_eq!(answer["transcriptions"], json!([]));
    alice.get("/call/default/none/recordings").await.refused(404, 16);
}
