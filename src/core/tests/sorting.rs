//! The order in which participants are shown.

use std::cell::Cell;

use proptest::prelude::*;
use serde_json::json;
use trunkline_protocol::sfu::event::{self, sfu_event::EventPayload};

use super::{
    host::Host,
    native::seen,
    server::{joined, left},
};
use crate::core::tests::native::Participant;
use crate::core::{
    Arrangement, CallCommand, CallKey, Criterion, ParticipantOrder, Pin, SortStep, Tiles,
    TrackType, Visibility,
};

#[test]
fn each_criterion_puts_those_first_whom_it_asks_for() {
    let plain = Participant::default;
    let cases = [
        (Criterion::Dominant, Participant { is_dominant_speaker: true, ..plain() }),
        (Criterion::Speaking, Participant { is_speaking: true, ..plain() }),
        (
            Criterion::Publishing(TrackType::Video),
            Participant { published_tracks: vec![TrackType::Video], ..plain() },
        ),
        (
            Criterion::Reaction("wave".into()),
            Participant { reaction: Some(seen(json!({ "type": "wave" }))), ..plain() },
        ),
        (
            Criterion::Role(vec!["admin".into(), "host".into()]),
            Participant { roles: vec!["user".into(), "host".into()], ..plain() },
        ),
        (Criterion::Source(0b110), Participant { source: 2, ..plain() }),
        (Criterion::Pinned, Participant { pin: Some(pin(true, 1.0)), ..plain() }),
    ];
    for (criterion, them) in cases {
        let step = SortStep { criterion, swapped: false };
        let people = [plain(), them.clone(), plain(), them];
        assert_eq!(order(std::slice::from_ref(&step), &people), [1, 3, 0, 2], "{step:?}");
        let swapped = SortStep { swapped: true, ..step };
        assert_eq!(order(std::slice::from_ref(&swapped), &people), [0, 2, 1, 3], "{swapped:?}");
    }
    let other = [
        Participant { source: 5, ..plain() },
        Participant { published_tracks: vec![TrackType::Audio], ..plain() },
        Participant { reaction: Some(seen(json!({ "type": "like" }))), ..plain() },
    ];
    for criterion in [
        Criterion::Source(0b110),
        Criterion::Publishing(TrackType::Video),
        Criterion::Reaction("wave".into()),
    ] {
        let people = [plain(), other[0].clone(), other[1].clone(), other[2].clone()];
        assert_eq!(order(&[by(criterion)], &people), [0, 1, 2, 3]);
    }
}

#[test]
fn pins_for_everyone_come_before_those_of_this_app_and_newer_ones_before_older_ones() {
    let pins =
        [None, Some((true, 9.0)), Some((false, 1.0)), Some((false, 2.0)), Some((true, 10.0))];
    // As they are: ms since the epoch.
    let pins = pins.map(|at| at.map(|(is_local, at)| pin(is_local, 1.8e12 + at)));
    let people = pins.map(|pin| Participant { pin, ..Participant::default() });
    assert_eq!(order(&[by(Criterion::Pinned)], &people), [3, 2, 4, 1, 0]);
}

#[test]
fn names_are_ordered_as_in_javascript() {
    // The last two change places in the order of code points.
    let people = ["b", "a", "", "\u{10000}", "\u{ff5e}"].map(named);
    assert_eq!(order(&[by(Criterion::Name)], &people), [2, 1, 0, 3, 4]);
}

#[test]
fn the_first_step_that_tells_two_apart_decides() {
    let loud = |name| Participant { is_speaking: true, ..named(name) };
    let people = [named("a"), loud("d"), named("b"), loud("c")];
    let steps = [by(Criterion::Speaking), by(Criterion::Name)];
    assert_eq!(order(&steps, &people), [3, 1, 0, 2]);
}

#[test]
fn a_condition_covers_as_many_steps_as_it_says() {
    use Visibility::{Invisible, Unknown, Visible};
    let at = |video, name| {
        let tiles = Tiles { video, ..Tiles::default() };
        Participant { tiles, ..named(name) }
    };
    let if_invisible = by(Criterion::IfTile { states: 0b100, skip: 1 });
    let steps = [if_invisible, by(Criterion::Name)];
    let people =
        |states: [Visibility; 3]| [at(states[0], "c"), at(states[1], "b"), at(states[2], "a")];
    assert_eq!(order(&steps, &people([Visible, Unknown, Visible])), [0, 1, 2], "nobody jumps");
    assert_eq!(order(&steps, &people([Visible, Visible, Invisible])), [2, 0, 1]);

    // What comes after the covered step counts in any case.
    let loud = Participant { is_speaking: true, ..at(Visible, "c") };
    let people = [at(Visible, "a"), at(Visible, "b"), loud];
    let steps = [steps[0].clone(), by(Criterion::Name), by(Criterion::Speaking)];
    assert_eq!(order(&steps, &people), [2, 0, 1]);
}

