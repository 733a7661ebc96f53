//! Joining, leaving, ending, and joining again.

use serde_json::json;

use super::host::{Host, reply, unreachable};
use crate::core::tests::native::{Input, Reply, seen};
use crate::core::{
    CallingState::{Idle, Joined, Joining, Left, Offline, Reconnecting, ReconnectingFailed},
    Category, DeviceKind, ErrorClass,
};

#[test]
fn a_new_call_is_idle_and_touches_no_network() {
    let mut host = Host::new();

    let call = host.call();

    assert_eq!(host.calling_state(call), Idle);
    assert_eq!(host.opened.rest_requests, 0);
    assert_eq!(host.client.call_name(call), Some(("default", "demo")));
}

#[test]
fn join_resolves_when_the_state_is_joined() {
    let (host, call) = Host::joined();

    assert_eq!(host.transitions[&call], [Idle, Joining, Joined]);
    let names: Vec<&str> =
        host.state(call).participants.iter().map(|p| p.user_id.as_str()).collect();
    assert_eq!(names, ["bob", "alice"]);
    assert!(host.state(call).participants.iter().any(|p| p.is_local && p.user_id == "alice"));
    assert_eq!(host.state(call).participant_count, 2);
    assert_eq!(host.client.state().calls, [call]);
}

#[test]
fn a_second_join_while_joining_shares_the_outcome() {
    let mut host = Host::connected();
    let call = host.call();

    let first = host.join(call);
    let second = host.join(call);
    host.run_for(100);

    host.assert_resolved(first);
    host.assert_resolved(second);
    assert_eq!(host.opened.sfu_sockets, 1);
    assert_eq!(host.opened.rest_requests, 1);
}

#[test]
fn a_join_of_a_joined_call_is_refused() {
    let (mut host, call) = Host::joined();

    let again = host.join(call);

    assert_eq!(host.rejection(again), "illegal-state");
    assert_eq!(host.calling_state(call), Joined);
}

#[test]
fn leave_wins_over_a_join_at_every_step_of_it() {
    for after_ms in 0..12 {
        let mut host = Host::connected();
        let call = host.call();
        let join = host.join(call);
        host.run_for(after_ms);
        let was_joined = host.calling_state(call) == Joined;

        let leave = host.leave(call);
        host.assert_resolved(leave);
        host.run_for(60_000);

        assert_eq!(host.calling_state(call), Left, "after {after_ms} ms");
        assert!(host.client.state().calls.is_empty());
        if !was_joined {
            assert_eq!(host.rejection(join), "join-aborted");
            let Some(Err(error)) = host.settled.get(&join) else { panic!("settled above") };
            assert_eq!(error.class, ErrorClass::JoinAborted);
        }
    }
}

#[test]
fn join_leave_join_in_one_tick_ends_joined() {
    let mut host = Host::connected();
    let call = host.call();

    let first = host.join(call);
    let leave = host.leave(call);
    let second = host.join(call);
    host.run_for(100);

    assert_eq!(host.rejection(first), "join-aborted");
    host.assert_resolved(leave);
    host.assert_resolved(second);
    assert_eq!(host.calling_state(call), Joined);
    assert_eq!(host.server.sessions.len(), 1);
}

#[test]
fn leaving_tells_the_sfu_and_leaves_nobody_behind() {
    let (mut host, call) = Host::joined();
    assert_eq!(host.server.sessions.len(), 1);

    let leave = host.leave(call);

    host.assert_resolved(leave);
    assert!(host.server.sessions.is_empty());
    assert!(host.state(call).participants.is_empty());
    assert_eq!(host.lefts(), [("default:demo", "user_left"); 2], "told by the call and the client");
}

#[test]
fn leaving_twice_resolves_twice_and_is_told_once() {
    let (mut host, call) = Host::joined();

    let first = host.leave(call);
    let second = host.leave(call);

    host.assert_resolved(first);
    host.assert_resolved(second);
    assert_eq!(host.transitions[&call], [Idle, Joining, Joined, Left]);
    // Once to the listeners of the call, once to those of the client.
    assert_eq!(host.events.iter().filter(|(name, _)| name == "call.left").count(), 2);
}

#[test]
fn a_call_that_was_left_can_be_joined_again() {
    let (mut host, call) = Host::joined();
    host.leave(call);

    let again = host.join(call);
    host.run_for(100);

    host.assert_resolved(again);
    assert_eq!(host.transitions[&call], [Idle, Joining, Joined, Left, Idle, Joining, Joined]);
}

