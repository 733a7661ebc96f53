//! Permissions of single users: asked for, granted, revoked. They live as long as the call.

use std::collections::BTreeSet;

use trunkline_protocol::coordinator::{
    Empty, ErrorCode, Open, OwnCapability, PermissionRequestEvent, RequestPermissionRequest,
    RequestablePermission, UpdateUserPermissionsRequest, UpdatedCallPermissionsEvent,
};

use super::{Caller, Cid, Refusal, access::Access, actor, standing, users, views, work::Work};
use crate::store::{calls::CallRecord, permissions};

pub(super) fn request(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: RequestPermissionRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
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
    let (call, access) = Access::open(work, &actor, cid)?;
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
    let user = users::existing(work, &request.user_id)?;
    access.require_rank_over(work, &user, &call)?;
    let before = standing::of_users(work, &call, [&user.id])?;
    for (permissions, is_granted) in [(&granted, true), (&revoked, false)] {
        for permission in permissions {
            permissions::set(work.db, &call.cid, &user.id, permission.as_str(), is_granted)?;
        }
    }
    let body = UpdatedCallPermissionsEvent {
        own_capabilities: standing::capabilities(work, &call, &user)?
            .into_iter()
            .map(Into::into)
            .collect(),
        user: views::user(work, &user),
    };
    work.tell_watchers(&call, body);
    standing::follow(work, &call, before)?;
    Ok(Empty {})
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