#[test]
fn the_app_is_asked_for_its_own_part_only() {
    let loud = |name| Participant { is_speaking: true, ..named(name) };
    let people = [named("a"), loud("b"), named("c")];
    let asked = Cell::new(0);
    let ask = |which: u32, a: u32, b: u32| {
        asked.set(asked.get() + 1);
        assert_eq!((which, a, b), (7, 0, 2), "only these two are alike for the core");
        Some(1.0)
    };
    let steps = [by(Criterion::Speaking), by(Criterion::Custom(7))];
    assert_eq!(sort(&steps, &people, &ask), [1, 2, 0]);
    assert_eq!(asked.get(), 1);

    let never = |_: u32, _: u32, _: u32| Some(0.0);
    let steps = [by(Criterion::If { condition: 0, skip: 1 }), by(Criterion::Speaking)];
    assert_eq!(sort(&steps, &people, &never), [0, 1, 2]);
    let always = |_: u32, _: u32, _: u32| Some(1.0);
    assert_eq!(sort(&steps, &people, &always), [1, 0, 2]);
}

#[test]
fn the_order_stays_when_the_app_throws() {
    let people = [named("c"), named("b"), named("a")];
    let ask = |_: u32, a: u32, _: u32| (a != 1).then_some(1.0);
    assert_eq!(sort(&[by(Criterion::Custom(0))], &people, &ask), [0, 1, 2]);
}

#[test]
fn equals_keep_the_places_at_which_they_were_shown() {
    let (mut host, call) = Host::joined();
    for user in ["carol", "dave"] {
        host.sfu(joined(user));
    }
    let mut speakers_first = arrangement(&[by(Criterion::Speaking)]);
    let mut shown = |host: &Host| shown(&mut speakers_first, host, call);
    assert_eq!(shown(&host), ["bob", "alice", "carol", "dave"]);
    host.sfu(speaks("carol", true));
    assert_eq!(shown(&host), ["carol", "bob", "alice", "dave"]);
    host.sfu(speaks("carol", false));
    assert_eq!(shown(&host), ["carol", "bob", "alice", "dave"]);
    host.sfu(left("bob"));
    host.sfu(joined("erin"));
    host.sfu(speaks("dave", true));
    assert_eq!(shown(&host), ["dave", "carol", "alice", "erin"]);
    let raw = host.state(call).participants.iter().map(|p| p.user_id.as_str());
    assert_eq!(
        raw.collect::<Vec<_>>(),
        ["alice", "carol", "dave", "erin"],
        "the list itself stays"
    );
}

#[test]
fn where_tiles_are_may_be_known_before_who_they_show_and_is_forgotten_with_the_call() {
    let (mut host, call) = Host::joined();
    let is_invisible = |host: &Host| {
        let carol = host.state(call).participant("carol-session");
        carol.map(|carol| carol.tiles.video == Visibility::Invisible)
    };
    host.tell(
        call,
        CallCommand::SetVisibility {
            session_id: "carol-session".into(),
            track_type: TrackType::Video,
            visibility: Visibility::Invisible,
        },
    );
    assert_eq!(is_invisible(&host), None);
    host.sfu(joined("carol"));
    assert_eq!(is_invisible(&host), Some(true));
    let carol = host.state(call).participant("carol-session").unwrap();
    assert_eq!(carol.tiles.screen_share, Visibility::Unknown);

    host.leave(call);
    host.run_for(1_000);
    host.join(call);
    host.run_for(1_000);
    host.sfu(joined("carol"));
    assert_eq!(is_invisible(&host), Some(false));
}

