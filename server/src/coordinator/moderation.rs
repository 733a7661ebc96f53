//! Blocking, kicking, muting, permissions, pins: state, and orders to the SFU that make it true in
//! the running session.

use std::collections::BTreeSet;

use trunkline_protocol::{
    coordinator::{
        BlockUserRequest, BlockedUserEvent, CallUserMutedEvent, Empty, ErrorCode, KickUserRequest,
        KickedUserEvent, MuteUsersRequest, OwnCapability, PinRequest, UnblockUserRequest,
        UnblockedUserEvent, UnpinRequest,
    },
    sfu::models::TrackType,
};

use super::{
    Caller, Cid, Refusal,
    access::Access,
    actor::{self, Actor},
    sessions, standing, users, views,
    work::{Effect, Work},
};
use crate::{
    control::{Muted, SfuOrder},
    store::calls::{self as call_store, CallRecord},
};

pub(super) fn block(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: BlockUserRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::BlockUsers)?;
    keep_out(work, &actor, &access, &call, &request.user_id)?;
    standing::silence(work, &call, &request.user_id);
    Ok(Empty {})
}

pub(super) fn unblock(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: UnblockUserRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::BlockUsers)?;
    let user_id = request.user_id;
    if call_store::unblock(work.db, &call.cid, &user_id)? {
        let user = views::stored_user(work, &user_id)?;
        work.tell_watchers(&call, UnblockedUserEvent { user });
    }
    Ok(Empty {})
}

pub(super) fn kick(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: KickUserRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::KickUser)?;
    let blocks = request.block == Some(true);
    if blocks {
        access.require(OwnCapability::BlockUsers)?;
    }
    let user = users::existing(work, &request.user_id)?;
    access.require_rank_over(work, &user, &call)?;
    if blocks {
        keep_out(work, &actor, &access, &call, &user.id)?;
    }
    let body = KickedUserEvent {
        user: views::user(work, &user),
        kicked_by_user: Some(views::user(work, &actor.user)),
    };
    work.tell_watchers(&call, body);
    if blocks {
        standing::silence(work, &call, &user.id);
    } else {
        standing::put_out(work, &call, user.id)?;
    }
    Ok(Empty {})
}

pub(super) fn mute(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: MuteUsersRequest,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    let MuteUsersRequest { user_ids, mute_all_users, audio, video, screenshare, screenshare_audio } =
        request;
    let named = user_ids.unwrap_or_default();
    let only_self = !named.is_empty() && named.iter().all(|id| *id == actor.user.id);
    if mute_all_users == Some(true) || !only_self {
        access.require(OwnCapability::MuteUsers)?;
    } else {
        access.require(OwnCapability::JoinCall)?;
    }
    let wishes = [
        (TrackType::Audio, audio),
        (TrackType::Video, video),
        (TrackType::ScreenShare, screenshare),
        (TrackType::ScreenShareAudio, screenshare_audio),
    ];
    let kinds: Vec<_> =
        wishes.into_iter().filter(|(_, wish)| *wish == Some(true)).map(|(kind, _)| kind).collect();
    if kinds.is_empty() {
        let detail = "one of audio, video, screenshare and screenshare_audio must be true";
        return Err(Refusal::input(detail));
    }
    let (muted_user_ids, whose) = if mute_all_users == Some(true) {
        let (present, _) = sessions::present(work, &call)?;
        let ids: BTreeSet<_> = present.into_iter().map(|participant| participant.user_id).collect();
        let others = ids.into_iter().filter(|id| *id != actor.user.id).collect();
        (others, Muted::AllBut(actor.user.id.clone()))
    } else if !(1..=MAX_MUTED).contains(&named.len()) {
        let detail = format!("user_ids has 1 to {MAX_MUTED} entries unless mute_all_users is set");
        return Err(Refusal::input(detail));
    } else {
        (named.clone(), Muted::Users(named))
    };
    let body = CallUserMutedEvent {
        from_user_id: actor.user.id,
        muted_user_ids,
        reason: "moderation".into(),
    };
    work.tell_watchers(&call, body);
    work.effect(Effect::Order(SfuOrder::MuteTracks { cid: call.cid, whose, kinds }));
    Ok(Empty {})
}

pub(super) fn pin(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: PinRequest,
) -> Result<Empty, Refusal> {
    let PinRequest { user_id, session_id } = request;
    set_pin(work, caller, cid, user_id, session_id, true)
}

pub(super) fn unpin(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: UnpinRequest,
) -> Result<Empty, Refusal> {
    let UnpinRequest { user_id, session_id } = request;
    set_pin(work, caller, cid, user_id, session_id, false)
}

/// Pins live as long as the session of the participant, so the SFU keeps them.
fn set_pin(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    user_id: String,
    session_id: String,
    pinned: bool,
) -> Result<Empty, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require(OwnCapability::PinForEveryone)?;
    let (present, _) = sessions::present(work, &call)?;
    let is_there =
        present.iter().any(|other| other.user_id == user_id && other.user_session_id == session_id);
    if pinned && !is_there {
        let detail = "there is no such participant in the call";
        return Err(Refusal::passing(ErrorCode::DoesNotExist, detail));
    }
    work.effect(Effect::Order(SfuOrder::Pin { cid: call.cid, user_id, session_id, pinned }));
    Ok(Empty {})
}

/// Blocks a user and ends their sessions.
fn keep_out(
    work: &mut Work<'_>,
    actor: &Actor,
    access: &Access,
    call: &CallRecord,
    user_id: &str,
) -> Result<(), Refusal> {
    if user_id == actor.user.id {
        return Err(Refusal::input("users cannot block themselves"));
    }
    let user = users::find_or_create(work, user_id)?;
    access.require_rank_over(work, &user, call)?;
    if call_store::block(work.db, &call.cid, &user.id)? {
        let body = BlockedUserEvent {
            user: views::user(work, &user),
            blocked_by_user: Some(views::user(work, &actor.user)),
        };
        work.tell_watchers(call, body);
        standing::put_out(work, call, user.id)?;
    }
    Ok(())
}

const MAX_MUTED: usize = 100;
