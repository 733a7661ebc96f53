//! What happened to somebody while they were away.

use std::time::Duration;

use trunkline_protocol::sfu::{
    event::CallEnded,
    models::{
        CallEndedReason, TrackType, TrackUnpublishReason, WebsocketReconnectStrategy as Strategy,
    },
};

use super::world::{CALL, Outcome, Seat, World, sessions, track};
use crate::{
    control::{Muted, SfuOrder},
    sfu::{ids::SocketId, signalling::Event},
};

/// Somebody comes back to a session with a token that was made now.
fn come_back(
    world: &mut World,
    strategy: Strategy,
    previous: &str,
    id: &str,
) -> (SocketId, Outcome) {
    let mut join = world.request("ann", id);
    join.strategy = strategy;
    join.claims.generation = 2;
    previous.clone_into(&mut join.previous_session_id);
    let socket = join.socket;
    (socket, world.submit(join))
}

fn kick(world: &mut World) -> Outcome {
    let reason = CallEndedReason::Kicked;
    world.order(SfuOrder::RemoveUser { cid: CALL.into(), user_id: "ann".into(), reason })
}

#[track_caller]
fn assert_sent_off(outcome: &Outcome, socket: SocketId, reason: CallEndedReason) {
    let expected = Event::CallEnded(CallEnded { reason: reason.into() });
    assert_eq!(outcome.one(socket), &expected);
    assert_eq!(outcome.closed(), [(socket, 1000)]);
    assert!(outcome.notices().is_empty(), "nobody came");
}

#[test]
fn who_was_kicked_while_away_does_not_come_back_by_a_rejoin_and_learns_why() {
    // The session is kept for a while; the kick comes within that time, or after it.
    for away in [Duration::from_secs(5), Duration::from_secs(60)] {
        let mut world = World::new();
        let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
        world.close(ann.socket, None);
        world.calls.heard(ben.socket, world.now);
        for _ in 0..away.as_secs() {
            world.tick_for(Duration::from_secs(1));
            world.calls.heard(ben.socket, world.now);
        }
        kick(&mut world);
        world.tick_for(Duration::from_secs(1));

        for (strategy, previous, id) in
            [(Strategy::Rejoin, "a", "a2"), (Strategy::Fast, "", "a"), (Strategy::Migrate, "", "a")]
        {
            let (socket, outcome) = come_back(&mut world, strategy, previous, id);
            assert_sent_off(&outcome, socket, CallEndedReason::Kicked);
            assert!(outcome.to(ben.socket).is_empty());
        }

        let (socket, outcome) = come_back(&mut world, Strategy::Unspecified, "", "a3");
        let state = outcome.answer(socket).call_state.as_ref().unwrap();
        assert_eq!(sessions(&state.participants), ["b", "a3"], "who joins anew is let in");
        world.close(socket, None);
        let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a3", "a4");
        outcome.answer(socket);
    }
}

#[test]
fn who_is_put_out_unheard_is_told_when_they_come_back() {
    let mut world = World::new();
    world.join("ann", "a");
    let end = SfuOrder::EndCall { cid: CALL.into(), reason: CallEndedReason::Ended };
    world.order(end);
    let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a", "a2");
    assert_sent_off(&outcome, socket, CallEndedReason::Ended);

    let mut join = world.request("ben", "b");
    join.strategy = Strategy::Rejoin;
    join.claims.generation = 2;
    join.previous_session_id = "a".into();
    let socket = join.socket;
    world.submit(join).answer(socket);
}

#[test]
fn a_session_that_ended_by_itself_is_replaced_as_if_it_were_there() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.close(ann.socket, None);
    world.tick_for(Duration::from_secs(20));
    let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a", "a2");
    outcome.answer(socket);
    assert_eq!(outcome.to(socket).len(), 1, "and nothing is muted");
}

fn mute(world: &mut World) -> Outcome {
    let (cid, whose) = (CALL.into(), Muted::AllBut("ben".into()));
    world.order(SfuOrder::MuteTracks { cid, whose, kinds: vec![TrackType::Audio] })
}

/// The kinds that somebody is told a moderator has muted.
fn muted(outcome: &Outcome, socket: SocketId) -> Vec<TrackType> {
    let events = outcome.to(socket).into_iter().filter_map(|event| match event {
        Event::TrackUnpublished(track) if track.cause() == TrackUnpublishReason::Moderation => {
            Some(track.r#type())
        }
        _ => None,
    });
    events.collect()
}

fn is_live(world: &World, seat: Seat, kind: TrackType) -> bool {
    world.calls.available_tracks(seat.key).iter().any(|track| track.key.kind == kind && track.live)
}

#[test]
fn who_was_muted_while_away_is_muted_when_they_come_back_until_they_know() {
    for away in [5, 60] {
        let mut world = World::new();
        let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
        world.publish(ann, &[track(TrackType::Audio, "0")]);
        world.connect(ann);
        world.close(ann.socket, None);
        for _ in 0..away {
            world.tick_for(Duration::from_secs(1));
            world.calls.heard(ben.socket, world.now);
        }
        mute(&mut world);

        let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a", "a2");
        assert_eq!(muted(&outcome, socket), [TrackType::Audio]);
        let again = Seat { socket, key: world.key("ann", "a2"), user: "ann", session: "a2" };
        let tracks = [track(TrackType::Audio, "0"), track(TrackType::Video, "1")];
        world.publish(again, &tracks);
        world.mute(again, TrackType::Audio, false);
        assert!(!is_live(&world, ben, TrackType::Audio), "it did not know yet");
        assert!(is_live(&world, ben, TrackType::Video));

        world.mute(again, TrackType::Audio, true);
        world.mute(again, TrackType::Audio, false);
        assert!(is_live(&world, ben, TrackType::Audio), "it knows, and speaks all the same");
        world.close(socket, None);
        let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a2", "a3");
        assert_eq!(muted(&outcome, socket), [], "once");
    }
}

#[test]
fn whoever_never_says_that_they_know_may_speak_after_a_while() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.connect(ann);
    world.close(ann.socket, None);
    mute(&mut world);
    let (socket, _) = come_back(&mut world, Strategy::Rejoin, "a", "a2");
    let again = Seat { socket, key: world.key("ann", "a2"), user: "ann", session: "a2" };
    world.publish(again, &[track(TrackType::Audio, "0")]);
    world.tick_for(Duration::from_secs(3));
    assert!(!is_live(&world, ben, TrackType::Audio));
    world.mute(again, TrackType::Audio, false);
    assert!(is_live(&world, ben, TrackType::Audio));
}

#[test]
fn a_mute_that_was_surely_heard_is_not_told_again() {
    let mut world = World::new();
    let ann = world.join("ann", "a");
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    assert_eq!(muted(&mute(&mut world), ann.socket), [TrackType::Audio]);
    world.pass(Duration::from_secs(1));
    world.calls.heard(ann.socket, world.now);
    let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a", "a2");
    assert_eq!(muted(&outcome, socket), [TrackType::Audio], "its frame was on the way");

    mute(&mut world);
    world.pass(Duration::from_secs(5));
    world.calls.heard(socket, world.now);
    let (socket, outcome) = come_back(&mut world, Strategy::Rejoin, "a2", "a3");
    assert_eq!(muted(&outcome, socket), []);
}
