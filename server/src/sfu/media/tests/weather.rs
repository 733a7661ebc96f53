use std::{ops::Range, time::Duration};

use super::network::{LAYERS, OTHER, PUBLISHER, World};
use crate::native::Conditions;

/// Packets of a microphone in a second.
const AUDIO: usize = 50;
const LARGEST: usize = LAYERS.len() - 1;
const FREE: Conditions = Conditions { delay: Duration::from_millis(20), ..Conditions::PERFECT };

#[test]
fn sound_survives_a_path_that_gets_narrow_all_at_once_and_the_smallest_layer_is_kept() {
    for (queue, delay) in [(200, 20), (200, 80), (500, 20)] {
        let path = Conditions { delay: ms(delay), ..FREE };
        let mut world = settled_on(path);
        let narrow = Conditions { rate: Some(300_000), queue: ms(queue), ..path };
        world.set_conditions(narrow);
        let begin = world.time();
        world.run(Duration::from_secs(1));
        let what = format!("queue {queue}, delay {delay}");
        for second in 1..15 {
            let since = world.time();
            world.run(Duration::from_secs(1));
            let sound = world.log.sound(since);
            assert!(sound >= AUDIO * 9 / 10, "{what}: {sound} in second {second}");
        }
        let late = longest_wait(&world, begin + Duration::from_secs(2));
        assert!(late <= ms(100), "{what}: {late:?}");
        let [smallest, others @ ..] = layers(&world, begin + Duration::from_secs(3));
        assert!(smallest > 12 * 20 && others == [0, 0], "{what}: {smallest}, {others:?}");
        assert!(told(&world).is_empty(), "{what}: no pause to tell of: {:?}", told(&world));
        world.set_conditions(path);
        let took = time_to_largest(&mut world);
        assert!(took <= Duration::from_secs(15), "{what}: {took:?}");
    }
}

#[test]
fn sound_and_the_layer_that_fits_are_kept_on_a_narrow_path_and_the_rest_is_soon_back() {
    for (rate, layer) in [(500_000, 0), (1_000_000, 1)] {
        let mut world = settled();
        world.set_conditions(Conditions { rate: Some(rate), ..FREE });
        world.run(Duration::from_secs(5));
        let since = world.time();
        world.run(Duration::from_secs(27));
        let sound = world.log.sound(since);
        assert!(sound >= 27 * AUDIO * 98 / 100, "{rate}: {sound}");
        let counts = layers(&world, since);
        let others: usize = (0..LAYERS.len()).filter(|n| *n != layer).map(|n| counts[n]).sum();
        assert!(counts[layer] > 400 && others == 0, "{rate}: searches cost nothing: {counts:?}");
        assert!(told(&world).is_empty(), "{rate}: {:?}", told(&world));
        world.set_conditions(FREE);
        let took = time_to_largest(&mut world);
        assert!(took <= Duration::from_secs(12), "{rate}: {took:?}");
    }
}

#[test]
fn a_camera_for_which_there_is_no_room_is_paused_and_told_of_until_there_is() {
    let mut world = settled();
    world.set_conditions(Conditions { rate: Some(120_000), ..FREE });
    let begin = world.time();
    world.run(Duration::from_secs(2));
    let since = world.time();
    world.run(Duration::from_secs(18));
    let sound = world.log.sound(since);
    assert!(sound >= 18 * AUDIO * 95 / 100, "{sound}");
    assert_eq!(layers(&world, since), [0; LAYERS.len()]);
    assert_eq!(told(&world), [(PUBLISHER, true)]);
    let waited = world.log.pauses[0].0.saturating_sub(begin);
    assert!(waited <= Duration::from_secs(4), "told after {waited:?}");
    world.set_conditions(FREE);
    let took = time_to_largest(&mut world);
    assert_eq!(told(&world), [(PUBLISHER, true), (PUBLISHER, false)]);
    assert!(took <= Duration::from_secs(20), "{took:?}");
}

#[test]
fn who_is_pinned_is_seen_longest_and_again_first() {
    for pinned in [PUBLISHER, OTHER] {
        let other = if pinned == OTHER { PUBLISHER } else { OTHER };
        let mut world = World::with_publishers(2);
        world.pin(pinned);
        world.set_conditions(FREE);
        world.run(Duration::from_secs(10));
        assert!(told(&world).is_empty(), "there is room for both");
        world.set_conditions(Conditions { rate: Some(350_000), ..FREE });
        world.run(Duration::from_secs(1));
        let since = world.time();
        world.run(Duration::from_secs(7));
        let sound = world.log.sound(since);
        assert!(sound >= 7 * 2 * AUDIO * 98 / 100, "{sound}");
        let since = world.time();
        world.run(Duration::from_secs(8));
        assert_eq!(told(&world), [(other, true)]);
        assert!(world.log.layers(pinned, since)[0] > 8 * 20);
        assert_eq!(world.log.layers(other, since), [0; LAYERS.len()]);
        assert!(world.log.sound(since) >= 8 * 2 * AUDIO * 98 / 100);
        world.set_conditions(Conditions { rate: Some(180_000), ..FREE });
        world.run(Duration::from_secs(15));
        assert_eq!(told(&world), [(other, true), (pinned, true)]);
        world.set_conditions(FREE);
        world.run(Duration::from_secs(30));
        assert_eq!(told(&world)[2..], [(pinned, false), (other, false)]);
    }
}

