//! Whose microphones are forwarded in a call with two places.

use std::time::Duration;

use trunkline_protocol::sfu::models::TrackType;

use super::world::{Outcome, Seat, World, track};
use crate::sfu::{
    ids::{SessionKey, TrackKey},
    signalling::Effect,
};

#[test]
fn where_there_is_no_place_a_microphone_waits_for_one() {
    let mut world = World::with_places(2);
    let [ann, ben, cat] = seats(&mut world);
    for seat in [ann, ben] {
        assert_eq!(turns(&unmute(&mut world, seat)), []);
    }
    let outcome = unmute(&mut world, cat);
    assert_eq!(turns(&outcome), [(cat.key, false)]);
    let is = |outcome: &Outcome, wanted: &Effect| outcome.0.iter().position(|e| e == wanted);
    let screen = [track(TrackType::Audio, "0"), track(TrackType::ScreenShareAudio, "1")];
    assert_eq!(turns(&world.publish(cat, &screen)), [], "it is only about microphones");

    let muted = world.mute(ann, TrackType::Audio, true);
    assert_eq!(turns(&muted), [(cat.key, true)]);
    let unmuted = world.mute(ann, TrackType::Audio, false);
    assert_eq!(turns(&unmuted), [(ann.key, false)]);
    let track = TrackKey { publisher: ann.key, kind: TrackType::Audio };
    let [first, then] = [
        Effect::SetHeard { session: ann.key, heard: false },
        Effect::SetLive { track, live: true },
    ];
    assert!(is(&unmuted, &first) < is(&unmuted, &then), "nothing slips through");
    assert_eq!(turns(&world.close(ben.socket, Some(1000))), [(ann.key, true)]);
}

#[test]
fn whoever_speaks_is_heard_in_place_of_who_does_not() {
    let mut world = World::with_places(2);
    let [ann, ben, cat] = seats(&mut world);
    for seat in [ann, ben, cat] {
        unmute(&mut world, seat);
    }
    let mut heard = Vec::new();
    for _ in 0..10 {
        for (seat, dbov) in [(ann, Some(-30)), (ben, Some(-100)), (cat, Some(-30))] {
            world.calls.observe_level(seat.key, dbov, world.now.instant);
        }
        heard.extend(turns(&world.outcome()));
        world.pass(Duration::from_millis(20));
    }
    assert_eq!(heard, [(ben.key, false), (cat.key, true)]);
    // Of whoever does not tell nobody knows that it is silent.
    world.pass(Duration::from_secs(5));
    for _ in 0..5 {
        world.calls.observe_level(ben.key, None, world.now.instant);
        world.pass(Duration::from_millis(20));
    }
    assert_eq!(turns(&world.outcome()), [(ann.key, false), (ben.key, true)]);
}

#[test]
fn who_is_not_seen_yet_takes_nobodys_place() {
    let mut world = World::with_places(2);
    let [ann, ben, cat] = seats(&mut world);
    for seat in [ann, ben] {
        unmute(&mut world, seat);
    }
    let (again, _) = world.rejoin(cat, "c2");
    assert_eq!(turns(&unmute(&mut world, again)), []);
    world.mute(ann, TrackType::Audio, true);
    assert_eq!(turns(&world.mute(ann, TrackType::Audio, false)), [], "her place was free");
    assert_eq!(turns(&world.connect(again)), [(again.key, false)]);
}

fn seats(world: &mut World) -> [Seat; 3] {
    [("ann", "a"), ("ben", "b"), ("cat", "c")].map(|(user, session)| world.join(user, session))
}

fn unmute(world: &mut World, seat: Seat) -> Outcome {
    world.publish(seat, &[track(TrackType::Audio, "0")])
}

fn turns(outcome: &Outcome) -> Vec<(SessionKey, bool)> {
    let turns = outcome.0.iter().filter_map(|effect| match effect {
        Effect::SetHeard { session, heard } => Some((*session, *heard)),
        _ => None,
    });
    turns.collect()
}
