//! `queryCalls`.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

async fn cids(client: &Client, filter: Value) -> Vec<String> {
    let body = json!({ "filter_conditions": filter, "sort": [{ "field": "cid", "direction": 1 }] });
    let page = client.post("/calls", body).await.ok(201);
    let calls = page["calls"].as_array().unwrap();
    calls.iter().map(|row| row["call"]["cid"].as_str().unwrap().into()).collect()
}

#[tokio::test]
async fn filters_find_calls_by_what_the_app_knows() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    alice
        .post("/call/default/a", json!({ "data": { "members": [{ "user_id": "bob" }] } }))
        .await
        .ok(201);
    alice
        .post("/call/livestream/b", json!({ "data": { "starts_at": "2030-01-01T00:00:00Z" } }))
        .await
        .ok(201);
    bob.post("/call/default/c", json!({})).await.ok(201);
    for (filter, expected) in [
        (json!(null), vec!["default:a", "default:c", "livestream:b"]),
        (json!({ "type": "default" }), vec!["default:a", "default:c"]),
        (json!({ "id": { "$in": ["b", "c"] } }), vec!["default:c", "livestream:b"]),
        (json!({ "created_by_user_id": "bob" }), vec!["default:c"]),
        (json!({ "members": { "$in": ["bob", "zoe"] } }), vec!["default:a"]),
        (json!({ "backstage": true }), vec!["livestream:b"]),
        (json!({ "starts_at": { "$gt": "2029-01-01T00:00:00Z" } }), vec!["livestream:b"]),
        (json!({ "ongoing": true }), vec![]),
        (
            json!({ "$or": [{ "id": "a" }, { "type": "livestream" }] }),
            vec!["default:a", "livestream:b"],
        ),
    ] {
        assert_eq!(cids(&alice, filter.clone()).await, expected, "{filter}");
    }
    socket.expect("call.created").await;
    socket.expect("call.created").await;
    server.participant_joined("default:a", "alice", "s1");
    socket.expect("call.session_started").await;
    assert_eq!(cids(&alice, json!({ "ongoing": true })).await, ["default:a"]);
}

#[tokio::test]
async fn pages_stay_stable_while_calls_are_created() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    for n in 0..7 {
        alice.post(&format!("/call/default/{n}"), json!({})).await.ok(201);
    }
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let page = alice.post("/calls", json!({ "limit": 3, "next": next })).await.ok(201);
        let rows = page["calls"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["call"]["id"].as_str().unwrap().to_owned()));
        alice.post(&format!("/call/default/new-{}", seen.len()), json!({})).await.ok(201);
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn a_query_shows_only_what_a_get_would_show() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (red, _socket) = server.connect_as("red", None, Some("red")).await;
    let (guest, _socket) = server.connect_as("visitor", Some("guest"), None).await;
    let members = json!([{ "user_id": "visitor" }]);
    alice.post("/call/livestream/invited", json!({ "data": { "members": members } })).await.ok(201);
    alice.post("/call/livestream/other", json!({})).await.ok(201);
    alice.post("/call/default/open", json!({})).await.ok(201);
    red.post("/call/default/red", json!({ "data": { "team": "red" } })).await.ok(201);
    let all = ["default:open", "default:red", "livestream:invited", "livestream:other"];
    for client in [&alice, &red, &guest] {
        let mut readable = Vec::new();
        for cid in all {
            let reply = client.get(&format!("/call/{}", cid.replace(':', "/"))).await;
            if reply.status == 200 {
                readable.push(cid);
            }
        }
        let named = json!({ "cid": { "$in": all } });
        assert_eq!(cids(client, named).await, readable, "{}", client.user_id);
        assert!(!readable.is_empty() && readable.len() < all.len());
    }
    let sneaky = json!({ "$or": [{ "team": "red" }, { "team": { "$exists": true } }] });
    assert_eq!(cids(&alice, sneaky).await, Vec::<String>::new());
}

