//! How many sessions there may be, whatever tokens somebody holds.

use std::time::Duration;

use trunkline_protocol::sfu::models::{ErrorCode, WebsocketReconnectStrategy as Strategy};

use super::world::{Outcome, World, sessions};
use crate::sfu::{
    ids::SocketId,
    signalling::{Event, Join},
};

#[track_caller]
fn assert_full(outcome: &Outcome, socket: SocketId) {
    let Event::Error(error) = outcome.one(socket) else { panic!("{outcome:?}") };
    let code = error.error.as_ref().unwrap().code();
    assert_eq!(code, ErrorCode::CallParticipantLimitReached);
    assert_eq!(error.reconnect_strategy(), Strategy::Disconnect);
    assert_eq!(outcome.closed(), [(socket, 1008)]);
    assert!(outcome.notices().is_empty());
}

/// Who is in the call, as somebody sees it who joins now.
fn present(world: &mut World) -> Vec<String> {
    let mut join = world.request("observer", "observer");
    join.claims.exempt = true;
    let socket = join.socket;
    let outcome = world.submit(join);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    let ids = sessions(&state.participants).into_iter().map(ToOwned::to_owned).collect();
    world.close(socket, Some(1000));
    ids
}

fn with_room(world: &mut World, user: &str, session: &str, room: u32) -> Join {
    let mut join = world.request(user, session);
    join.claims.room = Some(room);
    join
}

#[test]
fn one_token_is_one_session_at_a_time() {
    let mut world = World::new();
    for (user, n) in [("ann", 0), ("!anon", 1)] {
        let mut sockets = Vec::new();
        for session in 0..20 {
            let mut join = world.request(user, &format!("{n}-{session}"));
            join.claims.seat = format!("seat of {user}");
            sockets.push(join.socket);
            let outcome = world.submit(join);
            outcome.answer(sockets[session]);
            let before: Vec<_> =
                session.checked_sub(1).map(|n| (sockets[n], 1000)).into_iter().collect();
            assert_eq!(outcome.closed(), before);
        }
    }
    assert_eq!(present(&mut world), ["0-19", "observer"]);
}

#[test]
fn a_rejoin_takes_its_own_seat_or_another_one() {
    for seat in ["a", "another"] {
        let mut world = World::new();
        let ann = world.join("ann", "a");
        world.connect(ann);
        let mut join = with_room(&mut world, "ann", "a2", 1);
        join.claims.seat = seat.into();
        join.claims.sessions_per_user = 1;
        join.strategy = Strategy::Rejoin;
        join.previous_session_id = "a".into();
        let socket = join.socket;
        let outcome = world.submit(join);
        outcome.answer(socket);
        assert_eq!(outcome.forgotten(), [ann.key]);
        assert_eq!(outcome.notices().len(), 1, "one took the place of the other");
        assert_eq!(present(&mut world), ["a2", "observer"]);
    }
}

#[test]
fn a_user_has_several_tabs_and_not_any_number() {
    let mut world = World::new();
    let mut joins = ["t1", "t2", "t3", "t4"].map(|tab| {
        let mut join = world.request("ann", tab);
        join.claims.sessions_per_user = 3;
        join
    });
    joins.reverse();
    let mut sockets = Vec::new();
    for (n, join) in joins.into_iter().rev().enumerate() {
        let socket = join.socket;
        let outcome = world.submit(join);
        if n < 3 {
            outcome.answer(socket);
        } else {
            assert_full(&outcome, socket);
        }
        sockets.push(socket);
    }
    world.join("ben", "b");
    // A page that was loaded anew has left a session behind, which gives way.
    world.close(sockets[1], Some(1001));
    let mut join = world.request("ann", "t5");
    join.claims.sessions_per_user = 3;
    world.join_with(join, "ann", "t5");
    assert_eq!(present(&mut world), ["t1", "t3", "b", "t5", "observer"]);
}

