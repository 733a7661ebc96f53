//! Publications that must be refused, and offers that are garbage.

use proptest::{
    prelude::{Just, Strategy, any},
    prop_oneof,
    strategy::ValueTree,
    test_runner::TestRunner,
};
use trunkline_protocol::sfu::{
    event::sfu_event::EventPayload as Event,
    models::{ErrorCode, PeerType, TrackInfo, TrackType},
    signal::{SendAnswerRequest, SendAnswerResponse, SetPublisherRequest, SetPublisherResponse},
};

use crate::support::{Client, TestServer, named, published, video, wish};

#[tokio::test]
async fn tracks_that_do_not_fit_are_refused_and_change_nothing() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let (mid, offer, pending) = ann.offer(TrackType::Video, Vec::new()).await;
    let good = published(TrackType::Video, mid);
    for (track, code) in [
        (TrackInfo { mid: "9".into(), ..good.clone() }, ErrorCode::PublishTracksMismatch),
        (
            TrackInfo { track_type: TrackType::Audio.into(), publish_option_id: 1, ..good.clone() },
            ErrorCode::PublishTracksMismatch,
        ),
        (TrackInfo { publish_option_id: 7, ..good.clone() }, ErrorCode::PublishTrackNotFound),
        (TrackInfo { codec: named("h265"), ..good.clone() }, ErrorCode::RequestValidationFailed),
    ] {
        ann.tracks = vec![track];
        let error = ann.set_publisher(&offer).await.unwrap_err();
        assert_eq!(error.code(), code, "{}", error.message);
        assert!(!error.should_retry, "clients would repeat it without end");
    }
    ann.tracks = vec![good];
    let answer = ann.set_publisher(&offer).await.unwrap();
    ann.accept(pending, answer).await;
}

#[tokio::test]
async fn publishing_without_the_right_is_refused() {
    let server = TestServer::start().await;
    let mut claims = TestServer::claims("ann");
    claims.capabilities = vec!["send-audio".into()];
    let mut ann = Client::join(&server, server.sign(&claims), "ann").await;
    let (mid, offer, _) = ann.offer(TrackType::Video, Vec::new()).await;
    ann.tracks = vec![published(TrackType::Video, mid)];
    let error = ann.set_publisher(&offer).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::PermissionDenied);
}

#[tokio::test]
async fn announced_opus_parameters_are_switched_on_by_the_answer() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let (mid, offer, _) = ann.offer(TrackType::Audio, Vec::new()).await;
    ann.tracks = vec![TrackInfo { dtx: true, stereo: true, ..published(TrackType::Audio, mid) }];
    let answer = ann.set_publisher(&offer).await.unwrap();
    let opus = answer.lines().find(|line| line.starts_with("a=fmtp:111")).unwrap();
    for parameter in ["usedtx=1", "stereo=1", "sprop-stereo=1"] {
        assert!(opus.contains(parameter), "{opus}");
    }
    assert!(answer.ends_with("\r\n") && !answer.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn garbage_for_an_offer_is_refused_or_answered_and_the_next_good_one_works() {
    let server = TestServer::start().await;
    let mut runner = TestRunner::deterministic();
    for case in 0..300 {
        let mut hostile = server.join(&format!("hostile-{case}")).await;
        let layers = [video("q", 320, 180), video("h", 640, 360)];
        let rids = layers.iter().map(|layer| layer.rid.clone()).collect();
        let (mid, offer, pending) = hostile.offer(TrackType::Video, rids).await;
        hostile.tracks =
            vec![TrackInfo { layers: layers.to_vec(), ..published(TrackType::Video, mid) }];
        let garbage = mutated(&offer, &mut runner);
        if hostile.set_publisher(&garbage).await.is_err() {
            let answer = hostile.set_publisher(&offer).await;
            let answer = answer.unwrap_or_else(|error| panic!("{error:?} after\n{garbage}"));
            hostile.accept(pending, answer).await;
        } else {
            // What was agreed on is nonsense, but it must not hurt to go on.
            let _: SetPublisherResponse = set_publisher(&hostile, &offer).await;
        }
        hostile.leave();
    }
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let ben = server.join("ben").await;
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 10).await;
}

#[tokio::test]
async fn garbage_for_an_answer_hurts_nobody_else() {
    let server = TestServer::start().await;
    let mut runner = TestRunner::deterministic();
    let mut ann = server.join("ann").await;
    ann.publish_microphone().await;
    let ben = server.join("ben").await;
    let audio = ann.stream_id(TrackType::Audio);
    ben.subscriber.packets(&audio, 5).await;
    for case in 0..200 {
        let mut hostile = server.join(&format!("hostile-{case}")).await;
        hostile.answer_offers(false);
        let offer = hostile
            .hear(|event| match event {
                Event::SubscriberOffer(offer) => Some(offer.clone()),
                _ => None,
            })
            .await;
        let sdp = offer.sdp.replace("a=sendonly", "a=recvonly").replace("actpass", "active");
        let request = SendAnswerRequest {
            peer_type: PeerType::Subscriber.into(),
            sdp: mutated(&sdp, &mut runner),
            session_id: hostile.session_id.clone(),
            negotiation_id: offer.negotiation_id,
        };
        let _: SendAnswerResponse = hostile.twirp.call("SendAnswer", &request).await;
        hostile.leave();
    }
    ben.subscriber.clear();
    ben.subscriber.packets(&audio, 10).await;
}

