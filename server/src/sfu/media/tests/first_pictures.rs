//! When a picture is seen for the first time.

use std::time::Duration;

use super::network::World;
use crate::native::Conditions;

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
        let waited = first.at - connected;
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
    let at: Vec<_> = keyframes.map(|packet| (packet.at - since).as_millis()).collect();
    let [first, second, third] = at[..] else {
        panic!("{at:?}");
    };
    assert!(first <= 50 && (1000..=1050).contains(&second), "{at:?}");
    assert!((1320..=1400).contains(&third), "{at:?}");
}
