//! Sessions end: on their own wish, by order of the coordinator, or because they fell silent.

use trunkline_protocol::sfu::{
    event::{CallEnded, ParticipantLeft},
    models::CallEndedReason,
};

use super::{
    calls::{Calls, Effect},
    joining::NORMAL,
    session::{Session, Signal},
    wire::Event,
};
use crate::{
    control::{self, PresentSession, SfuNotice, SfuOrder},
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

    /// Does what the coordinator ordered.
    pub fn obey(&mut self, order: &SfuOrder, now: Now) {
        match order {
            SfuOrder::EndCall { cid, reason } => {
                self.put_out(cid, *reason, now, |_| true);
                self.departures.put_out(cid, *reason, |_| true);
            }
            SfuOrder::EndLive { cid } => {
                self.put_out(cid, CallEndedReason::LiveEnded, now, |session| {
                    !session.claims.may(JOIN_BACKSTAGE)
                });
            }
            SfuOrder::RemoveUser { cid, user_id, reason } => {
                self.put_out(cid, *reason, now, |session| session.claims.user_id == *user_id);
                self.departures.put_out(cid, *reason, |other| other == user_id);
            }
            SfuOrder::Void { cid, whose, generation, remedy } => {
                self.voided.note(cid, whose, *generation, *remedy, now.wall);
            }
            SfuOrder::MuteTracks { cid, whose, kinds } => self.mute_tracks(cid, whose, kinds, now),
            SfuOrder::SetGrants { cid, user_id, granted, revoked } => {
                self.set_grants(cid, user_id, granted, revoked);
            }
            SfuOrder::UpdateUser { cid, user_id, name, image, custom } => {
                self.update_user(cid, user_id, |claims| {
                    claims.name.clone_from(name);
                    claims.image.clone_from(image);
                    claims.custom.clone_from(custom);
                });
            }
            SfuOrder::Pin { cid, user_id, session_id, pinned } => {
                self.pin(cid, user_id, session_id, *pinned);
            }
            SfuOrder::Report { cid } => self.report(cid),
            // It is for the worker.
            SfuOrder::Open { .. } => {}
        }
    }

    /// Tells the coordinator who is in a call, as far as it was told of them.
    fn report(&mut self, cid: &str) {
        let known = self.in_call(cid).filter(|session| session.stand_in.is_none());
        let (anonymous, listed): (Vec<_>, Vec<_>) =
            known.partition(|session| session.claims.anonymous);
        let sessions = listed.into_iter().map(|session| PresentSession {
            user_id: session.claims.user_id.clone(),
            session_id: session.id.clone(),
        });
        let notice = SfuNotice::Present {
            cid: cid.to_owned(),
            sessions: sessions.collect(),
            anonymous: u32::try_from(anonymous.len()).unwrap_or(u32::MAX),
        };
        self.effects.push(Effect::Notice(notice));
    }

    fn put_out(
        &mut self,
        cid: &str,
        reason: CallEndedReason,
        now: Now,
        who: impl Fn(&Session) -> bool,
    ) {
        let leaving: Vec<_> = self.in_call(cid).filter(|session| who(session)).collect();
        let to = leaving.iter().filter_map(|s| s.socket()).collect();
        let keys: Vec<_> = leaving.iter().map(|session| session.key).collect();
        let event = Event::CallEnded(CallEnded { reason: reason.into() });
        self.send(to, event);
        self.depart(&keys, Some(reason), now);
        self.end(&keys, now);
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
                self.effects.push(close(socket, NORMAL, "the session ended"));
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

    pub(super) fn served_by(&self, socket: SocketId) -> Option<SessionKey> {
        self.sockets.get(&socket)?.session
    }
}

pub(super) fn close(socket: SocketId, code: u16, reason: &'static str) -> Effect {
    Effect::Close { socket, code, reason }
}

/// The close code of a client whose join failed.
const JOIN_FAILED: u16 = 4101;
pub(super) const JOIN_BACKSTAGE: &str = "join-backstage";
