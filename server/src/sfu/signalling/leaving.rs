//! Sessions end, and the others are told.

use trunkline_protocol::sfu::{event::ParticipantLeft, models::CallEndedReason};

use super::{
    calls::{Calls, Effect},
    session::{Session, Signal},
    sockets::{JOIN_FAILED, NORMAL},
    wire::Event,
};
use crate::{
    control::{self, SfuNotice},
    sfu::ids::{Now, SessionKey, SocketId},
};

impl Calls {
    /// A participant said that it leaves.
    pub fn leave(&mut self, socket: SocketId, now: Now) {
        if let Some(session) = self.served_by(socket) {
            self.end(&[session], now);
        }
    }

    /// A socket is gone, with its close code if there was one.
    ///
    /// 1000 is a leave. 4101 is a client whose join failed: what that join created goes too. With
    /// any other code a reconnect may follow, and the session is kept for a while.
    pub fn closed(&mut self, socket: SocketId, code: Option<u16>, now: Now) {
        let served = self.served_by(socket);
        self.sockets.remove(&socket);
        // A socket that was replaced serves nothing any more, so its close cannot hurt.
        let Some(session) = served.and_then(|key| self.sessions.get_mut(&key)) else {
            return;
        };
        let key = session.key;
        let created = matches!(session.signal, Signal::Bound { created: true, .. });
        if code == Some(NORMAL) || (code == Some(JOIN_FAILED) && created) {
            self.end(&[key], now);
        } else {
            session.signal = Signal::Lost { since: now.instant };
        }
    }

    /// Sessions end whose clients may not hear of it.
    pub(super) fn depart(
        &mut self,
        keys: &[SessionKey],
        put_out: Option<CallEndedReason>,
        now: Now,
    ) {
        for session in keys.iter().filter_map(|key| self.sessions.get(key)) {
            self.departures.note(session, put_out, now.instant);
        }
    }

    /// Ends sessions. They are all gone before the others are told, so that nobody who leaves too
    /// is told.
    pub(super) fn end(&mut self, keys: &[SessionKey], now: Now) {
        for session in self.drop_sessions(keys) {
            // The coordinator knows only of the one that stands in for it.
            if session.stand_in.is_some() {
                continue;
            }
            self.effects.push(Effect::Notice(SfuNotice::ParticipantLeft {
                duration_seconds: session.duration_seconds(now),
                cid: session.claims.cid,
                user_id: session.claims.user_id,
                session_id: session.id,
                anonymous: session.claims.anonymous,
            }));
        }
    }

    /// Ends a session whose place another one has taken. The coordinator hears of both at once, so
    /// that it never misses who reconnects.
    pub(super) fn replace(&mut self, previous: SessionKey, by: SessionKey, now: Now) {
        for session in self.drop_sessions(&[previous]) {
            let Some(successor) = self.sessions.get(&by) else {
                continue;
            };
            self.effects.push(Effect::Notice(SfuNotice::ParticipantRejoined {
                duration_seconds: session.duration_seconds(now),
                cid: session.claims.cid,
                user_id: session.claims.user_id,
                session_id: successor.id.clone(),
                previous_session_id: session.id,
                anonymous: session.claims.anonymous,
            }));
        }
    }

    /// Ends a session that nobody has seen; the one that stands in for it stays.
    pub(super) fn drop_unseen(&mut self, key: SessionKey) {
        if let Some(session) = self.sessions.get_mut(&key) {
            session.stand_in = None;
        }
        self.drop_sessions(&[key]);
    }

    fn drop_sessions(&mut self, keys: &[SessionKey]) -> Vec<Session> {
        let stand_in = |key: &SessionKey| self.sessions.get(key)?.stand_in;
        let stand_ins: Vec<_> = keys.iter().filter_map(stand_in).collect();
        let keys = keys.iter().chain(&stand_ins);
        let ended: Vec<_> = keys.filter_map(|key| self.remove(*key)).collect();
        let mut dropped = Vec::new();
        for (session, was_dominant) in ended {
            let cid = session.claims.cid.clone();
            if session.introduced {
                let left = ParticipantLeft {
                    call_cid: control::cid(&cid).to_owned(),
                    participant: Some(session.participant(was_dominant)),
                };
                self.tell_others(&cid, None, Event::ParticipantLeft(left));
            }
            self.unpin_ended(&cid, &session.id);
            if !session.tracks.is_empty() {
                self.resubscribe_others(&cid, session.key);
            }
            if let Some(socket) = session.socket() {
                self.sockets.remove(&socket);
                self.hang_up(socket, NORMAL, "the session ended");
            }
            self.effects.push(Effect::Forget(session.key));
            dropped.push(session);
        }
        dropped
    }

    fn remove(&mut self, key: SessionKey) -> Option<(Session, bool)> {
        let session = self.sessions.remove(&key)?;
        let cid = &session.claims.cid;
        let was_dominant = self.dominant(cid) == Some(key);
        if let Some(call) = self.calls.get_mut(cid) {
            call.sessions.retain(|other| *other != key);
            call.by_id.remove(&session.id);
            call.publishers.remove(&key);
            call.anonymous -= u32::from(session.claims.anonymous);
            call.stand_ins -= u32::from(session.signal == Signal::StandIn);
            call.levels.remove(key);
            let turns = call.speakers.set_on(key, false);
            if call.sessions.is_empty() {
                self.calls.remove(cid);
            }
            self.take_turns(turns);
        }
        Some((session, was_dominant))
    }
}