#[tokio::test]
async fn queries_outside_the_documented_limits_are_bad_input() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    for body in [
        json!({ "limit": 101 }),
        json!({ "limit": -1 }),
        json!({ "next": "forged" }),
        json!({ "prev": "x" }),
        json!({ "sort": [{ "field": "password" }] }),
        json!({ "sort": [{ "field": "cid", "direction": 2 }] }),
        json!({ "filter_conditions": { "$where": "1" } }),
        json!({ "filter_conditions": { "id": { "$regex": "(a+)+$" } } }),
        json!({ "filter_conditions": [] }),
        json!({ "sort": [{ "field": "custom.a" }] }),
        json!({ "filter_conditions": { "custom": "a" } }),
        json!({ "filter_conditions": { "custom.": "a" } }),
        json!({ "filter_conditions": { "custom.a..b": "a" } }),
        json!({ "filter_conditions": { "custom.a": { "$regex": "a" } } }),
        json!({ "filter_conditions": { "custom.a": { "$gt": true } } }),
        json!({ "filter_conditions": { "custom.a": { "$lt": null } } }),
        json!({ "filter_conditions": { "custom.a": { "$exists": 1 } } }),
        json!({ "filter_conditions": { "custom.a": { "$eq": { "b": 1 } } } }),
        json!({ "filter_conditions": { "custom.a": { "$in": [[1]] } } }),
        json!({ "filter_conditions": { "custom.a": { "$in": "a" } } }),
    ] {
        alice.post("/calls", body).await.refused(400, 4);
    }
}

#[tokio::test]
async fn filters_reach_into_custom_data() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    alice.post("/call/development/all", json!({})).await.ok(201);
    let hostile = [r#"a"b"#, r"back\slash", "$", "[0]", "x') OR 1=1 --", "\"", "nul\0", "é"];
    for (id, custom) in [
        (
            "a",
            json!({ "topic": "art", "rank": 1, "open": true, "nested": { "deep": { "er": 2.5 } } }),
        ),
        ("b", json!({ "topic": "zoo", "rank": 20, "open": false, "none": null, "list": [1] })),
        ("c", json!({ "topic": 1, "rank": "1", "open": 1, "b": "here", "nested.deep.er": 2.5 })),
        ("d", hostile.iter().map(|key| ((*key).to_owned(), json!("yes"))).collect()),
    ] {
        let body = json!({ "data": { "custom": custom,
            "members": [{ "user_id": id, "custom": custom }] } });
        let member = json!({ "update_members": body["data"]["members"] });
        alice.post(&format!("/call/default/{id}"), body).await.ok(201);
        alice.post("/call/development/all/members", member).await.ok(201);
    }
    let mut cases = vec![
        (json!({ "custom.topic": "art" }), "a"),
        (json!({ "custom.topic": { "$in": ["art", 1, true] } }), "ac"),
        (json!({ "custom.topic": { "$in": [] } }), ""),
        (json!({ "custom.topic": { "$gt": "art" } }), "b"),
        (json!({ "custom.rank": 1 }), "a"),
        (json!({ "custom.rank": 1.0 }), "a"),
        (json!({ "custom.rank": { "$gte": 1, "$lt": 20 } }), "a"),
        (json!({ "custom.rank": { "$gt": 1 } }), "b"),
        (json!({ "custom.rank": { "$lte": "1" } }), "c"),
        (json!({ "custom.open": true }), "a"),
        (json!({ "custom.open": { "$in": [true, false] } }), "ab"),
        (json!({ "custom.nested.deep.er": 2.5 }), "a"),
        (json!({ "custom.nested.deep.er": { "$exists": true } }), "a"),
        (json!({ "custom.none": { "$exists": true } }), "b"),
        (json!({ "custom.rank": { "$exists": false } }), "d"),
        (json!({ "custom.rank": null }), "d"),
        (json!({ "custom.list[0]": 1 }), ""),
        (json!({ "custom.x\".\"b": "here" }), ""),
        (json!({ "$or": [{ "custom.rank": 20 }, { "custom.b": "' OR 1=1 --" }] }), "b"),
    ];
    cases.extend(hostile.iter().map(|key| (json!({ format!("custom.{key}"): "yes" }), "d")));
    for (filter, expected) in cases {
        let calls = cids(&alice, json!({ "$and": [filter, { "type": "default" }] })).await;
        assert_eq!(calls.concat().replace("default:", ""), expected, "{filter}");
        let body = json!({ "type": "development", "id": "all", "filter_conditions": filter,
            "sort": [{ "field": "user_id", "direction": 1 }] });
        let page = alice.post("/call/members", body).await.ok(201);
        let members = page["members"].as_array().unwrap();
        let ids: String = members.iter().map(|row| row["user_id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{filter}");
    }
}

#[tokio::test]
async fn an_answer_is_bounded_and_the_next_page_has_the_rest() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    // A socket that is not read ends.
    let reading = tokio::spawn(async move {
        loop {
            drop(socket.next_frame().await);
        }
    });
    let custom = json!({ "a": "x".repeat(5000) });
    let member = |n| json!({ "user_id": format!("u{n}"), "custom": custom });
    let members: Vec<_> = (0..25).map(member).collect();
    for n in 0..50 {
        let data = json!({ "data": { "custom": custom, "members": members } });
        alice.post(&format!("/call/default/c{n}"), data).await.ok(201);
    }
    for watch in [false, true] {
        let (mut seen, mut next, mut pages) = (Vec::new(), Value::Null, 0);
        while pages == 0 || !next.is_null() {
            let body = json!({ "limit": 100, "next": next, "watch": watch,
                "sort": [{ "field": "created_at", "direction": 1 }] });
            let page = alice.post("/calls", body).await.ok(201);
            assert!(page.to_string().len() < 4 * 1024 * 1024 + 1024);
            let rows = page["calls"].as_array().unwrap();
            seen.extend(rows.iter().map(|row| row["call"]["id"].as_str().unwrap().to_owned()));
            next = page["next"].clone();
            pages += 1;
        }
        assert_eq!(seen, (0..50).map(|n| format!("c{n}")).collect::<Vec<_>>());
        assert!(pages >= 2, "{pages}");
    }
    reading.abort();
}