#[test]
fn a_path_without_any_length_is_nothing_to_despair_of() {
    // str0m's estimator then asks for the time without end.
    let mut world = World::new();
    world.run(ms(300));
    assert!(layers(&world, Duration::ZERO)[LARGEST] > 10);
}

#[test]
fn a_viewers_own_full_uplink_costs_no_picture() {
    // What it tells of arrives late and in turns, though all it gets comes in time.
    let mut world = settled();
    let since = world.time();
    for delay in [20, 320].into_iter().cycle().take(40) {
        world.set_directions(FREE, Conditions { delay: ms(delay), ..FREE });
        world.run(ms(500));
    }
    let [others @ .., largest] = layers(&world, since);
    assert!(largest > 3000 && others == [0, 0], "{largest}, {others:?}");
}

#[test]
fn pictures_are_repaired_where_one_packet_in_ten_is_lost() {
    let mut world = settled();
    let since = world.time();
    let asked = world.log.keyframes.len();
    world.set_conditions(Conditions { loss: 10, ..FREE });
    world.run(Duration::from_secs(20));
    let sound = world.log.sound(since);
    assert!(sound >= 20 * AUDIO * 85 / 100, "{sound}");
    let missing = missing_per_mille(&world, since);
    assert!(missing <= 5, "retransmitted: {missing}");
    let counts = layers(&world, since);
    assert!(counts[LARGEST] > 2000, "loss alone does not cost the layer: {counts:?}");
    assert_eq!(world.log.keyframes.len(), asked, "nor does it take keyframes");
    world.set_conditions(FREE);
    assert_whole(&mut world);
}

#[test]
fn a_call_outlives_the_loss_of_three_packets_in_ten() {
    let mut world = settled();
    let since = world.time();
    world.set_conditions(Conditions { loss: 30, ..FREE });
    world.run(Duration::from_secs(25));
    let sound = world.log.sound(since);
    assert!(sound >= 25 * AUDIO * 60 / 100, "{sound}");
    world.set_conditions(FREE);
    let took = time_to_largest(&mut world);
    assert!(took <= Duration::from_secs(20), "{took:?}");
    assert_whole(&mut world);
}

/// Everybody sees the camera at its largest.
fn settled() -> World {
    settled_on(FREE)
}

fn settled_on(path: Conditions) -> World {
    let mut world = World::without_viewer();
    world.set_conditions(path);
    world.run(ms(100));
    world.watch();
    world.run(Duration::from_secs(8));
    assert!(layers(&world, Duration::from_secs(7))[LARGEST] > 100);
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
            let counts = layers(world, since);
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
    assert!(world.log.sound(since).abs_diff(4 * AUDIO) <= 1);
    assert_eq!(missing_per_mille(world, since), 0);
    assert_eq!(world.log.failed, []);
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

/// How much later than the fastest the latest sound since a time came.
fn longest_wait(world: &World, since: Duration) -> Duration {
    let travelled = |range: Range<Duration>| {
        let sound = world.log.packets.iter().filter(|packet| packet.layer.is_none());
        let sound = sound.filter(|packet| range.contains(&packet.at)).collect::<Vec<_>>();
        // A number is 20 ms; which of them left when does not matter for a difference.
        let ages = sound.into_iter().map(|packet| {
            i128::try_from(packet.at.as_millis()).unwrap() - 20 * i128::from(packet.seq)
        });
        ages.collect::<Vec<_>>()
    };
    let fastest = travelled(Duration::ZERO..since).into_iter().min().unwrap();
    let latest = travelled(since..world.time()).into_iter().max().unwrap();
    ms(u64::try_from(latest - fastest).unwrap_or_default())
}

/// How many packets of each layer of the camera came since a time.
fn layers(world: &World, since: Duration) -> [usize; LAYERS.len()] {
    world.log.layers(PUBLISHER, since)
}

/// What the viewer was told: whose camera is paused or not.
fn told(world: &World) -> Vec<(crate::sfu::ids::SessionKey, bool)> {
    world.log.pauses.iter().map(|(_, session, paused)| (*session, *paused)).collect()
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
