//! Whether a media path has fallen silent, long before the browser gives it up: what comes over it is
//! looked at, and the SFU asked over the socket whether it is the whole network.

use crate::core::{
    input::Traffic,
    time::{Duration, Time},
};

/// How often it is looked at while something comes,
const EVERY: Duration = Duration::from_secs(1);
/// and while nothing does.
const SOON: Duration = Duration::from_millis(500);
/// What is expected comes several times in this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// Browsers ask whether the other side is there from time to time, Firefox each 6 s.
const IDLE_PATIENCE: Duration = Duration::from_secs(8);
/// So long before the end of the patience the SFU is asked.
const ASKED_BEFORE: Duration = Duration::from_secs(1);
/// A question may be lost.
const ASKED_AGAIN: Duration = Duration::from_secs(2);
/// A look this much after the one before was held back by the browser: nobody knows what came.
const LATE: Duration = Duration::from_secs(3);
/// A path that falls silent again so soon is not one that another look for it mends.
const MENDED_AGAIN: Duration = Duration::from_secs(10);

/// Watches the path of one peer connection, once there is one.
#[derive(Debug, Default)]
pub(crate) struct PathWatch {
    due: Option<Time>,
    /// What was counted the last time, and when.
    last: Option<(Traffic, Time)>,
    /// When something came the last time, as far as was looked.
    heard_at: Time,
    doubt: Doubt,
    mended_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Doubt {
    #[default]
    None,
    /// The SFU was asked; when the path is to be held for lost.
    Asked { at: Time, until: Time },
    /// It answered.
    Answered { until: Time },
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathNews {
    Nothing,
    /// Something came.
    Alive,
    /// It is to be asked over the socket whether the SFU is there.
    Ask,
    /// Nothing comes over it, and the SFU is there.
    Silent,
}

impl PathWatch {
    /// There is a path, for the first time or again.
    pub(crate) fn on_connected(&mut self, now: Time) {
        self.heard_at = now;
        self.doubt = Doubt::None;
        self.due.get_or_insert(now + EVERY);
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.due
    }

    /// Whether to look now.
    pub(crate) fn on_timeout(&mut self, now: Time) -> bool {
        let is_due = self.due.is_some_and(|due| due <= now);
        if is_due {
            self.due = Some(now + EVERY);
        }
        is_due
    }

    /// Takes what was counted. `expects` tells whether something should have come, given whether
    /// something was sent.
    pub(crate) fn on_counted(
        &mut self,
        now: Time,
        traffic: Traffic,
        expects: impl FnOnce(bool) -> bool,
    ) -> PathNews {
        let before = self.last.replace((traffic, now));
        let Some((before, _)) = before.filter(|(_, at)| now - *at < LATE) else {
            self.on_connected(now);
            return PathNews::Nothing;
        };
        if traffic.received > before.received || traffic.answers > before.answers {
            self.on_connected(now);
            return PathNews::Alive;
        }
        self.due = Some(now + SOON);
        let patience = if expects(traffic.sent > before.sent) { PATIENCE } else { IDLE_PATIENCE };
        let until = self.heard_at + patience;
        match self.doubt {
            Doubt::Answered { .. } => {
                self.doubt = Doubt::Answered { until };
                self.judge(now)
            }
            Doubt::Asked { at, .. } if now - at < ASKED_AGAIN => PathNews::Nothing,
            Doubt::None | Doubt::Asked { .. } if now + ASKED_BEFORE >= until => {
                self.doubt = Doubt::Asked { at: now, until };
                PathNews::Ask
            }
            Doubt::None | Doubt::Asked { .. } => PathNews::Nothing,
        }
    }

    /// The SFU answered over the socket.
    pub(crate) fn on_answer(&mut self, now: Time) -> PathNews {
        if let Doubt::Asked { until, .. } = self.doubt {
            self.doubt = Doubt::Answered { until };
        }
        self.judge(now)
    }

    fn judge(&mut self, now: Time) -> PathNews {
        let is_over = matches!(self.doubt, Doubt::Answered { until } if until <= now);
        if !is_over || self.mended_at.is_some_and(|at| now - at < MENDED_AGAIN) {
            return PathNews::Nothing;
        }
        self.mended_at = Some(now);
        self.doubt = Doubt::None;
        PathNews::Silent
    }
}
