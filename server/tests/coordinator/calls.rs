//! Create, load, join, change, end.

use serde_json::{Value, json};
use trunkline_protocol::{
    coordinator::{CallSettings, DateTime},
    sfu::models::CallEndedReason,
};
use trunkline_server::control::{SfuClaims, SfuOrder};

use crate::support::{TestServer, sfu_name};

fn date_in(seconds: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = DateTime::from_unix_nanos(i64::try_from(now.as_nanos()).unwrap());
    now.plus_seconds(seconds).to_rfc3339().unwrap()
}

#[tokio::test]
async fn a_call_is_created_once_and_then_found() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    let body = json!({ "data": {
        "members": [{ "user_id": "bob", "role": "host", "custom": { "seat": 1 } }, { "user_id": "carol" }],
        "custom": { "color": "blue" },
        "settings_override": { "audio": { "mic_default_on": false } },
        "starts_at": "2030-01-01T10:00:00Z",
    } });
    let first = alice.post("/call/default/a", body.clone()).await.ok(201);
    assert_eq!(first["created"], true);
    let call = &first["call"];
    assert_eq!(call["cid"], "default:a");
    assert_eq!(call["created_by"]["id"], "alice");
    assert_eq!(call["custom"], json!({ "color": "blue" }));
    assert_eq!(call["starts_at"], "2030-01-01T10:00:00Z");
    assert_eq!(call["settings"]["audio"]["mic_default_on"], false);
    assert_eq!(call["settings"]["audio"]["speaker_default_on"], true);
    assert_eq!(call["session"], Value::Null);
    assert_eq!(call["current_session_id"], "");
    assert_eq!(call["egress"], json!({ "broadcasting": false, "rtmps": [] }));
    assert_eq!(first["members"][0]["user_id"], "bob");
    assert_eq!(first["members"][0]["role"], "host");
    assert_eq!(first["members"][0]["custom"], json!({ "seat": 1 }));
    assert!(first["members"][1].get("role").is_none());
    assert!(first.get("membership").is_none(), "the creator is no member");

    let second = bob.post("/call/default/a", body).await.ok(201);
    assert_eq!(second["created"], false);
    assert_eq!(second["membership"]["role"], "host");
    let loaded = bob.get("/call/default/a").await.ok(200);
    assert_eq!(loaded["call"]["created_at"], call["created_at"]);
    assert!(loaded.get("created").is_none());
}

#[tokio::test]
async fn custom_data_comes_back_as_it_went_in() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let custom = r#"{"z":0.1,"a":0.30000000000000004,"big":9007199254740993,"e":1e-7,"nested":{"__proto__":{"x":[null,true,"\u0000\ud83d\ude00"]}},"":"","then":"x","created_at":"2020-01-01T00:00:00Z"}"#;
    let body: Value =
        serde_json::from_str(&format!(r#"{{"data":{{"custom":{custom}}}}}"#)).unwrap();
    let created = alice.clone().v2().post("/call/default/a", body).await.ok(201);
    let expected: Value = serde_json::from_str(custom).unwrap();
    assert_eq!(created["call"]["custom"].to_string(), expected.to_string());
    let loaded = alice.get("/call/default/a").await.ok(200);
    assert_eq!(loaded["call"]["custom"].to_string(), expected.to_string());
}

#[tokio::test]
async fn both_prefixes_tell_the_same_moment_in_their_own_encoding() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let body = json!({ "data": { "starts_at": "2030-01-01T10:00:00.000000001Z" } });
    let text = alice.post("/call/default/a", body).await.ok(201);
    let number = alice.v2().get("/call/default/a").await.ok(200);
    for field in ["created_at", "updated_at", "starts_at"] {
        let text = DateTime::parse_rfc3339(text["call"][field].as_str().unwrap()).unwrap();
        assert_eq!(number["call"][field].as_i64(), Some(text.unix_nanos()), "{field}");
    }
    assert_eq!(number["call"]["starts_at"], 1_893_492_000_000_000_001_i64);
    assert!(number["call"]["created_by"]["created_at"].is_i64());
}

