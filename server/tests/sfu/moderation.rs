//! What the coordinator orders, down to the packets.

use serde_json::json;
use trunkline_protocol::sfu::{
    event::sfu_event::EventPayload as Event,
    models::{TrackType, TrackUnpublishReason},
};
use trunkline_server::sfu::control::{Grants, SfuOrder, Whom};

use crate::support::{CALL, Client, TestServer};

#[tokio::test]
async fn a_moderated_mute_stops_the_packets_of_a_client_that_goes_on_sending() {
    let server = TestServer::start().await;
    let (mut ann, mut cat, mut ben) = three(&server).await;
    let (audio, other) = (ann.stream_id(TrackType::Audio), cat.stream_id(TrackType::Audio));
    server.order(SfuOrder::MuteTracks {
        cid: CALL.into(),
        whom: Whom::User("ann".into()),
        kinds: vec![TrackType::Audio],
    });
    for client in [&mut ann, &mut cat, &mut ben] {
        assert_eq!(unpublished(client).await, TrackUnpublishReason::Moderation);
    }
    assert_silent(&ben, &audio, &other).await;
    ann.mute(TrackType::Audio, false).await;
    ben.subscriber.packets(&audio, 10).await;
}

#[tokio::test]
async fn a_revoked_right_stops_the_packets_until_it_is_given_back() {
    let server = TestServer::start().await;
    let (mut ann, cat, mut ben) = three(&server).await;
    let (audio, other) = (ann.stream_id(TrackType::Audio), cat.stream_id(TrackType::Audio));
    let grant = |audio| SfuOrder::SetGrants {
        cid: CALL.into(),
        user_id: "ann".into(),
        grants: Grants { audio, video: true, screen_share: true },
    };
    server.order(grant(false));
    ann.hear(|event| matches!(event, Event::CallGrantsUpdated(_)).then_some(())).await;
    assert_eq!(unpublished(&mut ben).await, TrackUnpublishReason::PermissionRevoked);
    let unmute = json!({
        "sessionId": ann.session_id,
        "muteStates": [{ "trackType": "TRACK_TYPE_AUDIO" }],
    });
    let refused = ann.twirp.json("UpdateMuteStates", &unmute).await.ok();
    assert_eq!(refused["error"]["code"], "ERROR_CODE_PERMISSION_DENIED");
    assert_silent(&ben, &audio, &other).await;

    server.order(grant(true));
    ann.hear(|event| matches!(event, Event::CallGrantsUpdated(_)).then_some(())).await;
    assert_eq!(ann.twirp.json("UpdateMuteStates", &unmute).await.ok(), json!({}));
    ben.subscriber.packets(&audio, 10).await;
}

/// Two who speak and one who listens.
async fn three(server: &TestServer) -> (Client, Client, Client) {
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut cat = server.join("cat").await;
    cat.publish_microphone().await;
    let ben = server.join("ben").await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 5).await;
    ben.subscriber.packets(&cat.stream_id(TrackType::Audio), 5).await;
    (ann, cat, ben)
}

async fn unpublished(client: &mut Client) -> TrackUnpublishReason {
    client
        .hear(|event| match event {
            Event::TrackUnpublished(event) => Some(event.cause()),
            _ => None,
        })
        .await
}

/// Checks that nothing comes of one track while another goes on.
async fn assert_silent(client: &Client, silent: &str, other: &str) {
    client.subscriber.clear();
    client.subscriber.packets(other, 30).await;
    let stray = client.subscriber.log().of(silent).len();
    assert!(stray <= 2, "{stray} packets");
}
