//! A socket asks to join: a new session, a resumed one, or one that replaces another.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use trunkline_protocol::sfu::{
    event::{CallEnded, JoinResponse},
    models::{CallEndedReason, CallState, ErrorCode, WebsocketReconnectStrategy as Strategy},
};

use super::{
    audio_levels::AudioLevels,
    calls::{Call, Calls, Effect, Reminder},
    join_request::Join,
    publish_options::publish_options,
    session::{Session, Signal, Wish},
    snapshot::Entries,
    sockets::{NORMAL, POLICY_VIOLATION, REMINDER_INTERVAL},
    speakers::Speakers,
    wire::{self, Event},
};
use crate::{
    control::{Remedy, SfuClaims},
    sfu::ids::{Now, SessionKey, SocketId},
};

impl Calls {
    /// Answers a JoinRequest.
    pub fn join(&mut self, join: Join, now: Now) {
        if join.session_id.is_empty() || join.session_id.len() > MAX_SESSION_ID {
            let text = "session_id must have 1 to 128 bytes";
            return self.refuse(join.socket, ErrorCode::RequestValidationFailed, text);
        }
        if let Some(reason) = self.why_put_out(&join) {
            return self.send_off(join.socket, reason);
        }
        let SfuClaims { user_id, cid, .. } = &join.claims;
        let existing = self.session_by_id(cid, &join.session_id);
        if existing.is_some_and(|session| !session.is_owned_by(user_id, cid))
            || self.departures.is_somebody_elses(&join.session_id, cid, user_id)
        {
            let text = "session_id is in use by somebody else";
            return self.refuse(join.socket, ErrorCode::PermissionDenied, text);
        }
        let resumed = existing
            .filter(|session| join.strategy == Strategy::Fast && session.signal != Signal::StandIn);
        if let Some(session) = resumed.map(|session| session.key) {
            // Its rights have followed every change.
            return self.resume(&join, session, now);
        }
        match self.voided.remedy(&join.claims) {
            Some(Remedy::Nothing) => {
                let text = "the token is void: the call ended or the user was removed from it";
                self.refuse(join.socket, ErrorCode::PermissionDenied, text);
            }
            Some(Remedy::Rejoin) => self.ask_for_another_token(join.socket),
            None if join.strategy == Strategy::Fast => self.answer_unknown(&join, now),
            None => self.begin(join, now),
        }
    }

    fn begin(&mut self, mut join: Join, now: Now) {
        let cid = join.claims.cid.clone();
        let socket = join.socket;
        let previous_id = std::mem::take(&mut join.previous_session_id);
        let mut previous = self.previous_session(&join, &previous_id);
        let replaced = self.replaced(&join, previous);
        if previous.is_some_and(|previous| replaced.contains(&previous)) {
            previous = None;
        }
        match self.make_room(&join.claims, &replaced, previous) {
            Ok(gone) => self.end(&[replaced, gone].concat(), now),
            Err(text) => {
                return self.refuse(socket, ErrorCode::CallParticipantLimitReached, text);
            }
        }
        let key = self.next_key();
        let muted = match previous.and_then(|previous| self.sessions.get(&previous)) {
            Some(previous) => previous.unheard_mutes.keys().copied().collect(),
            None => self.departures.muted(&previous_id, &cid, &join.claims.user_id),
        };
        let stand_in = previous.and_then(|previous| self.stand_in_after(previous));
        if let (Some(previous), Some(stand_in)) = (previous, stand_in) {
            // Before the new one hears anything: it is not to hear of itself as somebody else.
            self.end_unseen(previous, stand_in);
        }
        let call = self.calls.entry(cid.clone()).or_insert_with(|| Call {
            started: now.wall,
            sessions: Vec::new(),
            by_id: HashMap::new(),
            publishers: BTreeSet::new(),
            anonymous: 0,
            stand_ins: 0,
            levels: AudioLevels::default(),
            speakers: Speakers::new(self.sizes.loudest),
            pins: Vec::new(),
            important: BTreeSet::new(),
        });
        call.sessions.push(key);
        call.by_id.insert(join.session_id.clone(), key);
        call.anonymous += u32::from(join.claims.anonymous);
        let small = call.sessions.len() <= self.sizes.large_call;
        let mut session = Session::new(key, join, now);
        session.introduced = small && !session.claims.anonymous && stand_in.is_none();
        session.stand_in = stand_in;
        self.sessions.insert(key, session);
        self.bind(socket, &cid, Some(key));

        if let Some(stand_in) = stand_in {
            self.answer(socket, key, false, Some(stand_in));
        } else {
            // Before anybody is told of the new session: it comes pinned.
            let has_pin = previous.is_some() && self.move_pin(&cid, &previous_id, key);
            self.answer(socket, key, false, previous);
            self.announce(key);
            if has_pin {
                self.tell_pins(&cid);
            }
        }
        match (stand_in, previous) {
            (Some(_), _) => {}
            (None, Some(previous)) => self.replace(previous, key, now),
            (None, None) => self.notice_joined(key),
        }
        self.catch_up_on_mutes(key, muted);
        self.effects.push(Effect::Resubscribe(key));
        self.review_importance(&cid);
    }

