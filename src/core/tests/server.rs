//! A small and honest server: it keeps the truth and answers what it is asked. Faults are put
//! between it and the core, not into it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use prost::Message;
use serde_json::{Value, json};
use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models, signal,
};

use super::native::token;
use crate::core::{HttpBody, HttpRequest, TrackType};

/// The truth about one call, as far as the tests need it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) exists: bool,
    pub(super) ended: bool,
    pub(super) custom: Value,
    pub(super) members: Vec<String>,
    pub(super) capabilities: Vec<&'static str>,
    pub(super) camera_default_on: bool,
    pub(super) hifi_audio: bool,
    /// The user whose browser talks to it.
    pub(super) me: String,
    /// The session of the call, which several browsers may share.
    pub(super) session: Rc<RefCell<Value>>,
    /// How long the caller and the callees ring, in ms.
    pub(super) ring: (u64, u64),
    /// Requests to paths with these ends are refused.
    pub(super) refused: Vec<&'static str>,
    /// How many of the next requests find their token expired.
    pub(super) expired: u32,
    /// Grows with each change, like the server's clock.
    pub(super) version: u64,
    /// How many are in the call besides this browser and Bob.
    pub(super) others: usize,
    /// Who is in the call besides this browser, if not Bob and the others.
    pub(super) listed: Option<Vec<models::Participant>>,
    /// Whether the first participant of a join response has bytes for a name that are no text.
    pub(super) spoils: bool,
    /// Sessions on the SFU, by id.
    pub(super) sessions: BTreeMap<String, String>,
    /// Sessions that were said goodbye to.
    left: BTreeSet<String>,
    /// The close codes of their sockets.
    pub(super) goodbyes: Vec<u16>,
    pub(super) bodies: Vec<(String, Value)>,
    pub(super) rpcs: Vec<(String, Vec<u8>)>,
    pub(super) joins: Vec<event::JoinRequest>,
    /// Why the SFU lets nobody go on with a session.
    pub(super) put_out: Option<models::CallEndedReason>,
    /// What the next attempts to publish are refused with.
    pub(super) publish_errors: Vec<models::Error>,
    /// What may not be published, unless it is muted.
    pub(super) keeps_muted: Option<TrackType>,
    /// How often it wants statistics, in ms.
    pub(super) statistics_interval: u32,
    /// STUN and TURN servers.
    pub(super) ice_servers: Value,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            exists: true,
            ended: false,
            custom: json!({}),
            members: Vec::new(),
            capabilities: vec!["join-call", "send-audio", "send-video", "screenshare", "end-call"],
            camera_default_on: false,
            hifi_audio: false,
            me: "alice".to_owned(),
            session: Rc::default(),
            ring: (0, 0),
            refused: Vec::new(),
            expired: 0,
            version: 0,
            others: 0,
            listed: None,
            spoils: false,
            sessions: BTreeMap::new(),
            left: BTreeSet::new(),
            goodbyes: Vec::new(),
            bodies: Vec::new(),
            rpcs: Vec::new(),
            joins: Vec::new(),
            put_out: None,
            publish_errors: Vec::new(),
            ice_servers: json!([]),
            keeps_muted: None,
            statistics_interval: 0,
        }
    }
}

impl Server {
    /// The call as a `CallResponse`.
    pub(super) fn call(&self) -> Value {
        let ended_at = self.ended.then_some("2030-01-01T11:00:00Z");
        json!({
            "type": "default", "id": "demo", "cid": "default:demo",
            "created_at": "2030-01-01T10:00:00Z",
            "updated_at": format!("2030-01-01T10:{:02}:{:02}Z", self.version / 60, self.version % 60),
            "ended_at": ended_at, "backstage": false, "custom": self.custom,
            "created_by": { "id": "alice" }, "blocked_user_ids": [], "session": *self.session.borrow(),
            "settings": {
                "ring": {
                    "auto_cancel_timeout_ms": self.ring.0,
                    "incoming_call_timeout_ms": self.ring.1,
                },
                "video": { "enabled": true, "camera_default_on": self.camera_default_on },
                "audio": {
                    "mic_default_on": false,
                    "opus_dtx_enabled": true,
                    "hifi_audio_enabled": self.hifi_audio,
                },
            },
        })
    }

    /// The call with its members and the caller's capabilities.
    pub(super) fn answer(&self) -> Value {
        let members: Vec<Value> = self.members.iter().map(|id| json!({ "user_id": id })).collect();
        json!({ "call": self.call(), "members": members, "own_capabilities": self.capabilities })
    }

