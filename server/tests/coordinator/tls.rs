//! HTTPS, HTTP/2, and what one connection may cost.

use std::{path::Path, sync::Arc};

use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_tungstenite::{client_async, tungstenite::Message};

use crate::support::{KEY, TestServer, patience};
use futures_util::{SinkExt, StreamExt};

/// A certificate for `localhost`, and its key.
fn issue() -> (String, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".into()]).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}

fn write(directory: &Path, (certificate, key): &(String, String)) {
    std::fs::write(directory.join("cert.pem"), certificate).unwrap();
    std::fs::write(directory.join("key.pem"), key).unwrap();
}

async fn start(files: &TempDir) -> TestServer {
    let path = files.path().display();
    TestServer::start_with(&format!("--dev --tls-cert {path}/cert.pem --tls-key {path}/key.pem"))
        .await
}

/// A connection that trusts this certificate alone.
async fn connect(
    server: &TestServer,
    certificate: &str,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.into()];
    let stream = TcpStream::connect(server.server.address()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";

#[tokio::test]
async fn the_api_and_the_socket_are_there_over_tls() {
    let files = tempfile::tempdir().unwrap();
    let pair = issue();
    write(files.path(), &pair);
    let server = start(&files).await;
    let stream = connect(&server, &pair.0, HTTP_1).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/health").header("host", "localhost").body(Empty::<&[u8]>::new());
    let answer = client.send_request(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);

    let stream = connect(&server, &pair.0, HTTP_1).await.unwrap();
    let url = format!("wss://localhost/video/connect?api_key={KEY}&stream-auth-type=jwt");
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let alice = server.stranger("alice");
    let hello = json!({ "token": alice.token, "user_details": { "id": "alice" } });
    socket.send(Message::text(hello.to_string())).await.unwrap();
    let frame = timeout(patience(), socket.next()).await.unwrap().unwrap().unwrap();
    let event: Value = serde_json::from_str(frame.to_text().unwrap()).unwrap();
    assert_eq!(event["type"], "connection.ok");
    server.stop().await;
}

#[tokio::test]
async fn requests_share_a_connection_over_http_2_and_clients_are_told_secure_addresses() {
    let files = tempfile::tempdir().unwrap();
    let pair = issue();
    write(files.path(), &pair);
    let server = start(&files).await;
    let stream = connect(&server, &pair.0, HTTP_2).await.unwrap();
    let (client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let alice = server.stranger("alice");
    let ask = |path: &str, token: &str, body: &'static str| {
        let request = Request::post(format!("https://localhost{path}?api_key={KEY}"))
            .header("authorization", token)
            .header("content-type", "application/json")
            .body(Full::new(body.as_bytes()))
            .unwrap();
        let mut client = client.clone();
        async move {
            let answer = client.send_request(request).await.unwrap();
            let status = answer.status();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice::<Value>(&body).unwrap())
        }
    };
    let backend = server.backend(&server.app);
    let users = r#"{ "users": { "alice": { "id": "alice" } } }"#;
    let (status, answer) = ask("/api/v2/users", &backend.token, users).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let calls = (0..20).map(|number| {
        ask(&format!("/video/call/default/{number}/join"), &alice.token, "{ \"create\": true }")
    });
    for (status, answer) in futures_util::future::join_all(calls).await {
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let sfu = &answer["credentials"]["server"];
        assert_eq!(sfu["ws_endpoint"], "wss://localhost/sfu/ws");
        assert_eq!(sfu["url"], "https://localhost/sfu/twirp");
    }
    server.stop().await;
}

/// Frames of HTTP/2: kind, flags, stream, and what is in them.
fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), content].concat()
}

async fn next_frame(stream: &mut TlsStream<TcpStream>) -> (u8, Vec<u8>) {
    let read = async {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut content = vec![0; length.try_into().unwrap()];
        stream.read_exact(&mut content).await.unwrap();
        (head[3], content)
    };
    timeout(patience(), read).await.expect("a frame")
}

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const END_STREAM_AND_HEADERS: u8 = 0x5;
const ENHANCE_YOUR_CALM: u32 = 0xb;
/// Cancelled by the client.
const CANCEL: [u8; 4] = 8_u32.to_be_bytes();

#[tokio::test]
async fn a_connection_is_told_its_limits_and_ends_when_it_takes_back_what_it_asks() {
    let files = tempfile::tempdir().unwrap();
    let pair = issue();
    write(files.path(), &pair);
    let server = start(&files).await;
    let mut stream = connect(&server, &pair.0, HTTP_2).await.unwrap();
    let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &frame(SETTINGS, 0, 0, &[])[..]].concat();
    stream.write_all(&preface).await.unwrap();
    let (kind, settings) = next_frame(&mut stream).await;
    assert_eq!(kind, SETTINGS);
    let setting = |number: u16| {
        let found = settings.chunks(6).find(|entry| entry[..2] == number.to_be_bytes());
        found.map(|entry| u32::from_be_bytes(entry[2..].try_into().unwrap()))
    };
    assert_eq!(setting(3), Some(100), "streams");
    assert_eq!(setting(6), Some(32 * 1024), "header list");
    assert_eq!(setting(8), None, "WebSockets come over HTTP/1.1");

    // GET / with the scheme https, by the static table, to `localhost`.
    let request = [&[0x82, 0x84, 0x87, 0x41, 9], &b"localhost"[..]].concat();
    let burst = (0..500).flat_map(|number| {
        let stream = 2 * number + 1;
        let mut both = frame(HEADERS, END_STREAM_AND_HEADERS, stream, &request);
        both.extend(frame(RESET, 0, stream, &CANCEL));
        both
    });
    // The server may hang up before all of it is sent.
    let _ = stream.write_all(&burst.collect::<Vec<_>>()).await;
    let code = loop {
        let (kind, content) = next_frame(&mut stream).await;
        if kind == GO_AWAY {
            break u32::from_be_bytes(content[4..8].try_into().unwrap());
        }
    };
    assert_eq!(code, ENHANCE_YOUR_CALM);
    server.stop().await;
}

#[tokio::test]
async fn a_new_certificate_is_shown_and_one_of_no_use_is_not() {
    let files = tempfile::tempdir().unwrap();
    let (first, second) = (issue(), issue());
    write(files.path(), &first);
    let server = start(&files).await;
    assert!(connect(&server, &first.0, HTTP_1).await.is_ok());
    write(files.path(), &second);
    server.server.reload();
    assert!(connect(&server, &first.0, HTTP_1).await.is_err());
    assert!(connect(&server, &second.0, HTTP_1).await.is_ok());
    let other = KeyPair::generate().unwrap().serialize_pem();
    for useless in [(first.0.clone(), other), ("no PEM".into(), first.1.clone())] {
        write(files.path(), &useless);
        server.server.reload();
        assert!(connect(&server, &second.0, HTTP_1).await.is_ok(), "it stays");
    }
    server.stop().await;
}

#[tokio::test]
async fn headers_that_are_too_large_are_refused_by_name_over_http_2() {
    let files = tempfile::tempdir().unwrap();
    let pair = issue();
    write(files.path(), &pair);
    let server = start(&files).await;
    let stream = connect(&server, &pair.0, HTTP_2).await.unwrap();
    let (mut client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::get("https://localhost/health").body(Empty::<&[u8]>::new()).unwrap();
    let headers: &mut HeaderMap = request.headers_mut();
    headers.insert("authorization", "x".repeat(20_000).parse().unwrap());
    let answer = client.send_request(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["code"], 24);
    server.stop().await;
}
