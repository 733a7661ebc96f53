//! Who comes and goes, as the SFU tells: sessions are opened by the first participant (or a ring), and
//! closed some time after the last.

use std::collections::HashSet;

use trunkline_protocol::coordinator::{
    CallSessionEndedEvent, CallSessionParticipantCountsUpdatedEvent,
    CallSessionParticipantJoinedEvent, CallSessionParticipantLeftEvent, CallSessionStartedEvent,
};

use super::{Refusal, ringing, sessions, users, views, work::Work};
use crate::{
    control::{PresentSession, SfuNotice},
    store::{
        calls::{self, CallRecord},
        members,
        sessions::{self as session_store, ParticipantRecord, SessionRecord},
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
            if let Some(session) = sessions::running(work, &call)? {
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
    let (noted, count) = sessions::present(work, call)?;
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

fn joined(
    work: &mut Work<'_>,
    call: &mut CallRecord,
    user_id: Option<&str>,
    user_session_id: &str,
) -> Result<(), Refusal> {
    let mut session = sessions::open(work, call)?;
    let starts = session.started_at.is_none();
    if starts {
        session.started_at = Some(work.now);
        session.live_started_at = (!call.backstage).then_some(work.now);
        session.timer_ends_at = sessions::timer(call, &session);
        sessions::wake_when_over(work, &session);
    }
    session.idle_since = None;
    if user_id.is_none() {
        session.anonymous_count = session.anonymous_count.saturating_add(1);
    }
    session_store::save(work.db, &session)?;
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
    let added = session_store::add_participant(work.db, &participant)?;
    Ok(added.then_some(participant))
}

fn left(
    work: &mut Work<'_>,
    call: &CallRecord,
    anonymous: bool,
    user_session_id: &str,
    duration_seconds: u64,
) -> Result<(), Refusal> {
    let Some(mut session) = sessions::running(work, call)? else {
        return Ok(());
    };
    if anonymous {
        session.anonymous_count = session.anonymous_count.saturating_sub(1);
        session_store::save(work.db, &session)?;
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
    session_store::save(work.db, &session)?;
    sessions::wake_when_idle(work, call, &session);
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
    let taken = session_store::take_participant(work.db, &session.id, user_session_id)?;
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

/// Ends the session of an ended call, if nobody is left in it.
pub(super) fn end_if_empty(work: &mut Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    match sessions::running(work, call)? {
        Some(session) if is_empty(work, &session)? => end(work, call, session),
        _ => Ok(()),
    }
}

/// The session is over: whoever still hears a ring of it has missed it.
pub(super) fn end(
    work: &mut Work<'_>,
    call: &CallRecord,
    session: SessionRecord,
) -> Result<(), Refusal> {
    ringing::miss(work, call, &session, |_| true)?;
    let session = SessionRecord { ended_at: Some(work.now), ..session };
    session_store::save(work.db, &session)?;
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
    let listed = session_store::first_participants(work.db, &session.id, 1)?;
    Ok(listed.is_empty() && session.anonymous_count == 0)
}

#[cfg(test)]
mod tests;
