//! Ringing: who is rung, who answers how, who misses it.
//!
//! A ring belongs to a session of the call, which it opens if need be. For each user the session
//! knows the last ring and how it ended. Clients run the timers of their screens; the server only
//! finds out who missed a ring.

use std::collections::BTreeSet;

use trunkline_protocol::coordinator::{
    CallAcceptedEvent, CallMissedEvent, CallRejectedEvent, CallRingEvent, DateTime, Empty,
    ErrorCode, OwnCapability, RejectCallRequest, RingCallRequest, RingCallResponse,
};

use super::{
    Caller, Cid, ConnectionId, Refusal,
    access::Access,
    actor::{self, Actor},
    bounds, sessions, teams, users, views,
    work::{Effect, Work},
};
use crate::store::{
    calls::{self as call_store, CallRecord},
    members as member_store,
    rings::{self, Answer, RingRecord},
    sessions::{self as session_store, SessionRecord},
    users::UserRecord,
};

pub(super) fn ring(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: RingCallRequest,
) -> Result<RingCallResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    let video = request.video.unwrap_or_default();
    let Some(wish) = request.members_ids else {
        let members_ids = ring_all(work, &actor, &access, &mut call, video)?;
        return Ok(RingCallResponse { members_ids });
    };
    if wish.len() > MAX_RUNG {
        return Err(Refusal::input(format!("members_ids has at most {MAX_RUNG} entries")));
    }
    let members: BTreeSet<_> = member_store::user_ids(work.db, &call.cid)?.into_iter().collect();
    let wish: BTreeSet<_> = wish.into_iter().collect();
    let strangers: Vec<_> = wish.difference(&members).map(|id| id.escape_default()).collect();
    if !strangers.is_empty() {
        let names: Vec<_> = strangers.into_iter().map(|id| id.to_string()).collect();
        return Err(Refusal::input(format!("not members of the call: {}", names.join(", "))));
    }
    let rung = wish.into_iter().filter(|id| *id != actor.user.id).collect();
    let members_ids = start(work, &actor, &access, &mut call, rung, video)?;
    Ok(RingCallResponse { members_ids })
}

/// Rings every member who is not in the call; returns who they are.
pub(super) fn ring_all(
    work: &mut Work<'_>,
    actor: &Actor,
    access: &Access,
    call: &mut CallRecord,
    video: bool,
) -> Result<Vec<String>, Refusal> {
    let (present, _) = sessions::present(work, call)?;
    let mut rung = member_store::user_ids(work.db, &call.cid)?;
    rung.retain(|id| *id != actor.user.id && !present.iter().any(|other| other.user_id == *id));
    start(work, actor, access, call, rung, video)
}

pub(super) fn accept(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    device: Option<ConnectionId>,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::JoinCall)?;
    if call.ended_at.is_some() {
        access.require(OwnCapability::JoinEndedCall)?;
    }
    require_part(work, &actor, &call)?;
    // Who takes the ring a moment too late still comes: there is a session for them.
    let session = match sessions::running(work, &call)? {
        Some(session) => session,
        None => sessions::open_for_ring(work, &mut call)?,
    };
    if is_taken_elsewhere(work, &session, &actor.user.id, device.as_ref())? {
        let detail = "the ring was accepted on another device of the user";
        let refusal = Refusal::new(ErrorCode::NotAllowed, detail);
        return Err(Refusal { status: CONFLICT, ..refusal });
    }
    if answer(work, &session, &actor.user.id, Answer::Accepted, device)? {
        let body = CallAcceptedEvent {
            call: views::call(work, &call)?,
            user: views::user(work, &actor.user),
        };
        let told = involved(work, &call, &session)?;
        work.tell_users(&call, body, told)?;
    }
    Ok(Empty {})
}

pub(super) fn reject(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    device: Option<ConnectionId>,
    request: RejectCallRequest,
) -> Result<Empty, Refusal> {
    let reason = request.reason.unwrap_or_else(|| "decline".into());
    if reason.len() > MAX_REASON {
        return Err(Refusal::input(format!("reason has at most {MAX_REASON} bytes")));
    }
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::ReadCall)?;
    require_part(work, &actor, &call)?;
    // Once the session is over there is nothing left to decline, which is what the caller wants.
    let Some(session) = sessions::running(work, &call)? else {
        return Ok(Empty {});
    };
    // Who has taken the ring elsewhere does not decline it: this device ceases to ring.
    if is_taken_elsewhere(work, &session, &actor.user.id, device.as_ref())? {
        return Ok(Empty {});
    }
    if answer(work, &session, &actor.user.id, Answer::Rejected, None)? {
        let body = CallRejectedEvent {
            call: views::call(work, &call)?,
            user: views::user(work, &actor.user),
            reason: Some(reason),
        };
        let told = involved(work, &call, &session)?;
        work.tell_users(&call, body, told)?;
    }
    // Those who still hear the ring of somebody who gives up have missed it.
    miss(work, &call, &session, |ring| ring.rung_by.as_ref() == Some(&actor.user.id))?;
    Ok(Empty {})
}

