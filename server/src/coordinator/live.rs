//! Going live, stopping, ending.

use trunkline_protocol::{
    coordinator::{
        CallEndedEvent, CallLiveStartedEvent, Empty, ErrorCode, GoLiveRequest, LiveResponse,
        OwnCapability,
    },
    sfu::models::CallEndedReason,
};

use super::{
    Caller, Cid, Refusal,
    access::Access,
    actor::{self, Actor},
    attendance,
    calls::{self, Announce},
    ringing, sessions, standing, views,
    work::{Effect, Work},
};
use crate::{
    control::{Remedy, SfuOrder, Whose},
    store::{
        calls::{self as call_store, CallRecord},
        sessions as session_store,
    },
};

pub(super) fn go_live(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: &GoLiveRequest,
    notify: bool,
) -> Result<LiveResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::UpdateCall)?;
    let GoLiveRequest {
        start_hls,
        start_recording,
        start_composite_recording,
        start_individual_recording,
        start_raw_recording,
        start_transcription,
        start_closed_caption,
        recording_storage_name: _,
        transcription_storage_name: _,
    } = request;
    // Going live without what was asked for would look like a success.
    for (name, wish) in [
        ("start_hls", start_hls),
        ("start_recording", start_recording),
        ("start_composite_recording", start_composite_recording),
        ("start_individual_recording", start_individual_recording),
        ("start_raw_recording", start_raw_recording),
        ("start_transcription", start_transcription),
        ("start_closed_caption", start_closed_caption),
    ] {
        if *wish == Some(true) {
            let detail = format!("{name} is not available on this server");
            return Err(Refusal::new(ErrorCode::FeatureNotSupported, detail));
        }
    }
    if call.backstage {
        call.backstage = false;
        call.updated_at = work.now;
        call_store::save(work.db, &call)?;
        if let Some(mut session) = sessions::running(work, &call)? {
            session.live_started_at = Some(work.now);
            session.live_ended_at = None;
            session_store::save(work.db, &session)?;
        }
        let body = CallLiveStartedEvent { call: views::call(work, &call)? };
        work.tell_watchers(&call, body);
    }
    calls::announce(work, &actor, &access, &mut call, Announce { notify, ..Announce::default() })?;
    Ok(LiveResponse { call: views::call(work, &call)? })
}

pub(super) fn stop_live(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
) -> Result<LiveResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::UpdateCall)?;
    if !call.backstage {
        call.backstage = true;
        call.updated_at = work.now;
        call_store::save(work.db, &call)?;
        if let Some(mut session) = sessions::running(work, &call)? {
            session.live_ended_at = Some(work.now);
            session_store::save(work.db, &session)?;
        }
        calls::tell_updated(work, &call)?;
        put_viewers_out(work, &call)?;
    }
    Ok(LiveResponse { call: views::call(work, &call)? })
}

/// The call is no longer live: whoever may not be backstage is not in it.
fn put_viewers_out(work: &mut Work<'_>, call: &CallRecord) -> Result<(), Refusal> {
    standing::void(work, &call.cid, Whose::Viewers, Remedy::Nothing)?;
    work.effect(Effect::Order(SfuOrder::EndLive { cid: call.cid.clone() }));
    Ok(())
}

pub(super) fn end_call(work: &mut Work<'_>, caller: &Caller, cid: &Cid) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (mut call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::EndCall)?;
    // Ending an ended call again does something only when people have joined it since.
    if call.ended_at.is_none() || sessions::running(work, &call)?.is_some() {
        end(work, &mut call, Some(&actor), CallEndedReason::Ended)?;
    }
    Ok(Empty {})
}

/// Ends the call for everyone; by the server when there is no actor.
pub(super) fn end(
    work: &mut Work<'_>,
    call: &mut CallRecord,
    actor: Option<&Actor>,
    reason: CallEndedReason,
) -> Result<(), Refusal> {
    call.ended_at = Some(work.now);
    call.updated_at = work.now;
    call_store::save(work.db, call)?;
    ringing::give_up(work, call)?;
    let body = CallEndedEvent {
        call: views::call(work, call)?,
        user: actor.map(|actor| views::user(work, &actor.user)),
        ..CallEndedEvent::default()
    };
    work.tell_all(call, body, &[])?;
    standing::void(work, &call.cid, Whose::Everybody, Remedy::Nothing)?;
    work.effect(Effect::Order(SfuOrder::EndCall { cid: call.cid.clone(), reason }));
    // A session with participants ends when the SFU has reported the last of them gone.
    attendance::end_if_empty(work, call)
}
