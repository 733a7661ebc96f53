//! The layers inside one stream over a path that gets narrow and wide again.

use std::time::Duration;

use super::network::{LAYERS, PUBLISHER, World};
use crate::native::Conditions;

const FREE: Conditions = Conditions { delay: Duration::from_millis(20), ..Conditions::PERFECT };

#[test]
fn as_many_of_the_layers_inside_a_stream_pass_as_there_is_room_for() {
    let mut world = World::with_one_stream();
    world.set_conditions(FREE);
    assert_eq!(tops_at_the_end(&mut world), [true, true, true]);
    for (rate, expected) in [(1_000_000, [true, true, false]), (350_000, [true, false, false])] {
        world.set_conditions(Conditions { rate: Some(rate), ..FREE });
        assert_eq!(tops_at_the_end(&mut world), expected, "{rate}");
    }
    world.set_conditions(FREE);
    assert_eq!(tops_at_the_end(&mut world), [true, true, true], "it is wide again");
    assert!(world.log.pauses.is_empty(), "{:?}", world.log.pauses);
    let since = world.time();
    world.run(Duration::from_secs(3));
    let video = world.log.since(since).filter(|packet| packet.layer.is_some());
    let numbers: Vec<_> = video.map(|packet| packet.seq).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "without gaps");
}

/// Which layers are seen when some time has passed.
fn tops_at_the_end(world: &mut World) -> [bool; LAYERS.len()] {
    world.run(Duration::from_secs(12));
    let since = world.time();
    world.run(Duration::from_secs(2));
    let counts = world.log.layers(PUBLISHER, since);
    std::array::from_fn(|layer| counts[layer] > 0)
}
