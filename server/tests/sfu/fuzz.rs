//! What clients send to the SFU, changed at random: it is taken or refused, never a fault of the
//! server, and nobody else notices.

mod datagrams;

use std::time::Duration;

use prost::Message as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;
use trunkline_fuzz::{bytes, cases, lines, value};
use trunkline_protocol::sfu::{
    event::{
        HealthCheckRequest, JoinRequest, LeaveCallRequest, ReconnectDetails, SfuRequest,
        sfu_event::EventPayload as Event, sfu_request::RequestPayload,
    },
    models::{ErrorCode, IceTrickle, PeerType, TrackInfo, TrackType},
    signal::{
        IceRestartRequest, SendAnswerRequest, SendStatsRequest, SetPublisherRequest,
        TrackMuteState, UpdateMuteStatesRequest, UpdateSubscriptionsRequest,
    },
};

use crate::support::{Client, Heard, PATIENCE, Socket, TestServer, published, video, wish};

/// With no limits of rates: all comes from one address.
async fn a_server() -> TestServer {
    let rates = "--sfu-rate-limit 0 --sfu-rate-limit-per-address 0";
    TestServer::start_with(rates).await
}

/// A call that is to go on whatever comes.
struct Bystanders {
    ann: Client,
    ben: Client,
}

impl Bystanders {
    async fn join(server: &TestServer) -> Self {
        let mut ann = server.join("ann").await;
        ann.publish_microphone().await;
        let ben = server.join("ben").await;
        Self { ann, ben }
    }

    /// Waits until Ben has heard more of Ann.
    async fn hear_more(&self) {
        let audio = self.ann.stream_id(TrackType::Audio);
        let heard = self.ben.subscriber.log().of(&audio).len();
        self.ben.subscriber.packets(&audio, heard + 1).await;
    }

    async fn check(&mut self) {
        self.ann.hear_until_pong().await;
        self.ben.subscriber.clear();
        self.ben.subscriber.packets(&self.ann.stream_id(TrackType::Audio), 5).await;
    }
}

/// A success, or a refusal in the form of the protocol that blames the client.
fn check(reply: &crate::support::Reply, again: &str) -> Option<Value> {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    if reply.status == 200 {
        let is_fault = body.as_ref().is_some_and(|body| {
            body["error"]["message"].as_str().is_some_and(|text| text.contains("internal error"))
        });
        assert!(!is_fault, "{again}: {}", reply.text());
        return body;
    }
    assert!((400..500).contains(&reply.status), "{again}: {} {}", reply.status, reply.text());
    let body = body.unwrap_or_else(|| panic!("{again}: {}", reply.text()));
    assert!(body["code"].is_string() && body["msg"].is_string(), "{again}: {body}");
    None
}

#[tokio::test]
async fn changed_offers_are_answered_or_refused() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    for (mut dice, again) in cases(200) {
        let mut hostile = server.join("hostile").await;
        let layers = [video("q", 320, 180), video("h", 640, 360)];
        let rids = layers.iter().map(|layer| layer.rid.clone()).collect();
        let (mid, offer, _) = hostile.offer(TrackType::Video, rids).await;
        hostile.tracks =
            vec![TrackInfo { layers: layers.to_vec(), ..published(TrackType::Video, mid) }];
        // What was agreed on may be nonsense, but it must not hurt to go on.
        for offer in [lines(&mut dice, &offer), lines(&mut dice, &offer), offer] {
            if let Err(error) = hostile.set_publisher(&offer).await {
                let is_fault = error.message.contains("internal error");
                assert!(!is_fault && !error.should_retry, "{again}: {error:?} after\n{offer}");
            }
        }
        hostile.leave();
    }
    others.check().await;
}

#[tokio::test]
async fn changed_answers_are_taken_or_end_their_own_session() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    for (mut dice, again) in cases(100) {
        let mut hostile = server.join("hostile").await;
        hostile.answer_offers(false);
        let offer = hostile.hear(|event| match event {
            Event::SubscriberOffer(offer) => Some(offer.clone()),
            _ => None,
        });
        let offer = offer.await;
        let sdp = offer.sdp.replace("a=sendonly", "a=recvonly").replace("actpass", "active");
        let request = SendAnswerRequest {
            peer_type: PeerType::Subscriber.into(),
            sdp: lines(&mut dice, &sdp),
            session_id: hostile.session_id.clone(),
            negotiation_id: offer.negotiation_id,
        };
        let body = serde_json::to_vec(&request).unwrap();
        let reply = hostile.twirp.post("SendAnswer", "application/json", body).await;
        check(&reply, &format!("{again}\n{}", request.sdp));
        hostile.leave();
    }
    others.check().await;
}

