//! What goes over the wire is what the schema says: checked in every test, for every exchange.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::{Value, json};
use trunkline_protocol::coordinator::{Method, OPERATIONS, Operation};
use trunkline_schema::Schema;

use crate::support::{Client, Reply, Socket, TestServer};

/// Checks the answer, and the request if it was taken.
#[track_caller]
pub fn check_exchange(method: &str, path: &str, body: Option<&Value>, reply: &Reply) {
    let operation = operation(method, path);
    let problems = if reply.status >= 400 {
        SCHEMA.check_error(&reply.body)
    } else if let Some(operation) = operation {
        let mut problems = SCHEMA.check_response(operation.id, &reply.body);
        if let Some(body) = body {
            problems.extend(SCHEMA.check_request(operation.id, body));
        }
        problems
    } else {
        Vec::new()
    };
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{method} {path}: {problems:#?}\n{}", reply.body);
}

/// Checks a frame of the socket.
#[track_caller]
pub fn check_event(event: &Value) {
    let problems: Vec<_> = SCHEMA.check_event(event).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{event}");
}

/// The operation behind a path without its prefix.
pub fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (mut asked, mut known) = (path.split('/'), template.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(_), Some(part)) if part.starts_with('{') => (),
                (Some(asked), Some(part)) if asked == part => (),
                _ => return false,
            }
        }
    };
    let candidates = OPERATIONS.iter().filter(|operation| method_name(operation) == method);
    // A fixed path goes before one with names in it, as it does in the router.
    candidates
        .flat_map(|operation| operation.paths.iter().map(move |path| (operation, *path)))
        .filter(|(_, path)| fits(path))
        .min_by_key(|(_, path)| path.matches('{').count())
        .map(|(operation, _)| operation)
}

pub fn method_name(operation: &Operation) -> &'static str {
    match operation.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

