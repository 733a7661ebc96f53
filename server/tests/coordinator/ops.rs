//! What whoever runs the server sees: health, figures, log, self-check.

use std::{fs::File, process::Stdio, sync::atomic::Ordering::Relaxed};

use serde_json::{Value, json};

use crate::{
    process::Process,
    support::{Client, TestServer, close_code, send, send_raw},
};

async fn figures(server: &TestServer) -> String {
    let (status, headers, text) =
        send_raw("GET", format!("{}/metrics", server.base), vec![], vec![]).await;
    assert_eq!(status, 200);
    let kind = headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    text
}

/// The value of a series.
fn value(text: &str, series: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    rest.parse().ok()
}

#[tokio::test]
async fn a_server_that_works_is_healthy_and_says_nothing_else() {
    let server = TestServer::start().await;
    let url = format!("{}/health", server.base);
    let health = send("GET", url.clone(), vec![], vec![]).await;
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    let checks = json!({ "sfu": "ok", "store": "ok", "disk": "ok", "running": "ok" });
    assert_eq!(health.body["checks"], checks);
    assert_eq!(health.body["sfu"], json!({ "lag_ms": 0, "queued": 0, "restarts": 0 }));
    assert_eq!(health.body.as_object().unwrap().len(), 5);
    send("POST", url.clone(), vec![], vec![]).await.refused(405, 4);
    for part in ["live", "ready"] {
        let health = send("GET", format!("{url}/{part}"), vec![], vec![]).await;
        assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    }
}

#[tokio::test]
async fn a_server_whose_media_stand_still_is_not_healthy() {
    let server = TestServer::start().await;
    let url = format!("{}/health", server.base);
    server.sfu_alive.store(false, Relaxed);
    let health = send("GET", url.clone(), vec![], vec![]).await;
    assert_eq!((health.status, &health.body["checks"]["sfu"]), (503, &json!("failing")));
    for part in ["live", "ready"] {
        assert_eq!(send("GET", format!("{url}/{part}"), vec![], vec![]).await.status, 503);
    }
    server.sfu_alive.store(true, Relaxed);
    assert_eq!(send("GET", url, vec![], vec![]).await.status, 200);
}

#[tokio::test]
async fn the_operations_are_described_where_they_are_served() {
    let server = TestServer::start().await;
    let url = format!("{}/openapi.json", server.base);
    let (status, headers, text) = send_raw("GET", url, vec![], vec![]).await;
    assert_eq!((status, &headers["content-type"]), (200, &"application/json".parse().unwrap()));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/users"]["post"].is_object());
}

#[tokio::test]
async fn what_happens_is_counted() {
    let server = TestServer::start().await;
    let (alice, mut socket) = server.connect("alice").await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    alice.get("/call/default/b").await.refused(404, 16);
    socket.expect("call.created").await;
    server.participant_joined("default:a", "alice", "s1");
    socket.expect("call.session_started").await;
    socket.expect("call.session_participant_joined").await;
    let mut refused = server.open("/video/connect?api_key=unknown").await;
    close_code(&mut refused).await;
    let text = figures(&server).await;
    for (series, expected) in [
        ("trunkline_requests_total{operation=\"GetOrCreateCall\",status=\"201\"}", 1.0),
        ("trunkline_requests_total{operation=\"GetCall\",status=\"404\"}", 1.0),
        ("trunkline_request_seconds_count{operation=\"GetCall\"}", 1.0),
        ("trunkline_request_seconds_bucket{le=\"+Inf\",operation=\"GetCall\"}", 1.0),
        ("trunkline_requests_total{operation=\"Connect\",status=\"101\"}", 1.0),
        ("trunkline_requests_total{operation=\"Connect\",status=\"401\"}", 1.0),
        ("trunkline_sockets", 1.0),
        ("trunkline_watchers", 1.0),
        ("trunkline_sessions", 1.0),
        ("trunkline_participants", 1.0),
        // connection.ok and the three above.
        ("trunkline_events_sent_total", 4.0),
        ("trunkline_store_failures_total", 0.0),
        ("trunkline_store_failing", 0.0),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series}\n{text}");
    }
    assert!(value(&text, "trunkline_store_transactions_total").unwrap() >= 4.0);
    let seconds = value(&text, "trunkline_store_transaction_seconds_sum").unwrap();
    assert!(seconds > 0.0);
    assert!(!text.contains("alice") && !text.contains("default:a"), "{text}");
    socket.close().await;
    while value(&figures(&server).await, "trunkline_sockets") != Some(0.0) {}
}

