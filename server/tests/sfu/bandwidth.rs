//! Loss, and less bandwidth than is wished for.

use std::{collections::BTreeSet, time::Duration};

use tokio::time::sleep;
use trunkline_protocol::sfu::{
    event::{JoinRequest, sfu_event::EventPayload as Event},
    models::{ClientCapability, TrackType},
};

use crate::support::{Client, Log, TestServer, layer_of, wish};

#[tokio::test]
async fn lost_video_is_sent_again_and_lost_audio_is_not_waited_for() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    ann.publish_camera().await;
    let ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    let (audio, video) = (ann.stream_id(TrackType::Audio), ann.stream_id(TrackType::Video));
    ben.subscriber.packets(&video, 10).await;

    ben.subscriber.with(|peer| peer.downlink.lost = 100).await;
    ben.subscriber.clear();
    ben.subscriber.packets(&audio, 200).await;
    let got = share_of(&ben.subscriber.log(), &video);
    assert!(got > 0.98, "of the video {got} arrived");
    let got = share_of(&ben.subscriber.log(), &audio);
    assert!((0.75..0.98).contains(&got), "of the audio {got} arrived");

    ben.subscriber.with(|peer| peer.downlink.lost = 300).await;
    sleep(Duration::from_secs(3)).await;
    ben.subscriber.with(|peer| peer.downlink.lost = 0).await;
    sleep(Duration::from_secs(1)).await;
    ben.subscriber.clear();
    ben.subscriber.packets(&audio, 50).await;
    for stream_id in [&audio, &video] {
        let got = share_of(&ben.subscriber.log(), stream_id);
        assert!(got > 0.99, "{stream_id} has not recovered: {got}");
    }
}

#[tokio::test]
async fn video_gets_smaller_with_the_bandwidth_while_audio_goes_on() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    ann.publish_ladder(&[50_000, 150_000, 300_000]).await;
    let ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 1280, 720)]).await;
    wait_for_layer(&ann, &ben, 3).await;

    ben.subscriber.with(|peer| peer.downlink.rate = Some(230_000)).await;
    wait_for_layer(&ann, &ben, 2).await;
    // The queue that had built up is gone when the layer has been small for a while.
    sleep(Duration::from_secs(2)).await;
    ben.subscriber.clear();
    let audio = ann.stream_id(TrackType::Audio);
    ben.subscriber.packets(&audio, 100).await;
    let got = share_of(&ben.subscriber.log(), &audio);
    assert!(got > 0.95, "of the audio {got} arrived");

    ben.subscriber.with(|peer| peer.downlink.rate = None).await;
    wait_for_layer(&ann, &ben, 3).await;
}

#[tokio::test]
async fn a_video_that_does_not_fit_at_all_is_paused_and_said_to_be() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    ann.publish_ladder(&[200_000]).await;
    let request = JoinRequest {
        session_id: "session-of-ben".into(),
        capabilities: vec![ClientCapability::SubscriberVideoPause.into()],
        ..JoinRequest::default()
    };
    let mut ben = Client::join_with(&server, server.token("ben"), "ben", request).await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 1280, 720)]).await;
    let video = ann.stream_id(TrackType::Video);
    ben.subscriber.packets(&video, 20).await;

    ben.subscriber.with(|peer| peer.downlink.rate = Some(120_000)).await;
    assert!(next_pause(&mut ben, &ann).await);
    sleep(Duration::from_secs(1)).await;
    // Old packets may come again: the transport looks for bandwidth with them.
    let last = ben.subscriber.log().of(&video).iter().map(|packet| packet.seq).max().unwrap();
    ben.subscriber.clear();
    let audio = ann.stream_id(TrackType::Audio);
    ben.subscriber.packets(&audio, 50).await;
    let new = |log: &Log| log.of(&video).iter().filter(|packet| packet.seq > last).count();
    assert_eq!(new(&ben.subscriber.log()), 0, "paused");
    let got = share_of(&ben.subscriber.log(), &audio);
    assert!(got > 0.95, "of the audio {got} arrived");

    ben.subscriber.with(|peer| peer.downlink.rate = None).await;
    assert!(!next_pause(&mut ben, &ann).await);
    ben.subscriber.packets(&video, 20).await;
}

#[tokio::test]
async fn layers_that_nobody_needs_are_switched_off_and_on_again_at_once() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_ladder(&[24_000; 3]).await;
    let ben = server.join("ben").await;
    for (width, active) in [(320, [true, false, false]), (1280, [true; 3]), (0, [false; 3])] {
        let wishes = if width == 0 {
            Vec::new()
        } else {
            vec![wish(&ann, TrackType::Video, width, width * 9 / 16)]
        };
        ben.subscribe(wishes).await;
        let told = ann.hear(|event| match event {
            Event::ChangePublishQuality(change) => {
                let [sender] = &change.video_senders[..] else { panic!("{change:?}") };
                assert_eq!((sender.track_type(), sender.publish_option_id), (TrackType::Video, 2));
                let names: Vec<_> = sender.layers.iter().map(|layer| &layer.name[..]).collect();
                assert_eq!(names, ["q", "h", "f"], "the whole ladder");
                let told: Vec<_> = sender.layers.iter().map(|layer| layer.active).collect();
                (told == active).then_some(())
            }
            _ => None,
        });
        told.await;
    }
}

async fn wait_for_layer(publisher: &Client, receiver: &Client, layer: u8) {
    let stream_id = publisher.stream_id(TrackType::Video);
    let look = |log: &Log| {
        let packets = log.of(&stream_id);
        (layer_of(&packets.last()?.payload) == layer).then_some(())
    };
    receiver.subscriber.wait(&format!("layer {layer}"), look).await;
}

async fn next_pause(receiver: &mut Client, publisher: &Client) -> bool {
    receiver
        .hear(|event| match event {
            Event::InboundStateNotification(event) => {
                let [state] = &event.inbound_video_states[..] else { panic!("{event:?}") };
                assert_eq!(state.session_id, publisher.session_id);
                assert_eq!(state.track_type(), TrackType::Video);
                Some(state.paused)
            }
            _ => None,
        })
        .await
}

/// How many packets of a track arrived of those that were sent, 0 to 1.
fn share_of(log: &Log, stream_id: &str) -> f64 {
    let numbers: BTreeSet<_> = log.of(stream_id).iter().map(|packet| packet.seq).collect();
    let sent = numbers.last().unwrap() - numbers.first().unwrap() + 1;
    f64::from(u32::try_from(numbers.len()).unwrap()) / f64::from(u32::try_from(sent).unwrap())
}
