use std::time::Duration;

use trunkline_protocol::sfu::models::{ConnectionQuality, TrackType};

use super::world::{Seat, World, track};
use crate::sfu::signalling::Event;

#[test]
fn twenty_silent_seconds_count_as_a_lost_signal() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.tick_for(Duration::from_secs(19));
    world.calls.heard(ben.socket, world.now);
    let outcome = world.tick_for(Duration::from_secs(2));
    assert_eq!(outcome.closed(), [(ann.socket, 1001)]);
    assert!(outcome.to(ben.socket).is_empty(), "it may come back");
    assert!(!world.calls.has_signal(ann.key));

    world.calls.heard(ben.socket, world.now);
    let outcome = world.tick_for(Duration::from_secs(15));
    assert!(matches!(outcome.one(ben.socket), Event::ParticipantLeft(_)));
}

#[test]
fn quality_is_told_to_everybody_when_it_changes() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.calls.set_quality(ann.key, ConnectionQuality::Poor, world.now);
    let outcome = world.outcome();
    for seat in [ann, ben] {
        let Event::ConnectionQualityChanged(event) = outcome.one(seat.socket) else {
            panic!("{outcome:?}")
        };
        let [update] = &event.connection_quality_updates[..] else { panic!("{event:?}") };
        assert_eq!((update.user_id.as_str(), update.session_id.as_str()), ("ann", "a"));
        assert_eq!(update.connection_quality(), ConnectionQuality::Poor);
    }
    world.calls.set_quality(ann.key, ConnectionQuality::Poor, world.now);
    assert!(world.outcome().0.is_empty());

    let anonymous = world.join("!anon", "x");
    world.calls.set_quality(anonymous.key, ConnectionQuality::Poor, world.now);
    assert!(world.outcome().0.is_empty(), "nobody knows of it");
    let cat = world.request("cat", "c");
    let socket = cat.socket;
    let outcome = world.submit(cat);
    let state = outcome.answer(socket).call_state.as_ref().unwrap();
    assert_eq!(state.participants[0].connection_quality(), ConnectionQuality::Poor);
}

#[test]
fn levels_and_the_dominant_speaker_are_told_to_everybody() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    world.tick();
    speak(&mut world, ann);
    let outcome = world.tick_for(Duration::from_millis(400));
    for seat in [ann, ben] {
        let Event::AudioLevelChanged(event) = outcome.one(seat.socket) else {
            panic!("{outcome:?}")
        };
        let [level] = &event.audio_levels[..] else { panic!("{event:?}") };
        assert_eq!((level.session_id.as_str(), level.is_speaking), ("a", true));
        assert!(level.level > 0.4, "{level:?}");
    }
    speak(&mut world, ann);
    let outcome = world.tick_for(Duration::from_millis(400));
    let Event::DominantSpeakerChanged(event) = outcome.one(ben.socket) else {
        panic!("{outcome:?}")
    };
    assert_eq!((event.user_id.as_str(), event.session_id.as_str()), ("ann", "a"));

    let cat = world.request("cat", "c");
    let socket = cat.socket;
    let outcome = world.submit(cat);
    let ann_now = &outcome.answer(socket).call_state.as_ref().unwrap().participants[0];
    assert!(ann_now.is_dominant_speaker && ann_now.is_speaking && ann_now.audio_level > 0.4);

    let outcome = world.tick_for(Duration::from_millis(400));
    let Event::AudioLevelChanged(event) = outcome.one(ben.socket) else { panic!("{outcome:?}") };
    assert!(!event.audio_levels[0].is_speaking, "silence is told too");
}

#[test]
fn packets_of_a_muted_microphone_do_not_count_as_speech() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "a"), world.join("ben", "b"));
    world.publish(ann, &[track(TrackType::Audio, "0")]);
    world.mute(ann, TrackType::Audio, true);
    world.tick();
    speak(&mut world, ann);
    assert!(world.tick_for(Duration::from_millis(400)).to(ben.socket).is_empty());
}

fn speak(world: &mut World, seat: Seat) {
    for _ in 0..20 {
        world.calls.observe_level(seat.key, Some(-30), world.now.instant);
    }
}
