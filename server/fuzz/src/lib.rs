//! Random changes to what clients send. A target is a test under a module `fuzz` that goes through
//! [`cases`]: a number of them that are the same each time with `cargo test`, others for minutes with
//! `cargo xtask fuzz`.
//!
//! `TRUNKLINE_FUZZ_SEED` says which cases, `TRUNKLINE_FUZZ_CASES` how many, `TRUNKLINE_FUZZ_MINUTES` for
//! how long.

mod json;
mod text;

use std::{
    env,
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

pub use json::value;
pub use text::{bytes, lines};

/// A source of numbers that are the same for the same seed.
#[derive(Clone, Debug)]
pub struct Dice(u64);

/// The dice of each case, and how to have it again. There are `usual` cases unless the environment
/// asks for something else.
pub fn cases(usual: u64) -> impl Iterator<Item = (Dice, String)> {
    let number = |name| env::var(name).ok().and_then(|text: String| text.parse::<u64>().ok());
    let minutes = number("TRUNKLINE_FUZZ_MINUTES");
    let until = minutes.map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    // Other cases each time, where there is time for many.
    let random = || RandomState::new().hash_one(0) >> 16;
    let usual_seed = if minutes.is_some() { random() } else { 12 };
    let first = number("TRUNKLINE_FUZZ_SEED").unwrap_or(usual_seed);
    let count =
        number("TRUNKLINE_FUZZ_CASES").unwrap_or(if until.is_some() { u64::MAX } else { usual });
    let mut done = 0;
    let is_time_left = move |_: &u64| until.is_none_or(|until| Instant::now() < until);
    let seeds = (0..count).take_while(is_time_left).map(move |n| first.wrapping_add(n));
    seeds.map(move |seed| {
        done += 1;
        if until.is_some() && done % 1000 == 0 {
            println!("{done} cases");
        }
        (Dice::new(seed), format!("TRUNKLINE_FUZZ_SEED={seed} TRUNKLINE_FUZZ_CASES=1"))
    })
}

impl Dice {
    /// Numbers of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number.
    #[allow(clippy::should_implement_trait)] // there is no end
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Less than `bound`; 0 when that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let number = usize::try_from(self.next() >> 1).unwrap_or(usize::MAX);
        number.checked_rem(bound).unwrap_or_default()
    }

    /// One of them.
    ///
    /// # Panics
    ///
    /// When there are none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}