#[tokio::test]
async fn the_participants_of_a_large_call_are_counted_and_not_all_named() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    let member = |n| json!({ "user_id": format!("u{n}") });
    for n in 0..3 {
        let members: Vec<_> = (n * 100..n * 100 + 100).map(member).collect();
        alice.post("/call/default/a", json!({ "data": { "members": members } })).await.ok(201);
        let changed = if n == 0 { "call.created" } else { "call.member_added" };
        socket.expect(changed).await;
    }
    for n in 0..300 {
        server.participant_joined("default:a", &format!("u{n}"), &format!("s{n}"));
    }
    let mut call = Value::Null;
    while call["session"]["participants_count_by_role"]["user"] != 300 {
        call = alice.get("/call/default/a").await.ok(200)["call"].clone();
    }
    assert_eq!(call["session"]["participants"].as_array().unwrap().len(), 250);
    let page = alice.post("/calls", json!({})).await.ok(201);
    let session = &page["calls"][0]["call"]["session"];
    assert_eq!(session["participants"].as_array().unwrap().len(), 25);
    assert_eq!(session["participants_count_by_role"]["user"], 300);
}

#[tokio::test]
async fn filters_are_counted_with_all_their_parts() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    for filter in [
        json!({ "$or": vec![json!({}); 1000] }),
        json!({ "$and": vec![json!({ "$or": [] }); 1000] }),
        json!({ "$or": vec![json!({ "cid": {} }); 1000] }),
        (0..100).fold(json!({}), |inner, _| json!({ "$and": [inner] })),
    ] {
        alice.post("/calls", json!({ "filter_conditions": filter })).await.refused(400, 4);
    }
    alice.post("/call/default/a", json!({})).await.ok(201);
    for (filter, expected) in
        [(json!({ "$or": [] }), 0), (json!({ "$and": [] }), 1), (json!({ "$or": [{}] }), 1)]
    {
        assert_eq!(cids(&alice, filter.clone()).await.len(), expected, "{filter}");
    }
}
