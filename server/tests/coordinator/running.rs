//! Moderation as those feel it who are in the call: the coordinator's orders, carried out by the
//! real SFU on its real sockets.

use std::time::Instant;

use futures_util::SinkExt;
use prost::Message as _;
use serde_json::{Value, json};
use str0m::{
    Rtc,
    media::{Direction, MediaKind},
};
use tokio_tungstenite::{connect_async, tungstenite::Message};
use trunkline_protocol::sfu::{
    event::{
        CallGrantsUpdated, JoinRequest, JoinResponse, SfuRequest, TrackUnpublished,
        sfu_event::EventPayload as Event, sfu_request::RequestPayload,
    },
    models::{CallEndedReason, ErrorCode, TrackType, TrackUnpublishReason as Cause},
};

use crate::support::{Client, Raw, Reply, Socket, TestServer, next_signal, send};

/// A user in a call: both sockets, and the way to the SFU.
struct Guest {
    client: Client,
    socket: Socket,
    signal: Raw,
    url: String,
    token: String,
    session: &'static str,
}

impl Guest {
    async fn enter(server: &TestServer, user: &str, session: &'static str) -> (Self, JoinResponse) {
        let (client, socket) = server.connect(user).await;
        let joined = client.post("/call/default/a/join", json!({ "create": true })).await.ok(201);
        let credentials = &joined["credentials"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let token = text(&credentials["token"]);
        let (url, endpoint) =
            (text(&credentials["server"]["url"]), text(&credentials["server"]["ws_endpoint"]));
        let signal = open(&endpoint, &token, session).await;
        let mut guest = Self { client, socket, signal, url, token, session };
        match guest.next().await {
            Event::JoinResponse(answer) => (guest, answer),
            other => panic!("{other:?}"),
        }
    }

    async fn next(&mut self) -> Event {
        next_signal(&mut self.signal).await.expect("an event")
    }

    /// The next event for which there is something to say; others are passed over.
    async fn find<T>(&mut self, pick: impl Fn(Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.next().await) {
                return found;
            }
        }
    }

    async fn unpublished(&mut self) -> TrackUnpublished {
        self.find(|event| match event {
            Event::TrackUnpublished(event) => Some(event),
            _ => None,
        })
        .await
    }

    async fn rpc(&self, method: &str, body: Value) -> Reply {
        let url = format!("{}/stream.video.sfu.signal.SignalServer/{method}", self.url);
        let headers = vec![
            ("authorization", format!("Bearer {}", self.token)),
            ("content-type", "application/json".to_owned()),
        ];
        send("POST", url, headers, body.to_string().into_bytes()).await
    }

    async fn publish_audio(&self) -> Reply {
        let mut rtc = Rtc::new(Instant::now());
        let mut changes = rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        let (offer, _) = changes.apply().unwrap();
        let track = json!({
            "trackType": "TRACK_TYPE_AUDIO", "mid": mid.to_string(), "publishOptionId": 1,
        });
        let body = json!({
            "sdp": offer.to_sdp_string(), "sessionId": self.session, "tracks": [track],
        });
        self.rpc("SetPublisher", body).await
    }

    async fn unmute_audio(&self) -> Reply {
        let state = json!({ "trackType": "TRACK_TYPE_AUDIO", "muted": false });
        let body = json!({ "sessionId": self.session, "muteStates": [state] });
        self.rpc("UpdateMuteStates", body).await
    }
}

async fn open(endpoint: &str, token: &str, session: &str) -> Raw {
    let mut signal = connect_async(endpoint).await.unwrap().0;
    let request =
        JoinRequest { token: token.into(), session_id: session.into(), ..JoinRequest::default() };
    let request = SfuRequest { request_payload: Some(RequestPayload::JoinRequest(request)) };
    signal.send(Message::binary(request.encode_to_vec())).await.unwrap();
    signal
}

/// No error in an answer of the SFU.
#[track_caller]
fn fine(reply: &Reply) {
    assert_eq!((reply.status, &reply.body["error"]), (200, &Value::Null), "{}", reply.body);
}

/// The error in an answer of the SFU.
#[track_caller]
fn denied(reply: &Reply) {
    let denied = ErrorCode::PermissionDenied.as_str_name();
    assert_eq!(reply.body["error"]["code"], denied, "{}", reply.body);
}

