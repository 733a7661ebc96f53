//! The people of a call, and the order in which they are shown, against a model that is slow and obvious:
//! a list, gone through from its beginning for everything. They are compared after every event of a
//! million random ones.

use std::collections::BTreeMap;

use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models,
};

use super::{host::Host, sorting::bring_up_to_date};
use crate::core::{
    Arrangement, CallCommand, CallKey, CallingState, ConnectionQuality, Criterion,
    ParticipantOrder, Pin, SortStep, TrackType, Visibility,
};

const LIVES: u64 = 500;
const EVENTS: u64 = 2_000;

/// Somebody, as the SFU told of them and as this side treats them.
#[derive(Clone, Debug)]
struct Person {
    wire: models::Participant,
    pin: Option<Pin>,
    tile: Visibility,
}

#[derive(Debug, Default)]
struct Model {
    /// In the order in which they came.
    people: Vec<Person>,
    /// Session ids, in the order in which they were shown last.
    shown: Vec<String>,
    /// Those who were not shown yet, in the order in which they came.
    waiting: Vec<String>,
    tiles: BTreeMap<String, Visibility>,
    /// Pins of this app, by user, of those who have gone, with their sessions.
    kept: BTreeMap<String, (String, Option<Pin>)>,
    /// Sessions that are pinned for everyone, and since when.
    pinned: Vec<(String, f64)>,
    steps: Vec<SortStep>,
}

impl Model {
    fn find(&mut self, session_id: &str) -> Option<&mut Person> {
        self.people.iter_mut().find(|person| person.wire.session_id == session_id)
    }

    fn upsert(&mut self, wire: &models::Participant, own: &str) {
        let tile = self.tiles.get(&wire.session_id).copied().unwrap_or_default();
        match self.find(&wire.session_id) {
            Some(known) => {
                let published = known.wire.published_tracks.clone();
                known.wire = wire.clone();
                if wire.session_id == own {
                    known.wire.published_tracks = published;
                }
            }
            None => {
                let kept = self.kept.remove(&wire.user_id).and_then(|(_, pin)| pin);
                let pinned = self.pinned.iter().find(|(session, _)| *session == wire.session_id);
                let pinned = pinned.map(|(_, at)| Pin { is_local: false, pinned_at: *at });
                let mut person = Person { wire: wire.clone(), pin: kept.or(pinned), tile };
                if wire.session_id == own {
                    person.wire.published_tracks.clear();
                }
                self.people.push(person);
                self.waiting.push(wire.session_id.clone());
            }
        }
    }

    fn publish(&mut self, session_id: &str, track_type: TrackType, is_published: bool) {
        if let Some(person) = self.find(session_id) {
            person.wire.published_tracks.retain(|known| *known != i32::from(track_type));
            if is_published {
                person.wire.published_tracks.push(track_type.into());
            }
        }
    }

    /// Whoever comes back is new, but for the pin that this app had given them.
    fn forget(&mut self, gone: &Person) {
        let Person { wire, pin, .. } = gone;
        self.shown.retain(|id| *id != wire.session_id);
        self.waiting.retain(|id| *id != wire.session_id);
        let pin = pin.filter(|pin| pin.is_local);
        if pin.is_none() {
            return;
        }
        match self.people.iter_mut().find(|person| person.wire.user_id == wire.user_id) {
            Some(heir) => heir.pin = heir.pin.filter(|pin| pin.is_local).or(pin),
            None => drop(self.kept.insert(wire.user_id.clone(), (wire.session_id.clone(), pin))),
        }
    }

    /// The definition: from the order before, one after the other moves up past those who must come
    /// after them.
    fn show(&mut self) {
        let mut before = std::mem::take(&mut self.shown);
        before.append(&mut self.waiting);
        for id in before {
            let mut at = self.shown.len();
            while at > 0 && self.must_come_after(&self.shown[at - 1], &id) {
                at -= 1;
            }
            self.shown.insert(at, id);
        }
    }

