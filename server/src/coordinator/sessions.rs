//! Sessions: opened by the first participant (or a ring), closed some time after the last.

use std::collections::HashSet;

use trunkline_protocol::{
    coordinator::{
        CallSessionEndedEvent, CallSessionParticipantCountsUpdatedEvent,
        CallSessionParticipantJoinedEvent, CallSessionParticipantLeftEvent,
        CallSessionStartedEvent, DateTime,
    },
    sfu::models::CallEndedReason,
};
use uuid::Uuid;

use super::{
    Refusal, live, ringing, users, views,
    work::{Effect, Work},
};
use crate::{
    sfu::control::{PresentSession, SfuNotice},
    store::{
        calls::{self, CallRecord},
        members,
        sessions::{self, ParticipantRecord, SessionRecord},
    },
};

/// Somebody came or left, says the SFU.
pub(super) fn apply(work: &mut Work<'_>, notice: &SfuNotice) -> Result<(), Refusal> {
    match notice {
        SfuNotice::ParticipantJoined { cid, user_id, session_id, anonymous } => {
            let Some(mut call) = calls::find(work.db, cid)? else {
                return Ok(());
            };
            let user_id = (!anonymous).then_some(user_id.as_str());
            joined(work, &mut call, user_id, session_id)
        }
        SfuNotice::ParticipantRejoined {
            cid,
            user_id,
            session_id,
            previous_session_id,
            anonymous,
            duration_seconds,
        } => {
            let Some(mut call) = calls::find(work.db, cid)? else {
                return Ok(());
            };
            if *anonymous {
                // One of many before, and one of many now.
                return Ok(());
            }
            // An app that counts people by their ids takes the one out and puts the other one in.
            if let Some(session) = running(work, &call)? {
                take(work, &call, &session, previous_session_id, *duration_seconds)?;
            }
            joined(work, &mut call, Some(user_id), session_id)
        }
        SfuNotice::ParticipantLeft { cid, session_id, anonymous, duration_seconds, .. } => {
            let Some(call) = calls::find(work.db, cid)? else {
                return Ok(());
            };
            left(work, &call, *anonymous, session_id, *duration_seconds)
        }
        SfuNotice::Present { cid, sessions, anonymous } => {
            let Some(mut call) = calls::find(work.db, cid)? else {
                return Ok(());
            };
            compare(work, &mut call, sessions, *anonymous)
        }
        // It is about no call.
        SfuNotice::Restarted { .. } => Ok(()),
    }
}

/// Notes who came or left without a notice.
fn compare(
    work: &mut Work<'_>,
    call: &mut CallRecord,
    there: &[PresentSession],
    anonymous: u32,
) -> Result<(), Refusal> {
    let (noted, count) = present(work, call)?;
    let ids: HashSet<_> = there.iter().map(|session| session.session_id.as_str()).collect();
    for gone in noted.iter().filter(|noted| !ids.contains(noted.user_session_id.as_str())) {
        let nanos = work.now.unix_nanos().saturating_sub(gone.joined_at.unix_nanos());
        let seconds = u64::try_from(nanos).unwrap_or(0) / 1_000_000_000;
        left(work, call, false, &gone.user_session_id, seconds)?;
    }
    for _ in anonymous..count {
        left(work, call, true, "", 0)?;
    }
    let known: HashSet<_> = noted.iter().map(|noted| noted.user_session_id.as_str()).collect();
    for new in there.iter().filter(|new| !known.contains(new.session_id.as_str())) {
        joined(work, call, Some(&new.user_id), &new.session_id)?;
    }
    for _ in count..anonymous {
        joined(work, call, None, "")?;
    }
    Ok(())
}

/// Ends the sessions that a crash left running.
pub(super) fn end_all(work: &mut Work<'_>) -> Result<(), Refusal> {
    Ok(sessions::end_all(work.db, work.now)?)
}

/// Does what was due for a session at `due`: missed rings, its end for want of participants, or the
/// end of the call for length. Every deadline has a wake-up of its own.
pub(super) fn check(work: &mut Work<'_>, session_id: &str, due: DateTime) -> Result<(), Refusal> {
    if work.now < due {
        // The wall clock was set back.
        work.effect(Effect::Wake { session_id: session_id.into(), at: due });
        return Ok(());
    }
    let Some(session) = sessions::find(work.db, session_id)? else {
        return Ok(());
    };
    let Some(mut call) = calls::find(work.db, &session.cid)? else {
        return Ok(());
    };
    if session.ended_at.is_some() {
        return Ok(());
    }
    let now = work.now;
    ringing::miss(work, &call, &session, |ring| ring.due_at.is_some_and(|due| due <= now))?;
    // Somebody may have joined after the end: their session is limited like any other.
    let is_due = |end| end <= work.now && call.ended_at.is_none_or(|ended| ended < end);
    if session.timer_ends_at.is_some_and(is_due) {
        return live::end(work, &mut call, None, CallEndedReason::SessionEnded);
    }
    if idle_deadline(&call, &session).is_some_and(|deadline| deadline <= work.now) {
        return end(work, &call, session);
    }
    Ok(())
}