#[tokio::test]
async fn a_muted_participant_hears_of_it_and_may_unmute() {
    let server = TestServer::start_with_sfu().await;
    let (mut alice, _) = Guest::enter(&server, "alice", "s1").await;
    let (mut bob, _) = Guest::enter(&server, "bob", "s2").await;
    fine(&bob.publish_audio().await);
    let body = json!({ "user_ids": ["bob"], "audio": true });
    alice.client.post("/call/default/a/mute_users", body).await.ok(201);
    for guest in [&mut alice, &mut bob] {
        let event = guest.unpublished().await;
        assert_eq!((event.session_id.as_str(), event.r#type()), ("s2", TrackType::Audio));
        assert_eq!(event.cause(), Cause::Moderation);
        assert!(event.participant.unwrap().published_tracks.is_empty());
    }
    fine(&bob.unmute_audio().await);
    let published = |event| matches!(event, Event::TrackPublished(_)).then_some(());
    alice.find(published).await;
}

#[tokio::test]
async fn a_revoked_permission_silences_until_it_is_granted_again() {
    let server = TestServer::start_with_sfu().await;
    let (alice, _) = Guest::enter(&server, "alice", "s1").await;
    let (mut bob, _) = Guest::enter(&server, "bob", "s2").await;
    fine(&bob.publish_audio().await);
    let update = |body: Value| alice.client.post("/call/default/a/user_permissions", body);
    update(json!({ "user_id": "bob", "revoke_permissions": ["send-audio"] })).await.ok(201);
    let grants = |event| match event {
        Event::CallGrantsUpdated(CallGrantsUpdated { current_grants, .. }) => current_grants,
        _ => None,
    };
    let current = bob.find(grants).await;
    assert!(!current.can_publish_audio && current.can_publish_video);
    assert_eq!(bob.unpublished().await.cause(), Cause::PermissionRevoked);
    denied(&bob.unmute_audio().await);
    denied(&bob.publish_audio().await);
    update(json!({ "user_id": "bob", "grant_permissions": ["send-audio"] })).await.ok(201);
    assert!(bob.find(grants).await.can_publish_audio);
    fine(&bob.unmute_audio().await);
}

#[tokio::test]
async fn a_blocked_participant_is_put_out_and_does_not_get_in_with_the_old_token() {
    let server = TestServer::start_with_sfu().await;
    let (mut alice, _) = Guest::enter(&server, "alice", "s1").await;
    let (mut bob, _) = Guest::enter(&server, "bob", "s2").await;
    alice.client.post("/call/default/a/block", json!({ "user_id": "bob" })).await.ok(201);
    let ended = |event| match event {
        Event::CallEnded(ended) => Some(ended.reason()),
        _ => None,
    };
    assert_eq!(bob.find(ended).await, CallEndedReason::Kicked);
    // What was on its way to him may still come, then the socket is closed.
    while next_signal(&mut bob.signal).await.is_some() {}
    let left = |event| matches!(event, Event::ParticipantLeft(_)).then_some(());
    alice.find(left).await;

    let endpoint = format!("{}/sfu/ws", server.base.replacen("http", "ws", 1));
    let mut again = open(&endpoint, &bob.token, "s3").await;
    let Some(Event::Error(error)) = next_signal(&mut again).await else { panic!("let in") };
    assert_eq!(error.error.unwrap().code(), ErrorCode::PermissionDenied);
    assert_eq!(next_signal(&mut again).await, None);
    alice.client.post("/call/default/a/unblock", json!({ "user_id": "bob" })).await.ok(201);
    let mut again = open(&endpoint, &bob.token, "s4").await;
    assert!(
        matches!(next_signal(&mut again).await, Some(Event::Error(_))),
        "not with the old token"
    );
    let joined = bob.client.post("/call/default/a/join", json!({})).await.ok(201);
    let token = joined["credentials"]["token"].as_str().unwrap();
    let mut again = open(&endpoint, token, "s5").await;
    assert!(matches!(next_signal(&mut again).await, Some(Event::JoinResponse(_))));
}

#[tokio::test]
async fn a_pin_is_seen_by_all_and_by_who_comes_later() {
    let server = TestServer::start_with_sfu().await;
    let (mut alice, answer) = Guest::enter(&server, "alice", "s1").await;
    assert!(answer.call_state.unwrap().pins.is_empty());
    let (mut bob, _) = Guest::enter(&server, "bob", "s2").await;
    let pin = json!({ "user_id": "bob", "session_id": "s2" });
    // The coordinator knows of bob once the SFU has told it.
    loop {
        let event = alice.socket.next().await;
        let user = &event["participant"]["user"]["id"];
        if event["type"] == "call.session_participant_joined" && user == "bob" {
            break;
        }
    }
    alice.client.post("/call/default/a/pin", pin.clone()).await.ok(201);
    let pins = |event| match event {
        Event::PinsUpdated(changed) => Some(changed.pins),
        _ => None,
    };
    for guest in [&mut alice, &mut bob] {
        assert_eq!(guest.find(pins).await[0].session_id, "s2");
    }
    let (_carol, answer) = Guest::enter(&server, "carol", "s3").await;
    assert_eq!(answer.call_state.unwrap().pins[0].user_id, "bob");
    alice.client.post("/call/default/a/unpin", pin).await.ok(201);
    assert!(bob.find(pins).await.is_empty());
}
