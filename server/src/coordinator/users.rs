//! Users that connect, guests, and users known by id only.

use trunkline_protocol::coordinator::{
    ConnectedEvent, ErrorCode, Event, OwnUserResponse, UserRequest, UserResponse,
};
use uuid::Uuid;

use super::{
    Caller, Outbox, Refusal,
    cid::check_user_id,
    views,
    work::{Effect, Work},
};
use crate::store::users::{self, UserRecord};

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
    let mut user = users::find(work.db, &caller.user_id)?
        .unwrap_or_else(|| UserRecord::new(&caller.user_id, "user", work.now));
    describe(&mut user, details);
    if let Some(role) = caller.app_role() {
        user.role = role.into();
    }
    if let Some(teams) = &caller.teams {
        user.teams.clone_from(teams);
    }
    user.updated_at = work.now;
    user.last_active = Some(work.now);
    users::save(work.db, &user)?;

    let me = OwnUserResponse {
        user: UserResponse { online: true, ..views::user(work, &user) },
        ..OwnUserResponse::default()
    };
    let connection_id = outbox.connection.0.clone();
    let hello = Event::of_connection(work.now, ConnectedEvent { connection_id, me });
    work.effect(Effect::Connect { outbox, user_id: user.id, hello });
    Ok(())
}

/// Creates a guest. Its id contains the one wished for, and is always a new one: a guest must not
/// become somebody who exists.
pub(super) fn create_guest(
    work: &mut Work<'_>,
    wish: UserRequest,
) -> Result<UserResponse, Refusal> {
    let mut id = format!("guest-{}", Uuid::new_v4());
    if !wish.id.is_empty() {
        check_user_id(&wish.id)?;
        id = format!("{id}-{}", wish.id);
        check_user_id(&id)?;
    }
    let mut guest = UserRecord::new(&id, "guest", work.now);
    describe(&mut guest, wish);
    users::save(work.db, &guest)?;
    Ok(views::user(work, &guest))
}

/// The user with this id, created when missing: a member may be named before the first visit.
pub(super) fn find_or_create(work: &Work<'_>, id: &str) -> Result<UserRecord, Refusal> {
    check_user_id(id)?;
    if let Some(user) = users::find(work.db, id)? {
        return Ok(user);
    }
    let user = UserRecord::new(id, "user", work.now);
    users::save(work.db, &user)?;
    Ok(user)
}

fn describe(user: &mut UserRecord, details: UserRequest) {
    let UserRequest { name, image, language, custom, .. } = details;
    user.name = name.or(user.name.take());
    user.image = image.or(user.image.take());
    user.language = language.or(user.language.take());
    if let Some(custom) = custom {
        user.custom = custom;
    }
}
