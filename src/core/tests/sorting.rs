//! The order in which participants are shown.

use std::cell::{Cell, RefCell};

use proptest::prelude::*;
use serde_json::{Value, json};
use trunkline_protocol::sfu::event::{self, sfu_event::EventPayload};

use super::{
    host::Host,
    native::{Native, seen},
    server::{joined, left},
};
use crate::core::tests::native::Participant;
use crate::core::{
    Activity, Arrangement, Aspects, Beyond, CallCommand, CallKey, Criterion, ParticipantOrder, Pin,
    Roster, Slot, SortStep, Sorting, Tiles, TrackType, Viewed, Visibility, view,
};

#[test]
fn each_criterion_puts_those_first_whom_it_asks_for() {
    let plain = Someone::default;
    let cases = [
        (Criterion::Dominant, active(|a| a.is_dominant_speaker = true)),
        (Criterion::Speaking, active(|a| a.is_speaking = true)),
        (
            Criterion::Publishing(TrackType::Video),
            active(|a| a.published_tracks = [TrackType::Video].into_iter().collect()),
        ),
        (Criterion::Reaction("wave".into()), reacting("wave")),
        (
            Criterion::Role(vec!["admin".into(), "host".into()]),
            from(Participant {
                roles: vec!["user".into(), "host".into()],
                ..Participant::default()
            }),
        ),
        (Criterion::Source(0b110), from(Participant { source: 2, ..Participant::default() })),
        (
            Criterion::Pinned,
            from(Participant { pin: Some(pin(true, 1.0)), ..Participant::default() }),
        ),
    ];
    for (criterion, them) in cases {
        let step = SortStep { criterion, swapped: false };
        let people = [plain(), them.clone(), plain(), them];
        assert_eq!(order(std::slice::from_ref(&step), &people), [1, 3, 0, 2], "{step:?}");
        let swapped = SortStep { swapped: true, ..step };
        assert_eq!(order(std::slice::from_ref(&swapped), &people), [0, 2, 1, 3], "{swapped:?}");
    }
    let other = [
        from(Participant { source: 5, ..Participant::default() }),
        active(|a| a.published_tracks = [TrackType::Audio].into_iter().collect()),
        reacting("like"),
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
    let people = pins.map(|pin| from(Participant { pin, ..Participant::default() }));
    assert_eq!(order(&[by(Criterion::Pinned)], &people), [3, 2, 4, 1, 0]);
}

#[test]
fn names_are_ordered_as_in_javascript() {
    // The last two change places in the order of code points.
    let people = ["b", "a", "", "\u{10000}", "\u{ff5e}"].map(named);
    assert_eq!(order(&[by(Criterion::Name)], &people), [2, 1, 0, 3, 4]);
}

#[test]
fn there_is_always_room_between_two_names() {
    let mut stage = Stage::default();
    stage.arrangement.set_order(ParticipantOrder::new(vec![by(Criterion::Name)]).unwrap());
    // Each between the two who came last, and so often that halving a number comes to an end.
    let mut expected = Vec::new();
    for turn in 0..200 {
        let name = if turn % 2 == 0 {
            "a".repeat(turn / 2 + 1) + "b"
        } else {
            "a".repeat(turn / 2 + 2) + "a"
        };
        stage.add(named(&name));
        expected.push(name);
        expected.sort_unstable();
        assert_eq!(stage.names(&|_, _, _| None), expected);
    }
}

#[test]
fn the_first_step_that_tells_two_apart_decides() {
    let loud = |name| speaking(named(name));
    let people = [named("a"), loud("d"), named("b"), loud("c")];
    let steps = [by(Criterion::Speaking), by(Criterion::Name)];
    assert_eq!(order(&steps, &people), [3, 1, 0, 2]);
}

#[test]
fn a_condition_covers_as_many_steps_as_it_says() {
    use Visibility::{Invisible, Unknown, Visible};
    let at = |video, name| {
        let tiles = Tiles { video, ..Tiles::default() };
        from(Participant { tiles, ..named(name).participant })
    };
    let if_invisible = by(Criterion::IfTile { states: 0b100, skip: 1 });
    let steps = [if_invisible, by(Criterion::Name)];
    let people =
        |states: [Visibility; 3]| [at(states[0], "c"), at(states[1], "b"), at(states[2], "a")];
    assert_eq!(order(&steps, &people([Visible, Unknown, Visible])), [0, 1, 2], "nobody jumps");
    assert_eq!(order(&steps, &people([Visible, Visible, Invisible])), [2, 0, 1]);

    // What comes after the covered step counts in any case.
    let loud = speaking(at(Visible, "c"));
    let people = [at(Visible, "a"), at(Visible, "b"), loud];
    let steps = [steps[0].clone(), by(Criterion::Name), by(Criterion::Speaking)];
    assert_eq!(order(&steps, &people), [2, 0, 1]);
}

#[test]
fn the_app_is_asked_for_its_own_part_only() {
    let loud = |name| speaking(named(name));
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
    let mut speakers_first = Arrangement::default();
    speakers_first.set_order(ParticipantOrder::new(vec![by(Criterion::Speaking)]).unwrap());
    let mut shown = |host: &mut Host| shown(&mut speakers_first, host, call);
    assert_eq!(shown(&mut host), ["bob", "alice", "carol", "dave"]);
    host.sfu(speaks("carol", true));
    assert_eq!(shown(&mut host), ["carol", "bob", "alice", "dave"]);
    host.sfu(speaks("carol", false));
    assert_eq!(shown(&mut host), ["carol", "bob", "alice", "dave"]);
    host.sfu(left("bob"));
    host.sfu(joined("erin"));
    host.sfu(speaks("dave", true));
    assert_eq!(shown(&mut host), ["dave", "carol", "alice", "erin"]);
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
        let mut stage = Stage::new(&people);
        stage.arrangement.set_order(ParticipantOrder::new(steps).unwrap());
        let first = stage.shown(&ask);
        let mut everybody = first.clone();
        everybody.sort_unstable();
        prop_assert_eq!(everybody, (0..u32::try_from(people.len())?).collect::<Vec<_>>());
        // Whoever changed in something that makes no difference stays as well.
        for slot in stage.roster.slots().collect::<Vec<_>>() {
            stage.arrangement.mark(&stage.roster, slot, Aspects::ALL);
        }
        prop_assert_eq!(first, stage.shown(&ask));
    }
}

