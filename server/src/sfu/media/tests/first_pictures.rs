//! When a picture is seen for the first time.

use std::time::Duration;

use super::network::World;
use crate::{native::Conditions, sfu::ids::SessionKey};

const FREE: Conditions = Conditions { delay: Duration::from_millis(20), ..Conditions::PERFECT };

#[test]
fn who_comes_later_sees_a_picture_as_soon_as_there_is_a_connection() {
    for delay in [5, 20, 100] {
        let mut world = World::without_viewer();
        world.run(Duration::from_secs(10));
        let came = world.time();
        world.set_conditions(Conditions { delay: Duration::from_millis(delay), ..FREE });
        world.watch();
        world.run(Duration::from_secs(3));

        let connected = world.log.connected[0];
        let first = world.log.packets.iter().find(|packet| packet.layer.is_some()).unwrap();
        assert!(first.is_keyframe);
        let waited = first.at.saturating_sub(connected);
        // The camera has one picture each 40 ms.
        assert!(waited <= Duration::from_millis(2 * delay + 50), "{delay}: {waited:?}");
        let asked = world.log.keyframes.iter().filter(|at| **at >= came && **at < first.at).count();
        assert_eq!(asked, 1, "{delay}: once, when it is of use");
    }
}

#[test]
fn who_comes_right_after_another_waits_only_as_long_as_the_camera_does_not_listen() {
    let mut world = World::without_viewer();
    world.run(Duration::from_secs(10));
    world.watch();
    world.run(Duration::from_secs(1));
    world.ask_for_keyframe();
    let since = world.time();
    world.run(Duration::from_secs(1));
    world.ask_for_keyframe();
    world.run(Duration::from_millis(100));
    world.ask_for_keyframe();
    world.run(Duration::from_secs(3));
    let keyframes = world.log.since(since).filter(|packet| packet.is_keyframe);
    let at: Vec<_> = keyframes.map(|packet| packet.at.saturating_sub(since).as_millis()).collect();
    let [first, second, third] = at[..] else {
        panic!("{at:?}");
    };
    assert!(first <= 50 && (1000..=1050).contains(&second), "{at:?}");
    assert!((1320..=1400).contains(&third), "{at:?}");
}

#[test]
fn a_camera_that_is_muted_no_more_is_seen_at_once() {
    const CAMERA: SessionKey = SessionKey(0);
    let mut world = World::new();
    world.run(Duration::from_secs(10));
    for offset in [0, 60, 120, 180, 240] {
        world.set_muted(CAMERA, true);
        let muted = world.time();
        world.run(Duration::from_millis(2000 + offset));
        // What was on its way still comes.
        let later = muted + Duration::from_millis(100);
        assert!(!world.log.since(later).any(|packet| packet.layer.is_some()));
        world.set_muted(CAMERA, false);
        let since = world.time();
        world.run(Duration::from_secs(1));
        let first = world.log.since(since).find(|packet| packet.layer.is_some()).unwrap();
        let waited = first.at.saturating_sub(since);
        assert!(first.is_keyframe && waited <= Duration::from_millis(90), "{offset}: {waited:?}");
    }
}
