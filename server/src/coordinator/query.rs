//! Queries for calls and members.

use std::{io, time::Instant};

use rusqlite::types::Value as SqlValue;
use serde::Serialize;
use serde_json::Value;
use trunkline_protocol::coordinator::{
    MembersResponse, OwnCapability, QueryCallMembersRequest, QueryCallParticipantsRequest,
    QueryCallParticipantsResponse, QueryCallsRequest, QueryCallsResponse,
};

use super::{
    Caller, Cid, ConnectionId, Refusal,
    access::Access,
    actor::{self, Actor},
    bounds,
    call_type::{CallType, Permission},
    sessions, views,
    work::Work,
};
use crate::store::{
    calls as call_store,
    condition::{Condition, join, one_of},
    filter::{Field, Kind, Table},
    members as member_store,
    page::{PageRequest, page},
    sessions as session_store,
};

/// A page ends early when it gets too large, or its time is over.
pub(super) fn calls(
    work: &Work<'_>,
    caller: &Caller,
    request: &QueryCallsRequest,
    deadline: Instant,
) -> Result<QueryCallsResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let filter = request.filter_conditions.clone().map(Value::Object);
    let page_request = PageRequest {
        filter: filter.as_ref(),
        sort: request.sort.as_deref().unwrap_or_default(),
        limit: bounds::page_size(request.limit)?,
        next: next(request.next.as_deref(), request.prev.as_deref())?,
    };
    let readable = readable(work, &actor, filter.as_ref());
    let mut found = page(work.db, &CALLS, readable, &page_request, call_store::read)?;
    let mut room = Room::new(deadline);
    let mut calls = Vec::with_capacity(found.rows.len());
    for call in &found.rows {
        let access = Access::to_call(work, &actor, call)?;
        access.require(OwnCapability::ReadCall)?;
        let view = views::listed(work, &actor, call, &access)?;
        if !room.take(&view)? {
            break;
        }
        calls.push(view);
    }
    found.cut(calls.len());
    Ok(QueryCallsResponse { calls, next: found.next, prev: None })
}

/// Watches the calls that a query has found, and shows them as they are now, so that the connection
/// misses nothing in between.
pub(super) fn watch(
    work: &mut Work<'_>,
    caller: &Caller,
    watcher: Option<ConnectionId>,
    mut found: QueryCallsResponse,
) -> Result<QueryCallsResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut shown, mut views) = (Vec::new(), Vec::new());
    for old in found.calls {
        let Some(call) = call_store::find(work.db, &old.call.cid)? else {
            continue;
        };
        let Ok(access) = Access::to_call(work, &actor, &call) else {
            continue;
        };
        if access.allows(OwnCapability::ReadCall) {
            views.push(views::listed(work, &actor, &call, &access)?);
            shown.push(call);
        }
    }
    work.watch(watcher, &actor.user.id, &shown)?;
    found.calls = views;
    Ok(found)
}

pub(super) fn members(
    work: &Work<'_>,
    caller: &Caller,
    request: &QueryCallMembersRequest,
    deadline: Instant,
) -> Result<MembersResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let cid = Cid::new(&request.call_type, &request.id)?;
    let (call, access) = Access::open(work, &actor, &cid)?;
    access.require(OwnCapability::ReadCall)?;
    let filter = request.filter_conditions.clone().map(Value::Object);
    let page_request = PageRequest {
        filter: filter.as_ref(),
        sort: request.sort.as_deref().unwrap_or_default(),
        limit: bounds::page_size(request.limit)?,
        next: next(request.next.as_deref(), request.prev.as_deref())?,
    };
    let scope = one_of("member.cid", vec![SqlValue::Text(call.cid)]);
    let mut found = page(work.db, &MEMBERS, scope, &page_request, member_store::read)?;
    let mut room = Room::new(deadline);
    let mut members = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let view = views::member(work, row.clone())?;
        if !room.take(&view)? {
            break;
        }
        members.push(view);
    }
    found.cut(members.len());
    Ok(MembersResponse { members, next: found.next, prev: None })
}

