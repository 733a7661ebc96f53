//! When to begin the search for bandwidth anew.

use std::time::{Duration, Instant};

/// Watches an estimate that does not move although more is wanted.
///
/// str0m searches by itself, but not while it holds a path for congested, and now and then it does
/// so without end after the path has got wide again.
#[derive(Debug, Default)]
pub struct Search {
    /// bits/s, and since when it has been that.
    stuck: Option<(u64, Instant)>,
}

impl Search {
    /// Whether to begin anew now. `estimate` is in bits/s, `None` when nothing more is wanted.
    pub fn is_due(&mut self, estimate: Option<u64>, now: Instant) -> bool {
        let Some(estimate) = estimate else {
            *self = Self::default();
            return false;
        };
        let moved = |before: u64| estimate.abs_diff(before) > before / 5;
        match self.stuck {
            Some((before, since)) if !moved(before) => {
                let due = now.saturating_duration_since(since) >= PATIENCE;
                if due {
                    self.stuck = Some((estimate, now));
                }
                due
            }
            _ => {
                self.stuck = Some((estimate, now));
                false
            }
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds at which a new beginning was due, with the estimate of each second.
    fn due(estimates: impl IntoIterator<Item = Option<u64>>) -> Vec<usize> {
        let start = Instant::now();
        let mut search = Search::default();
        let is_due = |(second, estimate)| {
            let now = start + Duration::from_secs(second as u64);
            search.is_due(estimate, now).then_some(second)
        };
        estimates.into_iter().enumerate().filter_map(is_due).collect()
    }

    #[test]
    fn an_estimate_that_stands_still_is_doubted_again_and_again() {
        assert_eq!(due([Some(800); 35]), [10, 20, 30]);
        let mut estimates = [Some(800); 20];
        estimates[5] = Some(900);
        assert_eq!(due(estimates), [10], "it trembles");
    }

    #[test]
    fn one_that_moves_or_suffices_is_not_doubted() {
        assert!(due([None; 20]).is_empty());
        assert!(due((0..20).map(|n| Some(500 + 200 * n))).is_empty());
        let mut estimates = [Some(800); 20];
        estimates[10] = None;
        assert!(due(estimates).is_empty());
    }
}