#[tokio::test]
async fn settings_are_complete_and_updates_merge_into_them() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let created = alice.post("/call/default/a", json!({})).await.ok(201);
    socket.expect("call.created").await;
    let mut complete = serde_json::to_value(CallSettings::default()).unwrap();
    complete["video"]["target_resolution"] =
        json!({ "width": 1280, "height": 720, "bitrate": 1_500_000 });
    assert_eq!(created["call"]["settings"], complete);

    let wish = json!({ "recording": { "mode": "disabled" }, "limits": { "max_participants": 7 } });
    let body = json!({ "settings_override": wish, "custom": { "a": 1 } });
    let updated = alice.patch("/call/default/a", body).await.ok(200);
    assert_eq!(updated["call"]["settings"]["recording"]["mode"], "disabled");
    assert_eq!(updated["call"]["settings"]["recording"]["quality"], "720p");
    assert_eq!(updated["call"]["settings"]["limits"]["max_participants"], 7);
    let event = socket.expect("call.updated").await;
    assert_eq!(event["call"], updated["call"]);
    assert!(
        event["capabilities_by_role"]["user"].as_array().unwrap().contains(&json!("join-call"))
    );

    let replaced = alice.patch("/call/default/a", json!({ "custom": { "b": 2 } })).await.ok(200);
    assert_eq!(replaced["call"]["custom"], json!({ "b": 2 }));
    assert_eq!(replaced["call"]["settings"]["limits"]["max_participants"], 7);
}

#[tokio::test]
async fn join_tells_the_turn_servers_of_the_command_line() {
    let server = TestServer::start_with(
        "--dev --turn turn:turn.example.com:3478,me,secret \
         --turn turns:turn.example.com:443?transport=tcp,me,secret",
    )
    .await;
    let (alice, _socket) = server.connect("alice").await;
    let joined = alice
        .post("/call/default/x/join", json!({ "location": "x", "create": true }))
        .await
        .ok(201);
    let told = |url: &str| json!({ "urls": [url], "username": "me", "password": "secret" });
    let expected = json!([
        told("turn:turn.example.com:3478"),
        told("turns:turn.example.com:443?transport=tcp"),
    ]);
    assert_eq!(joined["credentials"]["ice_servers"], expected);
}

#[tokio::test]
async fn join_creates_when_asked_and_hands_out_sfu_credentials() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let message = alice.post("/call/default/a/join", json!({ "location": "AMS" })).await;
    assert!(message.body["unrecoverable"].as_bool().unwrap());
    message.refused(404, 16);

    let wish = json!({ "video": { "target_resolution": { "width": 640, "height": 360, "bitrate": 500_000 } } });
    let body = json!({ "location": "ERR", "create": true, "data": { "settings_override": wish } });
    let joined = alice.post("/call/default/a/join", body.clone()).await.ok(201);
    assert_eq!(joined["created"], true);
    assert_eq!(joined["stats_options"]["reporting_interval_ms"], 10_000);
    let credentials = &joined["credentials"];
    assert_eq!(credentials["ice_servers"], json!([]));
    let host = server.base.strip_prefix("http://").unwrap();
    assert_eq!(
        credentials["server"],
        json!({
            "edge_name": "test-edge",
            "url": format!("http://{host}/sfu/twirp"),
            "ws_endpoint": format!("ws://{host}/sfu/ws"),
        })
    );
    let token = credentials["token"].as_str().unwrap();
    let claims = SfuClaims::verify(token, &server.sfu_secret).unwrap();
    assert_eq!((claims.user_id.as_str(), claims.cid), ("alice", sfu_name("default:a")));
    assert!(claims.capabilities.contains(&"send-audio".into()));
    assert_eq!(
        (claims.video.width, claims.video.height, claims.video.bitrate),
        (640, 360, 500_000)
    );
    assert_eq!(claims.exp - claims.iat, 6 * 60 * 60);

    let again = alice.post("/call/default/a/join", body).await.ok(201);
    assert_eq!(again["created"], false);
}

