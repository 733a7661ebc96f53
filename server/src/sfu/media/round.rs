//! Whose upkeep is left. That of all is not done in one go, as the media of all calls waits meanwhile.

use crate::sfu::ids::SessionKey;

/// A round of upkeep of all sessions.
#[derive(Default)]
pub struct Round {
    pub left: Vec<SessionKey>,
    /// Whether bandwidth and demand are reviewed as well.
    pub is_review: bool,
}