proptest! {
    #[test]
    fn names_are_in_order_however_people_come_and_go_and_are_renamed(
        steps in prop::collection::vec((0..4u8, 0..20usize, "[a-c]{0,2}"), 0..60),
    ) {
        let mut stage = Stage::default();
        stage.arrangement.set_order(ParticipantOrder::new(vec![by(Criterion::Name)]).unwrap());
        let mut expected: Vec<String> = Vec::new();
        for (step, which, name) in steps {
            let slot = stage.roster.slots().nth(which);
            match (step, slot) {
                (0 | 1, _) => {
                    stage.add(named(&name));
                    expected.push(name);
                }
                (2, Some(slot)) => {
                    let left = stage.roster.remove(slot).unwrap();
                    expected.remove(expected.iter().position(|known| *known == left.name).unwrap());
                    stage.arrangement.mark(&stage.roster, slot, Aspects::LEFT);
                }
                (_, Some(slot)) => {
                    let renamed = stage.roster.get_mut(slot).unwrap();
                    let at = expected.iter().position(|known| *known == renamed.name).unwrap();
                    renamed.name.clone_from(&name);
                    expected[at] = name;
                    stage.arrangement.mark(&stage.roster, slot, Aspects::IDENTITY);
                }
                (_, None) => {}
            }
            // Several steps at once, too.
            if which % 3 != 0 {
                expected.sort_unstable();
                prop_assert_eq!(stage.names(&|_, _, _| None), expected.clone());
            }
        }
    }
}

#[test]
fn an_order_has_at_most_as_many_steps_as_a_key_has_bits() {
    let steps = |count| vec![by(Criterion::Speaking); count];
    assert!(ParticipantOrder::new(steps(65)).is_none());
    let mut last = steps(64);
    last[63] = by(Criterion::Dominant);
    let people = [Someone::default(), active(|a| a.is_dominant_speaker = true)];
    assert_eq!(order(&last, &people), [1, 0]);
    last[62] = by(Criterion::IfTile { states: 0, skip: usize::MAX });
    assert_eq!(order(&last, &people), [0, 1]);
}

