//! Peer connections: two of them talk to each other, and each way to go wrong.

use trunkline::{
    core::{CaptureId, Media, PeerEffect, TrackType, Traffic, TransceiverId},
    web::{Input, PeerInput},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    side::{Side, as_from_sfu, capture, connect, layer, server, transceiver},
    support::{Patch, eval, get, object, turn},
};

#[wasm_bindgen_test]
async fn two_peer_connections_negotiate_and_media_arrives() {
    let (publisher, subscriber) = (Side::new(), Side::new());
    let devices = publisher.publish().await;
    let offer = publisher.offer().await.unwrap();
    assert_eq!(offer.mids, [(transceiver(), "0".to_owned())]);
    for rid in ["q", "h"] {
        assert!(offer.sdp.contains(&format!("a=rid:{rid} send")), "{}", offer.sdp);
    }

    subscriber.create();
    let answer = subscriber.answer(&as_from_sfu(&offer.sdp), 3).await.unwrap();
    publisher.accept(Some(&answer)).await.unwrap();
    connect(&publisher, &subscriber).await;

    let (stream_id, track) = subscriber
        .until(|news| match news {
            PeerInput::Track { stream_id, track } => Some((stream_id.clone(), *track)),
            _ => None,
        })
        .await;
    assert_eq!(stream_id, "prefix:TRACK_TYPE_VIDEO");
    let stream = subscriber.media.stream(Media::Remote(track)).unwrap();
    let told = eval(
        "const [receiver] = it.connection.getReceivers();
         const tracks = it.stream.getTracks();
         return String([tracks.length, tracks[0] === receiver.track, tracks[0].kind, it.stream.id]);",
        &object(&[("connection", &subscriber.connection.borrow()), ("stream", &stream)]),
    );
    assert_eq!(told, "1,true,video,prefix:TRACK_TYPE_VIDEO");

    // Another track, or none, needs no new negotiation.
    for capture in [None, Some(capture())] {
        let (transceiver, track_type) = (transceiver(), TrackType::Video);
        publisher.perform(PeerEffect::ReplaceTrack { transceiver, capture, track_type });
    }
    turn().await;
    assert!(publisher.inbox.warnings().is_empty(), "{:?}", publisher.inbox.warnings());

    subscriber.perform(PeerEffect::Close);
    assert!(subscriber.media.stream(Media::Remote(track)).is_none());
    drop(devices);
}

#[wasm_bindgen_test]
async fn a_track_that_comes_in_the_stream_of_somebody_else_has_another_name() {
    let (publisher, subscriber) = (Side::new(), Side::new());
    let _devices = publisher.publish().await;
    let offer = as_from_sfu(&publisher.offer().await.unwrap().sdp);
    subscriber.create();
    let mut heard = Vec::new();
    // The same m-line: for one person, for them again, at once for another, and after a pause.
    let (active, paused) = ("a=sendonly", "a=inactive");
    let direction = |now| offer.replace("a=sendrecv", active).replace(active, now);
    let offers = [
        direction(active),
        direction(active),
        direction(active).replace("msid:prefix:", "msid:other:"),
        direction(paused),
        direction(active),
    ];
    for (number, offer) in (1..).zip(offers) {
        subscriber.answer(&offer, number).await.unwrap();
        heard.extend(subscriber.news.take());
    }
    let mut names = Vec::new();
    let told = heard.into_iter().filter_map(|news| match news {
        PeerInput::Track { stream_id, track } => {
            names.push(track);
            Some(stream_id)
        }
        PeerInput::TrackEnded(track) => Some(format!("{} ends", track == *names.last()?)),
        _ => None,
    });
    let told: Vec<String> = told.collect();
    let (one, other) = ("prefix:TRACK_TYPE_VIDEO", "other:TRACK_TYPE_VIDEO");
    assert_eq!(told, [one, "true ends", other, "true ends", one]);
    assert_ne!(names[0], names[1]);
    assert_ne!(names[0], names[2]);
    let stream = |number: usize| subscriber.media.stream(Media::Remote(names[number]));
    assert!(stream(0).is_none() && stream(1).is_none());
    assert_eq!(get(&stream(2).unwrap(), "id"), one);
}

