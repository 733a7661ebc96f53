//! The table of calls and sessions, and what every flow on it shares.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use trunkline_protocol::sfu::models::{
    Error, ErrorCode, Participant, ParticipantCount, Pin, TrackType,
};

use super::{
    audio_levels::AudioLevels,
    departures::Departures,
    session::{Session, Signal},
    speakers::{Speakers, Turn},
    voided::Voided,
    wire::{self, Event},
};
use crate::{
    control::SfuNotice,
    sfu::ids::{SessionKey, SocketId, TrackKey},
};

/// All calls of this SFU.
///
/// The flows are in their own files: `joining`, `leaving`, `moderation`, `orders`, `pins`, `stand_ins`,
/// `tracks`, `upkeep`.
#[allow(clippy::struct_field_names)] // the calls are the calls
pub struct Calls {
    pub(super) sizes: Sizes,
    pub(super) sessions: BTreeMap<SessionKey, Session>,
    pub(super) calls: HashMap<String, Call>,
    pub(super) sockets: HashMap<SocketId, SocketState>,
    pub(super) voided: Voided,
    pub(super) departures: Departures,
    pub(super) effects: Vec<Effect>,
    pub(super) levels_due: Option<Instant>,
    last_key: u64,
}

/// From which sizes on less is done for each participant of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Participants above which those who only watch are no longer introduced: each would be told to
    /// all the others.
    pub large_call: usize,
    /// Microphones above which only the loudest are forwarded, as many as this; 0 for all of them.
    pub loudest: usize,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present {
    pub sessions: usize,
    pub tracks: usize,
}

/// Something to be done, in the order given.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Send an event to these sockets.
    Send { to: Vec<SocketId>, event: Box<Event> },
    /// Send the answer to a join, encoded.
    Answer { to: SocketId, frame: Bytes },
    /// Close a socket with a WebSocket close code.
    Close { socket: SocketId, code: u16, reason: &'static str },
    /// Tell the coordinator.
    Notice(SfuNotice),
    /// What a session can or wants to receive changed: bring its subscriber up to date.
    Resubscribe(SessionKey),
    /// What one of the others publishes changed: bring the subscribers of these sessions up to date
    /// with it.
    ResubscribeTo { publisher: SessionKey, sessions: Vec<SessionKey> },
    /// A track is muted, or not any more. Who receives it, media knows.
    SetLive { track: TrackKey, live: bool },
    /// Whether the microphone of a session is forwarded. It is, unless something else was said.
    SetHeard { session: SessionKey, heard: bool },
    /// Offer to the session's subscriber with an ICE restart.
    RestartSubscriber(SessionKey),
    /// Whether a session's video comes first where bandwidth is short.
    SetImportant { session: SessionKey, important: bool },
    /// The session is over: drop its peer connections.
    Forget(SessionKey),
}

/// A call with at least one session.
pub struct Call {
    pub started: SystemTime,
    /// In the order of joining.
    pub sessions: Vec<SessionKey>,
    /// By session id, which clients choose: nobody can take one away from another call.
    pub by_id: HashMap<String, SessionKey>,
    /// Those of the sessions that have announced tracks.
    pub publishers: BTreeSet<SessionKey>,
    /// How many of the sessions are anonymous.
    pub anonymous: u32,
    /// How many of the sessions stand in for another of them.
    pub stand_ins: u32,
    pub levels: AudioLevels,
    pub speakers: Speakers,
    /// Pinned for everyone, the most important first.
    pub pins: Vec<Pin>,
    /// Pinned sessions and the dominant speaker.
    pub important: BTreeSet<SessionKey>,
}

/// What a socket is for, once its join was answered.
pub struct SocketState {
    pub cid: String,
    /// The session it serves; none when the session it wanted to resume is unknown here.
    pub session: Option<SessionKey>,
    /// An error to repeat until the client reconnects. Clients drop such an error while a
    /// reconnect is running, so sending it once is not enough.
    pub reminder: Option<Reminder>,
}

/// A repeated `error` event with the strategy REJOIN.
pub struct Reminder {
    pub due: Instant,
    pub error: Error,
}

/// Who makes a request, from the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user_id: String,
    pub cid: String,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The session belongs to somebody else.
    NotOwner,
    /// An application-level error for the response body.
    Failed(Error),
}

impl Calls {
    /// How much there is now.
    pub fn present(&self) -> Present {
        let tracks = self.sessions.values().map(|session| session.tracks.len()).sum();
        Present { sessions: self.sessions.len(), tracks }
    }

    /// No calls yet.
    pub fn new(sizes: Sizes) -> Self {
        Self {
            sizes,
            sessions: BTreeMap::new(),
            calls: HashMap::new(),
            sockets: HashMap::new(),
            voided: Voided::default(),
            departures: Departures::default(),
            effects: Vec::new(),
            levels_due: None,
            last_key: 0,
        }
    }

