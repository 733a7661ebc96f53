//! What is forwarded, to whom, and when it stops.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use trunkline_protocol::sfu::{
    event::sfu_event::EventPayload as Event,
    models::{ConnectionQuality, TrackType},
};

use crate::support::{TestServer, is_keyframe, layer_of, wish};

#[tokio::test]
async fn two_participants_hear_and_see_each_other() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let mut ben = server.join("ben").await;
    for client in [&mut ann, &mut ben] {
        client.publish_microphone().await;
        client.publish_camera().await;
    }
    ann.subscribe(vec![wish(&ben, TrackType::Video, 640, 360)]).await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    for (publisher, receiver) in [(&ann, &ben), (&ben, &ann)] {
        let audio = publisher.stream_id(TrackType::Audio);
        let video = publisher.stream_id(TrackType::Video);
        let heard = receiver.subscriber.packets(&audio, 20).await;
        assert!(heard.iter().all(|packet| packet.payload[..4] == [0xf8, 0xff, 0xfe, 0]));
        let seen = receiver.subscriber.packets(&video, 20).await;
        assert!(is_keyframe(&seen[0].payload), "the first packet begins a keyframe");
        assert!(seen.iter().all(|packet| layer_of(&packet.payload) == 7));
        for packets in [heard, seen] {
            let step = packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq);
            assert!(step, "without gaps: {packets:?}");
            assert!(packets.iter().all(|packet| packet.ssrc == packets[0].ssrc));
        }
    }
    let shown = |name| server.metrics.gauge(name, "", &[]).get();
    assert_eq!((shown("trunkline_sfu_sessions"), shown("trunkline_sfu_tracks")), (2, 4));
    // Counted every two seconds.
    let counted = |direction: &'static str| {
        let name = "trunkline_sfu_rtp_packets_total";
        server.metrics.counter(name, "", &[("direction", direction)]).get()
    };
    let video = ann.stream_id(TrackType::Video);
    while counted("received") < 40 || counted("sent") < 40 {
        ben.subscriber.clear();
        ben.subscriber.packets(&video, 10).await;
    }
}

#[tokio::test]
async fn audio_comes_unasked_and_video_only_when_wished_for() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_camera().await;
    ann.publish_microphone().await;
    let ben = server.join("ben").await;
    let audio = ann.stream_id(TrackType::Audio);
    let video = ann.stream_id(TrackType::Video);
    ben.subscriber.packets(&audio, 30).await;
    assert_eq!(ben.subscriber.log().tracks.keys().collect::<Vec<_>>(), [&audio]);

    ben.subscribe(vec![wish(&ann, TrackType::Video, 320, 180)]).await;
    ben.subscriber.packets(&video, 10).await;

    ben.subscribe(Vec::new()).await;
    // What was on its way has come before what is sent afterwards.
    ben.subscriber.clear();
    ben.subscriber.packets(&audio, 10).await;
    ben.subscriber.clear();
    ben.subscriber.packets(&audio, 30).await;
    let stray = ben.subscriber.log().of(&video).len();
    assert_eq!(stray, 0, "packets after the wish was withdrawn");

    ben.subscribe(vec![wish(&ann, TrackType::Video, 320, 180)]).await;
    ben.subscriber.clear();
    let again = ben.subscriber.packets(&video, 10).await;
    assert!(again.iter().any(|packet| is_keyframe(&packet.payload)), "with a keyframe");
}

#[tokio::test]
async fn nothing_of_a_muted_track_is_forwarded_whatever_its_publisher_sends() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    ann.publish_camera().await;
    let mut ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    let audio = ann.stream_id(TrackType::Audio);
    let video = ann.stream_id(TrackType::Video);
    let before = ben.subscriber.packets(&audio, 10).await;
    ben.subscriber.packets(&video, 10).await;

    ann.mute(TrackType::Audio, true).await;
    ben.hear(|event| matches!(event, Event::TrackUnpublished(_)).then_some(())).await;
    ben.subscriber.clear();
    ben.subscriber.packets(&video, 10).await;
    ben.subscriber.clear();
    ben.subscriber.packets(&video, 40).await;
    let stray = ben.subscriber.log().of(&audio).len();
    assert_eq!(stray, 0, "packets of the muted microphone");

    ann.mute(TrackType::Audio, false).await;
    ben.hear(|event| matches!(event, Event::TrackPublished(_)).then_some(())).await;
    let after = ben.subscriber.packets(&audio, 10).await;
    assert_eq!(after[0].ssrc, before[0].ssrc, "without a new negotiation");
    assert!(after.last().unwrap().seq - before[0].seq < 200, "the pause leaves no gap");
}

