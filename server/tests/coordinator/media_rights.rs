//! The permission matrix on the media path: every role, every way of losing a right, and every way of
//! staying or coming back, through the real sockets of both halves. What is expected follows from the
//! table of grants.

use std::collections::BTreeSet;

use futures_util::SinkExt;
use prost::Message as _;
use serde_json::{Value, json};
use tokio_tungstenite::{connect_async, tungstenite::Message};
use trunkline_protocol::sfu::{
    event::{
        JoinRequest, ReconnectDetails, SfuRequest, sfu_event::EventPayload as Event,
        sfu_request::RequestPayload,
    },
    models::{ErrorCode, WebsocketReconnectStrategy as Strategy},
};
use trunkline_server::coordinator::granted;

use crate::support::{Client, Raw, TestServer, next_signal, send};

#[tokio::test]
async fn every_cell_of_a_default_call() {
    check_all("default").await;
}

#[tokio::test]
async fn every_cell_of_a_development_call() {
    check_all("development").await;
}

#[tokio::test]
async fn every_cell_of_a_livestream() {
    check_all("livestream").await;
}

#[tokio::test]
async fn every_cell_of_an_audio_room() {
    check_all("audio_room").await;
}

/// Who is in the call: the role of the user, and the one as a member if they are one.
#[derive(Clone, Copy, Debug)]
struct Who {
    role: &'static str,
    member: As,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum As {
    Nobody,
    Member,
    Role(&'static str),
}

const fn who(role: &'static str, member: As) -> Who {
    Who { role, member }
}

const WHO: [Who; 10] = [
    who("user", As::Nobody),
    who("guest", As::Nobody),
    who("admin", As::Nobody),
    who("anonymous", As::Nobody),
    who("user", As::Member),
    who("guest", As::Member),
    who("app-defined", As::Member),
    who("app-defined", As::Role("moderator")),
    who("app-defined", As::Role("host")),
    who("user", As::Role("host")),
];

/// How somebody loses a right, or all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Kicked,
    Blocked,
    /// From the members.
    Removed,
    /// As a member, to a role that grants nothing.
    MemberDemoted,
    /// In the app, to a role that grants nothing.
    UserDemoted,
    /// The right to send sound.
    Revoked,
    TeamChanged,
    StopLive,
    Ended,
    Deleted,
}

const WAYS: [Way; 10] = [
    Way::Kicked,
    Way::Blocked,
    Way::Removed,
    Way::MemberDemoted,
    Way::UserDemoted,
    Way::Revoked,
    Way::TeamChanged,
    Way::StopLive,
    Way::Ended,
    Way::Deleted,
];

type Grants = BTreeSet<&'static str>;

fn grants(call_type: &str, role: &str, member: As) -> Grants {
    let mut grants = granted(call_type, role, false);
    if member != As::Nobody {
        grants.extend(granted(call_type, "call_member", false));
    }
    if let As::Role(role) = member {
        grants.extend(granted(call_type, role, false));
    }
    grants
}

/// What becomes of somebody.
#[derive(Debug)]
struct Fate {
    /// The session ends.
    is_put_out: bool,
    /// The token is good for another one only.
    is_outdated: bool,
    speaks: bool,
    /// The coordinator's answer to another join.
    joins: (u16, Option<i64>),
}

impl Way {
    fn concerns(self, who: Who) -> bool {
        match self {
            Self::Kicked | Self::Blocked | Self::Revoked | Self::TeamChanged => {
                who.role != "anonymous"
            }
            Self::UserDemoted => !["anonymous", "app-defined"].contains(&who.role),
            Self::Removed | Self::MemberDemoted => who.member != As::Nobody,
            Self::StopLive | Self::Ended | Self::Deleted => true,
        }
    }

    fn fate(self, call_type: &str, who: Who) -> Fate {
        let before = grants(call_type, who.role, who.member);
        let mut after = match self {
            Self::Removed => grants(call_type, who.role, As::Nobody),
            Self::MemberDemoted => grants(call_type, who.role, As::Role("app-defined")),
            Self::UserDemoted => grants(call_type, "app-defined", who.member),
            Self::TeamChanged => Grants::new(),
            Self::Blocked => Grants::from(["read-call"]),
            _ => before.clone(),
        };
        if self == Self::Revoked {
            after.remove("send-audio");
        }
        let enters = after.contains("join-call")
            && (self != Self::Ended || after.contains("join-ended-call"))
            && (self != Self::StopLive || after.contains("join-backstage"));
        let leaves = matches!(self, Self::Kicked | Self::Blocked | Self::Ended | Self::Deleted);
        let heeded = |grants: &Grants| {
            let names = ["send-audio", "send-video", "screenshare", "join-backstage"];
            names.map(|name| grants.contains(name))
        };
        Fate {
            is_put_out: leaves || !enters,
            is_outdated: heeded(&before) != heeded(&after) || self == Self::UserDemoted,
            speaks: after.contains("send-audio"),
            joins: match self {
                Self::Deleted | Self::TeamChanged => (404, Some(16)),
                _ if enters => (201, None),
                _ => (403, Some(17)),
            },
        }
    }

