//! What the core reads of documents: all that fits, and nothing else, whatever stands beside it.

use serde_json::{Value, json};

use super::{
    host::Host,
    native::{Native, seen},
};
use crate::core::{
    CallingState,
    view::{AnswerOf, EventOf},
};

fn answer(document: Value) -> AnswerOf<Native> {
    seen(document).into()
}

fn event(document: Value) -> EventOf<Native> {
    seen(document).into()
}

#[test]
fn what_fits_is_read_and_what_apps_see_stays_as_it_came() {
    let document = json!({
        "call": {
            "cid": "default:demo", "unknown": [1], "backstage": true,
            "created_at": "2025-08-14T14:48:39.988853336Z", "updated_at": 1_755_182_919_988_853_336_u64,
            "custom": { "color": "red", "deep": { "null": null } }, "team": "blue",
            "settings": { "audio": { "mic_default_on": true }, "ring": { "auto_cancel_timeout_ms": 15e3 } },
            "session": {
                "participants": [{ "user_session_id": "s", "user": { "id": "bob", "role": "user" } }],
                "participants_count_by_role": { "user": 2, "admin": 1 },
                "accepted_by": { "bob": "1970-01-01T00:00:01Z" },
            },
        },
        "members": [{ "user_id": "bob", "role": "host" }],
        "own_capabilities": ["send-audio"], "created": true,
        "credentials": {
            "server": { "edge_name": "edge", "url": "u", "ws_endpoint": "w" },
            "token": "t", "ice_servers": [{ "urls": ["stun:x"], "username": "n", "password": "p" }],
        },
    });

    let read = answer(document.clone());

    assert_eq!(read.document, document);
    let call = read.view.call.call.unwrap();
    assert_eq!((call.cid.as_str(), call.backstage), ("default:demo", true));
    assert_eq!(call.created_at, Some(1_755_182_919_988.0));
    assert_eq!(call.updated_at, Some(1_755_182_919_988.0));
    assert_eq!(call.custom.as_ref(), Some(&document["call"]["custom"]));
    assert_eq!(call.team, Some(json!("blue")));
    let settings = call.settings.unwrap();
    assert_eq!(settings.document, document["call"]["settings"]);
    assert!(settings.view.audio.unwrap().mic_default_on);
    assert_eq!(settings.view.ring.unwrap().auto_cancel_timeout_ms, Some(15_000.0));
    let session = call.session.unwrap().view;
    assert_eq!(session.participants[0].view.user.as_ref().unwrap().role, "user");
    let count = |role: &str| session.participants_count_by_role.get(role).copied();
    assert_eq!((count("admin"), count("user"), count("guest")), (Some(1), Some(2), None));
    assert_eq!(session.accepted_by.get("bob"), Some(&Some(1_000.0)));
    let members = read.view.call.members.unwrap();
    assert_eq!(members[0].document, document["members"][0]);
    assert_eq!(read.view.call.own_capabilities.as_deref(), Some(&["send-audio".to_owned()][..]));
    let credentials = read.view.join.credentials.unwrap();
    assert_eq!(credentials.server.unwrap().ws_endpoint, "w");
    assert_eq!(credentials.ice_servers[0].password, "p");
}

/// Values of every kind that JSON has.
fn every_kind() -> [Value; 8] {
    [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!("text"),
        json!([]),
        json!([null, 5, "text", [[]], { "user_id": 5 }]),
        json!({ "a": { "b": [] } }),
    ]
}

