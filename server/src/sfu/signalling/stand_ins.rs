//! Rejoins of somebody who has had no media yet: nobody needs to see them come and go.
//!
//! A network that lets no media pass makes its clients rejoin, with another session each time. The others
//! go on seeing the session that they know, which stands in for those that came after it, until media
//! has reached one of them, or the last one is over.

use trunkline_protocol::sfu::models::{ConnectionQuality, TrackUnpublishReason};

use super::{
    calls::{Calls, Effect},
    session::Signal,
    sockets::NORMAL,
};
use crate::sfu::ids::{Now, SessionKey};

impl Calls {
    /// The session that the others are to go on seeing when this one is replaced; none when they are
    /// to be told.
    pub(super) fn stand_in_after(&self, replaced: SessionKey) -> Option<SessionKey> {
        let replaced = self.sessions.get(&replaced)?;
        let is_of_no_use =
            replaced.introduced && replaced.quality == ConnectionQuality::Unspecified;
        replaced.stand_in.or(is_of_no_use.then_some(replaced.key))
    }

    /// Ends a session that is being replaced, while the others go on seeing `stand_in`.
    pub(super) fn end_unseen(&mut self, replaced: SessionKey, stand_in: SessionKey) {
        if replaced != stand_in {
            return self.drop_unseen(replaced);
        }
        let nothing = TrackUnpublishReason::UserMuted;
        self.change_tracks(replaced, nothing, |session| session.announce(&[]));
        let Some(session) = self.sessions.get_mut(&replaced) else {
            return;
        };
        let socket = session.socket();
        session.signal = Signal::StandIn;
        session.wishes.clear();
        if let Some(call) = self.calls.get_mut(&session.claims.cid) {
            call.stand_ins += 1;
        }
        if let Some(socket) = socket {
            self.sockets.remove(&socket);
            self.hang_up(socket, NORMAL, "another session replaces this one");
        }
        self.effects.push(Effect::Forget(replaced));
    }

    /// Media has reached a session: the others see it from now on, and nobody in its place.
    pub(super) fn reveal(&mut self, key: SessionKey, now: Now) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        let Some(stand_in) = session.stand_in.take() else {
            return;
        };
        session.introduced = true;
        let cid = session.claims.cid.clone();
        let publishes = !session.tracks.is_empty();
        if let Some(call) = self.calls.get_mut(&cid).filter(|_| publishes) {
            call.publishers.insert(key);
        }
        let id = self.sessions.get(&stand_in).map(|session| session.id.clone());
        // Before anybody is told of it: it comes pinned.
        let has_pin = id.as_ref().is_some_and(|id| self.move_pin(&cid, id, key));
        self.announce(key);
        if has_pin {
            self.tell_pins(&cid);
        }
        match id {
            Some(_) => self.replace(stand_in, key, now),
            None => self.notice_joined(key),
        }
        if publishes {
            self.resubscribe_others(&cid, key);
            self.review_microphone(&cid, key);
        }
        self.review_importance(&cid);
    }
}
