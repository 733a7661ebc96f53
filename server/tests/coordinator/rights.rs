//! Who may act on whom, what of a right is left when it is taken away, and who finds which calls.

use serde_json::{Value, json};
use trunkline_protocol::sfu::models::CallEndedReason;
use trunkline_server::{auth::UserClaims, control::SfuOrder};

use crate::support::{Client, KEY, Raw, Socket, TestServer, close_code, next_json, send, sfu_name};

#[tokio::test]
async fn nobody_takes_a_role_away_by_removing_its_member() {
    let server = TestServer::start().await;
    let (owner, _socket) = server.connect("owner").await;
    let (bob, _socket) = server.connect("bob").await;
    let members = json!([{ "user_id": "host", "role": "host" }, { "user_id": "carol" }]);
    owner.post("/call/default/a", json!({ "data": { "members": members } })).await.ok(201);
    let remove = |id: &str| json!({ "remove_members": [id] });
    let change = |body: Value| bob.post("/call/default/a/members", body);
    assert!(change(remove("host")).await.refused(403, 17).contains("holds more"));
    let custom = json!({ "update_members": [{ "user_id": "host", "custom": { "x": 1 } }] });
    change(custom.clone()).await.refused(403, 17);
    // Nothing of a request that goes too far is done.
    change(json!({ "remove_members": ["carol", "host"] })).await.refused(403, 17);
    let same = json!({ "data": { "members": [{ "user_id": "host", "role": "host" }] } });
    bob.post("/call/default/a", same).await.ok(201);
    let loaded = owner.get("/call/default/a").await.ok(200);
    let members = loaded["members"].as_array().unwrap();
    let host = members.iter().find(|member| member["user_id"] == "host").unwrap();
    assert_eq!(host["role"], "host");
    assert_eq!(host["custom"], json!({}));
    change(remove("carol")).await.ok(201);
    owner.post("/call/default/a/members", custom).await.ok(201);
    owner.post("/call/default/a/members", remove("host")).await.ok(201);
}

#[tokio::test]
async fn a_moderator_does_not_lock_out_who_holds_more() {
    let server = TestServer::start().await;
    let (owner, _socket) = server.connect("owner").await;
    let (moderator, _socket) = server.connect("mod").await;
    let (host, _socket) = server.connect("host").await;
    server.connect("viewer").await;
    for call_type in ["default", "livestream", "audio_room"] {
        let path = format!("/call/{call_type}/a");
        let members = json!([
            { "user_id": "mod", "role": "moderator" },
            { "user_id": "mod2", "role": "moderator" },
            { "user_id": "host", "role": "host" },
        ]);
        owner.post(&path, json!({ "data": { "members": members } })).await.ok(201);
        let acts = [
            ("block", json!({})),
            ("kick", json!({})),
            ("kick", json!({ "block": true })),
            ("user_permissions", json!({ "revoke_permissions": ["send-audio"] })),
        ];
        for (action, body) in acts {
            let act = |by: &Client, on: &str| {
                let mut body = body.clone();
                body["user_id"] = on.into();
                let (by, path) = (by.clone(), format!("{path}/{action}"));
                async move { by.post(&path, body).await }
            };
            for (by, on) in [(&moderator, "owner"), (&moderator, "host"), (&host, "owner")] {
                let refusal = act(by, on).await.refused(403, 17);
                assert!(refusal.contains("holds more"), "{call_type} {action}: {refusal}");
            }
            act(&moderator, "mod2").await.ok(201);
            act(&moderator, "viewer").await.ok(201);
        }
        // Whoever was blocked by those who may is let in again, for the next.
        for id in ["mod2", "viewer"] {
            let body = json!({ "user_id": id });
            moderator.post(&format!("{path}/unblock"), body).await.ok(201);
        }
        owner.post(&format!("{path}/block"), json!({ "user_id": "host" })).await.ok(201);
    }
}

