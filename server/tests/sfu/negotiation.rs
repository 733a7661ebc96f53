//! Offers and answers that are repeated, restarted or taken over by another socket.

use std::time::{Duration, Instant};

use serde_json::json;
use trunkline_protocol::sfu::{
    event::{
        JoinRequest, ReconnectDetails, SubscriberOffer, sfu_event::EventPayload as Event,
        sfu_request::RequestPayload,
    },
    models::{ErrorCode, PeerType, TrackType, WebsocketReconnectStrategy as Strategy},
    signal::{IceRestartRequest, IceRestartResponse},
};

use crate::support::{Client, Socket, TestServer, wish};

#[tokio::test]
async fn a_subscriber_restart_changes_the_credentials_and_media_goes_on() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    ann.publish_camera().await;
    let mut ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    let video = ann.stream_id(TrackType::Video);
    let before = ben.subscriber.packets(&video, 5).await;
    let first = next_offer(&mut ben).await;

    restart(&ben, PeerType::Subscriber).await;
    let offer = loop {
        let offer = next_offer(&mut ben).await;
        if offer.ice_restart {
            break offer;
        }
    };
    assert!(offer.negotiation_id > first.negotiation_id);
    assert_ne!(ufrag(&offer.sdp), ufrag(&first.sdp));
    ben.subscriber.clear();
    let after = ben.subscriber.packets(&video, 20).await;
    assert_eq!(after[0].ssrc, before[0].ssrc, "the same stream");
}

#[tokio::test]
async fn a_publisher_restart_is_asked_for_and_answered() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let ben = server.join("ben").await;
    let audio = ann.stream_id(TrackType::Audio);
    ben.subscriber.packets(&audio, 5).await;

    restart(&ann, PeerType::PublisherUnspecified).await;
    let asked = ann.hear(|event| match event {
        Event::IceRestart(event) => Some(event.peer_type()),
        _ => None,
    });
    assert_eq!(asked.await, PeerType::PublisherUnspecified);
    ann.restart_publisher().await;
    ben.subscriber.clear();
    ben.subscriber.packets(&audio, 20).await;
}

#[tokio::test]
async fn an_offer_without_answer_is_repeated_and_then_given_up() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut ben = server.join("ben").await;
    ben.answer_offers(false);
    let mut cat = server.join("cat").await;
    cat.answer_offers(false);

    let first = next_offer(&mut ben).await;
    let sent = Instant::now();
    let second = next_offer(&mut ben).await;
    assert!(sent.elapsed() > Duration::from_millis(1500));
    assert!(second.negotiation_id > first.negotiation_id);
    assert_eq!(second.sdp, first.sdp, "with the same m-lines");
    ben.answer(&second).await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 10).await;

    let given_up = cat.hear(|event| match event {
        Event::Error(event) => Some(event.clone()),
        _ => None,
    });
    let given_up = given_up.await;
    assert_eq!(given_up.reconnect_strategy(), Strategy::Rejoin);
    assert_eq!(given_up.error.unwrap().code(), ErrorCode::ParticipantMediaTransportFailure);
}

#[tokio::test]
async fn changes_during_a_negotiation_are_offered_after_it() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut ben = server.join("ben").await;
    ben.answer_offers(false);
    let first = next_offer(&mut ben).await;
    ann.publish_camera().await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    let before = ben.hear_until_pong().await;
    assert!(!before.iter().any(|event| matches!(event, Event::SubscriberOffer(_))), "{before:?}");
    ben.answer_offers(true);
    ben.answer(&first).await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Video), 10).await;
}

#[tokio::test]
async fn a_fast_reconnect_keeps_the_peer_connections() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut ben = server.join("ben").await;
    ben.publish_microphone().await;
    let audio = ann.stream_id(TrackType::Audio);
    let before = ben.subscriber.packets(&audio, 5).await;
    ann.hear_until_pong().await;

    let mut socket = Socket::open(&server).await;
    socket.send(RequestPayload::JoinRequest(JoinRequest {
        token: ben.token.clone(),
        session_id: ben.session_id.clone(),
        reconnect_details: Some(ReconnectDetails {
            strategy: Strategy::Fast.into(),
            ..ReconnectDetails::default()
        }),
        ..JoinRequest::default()
    }));
    let Event::JoinResponse(answer) = socket.event().await else { panic!("not an answer") };
    assert!(answer.reconnected);
    let mut old = ben.replace_socket(socket);
    assert_eq!(old.end().await, Some(1000));
    let offer = next_offer(&mut ben).await;
    assert!(offer.ice_restart);
    ben.subscriber.clear();
    let after = ben.subscriber.packets(&audio, 20).await;
    assert_eq!(after[0].ssrc, before[0].ssrc);
    let told = ann.hear_until_pong().await;
    let joins_or_leaves = told
        .iter()
        .filter(|event| matches!(event, Event::ParticipantLeft(_) | Event::ParticipantJoined(_)));
    assert_eq!(joins_or_leaves.count(), 0, "the others see nothing");
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_leads_to_a_rejoin() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut ben = server.join("ben").await;
    ben.answer_offers(false);
    let offer = next_offer(&mut ben).await;
    let answer = |sdp: &str| {
        json!({
            "peerType": "PEER_TYPE_SUBSCRIBER",
            "sdp": sdp,
            "sessionId": ben.session_id,
            "negotiationId": offer.negotiation_id,
        })
    };
    let reply = ben.twirp.json("SendAnswer", &answer("v=0\r\ngarbage")).await.ok();
    assert_eq!(reply["error"]["code"], "ERROR_CODE_REQUEST_VALIDATION_FAILED");
    let late = ben.twirp.json("SendAnswer", &answer("too late")).await.ok();
    assert_eq!(late["error"], json!(null), "no offer waits for it");
    let told = ben.hear(|event| match event {
        Event::Error(event) => Some(event.reconnect_strategy()),
        _ => None,
    });
    assert_eq!(told.await, Strategy::Rejoin);
}

async fn next_offer(client: &mut Client) -> SubscriberOffer {
    client
        .hear(|event| match event {
            Event::SubscriberOffer(offer) => Some(offer.clone()),
            _ => None,
        })
        .await
}

async fn restart(client: &Client, peer: PeerType) {
    let request =
        IceRestartRequest { session_id: client.session_id.clone(), peer_type: peer.into() };
    let response: IceRestartResponse = client.twirp.call("IceRestart", &request).await;
    assert_eq!(response.error, None);
}

fn ufrag(sdp: &str) -> &str {
    sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap()
}
