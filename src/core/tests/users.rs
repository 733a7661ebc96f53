//! Kinds of user, their tokens, and the socket that comes back.

use serde_json::json;

use super::{host::Host, native::token};
use crate::core::tests::native::Outcome;
use crate::core::{CallingState, Command, Duration, HttpBody, LocalEvent, LocationHint, UserKind};

#[test]
fn an_expired_token_is_replaced_once_for_all_who_wait() {
    let mut host = Host::new();
    host.connect("alice", Some(token("alice")), true);
    host.run_for(100);
    assert_eq!(host.asked_for_tokens, 0, "the fixed token comes first");
    host.server.expired = 2;
    let calls = [host.call(), host.call()];

    let promises = calls.map(|call| host.get(call));
    host.run_for(100);

    for promise in promises {
        host.assert_resolved(promise);
    }
    assert_eq!(host.asked_for_tokens, 1);
    let ids: Vec<&str> = host.sent.iter().map(|sent| sent.headers[2].1.as_str()).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(ids[..2], ids[2..], "a repeat keeps its id");
}

#[test]
fn a_token_that_is_refused_twice_is_an_error() {
    let mut host = Host::new();
    host.connect("alice", Some(token("alice")), true);
    host.run_for(100);
    host.server.expired = 2;
    let call = host.call();

    let get = host.get(call);
    host.run_for(60_000);

    assert_eq!(host.rejection(get), "auth-token-expired");
    assert_eq!(host.opened.rest_requests, 2);
}

#[test]
fn a_provider_that_throws_fails_what_waits_and_is_asked_again_by_the_next() {
    let mut host = Host::new();
    host.connect("alice", Some(token("alice")), true);
    host.run_for(100);
    host.server.expired = 1;
    host.provider_throws = true;
    let call = host.call();

    let first = host.get(call);
    host.run_for(100);
    assert_eq!(host.rejection(first), "auth-provider-failed");
    let Some(Err(error)) = host.settled.get(&first) else { panic!("rejected above") };
    assert!(error.cause.is_some(), "what the provider threw");

    host.provider_throws = false;
    let second = host.get(call);
    host.run_for(100);
    host.assert_resolved(second);
    assert_eq!(host.asked_for_tokens, 2);
}

#[test]
fn an_expired_token_without_a_provider_is_an_error_at_once() {
    let mut host = Host::connected();
    host.server.expired = 1;
    let call = host.call();

    let get = host.get(call);
    host.run_for(100);

    assert_eq!(host.rejection(get), "auth-token-expired");
}

#[test]
fn a_guest_goes_on_as_whom_the_coordinator_made() {
    let mut host = Host::new();
    let connect = host.connect_as(UserKind::Guest, "gil", None, false);
    let call = host.call();
    let get = host.get(call);

    host.run_for(100);

    host.assert_resolved(connect);
    host.assert_resolved(get);
    assert_eq!(host.client.user_id(), Some("guest-gil"));
    let sent = host.sent.last().unwrap();
    assert!(sent.url.contains("user_id=guest-gil"));
    assert!(sent.headers.contains(&("stream-auth-type", "jwt".to_owned())));
}

#[test]
fn an_anonymous_user_has_no_socket_and_is_not_registered() {
    let mut host = Host::new();

    let connect = host.connect_as(UserKind::Anonymous, "ignored", None, false);
    host.assert_resolved(connect);
    let call = host.call();
    let get = host.get(call);
    host.run_for(100);

    host.assert_resolved(get);
    assert!(host.client.state().calls.is_empty());
    assert!(!host.state(call).watching);
    let sent = host.sent.last().unwrap();
    assert!(sent.url.contains("user_id=!anon") && !sent.url.contains("connection_id"));
    let join = host.join(call);
    host.run_for(100);
    host.assert_resolved(join);
    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(host.opened.peers, 1, "nothing is published");
}

#[test]
fn users_change_one_after_the_other() {
    let mut host = Host::new();

    let alice = host.connect("alice", Some(token("alice")), false);
    let same = host.connect("alice", Some(token("alice")), false);
    let bob = host.connect("bob", Some(token("bob")), false);
    assert_eq!(host.rejection(bob), "illegal-state");
    let gone = host.promise(|promise| Command::DisconnectUser { promise });
    let bob = host.connect("bob", Some(token("bob")), false);
    host.run_for(100);

    host.assert_resolved(gone);
    host.assert_resolved(bob);
    for promise in [alice, same] {
        assert_eq!(host.rejection(promise), "not-connected");
    }
    assert_eq!(host.client.user_id(), Some("bob"));
}

#[test]
fn the_same_user_twice_gets_the_same_answer() {
    let mut host = Host::connected();

    let again = host.connect("alice", Some(token("alice")), false);

    let Some(Ok(Outcome::Json(greeting))) = host.settled.get(&again) else { panic!("no answer") };
    assert_eq!(greeting["connection_id"], "c1");
}

#[test]
fn calls_are_watched_again_in_pages_and_missing_ones_say_so() {
    let mut host = Host::connected();
    let calls: Vec<_> = (0..150)
        .map(|n| host.client.create_call("default", &format!("demo{n}")).unwrap())
        .collect();
    for call in &calls {
        host.get(*call);
    }
    host.run_for(200);
    let before = host.server.bodies.len();
    host.server.exists = false;

    host.close_coordinator(1006);
    host.run_for(10_000);

    let pages: Vec<usize> = host.server.bodies[before..]
        .iter()
        .map(|(_, body)| body["filter_conditions"]["cid"]["$in"].as_array().unwrap().len())
        .collect();
    assert_eq!(pages, [100, 50]);
    assert!(calls.iter().all(|call| !host.state(*call).watching));
    let told =
        host.events.iter().filter(|(_, event)| matches!(event, Some(LocalEvent::Unwatched { .. })));
    assert_eq!(told.count(), 300, "each to the listeners of the call and of the client");
}

