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
