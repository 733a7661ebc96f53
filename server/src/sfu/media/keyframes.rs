//! When to ask a publisher for a keyframe.

use std::time::{Duration, Instant};

/// Keyframe requests for one layer of one track, kept to a bearable rate.
///
/// A keyframe is several times the size of other frames, and one serves every subscriber, so
/// requests that come close together are answered by one.
#[derive(Debug, Default)]
pub struct KeyframeRequests {
    wanted: bool,
    last_sent: Option<Instant>,
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
            self.last_sent.is_some_and(|sent| now.saturating_duration_since(sent) < INTERVAL);
        if !self.wanted || soon {
            return false;
        }
        self.last_sent = Some(now);
        true
    }
}

/// A keyframe takes 15 to 75 ms to come, so this also leaves time for a round trip.
const INTERVAL: Duration = Duration::from_millis(500);

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
        assert!(!requests.poll(after(499)), "too soon");
        assert!(requests.poll(after(500)), "the first may be lost");

        requests.arrived();
        assert!(!requests.poll(after(2000)), "it came");
        requests.want();
        assert!(requests.poll(after(2000)));
    }
}