pub(super) fn participants(
    work: &Work<'_>,
    caller: &Caller,
    cid: &Cid,
    limit: Option<u32>,
    request: QueryCallParticipantsRequest,
) -> Result<QueryCallParticipantsResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::ReadCall)?;
    let filter = request.filter_conditions.map(Value::Object);
    let page_request = PageRequest {
        filter: filter.as_ref(),
        sort: &[],
        limit: bounds::page_size(limit)?,
        next: None,
    };
    let session = sessions::running(work, &call)?.map(|session| session.id);
    let scope = one_of("participant.session_id", session.into_iter().map(SqlValue::Text).collect());
    let read = session_store::read_participant;
    let found = page(work.db, &PARTICIPANTS, scope, &page_request, read)?;
    let (present, _) = sessions::present(work, &call)?;
    Ok(QueryCallParticipantsResponse {
        state: views::listed(work, &actor, &call, &access)?,
        participants: found
            .rows
            .into_iter()
            .map(|row| views::participant(work, row))
            .collect::<Result<_, _>>()?,
        total_participants: u32::try_from(present.len()).unwrap_or(u32::MAX),
    })
}

/// What is left of an answer.
struct Room {
    bytes: usize,
    deadline: Instant,
    is_empty: bool,
}

impl Room {
    fn new(deadline: Instant) -> Self {
        Self { bytes: MAX_ANSWER, deadline, is_empty: true }
    }

    /// Whether one more fits. The first always does.
    fn take(&mut self, view: &impl Serialize) -> Result<bool, Refusal> {
        let mut counter = Counter(0);
        serde_json::to_writer(&mut counter, view).map_err(|error| Refusal::internal(&error))?;
        let fits = counter.0 <= self.bytes && Instant::now() < self.deadline;
        self.bytes = self.bytes.saturating_sub(counter.0);
        Ok(std::mem::take(&mut self.is_empty) || fits)
    }
}

/// Counts the bytes that are written.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of a page, about.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// The calls that [`Access::to_call`] and `read-call` let the actor see, as a condition: filtering
/// afterwards would leave pages short.
///
/// Guests and anonymous users, who are anybody, find what they know: calls of theirs, and those that
/// the filter names.
fn readable(work: &Work<'_>, actor: &Actor, filter: Option<&Value>) -> Condition {
    let me = || SqlValue::Text(actor.user.id.clone());
    let is_member = || Condition {
        sql: "EXISTS (SELECT 1 FROM member
            WHERE member.app = call.app AND member.cid = call.cid AND member.user_id = ?)"
            .into(),
        values: vec![me()],
    };
    let is_owner = || one_of("call.created_by", vec![me()]);
    let by_token = || {
        let cids = actor.call_cids.iter().cloned().map(SqlValue::Text).collect();
        one_of("call.cid", cids)
    };
    let types_with = |grants: &dyn Fn(&CallType) -> bool| {
        let names = CallType::all()
            .filter(|call_type| grants(call_type))
            .map(|call_type| SqlValue::Text(call_type.name.into()))
            .collect();
        one_of("call.type", names)
    };
    let role = actor.user.role.as_str();
    let read = Permission::Own(OwnCapability::ReadCall);
    let policy = &work.policy;
    let by_role = types_with(&|call_type| policy.of_role(call_type, role).contains(&read));
    let is_anybody = actor.anonymous || role == "guest";
    let allowed = join(
        "OR",
        vec![
            if is_anybody {
                join("AND", vec![by_role, join("OR", vec![is_owner(), named(filter)])])
            } else {
                by_role
            },
            join(
                "AND",
                vec![
                    is_owner(),
                    types_with(&|call_type| policy.of_owner(call_type, role).contains(&read)),
                ],
            ),
            // Every member is at least a `call_member`, which may read.
            is_member(),
            by_token(),
        ],
    );
    let teams = &actor.user.teams;
    let reachable = if teams.is_empty() {
        let no_team = Condition { sql: "call.team IS NULL".into(), values: Vec::new() };
        join("OR", vec![no_team, is_owner(), is_member(), by_token()])
    } else {
        one_of("call.team", teams.iter().cloned().map(SqlValue::Text).collect())
    };
    let exists = Condition { sql: "call.deleted_at IS NULL".into(), values: Vec::new() };
    join("AND", vec![allowed, reachable, exists])
}

/// The calls that a filter names one by one.
fn named(filter: Option<&Value>) -> Condition {
    let names = |field: &str| -> Vec<SqlValue> {
        let wanted = filter.and_then(|filter| filter.get(field));
        let wanted = wanted.map(|wanted| {
            let listed = wanted.get("$in").and_then(Value::as_array);
            let one = wanted.get("$eq").unwrap_or(wanted);
            listed.map_or_else(|| std::slice::from_ref(one), Vec::as_slice)
        });
        let texts = wanted.unwrap_or_default().iter().filter_map(Value::as_str);
        texts.map(|text| SqlValue::Text(text.to_owned())).collect()
    };
    join("OR", vec![one_of("call.cid", names("cid")), one_of("call.id", names("id"))])
}