#[test]
fn a_missing_call_is_not_joined_and_the_state_goes_back() {
    let mut host = Host::connected();
    host.server.exists = false;
    let call = host.call();

    let join = host.join(call);
    host.run_for(60_000);

    assert_eq!(host.rejection(join), "not-found");
    assert_eq!(host.calling_state(call), Idle);
    assert_eq!(host.opened.rest_requests, 1, "an unrecoverable refusal is not repeated");
}

#[test]
fn create_makes_the_missing_call_and_joins_it() {
    let mut host = Host::connected();
    host.server.exists = false;
    let call = host.call();

    let join = host.join_with(call, json!({ "create": true, "data": { "custom": { "a": 1 } } }));
    host.run_for(100);

    host.assert_resolved(join);
    let (path, body) = host.server.bodies.last().unwrap();
    assert_eq!(path, "/call/default/demo/join");
    let expected = json!({ "location": "auto", "create": true, "data": { "custom": { "a": 1 } } });
    assert_eq!(*body, expected);
}

#[test]
fn a_join_that_gets_no_answer_is_tried_three_times_and_lists_its_attempts() {
    let mut host = Host::connected();
    host.weather.lost.join_responses = 3;
    let call = host.call();

    let join = host.join(call);
    host.run_for(60_000);

    assert_eq!(host.rejection(join), "sfu-timeout");
    let Some(Err(error)) = host.settled.get(&join) else { panic!("rejected above") };
    assert_eq!((error.attempts.len(), error.class), (3, ErrorClass::SfuTimeout));
    assert_eq!(host.calling_state(call), Idle);
    assert_eq!(host.opened.sfu_sockets, 3);
}

#[test]
fn a_join_survives_one_lost_answer_at_each_step() {
    for step in 0..3 {
        let mut host = Host::connected();
        match step {
            0 => host.weather.lost.rest = 1,
            1 => host.weather.lost.sockets = 1,
            _ => host.weather.lost.join_responses = 1,
        }
        let call = host.call();

        let join = host.join(call);
        host.run_for(30_000);

        host.assert_resolved(join);
        assert_eq!(host.calling_state(call), Joined, "step {step}");
    }
}

#[test]
fn a_late_answer_to_an_abandoned_attempt_changes_nothing() {
    let mut host = Host::connected();
    // The join response takes longer than the attempt waits.
    host.weather.delays = vec![1, 1, 1, 5_500];
    let call = host.call();
    host.join(call);
    host.run_for(5_100);
    let opened = host.opened.sfu_sockets;

    host.leave(call);
    host.run_for(60_000);

    assert_eq!(host.calling_state(call), Left);
    assert_eq!(host.opened.sfu_sockets, opened);
}

#[test]
fn ending_the_call_puts_everybody_out() {
    let (mut host, call) = Host::joined();

    let end = host.end(call);
    host.run_for(10);
    let document = host.server.call();
    host.coordinator(json!({
        "type": "call.ended", "call_cid": "default:demo", "call": document,
        "user": { "id": "bob" },
    }));

    host.assert_resolved(end);
    assert_eq!(host.calling_state(call), Left);
    assert!(host.state(call).ended_at.is_some());
    assert_eq!(host.state(call).ended_by.as_ref().unwrap()["id"], "bob");
    assert!(host.events.contains(&("call.ended".to_owned(), None)));
}

#[test]
fn the_answer_to_end_call_arrives_even_when_the_event_came_first() {
    let (mut host, call) = Host::joined();
    host.weather.delays = vec![200];

    let end = host.end(call);
    let document = host.server.call();
    host.coordinator(json!({ "type": "call.ended", "call_cid": "default:demo", "call": document }));
    assert_eq!(host.calling_state(call), Left);
    host.run_for(1_000);

    host.assert_resolved(end);
    assert_eq!(host.calling_state(call), Left);
}

#[test]
fn a_lost_sfu_socket_is_made_again_without_the_app() {
    let (mut host, call) = Host::joined();

    host.close_sfu(1006);
    assert_eq!(host.calling_state(call), Reconnecting);
    assert!(!host.state(call).participants.is_empty(), "nobody vanishes meanwhile");
    host.run_for(100);

    assert_eq!(host.transitions[&call], [Idle, Joining, Joined, Reconnecting, Joined]);
    assert_eq!(host.server.sessions.len(), 1, "the old session is replaced");
}

