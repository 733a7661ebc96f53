//! A user connects: their socket opens.

use trunkline_protocol::coordinator::{
    ConnectedEvent, ErrorCode, Event, OwnUserResponse, UserRequest, UserResponse,
};

use super::{
    Caller, Outbox, Refusal,
    cid::{check_user_id, is_guest},
    devices, ringing, users, views,
    work::{Effect, Work},
};
use crate::store::users::{self as user_store, UserRecord};

/// Creates or updates the user from the details of the socket, then opens it.
pub(super) fn connect(
    work: &mut Work<'_>,
    caller: &Caller,
    details: UserRequest,
    outbox: Outbox,
) -> Result<(), Refusal> {
    check_user_id(&caller.user_id)?;
    if details.id != caller.user_id {
        return Err(Refusal::new(
            ErrorCode::Authentication,
            format!("the token is not one of the user '{}'", details.id.escape_default()),
        ));
    }
    let stored = user_store::find(work.db, &caller.user_id)?;
    // A guest who was forgotten is a guest again, by whatever token.
    let role = if is_guest(&caller.user_id) { "guest" } else { "user" };
    let mut user =
        stored.clone().unwrap_or_else(|| UserRecord::new(&caller.user_id, role, work.now));
    users::describe(&mut user, details)?;
    users::lend(&mut user, caller);
    user.updated_at = work.now;
    user.last_active = Some(work.now);
    users::save(work, &user, stored.as_ref())?;

    let me = OwnUserResponse {
        user: UserResponse { online: true, ..views::user(work, &user) },
        devices: devices::of_user(work, &user.id)?,
        ..OwnUserResponse::default()
    };
    let connection = outbox.connection.clone();
    let connection_id = connection.0.clone();
    let hello = Event::of_connection(work.now, ConnectedEvent { connection_id, me });
    work.effect(Effect::Connect { outbox, user_id: user.id.clone(), hello });
    ringing::repeat(work, &user, &connection)
}