#[tokio::test]
async fn every_figure_of_the_dashboard_exists() {
    let server = TestServer::start_with_sfu().await;
    // What is counted with labels shows when it has happened once.
    server.connect("alice").await.0.post("/call/default/a", json!({})).await.ok(201);
    let text = figures(&server).await;
    let dashboard = include_str!("../../../deploy/grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let mut names = 0;
    for target in targets {
        let expression = target["expr"].as_str().unwrap();
        let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for name in words.filter(|w| w.starts_with("trunkline_") || w.starts_with("process_")) {
            let found = |line: &str| {
                line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']))
            };
            assert!(text.lines().any(found), "{name} of {expression} is not in\n{text}");
            names += 1;
        }
    }
    assert!(names > 20, "{names}");
}

#[tokio::test]
async fn no_token_and_no_name_is_in_the_log() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let log = tempfile::NamedTempFile::new().unwrap();
    let file: File = log.reopen().unwrap();
    let args = ["--dev", "--log-json", "--rate-limit", "100", "--access-log"];
    let process = Process::start_with(data.path(), &args, Stdio::from(file));
    let secrets =
        ["Wilhelmina", "wilhelmina@example.com", "http://pictures/w.png", "custom-secret"];
    let mut wilhelmina = lender.stranger("wilhelmina@example.com");
    wilhelmina.base.clone_from(&process.base);
    let (client, socket) = lender.connect_client(wilhelmina.clone()).await;
    let call = json!({ "data": { "custom": { "a": "custom-secret" } } });
    client.post("/call/default/a", call).await.ok(201);
    client.post("/call/default/a/join", json!({})).await.ok(201);
    client
        .post("/call/default/a", json!({ "data": { "custom": "Wilhelmina" } }))
        .await
        .refused(400, 4);
    let expired = trunkline_server::auth::UserClaims {
        user_id: Some("wilhelmina@example.com".into()),
        exp: Some(1.into()),
        ..Default::default()
    };
    let expired = lender.app.sign(&expired).unwrap();
    let old = Client { token: expired.clone(), ..client.clone() };
    old.get("/call/default/a").await.refused(401, 40);
    for (given, told) in [("id-of-mine", Some("id-of-mine")), ("no plain id", None)] {
        let url = format!("{}/video/call/default/a?api_key=x", process.base);
        let headers = vec![("x-request-id", given.to_owned())];
        let (_, headers, _) = send_raw("GET", url, headers, vec![]).await;
        let id = headers["x-request-id"].to_str().unwrap();
        assert!(told.is_none_or(|told| id == told) && id != "no plain id", "{id}");
    }
    let backend = Client { base: process.base.clone(), ..lender.backend(&lender.app) };
    let users = json!({ "users": { "wilhelmina@example.com":
        { "name": "Wilhelmina", "image": "http://pictures/w.png" } } });
    backend.post("/users", users).await.ok(201);
    socket.close().await;
    drop(process);

    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains("GetOrCreateCall"), "requests are logged: {text}");
    for secret in [&client.token, &backend.token, &expired, &lender.app.secret] {
        assert!(!text.contains(secret.as_str()), "{secret} in {text}");
    }
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let entries = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let entries: Vec<_> =
        entries.filter(|entry| entry["fields"]["operation"].is_string()).collect();
    assert!(entries.iter().any(|entry| entry["fields"]["status"] == 400), "{text}");
    let lines: Vec<Value> =
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_mine = lines.iter().filter(|line| line["span"]["id"] == "id-of-mine");
    let routes: Vec<_> = of_mine.map(|line| &line["fields"]["route"]).collect();
    assert!(routes.contains(&&json!("/video/call/{type}/{id}")), "{text}");
    assert!(!text.contains("no plain id"), "{text}");
}

#[tokio::test]
async fn a_start_says_what_works() {
    let data = tempfile::tempdir().unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let process = Process::start_with(data.path(), &["--dev"], Stdio::from(log.reopen().unwrap()));
    // The ready line comes last, so that all of it is there.
    let text = std::fs::read_to_string(log.path()).unwrap();
    let address = process.base.strip_prefix("http://").unwrap();
    assert!(text.contains(&format!("HTTP and WebSockets on {address}, media on UDP 127.0.0.1:")));
    for name in ["HTTP port", "media port", "media address", "clock", "data directory", "disk"] {
        assert!(text.lines().any(|line| line.starts_with("ok") && line.contains(name)), "{text}");
    }
    assert!(!text.contains("FAILED"), "{text}");
}
