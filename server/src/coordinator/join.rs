//! Admission to a call, and the SFU credentials of those who are admitted.

use std::sync::Arc;

use trunkline_protocol::coordinator::{
    CallRequest, Credentials, DateTime, ErrorCode, IceServerResponse, JoinCallRequest,
    JoinCallResponse, Mode, SfuServerResponse, StatsOptions, TargetResolution,
};
use uuid::Uuid;

use super::{
    Caller, Cid, ConnectionId, Refusal,
    access::{self, Access},
    actor::{self, Actor},
    bounds,
    calls::{self, Announce},
    sessions, users, views,
    work::Work,
};
use crate::{
    control::{PublishTarget, SfuClaims, TOKEN_SECONDS, call_name},
    store::{
        calls::{self as call_store, CallRecord},
        members as member_store, voids,
    },
    turn::TurnServers,
};

/// How clients reach the SFU, and the secret it checks tokens with.
#[derive(Clone)]
pub struct SfuAccess {
    /// Name of the SFU.
    pub edge_name: String,
    /// Base of the Twirp service, ends in `/twirp`.
    pub url: String,
    /// The SFU socket.
    pub ws_endpoint: String,
    /// Signs SFU tokens.
    pub secret: String,
    /// Sessions that one user may have in a call.
    pub sessions_per_user: u32,
    /// The SFU itself, for whoever wants to know whether UDP gets to it.
    pub stun: Vec<IceServerResponse>,
    /// For networks that block UDP.
    pub turn: Arc<TurnServers>,
}

pub(super) fn join(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    watcher: Option<ConnectionId>,
    request: JoinCallRequest,
    sfu: &SfuAccess,
) -> Result<JoinCallResponse, Refusal> {
    let limit = bounds::page_size(request.members_limit)?;
    let actor = actor::load(work, caller)?;
    let existing = call_store::find(work.db, &cid.to_string())?;
    let created = existing.is_none();
    let (mut call, access) = match existing {
        Some(call) => {
            let access = Access::to_call(work, &actor, &call)?;
            (call, access)
        }
        None if request.create == Some(true) => {
            let data: CallRequest = request.data.unwrap_or_default();
            calls::create(work, &actor, cid, data)?
        }
        None => return Err(access::not_found(&cid.to_string())),
    };
    admit(work, &actor, &access, &call, request.e2ee.unwrap_or_default())?;
    users::lend_to_participant(work, caller)?;
    work.watch(watcher, &actor.user.id, std::slice::from_ref(&call))?;
    let how = Announce {
        ring: request.ring.unwrap_or_default(),
        notify: request.notify.unwrap_or_default(),
        video: request.video.unwrap_or_default(),
    };
    calls::announce(work, &actor, &access, &mut call, how)?;
    let mut ice_servers = sfu.stun.clone();
    // What costs traffic is for those whom the app knows.
    if caller.has_token {
        ice_servers.extend(sfu.turn.told(&actor.user.id, work.now));
    }
    let token = claims(work, &actor, &access, &call, sfu.sessions_per_user)?
        .sign(&sfu.secret)
        .map_err(|error| Refusal::internal(&error))?;
    Ok(JoinCallResponse {
        state: views::state(work, &actor, &call, &access, limit)?,
        created,
        credentials: Credentials {
            server: SfuServerResponse {
                edge_name: sfu.edge_name.clone(),
                url: sfu.url.clone(),
                ws_endpoint: sfu.ws_endpoint.clone(),
            },
            token,
            // The SFU has a public address and speaks ICE-lite: media needs no STUN.
            ice_servers,
        },
        stats_options: STATS,
    })
}

fn admit(
    work: &Work<'_>,
    actor: &Actor,
    access: &Access,
    call: &CallRecord,
    e2ee: bool,
) -> Result<(), Refusal> {
    if call_store::is_blocked(work.db, &call.cid, &actor.user.id)? {
        let detail = format!("User '{}' is blocked in this call", actor.user.id);
        return Err(Refusal::new(ErrorCode::NotAllowed, detail));
    }
    access.require_entry(call, work.now)?;
    check_room(work, actor, call)?;
    match (call.settings.encryption.mode.known(), e2ee) {
        (Some(Mode::AutoOn), false) => {
            Err(Refusal::input("this call requires end-to-end encryption"))
        }
        (Some(Mode::Disabled), true) => {
            Err(Refusal::input("end-to-end encryption is disabled for this call"))
        }
        _ => Ok(()),
    }
}

fn check_room(work: &Work<'_>, actor: &Actor, call: &CallRecord) -> Result<(), Refusal> {
    let Some(most) = call.settings.limits.max_participants else {
        return Ok(());
    };
    if is_exempt(call, &actor.user.id, &role(work, actor, call)?) {
        return Ok(());
    }
    // Who rejoins replaces an earlier session of theirs.
    let (present, anonymous) = sessions::present(work, call)?;
    let others = present
        .iter()
        .filter(|other| {
            other.user_id != actor.user.id && !is_exempt(call, &other.user_id, &other.role)
        })
        .count();
    if others + anonymous as usize >= most as usize {
        let detail = format!("the call is full: at most {most} participants");
        return Err(Refusal::passing(ErrorCode::NotAllowed, detail));
    }
    Ok(())
}

/// Whether somebody with this role is let in when the call is full, and does not fill it.
fn is_exempt(call: &CallRecord, user_id: &str, role: &str) -> bool {
    let limits = &call.settings.limits;
    (limits.max_participants_exclude_owner && user_id == call.created_by)
        || limits.max_participants_exclude_roles.iter().any(|name| name == role)
}

fn claims(
    work: &Work<'_>,
    actor: &Actor,
    access: &Access,
    call: &CallRecord,
    sessions_per_user: u32,
) -> Result<SfuClaims, Refusal> {
    let user = &actor.user;
    let role = role(work, actor, call)?;
    let iat = work.now.seconds_since(DateTime::from_unix_nanos(0));
    let screen_share = call.settings.screensharing.target_resolution.as_ref();
    Ok(SfuClaims {
        user_id: user.id.clone(),
        cid: call_name(work.db.app, &call.cid),
        name: user.name.clone().unwrap_or_default(),
        image: user.image.clone().unwrap_or_default(),
        custom: user.custom.clone(),
        exempt: is_exempt(call, &user.id, &role),
        roles: vec![role],
        capabilities: access
            .own_capabilities()
            .into_iter()
            .map(|capability| capability.as_str().into())
            .collect(),
        anonymous: actor.anonymous,
        seat: Uuid::new_v4().to_string(),
        generation: voids::generation(work.db)?,
        sessions_per_user,
        room: call.settings.limits.max_participants,
        video: target(&call.settings.video.target_resolution),
        screen_share: screen_share.map_or(SCREEN_SHARE, target),
        iat,
        exp: iat + TOKEN_SECONDS,
    })
}

/// Role in the call, or else in the app.
fn role(work: &Work<'_>, actor: &Actor, call: &CallRecord) -> Result<String, Refusal> {
    let member = member_store::find(work.db, &call.cid, &actor.user.id)?;
    Ok(member.and_then(|member| member.role).unwrap_or_else(|| actor.user.role.clone()))
}

fn target(resolution: &TargetResolution) -> PublishTarget {
    PublishTarget {
        width: resolution.width,
        height: resolution.height,
        bitrate: resolution.bitrate,
    }
}

const STATS: StatsOptions = StatsOptions { reporting_interval_ms: 10_000, enable_rtc_stats: false };
const SCREEN_SHARE: PublishTarget = PublishTarget { width: 2560, height: 1440, bitrate: 3_000_000 };
