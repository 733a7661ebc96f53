//! Which of the layers inside a stream (SVC) a subscriber gets.

use std::collections::BTreeSet;

use trunkline_protocol::sfu::models::{TrackInfo, TrackType, VideoLayer};

use crate::support::{
    Client, Log, Received, Source, TestServer, named, published, spatial_of, video, wish,
};

#[tokio::test]
async fn subscribers_of_one_stream_get_what_they_have_room_for() {
    let server = TestServer::start().await;
    let ann = publisher(&server, announced(2), true).await;
    let mut others = Vec::new();
    for (name, width, top) in [("ben", 300, 0), ("cat", 640, 1), ("dan", 1280, 2), ("eve", 0, 2)] {
        let other = server.join(name).await;
        other.subscribe(vec![wish(&ann, TrackType::Video, width, width * 9 / 16)]).await;
        others.push((other, top));
    }
    for (other, top) in &others {
        let stream_id = ann.stream_id(TrackType::Video);
        let has_all_below = |packets: &[Received]| {
            packets.iter().map(spatial).collect::<BTreeSet<_>>() == (0..=*top).collect()
        };
        let what = format!("layer {top}, with all those below it");
        assert_whole(&other.subscriber.last(&stream_id, 40, &what, has_all_below).await);
    }
}

#[tokio::test]
async fn sizes_are_those_announced_when_the_stream_does_not_tell() {
    let server = TestServer::start().await;
    let ann = publisher(&server, announced(1), false).await;
    let ben = server.join("ben").await;
    for (width, top) in [(640, 1), (641, 2), (320, 0)] {
        ben.subscribe(vec![wish(&ann, TrackType::Video, width, width * 9 / 16)]).await;
        wait_for_top(&ann, &ben, top).await;
        ben.subscriber.clear();
        let packets = ben.subscriber.packets(&ann.stream_id(TrackType::Video), 10).await;
        assert!(packets.iter().all(|packet| spatial(packet) <= top));
    }
}

#[tokio::test]
async fn more_passes_from_a_keyframe_on_and_less_from_any_picture_on() {
    let server = TestServer::start().await;
    let ann = publisher(&server, announced(2), true).await;
    let ben = server.join("ben").await;
    let stream_id = ann.stream_id(TrackType::Video);
    ben.subscribe(vec![wish(&ann, TrackType::Video, 300, 169)]).await;
    ben.subscriber.packets(&stream_id, 5).await;
    for (width, top) in [(1280, 2), (640, 1), (1280, 2), (300, 0), (640, 1)] {
        ben.subscribe(vec![wish(&ann, TrackType::Video, width, width * 9 / 16)]).await;
        wait_for_top(&ann, &ben, top).await;
    }
    let before = ben.subscriber.log().of(&stream_id).len();
    let packets = ben.subscriber.packets(&stream_id, before + 20).await;
    let tops = assert_whole(&packets);
    let mut turns = Vec::new();
    for pair in tops.windows(2) {
        let [(_, before), (first, after)] = pair else { panic!("a pair") };
        if before != after {
            turns.push(*after);
            assert!(after < before || is_keyframe(first), "{before} to {after}");
        }
    }
    // There may be others in between, where other work keeps this machine busy.
    let mut turns = turns.into_iter();
    assert!([2, 1, 2, 0, 1].iter().all(|wished| turns.any(|turn| turn == *wished)), "{tops:?}");
}

#[tokio::test]
async fn upper_layers_that_stop_are_not_waited_for_and_come_back() {
    let server = TestServer::start().await;
    let ann = publisher(&server, announced(2), true).await;
    let ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 1280, 720)]).await;
    wait_for_top(&ann, &ben, 2).await;
    ann.publisher.with(|peer| peer.sources[0].inside = 1).await;
    wait_for_top(&ann, &ben, 0).await;
    ben.subscriber.clear();
    let packets = ben.subscriber.packets(&ann.stream_id(TrackType::Video), 40).await;
    assert_whole(&packets);
    ann.publisher.with(|peer| peer.sources[0].inside = 3).await;
    wait_for_top(&ann, &ben, 2).await;
    let packets = ben.subscriber.log().of(&ann.stream_id(TrackType::Video));
    let again = packets.iter().position(|packet| spatial(packet) > 0).unwrap();
    assert!(is_keyframe(&packets[again - 1]), "there is nothing before that it could build on");
}

/// Publishes a VP9 camera with three layers inside, 320, 640 and 1280 px wide.
async fn publisher(server: &TestServer, layers: Vec<VideoLayer>, tells_sizes: bool) -> Client {
    let mut client = Client::join_preferring(server, "ann", "vp9").await;
    let (mid, offer, pending) = client.offer(TrackType::Video, Vec::new()).await;
    let track = published(TrackType::Video, mid);
    client.tracks.push(TrackInfo { codec: named("vp9"), layers, ..track });
    let answer = client.set_publisher(&offer).await.unwrap();
    client.accept(pending, answer).await;
    let mut camera = Source::svc_camera(mid);
    camera.tells_sizes = tells_sizes;
    client.publisher.with(move |peer| peer.sources.push(camera)).await;
    client
}

/// The layers as announced, so many times as large as they are sent: browsers scale down what they
/// cannot encode in time. The bitrate is about what the camera has.
fn announced(times: u32) -> Vec<VideoLayer> {
    let layer = |(rid, width, height)| VideoLayer {
        bitrate: 50_000,
        ..video(rid, times * width, times * height)
    };
    [("q", 320, 180), ("h", 640, 360), ("f", 1280, 720)].map(layer).to_vec()
}

async fn wait_for_top(publisher: &Client, receiver: &Client, top: u8) {
    let stream_id = publisher.stream_id(TrackType::Video);
    let look = |log: &Log| (top_of_last(&log.of(&stream_id)) == Some(top)).then_some(());
    receiver.subscriber.wait(&format!("layer {top}"), look).await;
}

/// The highest layer of the last whole picture.
fn top_of_last(packets: &[Received]) -> Option<u8> {
    packets.iter().rev().find(|packet| packet.marker).map(spatial)
}

/// One stream of whole pictures, each with all layers up to its highest, without gaps. Returns the
/// first packet of each picture and its highest layer.
#[track_caller]
fn assert_whole(packets: &[Received]) -> Vec<(&Received, u8)> {
    for pair in packets.windows(2) {
        assert_eq!(pair[0].ssrc, pair[1].ssrc);
        assert_eq!(pair[0].seq + 1, pair[1].seq, "a gap");
    }
    // Of the first and the last there may be only a part.
    let pictures: Vec<_> = packets.chunk_by(|a, b| a.time == b.time).collect();
    let whole = pictures[1..pictures.len() - 1].iter();
    whole
        .map(|picture| {
            let layers: Vec<_> = picture.iter().map(spatial).collect();
            let top = layers[layers.len() - 1];
            let expected = (0..=top).flat_map(|layer| (0..=layer.min(1)).map(move |_| layer));
            assert!(layers.iter().copied().eq(expected), "{layers:?}");
            let (last, others) = picture.split_last().unwrap();
            assert!(last.marker && others.iter().all(|packet| !packet.marker), "{picture:?}");
            (&picture[0], top)
        })
        .collect()
}

fn spatial(packet: &Received) -> u8 {
    spatial_of(&packet.payload)
}

fn is_keyframe(packet: &Received) -> bool {
    packet.payload[0] & 0x48 == 0x08
}