#[test]
fn a_mistyped_field_is_an_absent_one_and_never_a_lost_answer() {
    let whole = json!({
        "call": {
            "cid": "default:demo", "created_at": 0, "updated_at": 0, "starts_at": 0, "ended_at": 0,
            "backstage": true, "recording": true, "transcribing": true, "captioning": true,
            "blocked_user_ids": ["x"], "custom": {}, "team": "t", "created_by": { "id": "alice" },
            "ingress": {}, "thumbnails": {},
            "egress": { "composite_recording": { "status": "running" } },
            "settings": {
                "audio": { "mic_default_on": true }, "ring": { "incoming_call_timeout_ms": 5 },
                "video": { "enabled": true, "camera_default_on": true, "camera_facing": "front",
                    "target_resolution": { "width": 1, "height": 2 } },
                "screensharing": { "target_resolution": { "width": 1, "height": 2 } },
            },
            "session": {
                "participants": [{ "user_session_id": "s", "user": { "id": "b", "role": "r" } }],
                "participants_count_by_role": { "user": 2 }, "anonymous_participant_count": 1,
                "accepted_by": { "bob": 0 }, "rejected_by": { "bob": 0 }, "ended_at": 0,
            },
        },
        "calls": [{ "call": { "cid": "default:demo" } }],
        "members": [{ "user_id": "bob" }], "own_capabilities": ["send-audio"], "created": true,
        "credentials": {
            "server": { "edge_name": "e", "url": "u", "ws_endpoint": "w" }, "token": "t",
            "ice_servers": [{ "urls": ["u"], "username": "n", "password": "p" }],
        },
        "stats_options": { "reporting_interval_ms": 5 },
        "user": { "id": "guest" }, "access_token": "t",
        "code": 5, "message": "m", "unrecoverable": true, "StatusCode": 400, "msg": "m",
        "type": "call.updated", "call_cid": "default:demo", "recording_type": "raw",
        "participant": { "user_session_id": "s", "user": { "id": "b", "role": "r" } },
        "reaction": { "type": "wave", "user": { "id": "b" } },
        "connection_id": "c", "me": { "id": "me" }, "error": { "code": 5 },
    });
    let mut places = Vec::new();
    find_places(&whole, &mut String::new(), &mut places);
    assert!(places.len() > 75, "{}", places.len());

    for place in &places {
        for kind in every_kind() {
            let mut broken = whole.clone();
            *broken.pointer_mut(place).unwrap() = kind.clone();
            let (answer, event) = (answer(broken.clone()), event(broken));
            // Two fields that nothing else in the document has to do with.
            if place != "/access_token" {
                assert_eq!(answer.view.guest.access_token, "t", "{place} = {kind}");
            }
            if !place.starts_with("/call_cid") {
                assert_eq!(event.view.fields.call_cid, "default:demo", "{place} = {kind}");
            }
            if !place.starts_with("/call/") && place != "/call" {
                assert_eq!(answer.view.call.cid(), "default:demo", "{place} = {kind}");
            }
        }
    }
    let broken =
        answer(json!({ "call": { "settings": { "audio": 5, "video": { "enabled": "yes" } } } }));
    let settings = broken.view.call.call.unwrap().settings.unwrap();
    assert!(settings.view.audio.is_none() && !settings.view.video.unwrap().enabled);
    assert_eq!(settings.document["audio"], 5, "the app sees what the server wrote");
}

/// Pointers to all values in `value`, but itself.
fn find_places(value: &Value, at: &mut String, places: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, v)| (key.clone(), v)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(n, v)| (n.to_string(), v)).collect(),
        _ => return,
    };
    for (key, child) in children {
        let length = at.len();
        at.push('/');
        at.push_str(&key);
        places.push(at.clone());
        find_places(child, at, places);
        at.truncate(length);
    }
}