    /// The answer to a REST request: status and body.
    pub(super) fn rest(&mut self, request: &HttpRequest) -> (u16, Value) {
        let path = request.url.split(['?']).next().unwrap_or_default();
        let path = path.split("/video").nth(1).unwrap_or_default().to_owned();
        let body = match &request.body {
            HttpBody::Json(text) => serde_json::from_str(text).unwrap(),
            HttpBody::Empty | HttpBody::Bytes(_) => Value::Null,
        };
        self.bodies.push((path.clone(), body.clone()));
        if self.refused.iter().any(|end| path.ends_with(end)) {
            return (500, json!({ "code": -1, "message": "refused", "unrecoverable": false }));
        }
        if self.expired > 0 {
            self.expired -= 1;
            return (401, json!({ "code": 40, "message": "expired" }));
        }
        if path == "/guest" {
            let user = json!({ "id": format!("guest-{}", body["user"]["id"].as_str().unwrap()) });
            return (201, json!({ "user": user, "access_token": token("guest-gil") }));
        }
        self.note_answers(&path, &body);
        let creates = request.method.as_str() == "POST" && path == "/call/default/demo"
            || path.ends_with("/join") && body["create"] == true;
        self.exists |= creates;
        if path == "/calls" {
            let calls = if self.exists { vec![self.answer()] } else { vec![] };
            return (201, json!({ "calls": calls, "next": "n" }));
        }
        if !self.exists {
            let error = json!({ "code": 16, "message": "no such call", "unrecoverable": true });
            return (404, error);
        }
        if path.ends_with("/mark_ended") {
            self.ended = true;
            self.version += 1;
            self.sessions.clear();
            return (201, json!({ "duration": "1ms" }));
        }
        if path.ends_with("/join") {
            let mut answer = self.answer();
            answer["credentials"] = json!({
                "server": {
                    "edge_name": "edge", "url": "http://sfu/twirp", "ws_endpoint": "ws://sfu/ws",
                },
                "token": "sfu-token", "ice_servers": self.ice_servers,
            });
            answer["stats_options"] = json!({ "reporting_interval_ms": self.statistics_interval });
            return (201, answer);
        }
        if request.method.as_str() == "PATCH" {
            self.version += 1;
            if !body["custom"].is_null() {
                self.custom = body["custom"].clone();
            }
        }
        (200, self.answer())
    }

    /// Who rings begins a session; who accepts or rejects is noted in it.
    fn note_answers(&self, path: &str, body: &Value) {
        if !path.starts_with("/call/default/demo") {
            return;
        }
        let mut session = self.session.borrow_mut();
        if (body["ring"] == true || path.ends_with("/ring")) && session.is_null() {
            *session = json!({
                "id": "s", "participants": [], "participants_count_by_role": {},
                "accepted_by": {}, "rejected_by": {},
            });
        }
        drop(session);
        for (end, how) in [("/accept", "accepted"), ("/reject", "rejected")] {
            if path.ends_with(end) {
                self.answer_ring(how, &self.me);
            }
        }
    }

    /// Somebody accepts or rejects.
    pub(super) fn answer_ring(&self, how: &str, user_id: &str) {
        let mut session = self.session.borrow_mut();
        if !session.is_null() {
            session[format!("{how}_by")][user_id] = json!("2030-01-01T10:00:00Z");
        }
    }

    /// The bytes that answer an SFU request.
    pub(super) fn rpc(&mut self, request: &HttpRequest) -> Vec<u8> {
        let method = request.url.rsplit('/').next().unwrap_or_default().to_owned();
        let HttpBody::Bytes(body) = &request.body else { panic!("an RPC without a body") };
        if method == "UpdateMuteStates" {
            let states = signal::UpdateMuteStatesRequest::decode(&body[..]).unwrap().mute_states;
            if states.iter().any(|state| self.keeps(state.track_type(), state.muted)) {
                let error = Some(denied());
                return signal::UpdateMuteStatesResponse { error }.encode_to_vec();
            }
        }
        self.rpcs.push((method.clone(), body.clone()));
        if method == "SetPublisher" {
            let tracks = signal::SetPublisherRequest::decode(&body[..]).unwrap().tracks;
            if tracks.iter().any(|track| self.keeps(track.track_type(), track.muted)) {
                self.publish_errors.insert(0, denied());
            }
            let refusal = (!self.publish_errors.is_empty()).then(|| self.publish_errors.remove(0));
            let answer = signal::SetPublisherResponse {
                error: refusal,
                sdp: ANSWER.to_owned(),
                ..signal::SetPublisherResponse::default()
            };
            return answer.encode_to_vec();
        }
        Vec::new()
    }

    fn keeps(&self, track_type: TrackType, muted: bool) -> bool {
        self.keeps_muted == Some(track_type) && !muted
    }

    /// Requests of one SFU method, decoded.
    pub(super) fn rpcs_of<T: Message + Default>(&self, method: &str) -> Vec<T> {
        let of_method = self.rpcs.iter().filter(|(name, _)| name == method);
        of_method.map(|(_, body)| T::decode(&body[..]).unwrap()).collect()
    }

