//! What apps see of a ring: who rings, and who has answered how.

use indexmap::IndexMap;

use super::{host::Host, state::CallState};

/// A ring, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct RingingState {
    /// Whether this user rings the others.
    pub outgoing: bool,
    /// Users who accepted.
    pub accepted_by: Vec<String>,
    /// Users who rejected.
    pub rejected_by: Vec<Rejection>,
    /// Users who have not answered yet.
    pub pending: Vec<String>,
    /// When it gives up, in ms since the epoch; none when answered, or when it never does.
    pub expires_at: Option<f64>,
}

/// A user who rejected.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// Who.
    pub user_id: String,
    /// Why; none when they did not say, or when it happened before this client heard of the call.
    pub reason: Option<String>,
}

impl<H: Host> CallState<H> {
    /// The ring, for the user with that id; `None` when it does not ring, and did not since it was
    /// last left.
    pub fn ringing_state(&self, me: Option<&str>) -> Option<RingingState> {
        let ringing = self.ringing?;
        let answers =
            self.session.as_ref().map(|session| (&session.accepted_by, &session.rejected_by));
        let users = |answers: &IndexMap<String, Option<f64>>| answers.keys().cloned().collect();
        let accepted_by: Vec<String> =
            answers.map(|(accepted, _)| users(accepted)).unwrap_or_default();
        let rejectors: Vec<String> =
            answers.map(|(_, rejected)| users(rejected)).unwrap_or_default();
        let ringer = if ringing.outgoing { me.unwrap_or_default() } else { self.creator_id() };
        let is_pending =
            |id: &&String| *id != ringer && !accepted_by.contains(id) && !rejectors.contains(id);
        let members = self.members.iter().map(|member| &member.view.user_id);
        let pending = members.filter(is_pending).cloned().collect();
        let rejected_by = rejectors.into_iter().map(|user_id| {
            let known = self.rejections.iter().find(|(known, _)| *known == user_id);
            Rejection { reason: known.and_then(|(_, reason)| reason.clone()), user_id }
        });
        Some(RingingState {
            outgoing: ringing.outgoing,
            rejected_by: rejected_by.collect(),
            pending,
            expires_at: ringing.expires_at,
            accepted_by,
        })
    }
}