/// Counts the rings for which `which` holds as missed, unless they were answered.
pub(super) fn miss(
    work: &mut Work<'_>,
    call: &CallRecord,
    session: &SessionRecord,
    which: impl Fn(&RingRecord) -> bool,
) -> Result<(), Refusal> {
    let (present, _) = sessions::present(work, call)?;
    let mut missed = Vec::new();
    for ring in rings::list(work.db, &session.id)? {
        let is_there = present.iter().any(|participant| participant.user_id == ring.user_id);
        if ring.answer.is_none() && !is_there && which(&ring) {
            let answer = Some((Answer::Missed, work.now));
            rings::save(work.db, &RingRecord { answer, due_at: None, ..ring.clone() })?;
            missed.push(ring);
        }
    }
    // All are stored before the first is told, so that every event shows the same state.
    for ring in missed {
        let Some(rung_by) = ring.rung_by else {
            continue;
        };
        let body = CallMissedEvent {
            call: views::call(work, call)?,
            members: views::member_list(work, &call.cid, bounds::MAX_PAGE)?,
            notify_user: true,
            session_id: session.id.clone(),
            user: views::stored_user(work, &rung_by)?,
        };
        work.tell_users(call, body, vec![ring.user_id])?;
    }
    Ok(())
}

/// The call was ended: whoever still hears a ring has missed it.
pub(super) fn give_up(work: &mut Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    match sessions::running(work, call)? {
        Some(session) => miss(work, call, &session, |_| true),
        None => Ok(()),
    }
}

fn start(
    work: &mut Work<'_>,
    actor: &Actor,
    access: &Access,
    call: &mut CallRecord,
    rung: Vec<String>,
    video: bool,
) -> Result<Vec<String>, Refusal> {
    access.require(OwnCapability::JoinCall)?;
    if actor.anonymous {
        // Whoever is rung is told by whom.
        let detail = "anonymous users do not ring others";
        return Err(Refusal::new(ErrorCode::NotAllowed, detail));
    }
    if call.ended_at.is_some() {
        access.require(OwnCapability::JoinEndedCall)?;
    }
    let session = sessions::open_for_ring(work, call)?;
    let patience = call.settings.ring.missed_call_timeout_ms;
    let due_at = (patience > 0).then(|| after(work.now, patience));
    // An answer to an earlier ring would make clients take this one for answered.
    rings::remove(work.db, &session.id, &actor.user.id)?;
    for user_id in &rung {
        rings::save(
            work.db,
            &RingRecord {
                session_id: session.id.clone(),
                user_id: user_id.clone(),
                rung_by: Some(actor.user.id.clone()),
                video,
                accepted_on: None,
                due_at,
                answer: None,
            },
        )?;
    }
    if let Some(at) = due_at {
        work.effect(Effect::Wake { session_id: session.id.clone(), at });
    }
    let body = event(work, call, session.id, &actor.user, video)?;
    work.tell_users(call, body, rung.clone())?;
    Ok(rung)
}

/// Notes an answer; false when the user has given the same one before.
fn answer(
    work: &Work<'_>,
    session: &SessionRecord,
    user_id: &str,
    answer: Answer,
    device: Option<ConnectionId>,
) -> Result<bool, Refusal> {
    let known = rings::list(work.db, &session.id)?.into_iter().find(|ring| ring.user_id == user_id);
    let ring = known.unwrap_or_else(|| RingRecord {
        session_id: session.id.clone(),
        user_id: user_id.into(),
        rung_by: None,
        video: false,
        accepted_on: None,
        due_at: None,
        answer: None,
    });
    let known = ring.answer.filter(|(known, _)| *known == answer);
    let accepted_on = device.map(|device| device.0);
    let is_new = known.is_none();
    let answer = known.or(Some((answer, work.now)));
    rings::save(work.db, &RingRecord { answer, accepted_on, due_at: None, ..ring })?;
    Ok(is_new)
}