/// Makes sure the call has a session that a ring can refer to. It ends when nobody comes.
pub(super) fn open_for_ring(
    work: &mut Work<'_>,
    call: &mut CallRecord,
) -> Result<SessionRecord, Refusal> {
    let mut session = open(work, call)?;
    if session.idle_since.is_some() {
        // It waits anew.
        session.idle_since = Some(work.now);
        sessions::save(work.db, &session)?;
    }
    wake_when_idle(work, call, &session);
    Ok(session)
}

/// The running session of the call, or a new one that has not started.
fn open(work: &Work<'_>, call: &mut CallRecord) -> Result<SessionRecord, Refusal> {
    if let Some(session) = running(work, call)? {
        return Ok(session);
    }
    let session = SessionRecord {
        id: Uuid::new_v4().to_string(),
        cid: call.cid.clone(),
        started_at: None,
        ended_at: None,
        idle_since: Some(work.now),
        live_started_at: None,
        live_ended_at: None,
        timer_ends_at: None,
        anonymous_count: 0,
    };
    sessions::save(work.db, &session)?;
    call.session_id = Some(session.id.clone());
    calls::save(work.db, call)?;
    Ok(session)
}

/// The session of the call, unless it is over.
pub(super) fn running(
    work: &Work<'_>,
    call: &CallRecord,
) -> Result<Option<SessionRecord>, Refusal> {
    let Some(id) = &call.session_id else {
        return Ok(None);
    };
    Ok(sessions::find(work.db, id)?.filter(|session| session.ended_at.is_none()))
}

/// Who is in the call: participants, and the number of anonymous ones.
pub(super) fn present(
    work: &Work<'_>,
    call: &CallRecord,
) -> Result<(Vec<ParticipantRecord>, u32), Refusal> {
    match running(work, call)? {
        Some(session) => {
            Ok((sessions::participants(work.db, &session.id)?, session.anonymous_count))
        }
        None => Ok((Vec::new(), 0)),
    }
}

/// Applies changed time limits to the running session.
pub(super) fn settings_changed(work: &mut Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    if let Some(mut session) = running(work, call)? {
        session.timer_ends_at = timer(call, &session);
        sessions::save(work.db, &session)?;
        wake_when_over(work, &session);
        wake_when_idle(work, call, &session);
    }
    Ok(())
}

/// Ends the session of a call that is deleted: what the SFU reports of it later finds no call.
pub(super) fn drop_running(work: &Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    if let Some(session) = running(work, call)? {
        sessions::drop_one(work.db, &session.id, work.now)?;
    }
    Ok(())
}

/// Ends the session of an ended call, if nobody is left in it.
pub(super) fn end_if_empty(work: &mut Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    match running(work, call)? {
        Some(session) if is_empty(work, &session)? => end(work, call, session),
        _ => Ok(()),
    }
}

fn joined(
    work: &mut Work<'_>,
    call: &mut CallRecord,
    user_id: Option<&str>,
    user_session_id: &str,
) -> Result<(), Refusal> {
    let mut session = open(work, call)?;
    let starts = session.started_at.is_none();
    if starts {
        session.started_at = Some(work.now);
        session.live_started_at = (!call.backstage).then_some(work.now);
        session.timer_ends_at = timer(call, &session);
        wake_when_over(work, &session);
    }
    session.idle_since = None;
    if user_id.is_none() {
        session.anonymous_count = session.anonymous_count.saturating_add(1);
    }
    sessions::save(work.db, &session)?;
    let participant = match user_id {
        Some(user_id) => add_participant(work, call, &session, user_id, user_session_id)?,
        None => None,
    };
    let session_id = session.id.clone();
    if starts {
        let call_view = views::call(work, call)?;
        let body = CallSessionStartedEvent { call: call_view, session_id: session_id.clone() };
        work.tell_watchers(call, body);
    }
    if let Some(participant) = participant {
        let participant = views::participant(work, participant)?;
        let body = CallSessionParticipantJoinedEvent { participant, session_id };
        work.tell_watchers(call, body);
    } else if user_id.is_none() {
        tell_counts(work, call, session)?;
    }
    Ok(())
}

