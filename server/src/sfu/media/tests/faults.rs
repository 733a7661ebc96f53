//! Packets that cannot be sent on.

use std::time::Duration;

use super::network::{OTHER, PUBLISHER, World};

/// Payload of which the packet that comes is within what str0m takes, and the one that goes is not.
const TOO_LARGE: usize = 1975;

#[test]
fn a_packet_that_is_too_large_is_not_taken() {
    let mut world = World::with_a_terse_publisher();
    world.run(Duration::from_secs(2));
    let since = world.time();
    world.send_large(PUBLISHER, TOO_LARGE);
    world.run(Duration::from_secs(2));
    assert_eq!(world.log.failed, []);
    assert!(world.log.sound(since) > 180, "of both");
    assert!(world.oversize() >= 1);
}

#[test]
fn what_breaks_over_a_packet_is_the_media_of_who_sent_it() {
    let mut world = World::with_a_terse_publisher();
    world.open_the_door();
    world.run(Duration::from_secs(2));
    let since = world.time();
    world.send_large(PUBLISHER, TOO_LARGE);
    world.run(Duration::from_secs(3));
    assert_eq!(world.log.failed, [PUBLISHER], "the viewer has done nothing");
    let sound = world.log.sound(since);
    assert!((140..=155).contains(&sound), "all of the other, and nothing of the first: {sound}");
    let layers = world.log.layers(OTHER, since + Duration::from_secs(1));
    assert!(layers[0] > 40, "the other's camera, too: {layers:?}");
}
