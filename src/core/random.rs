//! Randomness from a seed the host draws, so that a run can be repeated.

use uuid::{Builder, fmt::Hyphenated};

/// xoroshiro128++ by David Blackman and Sebastiano Vigna: small, and good enough for jitter and
/// for ids whose 122 bits come from a seed of the browser's own entropy.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: [u64; 2],
}

impl Random {
    pub(crate) fn new(seed: [u64; 2]) -> Self {
        // The all-zero state would give zeros for ever.
        let state = if seed == [0, 0] { [0x9e37_79b9_7f4a_7c15, 1] } else { seed };
        Self { state }
    }

    /// A number in `low..high`; `low` when the range is empty.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        match high.checked_sub(low) {
            None | Some(0) => low,
            Some(span) => low + self.next() % span,
        }
    }

    /// A UUID, version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        let uuid = Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
        uuid.hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).to_owned()
    }

    fn next(&mut self) -> u64 {
        let [s0, mut s1] = self.state;
        let result = s0.wrapping_add(s1).rotate_left(17).wrapping_add(s0);
        s1 ^= s0;
        self.state = [s0.rotate_left(49) ^ s1 ^ (s1 << 21), s1.rotate_left(28)];
        result
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn uuids_are_of_version_4_and_do_not_repeat() {
        let mut random = Random::new([7, 9]);
        let uuids: BTreeSet<String> = (0..1000).map(|_| random.uuid()).collect();

        assert_eq!(uuids.len(), 1000);
        for uuid in uuids {
            let bytes = uuid.as_bytes();
            assert_eq!((bytes.len(), bytes[14]), (36, b'4'), "{uuid}");
            assert!(matches!(bytes[19], b'8' | b'9' | b'a' | b'b'), "{uuid}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            (0..10).map(|_| random.between(5, 50)).collect::<Vec<_>>()
        };

        assert_eq!(draw([1, 2]), draw([1, 2]));
        assert_ne!(draw([1, 2]), draw([2, 1]));
        assert!(draw([0, 0]).iter().all(|n| (5..50).contains(n)));
    }
}
