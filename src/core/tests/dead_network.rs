//! A network that answers nothing, or refuses: whoever waits hears so soon, and what was begun ends.

use serde_json::json;

use super::{host::Host, native::token};
use crate::core::tests::native::{Error, Input};
use crate::core::{
    CallCommand, CallKey,
    CallingState::{Idle, Joined, Left, Reconnecting},
    Command, LeaveOptions, UserKind,
};

/// The error that `promise` was rejected with, and that it was by now.
fn error(host: &Host, promise: u64) -> &Error {
    let Some(Err(error)) = host.settled.get(&promise) else {
        panic!("{:?}", host.settled.get(&promise))
    };
    error
}

#[test]
fn a_join_without_a_server_fails_within_five_seconds_and_works_when_it_is_back() {
    let mut host = Host::connected();
    let call = host.call();
    host.is_down = true;
    host.close_coordinator(1006);

    let join = host.join(call);
    host.run_for(5_100);

    let reason = error(&host, join);
    assert_eq!((reason.code.as_str(), reason.retryable), ("connection-lost", true));
    assert_eq!(reason.attempts[0].code.as_str(), "ws-closed", "what the socket said");
    assert_eq!(host.calling_state(call), Idle);
    assert_eq!(host.opened.rest_requests, 0);
    let get = host.get(call);
    host.run_for(5_100);
    assert_eq!(error(&host, get).code.as_str(), "connection-lost");

    host.is_down = false;
    host.run_for(6_000);
    let join = host.join(call);
    host.run_for(100);
    host.assert_resolved(join);
}

#[test]
fn a_join_waits_for_a_server_that_comes_back() {
    let mut host = Host::connected();
    let call = host.call();
    host.is_down = true;
    host.close_coordinator(1006);
    let join = host.join(call);
    host.run_for(3_000);

    host.is_down = false;
    host.run_for(1_500);

    host.assert_resolved(join);
}

#[test]
fn connecting_fails_in_time_whether_nobody_answers_or_all_refuse() {
    for (refuses, code) in [(false, "timeout"), (true, "ws-closed")] {
        let mut host = Host::new();
        host.is_down = refuses;
        host.weather.lost.sockets = u32::MAX;

        let connect = host.connect("alice", Some(token("alice")), false);
        host.run_for(15_100);

        assert_eq!(error(&host, connect).code.as_str(), code);
        assert_eq!(host.coordinator_socket(), None);
        assert_eq!(host.client.poll_timeout(), None, "nothing is left to wait for");
        host.is_down = false;
        host.weather.lost.sockets = 0;
        let connect = host.connect("alice", Some(token("alice")), false);
        host.run_for(100);
        host.assert_resolved(connect);
    }
}

#[test]
fn more_attempts_have_more_time() {
    let mut host = Host::configured(|config| config.max_connect_retries = 20);
    host.weather.lost.sockets = u32::MAX;

    let connect = host.connect("alice", Some(token("alice")), false);
    host.run_for(50_000);
    assert!(!host.settled.contains_key(&connect));
    host.run_for(15_100);

    assert_eq!(error(&host, connect).code.as_str(), "timeout");
    assert!(error(&host, connect).attempts.len() > 2);
}

#[test]
fn connecting_ends_too_when_the_browser_is_offline_at_its_last_attempt() {
    for (attempts, after) in [(1, 0), (1, 1), (5, 12_000)] {
        let mut host = Host::configured(|config| config.max_connect_retries = attempts);
        host.weather.lost.sockets = u32::MAX;
        let connect = host.connect("alice", Some(token("alice")), false);
        host.run_for(after);

        host.feed(Input::Online(false));
        host.run_for(20_000);

        assert_eq!(error(&host, connect).code.as_str(), "network");
        assert!(!host.client.has_user());
    }
}

#[test]
fn connecting_goes_on_when_the_browser_is_back_online() {
    let mut host = Host::configured(|config| config.max_connect_retries = 1);
    host.weather.lost.sockets = 1;
    let connect = host.connect("alice", Some(token("alice")), false);
    host.feed(Input::Online(false));
    host.run_for(10_000);
    assert!(!host.settled.contains_key(&connect), "being offline is no attempt");

    host.feed(Input::Online(true));
    host.run_for(1_000);

    host.assert_resolved(connect);
}

#[test]
fn an_anonymous_user_waits_for_a_provider_that_fails_and_not_for_ever() {
    let mut host = Host::new();
    host.provider_throws = true;
    let connect = host.connect_as(UserKind::Anonymous, "", None, true);
    host.run_for(100);
    assert_eq!(host.asked_for_tokens, 1, "it is not asked in a loop");
    host.run_for(1_000);
    assert!((1..=3).contains(&host.asked_for_tokens), "{}", host.asked_for_tokens);

    host.provider_throws = false;
    host.run_for(10_000);
    host.assert_resolved(connect);

    let mut host = Host::new();
    host.provider_throws = true;
    let connect = host.connect_as(UserKind::Anonymous, "", None, true);
    host.run_for(30_000);
    assert_eq!(error(&host, connect).code.as_str(), "auth-provider-failed");
    assert_eq!(error(&host, connect).attempts.len(), 5);
    assert_eq!(host.asked_for_tokens, 5);
}