#[tokio::test]
async fn a_public_url_takes_the_place_of_the_host() {
    let server = TestServer::start_with("--dev --public-url https://calls.example.com").await;
    let (alice, _socket) = server.connect("alice").await;
    let joined = alice.post("/call/default/a/join", json!({ "create": true })).await.ok(201);
    let address = &joined["credentials"]["server"];
    assert_eq!(address["url"], "https://calls.example.com/sfu/twirp");
    assert_eq!(address["ws_endpoint"], "wss://calls.example.com/sfu/ws");
}

#[tokio::test]
async fn ending_puts_everybody_out_and_locks_the_door() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let (viewer, mut viewing) = server.connect("viewer").await;
    let body = json!({ "data": { "settings_override": { "backstage": { "enabled": false } } } });
    alice.post("/call/livestream/a", body).await.ok(201);
    viewer.post("/call/livestream/a/join", json!({})).await.ok(201);
    viewer.post("/call/livestream/a/mark_ended", json!({})).await.refused(403, 17);

    alice.post("/call/livestream/a/mark_ended", json!({})).await.ok(201);
    let ended = viewing.expect("call.ended").await;
    assert_eq!(ended["user"]["id"], "alice");
    assert!(ended["call"]["ended_at"].is_string());
    socket.expect("call.created").await;
    socket.expect("call.ended").await;
    let order = SfuOrder::EndCall { cid: sfu_name("livestream:a"), reason: CallEndedReason::Ended };
    assert_eq!(*server.orders.lock().unwrap(), [order]);

    let refusal = viewer.post("/call/livestream/a/join", json!({})).await;
    assert_eq!(refusal.body["unrecoverable"], true);
    let message = refusal.refused(403, 17);
    assert!(message.contains("JoinEndedCall in scope 'video:livestream'"), "{message}");
    let joined = alice.post("/call/livestream/a/join", json!({})).await.ok(201);
    assert!(joined["own_capabilities"].as_array().unwrap().contains(&json!("join-ended-call")));

    alice.post("/call/livestream/a/mark_ended", json!({})).await.ok(201);
    socket.expect_silence().await;
}

