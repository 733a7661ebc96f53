//! Whatever a client sends, the answer is the documented error body.

use serde_json::json;
use trunkline_protocol::coordinator::OPERATIONS;

use crate::contract::method_name;
use crate::support::{KEY, TestServer, send, send_raw};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn malformed_bodies_are_bad_input() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let deep = format!("{{\"data\":{{\"custom\":{}{}}}}}", "{\"a\":".repeat(500), "}".repeat(500));
    for body in [
        "{",
        "null",
        "[]",
        "\"x\"",
        "{\"data\":[]}",
        "{\"data\":{\"custom\":[]}}",
        "{\"data\":{\"members\":{}}}",
        "{\"data\":{\"members\":[{\"user_id\":7}]}}",
        "{\"data\":{\"starts_at\":\"soon\"}}",
        "{\"ring\":\"yes\"}",
        "{\"data\":{\"custom\":{\"a\":1e400}}}",
        "{\"data\":{\"settings_override\":7}}",
        "{\"data\":{\"custom\":{\"a\":\"\\ud800\"}}}",
        &deep,
    ] {
        let url = format!("{}/video/call/default/a?api_key={KEY}", server.base);
        let headers = vec![("authorization", alice.token.clone()), (JSON.0, JSON.1.into())];
        let reply = send("POST", url, headers, body.as_bytes().to_vec()).await;
        assert_eq!(reply.body["unrecoverable"], true, "{body}");
        reply.refused(400, 4);
    }
    alice.get("/call/default/a").await.refused(404, 16);
}

#[tokio::test]
async fn bad_values_are_refused_and_nothing_is_half_done() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let many: Vec<_> = (0..101).map(|n| json!({ "user_id": format!("u{n}") })).collect();
    for data in [
        json!({ "members": many }),
        json!({ "members": [{ "user_id": "bob" }, { "user_id": "" }] }),
        json!({ "members": [{ "user_id": "bob" }, { "user_id": "bob" }] }),
        json!({ "members": [{ "user_id": "!anon" }] }),
        json!({ "members": [{ "user_id": "bob", "role": "a b" }] }),
        json!({ "members": [{ "user_id": "bob" }],
            "settings_override": { "video": { "target_resolution": { "width": 1 } } } }),
    ] {
        alice.post("/call/default/a", json!({ "data": data })).await.refused(400, 4);
    }
    alice.get("/call/default/a").await.refused(404, 16);
    server.stranger("bob").get("/call/default/a").await.refused(404, 16);

    alice.post("/call/default/a", json!({})).await.ok(201);
    let both = json!({ "update_members": [{ "user_id": "bob" }], "remove_members": ["bob"] });
    alice.post("/call/default/a/members", both).await.refused(400, 4);
    assert_eq!(alice.get("/call/default/a").await.ok(200)["members"], json!([]));
}

#[tokio::test]
async fn malformed_types_and_ids_never_reach_another_route() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let long = "x".repeat(65);
    for path in [
        "/call/de%3Afault/a",
        "/call/default/a%3Ab",
        "/call/default/a%2Fjoin",
        "/call/default/%2e%2e",
        "/call/default/%00",
        "/call/default/a%20b",
        "/call/default/%F0%9F%98%80",
        "/call/default/%ff",
        "/call/default/%252e",
        &format!("/call/default/{long}"),
        &format!("/call/{long}/a"),
    ] {
        alice.post(path, json!({})).await.refused(400, 4);
    }
    alice.post("/call/cinema/a", json!({})).await.refused(404, 16);
    for path in ["/call/default/", "/call//a", "/call/default", "/call/default/a/b/c/d/e/f/g"] {
        let reply = alice.post(path, json!({})).await;
        assert!([400, 404].contains(&reply.status), "{path}: {}", reply.body);
        assert!(reply.body["code"].is_i64());
    }
    assert_eq!(alice.post("/call/default/%41%2D1", json!({})).await.ok(201)["call"]["id"], "A-1");
}

#[tokio::test]
async fn oversized_bodies_are_refused_with_413() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let big = json!({ "data": { "custom": { "a": "x".repeat(300 * 1024) } } });
    let reply = alice.post("/call/default/a", big).await;
    assert_eq!(reply.body["unrecoverable"], true);
    reply.refused(413, 22);
    alice.get("/call/default/a").await.refused(404, 16);
    // A hundred members with as much custom data as fits.
    let member = |n| json!({ "user_id": format!("u{n}"), "custom": { "a": "x".repeat(2000) } });
    let fits = json!({ "data": { "members": (0..100).map(member).collect::<Vec<_>>() } });
    alice.post("/call/default/a", fits).await.ok(201);
}

#[tokio::test]
async fn a_body_must_be_declared_as_json() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let post = async |kind: &str| {
        let url = format!("{}/video/call/default/a?api_key={KEY}", server.base);
        let headers = vec![("authorization", alice.token.clone()), ("content-type", kind.into())];
        send("POST", url, headers, b"{}".to_vec()).await
    };
    post("text/plain").await.refused(400, 4);
    post("application/json; charset=utf-8").await.ok(201);
}

