//! What a client may cost: sizes, counts and rates, each against the defaults unless it says so.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;
use trunkline_protocol::sfu::{
    event::{
        JoinRequest, ReconnectDetails, sfu_event::EventPayload as Event,
        sfu_request::RequestPayload,
    },
    models::{ErrorCode, TrackType, WebsocketReconnectStrategy as Strategy},
};

use crate::support::{Heard, PATIENCE, Socket, TestServer, Twirp, wish};

const SERVICE: &str = "/sfu/twirp/stream.video.sfu.signal.SignalServer";
const KIB: usize = 1024;

/// Sends raw bytes, and reads until the server closes.
async fn exchange(server: &TestServer, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn each_method_takes_bodies_as_large_as_it_needs() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    for (method, most) in [
        ("SetPublisher", 128 * KIB),
        ("SendAnswer", 320 * KIB),
        ("UpdateSubscriptions", 96 * KIB),
        ("SendStats", 8 * KIB * KIB),
        ("IceTrickle", 32 * KIB),
        ("UpdateMuteStates", 32 * KIB),
        ("IceRestart", 32 * KIB),
        ("SendMetrics", 32 * KIB),
        ("StartNoiseCancellation", 32 * KIB),
        ("StopNoiseCancellation", 32 * KIB),
    ] {
        let head = |length: &str| {
            format!(
                "POST {SERVICE}/{method} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
                 content-type: application/json\r\nconnection: close\r\n{length}\r\n\r\n",
                ann.token
            )
        };
        // Refused on its announcement: nothing of it has to come.
        let announced = head(&format!("content-length: {}", most + 1));
        let answer = exchange(&server, announced.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{method}: {answer}");
        assert!(answer.contains("resource_exhausted"), "{method}: {answer}");
        if most > 512 * KIB {
            continue;
        }
        // Nor does one get through that does not say how large it is.
        let mut silent = head("transfer-encoding: chunked").into_bytes();
        silent.extend(format!("{:x}\r\n", most + 1).bytes().chain(vec![b' '; most + 1]));
        silent.extend(b"\r\n0\r\n\r\n");
        let answer = exchange(&server, &silent).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{method}: {answer}");
    }
}

#[tokio::test]
async fn who_finds_no_room_for_a_body_keeps_the_connection() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    let length = 300 * KIB;
    let head = format!(
        "POST {SERVICE}/SendAnswer HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n",
        ann.token
    );
    // It cannot be read, but that shows when all of it is there.
    let request = [head.into_bytes(), vec![b' '; length]].concat();
    // As much as one address gets.
    let mut unfinished = Vec::new();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
        stream.write_all(&request[..request.len() - 1]).await.unwrap();
        unfinished.push(stream);
    }
    let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
    // What was sent before arrives when it does.
    ask_until(&mut stream, &request, "503").await;
    drop(unfinished);
    ask_until(&mut stream, &request, "400").await;
}

/// Sends a request again and again, one after the other on one connection, until an answer has this
/// status.
async fn ask_until(stream: &mut TcpStream, request: &[u8], status: &str) {
    let asking = async {
        let mut answer = Vec::new();
        while !answer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()) {
            stream.write_all(request).await.unwrap();
            answer.clear();
            // An envelope in JSON.
            while answer.last() != Some(&b'}') {
                assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "closed");
            }
        }
    };
    timeout(PATIENCE, asking).await.expect(status);
}

#[tokio::test]
async fn descriptions_are_bounded_and_a_refused_one_changes_nothing() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let (_, offer, _) = ann.offer(TrackType::Video, Vec::new()).await;
    let section = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:x\r\n";
    for (what, offer) in [
        ("bytes", format!("{offer}{}", "a=x\r\n".repeat(14_000))),
        ("m-lines", format!("{offer}{}", section.repeat(40))),
        ("lines", format!("{offer}{}", "a=rtcp:9 x\r\n".repeat(800))),
        ("data channels", format!("{offer}m=application 9 UDP/DTLS/SCTP x\r\na=mid:9\r\n")),
        ("streams", (0..130).fold(offer, |offer, n| format!("{offer}a=ssrc:{n} cname:x\r\n"))),
    ] {
        let error = ann.set_publisher(&offer).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::RequestValidationFailed, "{}", error.message);
        assert!(error.message.contains(what) && !error.should_retry, "{}", error.message);
    }
    let ben = server.join("ben").await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 5).await;
}