#[test]
fn an_app_is_asked_about_those_who_changed_and_as_few_others_as_can_be() {
    let mut stage = Stage::new(&["d", "a", "c", "b", "e", "g", "f", "h"].map(named));
    stage.arrangement.set_order(ParticipantOrder::new(vec![by(Criterion::Custom(0))]).unwrap());
    // By name, as far as the core knows.
    let levels = RefCell::new([0.0; 8]);
    let asked = RefCell::new(Vec::new());
    let ask = |_: u32, a: u32, b: u32| {
        asked.borrow_mut().push([a, b]);
        let levels = levels.borrow();
        Some(levels[a as usize] - levels[b as usize])
    };
    assert_eq!(stage.shown(&ask), [0, 1, 2, 3, 4, 5, 6, 7]);
    asked.take();
    assert_eq!(stage.shown(&ask), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(asked.take(), Vec::<[u32; 2]>::new(), "nothing has changed");

    levels.borrow_mut()[6] = -1.0;
    stage.mark(6, Aspects::LEVEL);
    assert_eq!(stage.shown(&ask), [6, 0, 1, 2, 3, 4, 5, 7]);
    let pairs = asked.take();
    assert!(pairs.len() <= 5 && pairs.iter().all(|pair| pair.contains(&6)), "{pairs:?}");
    stage.mark(3, Aspects::LEVEL);
    assert_eq!(stage.shown(&ask), [6, 0, 1, 2, 3, 4, 5, 7]);
    assert_eq!(asked.take(), [[2, 3], [4, 3]], "only about the neighbours");
}

#[test]
fn code_of_an_app_may_set_another_order_while_it_sorts() {
    let stage = RefCell::new(Stage::new(&["a", "b", "c"].map(named)));
    let order = |step| ParticipantOrder::new(vec![step]).unwrap();
    stage.borrow_mut().arrangement.set_order(order(by(Criterion::Custom(0))));
    let mut sorting = stage.borrow_mut().begin().unwrap();
    let ask = |_: u32, _: u32, _: u32| {
        let by_name = SortStep { criterion: Criterion::Name, swapped: true };
        let stage = &mut *stage.borrow_mut();
        stage.arrangement.set_order(order(by_name));
        let slot = stage.slot(0);
        stage.arrangement.mark(&stage.roster, slot, Aspects::LOCAL);
        assert!(stage.begin().is_none());
        Some(0.0)
    };
    sorting.run(&App { stage: None, ask: &ask });
    stage.borrow_mut().arrangement.finish(sorting);
    let mut stage = stage.into_inner();
    assert_eq!(stage.names(&|_, _, _| None), ["c", "b", "a"]);
}

#[test]
fn code_of_an_app_may_change_what_is_being_sorted() {
    let stage = RefCell::new(Stage::new(&["a", "b", "c"].map(named)));
    let by_app = || ParticipantOrder::new(vec![by(Criterion::Custom(0))]).unwrap();
    let mut sorting = {
        let mut stage = stage.borrow_mut();
        stage.arrangement.set_order(by_app());
        stage.begin().unwrap()
    };
    let is_first = Cell::new(true);
    let ask = |_: u32, _: u32, _: u32| {
        let stage = &mut *stage.borrow_mut();
        assert!(stage.begin().is_none(), "not within itself");
        if is_first.replace(false) {
            let slot = stage.slot(1);
            stage.roster.remove(slot);
            stage.arrangement.mark(&stage.roster, slot, Aspects::LEFT);
            stage.add(named("d"));
        }
        Some(0.0)
    };
    sorting.run(&App { stage: None, ask: &ask });
    stage.borrow_mut().arrangement.finish(sorting);
    let mut stage = stage.into_inner();
    assert_eq!(stage.names(&|_, _, _| Some(0.0)), ["a", "c", "d"]);
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

fn person() -> impl Strategy<Value = Someone> {
    let tile = prop_oneof![
        Just(Visibility::Unknown),
        Just(Visibility::Visible),
        Just(Visibility::Invisible)
    ];
    let pinned = prop::option::of((any::<bool>(), 0.0..4.0));
    (any::<(bool, bool)>(), -9..40i32, "[ab]?", tile, pinned).prop_map(
        |((is_speaking, is_dominant_speaker), source, name, video, pinned)| Someone {
            participant: Participant {
                source,
                tiles: Tiles { video, ..Tiles::default() },
                pin: pinned.map(|(is_local, at)| pin(is_local, at)),
                ..named(&name).participant
            },
            activity: Activity { is_speaking, is_dominant_speaker, ..Activity::default() },
        },
    )
}

fn by(criterion: Criterion) -> SortStep {
    SortStep { criterion, swapped: false }
}

fn pin(is_local: bool, pinned_at: f64) -> Pin {
    Pin { is_local, pinned_at }
}

/// A participant and what they do.
#[derive(Clone, Debug, Default)]
struct Someone {
    participant: Participant,
    activity: Activity,
}

fn from(participant: Participant) -> Someone {
    Someone { participant, activity: Activity::default() }
}

fn active(edit: impl FnOnce(&mut Activity)) -> Someone {
    let mut someone = Someone::default();
    edit(&mut someone.activity);
    someone
}

fn speaking(someone: Someone) -> Someone {
    let activity = Activity { is_speaking: true, ..someone.activity };
    Someone { activity, ..someone }
}

fn named(name: &str) -> Someone {
    from(Participant { name: name.to_owned(), ..Participant::default() })
}

fn reacting(kind: &str) -> Someone {
    let reaction: Viewed<view::Reaction, Value> = seen(json!({ "type": kind }));
    from(Participant { reaction: Some(Box::new(reaction)), ..Participant::default() })
}

/// People, known by the order in which they came, and how they are shown.
#[derive(Default)]
struct Stage {
    roster: Roster<Native>,
    arrangement: Arrangement,
    added: u32,
}

impl Stage {
    fn new(people: &[Someone]) -> Self {
        let mut stage = Self::default();
        for someone in people {
            stage.add(someone.clone());
        }
        stage
    }

    fn add(&mut self, someone: Someone) {
        self.added += 1;
        let session_id = self.added.to_string();
        let participant = Participant { session_id, ..someone.participant };
        let slot = self.roster.insert(Box::new(participant), someone.activity).unwrap();
        self.arrangement.mark(&self.roster, slot, Aspects::CAME);
    }

    fn slot(&self, number: u32) -> Slot {
        self.roster.slots().nth(number as usize).unwrap()
    }

    fn number(&self, slot: Slot) -> u32 {
        self.roster.slots().position(|known| known == slot).unwrap().try_into().unwrap()
    }

    fn mark(&mut self, number: u32, aspects: Aspects) {
        self.arrangement.mark(&self.roster, self.slot(number), aspects);
    }

    fn begin(&mut self) -> Option<Sorting> {
        self.arrangement.begin(&self.roster)
    }

    fn shown(&mut self, ask: &dyn Fn(u32, u32, u32) -> Option<f64>) -> Vec<u32> {
        if let Some(mut sorting) = self.begin() {
            sorting.run(&App { stage: Some(self), ask });
            self.arrangement.finish(sorting);
        }
        self.arrangement.shown().iter().map(|slot| self.number(*slot)).collect()
    }

    fn names(&mut self, ask: &dyn Fn(u32, u32, u32) -> Option<f64>) -> Vec<String> {
        let shown = self.shown(ask);
        let name = |number| self.roster.get(self.slot(number)).unwrap().name.clone();
        shown.into_iter().map(name).collect()
    }
}

/// An app, which knows people by their numbers.
struct App<'a> {
    stage: Option<&'a Stage>,
    ask: &'a dyn Fn(u32, u32, u32) -> Option<f64>,
}

impl Beyond for App<'_> {
    fn ask(&self, function: u32, a: Slot, b: Slot) -> Option<f64> {
        let number = |slot| self.stage.map_or(0, |stage| stage.number(slot));
        (self.ask)(function, number(a), number(b))
    }
}