#[test]
fn anonymous_viewers_are_not_tabs_of_one_user() {
    let mut world = World::new();
    for n in 0..5 {
        let mut join = world.request("!anon", &format!("x{n}"));
        join.claims.sessions_per_user = 1;
        let socket = join.socket;
        world.submit(join).answer(socket);
    }
}

#[test]
fn a_call_takes_as_many_as_it_has_room_for() {
    let mut world = World::new();
    let join = with_room(&mut world, "ann", "a", 2);
    let ann = world.join_with(join, "ann", "a");
    let join = with_room(&mut world, "!anon", "x", 2);
    let anonymous = join.socket;
    world.submit(join).answer(anonymous);
    for (user, session) in [("ben", "b"), ("ann", "a2"), ("!anon", "y")] {
        let join = with_room(&mut world, user, session, 2);
        let socket = join.socket;
        let outcome = world.submit(join);
        assert_full(&outcome, socket);
    }
    let mut join = with_room(&mut world, "owner", "o", 2);
    join.claims.exempt = true;
    world.join_with(join, "owner", "o");

    let (socket, outcome) = world.reconnect(ann);
    assert!(outcome.answer(socket).reconnected, "who is there stays there");
    world.close(anonymous, Some(1000));
    let join = with_room(&mut world, "ben", "b", 2);
    world.join_with(join, "ben", "b");
}

#[test]
fn the_session_of_a_page_that_is_gone_gives_way_to_the_next_page() {
    let mut world = World::new();
    let join = with_room(&mut world, "ann", "a", 1);
    let ann = world.join_with(join, "ann", "a");
    world.close(ann.socket, Some(1001));
    let join = with_room(&mut world, "ben", "b", 1);
    let socket = join.socket;
    let outcome = world.submit(join);
    assert_full(&outcome, socket);
    let join = with_room(&mut world, "ann", "a2", 1);
    world.join_with(join, "ann", "a2");
    assert_eq!(present(&mut world), ["a2", "observer"]);
}

#[test]
fn a_session_id_is_taken_in_its_own_call_only_and_kept_for_who_may_come_back() {
    let mut world = World::new();
    let mut join = world.request("eve", "a");
    join.claims.cid = "default:other".into();
    let socket = join.socket;
    world.submit(join).answer(socket);
    let ann = world.join("ann", "a");
    world.close(ann.socket, None);
    world.tick_for(Duration::from_secs(20));
    let join = world.request("eve", "a");
    let socket = join.socket;
    let outcome = world.submit(join);
    let Event::Error(error) = outcome.one(socket) else { panic!("{outcome:?}") };
    assert_eq!(error.error.as_ref().unwrap().code(), ErrorCode::PermissionDenied);
    world.join("ann", "a");
}

#[test]
fn a_session_does_not_outlive_its_token_without_another_one() {
    let mut world = World::new();
    for (user, session) in [("ann", "a"), ("ben", "b")] {
        let mut join = world.request(user, session);
        join.claims.exp = 100;
        let seat = world.join_with(join, user, session);
        world.connect(seat);
    }
    let pass = |world: &mut World, seconds: u64| {
        let mut told = Vec::new();
        for _ in 0..seconds {
            let sockets: Vec<_> = (1..=3).map(SocketId).collect();
            for socket in sockets {
                world.calls.heard(socket, world.now);
            }
            told.extend(world.tick_for(Duration::from_secs(1)).0);
        }
        Outcome(told)
    };
    let outcome = pass(&mut world, 99);
    assert!(outcome.to(SocketId(1)).is_empty(), "{outcome:?}");
    let outcome = pass(&mut world, 10);
    for socket in [1, 2].map(SocketId) {
        let Event::Error(error) = outcome.to(socket)[0] else { panic!("{outcome:?}") };
        assert_eq!(error.reconnect_strategy(), Strategy::Rejoin);
    }
    let mut join = world.request("ann", "a2");
    join.claims.exp = 10_000;
    join.strategy = Strategy::Rejoin;
    join.previous_session_id = "a".into();
    world.join_with(join, "ann", "a2");
    pass(&mut world, 60);
    assert_eq!(present(&mut world), ["a2", "observer"]);
}