/// A peer connection keeps something for each of them.
#[tokio::test]
async fn streams_are_counted_over_all_offers_of_a_session() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    let (_, offer, _) = ann.offer(TrackType::Video, Vec::new()).await;
    let mut refused = None;
    for round in 1..10 {
        let more = (0..60).map(|n| format!("a=ssrc:{round}{n:03} cname:x\r\n"));
        let offer = format!("{offer}{}", more.collect::<String>());
        if let Err(error) = ann.set_publisher(&offer).await {
            refused = Some((round, error.message));
            break;
        }
    }
    let (round, message) = refused.unwrap();
    assert!(round == 3 && message.contains("streams"), "{round} {message}");
}

#[tokio::test]
async fn lists_are_counted() {
    let server = TestServer::start().await;
    let (mut ann, ben) = (server.join("ann").await, server.join("ben").await);
    ann.hear_until_pong().await;
    let mut wishes: Vec<_> = (0..511)
        .map(|index| {
            let mut wish = wish(&ben, TrackType::Video, 100, 100);
            wish.session_id = format!("unknown-{index}");
            wish
        })
        .collect();
    wishes.push(wish(&ben, TrackType::Video, 100, 100));
    ann.subscribe(wishes.clone()).await;
    assert!(ann.hear_until_pong().await.is_empty());

    let session = &ann.session_id;
    let track = json!({ "trackType": "TRACK_TYPE_AUDIO", "mid": "0" });
    let layers =
        json!({ "trackType": "TRACK_TYPE_VIDEO", "mid": "0", "layers": vec![json!({}); 17] });
    for (method, body) in [
        ("UpdateSubscriptions", json!({ "sessionId": session, "tracks": vec![json!({}); 513] })),
        ("UpdateMuteStates", json!({ "sessionId": session, "muteStates": vec![json!({}); 17] })),
        ("SetPublisher", json!({ "sessionId": session, "tracks": vec![track; 17] })),
        ("SetPublisher", json!({ "sessionId": session, "tracks": [layers] })),
    ] {
        let told = ann.twirp.json(method, &body).await.ok();
        let (code, text) = (&told["error"]["code"], told["error"]["message"].to_string());
        assert_eq!(code, "ERROR_CODE_REQUEST_VALIDATION_FAILED", "{method} {told}");
        assert!(text.contains("too many"), "{method} {text}");
        // Nobody learns by it of a session of somebody else.
        ben.twirp.json(method, &body).await.refused(403, "permission_denied");
    }
    assert!(ann.hear_until_pong().await.is_empty());

    wishes.push(wish(&ben, TrackType::Video, 100, 100));
    let mut socket = Socket::open(&server).await;
    socket.send(RequestPayload::JoinRequest(JoinRequest {
        token: server.token("cyd"),
        session_id: "c".into(),
        reconnect_details: Some(ReconnectDetails {
            subscriptions: wishes,
            ..ReconnectDetails::default()
        }),
        ..JoinRequest::default()
    }));
    socket.assert_refused(ErrorCode::RequestValidationFailed).await;
}

/// Asks until it is refused. Returns how often it was not.
async fn ask_until_refused(twirp: &Twirp, method: &str, body: &serde_json::Value) -> usize {
    for answered in 0..2000 {
        let reply = twirp.json(method, body).await;
        if reply.status != 200 {
            reply.refused(429, "resource_exhausted");
            assert!(reply.retry_after.is_some_and(|seconds| (1..=60).contains(&seconds)));
            return answered;
        }
    }
    panic!("never refused");
}

#[tokio::test]
async fn a_user_who_asks_too_much_of_a_call_is_refused_and_nobody_else() {
    // One a second: a machine would have to be very slow to let all of these through.
    let server = TestServer::start_with("--sfu-rate-limit 1").await;
    let (mut ann, ben) = (server.join("ann").await, server.join("ben").await);
    let large = json!({ "sessionId": ann.session_id, "x": "x".repeat(30 * KIB) });
    let answered = ask_until_refused(&ann.twirp, "SendMetrics", &large).await;
    // Eight at a time, of the 30 of which a join has taken ten.
    assert!((2..30).contains(&answered), "{answered}");
    let small = json!({ "sessionId": ben.session_id });
    assert_eq!(ben.twirp.json("SendMetrics", &small).await.ok(), json!({}));
    let mut elsewhere = TestServer::claims("ann");
    elsewhere.cid = "default:other".into();
    let reply = server.twirp(&server.sign(&elsewhere)).json("SendMetrics", &small).await;
    assert_eq!(reply.ok(), json!({}), "in another call");
    ann.hear_until_pong().await;
}

