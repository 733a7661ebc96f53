//! What is due for a session at some time. Every deadline has a wake-up of its own.

use trunkline_protocol::{coordinator::DateTime, sfu::models::CallEndedReason};

use super::{
    Refusal, attendance, live, ringing, sessions,
    work::{Effect, Work},
};
use crate::store::{calls, sessions as session_store};

/// Does what was due for a session at `due`: missed rings, its end for want of participants, or the
/// end of the call for length.
pub(super) fn check(work: &mut Work<'_>, session_id: &str, due: DateTime) -> Result<(), Refusal> {
    if work.now < due {
        // The wall clock was set back.
        work.effect(Effect::Wake { session_id: session_id.into(), at: due });
        return Ok(());
    }
    let Some(session) = session_store::find(work.db, session_id)? else {
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
    if sessions::idle_deadline(&call, &session).is_some_and(|deadline| deadline <= work.now) {
        return attendance::end(work, &call, session);
    }
    Ok(())
}
