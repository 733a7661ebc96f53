//! What a browser makes of the packets of a video.

use std::{collections::BTreeMap, time::Duration};

/// Decodes what is whole, and asks for a keyframe when browsers do.
#[derive(Default)]
pub struct Screen {
    /// What came and cannot be decoded yet, and whether it begins a keyframe.
    waiting: BTreeMap<u64, bool>,
    /// The last packet of what is shown.
    shown: Option<u64>,
    /// When it went on.
    moments: Vec<Duration>,
    waits_since: Option<Duration>,
    /// When the last packet came.
    heard: Option<Duration>,
}

impl Screen {
    /// A packet comes.
    pub fn take(&mut self, seq: u64, is_keyframe: bool, at: Duration) {
        self.heard = Some(at);
        self.waits_since.get_or_insert(at);
        let before = self.shown;
        if before.is_none_or(|shown| seq > shown) {
            self.waiting.insert(seq, is_keyframe);
        }
        let begins = self.waiting.iter().rev().find(|(_, is_keyframe)| **is_keyframe);
        if let Some((seq, _)) = begins {
            self.shown = Some(*seq);
        }
        while let Some(next) = self.shown.map(|seq| seq + 1)
            && self.waiting.contains_key(&next)
        {
            self.shown = Some(next);
        }
        if self.shown != before {
            let rest = self.shown.map(|shown| self.waiting.split_off(&(shown + 1)));
            self.waiting = rest.unwrap_or_default();
            self.moments.push(at);
            self.waits_since = Some(at);
        }
    }

    /// Whether a keyframe is asked for now.
    pub fn asks(&mut self, at: Duration) -> bool {
        let patience = if self.shown.is_some() { STUCK } else { FIRST };
        let is_active = self.heard.is_some_and(|heard| at - heard < MEMORY);
        let asks = is_active && self.waits_since.is_some_and(|since| at - since >= patience);
        if asks {
            self.waits_since = Some(at);
        }
        asks
    }

    /// The longest time without a new picture in this one.
    pub fn longest_freeze(&self, since: Duration, until: Duration) -> Duration {
        let moments = self.moments.iter().copied().filter(|at| *at > since && *at < until);
        let (mut longest, mut last) = (Duration::ZERO, since);
        for at in moments.chain([until]) {
            longest = longest.max(at - last);
            last = at;
        }
        longest
    }
}

/// How long browsers wait for the first picture,
const FIRST: Duration = Duration::from_millis(200);
/// and for another.
const STUCK: Duration = Duration::from_secs(3);
/// What has not been heard for so long is not waited for.
const MEMORY: Duration = Duration::from_secs(5);