    /// Does it to somebody.
    async fn happen(self, stage: &Stage, path: &str, id: &str) {
        let Stage { operator, backend, .. } = stage;
        let operator = async |action: &str, body: Value| {
            operator.post(&format!("{path}/{action}"), body).await.ok(201);
        };
        let user = |change: Value| json!({ "users": { (id): change } });
        let demoted = json!({ "update_members": [{ "user_id": id, "role": "app-defined" }] });
        match self {
            Self::Kicked => operator("kick", json!({ "user_id": id })).await,
            Self::Blocked => operator("block", json!({ "user_id": id })).await,
            Self::Removed => operator("members", json!({ "remove_members": [id] })).await,
            Self::MemberDemoted => operator("members", demoted).await,
            Self::UserDemoted => {
                backend.post("/users", user(json!({ "role": "app-defined" }))).await.ok(201);
            }
            Self::Revoked => {
                let body = json!({ "user_id": id, "revoke_permissions": ["send-audio"] });
                operator("user_permissions", body).await;
            }
            Self::TeamChanged => {
                backend.post("/users", user(json!({ "teams": ["blue"] }))).await.ok(201);
            }
            Self::StopLive => operator("stop_live", json!({})).await,
            Self::Ended => operator("mark_ended", json!({})).await,
            Self::Deleted => operator("delete", json!({})).await,
        }
    }
}

struct Stage {
    server: TestServer,
    operator: Client,
    backend: Client,
}

impl Stage {
    async fn start() -> Self {
        let server = TestServer::start_with_sfu().await;
        let backend = server.backend(&server.app);
        let users = json!({ "users": { "operator": { "role": "admin" } } });
        backend.post("/users", users).await.ok(201);
        let operator = server.stranger("operator");
        Self { server, operator, backend }
    }

    /// A call with somebody in it: who, and with which token.
    async fn set(&self, path: &str, id: &str, who: Who) -> (Client, String) {
        let client = if who.role == "anonymous" {
            self.server.client("!anon", String::new())
        } else {
            let users = json!({ "users": { (id): { "role": who.role } } });
            self.backend.post("/users", users).await.ok(201);
            self.server.stranger(id)
        };
        let members = match who.member {
            As::Nobody => json!([]),
            As::Member => json!([{ "user_id": id }]),
            As::Role(role) => json!([{ "user_id": id, "role": role }]),
        };
        let data = json!({ "data": { "members": members } });
        self.operator.post(path, data).await.ok(201);
        self.operator.post(&format!("{path}/go_live"), json!({})).await.ok(201);
        let joined = client.post(&format!("{path}/join"), json!({})).await.ok(201);
        (client, token(&joined))
    }

    /// Waits until the coordinator knows who is in the call.
    async fn wait_for_session(&self, path: &str) {
        loop {
            let loaded = self.operator.get(path).await.ok(200);
            let session = &loaded["call"]["session"];
            let listed = session["participants"].as_array().is_some_and(|list| !list.is_empty());
            if listed || session["anonymous_participant_count"].as_u64() > Some(0) {
                return;
            }
        }
    }

    /// Asks the SFU for a session.
    async fn ask(&self, token: &str, session: &str, previous: Option<&str>) -> (Raw, Event) {
        let endpoint = format!("{}/sfu/ws", self.server.base.replacen("http", "ws", 1));
        let mut signal = connect_async(endpoint).await.unwrap().0;
        let details = previous.map(|previous| ReconnectDetails {
            strategy: Strategy::Rejoin.into(),
            previous_session_id: previous.into(),
            ..ReconnectDetails::default()
        });
        let request = JoinRequest {
            token: token.into(),
            session_id: session.into(),
            reconnect_details: details,
            ..JoinRequest::default()
        };
        let request = SfuRequest { request_payload: Some(RequestPayload::JoinRequest(request)) };
        signal.send(Message::binary(request.encode_to_vec())).await.unwrap();
        let answer = next_signal(&mut signal).await.expect("an answer");
        (signal, answer)
    }

