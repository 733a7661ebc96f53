//! Codecs other than VP8.

use str0m::format::Codec as Format;
use trunkline_protocol::sfu::{
    event::{JoinRequest, sfu_event::EventPayload as Event},
    models::{Codec, PublishOption, TrackType},
};

use crate::support::{Client, Source, TestServer, published, wish};

#[tokio::test]
async fn a_preferred_codec_is_negotiated_on_both_sides_and_forwarded() {
    let server = TestServer::start().await;
    for (name, format) in [("VP9", Format::Vp9), ("H264", Format::H264), ("AV1", Format::Av1)] {
        let codec = Codec { name: name.to_lowercase(), ..Codec::default() };
        let request = JoinRequest {
            session_id: format!("session-of-{name}"),
            preferred_publish_options: vec![PublishOption {
                track_type: TrackType::Video.into(),
                codec: Some(codec.clone()),
                ..PublishOption::default()
            }],
            ..JoinRequest::default()
        };
        let mut ann = Client::join_with(&server, server.token(name), name, request).await;
        let (mid, offer, pending) = ann.offer(TrackType::Video, Vec::new()).await;
        let mut track = published(TrackType::Video, mid);
        track.codec = Some(codec);
        ann.tracks = vec![track];
        let answer = ann.set_publisher(&offer).await.unwrap();
        assert_eq!(video_codecs(&answer), [name, "rtx"], "or browsers send another");
        ann.accept(pending, answer).await;
        let source = Source::camera(mid, None, 7).with_codec(format);
        ann.publisher.with(move |peer| peer.sources.push(source)).await;

        let mut ben = server.join(&format!("ben-{name}")).await;
        ben.answer_offers(false);
        ben.subscribe(vec![wish(&ann, TrackType::Video, 640, 360)]).await;
        let offer = ben.hear(|event| match event {
            Event::SubscriberOffer(offer) => Some(offer.clone()),
            _ => None,
        });
        let offer = offer.await;
        assert_eq!(video_codecs(&offer.sdp), [name, "rtx"]);
        ben.answer(&offer).await;
        let packets = ben.subscriber.packets(&ann.stream_id(TrackType::Video), 20).await;
        assert!(packets.iter().all(|packet| packet.payload[1] == 7), "{name}");
        assert!(packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "{name}");
        ann.leave();
    }
}

/// Names of the formats of the video m-lines, each once, in order.
fn video_codecs(sdp: &str) -> Vec<&str> {
    let sections = sdp.split("\r\nm=").filter(|section| section.starts_with("video"));
    let maps = sections.flat_map(|section| section.lines());
    let names = maps
        .filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' ')?.1.split('/').next());
    let mut names: Vec<_> = names.collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}
