//! Whose microphones are heard in a call in which more are on than are forwarded: the loudest.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use crate::sfu::ids::SessionKey;

/// The microphones of a call that are on. As many of them are heard as there are places.
pub struct Speakers {
    places: usize,
    microphones: BTreeMap<SessionKey, Microphone>,
    heard: BTreeSet<SessionKey>,
    /// When a packet last came.
    latest: Option<Instant>,
}

#[derive(Default)]
struct Microphone {
    loudness: Loudness,
    /// Since when it has been clearly louder than somebody who is heard, while it is not.
    louder_since: Option<Instant>,
}

/// The loudest packet of late.
#[derive(Default)]
struct Loudness {
    window: Option<Window>,
}

struct Window {
    began: Instant,
    /// dBov, and of the window before.
    loudest: i8,
    before: i8,
}

/// Somebody is heard from now on, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub session: SessionKey,
    pub heard: bool,
}

impl Speakers {
    /// With so many places; 0 for as many as are wanted.
    pub fn new(places: usize) -> Self {
        let places = if places == 0 { usize::MAX } else { places };
        Self { places, microphones: BTreeMap::new(), heard: BTreeSet::new(), latest: None }
    }

    /// A microphone is on, or off. Everybody is heard who is not said not to be.
    pub fn set_on(&mut self, session: SessionKey, on: bool) -> Vec<Turn> {
        if on == self.microphones.contains_key(&session) {
            return Vec::new();
        }
        if on {
            self.microphones.insert(session, Microphone::default());
            if self.heard.len() < self.places {
                self.heard.insert(session);
                return Vec::new();
            }
            return vec![Turn { session, heard: false }];
        }
        self.microphones.remove(&session);
        if !self.heard.remove(&session) {
            return vec![Turn { session, heard: true }];
        }
        let waiting = self.microphones.iter().filter(|(key, _)| !self.heard.contains(key));
        let loudness =
            |other: &Microphone| self.latest.map_or(QUIET, |now| other.loudness.get(now));
        let next = waiting.max_by_key(|(_, microphone)| loudness(microphone));
        let next = next.map(|(session, _)| *session);
        self.heard.extend(next);
        next.map(|session| Turn { session, heard: true }).into_iter().collect()
    }

    /// A packet of a microphone came that is as loud as this, in dBov. Whoever is louder for a while
    /// than the quietest of those that are heard takes its place.
    pub fn observe(&mut self, session: SessionKey, dbov: i8, now: Instant) -> Vec<Turn> {
        self.latest = Some(now);
        let is_heard = self.heard.contains(&session);
        let quietest = if is_heard { None } else { self.quietest(now) };
        let Some(microphone) = self.microphones.get_mut(&session) else {
            return Vec::new();
        };
        microphone.loudness.note(dbov, now);
        let louder = quietest.filter(|(_, loudness)| dbov >= loudness.saturating_add(MARGIN));
        let Some((quietest, _)) = louder else {
            microphone.louder_since = None;
            return Vec::new();
        };
        let since = *microphone.louder_since.get_or_insert(now);
        if now.saturating_duration_since(since) < A_WHILE {
            return Vec::new();
        }
        microphone.louder_since = None;
        self.heard.remove(&quietest);
        self.heard.insert(session);
        vec![Turn { session: quietest, heard: false }, Turn { session, heard: true }]
    }

    fn quietest(&self, now: Instant) -> Option<(SessionKey, i8)> {
        let heard = self.heard.iter().map(|session| {
            let microphone = self.microphones.get(session);
            let loudness = microphone.map_or(QUIET, |microphone| microphone.loudness.get(now));
            (*session, loudness)
        });
        heard.min_by_key(|(_, loudness)| *loudness)
    }
}

impl Loudness {
    fn note(&mut self, dbov: i8, now: Instant) {
        let window = match self.window.take() {
            Some(window) if window.age(now) < PAUSE => window,
            old => {
                let before = old.filter(|old| old.age(now) < 2 * PAUSE);
                let before = before.map_or(QUIET, |old| old.loudest);
                Window { began: now, loudest: QUIET, before }
            }
        };
        let loudest = window.loudest.max(dbov);
        self.window = Some(Window { loudest, ..window });
    }

    fn get(&self, now: Instant) -> i8 {
        match &self.window {
            Some(window) if window.age(now) < PAUSE => window.loudest.max(window.before),
            Some(window) if window.age(now) < 2 * PAUSE => window.loudest,
            _ => QUIET,
        }
    }
}

impl Window {
    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }
}