fn order(steps: &[SortStep], people: &[Someone]) -> Vec<u32> {
    sort(steps, people, &|_, _, _| panic!("the app has no part in it"))
}

fn sort(
    steps: &[SortStep],
    people: &[Someone],
    ask: &dyn Fn(u32, u32, u32) -> Option<f64>,
) -> Vec<u32> {
    let mut stage = Stage::new(people);
    stage.arrangement.set_order(ParticipantOrder::new(steps.to_vec()).unwrap());
    stage.shown(ask)
}

/// The participants of a call as somebody is shown them who looks after each step.
fn shown(arrangement: &mut Arrangement, host: &mut Host, call: CallKey) -> Vec<String> {
    bring_up_to_date(arrangement, host, call);
    let people = &host.state(call).participants;
    let user = |slot: &Slot| people.get(*slot).unwrap().user_id.clone();
    arrangement.shown().iter().map(user).collect()
}

/// Somebody looks.
pub(super) fn bring_up_to_date(arrangement: &mut Arrangement, host: &mut Host, call: CallKey) {
    for (slot, aspects) in host.people.remove(&call).unwrap_or_default() {
        arrangement.mark(&host.state(call).participants, slot, aspects);
    }
    let people = &host.state(call).participants;
    if let Some(mut sorting) = arrangement.begin(people) {
        sorting.run(&NoApp);
        arrangement.finish(sorting);
    }
}

struct NoApp;

impl Beyond for NoApp {
    fn ask(&self, _: u32, _: Slot, _: Slot) -> Option<f64> {
        None
    }
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