#[test]
fn a_failed_peer_connection_leads_to_a_rejoin() {
    let (mut host, call) = Host::joined();

    host.fail_peers();
    host.run_for(100);

    assert_eq!(host.calling_state(call), Joined);
    assert_eq!(host.opened.peers, 4);
}

#[test]
fn a_silent_sfu_is_noticed_within_thirteen_seconds() {
    let (mut host, call) = Host::joined();
    host.weather.delays = vec![600_000];

    host.run_for(13_000);

    assert_eq!(host.calling_state(call), Reconnecting);
}

#[test]
fn a_call_that_is_lost_again_and_again_is_given_up() {
    let (mut host, call) = Host::joined();
    host.enable(call, DeviceKind::Camera);
    host.run_for(100);

    for _ in 0..11 {
        host.close_sfu(1006);
        host.run_for(2_000);
    }

    assert_eq!(host.calling_state(call), ReconnectingFailed);
    assert_eq!(host.losses(), [("default:demo", "rejoin-limit"); 2], "the call and the client");
    assert!(host.running_captures().is_empty());
    assert_eq!(host.opened.sfu_sockets, 12, "the join, ten rejoins, and one too many");
    let join = host.join(call);
    host.run_for(100);
    host.assert_resolved(join);
}

#[test]
fn a_call_that_is_lost_now_and_then_goes_on() {
    let (mut host, call) = Host::joined();

    for _ in 0..40 {
        host.close_sfu(1006);
        host.run_for(13_000);
    }

    assert_eq!(host.calling_state(call), Joined);
    assert_eq!(host.losses(), []);
}

#[test]
fn an_sfu_out_of_reach_is_waited_for() {
    for (away, probes) in [(45_000, 8..=46), (110_000, 10..=110)] {
        let (mut host, call) = Host::joined();
        host.weather.lost.sockets = u32::MAX;
        host.close_sfu(1006);
        host.run_for(away);
        assert_eq!(host.calling_state(call), Reconnecting);
        assert!(probes.contains(&host.opened.sfu_sockets), "{}", host.opened.sfu_sockets);

        host.weather.lost.sockets = 0;
        host.run_for(11_000);

        assert_eq!(host.calling_state(call), Joined);
    }
}

#[test]
fn what_stays_out_of_reach_is_given_up_after_two_minutes() {
    for offline in [false, true] {
        let (mut host, call) = Host::joined();
        host.weather.lost.sockets = u32::MAX;
        host.close_sfu(1006);
        if offline {
            host.run_for(100_000);
            host.feed(Input::Online(false));
            host.run_for(600_000);
            host.feed(Input::Online(true));
            host.weather.lost.sockets = u32::MAX;
        }
        host.run_for(110_000);
        assert_eq!(host.calling_state(call), Reconnecting, "the time offline does not count");
        host.run_for(25_000);

        assert_eq!(host.calling_state(call), ReconnectingFailed);
        let reason = host.losses()[0].1;
        assert!(["sfu-timeout", "connection-lost"].contains(&reason), "{reason}");
        host.weather.lost.sockets = 0;
        let join = host.join(call);
        host.run_for(30_000);
        host.assert_resolved(join);
    }
}

#[test]
fn whoever_is_not_let_in_again_hears_so_at_once() {
    for (status, code, expected) in [
        (401, 40, "auth-token-expired"),
        (401, 43, "auth-token-invalid"),
        (403, 17, "permission-denied"),
        (404, 16, "not-found"),
    ] {
        let (mut host, call) = Host::joined();
        let body = seen(serde_json::json!({ "code": code, "message": "no" }));
        host.weather.answers[0].push_back(reply(status, Reply::Json(body.into())));
        let requests = host.opened.rest_requests;

        host.close_sfu(1006);
        host.run_for(100);

        assert_eq!(host.calling_state(call), ReconnectingFailed, "{expected}");
        assert_eq!(host.losses()[0], ("default:demo", expected));
        host.run_for(60_000);
        // The refusal alone does not say why the user is kept out: the call may.
        let asked = 1 + u32::from(status == 403);
        assert_eq!(host.opened.rest_requests, requests + asked);
    }
}

