//! What the SFU has to know is told until it knows it: a failure is no reason to forget a wish.

use trunkline_protocol::sfu::models;

use crate::core::{
    error::{Category, Error},
    host::Host,
    outbox::Outbox,
    time::{Duration, Time},
};

/// However long the SFU wants no repeat: what it has to know cannot wait for a day.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Why a session is made anew that the SFU does not know.
pub(super) const DISOWNED: &str = "session_unknown";
/// How often in a row the SFU may say so before that is believed.
const BELIEVED: u32 = 3;

/// When something is told again that was not taken. What is told then is what is wished by then.
#[derive(Debug, Default)]
pub(super) struct Retelling {
    failures: u32,
    disowned: u32,
    not_before: Option<Time>,
}

impl Retelling {
    /// The SFU knows.
    pub(super) fn taken(&mut self) {
        *self = Self::default();
    }

    /// The SFU may not know. Only the first failure of a row goes to the log. `false` when only a new
    /// session can help.
    #[must_use]
    pub(super) fn failed<H: Host>(&mut self, out: &mut Outbox<H>, error: Error<H>) -> bool {
        self.failures = self.failures.saturating_add(1);
        let asked = error.retry_after.unwrap_or_default().min(LONGEST_WAIT);
        self.not_before = Some(out.back_off(self.failures).max(out.after(asked)));
        self.disowned = if is_disowned(&error) { self.disowned + 1 } else { 0 };
        if self.failures == 1 {
            out.warn_of(error);
        }
        self.disowned < BELIEVED
    }

    /// When to tell what would be told at `due`.
    pub(super) fn at(&self, due: Time) -> Time {
        self.not_before.map_or(due, |not_before| not_before.max(due))
    }

    /// When to tell again what was not taken, if something was not.
    pub(super) fn due(&self) -> Option<Time> {
        self.not_before
    }
}

/// Whether the SFU does not know the session, or does not believe that it is ours.
pub(super) fn is_disowned<H: Host>(error: &Error<H>) -> bool {
    let is_unknown = |code: i32| {
        [models::ErrorCode::ParticipantNotFound, models::ErrorCode::ParticipantSignalLost]
            .contains(&models::ErrorCode::try_from(code).unwrap_or_default())
    };
    error.category == Category::Auth || error.server_code.is_some_and(is_unknown)
}
