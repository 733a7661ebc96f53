//! Whether a peer connection has a way to the SFU, and what to do when it has not (SFU protocol,
//! reactions to states).

use super::silence::{PathNews, PathWatch};
use crate::core::{
    input::Traffic,
    time::{Duration, Time},
};

/// A lost way may come back by itself.
const LOST_PATIENCE: Duration = Duration::from_millis(2500);
/// So may the first one.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
/// How long the search for it may take; some browsers search for ever.
const SEARCH_PATIENCE: Duration = Duration::from_secs(10);
/// How long a restart may take to find one.
const RESTART_PATIENCE: Duration = Duration::from_secs(15);

/// What is known of one peer connection.
#[derive(Debug, Default)]
pub(crate) struct IceWatch {
    was_connected: bool,
    /// Since when the first way is looked for.
    searching_since: Option<Time>,
    /// The browser found none.
    found_none: bool,
    restarting: bool,
    until: Option<Time>,
    path: PathWatch,
}

/// What to do about it.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum IceNews {
    Nothing,
    /// Look what comes over it.
    Count,
    /// Ask over the socket whether the SFU is there.
    Ask,
    /// Look for a new way.
    Restart,
    /// Make the connection anew, for that reason.
    Rejoin(&'static str),
}

impl IceWatch {
    pub(crate) fn on_connected(&mut self, now: Time) {
        (self.was_connected, self.restarting, self.until) = (true, false, None);
        (self.searching_since, self.found_none) = (None, false);
        self.path.on_connected(now);
    }

    /// Both sides know of each other: from now on a way is looked for.
    pub(crate) fn on_described(&mut self, now: Time) {
        if !self.was_connected && self.searching_since.is_none() {
            self.searching_since = Some(now);
            self.until = Some(now + SEARCH_PATIENCE);
        }
    }

    pub(crate) fn was_connected(&self) -> bool {
        self.was_connected
    }

    /// Whether it was looked for long enough, and there was none.
    pub(crate) fn is_in_vain(&self, now: Time) -> bool {
        let is_long = |since| now - since >= FIRST_PATIENCE;
        !self.was_connected && (self.found_none || self.searching_since.is_some_and(is_long))
    }

    /// Takes what was counted of what comes and goes.
    pub(crate) fn on_counted(
        &mut self,
        now: Time,
        traffic: Traffic,
        expects: impl FnOnce(bool) -> bool,
    ) -> IceNews {
        let news = self.path.on_counted(now, traffic, expects);
        self.on_path(now, news)
    }

    /// The SFU answered over the socket.
    pub(crate) fn on_answer(&mut self, now: Time) -> IceNews {
        let news = self.path.on_answer(now);
        self.on_path(now, news)
    }

    fn on_path(&mut self, now: Time, news: PathNews) -> IceNews {
        match news {
            PathNews::Nothing => IceNews::Nothing,
            PathNews::Alive => {
                // A browser does not tell of a way that it had never given up.
                if self.restarting {
                    self.on_connected(now);
                }
                IceNews::Nothing
            }
            PathNews::Ask => IceNews::Ask,
            PathNews::Silent if self.restarting => IceNews::Nothing,
            PathNews::Silent => self.restart(now),
        }
    }

    pub(crate) fn on_disconnected(&mut self, now: Time) {
        if !self.was_connected {
            let due = now + FIRST_PATIENCE;
            self.until = Some(self.until.map_or(due, |until| until.min(due)));
        } else if self.until.is_none() {
            self.until = Some(now + LOST_PATIENCE);
        }
    }

    pub(crate) fn on_failed(&mut self, now: Time) -> IceNews {
        if !self.was_connected {
            self.found_none = true;
            IceNews::Rejoin("ice_never_connected")
        } else if self.restarting {
            IceNews::Rejoin("restart_ice_failed")
        } else {
            self.restart(now)
        }
    }

    fn restart(&mut self, now: Time) -> IceNews {
        self.restarting = true;
        self.until = Some(now + RESTART_PATIENCE);
        IceNews::Restart
    }

    /// The peer connection as a whole failed. A restart mends that, too.
    pub(crate) fn on_connection_failed(&mut self) -> IceNews {
        self.found_none |= !self.was_connected;
        if self.restarting { IceNews::Nothing } else { IceNews::Rejoin("connection_failed") }
    }

    pub(crate) fn on_timeout(&mut self, now: Time) -> IceNews {
        if self.until.take_if(|until| *until <= now).is_some() {
            self.on_failed(now)
        } else if self.path.on_timeout(now) {
            IceNews::Count
        } else {
            IceNews::Nothing
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.until.into_iter().chain(self.path.due()).min()
    }
}
