//! How loud a microphone is.

use std::time::{Duration, Instant};

/// What a microphone picks up.
#[derive(Clone, Copy, Debug)]
pub enum Voice {
    /// Speech that is always as loud, in dBov.
    Steady(i8),
    /// Speech in turns with others: one of them at a time speaks.
    Turn {
        /// Which of the speakers this is.
        index: u64,
        /// How many there are.
        speakers: u64,
        /// When the first turn began: the same for all of them.
        began: Instant,
        /// Decides who speaks when: the same for all of them.
        seed: u64,
    },
}

impl Voice {
    /// Loudness in dBov; `None` in silence.
    pub fn level(&self, now: Instant) -> Option<i8> {
        match *self {
            Self::Steady(level) => Some(level),
            Self::Turn { index, speakers, began, seed } => {
                let elapsed = now.saturating_duration_since(began);
                let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
                let turn = millis / millis_of(TURN);
                let speaks = scatter(seed ^ turn) % speakers.max(1) == index;
                // Syllables: louder and quieter within some 30 dB, never so quiet as to be silence.
                let syllable = scatter(seed ^ (index << 32) ^ (millis / millis_of(SYLLABLE))) % 30;
                speaks.then(|| -40 + i8::try_from(syllable).unwrap_or(0))
            }
        }
    }
}

/// A number that looks as if it came from nowhere (splitmix64).
pub(crate) fn scatter(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn millis_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(1).max(1)
}

/// How long somebody speaks before it is somebody's turn again.
const TURN: Duration = Duration::from_secs(2);
const SYLLABLE: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_speaks_at_a_time_and_each_gets_a_turn() {
        let began = Instant::now();
        let voices: Vec<_> =
            (0..3).map(|index| Voice::Turn { index, speakers: 3, began, seed: 7 }).collect();
        let mut heard = [0; 3];
        for tenth in 0..1000 {
            let now = began + Duration::from_millis(100 * tenth);
            let levels: Vec<_> = voices.iter().map(|voice| voice.level(now)).collect();
            let speaking: Vec<_> =
                levels.iter().enumerate().filter(|(_, level)| level.is_some()).collect();
            let [(index, Some(level))] = speaking[..] else { panic!("{levels:?}") };
            assert!((-40..-10).contains(level), "{level}");
            heard[index] += 1;
        }
        assert!(heard.iter().all(|turns| *turns > 200), "{heard:?}");
    }
}
