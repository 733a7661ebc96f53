//! Members of a call.

use trunkline_protocol::coordinator::{
    CallMemberAddedEvent, CallMemberRemovedEvent, CallMemberUpdatedEvent,
    CallMemberUpdatedPermissionEvent, MemberRequest, OwnCapability, UpdateCallMembersRequest,
    UpdateCallMembersResponse,
};

use super::{
    Caller, Cid, Refusal,
    access::{self, Access},
    actor,
    bounds::{check_custom, check_role},
    standing, users, views,
    work::Work,
};
use crate::store::{
    calls::CallRecord,
    members::{self, MemberRecord},
    users as user_store,
};

pub(super) fn update(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: UpdateCallMembersRequest,
) -> Result<UpdateCallMembersResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    let wishes = request.update_members.unwrap_or_default();
    let removals = request.remove_members.unwrap_or_default();
    if removals.len() > MAX_MEMBERS {
        return Err(Refusal::input(format!("remove_members has at most {MAX_MEMBERS} entries")));
    }
    if wishes.iter().any(|wish| removals.contains(&wish.user_id)) {
        return Err(Refusal::input("a member cannot be updated and removed in one request"));
    }
    if !wishes.is_empty() || removals.is_empty() {
        access.require(OwnCapability::UpdateCallMember)?;
    }
    if !removals.is_empty() {
        access.require(OwnCapability::RemoveCallMember)?;
    }
    let answered: Vec<_> = wishes.iter().map(|wish| wish.user_id.clone()).collect();
    change(work, &access, &call, wishes)?;
    let before = standing::of_users(work, &call, &removals)?;
    let mut removed = Vec::new();
    for user_id in removals {
        if let Some(user) = user_store::find(work.db, &user_id)? {
            access.require_rank_over(work, &user, &call)?;
        }
        if members::remove(work.db, &call.cid, &user_id)? {
            removed.push(user_id);
        }
    }
    if !removed.is_empty() {
        let body =
            CallMemberRemovedEvent { call: views::call(work, &call)?, members: removed.clone() };
        work.tell_all(&call, body, &removed)?;
    }
    standing::follow(work, &call, before)?;
    let mut response = UpdateCallMembersResponse::default();
    for user_id in answered {
        if let Some(member) = members::find(work.db, &call.cid, &user_id)? {
            response.members.push(views::member(work, member)?);
        }
    }
    Ok(response)
}

/// Stores the members of a new call. `call.created` tells of them.
pub(super) fn create(
    work: &Work<'_>,
    access: &Access,
    call: &CallRecord,
    wishes: Vec<MemberRequest>,
) -> Result<(), Refusal> {
    save(work, access, call, wishes).map(drop)
}

/// Adds and changes members of a call that getOrCreate found. Whoever may not do that still gets
/// the call: every client of an app sends the same request, viewers included.
pub(super) fn merge_existing(
    work: &mut Work<'_>,
    access: &Access,
    call: &CallRecord,
    wishes: Vec<MemberRequest>,
) -> Result<(), Refusal> {
    if wishes.is_empty() || !access.allows(OwnCapability::UpdateCallMember) {
        return Ok(());
    }
    change(work, access, call, wishes)
}

/// Adds and changes members. Who is in the call need not join again for the rights of another role.
fn change(
    work: &mut Work<'_>,
    access: &Access,
    call: &CallRecord,
    wishes: Vec<MemberRequest>,
) -> Result<(), Refusal> {
    let before = standing::of_users(work, call, wishes.iter().map(|wish| &wish.user_id))?;
    let changes = save(work, access, call, wishes)?;
    tell_changes(work, call, changes)?;
    standing::follow(work, call, before)
}

/// User ids by kind of change.
#[derive(Default)]
struct Changes {
    added: Vec<String>,
    updated: Vec<String>,
    role_changed: Vec<String>,
}

fn save(
    work: &Work<'_>,
    access: &Access,
    call: &CallRecord,
    wishes: Vec<MemberRequest>,
) -> Result<Changes, Refusal> {
    if wishes.len() > MAX_MEMBERS {
        return Err(Refusal::input(format!("a request names at most {MAX_MEMBERS} members")));
    }
    let mut changes = Changes::default();
    let mut count = members::count(work.db, &call.cid)?;
    let mut seen = std::collections::BTreeSet::new();
    for wish in wishes {
        if !seen.insert(wish.user_id.clone()) {
            return Err(Refusal::input(format!(
                "the member '{}' is named twice",
                wish.user_id.escape_default()
            )));
        }
        let user = users::find_or_create(work, &wish.user_id)?;
        if let Some(role) = &wish.role {
            check_role(role)?;
        }
        check_custom(wish.custom.as_ref())?;
        let known = members::find(work.db, &call.cid, &user.id)?;
        let old = known.clone().unwrap_or_else(|| MemberRecord {
            cid: call.cid.clone(),
            user_id: user.id.clone(),
            role: None,
            custom: serde_json::Map::new(),
            created_at: work.now,
            updated_at: work.now,
        });
        let new = MemberRecord {
            role: wish.role.or_else(|| old.role.clone()),
            custom: wish.custom.unwrap_or_else(|| old.custom.clone()),
            updated_at: work.now,
            ..old.clone()
        };
        if new.role != old.role {
            for role in old.role.iter().chain(&new.role) {
                access.require_role_change(role)?;
            }
        }
        if known.is_none() {
            if count == MAX_IN_CALL {
                return Err(Refusal::input(format!("a call has at most {MAX_IN_CALL} members")));
            }
            count += 1;
            changes.added.push(user.id.clone());
        } else {
            if new.role != old.role {
                changes.role_changed.push(user.id.clone());
            }
            if new.custom != old.custom {
                changes.updated.push(user.id.clone());
            } else if new.role == old.role {
                continue;
            }
            access.require_rank_over(work, &user, call)?;
        }
        members::save(work.db, &new)?;
    }
    Ok(changes)
}

/// One event per kind of change.
fn tell_changes(work: &mut Work<'_>, call: &CallRecord, changes: Changes) -> Result<(), Refusal> {
    let Changes { added, updated, role_changed } = changes;
    let view = views::call(work, call)?;
    let load = |work: &Work<'_>, ids: Vec<String>| {
        let mut members = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(member) = members::find(work.db, &call.cid, &id)? {
                members.push(views::member(work, member)?);
            }
        }
        Ok::<_, Refusal>(members)
    };
    if !added.is_empty() {
        let members = load(work, added)?;
        work.tell_all(call, CallMemberAddedEvent { call: view.clone(), members }, &[])?;
    }
    if !updated.is_empty() {
        let members = load(work, updated)?;
        work.tell_all(call, CallMemberUpdatedEvent { call: view.clone(), members }, &[])?;
    }
    if !role_changed.is_empty() {
        let members = load(work, role_changed)?;
        let capabilities_by_role = access::capabilities_by_role(work, call)?;
        let body = CallMemberUpdatedPermissionEvent { call: view, members, capabilities_by_role };
        work.tell_all(call, body, &[])?;
    }
    Ok(())
}

const MAX_MEMBERS: usize = 100;
/// Each of them is looked up for each event about the call.
const MAX_IN_CALL: u32 = 5000;
