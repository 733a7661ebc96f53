//! Rings that began before there was anybody to hear them, and rings that another device takes.

use serde_json::{Value, json};

use super::{
    host::{Host, reply},
    native::{Reply, body, seen},
};
use crate::core::{
    CallKey,
    CallingState::{Idle, Left, Ringing},
    Command, Then,
};

const REST: usize = 0;

/// Bob, who has just loaded the page, and what a query of his calls answers.
fn loaded(edit: impl Fn(&mut Value), watch: bool) -> (Host, CallKey) {
    let mut host = Host::connected_as("bob", false);
    host.server.members = vec!["bob".to_owned()];
    host.server.ring = (15_000, 15_000);
    *host.server.session.borrow_mut() = json!({
        "id": "s", "participants": [], "participants_count_by_role": {},
        "accepted_by": {}, "rejected_by": {}, "missed_by": {}, "started_at": null,
    });
    let mut row = host.server.answer();
    edit(&mut row);
    let answer = reply(201, Reply::Json(seen(json!({ "calls": [row] })).into()));
    host.weather.answers[REST].push_back(answer);
    let query = body(json!({ "watch": watch }));
    let promise = host.promise(|promise| Command::QueryCalls { promise, body: query });
    host.run_for(10);
    let Some(Ok(crate::core::tests::native::Outcome::Calls(_, calls))) =
        host.settled.remove(&promise)
    else {
        panic!("no calls")
    };
    (host, calls[0])
}

#[test]
fn a_ring_that_goes_on_is_found_by_a_query_and_ends_as_others_do() {
    let (mut host, call) = loaded(|_| {}, true);
    assert_eq!(host.calling_state(call), Ringing);
    assert_eq!(host.client.state().calls, [call]);
    assert!(host.state(call).ringing.is_some_and(|ringing| !ringing.outgoing));

    host.run_for(20_000);
    assert_eq!(host.calling_state(call), Left, "nobody answered");
    assert_eq!(host.lefts()[0].1, "ring_timeout");
}

#[test]
fn what_is_no_ring_or_none_any_more_does_not_ring() {
    let edits: [(&str, fn(&mut Value)); 9] = [
        ("no member", |row| row["members"] = json!([{ "user_id": "carol" }])),
        ("of one's own", |row| row["call"]["created_by"]["id"] = json!("bob")),
        ("accepted", |row| row["call"]["session"]["accepted_by"] = json!({ "bob": 1 })),
        ("rejected", |row| row["call"]["session"]["rejected_by"] = json!({ "bob": 1 })),
        ("missed", |row| row["call"]["session"]["missed_by"] = json!({ "bob": 1 })),
        ("cancelled", |row| row["call"]["session"]["rejected_by"] = json!({ "alice": 1 })),
        ("begun", |row| row["call"]["session"]["started_at"] = json!("2030-01-01T10:00:00Z")),
        ("ended", |row| row["call"]["ended_at"] = json!("2030-01-01T10:00:00Z")),
        ("no session", |row| row["call"]["session"] = json!(null)),
    ];
    for (what, edit) in edits {
        let (host, call) = loaded(edit, true);
        assert_eq!(host.calling_state(call), Idle, "{what}");
    }
    let (host, call) = loaded(|_| {}, false);
    assert_eq!(host.calling_state(call), Idle, "a query that does not watch only looks");
}

#[test]
fn a_ring_that_was_missed_with_the_socket_is_caught_up_with() {
    let (mut host, call) = loaded(|row| row["call"]["session"] = json!(null), true);
    assert_eq!(host.calling_state(call), Idle);
    host.close_coordinator(1006);
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), Ringing);
}

#[test]
fn a_ring_that_is_told_again_is_the_same() {
    let mut host = Host::connected_as("bob", false);
    host.server.ring = (15_000, 15_000);
    let ring = |host: &Host| {
        json!({
            "type": "call.ring", "call_cid": "default:demo", "call": host.server.call(),
            "members": [{ "user_id": "bob" }], "session_id": "s", "user": { "id": "alice" },
        })
    };
    let event = ring(&host);
    host.coordinator(event);
    host.run_for(5_000);
    let call = host.client.state().calls[0];
    let before = host.state(call).ringing;
    let event = ring(&host);
    host.coordinator(event);
    host.run_for(100);
    assert_eq!(host.client.state().calls, [call]);
    assert_eq!((host.calling_state(call), host.state(call).ringing), (Ringing, before));
}

/// The acceptance comes too late.
fn refuse_acceptance(host: &mut Host, joins: bool) {
    if joins {
        let mut answer = host.server.answer();
        answer["credentials"] = json!({
            "server": { "edge_name": "edge", "url": "http://sfu/twirp", "ws_endpoint": "ws://sfu/ws" },
            "token": "sfu-token", "ice_servers": [],
        });
        host.weather.answers[REST].push_back(reply(201, Reply::Json(seen(answer).into())));
    }
    let refusal =
        json!({ "code": 17, "StatusCode": 409, "message": "taken", "unrecoverable": true });
    host.weather.answers[REST].push_back(reply(409, Reply::Json(seen(refusal).into())));
}

#[test]
fn of_two_devices_that_join_the_one_that_comes_second_is_told_and_does_not_join() {
    let (mut host, call) = loaded(|_| {}, true);
    refuse_acceptance(&mut host, true);
    let join = host.join(call);
    host.run_for(10_000);

    assert_eq!(host.rejection(join), "answered-elsewhere");
    assert_eq!(host.calling_state(call), Left);
    assert_eq!(host.lefts()[0].1, "accepted_elsewhere");
    assert_eq!(host.opened.sfu_sockets, 0, "it never was in the call");
    assert!(host.client.state().calls.is_empty());

    let join = host.join(call);
    host.run_for(100);
    host.assert_resolved(join);
}

#[test]
fn of_two_devices_that_accept_the_one_that_comes_second_rings_no_more() {
    let (mut host, call) = loaded(|_| {}, true);
    refuse_acceptance(&mut host, false);
    let accept = host.request(call, "POST /accept", json!({}), Then::Accept);
    host.run_for(100);
    assert_eq!(host.rejection(accept), "answered-elsewhere");
    assert_eq!((host.calling_state(call), host.lefts()[0].1), (Left, "accepted_elsewhere"));

    let (mut host, call) = loaded(|_| {}, true);
    host.server.refused = vec!["/accept"];
    let accept = host.request(call, "POST /accept", json!({}), Then::Accept);
    host.run_for(100);
    assert_eq!(host.rejection(accept), "server-error");
    assert_eq!(host.calling_state(call), Ringing, "another failure leaves it as it was");
}