#[tokio::test]
async fn a_blocked_user_hears_no_more_of_the_call_by_any_way() {
    let server = TestServer::start().await;
    let (alice, mut alice_hears) = server.connect("alice").await;
    let (bob, mut bob_hears) = server.connect("bob").await;
    let members = json!([{ "user_id": "alice" }, { "user_id": "bob" }]);
    alice.post("/call/default/a", json!({ "data": { "members": members } })).await.ok(201);
    alice.post("/call/default/b", json!({})).await.ok(201);
    for path in ["/call/default/a", "/call/default/b"] {
        bob.get(path).await.ok(200);
    }
    bob_hears.expect("call.created").await;
    let call = |action: &str| format!("/call/default/a/{action}");
    alice.post(&call("kick"), json!({ "user_id": "bob", "block": true })).await.ok(201);
    bob_hears.expect("call.blocked_user").await;
    bob_hears.expect("call.kicked_user").await;

    // He may look at the call, and does not hear of it by that.
    bob.get("/call/default/a").await.ok(200);
    bob.post("/calls", json!({ "watch": true })).await.ok(201);
    alice.post(&call("event"), json!({ "custom": { "secret": 1 } })).await.ok(201);
    alice.patch("/call/default/a", json!({ "custom": { "secret": 2 } })).await.ok(200);
    alice.get("/call/default/a?notify=true").await.ok(200);
    alice.post(&call("ring"), json!({})).await;
    alice.post(&call("reaction"), json!({ "type": "x" })).await.ok(201);
    bob_hears.expect_silence().await;
    let (_again, mut again) = server.connect("bob").await;
    again.expect_silence().await;
    // Other calls are another matter.
    alice.patch("/call/default/b", json!({ "custom": { "n": 1 } })).await.ok(200);
    assert_eq!(bob_hears.expect("call.updated").await["call_cid"], "default:b");

    alice.post(&call("unblock"), json!({ "user_id": "bob" })).await.ok(201);
    bob.get("/call/default/a").await.ok(200);
    alice.patch("/call/default/a", json!({ "custom": { "n": 2 } })).await.ok(200);
    let heard = bob_hears.next().await;
    assert_eq!((&heard["type"], &heard["call_cid"]), (&json!("call.updated"), &json!("default:a")));
    while alice_hears.next().await["type"] != "call.unblocked_user" {}
}

#[tokio::test]
async fn a_block_ends_with_its_call() {
    for hard in [false, true] {
        let server = TestServer::start().await;
        let (alice, _socket) = server.connect("alice").await;
        let (bob, _bobs) = server.connect("bob").await;
        alice.post("/call/default/a", json!({})).await.ok(201);
        alice.post("/call/default/a/block", json!({ "user_id": "bob" })).await.ok(201);
        alice.post("/call/default/a/delete", json!({ "hard": hard })).await.ok(201);
        bob.post("/call/default/a/join", json!({ "create": true })).await.ok(201);
    }
}

#[tokio::test]
async fn what_a_token_lends_is_not_there_without_it() {
    let server = TestServer::start().await;
    let (mut admin, _socket) = server.connect_as("alice", Some("admin"), Some("red")).await;
    let created = admin.post("/call/default/a", json!({ "data": { "team": "red" } })).await.ok(201);
    assert_eq!(created["call"]["created_by"]["role"], "admin");
    let own = |reply: Value| reply["own_capabilities"].as_array().unwrap().len();
    let all = own(admin.get("/call/default/a").await.ok(200));

    let plain = server.stranger("alice");
    admin.connection_id = None;
    assert!(own(plain.get("/call/default/a").await.ok(200)) <= all, "she owns it");
    let (bob, _socket) = server.connect("bob").await;
    bob.post("/call/livestream/b", json!({})).await.ok(201);
    let end = "/call/livestream/b/mark_ended";
    plain.post(end, json!({})).await.refused(403, 17);
    let without_team = server
        .client("alice", server.app.token_for("alice", Some("admin".into()), None, None).unwrap());
    without_team.post(end, json!({})).await.ok(201);
}

#[tokio::test]
async fn what_a_token_has_lent_ends_soon_after_it_for_others_as_well() {
    let server = TestServer::start().await;
    let token = |ttl| server.app.token_for("alice", Some("admin".into()), None, ttl).unwrap();
    let (bob, mut bob_hears) = server.connect("bob").await;
    let (alice, mut alice_hears) =
        server.connect_client(server.client("alice", token(Some(3600)))).await;
    bob.post("/call/livestream/a", json!({})).await.ok(201);
    bob.post("/call/livestream/a/go_live", json!({})).await.ok(201);
    alice.post("/call/livestream/a/join", json!({})).await.ok(201);
    server.participant_joined("livestream:a", "alice", "s1");
    while bob_hears.next().await["type"] != "call.session_participant_joined" {}
    assert!(server.orders.lock().unwrap().is_empty());
    // Time does not pass in tests: what is stored of it does.
    let data = server.stop().await;
    let store = rusqlite::Connection::open(data.path().join("trunkline.db")).unwrap();
    let lent = store.execute("UPDATE user SET lent_until = 1 WHERE lent_until IS NOT NULL", ());
    assert_eq!(lent.unwrap(), 1);
    drop(store);
    drop(alice_hears.next_frame().await);
    let server = TestServer::start_in(data, "--dev").await;
    let voids = server.voids.lock().unwrap().clone();
    assert_eq!(voids.len(), 1, "her tokens are good for others only: {voids:?}");
    let (bob, _socket) = server.connect("bob").await;
    let call = json!({ "data": { "members": [{ "user_id": "alice" }] } });
    let created = bob.post("/call/default/new", call).await.ok(201);
    assert_eq!(created["members"][0]["user"]["role"], "user");
}

