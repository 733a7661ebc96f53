use std::time::Duration;

use trunkline_protocol::sfu::{event::ParticipantLeft, models::CallEndedReason, models::TrackType};

use super::world::{CALL, Outcome, Seat, World, track};
use crate::{
    control::{SfuNotice, SfuOrder},
    sfu::{
        ids::SocketId,
        signalling::{Effect, Event},
    },
};

#[test]
fn a_goodbye_ends_the_session_at_once() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    world.pass(Duration::from_secs(61));
    world.calls.leave(ann.socket, world.now);
    let outcome = world.outcome();
    assert_left(&outcome, ben.socket, "a");
    assert_eq!(outcome.closed(), [(ann.socket, 1000)]);
    assert_eq!(outcome.forgotten(), [ann.key]);
    assert_eq!(outcome.resubscribed(), [ben.key], "its audio is gone");
    let notice = SfuNotice::ParticipantLeft {
        cid: CALL.into(),
        user_id: "ann".into(),
        session_id: "a".into(),
        anonymous: false,
        duration_seconds: 61,
    };
    assert_eq!(outcome.notices(), [&notice]);
    assert!(world.close(ann.socket, Some(1000)).0.is_empty(), "its close comes later");
}

#[test]
fn close_codes_tell_a_leave_from_a_reconnect() {
    for (code, leaves) in [
        (Some(1000), true),
        (Some(1001), false),
        (Some(1006), false),
        (Some(4001), false),
        (Some(4100), false),
        (Some(4101), true),
        (None, false),
    ] {
        let mut world = World::new();
        let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
        let outcome = world.close(ann.socket, code);
        assert_eq!(!outcome.to(ben.socket).is_empty(), leaves, "{code:?}");
        assert_eq!(outcome.forgotten() == [ann.key], leaves, "{code:?}");
    }
}

#[test]
fn a_failed_join_does_not_end_the_session_that_it_resumed() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let (socket, _) = world.reconnect(ann);
    let outcome = world.close(socket, Some(4101));
    assert!(outcome.to(ben.socket).is_empty());
    assert!(outcome.forgotten().is_empty());
}

#[test]
fn ending_a_call_puts_everybody_out_and_tells_nobody_of_leaving() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    let mut join = world.request("cat", "c");
    join.claims.cid = "default:other".into();
    let cat = join.socket;
    world.submit(join);

    let reason = CallEndedReason::Ended;
    let outcome = world.order(SfuOrder::EndCall { cid: CALL.into(), reason });
    for seat in [ann, ben] {
        assert_ended(&outcome, seat, reason);
    }
    assert!(outcome.to(cat).is_empty());
    assert_eq!(outcome.closed(), [(ann.socket, 1000), (ben.socket, 1000)]);
    assert_eq!(outcome.notices().len(), 2);
}

#[test]
fn the_event_comes_before_the_close() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    let reason = CallEndedReason::SessionEnded;
    let outcome = world.order(SfuOrder::EndCall { cid: CALL.into(), reason });
    let told = outcome.0.iter().position(|effect| matches!(effect, Effect::Send { .. }));
    let closed = outcome.0.iter().position(|effect| matches!(effect, Effect::Close { .. }));
    assert!(told.unwrap() < closed.unwrap());
    assert_ended(&outcome, ann, reason);
}

#[test]
fn ending_the_live_part_keeps_those_who_may_be_backstage() {
    let mut world = World::new();
    let mut join = world.request("host", "h");
    join.claims.capabilities.push("join-backstage".into());
    let host = world.join_with(join, "host", "h");
    let viewer = world.join("viewer", "v");
    let anonymous = world.join("!anon", "x");
    let outcome = world.order(SfuOrder::EndLive { cid: CALL.into() });
    for seat in [viewer, anonymous] {
        assert_ended(&outcome, seat, CallEndedReason::LiveEnded);
    }
    assert_left(&outcome, host.socket, "v");
    assert_eq!(outcome.closed(), [(viewer.socket, 1000), (anonymous.socket, 1000)]);
}

#[test]
fn removing_a_user_ends_all_of_its_sessions_in_this_call() {
    let mut world = World::new();
    let (first, second) = (world.join("ann", "a1"), world.join("ann", "a2"));
    let ben = world.join("ben", "b");
    world.close(second.socket, None);
    let order = SfuOrder::RemoveUser {
        cid: CALL.into(),
        user_id: "ann".into(),
        reason: CallEndedReason::Kicked,
    };
    let outcome = world.order(order);
    assert_ended(&outcome, first, CallEndedReason::Kicked);
    assert_eq!(outcome.to(ben.socket).len(), 2, "both are told of");
    assert_eq!(outcome.forgotten(), [first.key, second.key], "the one without socket too");
    assert_eq!(outcome.closed(), [(first.socket, 1000)]);
}

#[test]
fn the_last_to_leave_ends_the_call_and_the_next_one_begins_it_anew() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.close(ann.socket, Some(1000));
    world.pass(Duration::from_secs(100));
    let join = world.request("ann", "a");
    let socket = join.socket;
    let outcome = world.submit(join);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(state.started_at.unwrap().seconds, 100);
}

#[track_caller]
fn assert_ended(outcome: &Outcome, seat: Seat, reason: CallEndedReason) {
    match outcome.one(seat.socket) {
        Event::CallEnded(ended) => assert_eq!(ended.reason(), reason),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_left(outcome: &Outcome, socket: SocketId, session: &str) {
    match outcome.one(socket) {
        Event::ParticipantLeft(ParticipantLeft { call_cid, participant: Some(participant) }) => {
            assert_eq!((call_cid.as_str(), participant.session_id.as_str()), (CALL, session));
        }
        other => panic!("{other:?}"),
    }
}