#[wasm_bindgen_test]
async fn candidates_name_their_ice_generation() {
    let side = Side::new();
    let _devices = side.publish().await;
    let offer = side.offer().await.unwrap();
    let ufrag = offer.sdp.split("a=ice-ufrag:").nth(1).unwrap().lines().next().unwrap();

    let candidate = side
        .until(|news| match news {
            PeerInput::Candidate(text) => Some(text.clone()),
            _ => None,
        })
        .await;

    let init = js_sys::JSON::parse(&candidate).unwrap();
    assert_eq!(get(&init, "usernameFragment"), ufrag);
    assert_eq!(get(&init, "sdpMid"), "0");
}

#[wasm_bindgen_test]
async fn closing_twice_closes_once_and_nothing_is_reported_afterwards() {
    let side = Side::new();
    let _devices = side.publish().await;
    side.perform(PeerEffect::Offer { ice_restart: false });

    side.perform(PeerEffect::Close);
    side.perform(PeerEffect::Close);

    assert!(side.peers.is_empty());
    turn().await;
    side.inbox.assert_silent().await;
    assert!(side.inbox.warnings().is_empty());
}

#[wasm_bindgen_test]
async fn a_peer_connection_that_nobody_made_answers_with_a_failure() {
    let side = Side::new();

    side.offer().await.unwrap_err();
    side.accept(Some("v=0")).await.unwrap_err();
    side.answer("v=0", 9).await.unwrap_err();
    side.statistics().await.unwrap_err();
    side.traffic().await.unwrap_err();
    side.perform(PeerEffect::AddCandidate("{}".into()));
    side.add_transceiver(vec![]).await.unwrap_err();
    side.perform(PeerEffect::ReplaceTrack {
        transceiver: transceiver(),
        capture: None,
        track_type: TrackType::Video,
    });
    side.perform(PeerEffect::Close);

    side.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn descriptions_that_are_none_are_failures() {
    for garbage in ["", "garbage", "v=0\r\n", "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF\r\n", "\0é😀"]
    {
        let side = Side::new();
        side.create();
        side.answer(garbage, 1).await.unwrap_err();
        assert_eq!(side.signaling_state(), "stable", "{garbage:?}");

        let _devices = side.publish().await;
        side.offer().await.unwrap();
        side.accept(Some(garbage)).await.unwrap_err();
        assert_eq!(side.signaling_state(), "stable", "{garbage:?}");
        // The next negotiation can begin.
        side.offer().await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn an_offer_is_rolled_back_when_there_is_no_answer() {
    let side = Side::new();
    let _devices = side.publish().await;
    side.offer().await.unwrap();
    assert_eq!(side.signaling_state(), "have-local-offer");

    side.accept(None).await.unwrap();

    assert_eq!(side.signaling_state(), "stable");
    // Nothing to roll back is no failure.
    side.accept(None).await.unwrap();
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_twice_or_too_early_is_a_failure() {
    let (side, other) = (Side::new(), Side::new());
    let _devices = side.publish().await;
    other.create();
    let offer = side.offer().await.unwrap();
    let answer = other.answer(&as_from_sfu(&offer.sdp), 1).await.unwrap();
    side.accept(None).await.unwrap();

    side.accept(Some(&answer)).await.unwrap_err();

    assert_eq!(side.signaling_state(), "stable");
}

#[wasm_bindgen_test]
async fn candidates_that_do_not_fit_are_logged() {
    let side = Side::new();
    side.create();
    for candidate in [
        "",
        "garbage",
        "{\"candidate\":\"garbage\",\"sdpMid\":\"0\"}",
        "{\"candidate\":\"nowhere\"}",
    ] {
        side.perform(PeerEffect::AddCandidate(candidate.into()));
    }
    turn().await;

    assert_eq!(side.inbox.warnings().len(), 4, "{:?}", side.inbox.warnings());
    side.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_capture_that_is_gone_is_not_offered() {
    let side = Side::new();
    let _devices = side.publish().await;

    side.perform(PeerEffect::AddTransceiver {
        transceiver: TransceiverId::from((None, 20)),
        capture: CaptureId::from((None, 30)),
        track_type: TrackType::Video,
        encodings: vec![layer("q")],
        degradation: Some("maintain-framerate"),
    });

    side.added().await.unwrap_err();
    let offer = side.offer().await.unwrap();
    assert_eq!(offer.mids, [(transceiver(), "0".to_owned())]);
    assert_eq!(offer.sdp.matches("m=").count(), 1);
    assert!(side.inbox.warnings().is_empty());
}

#[wasm_bindgen_test]
async fn an_ice_restart_offers_other_credentials() {
    let side = Side::new();
    let _devices = side.publish().await;
    let ufrag =
        |sdp: &str| sdp.lines().find(|line| line.starts_with("a=ice-ufrag")).unwrap().to_owned();
    let first = ufrag(&side.offer().await.unwrap().sdp);
    side.accept(None).await.unwrap();

    side.perform(PeerEffect::Offer { ice_restart: true });
    let second = loop {
        if let PeerInput::Offered(report) = side.next().await {
            break ufrag(&report.unwrap().sdp);
        }
    };

    assert_ne!(first, second);
}

#[wasm_bindgen_test]
async fn an_offer_of_nothing_is_a_failure() {
    let side = Side::new();
    side.create();

    side.offer().await.unwrap_err();

    assert_eq!(side.signaling_state(), "stable");
}

#[wasm_bindgen_test]
async fn a_browser_that_makes_no_peer_connection_says_so() {
    for ice_servers in [vec![], vec![server(&["stun:127.0.0.1:3478"], "", "")]] {
        let side = Side::new();
        let script = "return class { constructor() { throw new RangeError('too many') } }";
        let _patch = Patch::new("globalThis", "RTCPeerConnection", script);

        side.perform(PeerEffect::Create { ice_servers });

        let input = side.inbox.next().await;
        let Input::Peer(_, PeerInput::NotCreated(cause)) = input else { panic!("{input:?}") };
        assert_eq!(get(&cause, "name"), "RangeError");
        assert!(side.peers.is_empty());
        assert!(side.inbox.warnings().is_empty(), "no server is to blame");
        side.offer().await.unwrap_err();
    }
}

#[wasm_bindgen_test]
async fn ice_servers_that_are_malformed_are_left_out_and_named() {
    let patch = Patch::new(
        "globalThis",
        "RTCPeerConnection",
        "globalThis.made = [];
         return class extends it { constructor(...all) { super(...all); made.push(this); } }",
    );
    let side = Side::new();
    let ice_servers = vec![
        server(&["stun:127.0.0.1:3478"], "", ""),
        server(&["nobody-knows-this:1"], "", ""),
        server(&[], "", ""),
        server(&["turn:127.0.0.1:3478"], "u", "p"),
        server(&["turn:127.0.0.1:3478"], "", ""),
    ];

    side.perform(PeerEffect::Create { ice_servers });

    drop(patch);
    assert_eq!(side.peers.len(), 1);
    assert_eq!(
        side.inbox.warnings(),
        [
            "an ICE server was left out: nobody-knows-this:1",
            "an ICE server was left out: ",
            "an ICE server was left out: turn:127.0.0.1:3478",
        ]
    );
    let told = eval(
        "const [used, ...others] = made.filter((peer) => peer.signalingState !== 'closed');
         return JSON.stringify([others.length, used.getConfiguration().iceServers.flatMap((s) => s.urls)]);",
        &JsValue::NULL,
    );
    assert_eq!(told, r#"[0,["stun:127.0.0.1:3478","turn:127.0.0.1:3478"]]"#);
    side.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_track_that_does_not_take_the_place_of_another_is_reported() {
    let side = Side::new();
    let _devices = side.publish().await;
    let gone = CaptureId::from((None, 30));
    let scripts = [
        (
            "return async () => { throw new DOMException('', 'InvalidModificationError') }",
            capture(),
        ),
        ("return () => { throw new DOMException('', 'InvalidModificationError') }", capture()),
        ("return it", gone),
    ];
    for (script, wanted) in scripts {
        let _patch = Patch::new("RTCRtpSender.prototype", "replaceTrack", script);

        let (transceiver, track_type) = (transceiver(), TrackType::Video);
        let capture = Some(wanted);
        side.perform(PeerEffect::ReplaceTrack { transceiver, capture, track_type });

        let news = side.next().await;
        let PeerInput::ReplaceFailed { transceiver: of, capture, cause } = news else {
            panic!("{news:?}")
        };
        assert_eq!((of, capture), (transceiver, Some(wanted)));
        let expected = if wanted == gone { "Error" } else { "InvalidModificationError" };
        assert_eq!(get(&cause, "name"), expected);
    }
}

#[wasm_bindgen_test]
async fn statistics_are_all_entries_as_json() {
    let side = Side::new();
    let _devices = side.publish().await;
    side.offer().await.unwrap();

    let entries = js_sys::JSON::parse(&side.statistics().await.unwrap()).unwrap();

    let told = eval(
        "const types = it.map((entry) => entry.type);
         return String([Array.isArray(it), types.includes('media-source'), it.every((e) => e.id)]);",
        &entries,
    );
    assert_eq!(told, "true,true,true");
}

#[wasm_bindgen_test]
async fn traffic_is_that_of_the_transport_or_else_of_its_paths() {
    let pairs =
        "a: { type: 'candidate-pair', bytesReceived: 1, bytesSent: 2, responsesReceived: 3 },
                 b: { type: 'candidate-pair', bytesReceived: 10, responsesReceived: 30 },
                 c: { type: 'inbound-rtp', bytesReceived: 7 }";
    let transport = "t: { type: 'transport', bytesReceived: 500, bytesSent: 600 }";
    let expected = |received, sent, answers| Traffic { received, sent, answers };
    for (entries, traffic) in [
        (String::new(), expected(0.0, 0.0, 0.0)),
        (pairs.to_owned(), expected(11.0, 2.0, 33.0)),
        (format!("{pairs}, {transport}"), expected(500.0, 600.0, 33.0)),
    ] {
        let side = Side::new();
        let report = format!("new Map(Object.entries({{ {entries} }}))");
        side.create_as(&format!("async getStats() {{ return {report} }}"));
        assert_eq!(side.traffic().await.unwrap(), traffic, "{entries}");
    }
}

#[wasm_bindgen_test]
async fn whatever_a_browser_throws_is_answered_and_the_next_order_is_taken() {
    for method in [
        "createOffer",
        "createAnswer",
        "setLocalDescription",
        "setRemoteDescription",
        "addIceCandidate",
        "addTransceiver",
        "getStats",
        "close",
    ] {
        let side = Side::new();
        let _devices = side.capture().await;
        side.create_as(&format!("{method}() {{ throw new RangeError('{method}') }}"));
        for rest in [false, true] {
            let added = side.add_transceiver(vec![layer("q")]).await;
            assert_eq!(added.is_err(), method == "addTransceiver", "{method} {rest}");
            let offered = side.offer().await;
            let fails = ["createOffer", "setLocalDescription", "addTransceiver"].contains(&method);
            assert_eq!(offered.is_err(), fails, "{method}");
            side.accept(Some("garbage")).await.unwrap_err();
            side.answer("garbage", 1).await.unwrap_err();
            let candidate = r#"{"candidate":"garbage","sdpMid":"0"}"#;
            side.perform(PeerEffect::AddCandidate(candidate.into()));
            turn().await;
            assert_eq!(side.statistics().await.is_err(), method == "getStats", "{method}");
            assert_eq!(side.traffic().await.is_err(), method == "getStats", "{method}");
        }
        assert_eq!(side.inbox.warnings().len(), 2, "{method}: {:?}", side.inbox.warnings());
        side.perform(PeerEffect::Close);
        assert!(side.peers.is_empty(), "{method}");
    }
    for (object, method) in [
        ("RTCRtpSender", "getParameters"),
        ("RTCRtpSender", "setParameters"),
        ("RTCRtpSender", "replaceTrack"),
        ("RTCIceCandidate", "toJSON"),
    ] {
        let path = format!("{object}.prototype");
        let script = format!("return () => {{ throw new RangeError('{method}') }}");
        let _patch = Patch::new(&path, method, &script);
        let side = Side::new();
        let _devices = side.publish().await;
        side.offer().await.unwrap();
        let (transceiver, track_type) = (transceiver(), TrackType::Video);
        let (encodings, degradation) = (vec![], None);
        side.perform(PeerEffect::SetEncodings { transceiver, encodings, degradation });
        side.perform(PeerEffect::ReplaceTrack { transceiver, capture: None, track_type });
        turn().await;
        assert!(side.inbox.warnings().is_empty(), "{method}: {:?}", side.inbox.warnings());
        side.accept(None).await.unwrap();
        let set = method.ends_with("Parameters");
        let news = side.news.borrow();
        let reported = news.iter().filter(|n| matches!(n, PeerInput::EncodingsFailed { .. }));
        assert_eq!(reported.count(), usize::from(set), "{method}");
    }
}

#[wasm_bindgen_test]
async fn a_connection_that_is_closed_in_the_middle_of_something_is_held_by_nobody() {
    let never = "return () => new Promise(() => {})";
    let _patches = [
        Patch::new("RTCPeerConnection.prototype", "createOffer", never),
        Patch::new("RTCPeerConnection.prototype", "setRemoteDescription", never),
        Patch::new("RTCPeerConnection.prototype", "addIceCandidate", never),
    ];
    let mut held = Vec::new();
    for _ in 0..4 {
        for _ in 0..10 {
            let side = Side::new();
            side.create();
            side.perform(PeerEffect::Offer { ice_restart: false });
            side.perform(PeerEffect::Answer { offer: "v=0".into(), negotiation_id: 1 });
            side.perform(PeerEffect::AddCandidate("{}".into()));
            turn().await;
            side.perform(PeerEffect::Close);
            turn().await;
            side.inbox.assert_silent().await;
        }
        held.push(wasm_bindgen::externref_heap_live_count());
    }

    assert!(held.last() <= held.first(), "{held:?}");
}

#[wasm_bindgen_test]
async fn ice_servers_and_bundling_are_as_given() {
    let patch = Patch::new(
        "globalThis",
        "RTCPeerConnection",
        "return class extends it {
           constructor(...all) { super(...all); globalThis.peer = this; }
         }",
    );
    let side = Side::new();
    let ice_servers =
        vec![server(&["stun:127.0.0.1:3478"], "", ""), server(&["turn:127.0.0.1:3478"], "u", "p")];

    side.perform(PeerEffect::Create { ice_servers });

    drop(patch);
    let told = eval(
        "const { bundlePolicy, iceServers } = peer.getConfiguration();
         return JSON.stringify([bundlePolicy, iceServers.map((s) => [s.urls, s.username ?? ''])]);",
        &JsValue::NULL,
    );
    let expected = r#"["max-bundle",[[["stun:127.0.0.1:3478"],""],[["turn:127.0.0.1:3478"],"u"]]]"#;
    assert_eq!(told, expected);
}