#[tokio::test]
async fn the_tracks_of_who_leaves_are_taken_out_of_the_next_offer() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let mut cat = server.join("cat").await;
    ann.publish_microphone().await;
    cat.publish_microphone().await;
    let mut ben = server.join("ben").await;
    ben.publish_microphone().await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 5).await;
    ben.subscriber.packets(&cat.stream_id(TrackType::Audio), 5).await;

    ann.leave();
    let left = ben.hear(|event| match event {
        Event::ParticipantLeft(left) => left.participant.clone(),
        _ => None,
    });
    assert_eq!(left.await.session_id, ann.session_id);
    assert_eq!(ann.socket().end().await, Some(1000));
    let expected = [cat.stream_id(TrackType::Audio)];
    let only_cat = ben
        .subscriber
        .wait("an offer without ann", |log| log.tracks.keys().eq(expected.iter()).then_some(()));
    only_cat.await;
    ben.subscriber.clear();
    ben.subscriber.packets(&expected[0], 10).await;
}

#[tokio::test]
async fn loudness_and_quality_of_a_speaker_are_told() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let mut ben = server.join("ben").await;
    ann.publish_microphone().await;
    let speaker = ann.session_id.clone();
    ben.hear(|event| match event {
        Event::ConnectionQualityChanged(event) => event
            .connection_quality_updates
            .iter()
            .any(|update| {
                update.session_id == speaker
                    && update.connection_quality() == ConnectionQuality::Excellent
            })
            .then_some(()),
        _ => None,
    })
    .await;
    ben.hear(|event| match event {
        Event::AudioLevelChanged(event) => event
            .audio_levels
            .iter()
            .any(|level| level.session_id == speaker && level.is_speaking && level.level > 0.5)
            .then_some(()),
        _ => None,
    })
    .await;
    ben.hear(|event| match event {
        Event::DominantSpeakerChanged(event) => (event.session_id == speaker).then_some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn who_is_killed_without_goodbye_is_kept_for_a_while_and_then_gone() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let mut cat = server.join("cat").await;
    cat.publish_microphone().await;
    let mut ben = server.join("ben").await;
    ben.publish_microphone().await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 5).await;
    let killed = Instant::now();
    let session_id = ann.session_id.clone();
    drop(ann);
    let left = ben.hear(|event| match event {
        Event::ParticipantLeft(left) => left.participant.clone(),
        _ => None,
    });
    assert_eq!(left.await.session_id, session_id);
    assert!(killed.elapsed().as_secs() >= 14, "it could have come back");
    let expected = [cat.stream_id(TrackType::Audio)];
    let only_cat = ben
        .subscriber
        .wait("an offer without ann", |log| log.tracks.keys().eq(expected.iter()).then_some(()));
    only_cat.await;
}

#[tokio::test]
async fn a_path_on_which_nothing_goes_is_not_filled() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.publish_camera().await;
    let ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Video), 30).await;
    ann.publisher.with(|peer| peer.sources.clear()).await;
    // What was on its way has come, and may not be asked for again.
    sleep(Duration::from_secs(2)).await;
    let name = "trunkline_sfu_datagrams_sent_total";
    let sent = || server.metrics.counter(name, "", &[]).get();
    let before = sent();
    sleep(Duration::from_secs(2)).await;
    let sent = sent() - before;
    // Five a second, and the reports of two connections; it were 320.
    assert!(sent < 60, "{sent} in two seconds");
}
