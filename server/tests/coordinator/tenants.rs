//! Apps and teams do not meet: no data, no event, no right crosses.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use trunkline_protocol::sfu::models::CallEndedReason;
use trunkline_server::{
    app::AppId,
    auth::UserClaims,
    control::{SfuClaims, SfuOrder, call_name},
};

use crate::support::{Client, OWN_APP, Socket, TestServer, next_json, sfu_name};

/// Alice of the second app, and her socket.
async fn other_alice(server: &TestServer, app: &trunkline_server::auth::App) -> (Client, Socket) {
    server.connect_client(server.stranger_in(app, "alice")).await
}

#[tokio::test]
async fn the_same_names_in_two_apps_are_different_things() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let (mine, mut my_socket) = server.connect("alice").await;
    let (theirs, mut their_socket) = other_alice(&server, &other).await;
    let body = |topic: &str| {
        json!({ "data": { "custom": { "topic": topic },
        "members": [{ "user_id": "alice" }, { "user_id": "bob", "role": "host" }] } })
    };
    assert_eq!(mine.post("/call/default/a", body("mine")).await.ok(201)["created"], true);
    my_socket.expect("call.created").await;
    their_socket.expect_silence().await;
    theirs.get("/call/default/a").await.refused(404, 16);
    assert_eq!(theirs.post("/call/default/a", body("theirs")).await.ok(201)["created"], true);
    their_socket.expect("call.created").await;
    my_socket.expect_silence().await;

    theirs.patch("/call/default/a", json!({ "custom": { "topic": "new" } })).await.ok(200);
    their_socket.expect("call.updated").await;
    my_socket.expect_silence().await;
    assert_eq!(mine.get("/call/default/a").await.ok(200)["call"]["custom"]["topic"], "mine");

    mine.post("/call/default/a/mark_ended", json!({})).await.ok(201);
    my_socket.expect("call.ended").await;
    their_socket.expect_silence().await;
    let found = theirs.get("/call/default/a").await.ok(200);
    assert_eq!(found["call"]["ended_at"], Value::Null);
    let order = |orders: Vec<SfuOrder>| match orders.as_slice() {
        [SfuOrder::EndCall { cid, .. }] => cid.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(order(server.orders.lock().unwrap().clone()), sfu_name("default:a"));
}

#[tokio::test]
async fn queries_and_counts_stay_in_the_app() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let (mine, _my_socket) = server.connect("alice").await;
    let (theirs, _their_socket) = other_alice(&server, &other).await;
    let members = json!({ "data": { "members": [{ "user_id": "alice" }, { "user_id": "bob" }] } });
    mine.post("/call/default/a", members.clone()).await.ok(201);
    theirs.post("/call/default/b", members).await.ok(201);
    let cids = |answer: Value| -> Vec<String> {
        let calls = answer["calls"].as_array().unwrap();
        calls.iter().map(|call| call["call"]["cid"].as_str().unwrap().to_owned()).collect()
    };
    for filter in [
        json!({}),
        json!({ "members": { "$in": ["bob"] } }),
        json!({ "$or": [{ "id": "a" }, { "id": "b" }] }),
        json!({ "created_by_user_id": "alice" }),
        json!({ "ongoing": false }),
    ] {
        let body = json!({ "filter_conditions": filter });
        assert_eq!(cids(mine.post("/calls", body.clone()).await.ok(201)), ["default:a"], "{body}");
        assert_eq!(
            cids(theirs.post("/calls", body.clone()).await.ok(201)),
            ["default:b"],
            "{body}"
        );
    }
    theirs.post("/call/members", json!({ "type": "default", "id": "a" })).await.refused(404, 16);

    // A session of the same cid in the other app is not this call's.
    mine.post("/call/default/b", json!({})).await.ok(201);
    server.participant_joined("default:b", "alice", "s1");
    let ongoing = json!({ "filter_conditions": { "ongoing": true } });
    loop {
        if cids(mine.post("/calls", ongoing.clone()).await.ok(201)) == ["default:b"] {
            break;
        }
    }
    assert_eq!(cids(theirs.post("/calls", ongoing).await.ok(201)), Vec::<String>::new());
}

#[tokio::test]
async fn notices_and_tokens_of_the_sfu_belong_to_one_app() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let (mine, mut my_socket) = server.connect("alice").await;
    let (theirs, mut their_socket) = other_alice(&server, &other).await;
    for client in [&mine, &theirs] {
        client.post("/call/default/a", json!({})).await.ok(201);
    }
    my_socket.expect("call.created").await;
    their_socket.expect("call.created").await;
    let claims = async |client: &Client| {
        let joined = client.post("/call/default/a/join", json!({ "location": "x" })).await.ok(201);
        let token = joined["credentials"]["token"].as_str().unwrap();
        SfuClaims::verify(token, &server.sfu_secret).unwrap().cid
    };
    assert_eq!(claims(&mine).await, call_name(AppId(1), "default:a"));
    assert_eq!(claims(&theirs).await, call_name(AppId(2), "default:a"));

    server.participant_joined_at(&call_name(AppId(2), "default:a"), "alice", "s1");
    their_socket.expect("call.session_started").await;
    let joined = their_socket.expect("call.session_participant_joined").await;
    assert_eq!(joined["call_cid"], "default:a");
    my_socket.expect_silence().await;
    assert_eq!(mine.get("/call/default/a").await.ok(200)["call"]["session"], Value::Null);
    // A notice that belongs to no app is dropped, and the next one is heard.
    server.participant_joined_at("default:a", "alice", "s2");
    server.participant_joined("default:a", "alice", "s3");
    my_socket.expect("call.session_started").await;
}

