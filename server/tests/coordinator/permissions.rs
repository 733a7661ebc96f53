//! Who may do what: every role, every operation, every kind of call, through the real routes. What
//! is expected follows from the table of grants.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trunkline_server::coordinator::granted;

use crate::support::{Client, Reply, TestServer};

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

/// Where the call is, for whoever acts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Situation {
    /// Created by the actor.
    Own,
    /// Created by somebody else.
    Others,
    /// Of a team that the actor is not in.
    OtherTeam,
    Ended,
    Backstage,
    /// The actor is blocked in it.
    Blocked,
}

const SITUATIONS: [Situation; 6] = [
    Situation::Own,
    Situation::Others,
    Situation::OtherTeam,
    Situation::Ended,
    Situation::Backstage,
    Situation::Blocked,
];

/// Who acts: the role of the user, and what they are in the call.
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

const fn user(role: &'static str) -> Who {
    Who { role, member: As::Nobody }
}

/// Roles of members are tried with a role of the app, which grants nothing itself.
const WHO: [Who; 9] = [
    user("user"),
    user("guest"),
    user("admin"),
    user("anonymous"),
    user("app-defined"),
    Who { role: "app-defined", member: As::Member },
    Who { role: "app-defined", member: As::Role("host") },
    Who { role: "app-defined", member: As::Role("moderator") },
    Who { role: "user", member: As::Role("app-defined") },
];

/// What an operation needs.
#[derive(Clone, Copy)]
enum Needs {
    /// All of these permissions.
    All(&'static [&'static str]),
    /// These, and to be known by name.
    Name(&'static [&'static str]),
    /// These, what it takes to enter an ended call, and to be known by name.
    Ring(&'static [&'static str]),
    /// To be a member or the creator, and to be able to enter an ended call.
    Part(&'static [&'static str]),
    /// To be a member or the creator, and these.
    PartToLeave(&'static [&'static str]),
    /// What it takes to enter the call as it is.
    Join,
    /// To hold all that a host holds, or the right to give any role.
    MakeHost,
}

struct Operation {
    name: &'static str,
    method: &'static str,
    /// Behind the path of the call.
    path: &'static str,
    body: Value,
    needs: Needs,
    /// Nothing is different afterwards.
    reads: bool,
    /// How whoever may do it is answered.
    success: (u16, Option<i64>),
}

fn operations() -> Vec<Operation> {
    use Needs::{All, Join, MakeHost, Name, Part, PartToLeave, Ring};
    let read = |name, path, needs| Operation {
        name,
        method: "GET",
        path,
        body: Value::Null,
        needs,
        reads: true,
        success: (200, None),
    };
    let does = |name, path, body, needs| Operation {
        name,
        method: "POST",
        path,
        body,
        needs,
        reads: false,
        success: (201, None),
    };
    let asks = |name, path, body, needs| Operation { reads: true, ..does(name, path, body, needs) };
    let update = |name, body, needs| Operation {
        method: "PATCH",
        success: (200, None),
        ..does(name, "", body, needs)
    };
    let target = || json!({ "user_id": "target" });
    vec![
        read("get", "", All(&["read-call"])),
        read("get and notify", "?notify=true", All(&["read-call", "join-call"])),
        read("get and ring", "?ring=true", Ring(&["read-call", "join-call"])),
        asks("getOrCreate", "", json!({}), All(&["read-call"])),
        asks("query participants", "/participants", json!({}), All(&["read-call"])),
        read("list recordings", "/recordings", All(&["list-recordings"])),
        read("list transcriptions", "/transcriptions", All(&["list-transcriptions"])),
        asks("join", "/join", json!({ "location": "x" }), Join),
        asks("ring", "/ring", json!({}), Ring(&["join-call"])),
        does("accept", "/accept", json!({}), Part(&["join-call"])),
        does("reject", "/reject", json!({}), PartToLeave(&["read-call"])),
        update("update", json!({ "custom": {} }), All(&["update-call"])),
        update(
            "update settings",
            json!({ "settings_override": { "audio": { "mic_default_on": false } } }),
            All(&["update-call-settings"]),
        ),
        update(
            "update the duration",
            json!({ "settings_override": { "limits": { "max_duration_seconds": 5000 } } }),
            All(&["update-call-settings", "change-max-duration"]),
        ),
        does("go live", "/go_live", json!({}), All(&["update-call"])),
        does("stop live", "/stop_live", json!({}), All(&["update-call"])),
        does("end", "/mark_ended", json!({}), All(&["end-call"])),
        does("delete", "/delete", json!({}), All(&["delete-call"])),
        does(
            "add a member",
            "/members",
            json!({ "update_members": [{ "user_id": "newcomer" }] }),
            All(&["update-call-member"]),
        ),
        does(
            "make a host",
            "/members",
            json!({ "update_members": [{ "user_id": "newcomer", "role": "host" }] }),
            MakeHost,
        ),
        does(
            "remove a member",
            "/members",
            json!({ "remove_members": ["target"] }),
            All(&["remove-call-member"]),
        ),
        does("block", "/block", target(), All(&["block-users"])),
        does("unblock", "/unblock", target(), All(&["block-users"])),
        does("kick", "/kick", target(), All(&["kick-user"])),
        does(
            "kick and block",
            "/kick",
            json!({ "user_id": "target", "block": true }),
            All(&["kick-user", "block-users"]),
        ),
        asks(
            "mute another",
            "/mute_users",
            json!({ "user_ids": ["target"], "audio": true }),
            All(&["mute-users"]),
        ),
        asks(
            "mute all",
            "/mute_users",
            json!({ "mute_all_users": true, "video": true }),
            All(&["mute-users"]),
        ),
        Operation {
            // Nobody is in the call, as those who may pin learn.
            success: (404, Some(16)),
            ..asks(
                "pin",
                "/pin",
                json!({ "user_id": "target", "session_id": "s" }),
                All(&["pin-for-everyone"]),
            )
        },
        asks(
            "unpin",
            "/unpin",
            json!({ "user_id": "target", "session_id": "s" }),
            All(&["pin-for-everyone"]),
        ),
        asks(
            "ask for a permission",
            "/request_permission",
            json!({ "permissions": ["send-audio"] }),
            All(&["join-call"]),
        ),
        does(
            "grant a permission",
            "/user_permissions",
            json!({ "user_id": "target", "grant_permissions": ["send-audio"] }),
            All(&["update-call-permissions"]),
        ),
        asks("react", "/reaction", json!({ "type": "x" }), All(&["create-reaction"])),
        asks("send an event", "/event", json!({ "custom": {} }), All(&["send-event"])),
        asks(
            "give feedback",
            "/feedback",
            json!({ "rating": 5, "sdk": "x", "sdk_version": "1" }),
            Name(&["join-call"]),
        ),
    ]
}