    /// The SFU's answer to a frame, if it has one.
    pub(super) fn frame(&mut self, bytes: &[u8]) -> Option<event::SfuEvent> {
        use event::{sfu_event::EventPayload, sfu_request::RequestPayload};
        let payload = match event::SfuRequest::decode(bytes).unwrap().request_payload? {
            RequestPayload::HealthCheckRequest(_) => {
                EventPayload::HealthCheckResponse(event::HealthCheckResponse::default())
            }
            RequestPayload::LeaveCallRequest(leave) => {
                self.sessions.remove(&leave.session_id);
                self.left.insert(leave.session_id);
                return None;
            }
            RequestPayload::JoinRequest(join)
                if join.reconnect_details.is_some() && self.put_out.is_some() =>
            {
                let reason = self.put_out?.into();
                EventPayload::CallEnded(event::CallEnded { reason })
            }
            RequestPayload::JoinRequest(join) => {
                if let Some(details) = &join.reconnect_details {
                    self.sessions.remove(&details.previous_session_id);
                }
                self.sessions.insert(join.session_id.clone(), self.me.clone());
                self.joins.push(join);
                let join = self.joins.last()?;
                let mut response = join_response(&self.me, &join.session_id, self.others);
                if let (Some(listed), Some(state)) = (&self.listed, &mut response.call_state) {
                    let me = state.participants.remove(1);
                    state.participants = listed.iter().cloned().chain([me]).collect();
                }
                EventPayload::JoinResponse(response)
            }
        };
        Some(event::SfuEvent { event_payload: Some(payload) })
    }

    /// A client closed its SFU socket: some codes mean goodbye (SFU protocol, close codes).
    pub(super) fn socket_closed(&mut self, url: &str, code: u16) {
        let session_id = url.split("user_session_id=").nth(1).and_then(|id| id.split('&').next());
        if let (Some(session_id), 1000 | 4101) = (session_id, code) {
            self.sessions.remove(session_id);
        }
        if session_id.is_some_and(|session_id| self.left.contains(session_id)) {
            self.goodbyes.push(code);
        }
    }
}

/// What the SFU answers to the offer of a publisher.
const ANSWER: &str = "v=0\r\na=ice-ufrag:server\r\n\
    a=candidate:1 1 udp 1 192.0.2.1 3478 typ host\r\n";

fn join_response(me: &str, own_session_id: &str, others: usize) -> event::JoinResponse {
    let mut participants = vec![participant("bob", "bob-session")];
    participants.push(participant(me, own_session_id));
    participants.extend(
        (0..others).map(|number| {
            participant(&format!("user-{number}"), &format!("user-{number}-session"))
        }),
    );
    event::JoinResponse {
        call_state: Some(models::CallState {
            participants,
            participant_count: Some(models::ParticipantCount { total: 2, anonymous: 0 }),
            ..models::CallState::default()
        }),
        publish_options: vec![
            publish_option(models::TrackType::Audio, 1),
            publish_option(models::TrackType::Video, 2),
            publish_option(models::TrackType::ScreenShare, 3),
            publish_option(models::TrackType::ScreenShareAudio, 4),
        ],
        ..event::JoinResponse::default()
    }
}

/// A refusal of who may not.
pub(super) fn denied() -> models::Error {
    let code = models::ErrorCode::PermissionDenied.into();
    models::Error { code, ..models::Error::default() }
}

/// A failure that may pass.
pub(super) fn unavailable() -> models::Error {
    let code = models::ErrorCode::InternalServerError.into();
    models::Error { code, ..models::Error::default() }
}

/// A way to publish.
pub(super) fn publish_option(track_type: models::TrackType, id: i32) -> models::PublishOption {
    models::PublishOption {
        track_type: track_type.into(),
        id,
        bitrate: 1_250_000,
        fps: 30,
        max_spatial_layers: 3,
        ..models::PublishOption::default()
    }
}

/// A participant as the SFU describes one.
pub(super) fn participant(user_id: &str, session_id: &str) -> models::Participant {
    models::Participant {
        user_id: user_id.to_owned(),
        session_id: session_id.to_owned(),
        track_lookup_prefix: format!("prefix-{session_id}"),
        ..models::Participant::default()
    }
}

/// Somebody has come.
pub(super) fn joined(user: &str) -> EventPayload {
    EventPayload::ParticipantJoined(event::ParticipantJoined {
        participant: Some(participant(user, &format!("{user}-session"))),
        ..event::ParticipantJoined::default()
    })
}

/// Somebody has gone.
pub(super) fn left(user: &str) -> EventPayload {
    EventPayload::ParticipantLeft(event::ParticipantLeft {
        participant: Some(participant(user, &format!("{user}-session"))),
        ..event::ParticipantLeft::default()
    })
}

/// Somebody sends a track.
pub(super) fn published(user: &str, track_type: TrackType) -> EventPayload {
    EventPayload::TrackPublished(event::TrackPublished {
        user_id: user.to_owned(),
        session_id: format!("{user}-session"),
        r#type: track_type.into(),
        participant: None,
    })
}

/// A participant whom everybody knows has ceased to publish.
pub(super) fn unpublished(user: &str, track_type: TrackType) -> EventPayload {
    EventPayload::TrackUnpublished(event::TrackUnpublished {
        user_id: user.to_owned(),
        session_id: format!("{user}-session"),
        r#type: track_type.into(),
        cause: models::TrackUnpublishReason::UserMuted.into(),
        participant: None,
    })
}
