//! What happens as time passes: liveness, audio levels, connection quality, reminders.

use std::time::{Duration, Instant};

use trunkline_protocol::sfu::{
    event::{
        AudioLevel, AudioLevelChanged, ConnectionQualityChanged, ConnectionQualityInfo,
        DominantSpeakerChanged, HealthCheckResponse,
    },
    models::{ConnectionQuality, ErrorCode, TrackType},
};

use super::{
    audio_levels::LevelChanges,
    calls::{Calls, Reminder},
    joining::FAST_RECONNECT,
    session::{Session, Signal},
    sockets::GOING_AWAY,
    speakers::UNKNOWN,
    wire::{self, Event},
};
use crate::sfu::ids::{Now, SessionKey, SocketId};

impl Calls {
    /// A frame arrived, whatever it held.
    pub fn heard(&mut self, socket: SocketId, now: Now) {
        let session = self.served_by(socket);
        if let Some(session) = session.and_then(|key| self.sessions.get_mut(&key)) {
            session.last_heard = now.instant;
            session.unheard_mutes.retain(|_, muted| {
                // A frame that is on its way proves nothing.
                now.instant.saturating_duration_since(*muted) < CROSSING
            });
        }
    }

    /// Whether a socket serves the session, so that its client can be asked.
    pub fn has_signal(&self, key: SessionKey) -> bool {
        self.sessions.get(&key).is_some_and(|session| session.socket().is_some())
    }

    /// Answers a health check with the number of participants.
    pub fn health_check(&mut self, socket: SocketId) {
        let Some(state) = self.sockets.get(&socket) else {
            return;
        };
        let response = HealthCheckResponse { participant_count: Some(self.count(&state.cid)) };
        self.send(vec![socket], Event::HealthCheckResponse(response));
    }

    /// Notes the audio level of one packet of a microphone, in dBov, if the packet tells.
    pub fn observe_level(&mut self, key: SessionKey, dbov: Option<i8>, now: Instant) {
        let session = self.sessions.get(&key).filter(|session| session.is_on(TrackType::Audio));
        let Some(call) = session.and_then(|session| self.calls.get_mut(&session.claims.cid)) else {
            return;
        };
        if let Some(dbov) = dbov {
            call.levels.observe(key, dbov);
        }
        let turns = call.speakers.observe(key, dbov.unwrap_or(UNKNOWN), now);
        self.take_turns(turns);
    }

    /// Tells everybody in the call, the session itself included, how well it is connected.
    pub fn set_quality(&mut self, key: SessionKey, quality: ConnectionQuality, now: Now) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        if session.quality == quality {
            return;
        }
        session.quality = quality;
        self.reveal(key, now);
        let Some(session) = self.sessions.get(&key) else {
            return;
        };
        let update = ConnectionQualityInfo {
            user_id: session.claims.user_id.clone(),
            session_id: session.id.clone(),
            connection_quality: quality.into(),
        };
        if !session.introduced {
            return;
        }
        let cid = session.claims.cid.clone();
        let event = Event::ConnectionQualityChanged(ConnectionQualityChanged {
            connection_quality_updates: vec![update],
        });
        self.tell_others(&cid, None, event);
    }

    /// The session's media transport is beyond repair: only a rejoin helps.
    pub fn transport_failed(&mut self, key: SessionKey, now: Now) {
        let socket = self.sessions.get(&key).and_then(Session::socket);
        if let Some(socket) = socket {
            let text = "the media transport failed, rejoin";
            let error = wire::error(ErrorCode::ParticipantMediaTransportFailure, text);
            let due = now.instant;
            self.remind(socket, Reminder { due, error });
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) {
        self.check_liveness(now);
        self.send_reminders(now.instant);
        let due = *self.levels_due.get_or_insert(now.instant + LEVEL_WINDOW);
        if now.instant >= due {
            self.levels_due = Some(now.instant + LEVEL_WINDOW);
            self.tell_levels();
        }
    }

    fn check_liveness(&mut self, now: Now) {
        let mut silent = Vec::new();
        let mut over = Vec::new();
        let mut expired = Vec::new();
        let seconds = wire::seconds(now.wall);
        for session in self.sessions.values() {
            let since = |then| now.instant.saturating_duration_since(then);
            match session.signal {
                Signal::Bound { socket, .. } if since(session.last_heard) >= SILENCE_LIMIT => {
                    silent.push(socket);
                }
                Signal::Lost { since: lost } if since(lost) >= FAST_RECONNECT => {
                    over.push(session.key);
                }
                Signal::Bound { .. } if seconds >= session.claims.exp.saturating_add(RENEWAL) => {
                    over.push(session.key);
                }
                Signal::Bound { socket, .. } if seconds >= session.claims.exp => {
                    expired.push(socket);
                }
                _ => {}
            }
        }
        for session in self.sessions.values_mut().filter(|session| !session.must_mute.is_empty()) {
            if now.instant.saturating_duration_since(session.joined.instant) >= CATCHING_UP {
                session.must_mute.clear();
            }
        }
        for socket in expired {
            if self.sockets.get(&socket).is_some_and(|state| state.reminder.is_none()) {
                let error = wire::error(ErrorCode::Unauthenticated, "the token expired, rejoin");
                self.remind(socket, Reminder { due: now.instant, error });
            }
        }
        for socket in silent {
            self.hang_up(socket, GOING_AWAY, "nothing heard");
            self.closed(socket, None, now);
        }
        self.depart(&over, None, now);
        self.end(&over, now);
    }

    fn tell_levels(&mut self) {
        let changed: Vec<_> = self
            .calls
            .iter_mut()
            .map(|(cid, call)| (cid, call.levels.close_window()))
            .filter(|(_, changes)| *changes != LevelChanges::default())
            .map(|(cid, changes)| (cid.clone(), changes))
            .collect();
        for (cid, changes) in changed {
            self.tell_level_changes(&cid, &changes);
        }
    }

    fn tell_level_changes(&mut self, cid: &str, changes: &LevelChanges) {
        let mut audio_levels = Vec::new();
        for level in &changes.levels {
            if let Some(session) = self.sessions.get_mut(&level.session) {
                session.level = level.level;
                session.speaking = level.speaking;
                audio_levels.push(AudioLevel {
                    user_id: session.claims.user_id.clone(),
                    session_id: session.id.clone(),
                    level: level.level,
                    is_speaking: level.speaking,
                });
            }
        }
        if !audio_levels.is_empty() {
            let event = Event::AudioLevelChanged(AudioLevelChanged { audio_levels });
            self.tell_others(cid, None, event);
        }
        if let Some(session) = changes.dominant.and_then(|key| self.sessions.get(&key)) {
            let event = Event::DominantSpeakerChanged(DominantSpeakerChanged {
                user_id: session.claims.user_id.clone(),
                session_id: session.id.clone(),
            });
            self.tell_others(cid, None, event);
            self.review_importance(cid);
        }
    }
}

/// Nothing heard on a socket for so long: its signal counts as lost. Clients ping every 5 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(20);
/// How long a client has to come back with another token once its own has expired, s.
const RENEWAL: u64 = 60;
/// A frame that arrives so long after another one was sent was sent by somebody who had that one.
const CROSSING: Duration = Duration::from_secs(2);
/// How long a client that comes back takes at most to note what is muted.
const CATCHING_UP: Duration = Duration::from_secs(3);
const LEVEL_WINDOW: Duration = Duration::from_millis(400);