    /// A fast reconnect: the session goes on with another socket. Others are told nothing.
    fn resume(&mut self, join: &Join, key: SessionKey, now: Now) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        let replaced = session.socket();
        session.signal = Signal::Bound { socket: join.socket, created: false };
        session.last_heard = now.instant;
        session.wishes = join.subscriptions.iter().filter_map(Wish::read).collect();
        let cid = session.claims.cid.clone();
        if let Some(old) = replaced {
            self.sockets.remove(&old);
            self.hang_up(old, NORMAL, "replaced by a new socket");
        }
        self.bind(join.socket, &cid, Some(key));
        self.answer(join.socket, key, true, None);
        self.effects.push(Effect::RestartSubscriber(key));
        self.effects.push(Effect::Resubscribe(key));
    }

    /// A fast reconnect to a session that is not known here. Nothing lasting is created: the
    /// client learns from the answer, or from the reminders, that it has to rejoin.
    fn answer_unknown(&mut self, join: &Join, now: Now) {
        let cid = &join.claims.cid;
        let response = JoinResponse {
            call_state: Some(self.call_state(cid, now, None)),
            reconnected: false,
            fast_reconnect_deadline_seconds: 0,
            publish_options: publish_options(join),
        };
        self.send_answer(join.socket, response, &self.entries(cid, None, None));
        self.bind(join.socket, cid, None);
        let error = wire::error(ErrorCode::ParticipantNotFound, "session unknown, rejoin");
        self.remind(join.socket, Reminder { due: now.instant + REMINDER_INTERVAL, error });
    }

    fn answer(
        &mut self,
        socket: SocketId,
        key: SessionKey,
        reconnected: bool,
        hidden: Option<SessionKey>,
    ) {
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let cid = &session.claims.cid;
        let response = JoinResponse {
            call_state: Some(self.call_state(cid, session.joined, hidden)),
            reconnected,
            fast_reconnect_deadline_seconds: i32::try_from(FAST_RECONNECT.as_secs()).unwrap_or(0),
            publish_options: session.options.clone(),
        };
        let entries = self.entries(cid, Some(key), hidden);
        self.send_answer(socket, response, &entries);
    }

    fn send_answer(&mut self, to: SocketId, response: JoinResponse, entries: &Entries) {
        let frame = entries.answer(response);
        self.effects.push(Effect::Answer { to, frame });
    }

    /// The snapshot but for the participants.
    fn call_state(&self, cid: &str, now: Now, hidden: Option<SessionKey>) -> CallState {
        let call = self.calls.get(cid);
        let started = call.map_or(now.wall, |call| call.started);
        let mut count = self.count(cid);
        let is_counted = |key| self.sessions.get(&key).is_some_and(|s| s.signal != Signal::StandIn);
        count.total -= u32::from(hidden.is_some_and(is_counted));
        CallState {
            participants: Vec::new(),
            started_at: Some(wire::timestamp(started)),
            participant_count: Some(count),
            pins: self.pins(cid).to_vec(),
            e2ee_enabled: false,
        }
    }

    /// Everybody who was introduced, and the joining one: without its own entry a client does not know
    /// itself.
    fn entries(&self, cid: &str, own: Option<SessionKey>, hidden: Option<SessionKey>) -> Entries {
        let is_own = |session: &Session| Some(session.key) == own && !session.claims.anonymous;
        let is_listed = |session: &&Session| session.introduced || is_own(session);
        let listed = self.in_call(cid).filter(is_listed);
        let dominant = self.dominant(cid);
        let mut entries = Entries::default();
        for session in listed.filter(|session| Some(session.key) != hidden) {
            session.enter(dominant == Some(session.key), &mut entries);
        }
        entries
    }

    /// The session that a rejoin replaces, if it is the same user's in the same call.
    fn previous_session(&self, join: &Join, id: &str) -> Option<SessionKey> {
        let previous = self.session_by_id(&join.claims.cid, id)?;
        let is_owned = previous.is_owned_by(&join.claims.user_id, &join.claims.cid);
        is_owned.then_some(previous.key)
    }

    fn refuse(&mut self, socket: SocketId, code: ErrorCode, text: &'static str) {
        let event = wire::error_event(wire::error(code, text), Strategy::Disconnect);
        self.send(vec![socket], event);
        self.hang_up(socket, POLICY_VIOLATION, text);
    }

    /// Rights have changed since the token was made; the coordinator knows what holds now.
    fn ask_for_another_token(&mut self, socket: SocketId) {
        let text = "the rights of the user have changed since the token was made, rejoin";
        let error = wire::error(ErrorCode::PermissionDenied, text);
        self.send(vec![socket], wire::error_event(error, Strategy::Rejoin));
        self.hang_up(socket, POLICY_VIOLATION, text);
    }

    /// Why somebody who wants to go on with a session may not: their user was put out of the call
    /// meanwhile. A join that does not go on with anything is another matter.
    fn why_put_out(&self, join: &Join) -> Option<CallEndedReason> {
        let former = match (join.strategy, join.previous_session_id.as_str()) {
            (Strategy::Unspecified | Strategy::Disconnect, _) => return None,
            (_, "") => &join.session_id,
            (_, previous) => previous,
        };
        self.departures.why_put_out(former, &join.claims.cid, &join.claims.user_id)
    }

    fn send_off(&mut self, socket: SocketId, reason: CallEndedReason) {
        self.send(vec![socket], Event::CallEnded(CallEnded { reason: reason.into() }));
        self.hang_up(socket, NORMAL, "the session was ended");
    }
}

/// How long a session whose socket is gone is kept.
pub(super) const FAST_RECONNECT: Duration = Duration::from_secs(15);
const MAX_SESSION_ID: usize = 128;