#[tokio::test]
async fn backstage_opens_to_viewers_ahead_of_the_start_or_by_going_live() {
    let server = TestServer::start().await;
    let (host, _socket) = server.connect("host").await;
    let (viewer, mut viewing) = server.connect("viewer").await;
    for (id, starts_in, ahead, open) in
        [("early", 500, 300, false), ("open", 200, 300, true), ("past", -1, 0, true)]
    {
        let body = json!({ "data": {
            "starts_at": date_in(starts_in),
            "settings_override": { "backstage": { "join_ahead_time_seconds": ahead } },
        } });
        let created = host.post(&format!("/call/livestream/{id}"), body).await.ok(201);
        assert_eq!(created["call"]["backstage"], true);
        assert_eq!(created["call"]["join_ahead_time_seconds"], ahead);
        let reply = viewer.post(&format!("/call/livestream/{id}/join"), json!({})).await;
        if open {
            reply.ok(201);
        } else {
            assert!(reply.refused(403, 17).contains("JoinBackstage"));
        }
    }

    host.post("/call/livestream/a", json!({})).await.ok(201);
    viewer.get("/call/livestream/a").await.ok(200);
    viewer.post("/call/livestream/a/join", json!({})).await.refused(403, 17);
    host.post("/call/livestream/a/join", json!({})).await.ok(201);
    viewer.post("/call/livestream/a/go_live", json!({})).await.refused(403, 17);
    let unavailable = json!({ "start_recording": true });
    let message = host.post("/call/livestream/a/go_live", unavailable).await.refused(400, 19);
    assert!(message.contains("start_recording"), "{message}");

    let live = host.post("/call/livestream/a/go_live", json!({})).await.ok(201);
    assert_eq!(live["call"]["backstage"], false);
    assert_eq!(viewing.expect("call.live_started").await["call"]["backstage"], false);
    viewer.post("/call/livestream/a/join", json!({})).await.ok(201);

    let stopped = host.post("/call/livestream/a/stop_live", json!({})).await.ok(201);
    assert_eq!(stopped["call"]["backstage"], true);
    assert_eq!(viewing.expect("call.updated").await["call"]["backstage"], true);
    let order = SfuOrder::EndLive { cid: sfu_name("livestream:a") };
    assert_eq!(*server.orders.lock().unwrap(), [order]);
    viewer.post("/call/livestream/a/join", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn a_full_call_admits_the_exempt_and_those_who_return() {
    let server = TestServer::start().await;
    let (owner, mut socket) = server.connect("owner").await;
    let (bob, _socket) = server.connect("bob").await;
    let (carol, _socket) = server.connect("carol").await;
    let limits = json!({ "max_participants": 1, "max_participants_exclude_owner": true });
    let body = json!({ "data": { "settings_override": { "limits": limits } } });
    owner.post("/call/default/a", body).await.ok(201);
    socket.expect("call.created").await;
    server.participant_joined("default:a", "bob", "s1");
    socket.expect("call.session_started").await;
    let message = carol.post("/call/default/a/join", json!({})).await.refused(403, 17);
    assert!(message.contains("full"), "{message}");
    bob.post("/call/default/a/join", json!({})).await.ok(201);
    owner.post("/call/default/a/join", json!({})).await.ok(201);
}

#[tokio::test]
async fn encryption_must_be_what_the_call_wants() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    for (mode, without, with) in
        [("available", 201, 201), ("disabled", 201, 400), ("auto-on", 400, 201)]
    {
        let path = format!("/call/default/{mode}");
        let wish = json!({ "encryption": { "mode": mode } });
        alice.post(&path, json!({ "data": { "settings_override": wish } })).await.ok(201);
        let join = format!("{path}/join");
        assert_eq!(alice.post(&join, json!({})).await.status, without, "{mode}");
        assert_eq!(alice.post(&join, json!({ "e2ee": true })).await.status, with, "{mode}");
    }
}

#[tokio::test]
async fn users_of_a_team_create_and_reach_only_calls_of_the_team() {
    let server = TestServer::start().await;
    let (red, _socket) = server.connect_as("red", None, Some("red")).await;
    let (blue, _socket) = server.connect_as("blue", None, Some("blue")).await;
    let (free, _socket) = server.connect("free").await;
    let message = red.post("/call/default/a", json!({})).await.refused(400, 4);
    assert!(message.contains("data.team"), "{message}");
    let body = |team: &str| json!({ "data": { "team": team } });
    red.post("/call/default/a", body("blue")).await.refused(403, 17);
    red.get("/call/default/a").await.refused(404, 16);
    let created = red.post("/call/default/a", body("red")).await.ok(201);
    assert_eq!(created["call"]["team"], "red");

    let absent = blue.get("/call/default/none").await.refused(404, 16);
    let hidden = blue.get("/call/default/a").await.refused(404, 16);
    assert_eq!(hidden, absent.replace("default:none", "default:a"));
    blue.post("/call/default/a", body("blue")).await.refused(404, 16);
    blue.post("/call/default/a/join", json!({})).await.refused(404, 16);
    free.get("/call/default/a").await.refused(404, 16);

    let own = free.post("/call/default/b", body("red")).await.ok(201);
    assert_eq!(own["call"]["team"], "red");
    red.get("/call/default/b").await.ok(200);
    free.post("/call/default/c", json!({})).await.ok(201);
    red.get("/call/default/c").await.refused(404, 16);
}

#[tokio::test]
async fn only_the_owner_changes_a_call() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    alice.post("/call/default/a", json!({ "data": { "custom": { "a": 1 } } })).await.ok(201);
    let wish =
        json!({ "custom": {}, "settings_override": { "audio": { "mic_default_on": false } } });
    let message = bob.patch("/call/default/a", wish).await.refused(403, 17);
    assert!(message.contains("User 'bob' with role 'user'"), "{message}");
    let loaded = bob.get("/call/default/a").await.ok(200);
    assert_eq!(loaded["call"]["custom"], json!({ "a": 1 }));
    assert_eq!(loaded["call"]["settings"]["audio"]["mic_default_on"], true);
    assert!(!loaded["own_capabilities"].as_array().unwrap().contains(&json!("update-call")));
}
