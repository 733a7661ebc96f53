//! What to do when a path gets too narrow all at once.

use std::time::{Duration, Instant};

use super::peer::Path;

/// Watches for a bottleneck that takes less than is sent.
///
/// An estimate of bandwidth falls step by step. Until it is down, video of the old rate fills the
/// queue in front of the bottleneck, and sound is lost there too. So all video stops until the
/// queue is gone. Then the bandwidth is measured anew, which is quick where there is no queue.
#[derive(Debug, Default)]
pub struct Congestion {
    state: State,
    round_trip: Shortest,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Clear,
    /// Video stands still until the queue is gone, and the client told of all that was in it.
    Draining { since: Instant },
    /// Video stands still until the estimate is another than this one, in bits/s.
    Measuring { from: u64, until: Instant },
}

/// What happens now.
#[derive(Debug, PartialEq)]
pub enum Change {
    /// Video has to stop.
    Stop,
    /// The estimate is to begin anew, with this many bits/s.
    Measure(u64),
    /// The estimate is good again.
    Resume,
}

impl Congestion {
    /// Takes note of a path and of what passes over it, in bits/s. Returns what follows.
    pub fn observe(&mut self, path: Path, video: u64, audio: u64, now: Instant) -> Option<Change> {
        // Where nothing is told, nothing is known.
        let round_trip = path.round_trip?;
        let queue = round_trip.saturating_sub(self.round_trip.update(round_trip, now));
        // A queue alone may be on the way back, loss alone on a radio link, and an estimate is low
        // for a moment when a search failed.
        let signs = [queue >= LONG_QUEUE, path.loss >= MUCH_LOSS, path.estimate < video + audio];
        let is_too_narrow = signs.into_iter().filter(|sign| *sign).count() >= 2;
        let is_drained = |since| {
            let stopped = now.saturating_duration_since(since);
            queue < LONG_QUEUE / 2 && stopped >= round_trip || stopped >= LONGEST_STOP
        };
        let (state, change) = match self.state {
            State::Clear if video > 0 && is_too_narrow => {
                (State::Draining { since: now }, Change::Stop)
            }
            State::Draining { since } if is_drained(since) => {
                let until = now + LONGEST_MEASUREMENT;
                (State::Measuring { from: FIRST_GUESS, until }, Change::Measure(FIRST_GUESS))
            }
            State::Measuring { from, until } if path.estimate != from || now >= until => {
                (State::Clear, Change::Resume)
            }
            _ => return None,
        };
        self.state = state;
        Some(change)
    }

    /// Whether video has to stand still.
    pub fn is_stopped(&self) -> bool {
        self.state != State::Clear
    }
}

/// The shortest of the last times.
#[derive(Debug, Default)]
struct Shortest {
    /// The shortest since `since`, and before that.
    current: Option<Duration>,
    before: Option<Duration>,
    since: Option<Instant>,
}

impl Shortest {
    fn update(&mut self, time: Duration, now: Instant) -> Duration {
        if now.saturating_duration_since(*self.since.get_or_insert(now)) >= MEMORY {
            self.before = self.current.take();
            self.since = Some(now);
        }
        let current = self.current.map_or(time, |shortest| shortest.min(time));
        self.current = Some(current);
        self.before.map_or(current, |before| before.min(current))
    }
}

/// Time in a queue that can be heard.
const LONG_QUEUE: Duration = Duration::from_millis(100);
/// Share of the packets that no radio link loses for long.
const MUCH_LOSS: f32 = 0.1;
/// No queue is worth a longer silence of the picture.
const LONGEST_STOP: Duration = Duration::from_secs(1);
/// By then a measurement has failed.
const LONGEST_MEASUREMENT: Duration = Duration::from_millis(600);
/// bits/s. str0m tries three and six times as much at once, with one or two thousand bytes each.
const FIRST_GUESS: u64 = 150_000;
/// A path may become longer for good.
const MEMORY: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    const AUDIO: u64 = 24_000;
    const VIDEO: u64 = 1_500_000;

    /// What happens at which ms with what is told then: bits/s, round trip in ms, loss.
    fn run(told: &[(u64, u64, u64, f32)]) -> Vec<(u64, Change)> {
        let start = Instant::now();
        let mut congestion = Congestion::default();
        let observe = |&(at, estimate, round_trip, loss): &(u64, u64, u64, f32)| {
            let round_trip = Some(Duration::from_millis(round_trip));
            let now = start + Duration::from_millis(at);
            let video = if congestion.is_stopped() { 0 } else { VIDEO };
            let path = Path { estimate, round_trip, loss };
            Some((at, congestion.observe(path, video, AUDIO, now)?))
        };
        told.iter().filter_map(observe).collect()
    }

    #[test]
    fn video_stops_until_the_queue_is_gone_and_the_path_is_measured() {
        let changes = run(&[
            (0, 2_000_000, 50, 0.0),
            (100, 2_000_000, 200, 0.0),
            (200, 1_000_000, 250, 0.0),
            (300, 900_000, 250, 0.1),
            (400, 900_000, 60, 0.1),
            (500, 150_000, 60, 0.1),
            (600, 280_000, 60, 0.1),
        ]);
        let measure = Change::Measure(FIRST_GUESS);
        assert_eq!(changes, [(200, Change::Stop), (400, measure), (600, Change::Resume)]);
    }

    #[test]
    fn one_sign_alone_is_no_reason() {
        assert!(run(&[(0, 2_000_000, 50, 0.0), (100, 2_000_000, 800, 0.0)]).is_empty(), "queue");
        assert!(run(&[(0, 2_000_000, 50, 0.0), (100, 2_000_000, 50, 0.5)]).is_empty(), "loss");
        assert!(run(&[(0, 2_000_000, 50, 0.0), (100, 500_000, 60, 0.0)]).is_empty(), "estimate");
        let changes = run(&[(0, 2_000_000, 50, 0.0), (100, 500_000, 60, 0.3)]);
        assert_eq!(changes, [(100, Change::Stop)], "a bottleneck without a queue");
    }

    #[test]
    fn a_path_that_became_longer_or_does_not_answer_stops_video_no_longer_than_a_second() {
        let told = (0..30).map(|n| (100 * n, 150_000, if n == 0 { 50 } else { 400 }, 0.0));
        let changes = run(&told.collect::<Vec<_>>());
        let measure = Change::Measure(FIRST_GUESS);
        let first = [(100, Change::Stop), (1100, measure), (1700, Change::Resume)];
        assert_eq!(changes[..3], first);
    }

    #[test]
    fn the_shortest_round_trip_is_forgotten_after_a_while() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut shortest = Shortest::default();
        assert_eq!(shortest.update(ms(50), start), ms(50));
        assert_eq!(shortest.update(ms(90), start + MEMORY / 2), ms(50));
        assert_eq!(shortest.update(ms(90), start + MEMORY), ms(50));
        assert_eq!(shortest.update(ms(80), start + 2 * MEMORY), ms(80));
    }

    #[test]
    fn nothing_is_concluded_where_nothing_is_told_and_nothing_stopped_where_nothing_passes() {
        let mut congestion = Congestion::default();
        let path = |round_trip| Path { estimate: 1, round_trip, loss: 1.0 };
        assert_eq!(congestion.observe(path(None), VIDEO, AUDIO, Instant::now()), None);
        let told = path(Some(Duration::ZERO));
        assert_eq!(congestion.observe(told, 0, AUDIO, Instant::now()), None);
        assert_eq!(congestion.observe(told, VIDEO, AUDIO, Instant::now()), Some(Change::Stop));
    }
}
