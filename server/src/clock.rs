//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_protocol::coordinator::DateTime;

/// Now, by the clock of this machine.
pub(crate) fn now() -> DateTime {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    DateTime::from_unix_nanos(i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX))
}

/// Whole seconds since the Unix epoch, as tokens count.
pub(crate) fn unix_seconds() -> u64 {
    now().seconds_since(DateTime::from_unix_nanos(0))
}