#[tokio::test]
async fn tokens_keys_and_connections_of_another_app_open_nothing() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let (mine, _my_socket) = server.connect("alice").await;
    let (theirs, _their_socket) = other_alice(&server, &other).await;
    let crossed = Client { token: theirs.token.clone(), ..mine.clone() };
    crossed.get("/call/default/a").await.refused(401, 43);
    let crossed = Client { api_key: theirs.api_key.clone(), ..mine.clone() };
    crossed.get("/call/default/a").await.refused(401, 43);
    let crossed = Client { connection_id: theirs.connection_id.clone(), ..mine.clone() };
    crossed.post("/call/default/a", json!({})).await.refused(400, 46);

    let mut raw = server.open("/video/connect?api_key=other").await;
    let hello = json!({ "token": mine.token, "user_details": { "id": "alice" } });
    raw.send(Message::text(hello.to_string())).await.unwrap();
    assert_eq!(next_json(&mut raw).await["error"]["code"], 43);
}

#[tokio::test]
async fn call_tokens_reach_calls_of_their_own_app() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let (mine, _socket) = server.connect("alice").await;
    mine.post("/call/default/a", json!({})).await.ok(201);
    let claims = UserClaims {
        user_id: Some("eve".into()),
        call_cids: Some(vec!["default:a".into()]),
        ..UserClaims::default()
    };
    let token = other.sign(&claims).unwrap();
    let eve = Client { api_key: other.key.clone(), ..server.client("eve", token) };
    let (eve, _socket) = server.connect_client(eve).await;
    eve.get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn the_app_of_development_is_shut_when_development_is_over() {
    let server = TestServer::start().await;
    let everybody = server.stranger("alice").token;
    server.connect("alice").await;
    let server = TestServer::start_in(server.stop().await, OWN_APP).await;
    let alice = server.client("alice", everybody);
    alice.get("/call/default/a").await.refused(401, 2);
    server.stranger_in(&server.app, "alice").get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn guests_belong_to_the_app_they_came_to() {
    let (server, other) = TestServer::start_with_two_apps().await;
    let nobody = Client { token: String::new(), ..server.stranger_in(&other, "") };
    let guest = nobody.post("/guest", json!({ "user": { "id": "g" } })).await.ok(201);
    let (id, token) = (guest["user"]["id"].as_str().unwrap(), guest["access_token"].as_str());
    let here = Client { api_key: other.key.clone(), ..server.client(id, token.unwrap().into()) };
    server.connect_client(here.clone()).await.1.close().await;
    Client { api_key: crate::support::KEY.into(), ..here }
        .get("/call/default/a")
        .await
        .refused(401, 43);
}

#[tokio::test]
async fn who_leaves_a_team_leaves_its_calls() {
    let server = TestServer::start().await;
    let (alice, mut alice_hears) = server.connect_as("alice", None, Some("red")).await;
    for (cid, user) in [("a", "bob"), ("b", "alice"), ("b", "bob")] {
        let data = json!({ "data": { "team": "red" } });
        alice.post(&format!("/call/default/{cid}"), data).await.ok(201);
        server.connect_as(user, None, Some("red")).await;
        server.participant_joined(&format!("default:{cid}"), user, &format!("{cid}-{user}"));
    }
    while alice_hears.next().await["participant"]["user_session_id"] != "b-bob" {}
    let teams = |teams: &[&str]| json!({ "users": { "bob": { "teams": teams } } });
    let backend = server.backend(&server.app);
    backend.post("/users", teams(&["red", "blue"])).await.ok(201);
    assert_eq!(*server.orders.lock().unwrap(), []);
    backend.post("/users", teams(&["blue"])).await.ok(201);
    let mut orders = server.orders.lock().unwrap().clone();
    orders.sort_by_key(|order| format!("{order:?}"));
    let put_out = |cid: &str| SfuOrder::RemoveUser {
        cid: sfu_name(cid),
        user_id: "bob".into(),
        reason: CallEndedReason::Kicked,
    };
    assert_eq!(orders, [put_out("default:a"), put_out("default:b")]);
}

#[tokio::test]
async fn events_of_a_team_do_not_reach_members_who_left_it() {
    let server = TestServer::start().await;
    let (alice, mut alice_hears) = server.connect_as("alice", None, Some("red")).await;
    let (bob, mut bob_hears) = server.connect_as("bob", None, Some("red")).await;
    let members = json!([{ "user_id": "alice" }, { "user_id": "bob" }]);
    let data = json!({ "data": { "team": "red", "members": members } });
    alice.post("/call/default/a", data).await.ok(201);
    alice_hears.expect("call.created").await;
    bob_hears.expect("call.created").await;
    bob.get("/call/default/a").await.ok(200);

    let moved = json!({ "users": { "bob": { "teams": ["blue"] } } });
    server.backend(&server.app).post("/users", moved).await.ok(201);
    bob_hears.expect("user.updated").await;
    alice.patch("/call/default/a", json!({ "custom": { "secret": 1 } })).await.ok(200);
    alice.get("/call/default/a?notify=true").await.ok(200);
    alice.post("/call/default/a/mark_ended", json!({})).await.ok(201);
    for event in ["call.updated", "call.notification", "call.ended"] {
        alice_hears.expect(event).await;
    }
    bob_hears.expect_silence().await;
}
