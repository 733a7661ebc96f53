//! The real binary: killed, restarted, stopped, refused.

use std::{net::TcpStream, process::Command};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    process::{BINARY, Process, run},
    support::{KEY, Socket, TestServer, close_code, send},
};

/// A client of another process: the in-process server only lends its tokens.
async fn client(lender: &TestServer, base: &str) -> (crate::support::Client, Socket) {
    lender.connect_at(base, "alice").await
}

#[tokio::test]
async fn every_acknowledged_write_survives_kill_9() {
    let data = tempfile::tempdir().unwrap();
    let lender = TestServer::start().await;
    let mut written: Vec<(String, Value)> = Vec::new();
    for round in 0..4 {
        let process = Process::start(data.path());
        let (alice, _socket) = client(&lender, &process.base).await;
        for (id, custom) in &written {
            let found = alice.get(&format!("/call/default/{id}")).await.ok(200);
            assert_eq!(found["call"]["custom"], *custom);
            assert_eq!(found["members"][0]["user_id"], "bob");
            assert_eq!(found["members"][0]["custom"], json!({ "of": id }));
            assert_eq!(found["call"]["settings"]["audio"]["mic_default_on"], false);
        }
        let id = format!("round-{round}");
        let body = json!({ "data": {
            "custom": { "round": -1 },
            "members": [{ "user_id": "bob", "custom": { "of": &id } }],
            "settings_override": { "audio": { "mic_default_on": false } },
        } });
        alice.post(&format!("/call/default/{id}"), body).await.ok(201);
        let custom = json!({ "round": round });
        alice.patch(&format!("/call/default/{id}"), json!({ "custom": custom })).await.ok(200);
        // At once after the acknowledgement.
        process.kill();
        written.push((id, custom));
    }
}

#[tokio::test]
async fn an_interrupted_server_says_goodbye_to_its_sockets() {
    let data = tempfile::tempdir().unwrap();
    let lender = TestServer::start().await;
    let mut process = Process::start(data.path());
    let (alice, socket) = client(&lender, &process.base).await;
    alice.post("/call/default/a", json!({})).await.ok(201);
    let pid = process.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(socket.close_code().await, Some(1012));
    assert!(process.child.wait().unwrap().success());
    let mut names: Vec<_> = std::fs::read_dir(data.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["trunkline.db", "trunkline.lock"], "the WAL is folded in");
}

#[tokio::test]
async fn a_server_that_stops_closes_its_sockets_and_its_port() {
    let server = TestServer::start().await;
    let address = server.server.address();
    let mut silent = server.open(&format!("/video/connect?api_key={KEY}")).await;
    // The answer shows that the server waits for the first frame.
    silent.send(Message::Ping("x".into())).await.unwrap();
    assert!(matches!(silent.next().await, Some(Ok(Message::Pong(_)))));
    let (_alice, socket) = server.connect("alice").await;
    server.server.shutdown().await;
    assert_eq!(socket.close_code().await, Some(1012));
    assert_eq!(close_code(&mut silent).await, Some(1012));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn arguments_that_cannot_work_are_refused_with_exit_code_2() {
    for (args, hint) in [
        (vec!["--dev", "--listen", "0.0.0.0:8080"], "loopback"),
        (vec!["--dev", "--listen", "127.0.0.1:3030"], "8800"),
        (vec!["--listen", "127.0.0.1:0"], "--api-secret"),
        (vec!["--dev", "--www", "/does/not/exist"], "not a directory"),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(hint), "{text}");
    }
}

#[tokio::test]
async fn a_token_from_the_command_line_opens_the_door() {
    let server = TestServer::start().await;
    let output = run(&["token", "--user", "alice", "--dev", "--role", "guest", "--ttl", "600"]);
    assert!(output.status.success());
    let token = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    let (alice, _socket) = server.connect_client(server.client("alice", token)).await;
    alice.post("/call/default/a", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn two_servers_do_not_share_a_directory() {
    let data = tempfile::tempdir().unwrap();
    let first = Process::start(data.path());
    let output = Command::new(BINARY)
        .args(["--dev", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("in use by another process"), "{text}");
    let url = format!("{}/video/guest?api_key={KEY}", first.base);
    send("POST", url, vec![], vec![]).await.ok(201);
}
