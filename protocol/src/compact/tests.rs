use std::collections::HashMap;

use pbjson_types::{ListValue, Struct as Fields, Timestamp, Value as Json, value::Kind};
use prost::Message;

use super::*;
use crate::sfu::{
    Struct,
    event::{self, sfu_event::EventPayload, sfu_request::RequestPayload},
    models, signal,
};

fn json(kind: Kind) -> Json {
    Json { kind: Some(kind) }
}

fn event() -> event::SfuEvent {
    let custom = [
        ("nothing", json(Kind::NullValue(0))),
        ("number", json(Kind::NumberValue(-1.5))),
        ("text", json(Kind::StringValue("é".into()))),
        ("list", json(Kind::ListValue(ListValue { values: vec![json(Kind::BoolValue(true))] }))),
        ("object", json(Kind::StructValue(Fields::default()))),
    ];
    let fields: HashMap<String, Json> =
        custom.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let participant = models::Participant {
        session_id: "s".into(),
        published_tracks: vec![1, 300, -1],
        joined_at: Some(Timestamp { seconds: -7, nanos: 999 }),
        is_speaking: true,
        audio_level: 0.25,
        custom: Some(Struct::decode(Fields { fields }.encode_to_vec().as_slice()).unwrap()),
        roles: vec!["user".into(), String::new()],
        ..models::Participant::default()
    };
    let call_state = models::CallState {
        participants: vec![participant, models::Participant::default()],
        participant_count: Some(models::ParticipantCount { total: u32::MAX, anonymous: 0 }),
        ..models::CallState::default()
    };
    let response = event::JoinResponse {
        call_state: Some(call_state),
        fast_reconnect_deadline_seconds: -1,
        ..event::JoinResponse::default()
    };
    event::SfuEvent { event_payload: Some(EventPayload::JoinResponse(response)) }
}

#[test]
fn what_prost_writes_is_read() {
    let event = event();

    assert_eq!(decode(&event.encode_to_vec()), Some(event));
    assert_eq!(decode(&[]), Some(event::SfuEvent::default()));
}

#[test]
#[allow(deprecated)]
fn what_is_written_is_what_prost_writes() {
    let track = models::TrackInfo {
        track_id: "t".into(),
        track_type: 2,
        layers: vec![models::VideoLayer {
            video_dimension: Some(models::VideoDimension { width: 640, height: 0 }),
            bitrate: 300_000,
            ..models::VideoLayer::default()
        }],
        muted: true,
        publish_option_id: -3,
        ..models::TrackInfo::default()
    };
    let join = event::JoinRequest {
        token: "x".repeat(300),
        client_details: Some(models::ClientDetails::default()),
        reconnect_details: Some(event::ReconnectDetails {
            announced_tracks: vec![track, models::TrackInfo::default()],
            reconnect_attempt: 128,
            ..event::ReconnectDetails::default()
        }),
        capabilities: vec![1, 2],
        ..event::JoinRequest::default()
    };
    let payload = Some(RequestPayload::JoinRequest(join));
    let request = event::SfuRequest { request_payload: payload };
    assert_eq!(encode(&request), request.encode_to_vec());

    let ping = Some(RequestPayload::HealthCheckRequest(event::HealthCheckRequest {}));
    let request = event::SfuRequest { request_payload: ping };
    assert_eq!(encode(&request), request.encode_to_vec());

    let stats = signal::SendStatsRequest {
        telemetry: Some(signal::Telemetry {
            data: Some(signal::telemetry::Data::ConnectionTimeSeconds(0.0)),
        }),
        audio_devices: Some(models::InputDevices {
            available_devices: vec![String::new(), "mic".into()],
            ..models::InputDevices::default()
        }),
        rtmp: Some(models::RtmpIngress { frame_rate: 29.97, ..models::RtmpIngress::default() }),
        ..signal::SendStatsRequest::default()
    };
    assert_eq!(encode(&stats), stats.encode_to_vec());
}

#[test]
fn a_frame_cut_short_is_read_as_prost_reads_it() {
    let bytes = event().encode_to_vec();
    for length in 0..bytes.len() {
        let cut = &bytes[..length];
        assert_eq!(decode(cut), event::SfuEvent::decode(cut).ok(), "{length} bytes");
    }
}

#[test]
fn unknown_fields_are_passed_over() {
    // Field 1000: a number, eight bytes, a text, four bytes; then field 20, `go_away`.
    let bytes = [
        &[0xc0, 0x3e, 0x01][..],
        &[0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0xc2, 0x3e, 1, b'x'],
        &[0xc5, 0x3e, 1, 2, 3, 4],
        &[0xa2, 0x01, 0x02, 0x08, 0x01],
    ];
    let event: Option<event::SfuEvent> = decode(&bytes.concat());

    let payload = EventPayload::GoAway(event::GoAway { reason: 1 });
    assert_eq!(event, Some(event::SfuEvent { event_payload: Some(payload) }));
}

#[test]
fn malformed_bytes_are_refused() {
    let refused = |bytes: &[u8]| decode::<models::Error>(bytes).is_none();

    assert!(refused(&[0x08]), "no value");
    assert!(refused(&[0x0a, 0x00]), "a text where a number belongs");
    assert!(refused(&[0x12, 0x01, 0xff]), "no UTF-8");
    assert!(refused(&[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]), "longer than the frame");
    assert!(refused(&[0xff; 16]), "a number without an end");
    assert!(refused(&[0x0b, 0x0c]), "a group");
}

