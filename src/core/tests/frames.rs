//! Sockets that carry nonsense, no answers, or a refusal: what is borne, and what ends them.

use serde_json::{Value, json};
use trunkline_protocol::sfu::event::{self, sfu_event::EventPayload};

use super::{
    host::Host,
    native::{Input, seen},
};
use crate::core::{CallingState, SocketId};

/// A frame that no server sends, by a number.
fn garbage(socket: SocketId, number: usize) -> Input {
    let no_events = [json!(null), json!(5), json!("text"), json!([]), json!({ "type": 5 })];
    let is_sfu = socket.owner().is_some();
    match number % 7 {
        0 => Input::SocketGarbage(socket),
        1 if is_sfu => Input::SocketJson(socket, seen(json!({ "type": "call.updated" })).into()),
        _ if is_sfu => Input::SocketBytes(socket, vec![0xff; number + 1]),
        1 => Input::SocketBytes(socket, vec![1, 2, 3]),
        other => Input::SocketJson(socket, seen(no_events[other - 2].clone()).into()),
    }
}

#[test]
fn twenty_frames_of_garbage_a_minute_are_borne_by_either_socket() {
    let (mut host, call) = Host::joined();
    for socket in [host.coordinator_socket().unwrap(), host.sfu_socket().unwrap()] {
        for minute in 0..3 {
            for number in 0..20 {
                host.feed(garbage(socket, number));
                host.run_for(1_000);
            }
            host.run_for(40_001);
            assert_eq!(host.warnings.len() % 20, 0, "each is noted: {minute}");
        }
    }

    assert_eq!(host.warnings.len(), 120);
    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(host.opened.sfu_sockets, 1);
}

#[test]
fn more_garbage_makes_the_coordinators_socket_anew() {
    let mut host = Host::connected();
    let first = host.coordinator_socket().unwrap();
    for number in 0..21 {
        assert_eq!(host.coordinator_socket(), Some(first));
        host.feed(garbage(first, number));
        host.run_for(10);
    }
    assert_eq!(host.coordinator_socket(), None);

    host.run_for(10_000);
    let second = host.coordinator_socket().unwrap();
    assert_ne!(second, first);
    let call = host.call();
    let get = host.get(call);
    host.run_for(100);
    host.assert_resolved(get);

    // The count begins anew with the socket.
    for number in 0..20 {
        host.feed(garbage(second, number));
        host.feed(garbage(first, number));
    }
    assert_eq!(host.coordinator_socket(), Some(second));
}

#[test]
fn more_garbage_joins_the_sfu_anew() {
    let (mut host, call) = Host::joined();
    let socket = host.sfu_socket().unwrap();
    for number in 0..21 {
        assert_eq!(host.calling_state(call), CallingState::Joined);
        host.feed(garbage(socket, number));
    }
    assert_eq!(host.calling_state(call), CallingState::Reconnecting);

    host.run_for(5_000);

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_ne!(host.sfu_socket(), Some(socket));
}

#[test]
fn garbage_before_the_answer_to_a_join_does_not_end_it() {
    let mut host = Host::connected();
    let call = host.call();
    host.weather.lost.join_responses = 1;
    let join = host.join(call);
    host.run_for(1_000);
    let socket = host.sfu_socket().unwrap();

    for number in 0..30 {
        host.feed(garbage(socket, number));
    }
    host.run_for(30_000);

    host.assert_resolved(join);
}

#[test]
fn events_are_no_answers_to_pings() {
    let (mut host, call) = Host::joined();
    host.run_for(60_000);
    assert_eq!(host.opened.sfu_sockets, 1);
    host.weather.lost.pings = u32::MAX;
    for _ in 0..14 {
        host.sfu(EventPayload::AudioLevelChanged(event::AudioLevelChanged::default()));
        host.run_for(1_000);
    }
    assert_eq!(host.opened.sfu_sockets, 2, "noticed within 14 s");
    assert_eq!(host.calling_state(call), CallingState::Joined);

    let socket = host.coordinator_socket();
    host.weather.lost.pings = u32::MAX;
    for _ in 0..36 {
        host.coordinator(json!({ "type": "call.unknown" }));
        host.run_for(1_000);
    }
    assert_ne!(host.coordinator_socket(), socket, "noticed within 36 s");
}

/// What the coordinator says when it throws somebody out.
fn refusal(error: Value) -> Value {
    json!({ "type": "connection.error", "connection_id": "c1", "error": error })
}

#[test]
fn a_refusal_that_is_not_about_the_user_is_got_over() {
    for error in [
        json!({ "code": -1, "StatusCode": 500, "message": "bug" }),
        json!({ "code": 9, "StatusCode": 429, "message": "too many" }),
        json!({ "code": 4, "StatusCode": 400, "message": "what?" }),
        json!({ "code": 16, "StatusCode": 404, "message": "no such app here" }),
        json!({ "code": 999, "message": "new" }),
        json!({}),
        json!(null),
    ] {
        let mut host = Host::connected();
        host.coordinator(refusal(error.clone()));
        assert_eq!(host.coordinator_socket(), None, "{error}");

        host.run_for(10_000);

        assert!(host.coordinator_socket().is_some(), "{error}");
        let call = host.call();
        let get = host.get(call);
        host.run_for(100);
        host.assert_resolved(get);
    }
}

#[test]
fn a_refusal_of_the_user_is_final() {
    for error in [
        json!({ "code": 2, "StatusCode": 401, "message": "no such key" }),
        json!({ "code": 43, "StatusCode": 401, "message": "bad signature" }),
        json!({ "code": 2, "message": "no such key" }),
        json!({ "code": 17, "StatusCode": 403, "message": "banned" }),
        json!({ "code": 4, "StatusCode": 400, "message": "no", "unrecoverable": true }),
    ] {
        let mut host = Host::connected();
        host.coordinator(refusal(error.clone()));

        host.run_for(60_000);

        assert_eq!(host.coordinator_socket(), None, "{error}");
    }
}

#[test]
fn a_session_that_was_replaced_is_left() {
    let (mut host, call) = Host::joined();

    host.sfu(EventPayload::GoAway(event::GoAway::default()));
    host.run_for(5_000);

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(host.server.goodbyes, [1000]);
}

#[test]
fn a_session_whose_socket_is_gone_cannot_be_left() {
    let (mut host, call) = Host::joined();

    host.close_sfu(1006);
    host.run_for(5_000);

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert!(host.server.goodbyes.is_empty());
}
