//! Calls whose clock and sockets are the test's.

use std::time::{Duration, Instant, SystemTime};

use prost::Message;
use serde_json::json;
use trunkline_protocol::sfu::{
    event::{JoinResponse, SfuEvent},
    models::{
        ConnectionQuality, Error, Participant, TrackInfo, TrackType,
        WebsocketReconnectStrategy as Strategy,
    },
    signal::{TrackMuteState, TrackSubscriptionDetails},
};

use crate::{
    control::{PublishTarget, SfuClaims, SfuNotice, SfuOrder},
    sfu::{
        ids::{Now, SessionKey, SocketId},
        signalling::{Caller, Calls, Codecs, Effect, Event, Join, Refusal, Sizes},
    },
};

pub const CALL: &str = "default:standup";
pub const ALL_RIGHTS: [&str; 3] = ["send-audio", "send-video", "screenshare"];

/// Calls, and what came out of them.
pub struct World {
    pub calls: Calls,
    pub now: Now,
    sockets: u64,
}

/// What followed from one input.
#[derive(Debug)]
pub struct Outcome(pub Vec<Effect>);

/// A participant who joined: where frames for it go, and how to name it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seat {
    pub socket: SocketId,
    pub key: SessionKey,
    pub user: &'static str,
    pub session: &'static str,
}

impl World {
    pub fn new() -> Self {
        Self::with_places(10)
    }

    /// So many microphones of a call are forwarded.
    pub fn with_places(loudest: usize) -> Self {
        let now = Now { instant: Instant::now(), wall: SystemTime::UNIX_EPOCH };
        let sizes = Sizes { large_call: 250, loudest };
        Self { calls: Calls::new(sizes), now, sockets: 0 }
    }

    pub fn pass(&mut self, time: Duration) {
        self.now.instant += time;
        self.now.wall += time;
    }

    pub fn outcome(&mut self) -> Outcome {
        let read = |effect| match effect {
            Effect::Answer { to, frame } => {
                let event = SfuEvent::decode(frame).unwrap().event_payload.unwrap();
                Effect::Send { to: vec![to], event: Box::new(event) }
            }
            effect => effect,
        };
        Outcome(self.calls.take_effects().into_iter().map(read).collect())
    }

    pub fn socket(&mut self) -> SocketId {
        self.sockets += 1;
        SocketId(self.sockets)
    }

    /// A request to join as a browser sends it for the first time.
    pub fn request(&mut self, user: &str, session: &str) -> Join {
        Join {
            socket: self.socket(),
            claims: SfuClaims { seat: session.into(), ..claims(user) },
            session_id: session.into(),
            strategy: Strategy::Unspecified,
            previous_session_id: String::new(),
            subscriptions: Vec::new(),
            preferred: Vec::new(),
            encodes: Codecs::default(),
            decodes: Codecs::default(),
            shows_pauses: false,
            prefix: format!("prefix-of-{session}"),
        }
    }

    pub fn submit(&mut self, join: Join) -> Outcome {
        self.calls.join(join, self.now);
        self.outcome()
    }

    /// Somebody joins the call; what others were told of it is dropped.
    pub fn join(&mut self, user: &'static str, session: &'static str) -> Seat {
        let join = self.request(user, session);
        self.join_with(join, user, session)
    }

    pub fn join_with(&mut self, join: Join, user: &'static str, session: &'static str) -> Seat {
        let socket = join.socket;
        self.submit(join).answer(socket);
        Seat { socket, key: self.key(user, session), user, session }
    }

    /// A second socket asks for the same session.
    pub fn reconnect(&mut self, seat: Seat) -> (SocketId, Outcome) {
        let mut join = self.request(seat.user, seat.session);
        join.strategy = Strategy::Fast;
        let socket = join.socket;
        (socket, self.submit(join))
    }

    pub fn key(&self, user: &str, session: &str) -> SessionKey {
        self.calls.authorize(session, &caller(user)).unwrap()
    }

    pub fn publish(&mut self, seat: Seat, tracks: &[TrackInfo]) -> Outcome {
        self.calls.check_tracks(seat.key, tracks).unwrap();
        self.calls.set_tracks(seat.key, tracks);
        self.outcome()
    }

    /// Media reaches a participant.
    pub fn connect(&mut self, seat: Seat) -> Outcome {
        self.calls.set_quality(seat.key, ConnectionQuality::Excellent, self.now);
        self.outcome()
    }

    /// Somebody joins anew, in place of an earlier session.
    pub fn rejoin(&mut self, seat: Seat, session: &'static str) -> (Seat, Outcome) {
        let mut join = self.request(seat.user, session);
        join.strategy = Strategy::Rejoin;
        join.previous_session_id = seat.session.into();
        let socket = join.socket;
        let outcome = self.submit(join);
        (Seat { socket, key: self.key(seat.user, session), session, ..seat }, outcome)
    }

