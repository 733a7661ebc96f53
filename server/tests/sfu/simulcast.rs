//! Which layer a subscriber gets, and how seamlessly it changes.

use str0m::media::Mid;
use trunkline_protocol::sfu::models::{TrackType, VideoLayer};

use crate::support::{
    Client, Received, Source, TestServer, is_keyframe, layer_of, picture_id, video, wish,
};

#[tokio::test]
async fn the_wished_size_selects_the_layer_without_a_seam() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    publish_ladder(&mut ann, 3).await;
    let ben = server.join("ben").await;
    let stream_id = ann.stream_id(TrackType::Video);
    for (width, layer) in [(300, 1), (1280, 3), (640, 2), (320, 1), (4000, 3)] {
        ben.subscribe(vec![wish(&ann, TrackType::Video, width, width * 9 / 16)]).await;
        let look = |log: &crate::support::Log| {
            let packets = log.of(&stream_id);
            let last = packets.last()?;
            (layer_of(&last.payload) == layer).then_some(())
        };
        ben.subscriber.wait(&format!("layer {layer}"), look).await;
    }
    let packets = ben.subscriber.packets(&stream_id, 50).await;
    assert_seamless(&packets);
    let changes: Vec<_> = packets
        .windows(2)
        .filter(|pair| layer_of(&pair[0].payload) != layer_of(&pair[1].payload))
        .map(|pair| &pair[1])
        .collect();
    assert!(changes.len() >= 4, "{changes:?}");
    for packet in changes {
        assert!(is_keyframe(&packet.payload), "a switch begins with a keyframe");
    }
}

#[tokio::test]
async fn subscribers_of_one_track_get_different_layers() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    publish_ladder(&mut ann, 3).await;
    let (ben, cat) = (server.join("ben").await, server.join("cat").await);
    ben.subscribe(vec![wish(&ann, TrackType::Video, 320, 180)]).await;
    cat.subscribe(vec![wish(&ann, TrackType::Video, 1280, 720)]).await;
    for (client, layer) in [(&ben, 1), (&cat, 3)] {
        let stream_id = ann.stream_id(TrackType::Video);
        let is_all = |packets: &[Received]| packets.iter().all(|p| layer_of(&p.payload) == layer);
        client.subscriber.last(&stream_id, 20, &format!("layer {layer} alone"), is_all).await;
    }
}

#[tokio::test]
async fn a_layer_that_falls_silent_is_replaced_by_one_that_arrives() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    publish_ladder(&mut ann, 3).await;
    let ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 1280, 720)]).await;
    wait_for_layer(&ann, &ben, 3).await;
    ann.publisher.with(|peer| peer.sources.truncate(2)).await;
    wait_for_layer(&ann, &ben, 2).await;
    assert_seamless(&ben.subscriber.log().of(&ann.stream_id(TrackType::Video)));
}

#[tokio::test]
async fn large_layers_that_never_start_are_not_waited_for() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    publish_ladder(&mut ann, 1).await;
    let ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 1280, 720)]).await;
    wait_for_layer(&ann, &ben, 1).await;
}

fn ladder() -> [VideoLayer; 3] {
    [video("q", 320, 180), video("h", 640, 360), video("f", 1280, 720)]
}

/// Publishes three layers, of which the smallest ones are really sent.
async fn publish_ladder(client: &mut Client, sent: usize) -> Mid {
    let mid = client.publish(TrackType::Video, &ladder()).await;
    let sources = ["q", "h", "f"].into_iter().zip(1u8..).take(sent);
    let sources: Vec<_> =
        sources.map(|(rid, layer)| Source::camera(mid, Some(rid), layer)).collect();
    client.publisher.with(move |peer| peer.sources.extend(sources)).await;
    mid
}

async fn wait_for_layer(publisher: &Client, receiver: &Client, layer: u8) {
    let stream_id = publisher.stream_id(TrackType::Video);
    let look = |log: &crate::support::Log| {
        let packets = log.of(&stream_id);
        (layer_of(&packets.last()?.payload) == layer).then_some(())
    };
    receiver.subscriber.wait(&format!("layer {layer}"), look).await;
}

/// One stream: numbers without gaps, time that only moves on, pictures counted one by one.
#[track_caller]
fn assert_seamless(packets: &[Received]) {
    for pair in packets.windows(2) {
        assert_eq!(pair[0].ssrc, pair[1].ssrc);
        assert_eq!(pair[0].seq + 1, pair[1].seq, "a gap");
        let step = pair[1].time.wrapping_sub(pair[0].time);
        assert!(0 < step && step < 270_000, "time moves by {step}");
        let pictures = picture_id(&pair[1].payload).wrapping_sub(picture_id(&pair[0].payload));
        assert_eq!(pictures & 0x7fff, 1, "pictures are counted one by one");
        assert_eq!(pair[1].payload[4].wrapping_sub(pair[0].payload[4]), 1, "TL0PICIDX");
    }
}
