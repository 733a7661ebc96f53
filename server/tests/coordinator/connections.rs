//! Clients that open connections and leave them open.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::{
    process::{BINARY, Process},
    support::{KEY, TestServer, next_json, patience, send},
};

/// A server with so many descriptors and no more.
fn start(data: &Path, descriptors: u32) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\""), BINARY]);
    Process::start_command(command, data, &["--dev"], Stdio::null())
}

/// For this process, which holds the other ends.
fn raise_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
}

fn connect(base: &str) -> TcpStream {
    let stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(patience())).unwrap();
    stream
}

/// Waits until the server has hung up.
fn is_closed(mut stream: &TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0)) || stream.peek(&mut [0]).is_err()
}

#[tokio::test]
async fn a_thousand_idle_connections_keep_nobody_out() {
    raise_limit();
    let data = tempfile::tempdir().unwrap();
    let process = start(data.path(), 1024);
    let base = process.base.clone();
    let opened = spawn_blocking(move || {
        let slow = |n: usize| {
            let mut stream = connect(&base);
            if n.is_multiple_of(2) {
                // One that never comes to the end of its head.
                drop(stream.write_all(b"GET /health HTTP/1.1\r\nX-Slow: "));
            }
            stream
        };
        (0..1100).map(slow).collect::<Vec<_>>()
    });
    let idle = opened.await.unwrap();
    for _ in 0..10 {
        let reply = send("GET", format!("{}/health", process.base), vec![], vec![]).await;
        assert_eq!((reply.status, &reply.body["status"]), (200, &json!("ok")));
    }
    let (first, idle) = spawn_blocking(move || (is_closed(&idle[0]), idle)).await.unwrap();
    assert!(first, "the oldest have made room");
    drop(idle);
}

#[tokio::test]
async fn sockets_leave_room_for_requests() {
    raise_limit();
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let process = start(data.path(), 300);
    let url = format!("{}/video/connect?api_key={KEY}", process.base.replacen("http", "ws", 1));
    let mut sockets = Vec::new();
    for n in 0..91 {
        sockets.push(lender.connect_at(&process.base, &format!("u{n}")).await.1);
    }
    let (mut refused, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    assert_eq!(next_json(&mut refused).await["error"]["code"], 71);
    let reply = send("GET", format!("{}/health", process.base), vec![], vec![]).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn an_address_with_too_many_connections_loses_the_one_that_was_idle_longest() {
    let server = TestServer::start_with("--dev --connections-per-address 4").await;
    let base = server.base.clone();
    let talk = spawn_blocking(move || {
        let ask = |mut stream: &TcpStream| {
            stream.write_all(b"HEAD /hint HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut answer = [0; 8192];
            let length = stream.read(&mut answer).unwrap();
            assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
        };
        let first: Vec<_> = (0..4)
            .map(|_| {
                let stream = connect(&base);
                ask(&stream);
                stream
            })
            .collect();
        ask(&first[0]);
        let fifth = connect(&base);
        ask(&fifth);
        assert!(is_closed(&first[1]));
        for stream in [&first[0], &first[2], &first[3], &fifth] {
            ask(stream);
        }
    });
    tokio::time::timeout(Duration::from_secs(60), talk).await.unwrap().unwrap();
}