/// How loud somebody is taken to be whose packets do not tell, in dBov: they may be speaking.
pub const UNKNOWN: i8 = -40;
/// dBov. What is quieter than this is as good as silent.
const QUIET: i8 = -60;
/// dB by which somebody has to be louder than whoever gives way.
const MARGIN: i8 = 6;
/// And for so long. Of a word that begins, not much is lost.
const A_WHILE: Duration = Duration::from_millis(60);
/// Who pauses for so long, or for up to twice as long, is taken to be as loud as before.
const PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: usize = 3;

    /// A call in which so many microphones are on, each with a packet every 20 ms.
    struct Call {
        speakers: Speakers,
        now: Instant,
        levels: Vec<i8>,
        /// Who is not heard, as media is told.
        unheard: BTreeSet<SessionKey>,
        turns: usize,
    }

    impl Call {
        fn new(microphones: usize) -> Self {
            let levels = vec![-127; microphones];
            let speakers = Speakers::new(PLACES);
            let (now, unheard) = (Instant::now(), BTreeSet::new());
            let mut call = Self { speakers, now, levels, unheard, turns: 0 };
            (0..microphones).for_each(|index| call.set_on(index, true));
            call
        }

        fn set_on(&mut self, index: usize, on: bool) {
            let turns = self.speakers.set_on(key(index), on);
            self.take(turns);
        }

        fn take(&mut self, turns: Vec<Turn>) {
            for Turn { session, heard } in turns {
                let is_new = if heard {
                    self.unheard.remove(&session)
                } else {
                    self.unheard.insert(session)
                };
                assert!(is_new, "{session:?} {heard}");
                self.turns += 1;
            }
        }

        /// How many packets of each are heard in this time.
        fn run(&mut self, ms: u64) -> Vec<usize> {
            let mut heard = vec![0; self.levels.len()];
            for _ in 0..ms / 20 {
                for (index, packets) in heard.iter_mut().enumerate() {
                    *packets += usize::from(!self.unheard.contains(&key(index)));
                    let turns = self.speakers.observe(key(index), self.levels[index], self.now);
                    self.take(turns);
                }
                self.now += Duration::from_millis(20);
            }
            heard
        }
    }

    fn key(index: usize) -> SessionKey {
        SessionKey(index as u64)
    }

    #[test]
    fn as_long_as_there_are_places_everybody_is_heard_from_the_first_packet_on() {
        let mut call = Call::new(PLACES);
        assert_eq!(call.run(1000), [50; PLACES]);
        call.levels.fill(-20);
        assert_eq!(call.run(1000), [50; PLACES]);
        assert_eq!(call.turns, 0);
    }

    #[test]
    fn a_hundred_who_speak_at_once_are_as_many_streams_as_there_are_places() {
        let mut call = Call::new(100);
        call.levels.fill(-30);
        assert_eq!(call.run(10_000).iter().sum::<usize>(), PLACES * 500);
        assert_eq!(call.turns, 100 - PLACES, "nobody who is as loud as the others takes a turn");
        let mut call = Call { speakers: Speakers::new(0), ..Call::new(0) };
        call.levels = vec![-30; 100];
        (0..100).for_each(|index| call.set_on(index, true));
        assert_eq!(call.run(1000), [50; 100], "no limit");
    }

    #[test]
    fn who_begins_to_speak_where_somebody_is_silent_is_heard_at_once() {
        let mut call = Call::new(100);
        call.levels[..2].fill(-20);
        call.run(5000);
        call.levels[70] = -45;
        let heard = call.run(1000);
        assert!(heard[70] >= 46, "{} of 50", heard[70]);
        assert_eq!(heard[..2], [50, 50], "those who speak stay");
        assert!(heard[2] <= 4, "who is silent gives way: {}", heard[2]);
    }

    #[test]
    fn a_click_or_noise_takes_nobodys_place() {
        let mut call = Call::new(100);
        call.run(5000);
        let turns = call.turns;
        for level in [0, -127, -5, -5, -127, -55] {
            call.levels[70] = level;
            call.run(20);
        }
        call.run(5000);
        assert_eq!(call.turns, turns);
    }

    #[test]
    fn who_pauses_briefly_is_not_cut_and_who_has_finished_is() {
        let mut call = Call::new(100);
        call.levels[..PLACES].fill(-30);
        call.run(3000);
        call.levels[70] = -26;
        for pause in [200, 600, 960] {
            call.levels[0] = -127;
            assert_eq!(call.run(pause)[70], 0, "{pause}");
            call.levels[0] = -30;
            assert_eq!(call.run(40)[..PLACES], [2; PLACES], "{pause}");
        }
        call.levels[0] = -127;
        let heard = call.run(3000);
        assert!((45..=100).contains(&heard[70]), "{}", heard[70]);
        assert_eq!(heard[0] + heard[70], 150);
    }

    #[test]
    fn who_is_clearly_louder_takes_the_place_of_the_quietest() {
        let mut call = Call::new(100);
        call.levels[..PLACES].copy_from_slice(&[-30, -32, -28]);
        call.run(3000);
        call.levels[70] = -27;
        assert_eq!(call.run(3000)[70], 0, "about as loud");
        call.levels[70] = -26;
        let heard = call.run(3000);
        assert!(heard[70] >= 145, "{}", heard[70]);
        assert!(heard[1] <= 5 && heard[0] == 150 && heard[2] == 150, "{heard:?}");
    }

    #[test]
    fn who_leaves_or_is_muted_gives_the_place_to_the_loudest_of_the_others() {
        let mut call = Call::new(6);
        call.levels = vec![-30, -30, -30, -70, -31, -33];
        call.run(3000);
        call.set_on(1, false);
        assert_eq!(call.run(100)[1..], [5, 5, 0, 5, 0], "media knows by itself who is muted");
        call.set_on(5, false);
        call.set_on(5, true);
        call.set_on(1, true);
        assert_eq!(call.unheard, BTreeSet::from([key(1), key(3), key(5)]));
        for index in [0, 1, 2, 3] {
            call.set_on(index, false);
            call.set_on(index, false);
        }
        assert!(call.unheard.is_empty(), "there is a place for each of those who are left");
        call.set_on(4, false);
        call.set_on(5, false);
        assert!(call.speakers.heard.is_empty() && call.speakers.microphones.is_empty());
        assert_eq!(call.speakers.observe(key(5), -1, call.now), [], "a straggler");
    }
}
