//! What happened to the call, and to the user in it, while this device was away.

use serde_json::{Value, json};
use trunkline_protocol::sfu::models::CallEndedReason;

use super::{
    host::{Host, reply},
    native::{Reply, seen},
};
use crate::core::{
    CallKey,
    CallingState::{Joined, Left, ReconnectingFailed},
};

const REST: usize = 0;

fn answer(host: &mut Host, status: u16, body: Value) {
    host.weather.answers[REST].push_back(reply(status, Reply::Json(seen(body).into())));
}

/// The server keeps the user out, and says of the call what `edit` makes of it.
fn refuse(host: &mut Host, edit: impl Fn(&mut Value)) {
    answer(host, 403, json!({ "code": 17, "message": "not allowed", "unrecoverable": true }));
    let mut body = host.server.answer();
    edit(&mut body);
    answer(host, 200, body);
}

fn reason(host: &Host, call: CallKey) -> &'static str {
    assert_eq!(host.calling_state(call), Left);
    host.lefts()[0].1
}

#[test]
fn who_was_put_out_while_away_leaves_with_the_reason_and_may_join_anew() {
    for (put_out, expected) in [
        (CallEndedReason::Kicked, "kicked"),
        (CallEndedReason::Ended, "call_ended"),
        (CallEndedReason::SessionEnded, "call_ended"),
        (CallEndedReason::LiveEnded, "live_ended"),
    ] {
        let (mut host, call) = Host::joined();
        host.server.put_out = Some(put_out);
        host.close_sfu(1006);
        host.run_for(10_000);
        assert_eq!(reason(&host, call), expected);
        assert_eq!(host.losses(), [], "it is not lost: it is over");
        let requests = host.opened.rest_requests;
        host.run_for(600_000);
        assert_eq!(host.opened.rest_requests, requests, "nothing comes back by itself");

        let join = host.join(call);
        host.run_for(100);
        host.assert_resolved(join);
    }
}

#[test]
fn who_is_refused_learns_from_the_call_why() {
    let (mut host, call) = Host::joined();
    refuse(&mut host, |body| body["call"]["blocked_user_ids"] = json!(["alice"]));
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(reason(&host, call), "blocked");

    let (mut host, call) = Host::joined();
    refuse(&mut host, |body| body["call"]["ended_at"] = json!("2030-01-01T11:00:00Z"));
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(reason(&host, call), "call_ended");

    let (mut host, call) = Host::joined();
    refuse(&mut host, |body| body["call"]["backstage"] = json!(true));
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(reason(&host, call), "live_ended");
}

#[test]
fn a_refusal_that_the_call_does_not_explain_is_the_reason_itself() {
    let (mut host, call) = Host::joined();
    refuse(&mut host, |_| {});
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), ReconnectingFailed);
    assert_eq!(host.losses()[0], ("default:demo", "permission-denied"));

    let (mut host, call) = Host::joined();
    answer(&mut host, 403, json!({ "code": 17, "message": "not allowed" }));
    answer(&mut host, 403, json!({ "code": 17, "message": "nor to see it" }));
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(host.calling_state(call), ReconnectingFailed);
    assert_eq!(host.losses()[0], ("default:demo", "permission-denied"));
}

#[test]
fn leaving_wins_over_the_question_why() {
    for after_ms in 0..6 {
        let (mut host, call) = Host::joined();
        refuse(&mut host, |body| body["call"]["blocked_user_ids"] = json!(["alice"]));
        host.close_sfu(1006);
        host.run_for(after_ms);
        let leave = host.leave(call);
        host.assert_resolved(leave);
        host.run_for(10_000);
        assert_eq!(host.calling_state(call), Left);
        assert_eq!(host.lefts().len(), 2, "the call and the client, once");
    }
}

#[test]
fn what_was_missed_with_the_coordinators_socket_holds_when_it_is_back() {
    let lost = |edit: &dyn Fn(&mut Value)| {
        let (mut host, call) = Host::joined();
        host.close_coordinator(1006);
        let mut row = host.server.answer();
        edit(&mut row["call"]);
        answer(&mut host, 201, json!({ "calls": [row] }));
        host.run_for(10_000);
        (host, call)
    };
    let (host, call) = lost(&|call| call["blocked_user_ids"] = json!(["bob", "alice"]));
    assert_eq!(reason(&host, call), "blocked");
    let (host, call) = lost(&|call| call["ended_at"] = json!("2030-01-01T11:00:00Z"));
    assert_eq!(reason(&host, call), "call_ended");
    let (host, call) = lost(&|call| call["blocked_user_ids"] = json!(["bob"]));
    assert_eq!(host.calling_state(call), Joined, "others are none of its business");
}

#[test]
fn who_joined_a_call_that_had_ended_stays_in_it() {
    let mut host = Host::connected();
    host.server.ended = true;
    let call = host.call();
    let join = host.join(call);
    host.run_for(100);
    host.assert_resolved(join);

    host.close_sfu(1006);
    host.close_coordinator(1006);
    host.run_for(10_000);

    assert_eq!(host.calling_state(call), Joined);
}

#[test]
fn a_call_that_ended_while_away_is_over_even_where_ended_calls_can_be_joined() {
    let (mut host, call) = Host::joined();
    host.server.ended = true;
    host.close_sfu(1006);
    host.run_for(10_000);
    assert_eq!(reason(&host, call), "call_ended");
}