#[tokio::test]
async fn a_backend_has_the_last_word_on_what_a_token_has_lent() {
    let server = TestServer::start().await;
    let (_admin, _socket) = server.connect_as("alice", Some("admin"), Some("red")).await;
    let backend = server.backend(&server.app);
    let users = json!({ "users": { "alice": { "role": "guest" } } });
    let answer = backend.post("/users", users).await.ok(201);
    let alice = &answer["users"]["alice"];
    assert_eq!((&alice["role"], &alice["teams"]), (&json!("guest"), &json!([])));
    server.stranger("alice").post("/call/default/a", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn what_a_token_says_of_its_user_ends_when_the_backend_says_otherwise() {
    let server = TestServer::start().await;
    let backend = server.backend(&server.app);
    let rule = async |user: &str, wish: Value| {
        backend.post("/users", json!({ "users": { user: wish } })).await.ok(201);
    };
    let (bob, mut hears) = server.connect("bob").await;
    bob.post("/call/livestream/a", json!({})).await.ok(201);
    let now = || std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let with = |user: &str, iat: Option<u64>, teams: Option<&str>| {
        let claims = UserClaims {
            user_id: Some(user.into()),
            iat: iat.map(Into::into),
            role: Some("admin".into()),
            teams: teams.map(|team| vec![team.into()]),
            ..UserClaims::default()
        };
        server.client(user, server.app.sign(&claims).unwrap())
    };
    let change = json!({ "custom": { "x": 1 } });
    let path = "/call/livestream/a";
    // Stored is that she is a user: said again, it is said.
    for (user, role) in [("ann", "user"), ("cleo", "guest")] {
        rule(user, json!({ "name": "before" })).await;
        let old = [with(user, Some(now() - 10), None), with(user, None, None)];
        for client in &old {
            client.patch(path, change.clone()).await.ok(200);
        }
        rule(user, json!({ "name": "other" })).await;
        old[0].patch(path, change.clone()).await.ok(200);
        // In the call by what the token says, and without a socket.
        old[0].post(&format!("{path}/join"), json!({})).await.ok(201);
        server.participant_joined("livestream:a", user, "s1");
        next_of(&mut hears, "call.session_participant_joined").await;
        server.orders.lock().unwrap().clear();
        server.voids.lock().unwrap().clear();

        rule(user, json!({ "role": role })).await;
        for client in &old {
            client.patch(path, change.clone()).await.refused(403, 17);
            client.post(&format!("{path}/join"), json!({})).await.refused(403, 17);
        }
        let orders = std::mem::take(&mut *server.orders.lock().unwrap());
        let (cid, reason) = (sfu_name("livestream:a"), CallEndedReason::Kicked);
        let out = SfuOrder::RemoveUser { cid, user_id: user.into(), reason };
        assert_eq!(orders.iter().filter(|order| **order == out).count(), 1, "{orders:?}");
        assert!(!server.voids.lock().unwrap().is_empty(), "nor by the SFU token that she has");
        server.participant_left("livestream:a", user, "s1");
        next_of(&mut hears, "call.session_participant_left").await;
        with(user, Some(now()), None).patch(path, change.clone()).await.ok(200);
    }
    // The same for teams, and nobody connects with what is over.
    rule("dora", json!({ "name": "before" })).await;
    let red = with("dora", Some(now()), Some("red"));
    red.post("/call/default/red", json!({ "data": { "team": "red" } })).await.ok(201);
    let old = with("dora", Some(now() - 10), Some("red"));
    old.get("/call/default/red").await.ok(200);
    rule("dora", json!({ "teams": ["blue"] })).await;
    old.get("/call/default/red").await.refused(404, 16);
    let (old, _socket) = server.connect_client(old).await;
    old.get("/call/default/red").await.refused(404, 16);
}

#[tokio::test]
async fn a_socket_ends_with_its_token_and_comes_back_with_another_one() {
    let server = TestServer::start().await;
    let claims = |exp: f64| UserClaims {
        user_id: Some("alice".into()),
        exp: serde_json::Number::from_f64(exp),
        ..UserClaims::default()
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let token = server.app.sign(&claims(now.as_secs_f64() + 2.0)).unwrap();
    let (alice, socket) = server.connect_client(server.client("alice", token)).await;
    assert_eq!(socket.close_code().await, Some(1008), "clients come back after that");
    // The refusal that has them ask for another token.
    let mut raw: Raw = server.open(&format!("/video/connect?api_key={KEY}")).await;
    let hello = json!({ "token": alice.token, "user_details": { "id": "alice" } });
    futures_util::SinkExt::send(
        &mut raw,
        tokio_tungstenite::tungstenite::Message::text(hello.to_string()),
    )
    .await
    .unwrap();
    let event = next_json(&mut raw).await;
    assert_eq!((&event["type"], &event["error"]["code"]), (&json!("connection.error"), &json!(40)));
    close_code(&mut raw).await;
    let far = server.app.sign(&claims(4e10)).unwrap();
    let (_alice, mut socket) = server.connect_client(server.client("alice", far)).await;
    socket.expect_silence().await;
}

/// The next event of this type.
async fn next_of(socket: &mut Socket, event_type: &str) -> Value {
    loop {
        let event = socket.next().await;
        if event["type"] == event_type {
            return event;
        }
    }
}

/// Ids of the calls that a query finds.
async fn found(client: &Client, filter: Value) -> Vec<String> {
    let body = json!({ "filter_conditions": filter });
    let answer = client.post("/calls", body).await.ok(201);
    let calls = answer["calls"].as_array().unwrap();
    let mut ids: Vec<_> =
        calls.iter().map(|row| row["call"]["cid"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn guests_and_anonymous_find_only_calls_that_they_know() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let guests = json!({ "users": { "guest": { "role": "guest" } } });
    server.backend(&server.app).post("/users", guests).await.ok(201);
    for id in ["a", "b", "mine"] {
        let members = if id == "mine" { json!([{ "user_id": "guest" }]) } else { json!([]) };
        let data = json!({ "data": { "custom": { "secret": id }, "members": members } });
        alice.post(&format!("/call/development/{id}"), data).await.ok(201);
    }
    let (guest, anonymous) = (server.stranger("guest"), server.client("!anon", String::new()));
    for filter in [
        json!({}),
        json!({ "type": "development" }),
        json!({ "created_by_user_id": "alice" }),
        json!({ "cid": { "$gt": "" } }),
        json!({ "$or": [{ "cid": "development:a" }, { "type": "development" }] }),
    ] {
        assert_eq!(found(&guest, filter.clone()).await, ["development:mine"], "{filter}");
        assert_eq!(found(&anonymous, filter.clone()).await, [""; 0], "{filter}");
    }
    for filter in [
        json!({ "cid": "development:a" }),
        json!({ "cid": { "$eq": "development:a" } }),
        json!({ "cid": { "$in": ["development:a", "development:x"] } }),
        json!({ "id": "a" }),
    ] {
        assert_eq!(found(&guest, filter.clone()).await, ["development:a"], "{filter}");
        assert_eq!(found(&anonymous, filter).await, ["development:a"]);
    }
    assert_eq!(found(&alice, json!({})).await.len(), 3);
}

#[tokio::test]
async fn what_a_role_may_do_is_configured_per_call_type() {
    let server = TestServer::start_with(
        "--dev --grants default:guest=read-call --grants livestream:guest=join-call,read-call \
         --grants default:owner=end-call",
    )
    .await;
    let (alice, _socket) = server.connect("alice").await;
    let guests = json!({ "users": { "guest": { "role": "guest" } } });
    server.backend(&server.app).post("/users", guests).await.ok(201);
    let guest = server.stranger("guest");
    let created = alice.post("/call/default/a", json!({})).await.ok(201);
    let own = created["own_capabilities"].as_array().unwrap();
    assert!(own.contains(&json!("end-call")) && !own.contains(&json!("block-users")));
    guest.get("/call/default/a").await.ok(200);
    guest.post("/call/default/a/join", json!({})).await.refused(403, 17);
    alice.post("/call/livestream/a", json!({})).await.ok(201);
    alice.post("/call/livestream/a/go_live", json!({})).await.ok(201);
    guest.post("/call/livestream/a/join", json!({})).await.ok(201);
    let event = alice.patch("/call/livestream/a", json!({ "custom": {} })).await.ok(200);
    assert!(event["call"].is_object());
}

#[tokio::test]
async fn who_may_not_read_a_call_any_more_hears_no_more_of_it() {
    // Only members may read.
    let args =
        "--dev --grants default:guest=create-reaction --grants default:call_member=read-call";
    let server = TestServer::start_with(args).await;
    let guests = json!({ "users": { "bob": { "role": "guest" } } });
    server.backend(&server.app).post("/users", guests).await.ok(201);
    let (alice, _socket) = server.connect("alice").await;
    let (bob, mut bob_hears) = server.connect("bob").await;
    let members = json!({ "data": { "members": [{ "user_id": "bob" }] } });
    alice.post("/call/default/a", members).await.ok(201);
    bob_hears.expect("call.created").await;
    bob.get("/call/default/a").await.ok(200);
    alice.patch("/call/default/a", json!({ "custom": { "n": 1 } })).await.ok(200);
    bob_hears.expect("call.updated").await;

    let members = json!({ "remove_members": ["bob"] });
    alice.post("/call/default/a/members", members).await.ok(201);
    bob_hears.expect("call.member_removed").await;
    bob.get("/call/default/a").await.refused(403, 17);
    alice.patch("/call/default/a", json!({ "custom": { "n": 2 } })).await.ok(200);
    bob_hears.expect_silence().await;
}

#[tokio::test]
async fn turn_credentials_are_signed_for_who_has_a_token() {
    let server =
        TestServer::start_with("--dev --turn turn:turn.example.com:3478 --turn-secret s").await;
    let (alice, _socket) = server.connect("alice").await;
    let open = json!({ "create": true, "data": { "settings_override": { "backstage": { "enabled": false } } } });
    let joined = alice.post("/call/livestream/a/join", open).await.ok(201);
    let told = &joined["credentials"]["ice_servers"][0];
    assert_eq!(told["urls"], json!(["turn:turn.example.com:3478"]));
    let (expiry, user) = told["username"].as_str().unwrap().split_once(':').unwrap();
    assert!(expiry.parse::<u64>().unwrap() > 1_000_000_000 && user == "alice");
    assert_eq!(told["password"].as_str().unwrap().len(), 28, "an HMAC-SHA1 in base64");

    let url = format!("{}/video/call/livestream/a/join?api_key={KEY}&user_id=!anon", server.base);
    let headers = vec![("stream-auth-type", "anonymous".to_owned())];
    let joined = send("POST", url.clone(), headers.clone(), vec![]).await.ok(201);
    assert_eq!(joined["credentials"]["ice_servers"], json!([]));
    let claims =
        UserClaims { call_cids: Some(vec!["livestream:a".into()]), ..UserClaims::default() };
    let mut headers = headers;
    headers.push(("authorization", server.app.sign(&claims).unwrap()));
    let joined = send("POST", url, headers, vec![]).await.ok(201);
    assert_eq!(joined["credentials"]["ice_servers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_key_at_the_start_takes_the_place_of_the_one_before() {
    let server = TestServer::start_with("--dev --api-key first").await;
    let token = server.stranger("alice").token;
    let data = server.stop().await;
    let other = trunkline_server::auth::App { key: "added".into(), secret: "s".into() };
    trunkline_server::admin::put_app(data.path(), other.clone(), None).await.unwrap();
    let server = TestServer::start_in(data, "--dev --api-key second").await;
    let at = |key: &str, token: &str| Client {
        api_key: key.into(),
        ..server.client("alice", token.to_owned())
    };
    at("first", &token).get("/call/default/a").await.refused(401, 2);
    at("second", &token).get("/call/default/a").await.refused(404, 16);
    // Apps that have a command of their own stay.
    server.stranger_in(&other, "alice").get("/call/default/a").await.refused(404, 16);
    let server = TestServer::start_in(server.stop().await, "--dev --api-key first").await;
    let first = Client { api_key: "first".into(), ..server.client("alice", token) };
    first.get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn pages_of_other_machines_get_nothing_of_a_server_for_development() {
    for (args, origin, allowed) in [
        ("--dev", "http://localhost:3000", Some("http://localhost:3000")),
        ("--dev", "https://example.com", None),
        (crate::support::OWN_APP, "https://example.com", Some("*")),
    ] {
        let server = TestServer::start_with(args).await;
        let url = format!("{}/dev/token?user_id=alice", server.base);
        let headers = vec![("origin", origin.to_owned())];
        let (_, headers, _) = crate::support::send_raw("GET", url, headers, vec![]).await;
        let told = headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(told, allowed, "{args} {origin}");
    }
}
