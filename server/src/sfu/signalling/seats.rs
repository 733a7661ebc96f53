//! How many sessions there may be: one to a seat, some to a user, and as many as a call takes.

use super::{
    calls::Calls,
    join_request::Join,
    session::{Session, Signal},
};
use crate::{control::SfuClaims, sfu::ids::SessionKey};

impl Calls {
    /// The sessions of the same user that cannot go on beside the one that joins: the one of this name,
    /// and who sits on its seat, unless that is the one whose place it takes.
    pub(super) fn replaced(&self, join: &Join, previous: Option<SessionKey>) -> Vec<SessionKey> {
        let SfuClaims { user_id, cid, seat, .. } = &join.claims;
        let own = self.in_call(cid).filter(|session| session.claims.user_id == *user_id);
        let replaced = own.filter(|session| {
            let sits_there = session.claims.seat == *seat && is_present(session);
            session.id == join.session_id || (sits_there && Some(session.key) != previous)
        });
        replaced.map(|session| session.key).collect()
    }

    /// Finds room for a session in place of others that end anyway. Sessions of the same user whose
    /// clients are gone give way to it: they are returned. `Err` says what there is too much of.
    pub(super) fn make_room(
        &self,
        claims: &SfuClaims,
        replaced: &[SessionKey],
        previous: Option<SessionKey>,
    ) -> Result<Vec<SessionKey>, &'static str> {
        let stay = self.in_call(&claims.cid).filter(|session| {
            is_present(session) && !replaced.contains(&session.key) && Some(session.key) != previous
        });
        let (mut all, mut own, mut gone) = (0, 0, Vec::new());
        for session in stay {
            let is_own = !claims.anonymous && session.claims.user_id == claims.user_id;
            all += u32::from(!session.claims.exempt);
            own += u32::from(is_own);
            if is_own && matches!(session.signal, Signal::Lost { .. }) {
                gone.push(session);
            }
        }
        let mut ended = Vec::new();
        let mut gone = gone.into_iter();
        loop {
            let is_full = !claims.exempt && claims.room.is_some_and(|room| all >= room);
            let has_many = !claims.anonymous && own >= claims.sessions_per_user;
            let text = match (is_full, has_many) {
                (false, false) => return Ok(ended),
                (true, _) => "the call is full",
                (false, true) => "the user has too many sessions in this call",
            };
            let session = gone.next().ok_or(text)?;
            all -= u32::from(!session.claims.exempt);
            own -= 1;
            ended.push(session.key);
        }
    }
}

/// Not one that is over and only seen by the others.
fn is_present(session: &Session) -> bool {
    session.signal != Signal::StandIn
}