#[test]
fn a_server_that_comes_back_is_found_within_three_seconds() {
    for away in [5_000, 20_000, 40_000, 58_000] {
        let (mut host, call) = Host::joined();
        host.is_down = true;
        host.close_sfu(1006);
        host.close_coordinator(1006);
        host.run_for(away);
        assert_eq!(host.calling_state(call), Reconnecting);

        host.is_down = false;
        host.run_for(3_000);

        assert_eq!(host.calling_state(call), Joined, "{away}");
    }
}

#[test]
fn a_network_that_swallowed_everything_is_found_within_three_seconds() {
    for is_socket_lost in [true, false] {
        for away in [5_000, 20_000, 20_700, 21_300, 40_000, 57_000] {
            let (mut host, call) = Host::joined();
            host.weather.lost.rest = u32::MAX;
            host.weather.lost.sockets = u32::MAX;
            host.close_sfu(1006);
            if is_socket_lost {
                host.close_coordinator(1006);
            }
            host.run_for(away);
            assert_eq!(host.calling_state(call), Reconnecting);

            host.weather.lost.rest = 0;
            host.weather.lost.sockets = 0;
            host.run_for(3_000);

            assert_eq!(host.calling_state(call), Joined, "{away} {is_socket_lost}");
            assert_eq!(host.server.sessions.len(), 1);
        }
    }
}

#[test]
fn a_network_that_is_slow_is_not_taken_for_a_dead_one() {
    let mut host = Host::connected();
    host.weather.delays = vec![1_500];
    let call = host.call();
    host.join(call);
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), Joined);

    host.close_sfu(1006);
    host.run_for(15_000);

    assert_eq!(host.calling_state(call), Joined);
    assert_eq!(host.opened.sfu_sockets, 2, "the first attempt was given the time it needs");
}

#[test]
fn an_unrecoverable_refusal_ends_a_reconnect() {
    let (mut host, call) = Host::joined();
    host.server.exists = false;

    host.close_sfu(1006);
    host.run_for(60_000);

    assert_eq!(host.calling_state(call), ReconnectingFailed);
    assert!(host.running_captures().is_empty());
}

#[test]
fn offline_waits_without_burning_attempts() {
    let (mut host, call) = Host::joined();
    let requests = host.opened.rest_requests;

    host.feed(Input::Online(false));
    host.close_sfu(1006);
    host.run_for(600_000);
    assert_eq!(host.calling_state(call), Offline);
    assert_eq!(host.opened.rest_requests, requests, "L8: no request while offline");

    host.feed(Input::Online(true));
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), Joined);
}

#[test]
fn a_page_that_goes_away_says_goodbye() {
    let (mut host, call) = Host::joined();

    host.feed(Input::PageHidden);

    assert_eq!(host.calling_state(call), Left);
    assert!(host.server.sessions.is_empty());
}

#[test]
fn disconnecting_leaves_every_call() {
    let (mut host, call) = Host::joined();

    let done = host.promise(|promise| crate::core::Command::DisconnectUser { promise });
    host.run_for(60_000);

    host.assert_resolved(done);
    assert_eq!(host.calling_state(call), Left);
    assert!(host.client.state().connected_user.is_none());
    assert!(host.client.state().calls.is_empty());
    assert_eq!(host.client.poll_timeout(), None, "nothing is left to wait for");
}

#[test]
fn a_second_object_of_a_joined_call_is_refused_and_the_first_stays() {
    let (mut host, call) = Host::joined();
    let other = host.call();

    let join = host.join(other);

    assert_eq!(host.rejection(join), "illegal-state");
    assert_eq!(host.client.state().calls, [call]);
    assert_eq!(host.calling_state(call), Joined);
}

#[test]
fn an_unreachable_coordinator_is_a_network_error_with_its_cause() {
    let mut host = Host::connected();
    host.weather.lost.rest = 3;
    let call = host.call();
    let get = host.get(call);

    host.run_for(6_000);
    assert_eq!(host.rejection(get), "timeout");

    host.weather.lost.rest = 1;
    let get = host.get(call);
    let request = host.last_request();
    host.feed(Input::Http { request, reply: unreachable() });
    let Some(Err(error)) = host.settled.get(&get) else { panic!("not rejected") };
    assert_eq!((error.code.as_str(), error.category), ("network", Category::Network));
    assert!(error.cause.is_some() && error.retryable && error.request_id.is_some());
}