#[test]
fn watching_again_is_tried_three_times() {
    for (failures, watching) in [(2, true), (3, false)] {
        let mut host = Host::connected();
        let call = host.call();
        host.get(call);
        host.run_for(100);
        host.close_coordinator(1006);
        host.weather.lost.rest = failures;

        host.run_for(60_000);

        assert_eq!(host.state(call).watching, watching, "after {failures} failures");
    }
}

#[test]
fn events_of_the_future_reach_the_app() {
    let mut host = Host::connected();
    let call = host.call();
    host.get(call);
    host.run_for(100);

    host.coordinator(json!({ "type": "call.of_the_future", "call_cid": "default:demo" }));
    host.coordinator(json!({ "type": "app.of_the_future" }));

    let told = |name: &str| host.events.iter().filter(|(told, _)| told == name).count();
    assert_eq!(told("call.of_the_future"), 2, "the listeners of the call and of the client");
    assert_eq!(told("app.of_the_future"), 1);
}

#[test]
fn a_lost_socket_is_told_after_five_seconds_and_at_once_when_the_browser_is_offline() {
    let told = |host: &Host| -> Vec<bool> {
        let events = host.events.iter().filter_map(|(_, event)| match event {
            Some(LocalEvent::ConnectionChanged { online }) => Some(*online),
            _ => None,
        });
        events.collect()
    };
    let mut host = Host::connected();
    host.weather.lost.sockets = u32::MAX;
    host.close_coordinator(1006);
    host.run_for(4_900);
    assert_eq!(told(&host), [true]);
    host.run_for(200);
    assert_eq!(told(&host), [true, false]);

    let mut host = Host::connected();
    host.feed(crate::core::Input::Online(false));
    assert_eq!(told(&host), [true, false]);
    host.feed(crate::core::Input::Online(true));
    host.run_for(10_000);
    assert_eq!(told(&host), [true, false, true]);
}

/// A host whose client asks where it is, that often.
fn asking(attempts: u32) -> Host {
    let url = "http://places".to_owned();
    let hint = LocationHint { url, timeout: Duration::from_secs(2), attempts };
    Host::configured(|config| config.location_hint = Some(hint))
}

#[test]
fn a_client_that_is_only_made_sends_nothing_to_anybody() {
    let mut host = asking(3);
    let _call = host.call();
    host.feed(crate::core::Input::Online(true));
    host.run_for(60_000);
    assert_eq!((host.asked_for_places, host.sent.len()), (0, 0));

    host.connect("alice", Some(token("alice")), false);
    host.run_for(100);
    assert_eq!(host.asked_for_places, 3);
    host.promise(|promise| Command::DisconnectUser { promise });
    host.connect("alice", Some(token("alice")), false);
    host.run_for(100);
    assert_eq!(host.asked_for_places, 3, "once in the life of a client");
}

#[test]
fn a_place_is_asked_for_a_few_times_and_told_by_its_first_letters() {
    let told = |places: &[Option<&str>]| {
        let mut host = asking(3);
        host.places = places.iter().rev().map(|place| place.map(str::to_owned)).collect();
        host.connect("alice", Some(token("alice")), false);
        host.run_for(100);
        let call = host.call();
        host.join(call);
        let sent = host.sent.iter().find(|sent| sent.url.contains("/join")).unwrap();
        let HttpBody::Json(body) = &sent.body else { panic!("a join has a body") };
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        (body["location"].as_str().unwrap().to_owned(), host.asked_for_places)
    };

    assert_eq!(told(&[Some("FRA56-P1")]), ("FRA".to_owned(), 1));
    assert_eq!(told(&[None, Some(""), Some("LHR")]), ("LHR".to_owned(), 3));
    assert_eq!(told(&[None, None, None, Some("late")]), ("ERR".to_owned(), 3));
}

#[test]
fn a_refused_user_is_none_and_another_one_may_come() {
    let mut host = Host::new();
    assert!(!host.client.has_user());
    let connect = host.connect("alice", Some(token("somebody else")), false);
    assert_eq!(host.rejection(connect), "auth-token-invalid");
    assert!(!host.client.has_user());

    host.connect("alice", Some(token("alice")), false);
    assert!(host.client.has_user(), "connecting");
    host.run_for(100);
    assert!(host.client.has_user(), "connected");
    host.promise(|promise| Command::DisconnectUser { promise });
    assert!(!host.client.has_user());
}

#[test]
fn a_user_who_is_refused_later_may_connect_anew_with_other_tokens() {
    let mut host = Host::new();
    host.connect("alice", None, true);
    host.run_for(100);
    assert_eq!(host.asked_for_tokens, 1);
    let error = json!({ "code": 2, "StatusCode": 401, "message": "no such key" });

    host.coordinator(json!({ "type": "connection.error", "connection_id": "c", "error": error }));

    assert!(!host.client.has_user(), "so that the next provider takes the place of this one");
    let again = host.connect("alice", None, true);
    host.run_for(100);
    host.assert_resolved(again);
    assert_eq!(host.asked_for_tokens, 2);
    assert!(host.client.has_user());
}