    fn must_come_after(&self, a: &str, b: &str) -> bool {
        let find = |id: &str| self.people.iter().find(|p| p.wire.session_id == id).unwrap();
        let (a, b) = (find(a), find(b));
        let mut place = 0;
        while let Some(step) = self.steps.get(place) {
            place += 1;
            if let Criterion::IfTile { states, skip } = step.criterion {
                if [a, b].iter().all(|p| states >> (p.tile as u32) & 1 == 0) {
                    place += skip;
                }
                continue;
            }
            let (first, second) = if step.swapped { (b, a) } else { (a, b) };
            let (first, second) = (rank(&step.criterion, first), rank(&step.criterion, second));
            if first != second {
                return first > second;
            }
        }
        false
    }
}

/// What a step compares: the smaller comes first.
fn rank(criterion: &Criterion, person: &Person) -> (i64, Vec<u16>) {
    let wire = &person.wire;
    let is_first = match criterion {
        Criterion::Dominant => wire.is_dominant_speaker,
        Criterion::Speaking => wire.is_speaking,
        Criterion::Publishing(of) => wire.published_tracks.contains(&i32::from(*of)),
        Criterion::Role(roles) => wire.roles.iter().any(|role| roles.contains(role)),
        Criterion::Source(sources) => sources >> wire.source & 1 == 1,
        Criterion::Name => return (0, wire.name.encode_utf16().collect()),
        Criterion::Pinned => {
            return (
                match person.pin {
                    None => 0,
                    #[allow(clippy::cast_possible_truncation)] // whole ms
                    Some(pin) if pin.is_local => -(pin.pinned_at as i64),
                    #[allow(clippy::cast_possible_truncation)]
                    Some(pin) => -(pin.pinned_at as i64) - (1 << 50),
                },
                Vec::new(),
            );
        }
        other => panic!("not among the steps of this test: {other:?}"),
    };
    (i64::from(!is_first), Vec::new())
}

/// The same numbers in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let place = self.roll(of.len() as u64);
        of[usize::try_from(place).unwrap()].clone()
    }

    fn session(&mut self, sessions: u64) -> String {
        format!("s{}", self.roll(sessions))
    }

    fn tracks(&mut self) -> Vec<i32> {
        (1..=4).filter(|_| self.one_in(2)).collect()
    }

    fn level(&mut self) -> f32 {
        self.pick(&[0.0, 0.25, 0.5, 1.0])
    }

    fn participant(&mut self, session_id: &str) -> models::Participant {
        models::Participant {
            user_id: format!("user of {session_id}"),
            session_id: session_id.to_owned(),
            // The last two change places in the order of code points.
            name: self.pick(&["", "a", "b", "B", "ab", "\u{10000}", "\u{ff5e}"]).to_owned(),
            roles: self.pick(&[vec![], vec!["host".to_owned()], vec!["user".to_owned()]]),
            published_tracks: self.tracks(),
            is_speaking: self.one_in(3),
            is_dominant_speaker: self.one_in(9),
            audio_level: self.level(),
            connection_quality: i32::try_from(self.roll(4)).unwrap(),
            source: i32::try_from(self.roll(3)).unwrap(),
            ..models::Participant::default()
        }
    }

    fn steps(&mut self) -> Vec<SortStep> {
        let count = self.roll(7);
        let mut step = || SortStep {
            criterion: match self.roll(9) {
                0 => Criterion::Dominant,
                1 => Criterion::Speaking,
                2 => Criterion::Publishing(TrackType::Video),
                3 => Criterion::Publishing(TrackType::ScreenShare),
                4 => Criterion::Pinned,
                5 => Criterion::Name,
                6 => Criterion::Role(vec!["host".to_owned()]),
                7 => Criterion::Source(0b110),
                _ => Criterion::IfTile {
                    states: u32::try_from(self.roll(8)).unwrap(),
                    skip: usize::try_from(self.roll(5)).unwrap(),
                },
            },
            swapped: self.one_in(4),
        };
        (0..count).map(|_| step()).collect()
    }
}

