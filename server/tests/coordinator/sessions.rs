//! Sessions: what the SFU reports becomes state and events.

use serde_json::{Value, json};
use trunkline_protocol::{coordinator::DateTime, sfu::models::CallEndedReason};
use trunkline_server::control::{SfuNotice, SfuOrder};

use crate::support::{TestServer, sfu_name};

#[tokio::test]
async fn watchers_see_a_session_start_fill_and_empty() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let body = json!({ "data": { "members": [{ "user_id": "bob", "role": "host" }] } });
    alice.post("/call/default/a", body).await.ok(201);
    socket.expect("call.created").await;

    server.participant_joined("default:a", "alice", "s1");
    let started = socket.expect("call.session_started").await;
    let session = started["call"]["session"].clone();
    assert_eq!(started["session_id"], session["id"]);
    assert_eq!(started["call"]["current_session_id"], session["id"]);
    assert!(session["started_at"].is_string());
    assert_eq!(session["live_started_at"], session["started_at"]);
    let joined = socket.expect("call.session_participant_joined").await;
    assert_eq!(joined["participant"]["user"]["id"], "alice");
    assert_eq!(joined["participant"]["user_session_id"], "s1");

    server.participant_joined("default:a", "bob", "s2");
    let joined = socket.expect("call.session_participant_joined").await;
    assert_eq!(joined["participant"]["role"], "host");
    server.participant_joined("default:a", "!anon", "s3");
    let counts = socket.expect("call.session_participant_count_updated").await;
    assert_eq!(counts["anonymous_participant_count"], 1);
    assert_eq!(counts["participants_count_by_role"], json!({ "anonymous": 1, "user": 2 }));
    let loaded = alice.get("/call/default/a").await.ok(200);
    let session = &loaded["call"]["session"];
    assert_eq!(session["participants"].as_array().unwrap().len(), 2);
    assert_eq!(session["anonymous_participant_count"], 1);
    assert_eq!(session["participants_count_by_role"], json!({ "anonymous": 1, "user": 2 }));

    server.participant_left("default:a", "alice", "s1");
    let left = socket.expect("call.session_participant_left").await;
    assert_eq!(left["participant"]["user_session_id"], "s1");
    assert_eq!(left["duration_seconds"], 7);
    server.participant_left("default:a", "!anon", "s3");
    let counts = socket.expect("call.session_participant_count_updated").await;
    assert_eq!(counts["anonymous_participant_count"], 0);
    assert_eq!(counts["participants_count_by_role"], json!({ "user": 1 }));
}

#[tokio::test]
async fn notices_that_repeat_or_make_no_sense_change_nothing() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    socket.expect("call.created").await;
    server.participant_left("default:a", "alice", "s0");
    server.participant_joined("default:unknown", "alice", "s1");
    server.participant_joined("default:a", "alice", "s1");
    server.participant_joined("default:a", "alice", "s1");
    server.participant_left("default:a", "alice", "s2");
    server.participant_joined("default:a", "bob", "s3");
    socket.expect("call.session_started").await;
    let first = socket.expect("call.session_participant_joined").await;
    assert_eq!(first["participant"]["user_session_id"], "s1");
    let second = socket.expect("call.session_participant_joined").await;
    assert_eq!(second["participant"]["user_session_id"], "s3");
}

#[tokio::test]
async fn the_session_of_an_ended_call_ends_with_its_last_participant() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    server.participant_joined("default:a", "alice", "s1");
    server.participant_joined("default:a", "bob", "s2");
    for event in ["call.created", "call.session_started", "call.session_participant_joined"] {
        socket.expect(event).await;
    }
    socket.expect("call.session_participant_joined").await;
    alice.post("/call/default/a/mark_ended", json!({})).await.ok(201);
    socket.expect("call.ended").await;
    server.participant_left("default:a", "alice", "s1");
    socket.expect("call.session_participant_left").await;
    server.participant_left("default:a", "bob", "s2");
    socket.expect("call.session_participant_left").await;
    let ended = socket.expect("call.session_ended").await;
    assert_eq!(ended["call"]["current_session_id"], "");
    assert!(ended["call"]["session"]["ended_at"].is_string());
    assert_eq!(ended["call"]["session"]["participants"], json!([]));
}