#[test]
fn a_bad_element_of_a_list_is_left_out() {
    let read = answer(json!({
        "members": [5, { "user_id": "bob" }, null, [], "carol"],
        "own_capabilities": ["a", 5, null, ["b"], "c"],
        "calls": [null, { "call": { "cid": "x:y" } }],
        "credentials": { "ice_servers": [7, { "urls": ["u", 7] }] },
    }));

    let members: Vec<String> =
        read.view.call.members.unwrap().into_iter().map(|m| m.view.user_id).collect();
    assert_eq!(members, ["bob"]);
    assert_eq!(read.view.call.own_capabilities.unwrap(), ["a", "c"]);
    assert_eq!(read.view.calls.len(), 1);
    let servers = read.view.join.credentials.unwrap().ice_servers;
    assert_eq!((servers.len(), servers[0].urls.as_slice()), (1, &["u".to_owned()][..]));
    let removed = event(json!({ "type": "call.member_removed", "members": ["bob", 5] }));
    assert_eq!(removed.view.removed_members, ["bob"]);
}

#[test]
fn an_absent_list_is_no_empty_one() {
    assert!(answer(json!({ "members": null })).view.call.members.is_none());
    assert!(answer(json!({ "members": 5 })).view.call.members.is_none());
    assert!(answer(json!({ "members": [] })).view.call.members.is_some());
}

#[test]
fn dates_are_read_with_any_fraction_and_zone() {
    let read = |date: &str| {
        answer(json!({ "call": { "created_at": date } })).view.call.call.unwrap().created_at
    };
    assert_eq!(read("1970-01-01T00:00:00Z"), Some(0.0));
    assert_eq!(read("2025-08-14T14:48:39.988853336Z"), Some(1_755_182_919_988.0));
    assert_eq!(read("2025-08-14T16:48:39.5+02:00"), Some(1_755_182_919_500.0));
    assert_eq!(read("2024-02-29T00:00:00-00:30"), Some(1_709_166_600_000.0));
    for broken in ["", "yesterday", "2025-08-14", "2025-08-14T14:48:39", "2025-08-14T14:48:39é"] {
        assert_eq!(read(broken), None, "{broken}");
    }
}

#[test]
fn a_moment_is_the_same_as_a_text_as_a_number_and_with_milliseconds_only() {
    let read = |date: Value| {
        answer(json!({ "call": { "created_at": date } })).view.call.call.unwrap().created_at
    };
    let second = 1_755_182_919_u64;
    let mut nanos = 7_u64;
    for _ in 0..10_000 {
        nanos = (nanos * 6_364_136_223 + 1_442_695_041) % 1_000_000_000;
        let text = read(json!(format!("2025-08-14T14:48:39.{nanos:09}Z")));
        assert_eq!(text, read(json!(second * 1_000_000_000 + nanos)), "{nanos}");
        let millis = nanos / 1_000_000;
        let whole = read(json!(format!("2025-08-14T14:48:39.{millis:03}Z")));
        let number = read(json!(second * 1_000_000_000 + millis * 1_000_000));
        let expected = 1_755_182_919_000.0 + f64::from(u32::try_from(millis).unwrap());
        assert_eq!((whole, number), (Some(expected), Some(expected)), "{millis}");
    }
}

#[test]
fn a_frame_that_is_no_event_is_dropped_with_one_warning() {
    for frame in [json!(null), json!(5), json!("text"), json!([]), json!({}), json!({ "type": 5 })]
    {
        let (mut host, call) = Host::joined();
        let (events, warnings) = (host.events.len(), host.warnings.len());

        host.coordinator(frame.clone());

        assert_eq!(host.events.len(), events, "no listener hears of {frame}");
        assert_eq!(host.warnings[warnings..], ["the coordinator sent a frame that is no event"]);
        host.coordinator(json!({ "type": "call.updated", "call_cid": "default:demo" }));
        assert_eq!(host.events.len(), events + 2, "the client lives on after {frame}");
        assert_eq!(host.calling_state(call), CallingState::Joined);
    }
}

#[test]
fn a_first_frame_that_is_no_event_does_not_end_the_greeting() {
    let mut host = Host::new();
    let connect = host.connect("alice", Some(super::native::token("alice")), false);
    host.run_for(1);
    host.coordinator(json!([]));

    host.run_for(100);

    host.assert_resolved(connect);
}
