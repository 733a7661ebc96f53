//! What follows from a change of rights for those whose rights they are: their SFU tokens are void,
//! their sessions lose what they may no longer do, or end, and their sockets hear no more of a call
//! that they may not read.

use std::collections::{BTreeMap, BTreeSet};

use trunkline_protocol::{
    coordinator::{ErrorCode, OwnCapability},
    sfu::models::CallEndedReason,
};

use super::{
    Refusal,
    access::Access,
    actor::Actor,
    work::{Effect, Work},
};
use crate::{
    control::{Remedy, SfuOrder, TOKEN_SECONDS, Whose},
    store::{
        calls::CallRecord,
        users::{self, UserRecord},
        voids,
    },
};

/// What a user may do in a call, as far as somebody else has to heed it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Standing {
    reads: bool,
    enters: bool,
    /// What the SFU heeds.
    rights: BTreeSet<&'static str>,
}

/// Standings by user id.
pub(super) type Standings = BTreeMap<String, Standing>;

/// Those of these users as they are now.
pub(super) fn of_users<'a>(
    work: &Work<'_>,
    call: &CallRecord,
    ids: impl IntoIterator<Item = &'a String>,
) -> Result<Standings, Refusal> {
    let mut standings = Standings::new();
    for id in ids {
        let user = users::find(work.db, id)?;
        let standing = user.map(|user| of_user(work, call, &user)).transpose()?;
        standings.insert(id.clone(), standing.unwrap_or_default());
    }
    Ok(standings)
}

/// That of a user without a token of theirs.
pub(super) fn of_user(
    work: &Work<'_>,
    call: &CallRecord,
    user: &UserRecord,
) -> Result<Standing, Refusal> {
    let Some(access) = access(work, call, user)? else {
        return Ok(Standing::default());
    };
    let names = access.own_capabilities().into_iter().filter(|name| HEEDED.contains(name));
    Ok(Standing {
        reads: access.allows(OwnCapability::ReadCall),
        enters: access.require_entry(call, work.now).is_ok(),
        rights: names.map(OwnCapability::as_str).collect(),
    })
}

/// What a user may do in a call without a token of theirs; nothing where their teams do not reach it.
pub(super) fn capabilities(
    work: &Work<'_>,
    call: &CallRecord,
    user: &UserRecord,
) -> Result<Vec<OwnCapability>, Refusal> {
    let access = access(work, call, user)?;
    Ok(access.map(|access| access.own_capabilities()).unwrap_or_default())
}

/// Has everybody follow what became of the standings since these.
pub(super) fn follow(
    work: &mut Work<'_>,
    call: &CallRecord,
    before: Standings,
) -> Result<(), Refusal> {
    for (user_id, before) in before {
        let user = users::find(work.db, &user_id)?;
        let now = user.map(|user| of_user(work, call, &user)).transpose()?.unwrap_or_default();
        follow_one(work, call, user_id, &before, &now)?;
    }
    Ok(())
}

/// The same for one user whose standing is known before and after.
pub(super) fn follow_one(
    work: &mut Work<'_>,
    call: &CallRecord,
    user_id: String,
    before: &Standing,
    now: &Standing,
) -> Result<(), Refusal> {
    if before.reads && !now.reads {
        silence(work, call, &user_id);
    }
    if before.enters && !now.enters {
        return put_out(work, call, user_id);
    }
    let less = |one: &Standing, other: &Standing| -> Vec<String> {
        one.rights.difference(&other.rights).map(|name| (*name).to_owned()).collect()
    };
    let (granted, revoked) = (less(now, before), less(before, now));
    if granted.is_empty() && revoked.is_empty() {
        return Ok(());
    }
    void(work, &call.cid, Whose::User(user_id.clone()), Remedy::Rejoin)?;
    let cid = call.cid.clone();
    work.effect(Effect::Order(SfuOrder::SetGrants { cid, user_id, granted, revoked }));
    Ok(())
}

/// Ends the sessions of a user in a call, and lets none begin with the tokens they have.
pub(super) fn put_out(
    work: &mut Work<'_>,
    call: &CallRecord,
    user_id: String,
) -> Result<(), Refusal> {
    void(work, &call.cid, Whose::User(user_id.clone()), Remedy::Nothing)?;
    let (cid, reason) = (call.cid.clone(), CallEndedReason::Kicked);
    work.effect(Effect::Order(SfuOrder::RemoveUser { cid, user_id, reason }));
    Ok(())
}

/// A user hears no more of the call.
pub(super) fn silence(work: &mut Work<'_>, call: &CallRecord, user_id: &str) {
    let (cid, user_id) = (call.cid.clone(), user_id.to_owned());
    work.effect(Effect::Silence { cid, user_id });
}

/// Makes the SFU tokens of before void; without a cid those for all calls.
pub(super) fn void(
    work: &mut Work<'_>,
    cid: &str,
    whose: Whose,
    remedy: Remedy,
) -> Result<(), Refusal> {
    let generation = voids::add(work.db, cid, &whose, remedy, work.now)?;
    let cid = cid.to_owned();
    work.effect(Effect::Order(SfuOrder::Void { cid, whose, generation, remedy }));
    Ok(())
}

/// Tells an SFU that has just started which tokens are void: they are valid for hours.
pub(super) fn remind_sfu(work: &mut Work<'_>) -> Result<(), Refusal> {
    let life = i64::try_from(TOKEN_SECONDS).unwrap_or(i64::MAX);
    for record in voids::since(work.db, work.now.plus_seconds(-life))? {
        let voids::VoidRecord { cid, whose, generation, remedy } = record;
        work.effect(Effect::Order(SfuOrder::Void { cid, whose, generation, remedy }));
    }
    Ok(())
}

/// None where the teams of the user do not reach the call.
fn access(
    work: &Work<'_>,
    call: &CallRecord,
    user: &UserRecord,
) -> Result<Option<Access>, Refusal> {
    let (user, call_role, call_cids) = (user.clone(), String::new(), Vec::new());
    let actor = Actor { user, anonymous: false, call_role, call_cids };
    match Access::to_call(work, &actor, call) {
        Ok(access) => Ok(Some(access)),
        Err(refusal) if refusal.code == ErrorCode::DoesNotExist => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

const HEEDED: [OwnCapability; 4] = [
    OwnCapability::SendAudio,
    OwnCapability::SendVideo,
    OwnCapability::Screenshare,
    OwnCapability::JoinBackstage,
];