#[tokio::test]
async fn a_call_that_lasts_too_long_is_ended_by_the_server() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let wish = json!({ "limits": { "max_duration_seconds": 1 } });
    let body = json!({ "data": { "settings_override": wish } });
    alice.post("/call/default/a", body).await.ok(201);
    socket.expect("call.created").await;
    server.participant_joined("default:a", "alice", "s1");
    let started = socket.expect("call.session_started").await;
    assert!(started["call"]["session"]["timer_ends_at"].is_string());
    socket.expect("call.session_participant_joined").await;
    let ended = socket.expect("call.ended").await;
    assert_eq!(ended.get("user"), None::<&Value>);
    // An answer comes after all effects of earlier commands, the order to the SFU included.
    assert!(alice.get("/call/default/a").await.ok(200)["call"]["ended_at"].is_string());
    let reason = CallEndedReason::SessionEnded;
    let order = SfuOrder::EndCall { cid: sfu_name("default:a"), reason };
    assert_eq!(*server.orders.lock().unwrap(), [order]);
}

#[tokio::test]
async fn a_session_does_not_outlive_the_process() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    server.participant_joined("default:a", "alice", "s1");
    socket.expect("call.created").await;
    socket.expect("call.session_started").await;
    let server = server.restart().await;
    let (alice, _socket) = server.connect("alice").await;
    let call = alice.get("/call/default/a").await.ok(200)["call"].clone();
    assert_eq!(call["current_session_id"], "");
    assert!(call["session"]["ended_at"].is_string());
    assert_eq!(call["session"]["participants"], json!([]));
}

#[tokio::test]
async fn a_limit_shows_when_the_session_ends_and_a_change_is_told() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let limit = |seconds: u32| json!({ "limits": { "max_duration_seconds": seconds } });
    let body = json!({ "data": { "settings_override": limit(600) } });
    alice.post("/call/default/a", body).await.ok(201);
    server.participant_joined("default:a", "alice", "s1");
    socket.expect("call.created").await;
    let lasts = |event: &Value| {
        let session = &event["call"]["session"];
        let date = |field: &str| DateTime::parse_rfc3339(session[field].as_str().unwrap()).unwrap();
        date("timer_ends_at").seconds_since(date("started_at"))
    };
    assert_eq!(lasts(&socket.expect("call.session_started").await), 600);
    socket.expect("call.session_participant_joined").await;
    alice.patch("/call/default/a", json!({ "settings_override": limit(900) })).await.ok(200);
    assert_eq!(lasts(&socket.expect("call.updated").await), 900);
    alice.patch("/call/default/a", json!({ "settings_override": limit(0) })).await.ok(200);
    let unlimited = socket.expect("call.updated").await;
    assert!(unlimited["call"]["session"]["timer_ends_at"].is_null());
}

#[tokio::test]
async fn after_a_failure_of_the_sfu_nobody_is_listed_who_is_gone_and_blocked_users_stay_out() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let body = json!({ "data": { "members": [{ "user_id": "bob" }] } });
    alice.post("/call/default/a", body).await.ok(201);
    alice.post("/call/default/a/block", json!({ "user_id": "bob" })).await.ok(201);
    server.participant_joined("default:a", "alice", "s1");
    for event in ["call.created", "call.blocked_user", "call.session_started"] {
        socket.expect(event).await;
    }
    socket.expect("call.session_participant_joined").await;
    server.orders.lock().unwrap().clear();
    let voids = std::mem::take(&mut *server.voids.lock().unwrap());
    assert_eq!(voids.len(), 1, "bob's tokens");

    server.notify(SfuNotice::Restarted { worker: 7 });
    // Answers come in the order of the questions, and this one is about what followed.
    let orders = loop {
        let orders = server.orders.lock().unwrap().clone();
        if orders.contains(&SfuOrder::Open { worker: 7 }) {
            break orders;
        }
        alice.get("/call/default/a").await.ok(200);
    };
    let cid = sfu_name("default:a");
    let [.., report, _] = &orders[..] else { panic!("{orders:?}") };
    assert_eq!(*server.voids.lock().unwrap(), voids, "before anybody comes");
    assert_eq!(*report, SfuOrder::Report { cid: cid.clone() });

    server.notify(SfuNotice::Present { cid, sessions: Vec::new(), anonymous: 0 });
    let left = socket.expect("call.session_participant_left").await;
    assert_eq!(left["participant"]["user_session_id"], "s1");
    let call = alice.get("/call/default/a").await.ok(200);
    assert_eq!(call["call"]["session"]["participants"], json!([]));
}
