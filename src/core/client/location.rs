//! Where this client is, which helps the coordinator to choose a near SFU.

use super::Client;
use crate::core::{effect::Effect, host::Host};

/// What clients say whose place could not be found out.
const UNKNOWN: &str = "ERR";
/// The names of places begin with the code of an airport.
const CODE_LENGTH: usize = 3;

impl<H: Host> Client<H> {
    /// Asks once, and not before a user connects: a client that is only made sends nothing.
    pub(super) fn find_location(&mut self) {
        if let Some(hint) = self.config.location_hint.take() {
            self.location_hint = Some(hint);
            self.ask_for_location();
        }
    }

    /// Somebody told where this client is, or nobody did.
    pub(super) fn on_location(&mut self, place: Option<String>) {
        let code = place.unwrap_or_default().chars().take(CODE_LENGTH).collect::<String>();
        if code.is_empty() {
            return self.ask_for_location();
        }
        self.location_hint = None;
        self.config.location = code;
    }

    fn ask_for_location(&mut self) {
        let Some(hint) = self.location_hint.as_mut().filter(|hint| hint.attempts > 0) else {
            // It costs a join nothing but the choice of a near server.
            UNKNOWN.clone_into(&mut self.config.location);
            return;
        };
        hint.attempts -= 1;
        let (url, timeout) = (hint.url.clone(), hint.timeout);
        self.out.push(Effect::FindLocation { url, timeout });
    }
}
