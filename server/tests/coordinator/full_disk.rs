//! A disk that takes no more, played by a limit of the size of files.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use futures_util::SinkExt;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::{
    process::{BINARY, Process},
    support::{KEY, Reply, TestServer, close_code, next_json, send},
};

/// A server whose writes fail at the limit; a process is otherwise ended there.
fn start(data: &Path) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#, BINARY]);
    Process::start_command(command, data, &["--dev"], Stdio::null())
}

/// From now on no file of the server grows beyond `bytes`.
fn limit(process: &Process, bytes: Option<u64>) {
    let pid = Pid::from_child(&process.child);
    prlimit(Some(pid), Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
}

async fn health(process: &Process) -> Reply {
    send("GET", format!("{}/health", process.base), vec![], vec![]).await
}

#[tokio::test]
async fn a_full_disk_refuses_writes_answers_reads_and_works_again_with_space() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let process = start(data.path());
    let (alice, mut socket) = lender.connect_at(&process.base, "alice").await;
    let before = json!({ "data": { "custom": { "n": 1 } } });
    alice.post("/call/default/a", before).await.ok(201);
    socket.expect("call.created").await;

    let log = data.path().join("trunkline.db-wal");
    limit(&process, Some(std::fs::metadata(log).unwrap().len()));
    for _ in 0..3 {
        let text = alice.post("/call/default/b", json!({})).await.refused(503, -1);
        assert!(
            text.contains("cannot store anything at the moment; nothing was changed"),
            "{text}"
        );
        let change = json!({ "custom": { "n": 2 }, "starts_at": "2030-01-01T00:00:00Z" });
        let reply = alice.patch("/call/default/a", change).await;
        assert!(reply.body.get("unrecoverable").is_none(), "it passes");
        reply.refused(503, -1);
        let call = alice.get("/call/default/a").await.ok(200)["call"].clone();
        assert_eq!((&call["custom"], &call["starts_at"]), (&json!({ "n": 1 }), &Value::Null));
        alice.get("/call/default/b").await.refused(404, 16);
        let found = alice.post("/calls", json!({})).await.ok(201);
        assert_eq!(found["calls"].as_array().unwrap().len(), 1);
        let reply = health(&process).await;
        assert_eq!((reply.status, &reply.body["checks"]["store"]), (503, &json!("failing")));
    }
    // Nobody is told of what did not happen.
    socket.expect_silence().await;
    let url = format!("{}/video/connect?api_key={KEY}", process.base.replacen("http", "ws", 1));
    let mut refused = connect_async(url).await.unwrap().0;
    let hello = json!({ "token": lender.stranger("bob").token, "user_details": { "id": "bob" } });
    refused.send(Message::text(hello.to_string())).await.unwrap();
    let event = next_json(&mut refused).await;
    assert_eq!(event["type"], "connection.error");
    Reply { status: 503, body: event["error"].clone() }.refused(503, -1);
    assert_eq!(close_code(&mut refused).await, Some(1013));

    limit(&process, None);
    // Nobody has to write before the server is found to be well.
    assert_eq!(health(&process).await.status, 200);
    alice.post("/call/default/b", json!({})).await.ok(201);
    assert_eq!(socket.expect("call.created").await["call_cid"], "default:b");
    process.kill();
    let process = Process::start(data.path());
    let (alice, _socket) = lender.connect_at(&process.base, "alice").await;
    alice.get("/call/default/b").await.ok(200);
    let call = alice.get("/call/default/a").await.ok(200)["call"].clone();
    assert_eq!(call["custom"], json!({ "n": 1 }));
}