fn frame(payload: EventPayload) -> Vec<u8> {
    event::SfuEvent { event_payload: Some(payload) }.encode_to_vec()
}

/// Field 1000, which nobody knows.
const UNKNOWN: [u8; 3] = [0xc0, 0x3e, 0x01];

#[test]
fn frames_that_come_all_the_time_are_read_as_they_are_written() {
    use models::ConnectionQuality::{Excellent, Unspecified};

    let level = |session_id: &str, level, is_speaking| event::AudioLevel {
        user_id: "somebody".to_owned(),
        session_id: session_id.to_owned(),
        level,
        is_speaking,
    };
    let audio_levels = vec![level("a", 0.25, true), event::AudioLevel::default()];
    let changed = event::AudioLevelChanged { audio_levels };
    let bytes = [frame(EventPayload::AudioLevelChanged(changed)), UNKNOWN.to_vec()].concat();
    let Some(Frame::AudioLevels(levels)) = Frame::read(&bytes) else { panic!("no levels") };
    let first = AudioLevel { session_id: "a", level: 0.25, is_speaking: true };
    assert_eq!(levels.collect::<Vec<_>>(), [Some(first), Some(AudioLevel::default())]);

    let info = event::ConnectionQualityInfo {
        session_id: "b".to_owned(),
        connection_quality: 3,
        ..event::ConnectionQualityInfo::default()
    };
    let of_the_future = event::ConnectionQualityInfo { connection_quality: 99, ..info.clone() };
    let changed =
        event::ConnectionQualityChanged { connection_quality_updates: vec![info, of_the_future] };
    let bytes = frame(EventPayload::ConnectionQualityChanged(changed));
    let Some(Frame::Qualities(qualities)) = Frame::read(&bytes) else { panic!("no qualities") };
    let read: Option<Vec<_>> = qualities.collect();
    let read: Vec<_> = read.unwrap().into_iter().map(|q| (q.session_id, q.quality)).collect();
    assert_eq!(read, [("b", Excellent), ("b", Unspecified)]);

    let changed =
        event::DominantSpeakerChanged { user_id: "u".to_owned(), session_id: "c".to_owned() };
    let bytes = frame(EventPayload::DominantSpeakerChanged(changed));
    assert!(matches!(Frame::read(&bytes), Some(Frame::DominantSpeaker("c"))));

    let bytes = frame(EventPayload::GoAway(event::GoAway { reason: 1 }));
    assert!(matches!(Frame::read(&bytes), Some(Frame::Other)));
    assert!(matches!(Frame::read(&[]), Some(Frame::Other)));
}

#[test]
fn such_frames_are_refused_where_they_are_cut_short_or_no_text() {
    let audio_levels = vec![event::AudioLevel {
        session_id: "xyz".to_owned(),
        level: 1.0,
        ..event::AudioLevel::default()
    }];
    let changed = event::AudioLevelChanged { audio_levels };
    let bytes = frame(EventPayload::AudioLevelChanged(changed));
    let is_read = |bytes: &[u8]| match Frame::read(bytes) {
        Some(Frame::AudioLevels(levels)) => levels.collect::<Option<Vec<_>>>().is_some(),
        Some(_) => true,
        None => false,
    };
    assert!(is_read(&bytes));
    for length in 1..bytes.len() {
        assert!(!is_read(&bytes[..length]), "{length} bytes");
    }
    let mut spoilt = bytes.clone();
    let text = bytes.windows(3).position(|text| text == b"xyz").unwrap();
    spoilt[text] = 0xff;
    assert!(!is_read(&spoilt));
    // A number where the entry of a list belongs.
    assert!(!is_read(&[0x22, 0x02, 0x08, 0x01]));
}

#[test]
fn a_join_response_is_read_in_pieces_as_it_is_read_at_once() {
    let whole = event();
    let Some(EventPayload::JoinResponse(response)) = &whole.event_payload else { panic!() };
    let participants = response.call_state.clone().unwrap().participants;
    let bytes = [whole.encode_to_vec(), UNKNOWN.to_vec()].concat();
    assert!(matches!(Frame::read(&bytes), Some(Frame::Joined)));

    let mut frame = JoinFrame::new(bytes.clone()).unwrap();
    let mut without = response.clone();
    without.call_state.as_mut().unwrap().participants.clear();
    assert_eq!((&frame.response, frame.left()), (&without, 2));
    assert_eq!(frame.next(), Some(Some(participants[0].clone())));
    assert_eq!(frame.left(), 1);
    let rest: Vec<_> = frame.by_ref().collect();
    assert_eq!((rest, frame.next()), (vec![Some(participants[1].clone())], None));

    for length in 1..whole.encode_to_vec().len() {
        assert!(JoinFrame::new(bytes[..length].to_vec()).is_none(), "{length} bytes");
    }
    let empty = JoinFrame::new(Vec::new()).unwrap();
    assert_eq!((empty.left(), empty.response), (0, event::JoinResponse::default()));
}