    pub fn mute(&mut self, seat: Seat, kind: TrackType, muted: bool) -> Outcome {
        let state = TrackMuteState { track_type: kind.into(), muted };
        self.calls.set_mutes(seat.key, &[state]);
        self.outcome()
    }

    pub fn subscribe(&mut self, seat: Seat, wishes: &[TrackSubscriptionDetails]) -> Outcome {
        self.calls.set_subscriptions(seat.key, wishes);
        self.outcome()
    }

    pub fn close(&mut self, socket: SocketId, code: Option<u16>) -> Outcome {
        self.calls.closed(socket, code, self.now);
        self.outcome()
    }

    pub fn order(&mut self, order: SfuOrder) -> Outcome {
        self.calls.obey(&order, self.now);
        self.outcome()
    }

    pub fn tick(&mut self) -> Outcome {
        self.calls.tick(self.now);
        self.outcome()
    }

    /// The time passes as it does for the server, with its upkeep.
    pub fn tick_for(&mut self, time: Duration) -> Outcome {
        let step = Duration::from_millis(50);
        let mut effects = Vec::new();
        let mut passed = Duration::ZERO;
        while passed < time {
            self.pass(step);
            passed += step;
            effects.extend(self.tick().0);
        }
        Outcome(effects)
    }
}

impl Outcome {
    /// The events for one socket, in order.
    pub fn to(&self, socket: SocketId) -> Vec<&Event> {
        let sends = self.0.iter().filter_map(|effect| match effect {
            Effect::Send { to, event } if to.contains(&socket) => Some(&**event),
            _ => None,
        });
        sends.collect()
    }

    /// The one event for one socket.
    #[track_caller]
    pub fn one(&self, socket: SocketId) -> &Event {
        let events = self.to(socket);
        assert_eq!(events.len(), 1, "{events:#?}");
        events[0]
    }

    /// The answer to a join.
    #[track_caller]
    pub fn answer(&self, socket: SocketId) -> &JoinResponse {
        match self.to(socket).first() {
            Some(Event::JoinResponse(answer)) => answer,
            other => panic!("not an answer: {other:?}"),
        }
    }

    /// Sockets that are closed, with their codes.
    pub fn closed(&self) -> Vec<(SocketId, u16)> {
        let closes = self.0.iter().filter_map(|effect| match effect {
            Effect::Close { socket, code, .. } => Some((*socket, *code)),
            _ => None,
        });
        closes.collect()
    }

    pub fn notices(&self) -> Vec<&SfuNotice> {
        let notices = self.0.iter().filter_map(|effect| match effect {
            Effect::Notice(notice) => Some(notice),
            _ => None,
        });
        notices.collect()
    }

    /// Whose subscribers are brought up to date with all or with some of what there is.
    pub fn resubscribed(&self) -> Vec<SessionKey> {
        let sessions = self.0.iter().flat_map(|effect| match effect {
            Effect::Resubscribe(session) => std::slice::from_ref(session),
            Effect::ResubscribeTo { sessions, .. } => sessions,
            _ => &[],
        });
        sessions.copied().collect()
    }

    /// What else there is to do than to tell somebody something.
    pub fn work(&self) -> Vec<&Effect> {
        self.0.iter().filter(|effect| !matches!(effect, Effect::Send { .. })).collect()
    }

    pub fn forgotten(&self) -> Vec<SessionKey> {
        let sessions = self.0.iter().filter_map(|effect| match effect {
            Effect::Forget(session) => Some(*session),
            _ => None,
        });
        sessions.collect()
    }
}

pub fn claims(user: &str) -> SfuClaims {
    let target = PublishTarget { width: 640, height: 360, bitrate: 500_000 };
    let serde_json::Value::Object(custom) = json!({ "desk": 7 }) else { unreachable!() };
    SfuClaims {
        name: format!("{user} the user"),
        image: format!("{user}.png"),
        custom,
        roles: vec!["speaker".into()],
        capabilities: ALL_RIGHTS.map(String::from).into(),
        anonymous: user == "!anon",
        video: target,
        screen_share: target,
        ..SfuClaims::plain(user, CALL)
    }
}

pub fn caller(user: &str) -> Caller {
    Caller { user_id: user.into(), cid: CALL.into() }
}

/// A track as a browser announces it.
pub fn track(kind: TrackType, mid: &str) -> TrackInfo {
    TrackInfo {
        track_type: kind.into(),
        mid: mid.into(),
        publish_option_id: kind.into(),
        ..TrackInfo::default()
    }
}

pub fn wish(seat: Seat, kind: TrackType) -> TrackSubscriptionDetails {
    TrackSubscriptionDetails {
        user_id: seat.user.into(),
        session_id: seat.session.into(),
        track_type: kind.into(),
        dimension: None,
    }
}

pub fn sessions(participants: &[Participant]) -> Vec<&str> {
    participants.iter().map(|participant| participant.session_id.as_str()).collect()
}

/// The application-level error in a refusal.
#[track_caller]
pub fn failed(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Failed(error) => error,
        Refusal::NotOwner => panic!("refused for its owner"),
    }
}
