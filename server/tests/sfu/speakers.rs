//! Whose sound is forwarded in a call in which more microphones are on than there is room for.

use str0m::media::Mid;
use trunkline_protocol::sfu::models::TrackType;

use crate::support::{Client, Source, TestServer, Voice, wish};

#[tokio::test]
async fn the_louder_one_is_heard_and_whoever_is_heard_again_goes_on_without_a_seam() {
    let server = TestServer::start_with("--loudest 1").await;
    let mut ann = server.join("ann").await;
    let anns = ann.publish_microphone().await;
    let shared = ann.publish(TrackType::ScreenShareAudio, &[]).await;
    ann.publisher.with(move |peer| peer.sources.push(Source::microphone(shared))).await;
    let listener = server.join("listener").await;
    listener.subscribe(vec![wish(&ann, TrackType::ScreenShareAudio, 0, 0)]).await;
    more(&listener, &ann, TrackType::Audio).await;

    let mut ben = server.join("ben").await;
    let bens = ben.publish_microphone().await;
    speak(&ben, bens, -10).await;
    hears_only(&listener, &ben, &ann).await;
    // It is not about the sound of what she shows.
    more(&listener, &ann, TrackType::ScreenShareAudio).await;
    // It is his own.
    assert!(!ben.subscriber.log().tracks.contains_key(&ben.stream_id(TrackType::Audio)));

    speak(&ann, anns, 0).await;
    speak(&ben, bens, -40).await;
    hears_only(&listener, &ann, &ben).await;
    ann.mute(TrackType::Audio, true).await;
    hears_only(&listener, &ben, &ann).await;

    for speaker in [&ann, &ben] {
        let packets = listener.subscriber.log().of(&speaker.stream_id(TrackType::Audio));
        let pairs = || packets.windows(2);
        assert!(pairs().all(|pair| pair[1].ssrc == pair[0].ssrc));
        assert!(pairs().all(|pair| pair[1].seq == pair[0].seq + 1), "without gaps: {packets:?}");
        assert!(pairs().all(|pair| pair[1].time > pair[0].time), "time goes on: {packets:?}");
    }
}

/// A voice as loud as that is in front of a microphone.
async fn speak(client: &Client, microphone: Mid, dbov: i8) {
    let set = move |source: &mut Source| {
        if source.mid == microphone {
            source.set_voice(Voice::Steady(dbov));
        }
    };
    client.publisher.with(move |peer| peer.sources.iter_mut().for_each(set)).await;
}

/// Waits for more packets of a track.
async fn more(listener: &Client, publisher: &Client, kind: TrackType) {
    let track = publisher.stream_id(kind);
    let heard = listener.subscriber.log().of(&track).len();
    listener.subscriber.packets(&track, heard + 10).await;
}

async fn hears_only(listener: &Client, speaker: &Client, silent: &Client) {
    // What was on its way has come before what is sent afterwards.
    more(listener, speaker, TrackType::Audio).await;
    let of_the_silent = || listener.subscriber.log().of(&silent.stream_id(TrackType::Audio)).len();
    let before = of_the_silent();
    for _ in 0..3 {
        more(listener, speaker, TrackType::Audio).await;
    }
    assert_eq!(of_the_silent(), before);
}
