//! The last things that happened, each with its time, for a report of a problem.

use std::collections::VecDeque;

use js_sys::Date;

/// Notes that are kept.
const LIMIT: usize = 100;

pub(crate) struct Notes<T>(VecDeque<(String, T)>);

impl<T> Default for Notes<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Clone> Notes<T> {
    pub(crate) fn add(&mut self, note: T) {
        if self.0.len() == LIMIT {
            self.0.pop_front();
        }
        self.0.push_back((Date::new_0().to_iso_string().into(), note));
    }

    /// With their times, the oldest first.
    pub(crate) fn kept(&self) -> Vec<(String, T)> {
        self.0.iter().cloned().collect()
    }
}