/// The engine, the model, and what happens to both.
struct Life {
    host: Host,
    call: CallKey,
    model: Model,
    arrangement: Arrangement,
    dice: Dice,
    sessions: u64,
}

#[test]
fn people_and_their_order_are_those_of_the_model_after_a_million_events() {
    let live = |number| {
        let mut life = Life::new(number);
        for event in 0..EVENTS {
            life.step();
            life.compare((number, event));
        }
    };
    // Two at a time.
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || (1..=LIVES).filter(|number| number % 2 == half).for_each(live));
        }
    });
}

impl Life {
    fn new(number: u64) -> Self {
        let (mut host, call) = Host::joined();
        host.client.stop_recording();
        let mut model = Model::default();
        for user in ["bob", "alice"] {
            let session = host.state(call).participants.iter().find(|p| p.user_id == user).unwrap();
            let session_id = session.session_id.clone();
            model.upsert(&super::server::participant(user, &session_id), "");
        }
        let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let sessions = dice.pick(&[1, 2, 4, 4, 7]);
        Self { host, call, model, arrangement: Arrangement::default(), dice, sessions }
    }

    fn own(&self) -> String {
        self.host.client.session_id(self.call).unwrap().to_owned()
    }

    /// Somebody who may be there or not.
    fn session(&mut self) -> String {
        if self.dice.one_in(8) { self.own() } else { self.dice.session(self.sessions) }
    }

    fn step(&mut self) {
        let own = self.own();
        match self.dice.roll(100) {
            0..20 => {
                let count = self.dice.roll(4);
                let levels = (0..count).map(|_| event::AudioLevel {
                    session_id: self.session(),
                    level: self.dice.level(),
                    is_speaking: self.dice.one_in(3),
                    ..event::AudioLevel::default()
                });
                let audio_levels: Vec<_> = levels.collect();
                for level in &audio_levels {
                    if let Some(person) = self.model.find(&level.session_id) {
                        person.wire.audio_level = level.level;
                        person.wire.is_speaking = level.is_speaking;
                    }
                }
                let changed = event::AudioLevelChanged { audio_levels };
                self.host.sfu(EventPayload::AudioLevelChanged(changed));
            }
            20..30 => {
                let session_id = self.session();
                for person in &mut self.model.people {
                    person.wire.is_dominant_speaker = person.wire.session_id == session_id;
                }
                let changed = event::DominantSpeakerChanged { session_id, ..<_>::default() };
                self.host.sfu(EventPayload::DominantSpeakerChanged(changed));
            }
            30..38 => {
                let info = event::ConnectionQualityInfo {
                    session_id: self.session(),
                    connection_quality: i32::try_from(self.dice.roll(4)).unwrap(),
                    ..event::ConnectionQualityInfo::default()
                };
                if let Some(person) = self.model.find(&info.session_id) {
                    person.wire.connection_quality = info.connection_quality;
                }
                let connection_quality_updates = vec![info];
                let changed = event::ConnectionQualityChanged { connection_quality_updates };
                self.host.sfu(EventPayload::ConnectionQualityChanged(changed));
            }
            38..55 => self.publish(&own),
            55..66 => {
                let session_id = self.session();
                let wire = self.dice.participant(&session_id);
                self.model.upsert(&wire, &own);
                let participant = Some(wire);
                let joined = event::ParticipantJoined { participant, ..<_>::default() };
                self.host.sfu(EventPayload::ParticipantJoined(joined));
            }
            66..75 => {
                let session_id = self.dice.session(self.sessions);
                let gone = |person: &mut Person| person.wire.session_id == session_id;
                for gone in self.model.people.extract_if(.., gone).collect::<Vec<_>>() {
                    self.model.forget(&gone);
                }
                let participant = Some(self.dice.participant(&session_id));
                let left = event::ParticipantLeft { participant, ..<_>::default() };
                self.host.sfu(EventPayload::ParticipantLeft(left));
            }
            75..81 => {
                let session_id = self.session();
                let wire = self.dice.participant(&session_id);
                if self.model.find(&session_id).is_some() {
                    self.model.upsert(&wire, &own);
                }
                let participant = Some(wire);
                let updated = event::ParticipantUpdated { participant, ..<_>::default() };
                self.host.sfu(EventPayload::ParticipantUpdated(updated));
            }
            81..87 => {
                let (session_id, pinned) = (self.session(), self.dice.one_in(2));
                let pin = Pin { is_local: true, pinned_at: self.epoch() };
                if let Some(person) = self.model.find(&session_id) {
                    person.pin = pinned.then_some(pin);
                } else {
                    let kept = self.model.kept.values_mut().find(|kept| kept.0 == session_id);
                    if let Some(kept) = kept {
                        kept.1 = pinned.then_some(pin);
                    }
                }
                self.host.tell(self.call, CallCommand::Pin { session_id, pinned });
            }
            87..89 => self.pin_for_everyone(),
            89..95 => {
                let session_id = self.session();
                let visibility = self.dice.pick(&[
                    Visibility::Unknown,
                    Visibility::Visible,
                    Visibility::Invisible,
                ]);
                self.model.tiles.insert(session_id.clone(), visibility);
                if let Some(person) = self.model.find(&session_id) {
                    person.tile = visibility;
                }
                let track_type = TrackType::Video;
                let order = CallCommand::SetVisibility { session_id, track_type, visibility };
                self.host.tell(self.call, order);
            }
            95..97 => {
                self.model.steps = self.dice.steps();
                let order = ParticipantOrder::new(self.model.steps.clone()).unwrap();
                self.arrangement.set_order(order);
            }
            97..99 => self.host.run_for(1),
            _ if self.dice.one_in(10) => self.rejoin(),
            _ => {}
        }
    }

