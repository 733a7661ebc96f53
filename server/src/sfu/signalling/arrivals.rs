//! Who is told of a session that the others are to see.

use trunkline_protocol::sfu::event::ParticipantJoined;

use super::{
    calls::{Calls, Effect},
    wire::Event,
};
use crate::{
    control::{self, SfuNotice},
    sfu::ids::SessionKey,
};

impl Calls {
    /// Introduces a session to the others in the call, unless it is one of whom they are not told.
    pub(super) fn announce(&mut self, key: SessionKey) {
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let cid = session.claims.cid.clone();
        let joined = session.introduced.then(|| ParticipantJoined {
            call_cid: control::cid(&cid).to_owned(),
            participant: Some(self.participant(session)),
            is_pinned: self.is_pinned(session),
        });
        if let Some(joined) = joined {
            self.tell_others(&cid, Some(key), Event::ParticipantJoined(joined));
        }
    }

    /// Tells the coordinator.
    pub(super) fn notice_joined(&mut self, key: SessionKey) {
        let notice = self.sessions.get(&key).map(|session| SfuNotice::ParticipantJoined {
            cid: session.claims.cid.clone(),
            user_id: session.claims.user_id.clone(),
            session_id: session.id.clone(),
            anonymous: session.claims.anonymous,
        });
        self.effects.extend(notice.map(Effect::Notice));
    }
}
