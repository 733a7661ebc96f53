//! Users as backends manage them: over HTTP and on the command line.

use serde_json::{Value, json};

use trunkline_server::control::SfuOrder;

use crate::support::{Client, TestServer, sfu_name};

#[tokio::test]
async fn a_backend_creates_users_and_changes_them() {
    let server = TestServer::start().await;
    let backend = server.backend(&server.app);
    let users = json!({ "users": {
        "alice": { "id": "alice", "role": "admin", "teams": ["red"], "name": "Alice",
            "image": "x.png", "custom": { "a": 1 } },
        "bob": {},
    } });
    let answer = backend.post("/users", users).await.ok(201);
    let alice = &answer["users"]["alice"];
    assert_eq!(
        (&alice["role"], &alice["teams"], &alice["name"], &alice["custom"]),
        (&json!("admin"), &json!(["red"]), &json!("Alice"), &json!({ "a": 1 }))
    );
    assert_eq!(answer["users"]["bob"]["role"], "user");

    // What is absent stays, what is there is replaced.
    let change = json!({ "users": { "alice": { "teams": [], "custom": { "b": 2 } } } });
    let answer = backend.post("/users", change).await.ok(201);
    let alice = &answer["users"]["alice"];
    assert_eq!(
        (&alice["role"], &alice["teams"], &alice["name"], &alice["custom"]),
        (&json!("admin"), &json!([]), &json!("Alice"), &json!({ "b": 2 }))
    );
}

#[tokio::test]
async fn a_changed_user_is_told_on_every_socket_and_nobody_else_is() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let (alice, mut first) = server.connect("alice").await;
    let (_, mut second) = server.connect("alice").await;
    let (bob, mut bob_hears) = server.connect("bob").await;
    let (_, mut stranger) = server.connect_client(server.stranger_in(&other, "alice")).await;
    // Not even those who are in a call with her.
    alice.post("/call/default/a", json!({})).await.ok(201);
    bob.get("/call/default/a").await.ok(200);
    for socket in [&mut first, &mut second] {
        socket.expect("call.created").await;
    }
    let backend = server.backend(&server.app);
    let change = json!({ "users": { "alice": { "role": "host", "name": "A" }, "eve": {} } });
    backend.post("/users", change.clone()).await.ok(201);
    for socket in [&mut first, &mut second] {
        let event = socket.expect("user.updated").await;
        let user = &event["user"];
        assert_eq!(
            (&user["id"], &user["role"], &user["name"], &user["online"]),
            (&json!("alice"), &json!("host"), &json!("A"), &json!(true))
        );
        assert!(event["created_at"].is_string() && event["custom"].is_object());
    }
    // Nothing changed, nothing to tell.
    backend.post("/users", change).await.ok(201);
    for socket in [&mut first, &mut second, &mut bob_hears, &mut stranger] {
        socket.expect_silence().await;
    }
}

#[tokio::test]
async fn what_this_server_cannot_keep_is_refused_and_not_dropped() {
    let server = TestServer::start().await;
    let backend = server.backend(&server.app);
    for user in [json!({ "teams_role": { "red": "host" } }), json!({ "invisible": true })] {
        let users = json!({ "users": { "alice": user } });
        backend.post("/users", users).await.refused(400, 19);
    }
    let users = json!({ "users": { "alice": { "teams_role": {}, "invisible": false } } });
    backend.post("/users", users).await.ok(201);
}

