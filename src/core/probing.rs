//! How a connection that is missed is looked for again: often at first, as most losses are short, and
//! with little patience, as what a dead network has swallowed is answered by nobody.

use super::time::{Duration, Time};

/// For so long it is tried as often as that.
const PROBING: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// What a probe gets at least.
const PATIENCE: Duration = Duration::from_secs(2);
/// A network that is slow is not dead: a probe gets so many times what it took before.
const SLOWER: u64 = 3;

/// How long something took the last time that it worked.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace(Duration);

impl Pace {
    pub(crate) fn took(&mut self, span: Duration) {
        self.0 = span;
    }

    /// How long a probe may take that otherwise may take `usual`.
    pub(crate) fn patience(self, usual: Duration) -> Duration {
        let expected = Duration::from_millis(self.0.as_millis().saturating_mul(SLOWER));
        expected.max(PATIENCE).min(usual)
    }
}

/// Whether what is missed since then is still tried often.
pub(crate) fn is_probing(now: Time, since: Time) -> bool {
    now - since < PROBING
}

/// When the next probe is due after one that began at `began`, which may have been a while ago; at
/// `usual` at the latest.
pub(crate) fn next_probe(now: Time, began: Time, usual: Time) -> Time {
    usual.min((began + PROBE_EVERY).max(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_has_the_patience_that_the_network_needs() {
        let usual = Duration::from_secs(5);
        for (took, expected) in [(0, 2_000), (300, 2_000), (1_000, 3_000), (4_000, 5_000)] {
            let mut pace = Pace::default();
            pace.took(Duration::from_millis(took));
            assert_eq!(pace.patience(usual), Duration::from_millis(expected));
        }
        let hasty = Duration::from_millis(500);
        assert_eq!(Pace::default().patience(hasty), hasty, "what the app allows is the limit");
    }

    #[test]
    fn probes_begin_once_a_second() {
        let at = Time::from_millis;
        assert_eq!(next_probe(at(10_010), at(10_000), at(14_000)), at(11_000), "refused at once");
        assert_eq!(next_probe(at(12_000), at(10_000), at(14_000)), at(12_000), "unanswered");
        assert_eq!(next_probe(at(10_010), at(10_000), at(10_300)), at(10_300));
    }
}