    /// What the SFU says to a participant who wants to speak: nothing, or why not.
    async fn speak(&self, token: &str, session: &str) -> Option<String> {
        let method = "stream.video.sfu.signal.SignalServer/UpdateMuteStates";
        let url = format!("{}/sfu/twirp/{method}", self.server.base);
        let headers = vec![
            ("authorization", format!("Bearer {token}")),
            ("content-type", "application/json".to_owned()),
        ];
        let state = json!({ "trackType": "TRACK_TYPE_AUDIO", "muted": false });
        let body = json!({ "sessionId": session, "muteStates": [state] });
        let reply = send("POST", url, headers, body.to_string().into_bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["error"]["code"].as_str().map(ToOwned::to_owned)
    }
}

fn token(joined: &Value) -> String {
    joined["credentials"]["token"].as_str().unwrap().to_owned()
}

/// An answer to a request for a session, in a word.
fn word(answer: &Event) -> String {
    match answer {
        Event::JoinResponse(_) => "let in".into(),
        Event::CallEnded(_) => "sent off".into(),
        Event::Error(error) => {
            let code = error.error.as_ref().unwrap().code();
            format!("{} {}", code.as_str_name(), error.reconnect_strategy().as_str_name())
        }
        other => format!("{other:?}"),
    }
}

fn refused(strategy: Strategy) -> String {
    format!("{} {}", ErrorCode::PermissionDenied.as_str_name(), strategy.as_str_name())
}

async fn check_all(call_type: &str) {
    let stage = Stage::start().await;
    let mut cells = 0;
    for (n, who) in WHO.into_iter().enumerate() {
        if !grants(call_type, who.role, who.member).contains("join-call") {
            continue;
        }
        for way in WAYS.into_iter().filter(|way| way.concerns(who)) {
            let (id, path) = (format!("u{n}-{way:?}"), format!("/call/{call_type}/{n}-{way:?}"));
            cells += check(&stage, call_type, &path, &id, who, way).await;
        }
    }
    println!("{call_type}: {cells} cells of the media path");
}

/// Returns how many cells there were.
async fn check(stage: &Stage, call_type: &str, path: &str, id: &str, who: Who, way: Way) -> u32 {
    let fate = way.fate(call_type, who);
    let cell = format!("{way:?} in a {call_type} call, {who:?}: {fate:?}");
    let (client, old) = stage.set(path, id, who).await;
    let (mut signal, answer) = stage.ask(&old, "s1", None).await;
    assert_eq!(word(&answer), "let in", "{cell}");
    stage.wait_for_session(path).await;
    way.happen(stage, path, id).await;

    // The socket that is open.
    let speaks = stage.speak(&old, "s1").await;
    let expected = match (fate.is_put_out, fate.speaks) {
        (true, _) => Some(ErrorCode::ParticipantNotFound),
        (false, true) => None,
        (false, false) => Some(ErrorCode::PermissionDenied),
    };
    assert_eq!(speaks.as_deref(), expected.map(|code| code.as_str_name()), "open: {cell}");
    if fate.is_put_out {
        let mut told = false;
        while let Some(event) = next_signal(&mut signal).await {
            told |= matches!(event, Event::CallEnded(_));
        }
        assert!(told, "open: {cell}");
    }

    // A rejoin with the old token, then a new socket with it.
    let held = match (fate.is_put_out, fate.is_outdated) {
        (true, _) => refused(Strategy::Disconnect),
        (false, true) => refused(Strategy::Rejoin),
        (false, false) => "let in".into(),
    };
    let goes_on = if fate.is_put_out { "sent off".into() } else { held.clone() };
    let (_second, answer) = stage.ask(&old, "s2", Some("s1")).await;
    assert_eq!(word(&answer), goes_on, "rejoin: {cell}");
    let (_third, answer) = stage.ask(&old, "s3", None).await;
    assert_eq!(word(&answer), held, "old token: {cell}");

    // The same with what the coordinator says now.
    let joined = client.post(&format!("{path}/join"), json!({})).await;
    let code = joined.body["code"].as_i64();
    assert_eq!((joined.status, code), fate.joins, "join: {cell}: {}", joined.body);
    if joined.status != 201 {
        return 4;
    }
    let new = token(&joined.body);
    let (_fourth, answer) = stage.ask(&new, "s4", None).await;
    assert_eq!(word(&answer), "let in", "new token: {cell}");
    let speaks = stage.speak(&new, "s4").await.is_none();
    assert_eq!(speaks, fate.speaks, "new token: {cell}");
    5
}