proptest! {
    #[test]
    fn any_order_shows_everybody_once_and_does_not_move_them_again(
        steps in prop::collection::vec(step(), 0..6),
        people in prop::collection::vec(person(), 0..12),
        answers in prop::collection::vec(prop_oneof![Just(f64::NAN), -1.0..1.0], 1..5),
    ) {
        // A comparator that knows which of two comes first, but makes no order of three; and a
        // condition that holds for two, whichever is named first.
        let ask = |which: u32, a: u32, b: u32| {
            let pair = a.min(b) * 5 + a.max(b) * 3 + which;
            let answer = answers[pair as usize % answers.len()];
            Some(if which < CONDITIONS && b < a { -answer } else { answer })
        };
        let named = |(number, person): (usize, Participant)| Participant {
            session_id: number.to_string(),
            ..person
        };
        let people: Vec<_> = people.into_iter().enumerate().map(named).collect();
        let mut arrangement = arrangement(&steps);
        let mut sorting = arrangement.sorting(&people);
        sorting.run(&ask);
        let first = sorting.places();
        let mut everybody = first.clone();
        everybody.sort_unstable();
        prop_assert_eq!(everybody, (0..u32::try_from(people.len())?).collect::<Vec<_>>());
        arrangement.remember(&sorting);
        let mut sorting = arrangement.sorting(&people);
        sorting.run(&ask);
        let again = sorting.places();
        prop_assert_eq!(first, again);
    }
}

/// The first number of a condition.
const CONDITIONS: u32 = 10;

fn step() -> impl Strategy<Value = SortStep> {
    let criterion = prop_oneof![
        Just(Criterion::Dominant),
        Just(Criterion::Speaking),
        Just(Criterion::Pinned),
        Just(Criterion::Name),
        any::<u32>().prop_map(Criterion::Source),
        (0..3u32).prop_map(Criterion::Custom),
        (any::<u32>(), 0..9usize).prop_map(|(states, skip)| Criterion::IfTile { states, skip }),
        (CONDITIONS..CONDITIONS + 3, 0..9usize)
            .prop_map(|(condition, skip)| Criterion::If { condition, skip }),
    ];
    (criterion, any::<bool>()).prop_map(|(criterion, swapped)| SortStep { criterion, swapped })
}

fn person() -> impl Strategy<Value = Participant> {
    let tile = prop_oneof![
        Just(Visibility::Unknown),
        Just(Visibility::Visible),
        Just(Visibility::Invisible)
    ];
    let pinned = prop::option::of((any::<bool>(), 0.0..4.0));
    (any::<(bool, bool)>(), -9..40i32, "[ab]?", tile, pinned).prop_map(
        |((is_speaking, is_dominant_speaker), source, name, video, pinned)| Participant {
            is_speaking,
            is_dominant_speaker,
            source,
            tiles: Tiles { video, ..Tiles::default() },
            pin: pinned.map(|(is_local, at)| pin(is_local, at)),
            ..named(&name)
        },
    )
}

fn by(criterion: Criterion) -> SortStep {
    SortStep { criterion, swapped: false }
}

fn pin(is_local: bool, pinned_at: f64) -> Pin {
    Pin { is_local, pinned_at }
}

fn named(name: &str) -> Participant {
    Participant { name: name.to_owned(), ..Participant::default() }
}

fn order(steps: &[SortStep], people: &[Participant]) -> Vec<u32> {
    sort(steps, people, &|_, _, _| panic!("the app has no part in it"))
}

fn sort(
    steps: &[SortStep],
    people: &[Participant],
    ask: &dyn Fn(u32, u32, u32) -> Option<f64>,
) -> Vec<u32> {
    let mut sorting = arrangement(steps).sorting(people);
    sorting.run(ask);
    sorting.places()
}

fn arrangement(steps: &[SortStep]) -> Arrangement {
    let mut arrangement = Arrangement::default();
    arrangement.set_order(ParticipantOrder { steps: steps.to_vec() });
    arrangement
}

fn shown(arrangement: &mut Arrangement, host: &Host, call: CallKey) -> Vec<String> {
    let people = &host.state(call).participants;
    let mut sorting = arrangement.sorting(people);
    sorting.run(&|_, _, _| None);
    arrangement.remember(&sorting);
    sorting.places().into_iter().map(|place| people[place as usize].user_id.clone()).collect()
}

fn speaks(user: &str, is_speaking: bool) -> EventPayload {
    EventPayload::AudioLevelChanged(event::AudioLevelChanged {
        audio_levels: vec![event::AudioLevel {
            user_id: user.to_owned(),
            session_id: format!("{user}-session"),
            level: 0.5,
            is_speaking,
        }],
    })
}