/// One exchange of the walk: operation, method, path, body, status.
type Step = (&'static str, &'static str, &'static str, Value, u16);

/// A call from its creation to its end, with everything that can be done in between.
fn steps() -> Vec<Step> {
    let post = |id, path, body| (id, "POST", path, body, 201);
    let get = |id, path| (id, "GET", path, Value::Null, 200);
    let bob = || json!({ "user_id": "bob" });
    let settings = json!({ "settings_override": { "audio": { "mic_default_on": false } } });
    let pin = || json!({ "user_id": "alice", "session_id": "s1" });
    vec![
        get("GetEdges", "/edges"),
        post("CreateDevice", "/devices", json!({ "id": "d", "push_provider": "apn" })),
        get("ListDevices", "/devices"),
        ("DeleteDevice", "DELETE", "/devices?id=d", Value::Null, 200),
        post("ReportClientCallEvent", "/call_client_event", json!({ "events": [{}] })),
        post("CreateGuest", "/guest", json!({ "user": { "id": "g" } })),
        post(
            "GetOrCreateCall",
            "/call/livestream/a",
            json!({ "ring": true, "data": { "members": [bob()] } }),
        ),
        post("RejectCall", "/call/livestream/a/reject", json!({ "reason": "cancel" })),
        post("RingCall", "/call/livestream/a/ring", json!({ "members_ids": ["bob"] })),
        post("AcceptCall", "/call/livestream/a/accept", json!({})),
        post("JoinCall", "/call/livestream/a/join", json!({ "location": "x" })),
        get("GetCall", "/call/livestream/a?notify=true"),
        ("UpdateCall", "PATCH", "/call/default/a", settings, 200),
        post("GoLive", "/call/livestream/a/go_live", json!({})),
        post("StopLive", "/call/livestream/a/stop_live", json!({})),
        post(
            "UpdateCallMembers",
            "/call/livestream/a/members",
            json!({ "update_members": [
                { "user_id": "bob", "role": "host", "custom": { "a": 1 } }, { "user_id": "carol" },
            ] }),
        ),
        post(
            "UpdateCallMembers",
            "/call/livestream/a/members",
            json!({ "remove_members": ["carol"] }),
        ),
        post("QueryCallMembers", "/call/members", json!({ "type": "livestream", "id": "a" })),
        post("QueryCallParticipants", "/call/livestream/a/participants", json!({})),
        post("QueryCalls", "/calls", json!({ "watch": true })),
        post("VideoPin", "/call/livestream/a/pin", pin()),
        post("VideoUnpin", "/call/livestream/a/unpin", pin()),
        post(
            "MuteUsers",
            "/call/livestream/a/mute_users",
            json!({ "mute_all_users": true, "audio": true }),
        ),
        post(
            "RequestPermission",
            "/call/default/a/request_permission",
            json!({ "permissions": ["send-audio"] }),
        ),
        post(
            "UpdateUserPermissions",
            "/call/livestream/a/user_permissions",
            json!({ "user_id": "bob", "grant_permissions": ["send-audio"] }),
        ),
        post("KickUser", "/call/livestream/a/kick", bob()),
        post("BlockUser", "/call/livestream/a/block", json!({ "user_id": "carol" })),
        post("UnblockUser", "/call/livestream/a/unblock", json!({ "user_id": "carol" })),
        post("SendVideoReaction", "/call/livestream/a/reaction", json!({ "type": "x" })),
        post("SendCallEvent", "/call/livestream/a/event", json!({ "custom": { "a": 1 } })),
        post(
            "CollectUserFeedback",
            "/call/livestream/a/feedback",
            json!({ "rating": 5, "sdk": "x", "sdk_version": "1" }),
        ),
        get("ListRecordings", "/call/livestream/a/recordings"),
        get("ListTranscriptions", "/call/livestream/a/transcriptions"),
        post("EndCall", "/call/livestream/a/mark_ended", json!({})),
        post("DeleteCall", "/call/livestream/a/delete", json!({ "hard": true })),
    ]
}

/// What the server sends.
const SENT: &[&str] = &[
    "call.accepted",
    "call.blocked_user",
    "call.created",
    "call.deleted",
    "call.ended",
    "call.kicked_user",
    "call.live_started",
    "call.member_added",
    "call.member_removed",
    "call.member_updated",
    "call.member_updated_permission",
    "call.missed",
    "call.notification",
    "call.permission_request",
    "call.permissions_updated",
    "call.reaction_new",
    "call.rejected",
    "call.ring",
    "call.session_ended",
    "call.session_participant_count_updated",
    "call.session_participant_joined",
    "call.session_participant_left",
    "call.session_started",
    "call.unblocked_user",
    "call.updated",
    "call.user_feedback_submitted",
    "call.user_muted",
    "connection.error",
    "connection.ok",
    "custom",
    "health.check",
    "user.updated",
];

/// What it does not send, by what it would have to offer first.
const NOT_SENT: &[(&str, &[&str])] = &[
    (
        "recordings",
        &[
            "call.frame_recording_failed",
            "call.frame_recording_ready",
            "call.frame_recording_started",
            "call.frame_recording_stopped",
            "call.recording_failed",
            "call.recording_ready",
            "call.recording_started",
            "call.recording_stopped",
        ],
    ),
    (
        "transcriptions and captions",
        &[
            "call.closed_caption",
            "call.closed_captions_failed",
            "call.closed_captions_started",
            "call.closed_captions_stopped",
            "call.transcription_failed",
            "call.transcription_ready",
            "call.transcription_started",
            "call.transcription_stopped",
        ],
    ),
    (
        "broadcasts over HLS and RTMP",
        &[
            "call.hls_broadcasting_failed",
            "call.hls_broadcasting_started",
            "call.hls_broadcasting_stopped",
            "call.rtmp_broadcast_failed",
            "call.rtmp_broadcast_started",
            "call.rtmp_broadcast_stopped",
        ],
    ),
    (
        "media and keys from outside of WebRTC",
        &["call.dtmf", "ingress.error", "ingress.started", "ingress.stopped"],
    ),
    ("reports of sessions", &["call.stats_report_ready"]),
    ("moderation of content", &["call.moderation_blur", "call.moderation_warning"]),
    ("settings of an app that change while the server runs", &["app.updated"]),
    (
        "users who are banned, deactivated or deleted",
        &["user.banned", "user.deactivated", "user.deleted", "user.reactivated", "user.unbanned"],
    ),
    // Whether a user is online is in every answer. Nobody asks to be told of changes: the protocol
    // has no subscription to a user.
    ("observers of users", &["user.presence.changed"]),
];

#[test]
fn every_event_of_the_schema_is_sent_or_has_a_reason_not_to_be() {
    let reasons = NOT_SENT.iter().flat_map(|(_, names)| names.iter().copied());
    let accounted: Vec<_> = SENT.iter().copied().chain(reasons).collect();
    let listed: BTreeSet<_> = accounted.iter().copied().collect();
    assert_eq!(listed.len(), accounted.len(), "one of them is listed twice");
    assert_eq!(listed, SCHEMA.events().map(|event| event.event_type.as_str()).collect());
}

#[tokio::test]
async fn every_operation_and_every_event_that_is_sent_fits_the_schema() {
    for v2 in [false, true] {
        let server = TestServer::start().await;
        let flavour = |client: Client| if v2 { client.v2() } else { client };
        let (alice, mut alices) = server.connect_client(flavour(server.stranger("alice"))).await;
        let (_bob, mut bobs) = server.connect_client(flavour(server.stranger("bob"))).await;
        // Refused, and seen as an event.
        let wrong = Client { token: "x".into(), ..flavour(server.stranger("alice")) };
        let mut seen =
            BTreeSet::from(["connection.ok".to_owned(), server.refused_event(wrong).await]);

        let mut done = BTreeSet::new();
        alice.post("/call/default/a", json!({})).await.ok(201);
        for (id, method, path, body, status) in steps() {
            let operation = operation(method, path).unwrap();
            assert_eq!(operation.id, id);
            if id == "EndCall" {
                server.participant_joined("livestream:a", "!anon", "s2");
                server.participant_left("livestream:a", "!anon", "s2");
                server.participant_left("livestream:a", "alice", "s1");
                wait_for(&mut alices, "call.session_participant_left", &mut seen).await;
            }
            let prefix = if v2 && operation.is_root { "/api/v2" } else { alice.prefix };
            let body = Some(body).filter(|body| !body.is_null());
            Client { prefix, ..alice.clone() }.request(method, path, body).await.ok(status);
            if id == "JoinCall" {
                server.participant_joined("livestream:a", "alice", "s1");
                wait_for(&mut alices, "call.session_participant_joined", &mut seen).await;
            }
            done.insert(id);
        }
        let change = json!({ "users": { "alice": { "name": "Alice" } } });
        server.backend(&server.app).post("/users", change).await.ok(201);
        done.insert("UpdateUsers");
        let offered = OPERATIONS.iter().filter(|operation| operation.is_implemented);
        assert_eq!(done, offered.map(|operation| operation.id).collect());

        for socket in [&mut alices, &mut bobs] {
            socket.send(&json!([{ "type": "health.check", "client_id": "x" }])).await;
            wait_for(socket, "health.check", &mut seen).await;
        }
        assert_eq!(seen, SENT.iter().map(|name| (*name).to_owned()).collect());
    }
    println!(
        "{} of {} operations, {} of {} events",
        OPERATIONS.iter().filter(|operation| operation.is_implemented).count(),
        SCHEMA.operations().count(),
        SENT.len(),
        SCHEMA.events().count()
    );
}

/// Reads until an event of this type has come; notes what comes.
async fn wait_for(socket: &mut Socket, event_type: &str, seen: &mut BTreeSet<String>) {
    loop {
        let event = socket.next().await;
        let name = event["type"].as_str().unwrap().to_owned();
        let found = name == event_type;
        seen.insert(name);
        if found {
            return;
        }
    }
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::coordinator().unwrap());