    fn epoch(&self) -> f64 {
        1_900_000_000_000.0 + f64::from(u32::try_from(self.host.now).unwrap())
    }

    fn publish(&mut self, own: &str) {
        let session_id = self.session();
        let participant = self.dice.one_in(3).then(|| self.dice.participant(&session_id));
        let track_type = self.dice.pick(&crate::core::TrackSet::ALL);
        if let Some(wire) = &participant {
            self.model.upsert(wire, own);
        }
        let is_published = self.dice.one_in(2);
        self.model.publish(&session_id, track_type, is_published);
        let r#type = track_type.into();
        self.host.sfu(if is_published {
            let track = event::TrackPublished { session_id, r#type, participant, ..<_>::default() };
            EventPayload::TrackPublished(track)
        } else {
            let track =
                event::TrackUnpublished { session_id, r#type, participant, ..<_>::default() };
            EventPayload::TrackUnpublished(track)
        });
    }

    fn pin_for_everyone(&mut self) {
        let count = self.dice.roll(3);
        let pins: Vec<models::Pin> = (0..count)
            .map(|_| models::Pin { session_id: self.session(), ..models::Pin::default() })
            .collect();
        let now = self.epoch();
        let rank = |place| f64::from(u32::try_from(pins.len() - place).unwrap());
        let pinned = pins.iter().enumerate();
        self.model.pinned =
            pinned.map(|(place, pin)| (pin.session_id.clone(), now + rank(place))).collect();
        for person in &mut self.model.people {
            let is_theirs = |(session, _): &&(String, f64)| *session == person.wire.session_id;
            let told = self.model.pinned.iter().find(is_theirs);
            person.pin = match (person.pin, told) {
                (Some(pin), _) if pin.is_local => Some(pin),
                (Some(pin), Some(_)) => Some(pin),
                (_, None) => None,
                (None, Some((_, pinned_at))) => {
                    Some(Pin { is_local: false, pinned_at: *pinned_at })
                }
            };
        }
        self.host.sfu(EventPayload::PinsUpdated(event::PinsChanged { pins }));
    }

    /// The connection is lost, and the SFU tells anew who is there.
    fn rejoin(&mut self) {
        let mut listed = Vec::new();
        for number in 0..self.sessions {
            if self.dice.one_in(2) {
                let wire = self.dice.participant(&format!("s{number}"));
                let at = self.dice.roll(listed.len() as u64 + 1);
                listed.insert(usize::try_from(at).unwrap(), wire);
            }
        }
        self.host.server.listed = Some(listed.clone());
        self.host.close_sfu(1006);
        while self.host.calling_state(self.call) != CallingState::Joined {
            assert_ne!(self.host.calling_state(self.call), CallingState::Left);
            self.host.run_for(60_000);
        }
        let own = self.own();
        listed.push(super::server::participant("alice", &own));
        let mut former = std::mem::take(&mut self.model.people);
        for wire in &listed {
            let known = former.iter().position(|p| p.wire.session_id == wire.session_id);
            self.model.people.extend(known.map(|place| former.remove(place)));
            self.model.upsert(wire, &own);
        }
        for gone in former {
            self.model.forget(&gone);
        }
        self.model.pinned.clear();
        // A join response without pins ends those for everyone.
        for person in &mut self.model.people {
            person.pin = person.pin.filter(|pin| pin.is_local);
        }
    }

    fn compare(&mut self, when: (u64, u64)) {
        let participants = &self.host.state(self.call).participants;
        assert_eq!(participants.len(), self.model.people.len(), "life and event {when:?}");
        for ((known, activity), person) in participants.active().zip(&self.model.people) {
            let wire = &person.wire;
            assert_eq!(known.session_id, wire.session_id, "life and event {when:?}");
            assert_eq!(
                (&known.name, &known.roles, known.source, known.pin, known.tiles.video),
                (&wire.name, &wire.roles, wire.source, person.pin, person.tile),
                "life and event {when:?}: {}",
                wire.session_id
            );
            let mut published = wire.published_tracks.clone();
            published.sort_unstable();
            let quality = ConnectionQuality::try_from(wire.connection_quality).unwrap();
            let seen: Vec<i32> = activity.published_tracks.iter().map(i32::from).collect();
            assert_eq!(
                (seen, activity.is_speaking, activity.is_dominant_speaker),
                (published, wire.is_speaking, wire.is_dominant_speaker),
                "life and event {when:?}: {}",
                wire.session_id
            );
            assert_eq!(
                (activity.audio_level.to_bits(), activity.connection_quality),
                (wire.audio_level.to_bits(), quality),
                "life and event {when:?}: {}",
                wire.session_id
            );
            assert!(participants.of_session(&wire.session_id).is_some(), "life and event {when:?}");
        }
        let is = |of: fn(&Person) -> bool| self.model.people.iter().filter(|p| of(p)).count();
        assert_eq!(
            participants.dominant().len(),
            is(|p| p.wire.is_dominant_speaker),
            "life and event {when:?}"
        );
        assert_eq!(participants.pinned().len(), is(|p| p.pin.is_some()), "life and event {when:?}");
        let sharing = is(|p| p.wire.published_tracks.contains(&TrackType::ScreenShare.into()));
        assert_eq!(participants.is_screen_shared(), sharing > 0, "life and event {when:?}");
        // Nobody has to look after every event.
        if !self.dice.one_in(4) {
            self.model.show();
            bring_up_to_date(&mut self.arrangement, &mut self.host, self.call);
            let participants = &self.host.state(self.call).participants;
            let shown = self.arrangement.shown().iter().map(|slot| participants.get(*slot));
            let shown: Vec<&str> = shown.map(|p| p.unwrap().session_id.as_str()).collect();
            assert_eq!(shown, self.model.shown, "life and event {when:?}: {:?}", self.model.steps);
        }
    }
}
