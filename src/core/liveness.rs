//! Whether the other side of a socket is still there.

use super::time::{Duration, Time};

/// Pings when it is due, and tells when the peer has been silent for too long.
///
/// A page in the background gets its timers late. A late timer says nothing about the peer: its
/// answers may wait in the page's own queue. So a peer counts as dead only when a ping stayed
/// unanswered while timers came in time.
#[derive(Clone, Debug)]
pub(crate) struct Liveness {
    every: Duration,
    patience: Duration,
    ping_at: Time,
    unanswered_until: Option<Time>,
}

/// What to do after a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wait,
    Ping,
    Dead,
}

/// A timer this much after its time was held back by the browser.
const LATE: Duration = Duration::from_secs(2);

impl Liveness {
    /// Pings `every` so often and gives an answer `patience` to arrive.
    pub(crate) fn new(now: Time, every: Duration, patience: Duration) -> Self {
        Self { every, patience, ping_at: now + every, unanswered_until: None }
    }

    /// Anything arrived.
    pub(crate) fn heard(&mut self) {
        self.unanswered_until = None;
    }

    /// Called when [`Self::due`] has come; [`Verdict::Ping`] asks to send a ping at once.
    pub(crate) fn check(&mut self, now: Time) -> Verdict {
        if let Some(until) = self.unanswered_until.filter(|until| *until <= now) {
            if now - until < LATE {
                return Verdict::Dead;
            }
            self.unanswered_until = None;
            self.ping_at = now;
        }
        if self.ping_at > now {
            return Verdict::Wait;
        }
        self.ping_at = now + self.every;
        self.unanswered_until.get_or_insert(now + self.patience);
        Verdict::Ping
    }

    pub(crate) fn due(&self) -> Time {
        self.unanswered_until.map_or(self.ping_at, |until| until.min(self.ping_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(s: u64) -> Time {
        Time::from_millis(s * 1000)
    }

    fn sfu() -> Liveness {
        Liveness::new(secs(0), Duration::from_secs(5), Duration::from_secs(7))
    }

    #[test]
    fn a_silent_peer_is_dead_twelve_seconds_after_it_was_last_heard() {
        let mut liveness = sfu();

        assert_eq!(liveness.check(secs(5)), Verdict::Ping);
        assert_eq!(liveness.check(secs(10)), Verdict::Ping);
        assert_eq!(liveness.due(), secs(12));
        assert_eq!(liveness.check(secs(12)), Verdict::Dead);
    }

    #[test]
    fn a_peer_that_answers_lives() {
        let mut liveness = sfu();

        for s in 1..20 {
            assert_eq!(liveness.check(secs(5 * s)), Verdict::Ping);
            liveness.heard();
        }
    }

    #[test]
    fn a_timer_that_comes_late_asks_again_before_it_judges() {
        let mut liveness = sfu();
        assert_eq!(liveness.check(secs(5)), Verdict::Ping);

        assert_eq!(liveness.check(secs(65)), Verdict::Ping, "the page was frozen for a minute");

        assert_eq!(liveness.check(secs(70)), Verdict::Ping);
        assert_eq!(liveness.check(secs(72)), Verdict::Dead);
    }
}