impl Needs {
    fn met(self, cell: &Cell<'_>) -> bool {
        let has = |names: &[&str]| names.iter().all(|name| cell.grants.contains(name));
        let enters = |names: &[&str]| {
            has(names) && (cell.situation != Situation::Ended || has(&["join-ended-call"]))
        };
        let is_known = cell.who.role != "anonymous";
        let part = cell.who.member != As::Nobody || cell.situation == Situation::Own;
        match self {
            Self::All(names) => has(names),
            Self::Ring(names) => enters(names) && is_known,
            Self::Name(names) => has(names) && is_known,
            Self::Part(names) => enters(names) && part,
            Self::PartToLeave(names) => has(names) && part,
            Self::Join => {
                let backstage = cell.situation == Situation::Backstage;
                enters(&["join-call"]) && (!backstage || has(&["join-backstage"]))
            }
            Self::MakeHost => {
                let host = granted(cell.call_type, "host", false);
                has(&["update-call-member"])
                    && (has(&["update-call-member-role"]) || host.is_subset(&cell.grants))
            }
        }
    }
}

struct Cell<'a> {
    call_type: &'a str,
    who: Who,
    situation: Situation,
    /// What the actor may do there.
    grants: BTreeSet<&'static str>,
}

impl<'a> Cell<'a> {
    /// None where there is no such thing: anonymous users create nothing and cannot be blocked.
    fn new(call_type: &'a str, who: Who, situation: Situation) -> Option<Self> {
        let own = situation == Situation::Own;
        if who.role == "anonymous" && (own || situation == Situation::Blocked) {
            return None;
        }
        let mut grants = granted(call_type, who.role, own);
        if who.member != As::Nobody {
            grants.extend(granted(call_type, "call_member", false));
        }
        if let As::Role(role) = who.member {
            grants.extend(granted(call_type, role, false));
        }
        match situation {
            Situation::OtherTeam => grants.clear(),
            Situation::Blocked => grants.retain(|name| *name == "read-call"),
            _ => (),
        }
        Some(Self { call_type, who, situation, grants })
    }
}

impl Cell<'_> {
    /// Guests and anonymous users hear only of what they have to do with.
    fn is_told(&self) -> bool {
        let is_anybody = ["guest", "anonymous"].contains(&self.who.role);
        !is_anybody || self.situation == Situation::Own || self.who.member != As::Nobody
    }
}

/// Everybody who acts in one server.
struct Stage {
    server: TestServer,
    operator: Client,
    calls: u32,
}

impl Stage {
    async fn start() -> Self {
        let server = TestServer::start().await;
        let users = ["operator", "actor", "target"].map(|id| (id.to_owned(), json!({})));
        let users: serde_json::Map<_, _> = users.into_iter().collect();
        let backend = server.backend(&server.app);
        // Users who never connect: nobody is behind a socket that has to be read.
        backend.post("/users", json!({ "users": users })).await.ok(201);
        let token = server.app.token_for("operator", Some("admin".into()), None, None).unwrap();
        let operator = server.client("operator", token);
        Self { server, operator, calls: 0 }
    }