#[tokio::test]
async fn roles_and_teams_of_the_store_decide_what_a_plain_token_may_do() {
    let server = TestServer::start().await;
    let users = json!({ "users": {
        "admin": { "role": "admin", "teams": ["red"] }, "guest": { "role": "guest" } } });
    server.backend(&server.app).post("/users", users).await.ok(201);
    // No visit is needed first, and connecting keeps both.
    let stranger = server.stranger("admin");
    stranger.post("/call/default/a", json!({})).await.refused(400, 4);
    let (admin, _socket) = server.connect("admin").await;
    let data = json!({ "data": { "team": "red" } });
    admin.post("/call/livestream/a", data).await.ok(201);
    server.stranger("guest").post("/call/default/b", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn under_v2_dates_are_numbers() {
    let server = TestServer::start().await;
    let backend = server.backend(&server.app);
    let url = format!("{}/api/v2/users?api_key={}", server.base, backend.api_key);
    let headers = vec![
        ("authorization", backend.token.clone()),
        ("content-type", "application/json".to_owned()),
    ];
    let body = br#"{ "users": { "alice": {} } }"#.to_vec();
    let answer = crate::support::send("POST", url, headers, body).await.ok(201);
    assert!(answer["users"]["alice"]["created_at"].is_u64());
}

#[tokio::test]
async fn participants_are_no_backend_and_a_backend_is_no_participant() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect_as("alice", Some("admin"), None).await;
    let body = json!({ "users": { "alice": { "role": "admin" } } });
    alice.post("/users", body.clone()).await.refused(403, 17);
    Client { token: String::new(), ..alice.clone() }.post("/users", body).await.refused(401, 5);
    let backend = server.backend(&server.app);
    for path in ["/call/default/a", "/call/default/a/join", "/calls", "/call/default/a/ring"] {
        backend.post(path, json!({})).await.refused(401, 5);
    }
    let posing = Client { user_id: "alice".into(), ..backend };
    posing.post("/call/default/a", json!({})).await.refused(401, 5);
}

#[tokio::test]
async fn a_bad_user_spoils_the_whole_request() {
    let server = TestServer::start().await;
    let backend = server.backend(&server.app);
    let many: serde_json::Map<String, Value> =
        (0..101).map(|n| (format!("u{n}"), json!({}))).collect();
    let teams: Vec<_> = (0..101).map(|n| format!("t{n}")).collect();
    let long = "x".repeat(101);
    for users in [
        json!({}),
        Value::Object(many),
        json!({ "good": {}, "!anon": {} }),
        json!({ "good": {}, "": {} }),
        json!({ "good": {}, "../x": {} }),
        json!({ "good": { "id": "bad" } }),
        json!({ "good": {}, "bad": { "role": "a b" } }),
        json!({ "good": {}, "bad": { "role": "" } }),
        json!({ "good": {}, "bad": { "role": 1 } }),
        json!({ "good": {}, "bad": { "teams": "red" } }),
        json!({ "good": {}, "bad": { "teams": [""] } }),
        json!({ "good": {}, "bad": { "teams": ["red", "red"] } }),
        json!({ "good": {}, "bad": { "teams": teams } }),
        json!({ "good": {}, "bad": { "teams": [long] } }),
        json!({ "good": {}, "bad": { "custom": [] } }),
        json!([]),
    ] {
        backend.post("/users", json!({ "users": users })).await.refused(400, 4);
    }
    backend.post("/users", json!({})).await.refused(400, 4);
    server.stranger("good").post("/call/default/a", json!({})).await.refused(404, 16);
}

#[tokio::test]
async fn the_keys_of_javascript_objects_are_ordinary_ids_and_data() {
    let server = TestServer::start().await;
    let custom = json!({ "__proto__": { "admin": true }, "constructor": 1, "then": "x", "": null });
    let users = json!({ "users": { "__proto__": { "custom": custom }, "constructor": {} } });
    let answer = server.backend(&server.app).post("/users", users).await.ok(201);
    assert_eq!(answer["users"]["__proto__"]["custom"], custom);
    assert_eq!(answer["users"]["__proto__"]["role"], "user");
    assert_eq!(answer["users"]["constructor"]["id"], "constructor");
}

#[tokio::test]
async fn a_user_hears_of_changes_to_themselves() {
    let server = TestServer::start().await;
    let (_alice, mut socket) = server.connect("alice").await;
    let (_bob, mut bobs) = server.connect("bob").await;
    let backend = server.backend(&server.app);
    let change = json!({ "users": { "alice": { "name": "Alice" } } });
    backend.post("/users", change.clone()).await.ok(201);
    assert_eq!(socket.expect("user.updated").await["user"]["name"], "Alice");
    backend.post("/users", change).await.ok(201);
    let (_second, _socket) = server.connect("alice").await;
    socket.expect_silence().await;
    bobs.expect_silence().await;
}

#[tokio::test]
async fn who_is_in_a_call_with_a_user_hears_of_a_rename_and_so_does_the_sfu() {
    let server = TestServer::start().await;
    let (alice, mut watches) = server.connect("alice").await;
    let (_bob, mut own) = server.connect("bob").await;
    let (_eve, mut stranger) = server.connect("eve").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    watches.expect("call.created").await;
    server.participant_joined("default:a", "bob", "s1");
    watches.expect("call.session_started").await;
    watches.expect("call.session_participant_joined").await;

    let backend = server.backend(&server.app);
    let change = json!({ "users": { "bob": { "name": "Robert", "image": "r.png" } } });
    backend.post("/users", change).await.ok(201);
    for socket in [&mut watches, &mut own] {
        assert_eq!(socket.expect("user.updated").await["user"]["name"], "Robert");
    }
    assert_eq!(
        *server.orders.lock().unwrap(),
        [SfuOrder::UpdateUser {
            cid: sfu_name("default:a"),
            user_id: "bob".into(),
            name: "Robert".into(),
            image: "r.png".into(),
            custom: serde_json::Map::new(),
        }]
    );
    let loaded = alice.get("/call/default/a").await.ok(200);
    let session = &loaded["call"]["session"];
    assert_eq!(session["participants"][0]["user"]["name"], "Robert");

    server.participant_left("default:a", "bob", "s1");
    watches.expect("call.session_participant_left").await;
    let change = json!({ "users": { "bob": { "name": "Bob" } } });
    backend.post("/users", change).await.ok(201);
    assert_eq!(own.expect("user.updated").await["user"]["name"], "Bob");
    watches.expect_silence().await;
    stranger.expect_silence().await;
}
