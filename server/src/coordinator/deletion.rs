//! Deleting calls. A deleted call does not exist for anybody. Deleted softly, its data stays in the
//! file until somebody creates a call of the same name.

use trunkline_protocol::{
    coordinator::{CallDeletedEvent, DeleteCallRequest, DeleteCallResponse},
    sfu::models::CallEndedReason,
};

use super::{
    Caller, Cid, Refusal,
    access::Access,
    actor,
    call_type::Permission,
    ringing, sessions, standing, views,
    work::{Effect, Work},
};
use crate::{
    control::{Remedy, SfuOrder, Whose},
    store::calls as call_store,
};

pub(super) fn delete(
    work: &mut Work<'_>,
    caller: &Caller,
    cid: &Cid,
    request: DeleteCallRequest,
) -> Result<DeleteCallResponse, Refusal> {
    let actor = actor::load(work, caller)?;
    let (call, access) = Access::open(work, &actor, cid)?;
    access.require_permission(Permission::DeleteCall)?;
    ringing::give_up(work, &call)?;
    sessions::drop_running(work, &call)?;
    let view = views::call(work, &call)?;
    if request.hard == Some(true) {
        call_store::delete(work.db, &call.cid)?;
    } else {
        call_store::hide(work.db, &call.cid, work.now)?;
    }
    work.tell_watchers(&call, CallDeletedEvent { call: view.clone() });
    // Another call may come to have this name: who watched this one must not hear of that.
    work.effect(Effect::Unwatch { cid: call.cid.clone() });
    // Nor do tokens for this one let anybody into that.
    standing::void(work, &call.cid, Whose::Everybody, Remedy::Nothing)?;
    let (cid, reason) = (call.cid, CallEndedReason::Ended);
    work.effect(Effect::Order(SfuOrder::EndCall { cid, reason }));
    // There are no files whose deletion would take time, hence no task.
    Ok(DeleteCallResponse { call: view, task_id: None })
}
