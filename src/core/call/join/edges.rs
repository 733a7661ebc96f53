//! Which SFUs have failed, and whether the same one is tried again.

use std::mem;

use super::{CLOSE_JOIN_FAILED, Credentials, Join, Step, Trigger, wire::is_edge_unusable};
use crate::core::{call::CallContext, error::Error, host::Host};

/// Failures on one SFU after which another one is asked for.
pub(super) const FAILURES_PER_EDGE: u32 = 2;

impl<H: Host> Join<H> {
    /// Drops what the failed attempt opened. Its credentials serve the next attempt too, unless
    /// this SFU has no place or has failed often enough.
    pub(super) fn drop_attempt(
        &mut self,
        context: &mut CallContext<'_, H>,
        error: &Error<H>,
    ) -> Option<Credentials> {
        let credentials = match mem::replace(&mut self.step, Step::Offline) {
            Step::Connecting { session, .. }
            | Step::AwaitingResponse { session, .. }
            | Step::Reading { session, .. } => {
                let credentials = session.credentials.clone();
                session.close(context.out, CLOSE_JOIN_FAILED, "join failed");
                credentials
            }
            Step::AwaitingCredentials { .. }
            | Step::Accepting { .. }
            | Step::Refused { .. }
            | Step::BackingOff { .. }
            | Step::Offline => {
                return None;
            }
        };
        let failures = self.failures_of(&credentials.edge_name);
        *failures += 1;
        if is_edge_unusable(error) {
            *failures = (*failures).max(FAILURES_PER_EDGE);
        }
        let keep = *failures < FAILURES_PER_EDGE;
        (keep && matches!(self.trigger, Trigger::App { .. })).then_some(credentials)
    }

    /// How often an SFU failed.
    fn failures_of(&mut self, edge: &str) -> &mut u32 {
        let known = self.failures_by_edge.iter().position(|(known, _)| known == edge);
        let place = known.unwrap_or(self.failures_by_edge.len());
        if known.is_none() {
            self.failures_by_edge.push((edge.to_owned(), 0));
        }
        // The place was found, or made, a line above.
        #[allow(clippy::indexing_slicing)]
        &mut self.failures_by_edge[place].1
    }
}