async fn set_publisher(client: &Client, offer: &str) -> SetPublisherResponse {
    let request = SetPublisherRequest {
        sdp: offer.into(),
        session_id: client.session_id.clone(),
        tracks: client.tracks.clone(),
    };
    client.twirp.call("SetPublisher", &request).await
}

/// One change to a description.
#[derive(Clone, Debug)]
enum Mutation {
    DropLine(usize),
    RepeatLine(usize),
    SwapLines(usize, usize),
    CutAt(usize),
    Replace(usize, String),
    /// Overwrites a number.
    Number(usize, &'static str),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<usize>;
    let hostile = prop_oneof![
        Just("0"),
        Just("-1"),
        Just("65536"),
        Just("4294967296"),
        Just("99999999999999999999999999"),
        Just(""),
    ];
    let text = prop_oneof![
        "[ -~]{0,80}".boxed(),
        "\\PC{0,40}".boxed(),
        Just("a=mid:".to_owned()).boxed(),
        Just("m=video 0 UDP/TLS/RTP/SAVPF".to_owned()).boxed(),
        Just("a=rid:q send\0".to_owned()).boxed(),
        Just("a=simulcast:send ;;;~".to_owned()).boxed(),
        Just("a=group:BUNDLE x x x".to_owned()).boxed(),
        Just("a=fingerprint:sha-256 00".to_owned()).boxed(),
    ];
    prop_oneof![
        at().prop_map(Mutation::DropLine),
        at().prop_map(Mutation::RepeatLine),
        (at(), at()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
        at().prop_map(Mutation::CutAt),
        (at(), text).prop_map(|(line, text)| Mutation::Replace(line, text)),
        (at(), hostile).prop_map(|(which, number)| Mutation::Number(which, number)),
    ]
}

/// The description after a few random changes.
fn mutated(sdp: &str, runner: &mut TestRunner) -> String {
    let mutations = proptest::collection::vec(mutation(), 1..5);
    let mutations = mutations.new_tree(runner).unwrap().current();
    mutations.iter().fold(sdp.to_owned(), |sdp, mutation| mutation.apply(&sdp))
}

impl Mutation {
    fn apply(&self, sdp: &str) -> String {
        let mut lines: Vec<_> = sdp.split("\r\n").map(str::to_owned).collect();
        let count = lines.len();
        match self {
            Self::DropLine(line) => drop(lines.remove(line % count)),
            Self::RepeatLine(line) => lines.insert(line % count, lines[line % count].clone()),
            Self::SwapLines(a, b) => lines.swap(a % count, b % count),
            Self::CutAt(at) => {
                let end = sdp.char_indices().map(|(end, _)| end).nth(at % sdp.len().max(1));
                return sdp[..end.unwrap_or_default()].to_owned();
            }
            Self::Replace(line, text) => lines[line % count].clone_from(text),
            Self::Number(which, number) => {
                let line = &mut lines[which % count];
                let digit = |c: char| c.is_ascii_digit();
                if let Some(start) = line.find(digit) {
                    let rest = line[start..].trim_start_matches(digit).to_owned();
                    line.truncate(start);
                    line.push_str(number);
                    line.push_str(&rest);
                }
            }
        }
        lines.join("\r\n")
    }
}

#[tokio::test]
async fn a_camera_is_offered_in_the_codec_that_the_browser_has() {
    let server = TestServer::start().await;
    let mut ann = Client::join_preferring(&server, "ann", "h264").await;
    let mut ben = server.join("ben").await;
    ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;

    // As Firefox does that has not loaded its plug-in.
    let (mid, offer, pending) = ann.offer(TrackType::Video, Vec::new()).await;
    let offer = offer.replace(" H264/", " unknown/");
    ann.tracks.push(TrackInfo { codec: named("h264"), ..published(TrackType::Video, mid) });
    let answer = ann.set_publisher(&offer).await.unwrap();
    ann.accept(pending, answer).await;

    let offer = ben.hear(|event| match event {
        Event::SubscriberOffer(offer) if offer.sdp.contains("m=video") => Some(offer.sdp.clone()),
        _ => None,
    });
    let offer = offer.await;
    assert!(offer.contains(" VP8/") && !offer.contains(" H264/"), "{offer}");
}
