//! The session of a call: whether there is one, who is in it, and until when.

use trunkline_protocol::coordinator::DateTime;
use uuid::Uuid;

use super::{
    Refusal,
    work::{Effect, Work},
};
use crate::store::{
    calls::{self, CallRecord},
    sessions::{self, ParticipantRecord, SessionRecord},
};

/// Ends the sessions that a crash left running.
pub(super) fn end_all(work: &mut Work<'_>) -> Result<(), Refusal> {
    Ok(sessions::end_all(work.db, work.now)?)
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
pub(super) fn open(work: &Work<'_>, call: &mut CallRecord) -> Result<SessionRecord, Refusal> {
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

/// Has the session looked after when nobody has come for long enough.
pub(super) fn wake_when_idle(work: &mut Work<'_>, call: &CallRecord, session: &SessionRecord) {
    if let Some(at) = idle_deadline(call, session) {
        work.effect(Effect::Wake { session_id: session.id.clone(), at });
    }
}

/// Has the session looked after when it has lasted as long as it may.
pub(super) fn wake_when_over(work: &mut Work<'_>, session: &SessionRecord) {
    if let Some(at) = session.timer_ends_at {
        work.effect(Effect::Wake { session_id: session.id.clone(), at });
    }
}

/// When the session ends if nobody comes. One opened by a ring lasts at least as long as the ring.
pub(super) fn idle_deadline(call: &CallRecord, session: &SessionRecord) -> Option<DateTime> {
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

/// When the session has lasted as long as it may.
pub(super) fn timer(call: &CallRecord, session: &SessionRecord) -> Option<DateTime> {
    let seconds = call.settings.limits.max_duration_seconds.filter(|seconds| *seconds > 0)?;
    session.started_at.map(|start| start.plus_seconds(seconds.into()))
}