#[tokio::test]
async fn an_address_that_asks_too_much_is_refused_whoever_asks() {
    let server = TestServer::start_with("--sfu-rate-limit-per-address 1").await;
    let ann = server.join("ann").await;
    let large = json!({ "sessionId": ann.session_id, "x": "x".repeat(30 * KIB) });
    let answered = ask_until_refused(&ann.twirp, "SendMetrics", &large).await;
    assert!((2..30).contains(&answered), "{answered}");
    ask_until_refused(&server.twirp(&server.token("ben")), "SendMetrics", &large).await;

    // A join weighs more than what is left.
    let mut socket = Socket::open(&server).await;
    let join = JoinRequest {
        token: server.token("cyd"),
        session_id: "c".into(),
        ..JoinRequest::default()
    };
    socket.send(RequestPayload::JoinRequest(join));
    assert_eq!(socket.end().await, Some(1013));
}

#[tokio::test]
async fn a_flood_of_frames_ends_its_own_socket() {
    let server = TestServer::start().await;
    let mut ben = server.join("ben").await;
    for frame in [Message::binary(Vec::new()), Message::text(""), Message::Ping(Vec::new().into())]
    {
        let mut ann = server.join("ann").await;
        for _ in 0..1000 {
            ann.socket().send_raw(frame.clone());
        }
        let told = ann.hear(|event| match event {
            Event::Error(event) => Some(event.clone()),
            _ => None,
        });
        let told = told.await;
        assert_eq!(told.reconnect_strategy(), Strategy::Disconnect);
        assert_eq!(told.error.unwrap().code(), ErrorCode::TooManyRequests);
        assert_eq!(ann.socket().end().await, Some(1008));
        let mut silent = Socket::open(&server).await;
        for _ in 0..1000 {
            silent.send_raw(Message::Ping(Vec::new().into()));
        }
        silent.assert_refused(ErrorCode::RequestValidationFailed).await;
    }
    ben.hear_until_pong().await;
}

#[tokio::test]
async fn frames_after_the_join_are_small() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.socket().send_raw(Message::binary(vec![0; 4 * KIB]));
    ann.hear_until_pong().await;
    ann.socket().send_raw(Message::binary(vec![0; 4 * KIB + 1]));
    ann.socket().assert_refused(ErrorCode::RequestValidationFailed).await;
}

/// The opening of a socket, and the head of a frame of so many bytes.
fn opening(length: u64) -> Vec<u8> {
    let mut bytes =
        b"GET /sfu/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            .to_vec();
    bytes.extend([0x82, 0xff]);
    bytes.extend(length.to_be_bytes());
    bytes.extend([0; 4]);
    bytes
}

#[tokio::test]
async fn a_frame_that_announces_too_much_is_not_waited_for() {
    let server = TestServer::start().await;
    for length in [64 * 1024 + 1, 16 << 20, 1 << 40, u64::MAX >> 1] {
        let answer = exchange(&server, &opening(length)).await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    }
}

#[tokio::test]
async fn both_kinds_of_sockets_count_for_an_address() {
    let server = TestServer::start_with("--sockets-per-address 2").await;
    let mut ann = server.join("ann").await;
    let url = format!("{}/video/connect?api_key=trunkline-dev", server.base);
    let (mut other, _) =
        tokio_tungstenite::connect_async(url.replacen("http", "ws", 1)).await.unwrap();
    let answer = exchange(&server, &opening(0)).await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    assert!(answer.contains("retry-after: ") && answer.contains("resource_exhausted"), "{answer}");
    ann.hear_until_pong().await;
    // The place is free once the server has seen the close.
    other.close(None).await.unwrap();
    drop(other);
    while exchange(&server, &opening(1 << 40)).await.starts_with("HTTP/1.1 429 ") {}
}

#[tokio::test]
async fn sockets_without_a_join_make_room_for_others() {
    let server = TestServer::start().await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(Socket::open(&server).await);
    }
    let mut ann = server.join("ann").await;
    ann.hear_until_pong().await;
    for socket in silent.iter_mut().take(40) {
        assert!(matches!(socket.next().await, Heard::End(_)), "the first have to go");
    }
    let socket = silent.last_mut().unwrap();
    let request = JoinRequest {
        token: server.token("ben"),
        session_id: "b".into(),
        ..JoinRequest::default()
    };
    socket.send(RequestPayload::JoinRequest(request));
    assert!(matches!(socket.event().await, Event::JoinResponse(_)), "the last are still there");
}
