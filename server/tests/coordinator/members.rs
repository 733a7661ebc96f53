//! Members: who they are, who may change them, who hears of it.

use serde_json::{Value, json};

use crate::support::TestServer;

fn ids(members: &Value) -> Vec<&str> {
    let members = members.as_array().unwrap();
    members.iter().map(|member| member["user_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn one_request_adds_changes_and_removes_and_tells_each_kind_once() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let (_carol, mut carols) = server.connect("carol").await;
    let (watcher, mut watching) = server.connect("watcher").await;
    let members = json!([{ "user_id": "bob" }, { "user_id": "carol" }, { "user_id": "dave" }]);
    alice.post("/call/default/a", json!({ "data": { "members": members } })).await.ok(201);
    watcher.get("/call/default/a").await.ok(200);
    carols.expect("call.created").await;
    socket.expect("call.created").await;

    let body = json!({
        "update_members": [
            { "user_id": "erin", "custom": { "new": true } },
            { "user_id": "bob", "role": "host" },
            { "user_id": "dave", "custom": { "seat": 2 } },
        ],
        "remove_members": ["carol", "nobody"],
    });
    let answer = alice.post("/call/default/a/members", body.clone()).await.ok(201);
    assert_eq!(ids(&answer["members"]), ["erin", "bob", "dave"]);
    for socket in [&mut socket, &mut carols, &mut watching] {
        assert_eq!(ids(&socket.expect("call.member_added").await["members"]), ["erin"]);
        assert_eq!(ids(&socket.expect("call.member_updated").await["members"]), ["dave"]);
        let changed = socket.expect("call.member_updated_permission").await;
        assert_eq!(ids(&changed["members"]), ["bob"]);
        assert_eq!(changed["members"][0]["role"], "host");
        assert!(changed["capabilities_by_role"]["host"].is_array());
        assert_eq!(socket.expect("call.member_removed").await["members"], json!(["carol"]));
        socket.expect_silence().await;
    }

    alice
        .post("/call/default/a/members", json!({ "update_members": body["update_members"] }))
        .await
        .ok(201);
    socket.expect_silence().await;
    carols.expect_silence().await;
    let loaded = alice.get("/call/default/a").await.ok(200);
    assert_eq!(ids(&loaded["members"]), ["bob", "dave", "erin"]);
}

#[tokio::test]
async fn nobody_hands_out_a_role_that_is_more_than_their_own() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    let give =
        |user: &str, role: &str| json!({ "update_members": [{ "user_id": user, "role": role }] });
    for role in ["admin", "host", "moderator"] {
        bob.post("/call/default/a/members", give("bob", role)).await.refused(403, 17);
    }
    bob.post("/call/default/a/members", give("bob", "user")).await.ok(201);
    bob.post("/call/default/a/members", give("bob", "speaker")).await.ok(201);
    alice.post("/call/default/a/members", give("carol", "host")).await.ok(201);
    bob.post("/call/default/a/members", give("carol", "user")).await.refused(403, 17);
    alice.post("/call/default/a/members", give("bob", "host")).await.ok(201);
    let loaded = bob.get("/call/default/a").await.ok(200);
    assert!(loaded["own_capabilities"].as_array().unwrap().contains(&json!("update-call")));
    bob.post("/call/default/a/members", give("carol", "user")).await.ok(201);
}

#[tokio::test]
async fn viewers_of_a_livestream_change_no_members() {
    let server = TestServer::start().await;
    let (host, _socket) = server.connect("host").await;
    let (viewer, _socket) = server.connect("viewer").await;
    host.post("/call/livestream/a", json!({})).await.ok(201);
    let add = json!({ "update_members": [{ "user_id": "viewer" }] });
    viewer.post("/call/livestream/a/members", add).await.refused(403, 17);
    let remove = json!({ "remove_members": ["host"] });
    viewer.post("/call/livestream/a/members", remove).await.refused(403, 17);
    viewer.post("/call/livestream/a/members", json!({})).await.refused(403, 17);

    let same_as_host = json!({ "data": { "members": [{ "user_id": "viewer", "role": "host" }] } });
    let found = viewer.post("/call/livestream/a", same_as_host).await.ok(201);
    assert_eq!(ids(&found["members"]), Vec::<&str>::new());
}

#[tokio::test]
async fn get_or_create_of_a_call_that_exists_adds_the_members_it_names() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    alice.post("/call/default/a", json!({ "data": { "custom": { "a": 1 } } })).await.ok(201);
    socket.expect("call.created").await;
    let body = json!({ "data": { "custom": { "b": 2 }, "members": [{ "user_id": "bob" }] } });
    let found = bob.post("/call/default/a", body.clone()).await.ok(201);
    assert_eq!(found["call"]["custom"], json!({ "a": 1 }));
    assert_eq!(found["membership"]["user_id"], "bob");
    socket.expect("call.member_added").await;
    bob.post("/call/default/a", body).await.ok(201);
    socket.expect_silence().await;
}

#[tokio::test]
async fn a_page_of_members_is_cut_and_the_rest_is_queried() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let members: Vec<_> = (0..30).map(|n| json!({ "user_id": format!("user-{n:02}") })).collect();
    let created =
        alice.post("/call/default/a", json!({ "data": { "members": members } })).await.ok(201);
    assert_eq!(created["members"].as_array().unwrap().len(), 25);
    let few = alice.get("/call/default/a?members_limit=3").await.ok(200);
    assert_eq!(ids(&few["members"]), ["user-00", "user-01", "user-02"]);
    alice.get("/call/default/a?members_limit=101").await.refused(400, 4);

    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let body = json!({ "type": "default", "id": "a", "limit": 12, "next": next,
            "sort": [{ "field": "user_id", "direction": -1 }] });
        let page = alice.post("/call/members", body).await.ok(201);
        seen.extend(ids(&page["members"]).into_iter().map(str::to_owned));
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    let expected: Vec<_> = (0..30).rev().map(|n| format!("user-{n:02}")).collect();
    assert_eq!(seen, expected);
    let filter = json!({ "type": "default", "id": "a", "filter_conditions": { "user_id": { "$in": ["user-07", "x"] } } });
    assert_eq!(ids(&alice.post("/call/members", filter).await.ok(201)["members"]), ["user-07"]);
}
