//! Stored records as clients see them.

use std::collections::BTreeMap;

use trunkline_protocol::coordinator::{
    CallIngressResponse, CallParticipantResponse, CallResponse, CallSessionResponse,
    CallStateResponse, EgressResponse, MemberResponse, UserResponse,
};

use super::{Refusal, access::Access, actor::Actor, bounds::DEFAULT_PAGE, work::Work};
use crate::store::{
    calls::{self, CallRecord},
    members::{self, MemberRecord},
    rings::{self, Answer},
    sessions::{self, ParticipantRecord, SessionRecord},
    users::{self, UserRecord},
};

pub(super) fn user(work: &Work<'_>, user: &UserRecord) -> UserResponse {
    UserResponse {
        id: user.id.clone(),
        name: user.name.clone(),
        image: user.image.clone(),
        custom: user.custom.clone(),
        language: user.language.clone().unwrap_or_default(),
        role: user.role.clone(),
        teams: user.teams.clone(),
        created_at: user.created_at,
        updated_at: user.updated_at,
        last_active: user.last_active,
        banned: false,
        online: work.is_online(&user.id),
        blocked_user_ids: Vec::new(),
        ..UserResponse::default()
    }
}

pub(super) fn call(work: &Work<'_>, call: &CallRecord) -> Result<CallResponse, Refusal> {
    call_with(work, call, MAX_PARTICIPANTS)
}

fn call_with(
    work: &Work<'_>,
    call: &CallRecord,
    participants: u32,
) -> Result<CallResponse, Refusal> {
    let session = match &call.session_id {
        Some(id) => sessions::find(work.db, id)?,
        None => None,
    };
    let running = session.as_ref().filter(|session| session.ended_at.is_none());
    Ok(CallResponse {
        call_type: call.call_type.clone(),
        id: call.id.clone(),
        cid: call.cid.clone(),
        current_session_id: running.map(|session| session.id.clone()).unwrap_or_default(),
        created_by: stored_user(work, &call.created_by)?,
        custom: call.custom.clone(),
        team: call.team.clone(),
        created_at: call.created_at,
        updated_at: call.updated_at,
        starts_at: call.starts_at,
        ended_at: call.ended_at,
        backstage: call.backstage,
        join_ahead_time_seconds: call.settings.backstage.join_ahead_time_seconds,
        blocked_user_ids: calls::blocked_users(work.db, &call.cid)?,
        recording: false,
        transcribing: false,
        captioning: false,
        translating: false,
        ingress: CallIngressResponse::default(),
        egress: EgressResponse::default(),
        session: session.map(|record| session_with(work, record, participants)).transpose()?,
        settings: call.settings.clone(),
        ..CallResponse::default()
    })
}

/// What get, getOrCreate, join and update say about a call.
pub(super) fn state(
    work: &Work<'_>,
    actor: &Actor,
    record: &CallRecord,
    access: &Access,
    members_limit: u32,
) -> Result<CallStateResponse, Refusal> {
    state_with(work, actor, record, access, (members_limit, MAX_PARTICIPANTS))
}

/// What a row of a query says about a call: there may be a hundred.
pub(super) fn listed(
    work: &Work<'_>,
    actor: &Actor,
    record: &CallRecord,
    access: &Access,
) -> Result<CallStateResponse, Refusal> {
    state_with(work, actor, record, access, (DEFAULT_PAGE, DEFAULT_PAGE))
}

fn state_with(
    work: &Work<'_>,
    actor: &Actor,
    record: &CallRecord,
    access: &Access,
    (members, participants): (u32, u32),
) -> Result<CallStateResponse, Refusal> {
    let membership = members::find(work.db, &record.cid, &actor.user.id)?;
    Ok(CallStateResponse {
        call: call_with(work, record, participants)?,
        members: member_list(work, &record.cid, members)?,
        membership: membership.map(|record| member(work, record)).transpose()?,
        own_capabilities: access.own_capabilities().into_iter().map(Into::into).collect(),
    })
}

pub(super) fn member_list(
    work: &Work<'_>,
    cid: &str,
    limit: u32,
) -> Result<Vec<MemberResponse>, Refusal> {
    members::list(work.db, cid, limit)?.into_iter().map(|record| member(work, record)).collect()
}

pub(super) fn member(work: &Work<'_>, record: MemberRecord) -> Result<MemberResponse, Refusal> {
    Ok(MemberResponse {
        user: stored_user(work, &record.user_id)?,
        user_id: record.user_id,
        role: record.role,
        custom: record.custom,
        created_at: record.created_at,
        updated_at: record.updated_at,
        deleted_at: None,
    })
}

pub(super) fn participant(
    work: &Work<'_>,
    record: ParticipantRecord,
) -> Result<CallParticipantResponse, Refusal> {
    Ok(CallParticipantResponse {
        user: stored_user(work, &record.user_id)?,
        user_session_id: record.user_session_id,
        role: record.role,
        joined_at: record.joined_at,
    })
}

/// By the role of the user, which is what clients count by when somebody comes or leaves. Clients
/// take the sum as the number of participants, so it includes the anonymous ones, as the SFU's does.
pub(super) fn count_by_role(
    work: &Work<'_>,
    session: &SessionRecord,
) -> Result<BTreeMap<String, u32>, Refusal> {
    let mut counts = sessions::count_by_role(work.db, &session.id)?;
    if session.anonymous_count > 0 {
        counts.insert(ANONYMOUS_ROLE.into(), session.anonymous_count);
    }
    Ok(counts)
}

const ANONYMOUS_ROLE: &str = "anonymous";

/// Names the first participants; the counts are of all.
fn session_with(
    work: &Work<'_>,
    record: SessionRecord,
    participants: u32,
) -> Result<CallSessionResponse, Refusal> {
    let participants_count_by_role = count_by_role(work, &record)?;
    let participants = sessions::first_participants(work.db, &record.id, participants)?
        .into_iter()
        .map(|record| participant(work, record))
        .collect::<Result<Vec<_>, _>>()?;
    let rings = rings::list(work.db, &record.id)?;
    let answered = |wanted: Answer| {
        rings
            .iter()
            .filter_map(|ring| ring.answer.map(|(answer, at)| (ring, answer, at)))
            .filter(|(_, answer, _)| *answer == wanted)
            .map(|(ring, _, at)| (ring.user_id.clone(), at))
            .collect()
    };
    Ok(CallSessionResponse {
        id: record.id,
        started_at: record.started_at,
        ended_at: record.ended_at,
        participants_count_by_role,
        participants,
        anonymous_participant_count: record.anonymous_count,
        accepted_by: answered(Answer::Accepted),
        rejected_by: answered(Answer::Rejected),
        missed_by: answered(Answer::Missed),
        live_started_at: record.live_started_at,
        live_ended_at: record.live_ended_at,
        timer_ends_at: record.timer_ends_at,
    })
}

pub(super) fn stored_user(work: &Work<'_>, id: &str) -> Result<UserResponse, Refusal> {
    let record = users::find(work.db, id)?
        .ok_or_else(|| Refusal::internal(&"a record refers to a user that is not stored"))?;
    Ok(user(work, &record))
}

/// Named in one call; everybody in a call of a usual size.
const MAX_PARTICIPANTS: u32 = 250;
