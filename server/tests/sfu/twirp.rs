//! The service in both encodings, and what it refuses.

use prost::Message;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use trunkline_protocol::sfu::{
    event::sfu_event::EventPayload as Event,
    models::TrackType,
    signal::{UpdateMuteStatesRequest, UpdateSubscriptionsRequest, UpdateSubscriptionsResponse},
};

use crate::support::{TestServer, wish};

const SERVICE: &str = "/sfu/twirp/stream.video.sfu.signal.SignalServer";
const METHODS: [&str; 10] = [
    "SetPublisher",
    "SendAnswer",
    "IceTrickle",
    "UpdateSubscriptions",
    "UpdateMuteStates",
    "IceRestart",
    "SendStats",
    "SendMetrics",
    "StartNoiseCancellation",
    "StopNoiseCancellation",
];

#[tokio::test]
async fn requests_without_a_token_or_with_a_wrong_one_are_refused() {
    let server = TestServer::start().await;
    for token in ["", "nonsense"] {
        for method in METHODS {
            let reply = server.twirp(token).json(method, &json!({})).await;
            reply.refused(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn an_unknown_session_is_told_inside_the_response() {
    let server = TestServer::start().await;
    let twirp = server.twirp(&server.token("ann"));
    for method in METHODS {
        let body = twirp.json(method, &json!({ "sessionId": "unknown" })).await.ok();
        if method == "SendMetrics" {
            assert_eq!(body, json!({}), "its response has no error");
            continue;
        }
        assert_eq!(body["error"]["code"], "ERROR_CODE_PARTICIPANT_NOT_FOUND", "{method}");
        assert_ne!(body["error"]["shouldRetry"], json!(true), "clients would never stop");
    }
    let request = UpdateSubscriptionsRequest { session_id: "unknown".into(), tracks: vec![] };
    let response: UpdateSubscriptionsResponse = twirp.call("UpdateSubscriptions", &request).await;
    assert_eq!(response.error.unwrap().code, 200);
}

#[tokio::test]
async fn the_session_of_another_user_is_refused() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let ben = server.twirp(&server.token("ben"));
    let mut elsewhere = TestServer::claims("ann");
    elsewhere.cid = "default:other".into();
    let elsewhere = server.twirp(&server.sign(&elsewhere));
    for method in METHODS {
        let request = json!({ "sessionId": ann.session_id });
        ben.json(method, &request).await.refused(403, "permission_denied");
        // In another call there is no such session.
        let reply = elsewhere.json(method, &request).await.ok();
        if method != "SendMetrics" {
            assert_eq!(reply["error"]["code"], "ERROR_CODE_PARTICIPANT_NOT_FOUND", "{method}");
        }
    }
    assert!(ann.hear_until_pong().await.is_empty());
}

#[tokio::test]
async fn json_may_omit_defaults_and_be_written_either_way() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut ben = server.join("ben").await;
    let muted = |body: Value| {
        let twirp = ann.twirp.clone();
        async move { assert_eq!(twirp.json("UpdateMuteStates", &body).await.ok(), json!({})) }
    };
    let session = ann.session_id.clone();
    let state = json!([{ "trackType": "TRACK_TYPE_AUDIO", "muted": true }]);
    muted(json!({ "sessionId": session, "muteStates": state })).await;
    let state = json!([{ "trackType": "TRACK_TYPE_AUDIO" }]);
    muted(json!({ "sessionId": session, "muteStates": state })).await;
    let state = json!([{ "track_type": 1, "muted": true }]);
    muted(json!({ "session_id": session, "mute_states": state })).await;
    let state = json!([{ "trackType": "TRACK_TYPE_OF_THE_FUTURE", "muted": true }]);
    muted(json!({ "sessionId": session, "muteStates": state, "unknown": [1] })).await;

    let told: Vec<_> = ben
        .hear_until_pong()
        .await
        .into_iter()
        .filter_map(|event| match event {
            Event::TrackPublished(_) => Some("published"),
            Event::TrackUnpublished(_) => Some("unpublished"),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["unpublished", "published", "unpublished"]);

    // An absent peer type means the publisher, who is asked to restart.
    let reply = ann.twirp.json("IceRestart", &json!({ "sessionId": session })).await;
    assert_eq!(reply.ok(), json!({}));
    ann.hear(|event| matches!(event, Event::IceRestart(_)).then_some(())).await;
}

#[tokio::test]
async fn every_method_answers_its_owner_in_the_encoding_of_the_request() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    for method in ["IceTrickle", "SendStats", "SendMetrics", "StartNoiseCancellation"] {
        let request = json!({ "sessionId": ann.session_id, "iceCandidate": "not a candidate" });
        let reply = ann.twirp.post(
            method,
            "application/json; charset=utf-8",
            request.to_string().into_bytes(),
        );
        assert_eq!(reply.await.ok(), json!({}), "{method}");
    }
    let ben = server.join("ben").await;
    let request = UpdateSubscriptionsRequest {
        session_id: ann.session_id.clone(),
        tracks: vec![wish(&ben, TrackType::Video, 1, 1)],
    };
    let reply =
        ann.twirp.post("UpdateSubscriptions", "application/protobuf", request.encode_to_vec());
    let reply = reply.await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/protobuf"));
    assert!(reply.body.is_empty(), "a message of defaults");
}

#[tokio::test]
async fn what_is_not_the_service_is_answered_with_an_envelope() {
    let server = TestServer::start().await;
    let twirp = server.twirp(&server.token("ann"));
    let json = "application/json";
    for (method, path) in [
        ("POST", format!("{SERVICE}/Nothing")),
        ("POST", format!("{SERVICE}/setpublisher")),
        ("POST", "/sfu/twirp/another.Service/SetPublisher".into()),
        ("GET", format!("{SERVICE}/SetPublisher")),
        ("PUT", format!("{SERVICE}/SetPublisher")),
    ] {
        twirp.send(method, &path, json, Vec::new()).await.refused(404, "bad_route");
    }
    let reply = twirp.post("SetPublisher", "text/plain", Vec::new()).await;
    reply.refused(415, "bad_route");
    let reply = twirp.send("GET", "/sfu/ws", json, Vec::new()).await;
    reply.refused(400, "malformed");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    for body in
        ["", "{", "[]", "null", r#"{"sessionId":7}"#, r#"{"sessionId":"a","sessionId":"b"}"#]
    {
        let reply = ann.twirp.post("UpdateMuteStates", "application/json", body.into()).await;
        reply.refused(400, "malformed");
    }
    let request = UpdateMuteStatesRequest { session_id: "x".repeat(50), mute_states: vec![] };
    let mut bytes = request.encode_to_vec();
    bytes.pop();
    for body in [bytes, vec![0xff; 20]] {
        let reply = ann.twirp.post("UpdateMuteStates", "application/protobuf", body).await;
        reply.refused(400, "malformed");
    }
}

#[tokio::test]
async fn statistics_of_a_session_are_counted_when_they_are_lists() {
    let server = TestServer::start().await;
    let (ann, ben) = (server.join("ann").await, server.join("ben").await);
    let empty = json!({ "sessionId": ann.session_id });
    assert_eq!(ann.twirp.json("SendStats", &empty).await.ok(), json!({}));
    for field in ["subscriberStats", "publisherStats", "rtcStats"] {
        let report = |text: &str| json!({ "sessionId": ann.session_id, field: text });
        let taken = ann.twirp.json("SendStats", &report(r#"[{"id":"x"}]"#)).await;
        assert_eq!(taken.ok(), json!({}));
        for text in ["{}", "[", "[]]", "x"] {
            let refused = ann.twirp.json("SendStats", &report(text)).await.ok();
            let code = &refused["error"]["code"];
            assert_eq!(code, "ERROR_CODE_REQUEST_VALIDATION_FAILED", "{field} {text}");
        }
    }
    // Another one's session is not counted at all.
    ben.twirp.json("SendStats", &empty).await.refused(403, "permission_denied");
    let text = server.metrics.text();
    for line in [
        r#"trunkline_sfu_reports_total{result="taken"} 4"#,
        r#"trunkline_sfu_reports_total{result="refused"} 12"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
}

#[tokio::test]
async fn large_statistics_are_taken_and_larger_bodies_refused() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    let stats = |bytes| {
        let list = format!("[\"{}\"]", "x".repeat(bytes));
        json!({ "sessionId": ann.session_id, "rtcStats": list })
    };
    let reply = ann.twirp.json("SendStats", &stats(7_000_000)).await;
    assert_eq!(reply.ok(), json!({}));

    // Refused on its announcement: a client that sent it all would meet a closed connection.
    let mut stream = TcpStream::connect(server.server.address()).await.unwrap();
    let head = format!(
        "POST {SERVICE}/SendStats HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 9000000\r\nconnection: close\r\n\r\n",
        ann.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("resource_exhausted"), "{answer}");
}