/// Whether a user has accepted on another device than this one, and is there or on the way. The
/// same device may have another connection by now.
fn is_taken_elsewhere(
    work: &Work<'_>,
    session: &SessionRecord,
    user_id: &str,
    device: Option<&ConnectionId>,
) -> Result<bool, Refusal> {
    let Some(device) = device else {
        return Ok(false);
    };
    let rings = rings::list(work.db, &session.id)?;
    let taken = rings
        .into_iter()
        .find(|ring| ring.user_id == user_id && matches!(ring.answer, Some((Answer::Accepted, _))));
    let Some(on) = taken.and_then(|ring| ring.accepted_on).filter(|on| *on != device.0) else {
        return Ok(false);
    };
    let present = session_store::participants(work.db, &session.id)?;
    Ok(work.is_open(&on) || present.iter().any(|participant| participant.user_id == user_id))
}

/// Tells a connection that has just been made of the rings that go on: a page may have been loaded
/// anew, or its socket lost when they began.
pub(super) fn repeat(
    work: &mut Work<'_>,
    user: &UserRecord,
    connection: &ConnectionId,
) -> Result<(), Refusal> {
    for ring in rings::unanswered(work.db, &user.id)? {
        let RingRecord { session_id, rung_by: Some(ringer), video, due_at, .. } = ring else {
            continue;
        };
        let Some(session) = session_store::find(work.db, &session_id)? else {
            continue;
        };
        let Some(call) = call_store::find(work.db, &session.cid)? else {
            continue;
        };
        let present = session_store::participants(work.db, &session_id)?;
        let is_over = due_at.is_some_and(|due| due <= work.now)
            || call.ended_at.is_some()
            || call_store::is_blocked(work.db, &call.cid, &user.id)?
            || call.session_id.as_ref() != Some(&session_id)
            || present.iter().any(|participant| participant.user_id == user.id);
        let is_member = member_store::find(work.db, &call.cid, &user.id)?.is_some();
        if is_over || !is_member || !teams::reaches(&user.teams, call.team.as_deref(), true) {
            continue;
        }
        let ringer = users::existing(work, &ringer)?;
        let body = event(work, &call, session_id, &ringer, video)?;
        work.tell_connection(connection, &call, body);
    }
    Ok(())
}

fn event(
    work: &Work<'_>,
    call: &CallRecord,
    session_id: String,
    ringer: &UserRecord,
    video: bool,
) -> Result<CallRingEvent, Refusal> {
    let mut members = views::member_list(work, &call.cid, bounds::MAX_PAGE)?;
    members.retain(|member| member.user_id != ringer.id);
    Ok(CallRingEvent {
        call: views::call(work, call)?,
        members,
        session_id,
        user: views::user(work, ringer),
        video,
    })
}

/// Members, the creator, and whoever has rung: they need not be members.
fn involved(
    work: &Work<'_>,
    call: &CallRecord,
    session: &SessionRecord,
) -> Result<Vec<String>, Refusal> {
    let mut users: BTreeSet<_> = member_store::user_ids(work.db, &call.cid)?.into_iter().collect();
    users.insert(call.created_by.clone());
    users.extend(rings::list(work.db, &session.id)?.into_iter().filter_map(|ring| ring.rung_by));
    Ok(users.into_iter().collect())
}

/// Refuses whoever is neither a member nor the creator: nobody rings them, they ring nobody.
fn require_part(work: &Work<'_>, actor: &Actor, call: &CallRecord) -> Result<(), Refusal> {
    let is_member = member_store::find(work.db, &call.cid, &actor.user.id)?.is_some();
    if is_member || call.created_by == actor.user.id || actor.call_cids.contains(&call.cid) {
        return Ok(());
    }
    let detail = format!("User '{}' is not a member of the call", actor.user.id);
    Err(Refusal::new(ErrorCode::NotAllowed, detail))
}

fn after(now: DateTime, millis: u32) -> DateTime {
    let nanos = i64::from(millis).saturating_mul(NANOS_PER_MILLI);
    DateTime::from_unix_nanos(now.unix_nanos().saturating_add(nanos))
}

/// HTTP status of a ring that is taken already.
const CONFLICT: u16 = 409;
const NANOS_PER_MILLI: i64 = 1_000_000;
const MAX_RUNG: usize = 25;
/// Bytes. Reasons are words of the app.
const MAX_REASON: usize = 255;