#[test]
fn failures_of_the_provider_of_an_anonymous_user_do_not_count_for_life() {
    let mut host = Host::new();
    "!anon".clone_into(&mut host.server.me);
    let connect = host.connect_as(UserKind::Anonymous, "", None, true);
    host.run_for(100);
    host.assert_resolved(connect);
    let call = host.call();

    for _ in 0..12 {
        host.server.expired = 1;
        host.provider_throws = true;
        let get = host.get(call);
        host.run_for(1_000);
        assert_eq!(error(&host, get).code.as_str(), "auth-provider-failed");
        let asked = host.asked_for_tokens;
        host.run_for(60_000);
        assert_eq!(host.asked_for_tokens, asked, "nobody needs a token");

        host.provider_throws = false;
        let get = host.get(call);
        host.run_for(1_000);
        host.assert_resolved(get);
        assert!(host.client.has_user());
    }
}

#[test]
fn a_guest_who_connects_twice_is_one_guest() {
    let mut host = Host::new();
    let first = host.connect_as(UserKind::Guest, "gil", None, false);
    let second = host.connect_as(UserKind::Guest, "gil", None, false);
    host.run_for(100);
    let third = host.connect_as(UserKind::Guest, "gil", None, false);
    let by_new_name = host.connect_as(UserKind::Guest, "guest-gil", None, false);

    for promise in [first, second, third, by_new_name] {
        host.assert_resolved(promise);
    }
    let made = host.server.bodies.iter().filter(|(path, _)| path == "/guest").count();
    assert_eq!(made, 1);

    // Another guest is another user, and so is whoever has the name by right.
    let other = host.connect_as(UserKind::Guest, "eve", None, false);
    assert_eq!(host.rejection(other), "illegal-state");
    let real = host.connect("gil", Some(token("gil")), false);
    assert_eq!(host.rejection(real), "illegal-state");

    // What StrictMode does: the second time is another connection.
    let gone = host.promise(|promise| Command::DisconnectUser { promise });
    let again = host.connect_as(UserKind::Guest, "gil", None, false);
    host.run_for(100);
    host.assert_resolved(gone);
    host.assert_resolved(again);
}

fn rung() -> (Host, CallKey) {
    let mut host = Host::connected();
    let document = host.server.call();
    host.coordinator(json!({
        "type": "call.ring", "call_cid": "default:demo", "call": document,
        "user": { "id": "bob" }, "members": [{ "user_id": "alice" }],
    }));
    host.run_for(100);
    let call = host.client.state().calls[0];
    (host, call)
}

fn reject(host: &mut Host, call: CallKey) -> u64 {
    let options = LeaveOptions { reject: Some(true), ..LeaveOptions::default() };
    host.order(call, |promise| CallCommand::Leave { promise, options })
}

#[test]
fn rejecting_a_ring_over_a_dead_network_takes_two_seconds_at_most() {
    for is_socket_lost in [false, true] {
        let (mut host, call) = rung();
        host.weather.lost.rest = u32::MAX;
        if is_socket_lost {
            host.is_down = true;
            host.close_coordinator(1006);
        }

        let leave = reject(&mut host, call);
        assert_eq!(host.calling_state(call), Left, "everything is released at once");
        host.run_for(1_800);
        assert!(!host.settled.contains_key(&leave));
        // The timers of browsers come some ms late.
        host.run_for(150);

        host.assert_resolved(leave);
        host.run_for(60_000);
        assert_eq!(host.lefts().len(), 2);
    }
}

#[test]
fn a_rejection_that_is_on_its_way_goes_on_after_that() {
    let (mut host, call) = rung();
    host.weather.lost.rest = 1;

    reject(&mut host, call);
    let request = host.last_request();
    assert!(host.sent.last().unwrap().keepalive, "it outlives the page");
    host.run_for(3_000);
    assert_eq!(host.last_request(), request, "it is not given up");
    host.promise(|promise| Command::DisconnectUser { promise });
    assert_eq!(host.last_request(), request, "nor with the user");
    host.feed(Input::Http { request, reply: super::host::unreachable() });

    // A server that answers is not waited for any longer than that.
    let (mut host, call) = rung();
    let leave = reject(&mut host, call);
    host.run_for(1);
    host.assert_resolved(leave);
}

#[test]
fn leaving_while_a_silent_sfu_is_joined_again_leaves_no_session_behind() {
    for is_joined in [false, true] {
        let (mut host, call) = Host::joined();
        host.weather.lost.pings = u32::MAX;
        host.run_for(11_000);
        assert_eq!(host.calling_state(call), Joined);
        host.weather.lost.rest = if is_joined { 0 } else { u32::MAX };
        host.run_for(1_500);
        assert_eq!(host.calling_state(call), if is_joined { Joined } else { Reconnecting });

        host.leave(call);

        assert!(host.server.sessions.is_empty(), "{:?}", host.server.sessions);
        assert!(host.server.goodbyes.iter().all(|code| *code == 1000));
        assert_eq!(host.server.goodbyes.len(), if is_joined { 2 } else { 1 });
    }
}