/// The new participant, or nothing when this client is already there.
fn add_participant(
    work: &Work<'_>,
    call: &CallRecord,
    session: &SessionRecord,
    user_id: &str,
    user_session_id: &str,
) -> Result<Option<ParticipantRecord>, Refusal> {
    let user = users::find_or_create(work, user_id)?;
    let member = members::find(work.db, &call.cid, &user.id)?;
    let participant = ParticipantRecord {
        session_id: session.id.clone(),
        user_session_id: user_session_id.into(),
        role: member.and_then(|member| member.role).unwrap_or(user.role),
        user_id: user.id,
        joined_at: work.now,
    };
    let added = sessions::add_participant(work.db, &participant)?;
    Ok(added.then_some(participant))
}

fn left(
    work: &mut Work<'_>,
    call: &CallRecord,
    anonymous: bool,
    user_session_id: &str,
    duration_seconds: u64,
) -> Result<(), Refusal> {
    let Some(mut session) = running(work, call)? else {
        return Ok(());
    };
    if anonymous {
        session.anonymous_count = session.anonymous_count.saturating_sub(1);
        sessions::save(work.db, &session)?;
        tell_counts(work, call, session.clone())?;
    } else if !take(work, call, &session, user_session_id, duration_seconds)? {
        return Ok(());
    }
    if !is_empty(work, &session)? {
        return Ok(());
    }
    if call.ended_at.is_some() {
        return end(work, call, session);
    }
    session.idle_since = Some(work.now);
    sessions::save(work.db, &session)?;
    wake_when_idle(work, call, &session);
    Ok(())
}

/// Takes a participant out of the session; tells whether they were in it.
fn take(
    work: &mut Work<'_>,
    call: &CallRecord,
    session: &SessionRecord,
    user_session_id: &str,
    duration_seconds: u64,
) -> Result<bool, Refusal> {
    let taken = sessions::take_participant(work.db, &session.id, user_session_id)?;
    let Some(participant) = taken else {
        return Ok(false);
    };
    let body = CallSessionParticipantLeftEvent {
        participant: views::participant(work, participant)?,
        session_id: session.id.clone(),
        duration_seconds,
        reason: None,
    };
    work.tell_watchers(call, body);
    Ok(true)
}

fn end(work: &mut Work<'_>, call: &CallRecord, session: SessionRecord) -> Result<(), Refusal> {
    ringing::miss(work, call, &session, |_| true)?;
    let session = SessionRecord { ended_at: Some(work.now), ..session };
    sessions::save(work.db, &session)?;
    let body = CallSessionEndedEvent { call: views::call(work, call)?, session_id: session.id };
    work.tell_watchers(call, body);
    Ok(())
}

fn tell_counts(
    work: &mut Work<'_>,
    call: &CallRecord,
    session: SessionRecord,
) -> Result<(), Refusal> {
    let body = CallSessionParticipantCountsUpdatedEvent {
        participants_count_by_role: views::count_by_role(work, &session)?,
        session_id: session.id,
        anonymous_participant_count: session.anonymous_count,
    };
    work.tell_watchers(call, body);
    Ok(())
}

fn is_empty(work: &Work<'_>, session: &SessionRecord) -> Result<bool, Refusal> {
    let listed = sessions::first_participants(work.db, &session.id, 1)?;
    Ok(listed.is_empty() && session.anonymous_count == 0)
}

fn wake_when_idle(work: &mut Work<'_>, call: &CallRecord, session: &SessionRecord) {
    if let Some(at) = idle_deadline(call, session) {
        work.effect(Effect::Wake { session_id: session.id.clone(), at });
    }
}

fn wake_when_over(work: &mut Work<'_>, session: &SessionRecord) {
    if let Some(at) = session.timer_ends_at {
        work.effect(Effect::Wake { session_id: session.id.clone(), at });
    }
}

/// When the session ends if nobody comes. One opened by a ring lasts at least as long as the ring.
fn idle_deadline(call: &CallRecord, session: &SessionRecord) -> Option<DateTime> {
    let inactivity = call.settings.session.inactivity_timeout_seconds;
    let seconds = match session.started_at {
        Some(_) => inactivity,
        None => {
            let ring = &call.settings.ring;
            let longest = ring
                .missed_call_timeout_ms
                .max(ring.auto_cancel_timeout_ms)
                .max(ring.incoming_call_timeout_ms);
            inactivity.max(longest.div_ceil(1000))
        }
    };
    session.idle_since.map(|since| since.plus_seconds(seconds.into()))
}

fn timer(call: &CallRecord, session: &SessionRecord) -> Option<DateTime> {
    let seconds = call.settings.limits.max_duration_seconds.filter(|seconds| *seconds > 0)?;
    session.started_at.map(|start| start.plus_seconds(seconds.into()))
}

#[cfg(test)]
mod tests;