    /// What has to be done since this was last asked.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        mem::take(&mut self.effects)
    }

    /// The session that a request is about, if the caller may speak for it now.
    pub fn authorize(&self, session_id: &str, caller: &Caller) -> Result<SessionKey, Refusal> {
        let Some(session) = self.session_by_id(&caller.cid, session_id) else {
            let error = wire::error(ErrorCode::ParticipantNotFound, "no such session");
            return Err(Refusal::Failed(error));
        };
        if !session.is_owned_by(&caller.user_id, &caller.cid) {
            return Err(Refusal::NotOwner);
        }
        match session.signal {
            Signal::Bound { .. } => Ok(session.key),
            Signal::StandIn => Err(Refusal::Failed(wire::error(
                ErrorCode::ParticipantNotFound,
                "another session replaced this one",
            ))),
            Signal::Lost { .. } => Err(Refusal::Failed(wire::error(
                ErrorCode::ParticipantSignalLost,
                "the session has no socket",
            ))),
        }
    }

    /// The socket that serves a session, if any.
    pub fn socket(&self, session: SessionKey) -> Option<SocketId> {
        self.sessions.get(&session).and_then(Session::socket)
    }

    /// Sends an event to one session, if a socket serves it.
    pub fn tell(&mut self, session: SessionKey, event: Event) {
        if let Some(socket) = self.socket(session) {
            self.send(vec![socket], event);
        }
    }

    /// Sends an event to everybody in a call except one session.
    pub(super) fn tell_others(&mut self, cid: &str, except: Option<SessionKey>, event: Event) {
        let to = self
            .in_call(cid)
            .filter(|session| Some(session.key) != except)
            .filter_map(Session::socket)
            .collect();
        self.send(to, event);
    }

    pub(super) fn send(&mut self, to: Vec<SocketId>, event: Event) {
        if !to.is_empty() {
            self.effects.push(Effect::Send { to, event: Box::new(event) });
        }
    }

    /// Has the subscribers of everybody else brought up to date with what a session publishes.
    pub(super) fn resubscribe_others(&mut self, cid: &str, publisher: SessionKey) {
        let keys = self.in_call(cid).map(|session| session.key);
        let sessions: Vec<_> = keys.filter(|key| *key != publisher).collect();
        if !sessions.is_empty() {
            self.effects.push(Effect::ResubscribeTo { publisher, sessions });
        }
    }

    /// Finds out whether a microphone is on, and who is heard then.
    pub(super) fn review_microphone(&mut self, cid: &str, key: SessionKey) {
        let session = self.sessions.get(&key).filter(|session| session.stand_in.is_none());
        let on = session.is_some_and(|session| session.is_on(TrackType::Audio));
        let call = self.calls.get_mut(cid);
        let turns = call.map(|call| call.speakers.set_on(key, on)).unwrap_or_default();
        self.take_turns(turns);
    }

    pub(super) fn take_turns(&mut self, turns: Vec<Turn>) {
        let turns = turns.into_iter();
        self.effects
            .extend(turns.map(|Turn { session, heard }| Effect::SetHeard { session, heard }));
    }

    /// The sessions of a call in the order of joining.
    pub(super) fn in_call(&self, cid: &str) -> impl Iterator<Item = &Session> {
        let keys = self.calls.get(cid).map(|call| call.sessions.as_slice());
        keys.unwrap_or_default().iter().filter_map(|key| self.sessions.get(key))
    }

    pub(super) fn session_by_id(&self, cid: &str, id: &str) -> Option<&Session> {
        self.sessions.get(self.calls.get(cid)?.by_id.get(id)?)
    }

    /// Participants of a call, anonymous ones included in the total.
    pub(super) fn count(&self, cid: &str) -> ParticipantCount {
        let call = self.calls.get(cid);
        call.map_or_else(ParticipantCount::default, |call| ParticipantCount {
            total: u32::try_from(call.sessions.len()).unwrap_or(u32::MAX) - call.stand_ins,
            anonymous: call.anonymous,
        })
    }

    /// The pins of a call.
    pub(super) fn pins(&self, cid: &str) -> &[Pin] {
        self.calls.get(cid).map(|call| call.pins.as_slice()).unwrap_or_default()
    }

    pub(super) fn is_pinned(&self, session: &Session) -> bool {
        self.pins(&session.claims.cid).iter().any(|pin| pin.session_id == session.id)
    }

    pub(super) fn dominant(&self, cid: &str) -> Option<SessionKey> {
        self.calls.get(cid)?.levels.dominant()
    }

    pub(super) fn participant(&self, session: &Session) -> Participant {
        let dominant = self.dominant(&session.claims.cid) == Some(session.key);
        session.participant(dominant)
    }

    pub(super) fn next_key(&mut self) -> SessionKey {
        self.last_key += 1;
        SessionKey(self.last_key)
    }
}