fn next<'a>(next: Option<&'a str>, prev: Option<&str>) -> Result<Option<&'a str>, Refusal> {
    if prev.is_some_and(|cursor| !cursor.is_empty()) {
        return Err(Refusal::input("this server pages forward only: use next"));
    }
    Ok(next.filter(|cursor| !cursor.is_empty()))
}

const CALLS: Table = Table {
    name: "call",
    key: "call.cid",
    fields: &[
        Field { name: "cid", kind: Kind::Text, sql: "call.cid", sortable: true },
        Field { name: "type", kind: Kind::Text, sql: "call.type", sortable: true },
        Field { name: "id", kind: Kind::Text, sql: "call.id", sortable: true },
        Field { name: "team", kind: Kind::Text, sql: "call.team", sortable: false },
        Field {
            name: "created_by_user_id",
            kind: Kind::Text,
            sql: "call.created_by",
            sortable: false,
        },
        Field { name: "created_at", kind: Kind::Date, sql: "call.created_at", sortable: true },
        Field { name: "updated_at", kind: Kind::Date, sql: "call.updated_at", sortable: true },
        Field { name: "starts_at", kind: Kind::DateIfAny, sql: "call.starts_at", sortable: true },
        Field { name: "ended_at", kind: Kind::DateIfAny, sql: "call.ended_at", sortable: true },
        Field { name: "backstage", kind: Kind::Bool, sql: "call.backstage", sortable: false },
        Field {
            name: "ongoing",
            kind: Kind::Bool,
            sql: "EXISTS (SELECT 1 FROM session WHERE session.app = call.app
                AND session.cid = call.cid AND session.ended_at IS NULL)",
            sortable: false,
        },
        Field {
            name: "members",
            kind: Kind::Set { column: "member.user_id" },
            sql: "SELECT member.cid FROM member WHERE member.app = ?",
            sortable: false,
        },
    ],
    custom: Some("call.custom"),
    default_sort: ("created_at", -1),
};

const MEMBERS: Table = Table {
    name: "member",
    key: "member.user_id",
    fields: &[
        Field { name: "call_cid", kind: Kind::Text, sql: "member.cid", sortable: false },
        Field { name: "user_id", kind: Kind::Text, sql: "member.user_id", sortable: true },
        Field { name: "role", kind: Kind::Text, sql: "member.role", sortable: false },
        Field { name: "created_at", kind: Kind::Date, sql: "member.created_at", sortable: true },
        Field { name: "updated_at", kind: Kind::Date, sql: "member.updated_at", sortable: false },
    ],
    custom: Some("member.custom"),
    default_sort: ("created_at", 1),
};

const PARTICIPANTS: Table = Table {
    name: "participant",
    key: "participant.user_session_id",
    fields: &[
        Field { name: "user_id", kind: Kind::Text, sql: "participant.user_id", sortable: false },
        Field { name: "joined_at", kind: Kind::Date, sql: "participant.joined_at", sortable: true },
    ],
    custom: None,
    default_sort: ("joined_at", 1),
};

#[cfg(test)]
mod tests {
    use serde_json::json;
    use trunkline_protocol::coordinator::DateTime;

    use super::*;
    use crate::{
        coordinator::Hub,
        store::{empty_tables, first_app, page::plan, users::UserRecord},
    };

    #[test]
    fn what_apps_ask_for_is_looked_up_and_not_searched_for() {
        let (db, hub) = (empty_tables(), Hub::default());
        let work = Work::new(first_app(&db), &hub, DateTime::from_unix_nanos(1));
        let actor = Actor {
            user: UserRecord::new("alice", "user", DateTime::from_unix_nanos(1)),
            anonymous: false,
            call_role: "call_member".into(),
            call_cids: Vec::new(),
        };
        for (filter, expected) in [
            (json!({}), "call_created_at"),
            (json!({ "cid": { "$in": ["default:a", "default:b"] } }), "(app=? AND cid=?)"),
            (json!({ "members": { "$in": ["alice"] } }), "(app=? AND cid=?)"),
            (json!({ "created_by_user_id": "alice" }), "call_created_by"),
        ] {
            let request = PageRequest { filter: Some(&filter), sort: &[], limit: 25, next: None };
            let readable = readable(&work, &actor, Some(&filter));
            let steps = plan(first_app(&db), &CALLS, readable, &request);
            assert!(steps[0].contains(expected), "{filter}: {steps:#?}");
            let searched = steps.iter().any(|step| step.starts_with("SCAN"));
            assert!(!searched, "{filter}: {steps:#?}");
        }
    }
}