    fn actor(&self, role: &str, team: Option<&str>) -> Client {
        if role == "anonymous" {
            return self.server.client("!anon", String::new());
        }
        let teams = team.map(|team| vec![team.to_owned()]);
        let token = self.server.app.token_for("actor", Some(role.into()), teams, None).unwrap();
        self.server.client("actor", token)
    }

    /// A new call as the cell wants it; returns its path.
    async fn call(&mut self, cell: &Cell<'_>) -> String {
        self.calls += 1;
        let path = format!("/call/{}/c{}", cell.call_type, self.calls);
        let backstage = cell.situation == Situation::Backstage;
        let mut members = vec![json!({ "user_id": "target" })];
        match cell.who.member {
            As::Nobody => (),
            As::Member => members.push(json!({ "user_id": "actor" })),
            As::Role(role) => members.push(json!({ "user_id": "actor", "role": role })),
        }
        let mut data = json!({ "members": members, "settings_override": {
            "backstage": { "enabled": backstage },
            "audio": { "access_request_enabled": true },
        } });
        if cell.situation == Situation::OtherTeam {
            data["team"] = json!("red");
        }
        let own = cell.situation == Situation::Own;
        // Who may not create calls may have been allowed to once.
        let creator = if own { self.actor("admin", None) } else { self.operator.clone() };
        creator.post(&path, json!({ "data": data })).await.ok(201);
        match cell.situation {
            Situation::Ended => {
                self.operator.post(&format!("{path}/mark_ended"), json!({})).await.ok(201);
            }
            Situation::Blocked => {
                let body = json!({ "user_id": "actor" });
                self.operator.post(&format!("{path}/block"), body).await.ok(201);
            }
            _ => (),
        }
        path
    }
}

async fn check_all(call_type: &str) {
    let mut stage = Stage::start().await;
    let operations = operations();
    let mut cells = 0;
    for who in WHO {
        for situation in SITUATIONS {
            let Some(cell) = Cell::new(call_type, who, situation) else {
                continue;
            };
            let team = (situation == Situation::OtherTeam).then_some("blue");
            let actor = stage.actor(who.role, team);
            let mut path = stage.call(&cell).await;
            let visible = actor.post("/calls", json!({})).await;
            check_listed(visible, &path, &cell, cell.is_told());
            let id = path.rsplit('/').next().unwrap();
            let filter = json!({ "filter_conditions": { "cid": format!("{call_type}:{id}") } });
            let visible = actor.post("/calls", filter).await;
            check_listed(visible, &path, &cell, true);
            cells += 1;
            for operation in &operations {
                let url = format!("{path}{}", operation.path);
                let body = (operation.method != "GET").then(|| operation.body.clone());
                let reply = actor.request(operation.method, &url, body).await;
                let allowed = operation.needs.met(&cell);
                check(&reply, allowed, operation, &cell);
                cells += 1;
                if allowed && !operation.reads {
                    path = stage.call(&cell).await;
                }
            }
            cells += 1;
        }
        cells += check_creation(&stage, call_type, who).await;
    }
    println!("{call_type}: {cells} cells");
}

#[track_caller]
fn check(reply: &Reply, allowed: bool, operation: &Operation, cell: &Cell<'_>) {
    let expected = match (allowed, cell.situation) {
        (_, Situation::OtherTeam) => (404, Some(16)),
        (true, _) => operation.success,
        (false, _) => (403, Some(17)),
    };
    let (name, Cell { call_type, who, situation, .. }) = (operation.name, cell);
    assert_eq!(
        (reply.status, reply.body["code"].as_i64()),
        expected,
        "{name} in a {call_type} call, {situation:?}, by {who:?}: {}",
        reply.body
    );
}

/// A query shows the call to those who may read it, and can be told of it.
#[track_caller]
fn check_listed(reply: Reply, path: &str, cell: &Cell<'_>, is_told: bool) {
    let id = path.rsplit('/').next().unwrap();
    let found =
        reply.ok(201)["calls"].as_array().unwrap().iter().any(|row| row["call"]["id"] == id);
    let Cell { call_type, who, situation, .. } = cell;
    assert_eq!(
        found,
        is_told && cell.grants.contains("read-call"),
        "the {call_type} call in a query, {situation:?}, by {who:?}"
    );
}

/// Creating is a matter of the role alone.
async fn check_creation(stage: &Stage, call_type: &str, who: Who) -> u32 {
    if who.member != As::Nobody {
        return 0;
    }
    let actor = stage.actor(who.role, None);
    let may = granted(call_type, who.role, true).contains("create-call");
    for (name, path, body) in [
        ("getOrCreate", "", json!({})),
        ("join", "/join", json!({ "create": true, "location": "x" })),
    ] {
        let reply = actor.post(&format!("/call/{call_type}/{name}-{}{path}", who.role), body).await;
        // Whoever creates a call with a stage may or may not enter it before it is live.
        let enters = path.is_empty()
            || !["livestream", "audio_room"].contains(&call_type)
            || granted(call_type, who.role, true).contains("join-backstage");
        let expected = if may && enters { 201 } else { 403 };
        assert_eq!(reply.status, expected, "{name} by {}: {}", who.role, reply.body);
    }
    2
}
