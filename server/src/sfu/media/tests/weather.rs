use std::time::Duration;

use super::{
    link::Conditions,
    network::{LAYERS, World},
};

/// Packets of a microphone in a second.
const AUDIO: usize = 50;
const LARGEST: usize = LAYERS.len() - 1;
const FREE: Conditions = Conditions { rate: None, delay: Duration::from_millis(20), loss: 0 };

#[test]
fn sound_and_the_layer_that_fits_are_kept_on_a_narrow_path_and_the_rest_is_soon_back() {
    for (rate, layer) in [(500_000, 0), (1_000_000, 1)] {
        let mut world = settled();
        world.set_conditions(Conditions { rate: Some(rate), ..FREE });
        world.run(Duration::from_secs(12));
        let since = world.time();
        world.run(Duration::from_secs(20));
        let counts = world.log.counts(since);
        assert!(counts[LAYERS.len()] >= 20 * AUDIO * 98 / 100, "{rate}: {counts:?}");
        let others: usize =
            (0..LAYERS.len()).filter(|other| *other != layer).map(|n| counts[n]).sum();
        assert!(counts[layer] > 300 && others == 0, "{rate}: searches cost nothing: {counts:?}");
        assert!(world.log.pauses.is_empty(), "{rate}: {:?}", world.log.pauses);
        world.set_conditions(FREE);
        let took = time_to_largest(&mut world);
        assert!(took <= Duration::from_secs(12), "{rate}: {took:?}");
    }
}

#[test]
fn a_camera_for_which_there_is_no_room_is_paused_and_told_of_until_there_is() {
    let mut world = settled();
    world.set_conditions(Conditions { rate: Some(120_000), ..FREE });
    world.run(Duration::from_secs(15));
    let since = world.time();
    world.run(Duration::from_secs(10));
    let counts = world.log.counts(since);
    assert!(counts[LAYERS.len()] >= 10 * AUDIO * 95 / 100, "{counts:?}");
    assert_eq!(counts[..LAYERS.len()], [0; LAYERS.len()]);
    assert_eq!(told(&world), [true]);
    world.set_conditions(FREE);
    let took = time_to_largest(&mut world);
    assert_eq!(told(&world), [true, false]);
    assert!(took <= Duration::from_secs(20), "{took:?}");
}

#[test]
fn pictures_are_repaired_where_one_packet_in_ten_is_lost() {
    let mut world = settled();
    let since = world.time();
    world.set_conditions(Conditions { loss: 10, ..FREE });
    world.run(Duration::from_secs(20));
    let counts = world.log.counts(since);
    assert!(counts[LAYERS.len()] >= 20 * AUDIO * 85 / 100, "{counts:?}");
    let missing = missing_per_mille(&world, since);
    assert!(missing <= 5, "retransmitted: {missing}");
    assert!(counts[LARGEST] > 2000, "loss alone does not cost the layer: {counts:?}");
    world.set_conditions(FREE);
    assert_whole(&mut world);
}

#[test]
fn a_call_outlives_the_loss_of_three_packets_in_ten() {
    let mut world = settled();
    let since = world.time();
    world.set_conditions(Conditions { loss: 30, ..FREE });
    world.run(Duration::from_secs(25));
    let counts = world.log.counts(since);
    assert!(counts[LAYERS.len()] >= 25 * AUDIO * 60 / 100, "{counts:?}");
    world.set_conditions(FREE);
    let took = time_to_largest(&mut world);
    assert!(took <= Duration::from_secs(20), "{took:?}");
    assert_whole(&mut world);
}

/// Everybody sees the camera at its largest.
fn settled() -> World {
    let mut world = World::new();
    world.set_conditions(FREE);
    world.run(Duration::from_secs(8));
    assert!(world.log.counts(Duration::from_secs(7))[LARGEST] > 100);
    assert!(told(&world).is_empty(), "there is room");
    world
}

/// How long it takes until the largest layer is seen and stays for two seconds.
fn time_to_largest(world: &mut World) -> Duration {
    let begin = world.time();
    for _ in 0..60 {
        let since = world.time();
        world.run(Duration::from_secs(1));
        let seen = |world: &World| {
            let counts = world.log.counts(since);
            counts[LARGEST] > 0 && counts[..LARGEST].iter().all(|count| *count == 0)
        };
        if seen(world) {
            world.run(Duration::from_secs(1));
            assert!(seen(world), "it stays");
            return since.saturating_sub(begin);
        }
    }
    panic!("the largest layer does not come back");
}

/// All that is sent in the next seconds arrives.
fn assert_whole(world: &mut World) {
    world.run(Duration::from_secs(1));
    let since = world.time();
    world.run(Duration::from_secs(4));
    let counts = world.log.counts(since);
    assert!(counts[LAYERS.len()].abs_diff(4 * AUDIO) <= 1, "{counts:?}");
    assert_eq!(missing_per_mille(world, since), 0);
    assert!(!world.log.failed);
}

/// The camera's packets that never arrived since a time.
fn missing_per_mille(world: &World, since: Duration) -> usize {
    let video = world.log.since(since).filter(|packet| packet.layer.is_some());
    let mut numbers: Vec<_> = video.map(|packet| packet.seq).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let span = usize::try_from(numbers[numbers.len() - 1] - numbers[0]).unwrap() + 1;
    (span - numbers.len()) * 1000 / span
}

/// What the viewer was told about the camera: paused or not.
fn told(world: &World) -> Vec<bool> {
    world.log.pauses.iter().map(|(_, paused)| *paused).collect()
}