/// A request of each method that is taken, in both encodings.
async fn requests(client: &Client) -> Vec<(&'static str, Value, Vec<u8>)> {
    let (mid, sdp, _) = client.offer(TrackType::Video, Vec::new()).await;
    let session_id = client.session_id.clone();
    let track = TrackInfo {
        layers: vec![video("q", 320, 180), video("f", 1280, 720)],
        ..published(TrackType::Video, mid)
    };
    let wishes = vec![wish(client, TrackType::Video, 640, 360); 3];
    let mute = TrackMuteState { track_type: TrackType::Video.into(), muted: true };
    let list = r#"[["x",1,{"a":null}]]"#.to_owned();
    macro_rules! both {
        ($method:literal, $request:expr) => {{
            let request = $request;
            ($method, serde_json::to_value(&request).unwrap(), request.encode_to_vec())
        }};
    }
    vec![
        both!(
            "SetPublisher",
            SetPublisherRequest { sdp, session_id: session_id.clone(), tracks: vec![track] }
        ),
        both!(
            "UpdateSubscriptions",
            UpdateSubscriptionsRequest { session_id: session_id.clone(), tracks: wishes }
        ),
        both!(
            "UpdateMuteStates",
            UpdateMuteStatesRequest { session_id: session_id.clone(), mute_states: vec![mute] }
        ),
        both!(
            "IceRestart",
            IceRestartRequest {
                session_id: session_id.clone(),
                peer_type: PeerType::Subscriber.into(),
            }
        ),
        both!(
            "IceTrickle",
            IceTrickle {
                session_id: session_id.clone(),
                ice_candidate: json!({ "candidate": "x", "sdpMid": "0" }).to_string(),
                peer_type: PeerType::Subscriber.into(),
            }
        ),
        both!(
            "SendStats",
            SendStatsRequest { session_id, rtc_stats: list, ..SendStatsRequest::default() }
        ),
    ]
}

#[tokio::test]
async fn changed_requests_in_json_are_taken_or_refused() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    let mut client = server.join("hostile").await;
    let requests = requests(&client).await;
    for (mut dice, again) in cases(400) {
        let (method, json, _) = dice.pick(&requests);
        let body = if dice.below(3) == 0 {
            bytes(&mut dice, json.to_string().as_bytes())
        } else {
            value(&mut dice, json).to_string().into_bytes()
        };
        // Larger ones are refused before they have come, so that nothing may come back.
        if body.len() > 32 * 1024 {
            continue;
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        let reply = client.twirp.post(method, "application/json", body).await;
        check(&reply, &format!("{again}: {method} {text}"));
    }
    client.hear_until_pong().await;
    others.check().await;
}

#[tokio::test]
async fn changed_requests_in_protobuf_are_taken_or_refused() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    let mut client = server.join("hostile").await;
    let requests = requests(&client).await;
    for (mut dice, again) in cases(400) {
        let (method, _, request) = dice.pick(&requests);
        let body = bytes(&mut dice, request);
        let reply = client.twirp.post(method, "application/protobuf", body).await;
        check(&reply, &format!("{again}: {method}"));
    }
    client.hear_until_pong().await;
    others.check().await;
}

#[tokio::test]
async fn changed_frames_are_skipped_or_end_their_own_socket() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    let token = server.token("hostile");
    let join = RequestPayload::JoinRequest(JoinRequest {
        token,
        session_id: "hostile".into(),
        publisher_sdp: "v=0\r\nm=video 9 x 96\r\na=rtpmap:96 VP8/90000\r\n".into(),
        reconnect_details: Some(ReconnectDetails {
            previous_session_id: "before".into(),
            subscriptions: vec![wish(&others.ann, TrackType::Video, 1, 1); 2],
            ..ReconnectDetails::default()
        }),
        ..JoinRequest::default()
    });
    let later = [
        RequestPayload::HealthCheckRequest(HealthCheckRequest {}),
        RequestPayload::LeaveCallRequest(LeaveCallRequest::default()),
        join.clone(),
    ];
    let encode = |request: &RequestPayload| {
        SfuRequest { request_payload: Some(request.clone()) }.encode_to_vec()
    };
    for (mut dice, again) in cases(150) {
        let mut socket = Socket::open(&server).await;
        let first = encode(&join);
        let first = if dice.below(2) == 0 { first } else { bytes(&mut dice, &first) };
        socket.send_raw(Message::binary(first));
        for _ in 0..dice.below(5) {
            let frame = encode(dice.pick(&later));
            socket.send_raw(Message::binary(bytes(&mut dice, &frame)));
        }
        // Ends it, whether or not it has ended.
        socket.send_raw(Message::binary(vec![0; 5000]));
        loop {
            match socket.next().await {
                Heard::Event(event) => {
                    let Event::Error(event) = *event else { continue };
                    let code = event.error.unwrap_or_default().code();
                    assert_ne!(code, ErrorCode::InternalServerError, "{again}");
                }
                Heard::End(code) => break assert_ne!(code, Some(1011), "{again}"),
            }
        }
    }
    others.check().await;
}

/// Beneath messages: heads of frames, masks and lengths.
#[tokio::test]
async fn changed_bytes_of_a_socket_end_it() {
    let server = a_server().await;
    let mut others = Bystanders::join(&server).await;
    let opening = "GET /sfu/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut frames =
        vec![0x89, 0x81, 1, 2, 3, 4, 5, 0x02, 0x80, 0, 0, 0, 0, 0x80, 0x82, 1, 2, 3, 4];
    frames.extend([0, 0, 0x82, 0xfe, 0, 200, 0, 0, 0, 0]);
    frames.extend([7; 200]);
    for (mut dice, again) in cases(150) {
        let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
        let opening = if dice.below(3) == 0 {
            bytes(&mut dice, opening.as_bytes())
        } else {
            opening.as_bytes().to_vec()
        };
        // It may be closed before all of it is there.
        drop(stream.write_all(&opening).await);
        drop(stream.write_all(&bytes(&mut dice, &frames)).await);
        drop(stream.shutdown().await);
        let mut answer = Vec::new();
        let ended = timeout(PATIENCE + Duration::from_secs(30), stream.read_to_end(&mut answer));
        // What is left unread resets the connection.
        drop(ended.await.unwrap_or_else(|_| panic!("{again}: it is still open")));
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.starts_with("HTTP/1.1 5"), "{again}: {answer}");
    }
    others.check().await;
}
