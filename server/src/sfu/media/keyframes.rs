//! When to ask a publisher for a keyframe.

use std::time::{Duration, Instant};

/// Keyframe requests for one layer of one track, kept to a bearable rate.
///
/// A keyframe is several times the size of other frames, and one serves every subscriber, so
/// requests that come close together are answered by one. Who comes now and then does not wait; where
/// many come, or packets are lost all the time, there are fewer.
#[derive(Debug, Default)]
pub struct KeyframeRequests {
    wanted: bool,
    last_sent: Option<Instant>,
    /// When all that were saved up will be there again.
    full_at: Option<Instant>,
}

impl KeyframeRequests {
    /// Somebody needs a keyframe.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// A keyframe arrived: nobody needs one any more.
    pub fn arrived(&mut self) {
        self.wanted = false;
    }

    /// Whether to send a request now. The wish stays until a keyframe arrives, so that a lost
    /// request is repeated.
    pub fn poll(&mut self, now: Instant) -> bool {
        let soon =
            self.last_sent.is_some_and(|sent| now.saturating_duration_since(sent) < SHORTEST);
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now));
        if !self.wanted || soon || full_at > now + (SAVED - 1) * INTERVAL {
            return false;
        }
        self.last_sent = Some(now);
        self.full_at = Some(full_at + INTERVAL);
        true
    }
}

/// Browsers ignore a request that comes less than 300 ms after the one before. A keyframe takes 15 to
/// 75 ms to come, so this also leaves time for a round trip.
const SHORTEST: Duration = Duration::from_millis(320);
/// One is earned in this time,
const INTERVAL: Duration = Duration::from_millis(500);
/// and so many can be saved up.
const SAVED: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_merged_and_repeated_until_a_keyframe_arrives() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut requests = KeyframeRequests::default();
        assert!(!requests.poll(start), "nobody asked");

        requests.want();
        assert!(requests.poll(after(0)));
        requests.want();
        assert!(!requests.poll(after(319)), "a browser would ignore it");
        assert!(requests.poll(after(320)), "the first may be lost");

        requests.arrived();
        assert!(!requests.poll(after(2000)), "it came");
        requests.want();
        assert!(requests.poll(after(2000)));
    }

    #[test]
    fn those_who_come_all_the_time_wait_for_each_other() {
        let start = Instant::now();
        let mut requests = KeyframeRequests::default();
        let mut sent = Vec::new();
        for ms in (0..10_000).step_by(10) {
            requests.want();
            if requests.poll(start + Duration::from_millis(ms)) {
                sent.push(ms);
                requests.arrived();
            }
        }
        assert_eq!(sent[..8], [0, 320, 640, 960, 1280, 1600, 2000, 2500]);
        assert_eq!(sent.len(), 22, "two each second, and what was saved up");
    }
}
