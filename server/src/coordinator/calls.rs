//! Create, load and change calls.

use trunkline_protocol::coordinator::{
    CallCreatedEvent, CallNotificationEvent, CallRequest, CallStateResponse, CallUpdatedEvent,
    CreatedCallResponse, GetOrCreateCallRequest, OwnCapability, UpdateCallRequest,
};

use super::{
    Caller, Cid, ConnectionId, Refusal,
    access::{self, Access},
    actor::{self, Actor},
    bounds::{self, MAX_TEAM, check_custom, check_length},
    members, ringing, sessions, settings, standing, views,
    work::Work,
};
use crate::{
    control::{Remedy, Whose},
    store::{
        calls::{self, CallRecord},
        members as member_store,
    },
};

/// Query parameters of `GetCall`.
#[derive(Clone, Debug, Default)]
pub struct GetCallOptions {
    /// Watches the call from now on.
    pub watcher: Option<ConnectionId>,
    /// At most 100, 25 when absent.
    pub members_limit: Option<u32>,
    /// Tells the members.
    pub announce: Announce,
}

/// How members are told about a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Announce {
    /// Ring them.
    pub ring: bool,
    /// Notify them.
    pub notify: bool,
    /// Which kind of incoming screen a ring shows.
    pub video: bool,
}

pub(super) fn get(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    options: &GetCallOptions,
) -> Result<CallStateResponse, Refusal> {
    let limit = bounds::page_size(options.members_limit)?;
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::ReadCall)?;
    work.watch(options.watcher.clone(), &actor.user.id, std::slice::from_ref(&call))?;
    announce(work, &actor, &access, &mut call, options.announce)?;
    views::state(work, &actor, &call, &access, limit)
}

pub(super) fn get_or_create(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    watcher: Option<ConnectionId>,
    request: GetOrCreateCallRequest,
) -> Result<CreatedCallResponse, Refusal> {
    let limit = bounds::page_size(request.members_limit)?;
    let actor = actor::load(work, caller)?;
    let data = request.data.unwrap_or_default();
    let existing = calls::find(work.db, &cid.to_string())?;
    let created = existing.is_none();
    let (mut call, access) = match existing {
        None => create(work, &actor, cid, data)?,
        Some(call) => {
            let access = Access::to_call(work, &actor, &call)?;
            access.require(OwnCapability::ReadCall)?;
            members::merge_existing(work, &access, &call, data.members.unwrap_or_default())?;
            (call, access)
        }
    };
    work.watch(watcher, &actor.user.id, std::slice::from_ref(&call))?;
    let how = Announce {
        ring: request.ring.unwrap_or_default(),
        notify: request.notify.unwrap_or_default(),
        video: request.video.unwrap_or_default(),
    };
    announce(work, &actor, &access, &mut call, how)?;
    Ok(CreatedCallResponse { state: views::state(work, &actor, &call, &access, limit)?, created })
}

pub(super) fn update(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: UpdateCallRequest,
) -> Result<CallStateResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    let UpdateCallRequest { custom, settings_override, starts_at } = request;
    if custom.is_some() || starts_at.is_some() || settings_override.is_none() {
        access.require(OwnCapability::UpdateCall)?;
    }
    let room = room(&call);
    let was_open = access::is_open_early(&call, work.now);
    if let Some(wish) = settings_override {
        access.require(OwnCapability::UpdateCallSettings)?;
        let settings = settings::merge(&call.settings, &wish)?;
        if settings.limits.max_duration_seconds != call.settings.limits.max_duration_seconds {
            access.require(OwnCapability::ChangeMaxDuration)?;
        }
        call.settings = settings;
        sessions::settings_changed(work, &call)?;
    }
    check_custom(custom.as_ref())?;
    call.custom = custom.unwrap_or(call.custom);
    call.starts_at = starts_at.or(call.starts_at);
    call.updated_at = work.now;
    calls::save(work.db, &call)?;
    tell_updated(work, &call)?;
    if self::room(&call) != room {
        // They say how many the call takes.
        standing::void(work, &call.cid, Whose::Everybody, Remedy::Rejoin)?;
    }
    if call.backstage && was_open && !access::is_open_early(&call, work.now) {
        // Who was let in while it was open stays; nobody else comes in by a token of then.
        standing::void(work, &call.cid, Whose::Viewers, Remedy::Rejoin)?;
    }
    views::state(work, &actor, &call, &access, bounds::DEFAULT_PAGE)
}

/// What tokens say about how many the call takes.
fn room(call: &CallRecord) -> (Option<u32>, bool, Vec<String>) {
    let limits = &call.settings.limits;
    let exempt = limits.max_participants_exclude_roles.clone();
    (limits.max_participants, limits.max_participants_exclude_owner, exempt)
}

/// `call.updated` to everyone who watches.
pub(super) fn tell_updated(work: &mut Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    let body = CallUpdatedEvent {
        call: views::call(work, call)?,
        capabilities_by_role: access::capabilities_by_role(work, call)?,
    };
    work.tell_watchers(call, body);
    Ok(())
}

pub(super) fn create(
    work: &mut Work<'_>,
    actor: &Actor,
    cid: &Cid,
    data: CallRequest,
) -> Result<(CallRecord, Access), Refusal> {
    let access = Access::to_new_call(work, actor, cid);
    access.require(OwnCapability::CreateCall)?;
    access::team_of_new_call(actor, data.team.as_deref())?;
    check_length("team", data.team.as_deref().unwrap_or_default(), 0, MAX_TEAM)?;
    check_custom(data.custom.as_ref())?;
    let call_type = cid.call_type();
    let settings = match &data.settings_override {
        Some(wish) => settings::merge(&call_type.settings, wish)?,
        None => call_type.settings.clone(),
    };
    let call = CallRecord {
        cid: cid.to_string(),
        call_type: call_type.name.into(),
        id: cid.id().into(),
        created_by: actor.user.id.clone(),
        team: data.team,
        custom: data.custom.unwrap_or_default(),
        backstage: settings.backstage.enabled,
        settings,
        starts_at: data.starts_at,
        ended_at: None,
        created_at: work.now,
        updated_at: work.now,
        session_id: None,
    };
    // What is left of a deleted call of this name.
    calls::delete(work.db, &call.cid)?;
    calls::save(work.db, &call)?;
    members::create(work, &access, &call, data.members.unwrap_or_default())?;
    // Being a member may add to being the owner.
    let access = Access::to_call(work, actor, &call)?;
    let body = CallCreatedEvent {
        call: views::call(work, &call)?,
        members: views::member_list(work, &call.cid, bounds::MAX_PAGE)?,
    };
    work.tell_all(&call, body, std::slice::from_ref(&actor.user.id))?;
    Ok((call, access))
}

/// Rings or notifies the members, if asked to.
pub(super) fn announce(
    work: &mut Work<'_>,
    actor: &Actor,
    access: &Access,
    call: &mut CallRecord,
    how: Announce,
) -> Result<(), Refusal> {
    if how.notify {
        access.require(OwnCapability::JoinCall)?;
        let view = views::call(work, call)?;
        let body = CallNotificationEvent {
            session_id: view.current_session_id.clone(),
            call: view,
            members: views::member_list(work, &call.cid, bounds::MAX_PAGE)?,
            user: views::user(work, &actor.user),
        };
        let members = member_store::user_ids(work.db, &call.cid)?;
        work.tell_users(call, body, members)?;
    }
    if how.ring {
        ringing::ring_all(work, actor, access, call, how.video)?;
    }
    Ok(())
}
