//! What happens when nothing comes through for a while, or not all.

use std::time::Duration;

use super::network::{PUBLISHER, World};
use crate::{native::Conditions, sfu::media::consent::LASTS};

const FREE: Conditions = Conditions { delay: Duration::from_millis(20), ..Conditions::PERFECT };
const NOTHING: Conditions = Conditions { loss: 100, ..FREE };

#[test]
fn the_picture_is_back_when_the_path_of_either_side_is() {
    for (publisher, viewer) in [(NOTHING, FREE), (FREE, NOTHING), (NOTHING, NOTHING)] {
        for silence in [200, 700, 3000].map(Duration::from_millis) {
            let mut world = settled();
            let since = world.time();
            world.set_publisher(PUBLISHER, publisher);
            world.set_conditions(viewer);
            world.run(silence);
            world.set_publisher(PUBLISHER, FREE);
            world.set_conditions(FREE);
            world.run(Duration::from_secs(4));
            let freeze = world.log.screen.longest_freeze(since, world.time());
            let late = freeze.saturating_sub(silence);
            let what = format!("{}, {}, {silence:?}", publisher.loss, viewer.loss);
            assert!(late <= Duration::from_millis(250), "{what}: {late:?}");
        }
    }
}

#[test]
fn a_viewer_in_another_network_is_found_again_by_a_restart() {
    let mut world = settled();
    for address in ["10.0.2.1:1000", "10.0.2.2:1000"] {
        world.move_viewer(address);
        world.run(Duration::from_secs(3));
        let since = world.time();
        world.restart_viewer();
        world.run(Duration::from_secs(4));
        let freeze = world.log.screen.longest_freeze(since, world.time());
        assert!(freeze <= Duration::from_secs(1), "{address}: {freeze:?}");
    }
    // One that was needless costs nothing but a moment.
    let since = world.time();
    world.restart_viewer();
    world.run(Duration::from_secs(4));
    let freeze = world.log.screen.longest_freeze(since, world.time());
    assert!(freeze <= Duration::from_millis(700), "{freeze:?}");
}

#[test]
fn after_a_restart_what_is_sent_does_not_wait_until_the_client_chose_a_way() {
    let mut world = settled();
    world.move_viewer("10.0.2.1:1000");
    world.set_undecided(true);
    world.run(Duration::from_secs(3));
    let since = world.time();
    world.restart_viewer();
    world.run(Duration::from_secs(2));
    // Its own choice changes nothing.
    world.set_undecided(false);
    world.run(Duration::from_secs(4));
    let freeze = world.log.screen.longest_freeze(since, world.time());
    assert!(freeze <= Duration::from_secs(1), "{freeze:?}");
}

#[test]
fn what_comes_from_where_a_publisher_was_before_a_restart_counts_for_a_while() {
    let mut world = settled();
    let since = world.time();
    world.restart_publisher(PUBLISHER, "10.0.2.1:1000");
    world.run(Duration::from_secs(2));
    let freeze = world.log.screen.longest_freeze(since, world.time());
    assert!(freeze <= Duration::from_millis(250), "{freeze:?}");

    world.run(LASTS);
    let since = world.time();
    world.run(Duration::from_secs(1));
    assert_eq!(world.log.since(since).count(), 0, "nobody answers there any more");
}

#[test]
fn the_password_after_a_restart_does_not_follow_from_what_was_made_up_before() {
    let passwords = [(); 2].map(|()| {
        let mut world = World::without_viewer();
        world.run(Duration::from_secs(1));
        fastrand::seed(1);
        world.restart_publisher(PUBLISHER, "10.0.2.1:1000")
    });
    assert_ne!(passwords[0], passwords[1]);
}

#[test]
fn a_picture_that_is_back_needs_as_much_as_before_and_not_what_was_announced() {
    // One tenth of it.
    let mut world = World::with_one_layer().in_browser();
    world.set_conditions(Conditions { rate: Some(500_000), ..FREE });
    world.set_publisher(PUBLISHER, FREE);
    world.run(Duration::from_secs(5));
    let silence = Duration::from_millis(1_700);
    let since = world.time();
    world.set_publisher(PUBLISHER, NOTHING);
    world.run(silence);
    world.set_publisher(PUBLISHER, FREE);
    world.run(Duration::from_secs(5));
    let freeze = world.log.screen.longest_freeze(since, world.time());
    let late = freeze.saturating_sub(silence);
    assert!(late <= Duration::from_millis(250), "{late:?}");
}

#[test]
fn a_picture_that_stood_still_takes_no_keyframe_to_go_on() {
    let mut world = World::with_one_layer();
    world.run(Duration::from_secs(3));
    let since = world.time();
    world.pause_camera(PUBLISHER, Duration::from_secs(4));
    world.run(Duration::from_secs(6));
    let freeze = world.log.screen.longest_freeze(since, world.time());
    assert!(freeze <= Duration::from_millis(4100), "{freeze:?}");
    let asked = &world.log.keyframes;
    assert!(asked.iter().all(|at| *at < since), "nothing was lost: {asked:?}");
}

#[test]
fn a_keyframe_that_is_wanted_while_nothing_comes_is_asked_for_when_something_does() {
    let mut world = World::with_one_layer();
    world.run(Duration::from_secs(3));
    let since = world.time();
    world.pause_camera(PUBLISHER, Duration::from_secs(3));
    world.run(Duration::from_secs(2));
    world.ask_for_keyframe();
    world.run(Duration::from_millis(900));
    let asked = &world.log.keyframes;
    assert!(asked.iter().all(|at| *at < since), "nobody would hear it: {asked:?}");
    world.run(Duration::from_secs(2));
    let asked = world.log.keyframes.iter().filter(|at| **at > since);
    let asked: Vec<_> = asked.map(|at| at.saturating_sub(since).as_millis()).collect();
    assert!(matches!(asked[..], [3000..=3100]), "{asked:?}");
}

#[test]
fn pictures_go_on_where_the_publisher_loses_one_packet_in_ten() {
    for number in 0..2 {
        let mut world = World::without_viewer().in_browser();
        world.run(Duration::from_millis(3_000 + 130 * number));
        world.set_publisher(PUBLISHER, Conditions { loss: 10, ..FREE });
        world.watch();
        world.run(Duration::from_secs(10));
        let connected = world.log.connected[0];
        let freeze = world.log.screen.longest_freeze(connected, world.time());
        assert!(freeze <= Duration::from_millis(2500), "{number}: {freeze:?}");
    }
}

/// Everybody sees the camera at its largest.
fn settled() -> World {
    let mut world = World::new().in_browser();
    world.set_publisher(PUBLISHER, FREE);
    world.set_conditions(FREE);
    world.run(Duration::from_secs(5));
    world
}
