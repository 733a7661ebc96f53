//! A slow path through real sockets. What exactly happens on which path is tested without sockets,
//! in a time of its own, next to the SFU's media.

use std::time::Instant;

use tokio::time::timeout;
use trunkline_protocol::sfu::{
    event::{JoinRequest, sfu_event::EventPayload as Event},
    models::{ClientCapability, TrackType},
};

use crate::support::{Client, Conditions, PATIENCE, Source, TestServer, wish};

#[tokio::test]
async fn who_has_no_room_for_a_camera_is_told_and_still_hears() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mid = ann.publish(TrackType::Video, &[]).await;
    let camera = Source::camera(mid, None, 7).with_bitrate(400_000).from(Instant::now());
    ann.publisher.with(move |peer| peer.sources.push(camera)).await;
    let request = JoinRequest {
        session_id: "session-of-ben".into(),
        capabilities: vec![ClientCapability::SubscriberVideoPause.into()],
        ..JoinRequest::default()
    };
    let mut ben = Client::join_with(&server, server.token("ben"), "ben", request).await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Video), 50).await;
    slow_down(&ben, 80_000).await;
    assert!(is_paused(&mut ben, &ann).await);
    ben.subscriber.clear();
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 50).await;
}

async fn slow_down(client: &Client, rate: u64) {
    let conditions = Conditions { rate: Some(rate), ..Conditions::PERFECT };
    client.subscriber.with(move |peer| peer.path.set(conditions)).await;
}

/// What the next notification about the camera says.
async fn is_paused(client: &mut Client, publisher: &Client) -> bool {
    let told = client.hear(|event| match event {
        Event::InboundStateNotification(told) => {
            let [state] = &told.inbound_video_states[..] else { panic!("{told:?}") };
            assert_eq!(state.session_id, publisher.session_id);
            assert_eq!(state.track_type(), TrackType::Video);
            Some(state.paused)
        }
        _ => None,
    });
    // Other events go on, so that hearing something is no sign.
    timeout(2 * PATIENCE, told).await.expect("a notification")
}