#[tokio::test]
async fn unknown_routes_and_methods_get_the_error_body() {
    let server = TestServer::start().await;
    for (method, path, status, code) in [
        ("GET", "/", 404, 16),
        ("GET", "/video", 404, 16),
        ("GET", "/video/nothing", 404, 16),
        ("GET", "/api/v2/video/nothing", 404, 16),
        ("GET", "/api/v2/call/default/a", 404, 16),
        ("GET", "/sfu/nothing", 404, 16),
        ("DELETE", "/video/calls", 405, 4),
        ("PUT", "/api/v2/video/call/default/a", 405, 4),
        ("POST", "/hint", 405, 4),
        ("GET", "/video/connect", 400, 4),
    ] {
        let url = format!("{}{path}", server.base);
        send(method, url, vec![], vec![]).await.refused(status, code);
    }
}

#[tokio::test]
async fn operations_that_are_missing_say_so() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let missing = OPERATIONS.iter().filter(|operation| !operation.is_implemented);
    let mut count = 0;
    for (operation, path) in
        missing.flat_map(|operation| operation.paths.iter().map(move |path| (operation, path)))
    {
        let path = path.replace("{type}", "default").replace(['{', '}'], "");
        let reply = alice.request(method_name(operation), &path, None).await;
        assert_eq!(reply.body["unrecoverable"], true, "{path}");
        let message = reply.refused(400, 19);
        assert!(message.contains("not available on this server"), "{message}");
        assert!(message.starts_with(operation.id), "{message}");
        count += 1;
    }
    assert!(count > 0);
    let url = format!("{}/video/stats?api_key={KEY}", server.base);
    send("POST", url, vec![], vec![]).await.refused(401, 5);
}

#[tokio::test]
async fn telemetry_is_accepted_without_a_user() {
    let server = TestServer::start().await;
    for prefix in ["/video", "/api/v2/video"] {
        let url = format!("{}{prefix}/call_client_event?api_key={KEY}", server.base);
        let headers = vec![("stream-auth-type", "anonymous".into()), (JSON.0, JSON.1.into())];
        send("POST", url, headers, b"{\"events\":[{\"x\":1}]}".to_vec()).await.ok(201);
    }
}

#[tokio::test]
async fn the_edges_are_this_server() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let edges = alice.get("/edges").await.ok(200);
    assert_eq!(edges["edges"].as_array().unwrap().len(), 1);
    assert_eq!(edges["edges"][0]["id"], "test-edge");
}

#[tokio::test]
async fn the_hint_is_readable_from_a_page() {
    let server = TestServer::start().await;
    for method in ["HEAD", "GET"] {
        let headers = vec![("origin", "http://localhost:5173".to_owned())];
        let (status, headers, _) =
            send_raw(method, format!("{}/hint", server.base), headers, vec![]).await;
        assert_eq!(status, 200);
        assert!(headers["x-amz-cf-pop"].to_str().unwrap().len() >= 3);
        let exposed = headers["access-control-expose-headers"].to_str().unwrap();
        assert!(exposed.contains("x-amz-cf-pop"), "{exposed}");
    }
}

#[tokio::test]
async fn browsers_may_send_what_clients_send() {
    let server = TestServer::start().await;
    let asked = "authorization,content-type,stream-auth-type,x-client-request-id,x-stream-client";
    let headers = vec![
        ("origin", "http://localhost:5173".to_owned()),
        ("access-control-request-method", "PATCH".to_owned()),
        ("access-control-request-headers", asked.to_owned()),
    ];
    let url = format!("{}/video/call/default/a", server.base);
    let (status, headers, _) = send_raw("OPTIONS", url, headers, vec![]).await;
    assert_eq!(status, 200);
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(text("access-control-allow-origin"), "http://localhost:5173");
    for name in asked.split(',') {
        assert!(text("access-control-allow-headers").contains(name), "{name}");
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
        assert!(text("access-control-allow-methods").contains(method), "{method}");
    }
    assert_eq!(text("access-control-max-age"), "7200");
}

#[tokio::test]
async fn static_files_are_served_beside_the_api_and_never_for_it() {
    let www = tempfile::tempdir().unwrap();
    std::fs::write(www.path().join("index.html"), "<h1>demo</h1>").unwrap();
    std::fs::create_dir(www.path().join("video")).unwrap();
    std::fs::write(www.path().join("video/nothing"), "<h1>file</h1>").unwrap();
    let server = TestServer::start_with(&format!("--dev --www {}", www.path().display())).await;
    let get =
        async |path: &str| send_raw("GET", format!("{}{path}", server.base), vec![], vec![]).await;
    let (status, headers, text) = get("/?call=a").await;
    assert_eq!((status, text.as_str()), (200, "<h1>demo</h1>"));
    assert_eq!(headers["content-type"], "text/html");
    for path in ["/video/nothing", "/missing.html", "/api/x", "/..%2f..%2fetc%2fpasswd"] {
        let (status, headers, text) = get(path).await;
        assert_eq!(status, 404, "{path}");
        assert_eq!(headers["content-type"], "application/json", "{path}: {text}");
    }
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_the_server_goes_on() {
    let server = TestServer::start().await;
    let url = format!("{}/sfu/panic", server.base);
    let message = send("GET", url, vec![], vec![]).await.refused(500, -1);
    assert!(!message.contains("bug"), "{message}");
    server.connect("alice").await;
}
