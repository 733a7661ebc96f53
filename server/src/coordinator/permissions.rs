//! Permissions of single users: asked for, granted, revoked. They live as long as the call.

use std::collections::{BTreeMap, BTreeSet};

use trunkline_protocol::coordinator::{
    Empty, ErrorCode, Open, OwnCapability, PermissionRequestEvent, RequestPermissionRequest,
    RequestablePermission, UpdateUserPermissionsRequest, UpdatedCallPermissionsEvent,
};

use super::{
    Caller, Cid, Refusal,
    access::Access,
    actor::{self, Actor},
    calls, views,
    work::{Effect, Work},
};
use crate::{
    sfu::control::SfuOrder,
    store::{
        calls::CallRecord,
        permissions,
        users::{self, UserRecord},
    },
};

pub(super) fn request(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: RequestPermissionRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = calls::open(work, &actor, cid)?;
    access.require(OwnCapability::JoinCall)?;
    let asked = known(&request.permissions)?;
    if asked.is_empty() {
        return Err(Refusal::input("permissions must name at least one"));
    }
    for permission in &asked {
        if !may_be_asked_for(&call, *permission) {
            let name = permission.as_str();
            let detail = format!("the settings of the call do not let users ask for {name}");
            return Err(Refusal::new(ErrorCode::NotAllowed, detail));
        }
    }
    let body = PermissionRequestEvent {
        permissions: asked.iter().map(|permission| permission.as_str().to_owned()).collect(),
        user: views::user(work, &actor.user),
    };
    work.tell_watchers(&call, body);
    Ok(Empty {})
}

pub(super) fn update(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: UpdateUserPermissionsRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = calls::open(work, &actor, cid)?;
    access.require(OwnCapability::UpdateCallPermissions)?;
    let granted = known(request.grant_permissions.as_deref().unwrap_or_default())?;
    let revoked = known(request.revoke_permissions.as_deref().unwrap_or_default())?;
    if granted.is_empty() && revoked.is_empty() {
        return Err(Refusal::input("a request grants or revokes at least one permission"));
    }
    if let Some(both) = granted.iter().find(|permission| revoked.contains(permission)) {
        let detail = format!("{} cannot be granted and revoked in one request", both.as_str());
        return Err(Refusal::input(detail));
    }
    let user = users::find(work.db, &request.user_id)?.ok_or_else(|| {
        let detail = format!("the user {} does not exist", request.user_id.escape_default());
        Refusal::new(ErrorCode::DoesNotExist, detail)
    })?;
    for (permissions, is_granted) in [(&granted, true), (&revoked, false)] {
        for permission in permissions {
            permissions::set(work.db, &call.cid, &user.id, permission.as_str(), is_granted)?;
        }
    }
    let target = without_token(user);
    let capabilities = Access::to_call(work, &target, &call)?.own_capabilities();
    let body = UpdatedCallPermissionsEvent {
        own_capabilities: capabilities.into_iter().map(Into::into).collect(),
        user: views::user(work, &target.user),
    };
    work.tell_watchers(&call, body);
    let names = |permissions: Vec<RequestablePermission>| {
        permissions.into_iter().map(|permission| permission.as_str().to_owned()).collect()
    };
    work.effect(Effect::Order(SfuOrder::SetGrants {
        cid: call.cid,
        user_id: target.user.id,
        granted: names(granted),
        revoked: names(revoked),
    }));
    Ok(Empty {})
}

/// What each of these users may publish by role and by exception. Those who do not exist yet, or
/// whose teams do not reach the call, may nothing.
pub(super) fn publishing(
    work: &Work<'_>,
    call: &CallRecord,
    user_ids: &[String],
) -> Result<BTreeMap<String, BTreeSet<&'static str>>, Refusal> {
    let mut held = BTreeMap::new();
    for user_id in user_ids {
        let names = match users::find(work.db, user_id)? {
            Some(user) => match Access::to_call(work, &without_token(user), call) {
                Ok(access) => access.own_capabilities(),
                Err(refusal) if refusal.code == ErrorCode::DoesNotExist => Vec::new(),
                Err(refusal) => return Err(refusal),
            },
            None => Vec::new(),
        };
        let names = names.into_iter().map(OwnCapability::as_str);
        let publishes = |name: &&str| PUBLISHING.iter().any(|known| known.as_str() == *name);
        held.insert(user_id.clone(), names.filter(publishes).collect());
    }
    Ok(held)
}

/// Has the SFU follow a change of what users may publish.
pub(super) fn order_changes(
    work: &mut Work<'_>,
    call: &CallRecord,
    before: &BTreeMap<String, BTreeSet<&'static str>>,
    after: &BTreeMap<String, BTreeSet<&'static str>>,
) {
    let less = |one: &BTreeSet<&str>, other: &BTreeSet<&str>| -> Vec<String> {
        one.difference(other).map(|name| (*name).to_owned()).collect()
    };
    for ((user_id, old), new) in before.iter().zip(after.values()) {
        let (granted, revoked) = (less(new, old), less(old, new));
        if !granted.is_empty() || !revoked.is_empty() {
            let (cid, user_id) = (call.cid.clone(), user_id.clone());
            work.effect(Effect::Order(SfuOrder::SetGrants { cid, user_id, granted, revoked }));
        }
    }
}

/// A user as they are known without looking at a token of theirs.
fn without_token(user: UserRecord) -> Actor {
    Actor { user, anonymous: false, call_role: String::new(), call_cids: Vec::new() }
}

fn known(names: &[Open<RequestablePermission>]) -> Result<Vec<RequestablePermission>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut permissions = Vec::new();
    for name in names {
        let permission = name.known().ok_or_else(|| {
            let name = name.as_str().escape_default();
            Refusal::input(format!("'{name}' is no permission that can be asked for or granted"))
        })?;
        if seen.insert(permission.as_str()) {
            permissions.push(permission);
        }
    }
    Ok(permissions)
}

fn may_be_asked_for(call: &CallRecord, permission: RequestablePermission) -> bool {
    let settings = &call.settings;
    match permission {
        RequestablePermission::SendAudio => settings.audio.access_request_enabled,
        RequestablePermission::SendVideo => settings.video.access_request_enabled,
        RequestablePermission::Screenshare => settings.screensharing.access_request_enabled,
    }
}

const PUBLISHING: [RequestablePermission; 3] = [
    RequestablePermission::SendAudio,
    RequestablePermission::SendVideo,
    RequestablePermission::Screenshare,
];
