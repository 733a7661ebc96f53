//! Frames that make no sense: dropped and counted, as a peer that sends many of them is none.

use std::collections::VecDeque;

use super::time::{Duration, Time};

/// More than so many within [`WITHIN`] end the connection that they came over.
const BEARABLE: usize = 20;
const WITHIN: Duration = Duration::from_secs(60);

/// The garbage that came over one socket of late.
#[derive(Debug, Default)]
pub(crate) struct Garbage {
    times: VecDeque<Time>,
}

impl Garbage {
    /// Notes a frame. `false` when there were too many.
    #[must_use]
    pub(crate) fn bear(&mut self, now: Time) -> bool {
        self.times.retain(|time| now - *time < WITHIN);
        self.times.push_back(now);
        self.times.len() <= BEARABLE
    }
}
