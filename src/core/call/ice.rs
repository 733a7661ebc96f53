//! Whether a peer connection has a way to the SFU, and what to do when it has not (SFU protocol,
//! reactions to states).

use crate::core::time::{Duration, Time};

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
}

/// What to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum IceNews {
    Nothing,
    /// Look for a new way.
    Restart,
    /// Make the connection anew, for that reason.
    Rejoin(&'static str),
}

impl IceWatch {
    pub(crate) fn on_connected(&mut self) {
        *self = Self { was_connected: true, ..Self::default() };
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
            self.restarting = true;
            self.until = Some(now + RESTART_PATIENCE);
            IceNews::Restart
        }
    }

    /// The peer connection as a whole failed. A restart mends that, too.
    pub(crate) fn on_connection_failed(&mut self) -> IceNews {
        self.found_none |= !self.was_connected;
        if self.restarting { IceNews::Nothing } else { IceNews::Rejoin("connection_failed") }
    }

    pub(crate) fn on_timeout(&mut self, now: Time) -> IceNews {
        if self.until.take_if(|until| *until <= now).is_some() {
            self.on_failed(now)
        } else {
            IceNews::Nothing
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.until
    }
}
