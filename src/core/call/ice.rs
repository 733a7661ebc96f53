//! Whether a peer connection has a way to the SFU, and what to do when it has not (SFU protocol,
//! reactions to states).

use crate::core::time::{Duration, Time};

/// A lost way may come back by itself.
const LOST_PATIENCE: Duration = Duration::from_millis(2500);
/// So may the first one.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
/// How long a restart may take to find one.
const RESTART_PATIENCE: Duration = Duration::from_secs(15);

/// What is known of one peer connection.
#[derive(Debug, Default)]
pub(crate) struct IceWatch {
    was_connected: bool,
    restarting: bool,
    until: Option<Time>,
}

/// What to do about it.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum IceNews {
    Nothing,
    /// Look for a new way.
    Restart,
    /// Make the connection anew, for that reason.
    Rejoin(&'static str),
}

impl IceWatch {
    pub(crate) fn on_connected(&mut self) {
        *self = Self { was_connected: true, restarting: false, until: None };
    }

    pub(crate) fn on_disconnected(&mut self, now: Time) {
        if self.until.is_none() {
            let patience = if self.was_connected { LOST_PATIENCE } else { FIRST_PATIENCE };
            self.until = Some(now + patience);
        }
    }

    pub(crate) fn on_failed(&mut self, now: Time) -> IceNews {
        if !self.was_connected {
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
    pub(crate) fn on_connection_failed(&self) -> IceNews {
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
