//! When an element that stopped by itself is started again, as browsers stop elements when a headset
//! is unplugged or a page sleeps.

use crate::core::time::{Duration, Time};

/// How often an element is started again that does not play in between.
const ATTEMPTS: u32 = 5;
/// The pause before the first time; it doubles each time.
const PAUSE_MS: u64 = 250;

/// Whether one element plays.
#[derive(Debug, Default)]
pub(crate) struct Playback {
    attempts: u32,
    due: Option<Time>,
}

impl Playback {
    /// The element stopped; `is_live` if its stream still delivers something.
    pub(crate) fn on_stopped(&mut self, now: Time, is_live: bool) {
        self.due = None;
        if is_live && self.attempts < ATTEMPTS {
            self.due = Some(now + Duration::from_millis(PAUSE_MS << self.attempts));
            self.attempts += 1;
        }
    }

    pub(crate) fn on_playing(&mut self) {
        *self = Self::default();
    }

    /// Whether to start it now.
    pub(crate) fn on_timeout(&mut self, now: Time) -> bool {
        self.due.take_if(|due| *due <= now).is_some()
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_stops_is_started_again_later_each_time_and_not_for_ever() {
        let mut playback = Playback::default();
        let mut now = Time::from_millis(7);
        for pause in [250, 500, 1_000, 2_000, 4_000] {
            playback.on_stopped(now, true);
            let due = playback.due().unwrap();
            assert_eq!((due - now).as_millis(), pause);
            assert!(!playback.on_timeout(now));
            now = due;
            assert!(playback.on_timeout(now));
            assert!(!playback.on_timeout(now), "once");
        }
        playback.on_stopped(now, true);
        assert_eq!(playback.due(), None);

        playback.on_playing();
        playback.on_stopped(now, true);
        assert_eq!(playback.due(), Some(now + Duration::from_millis(250)));
    }

    #[test]
    fn an_element_that_plays_by_itself_or_has_nothing_to_play_is_not_started() {
        let mut playback = Playback::default();
        let now = Time::from_millis(0);
        playback.on_stopped(now, false);
        assert_eq!(playback.due(), None);
        playback.on_stopped(now, true);
        playback.on_playing();
        assert_eq!(playback.due(), None);
        playback.on_stopped(now, true);
        playback.on_stopped(now, false);
        assert_eq!(playback.due(), None);
    }
}
