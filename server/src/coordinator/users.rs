//! Users: those who have connected, and those who are known by their id only.

use std::collections::BTreeSet;

use trunkline_protocol::coordinator::{
    ErrorCode, FullUserRequest, UpdateUsersRequest, UpdateUsersResponse, UserRequest,
    UserUpdatedEvent,
};

use super::{
    Caller, Refusal,
    bounds::{MAX_TEAM, check_profile, check_role},
    cid::{check_user_id, is_guest},
    standing::{self, Standing},
    views,
    work::{Effect, Work},
};
use crate::{
    control::{Remedy, SfuOrder, Whose},
    store::{
        calls::{self, CallRecord},
        sessions,
        users::{self, Loan, UserRecord},
    },
};

/// Role and teams of the token are those of the user until it expires: as others see them, and for what
/// nobody has to ask with a token.
pub(super) fn lend(user: &mut UserRecord, caller: &Caller) {
    let (role, teams) = (caller.app_role(user), caller.own_teams(user));
    if role.is_none() && teams.is_none() {
        return;
    }
    let own = user.loan.take();
    let own = own.unwrap_or_else(|| Loan {
        role: user.role.clone(),
        teams: user.teams.clone(),
        until: None,
    });
    user.role = role.map_or_else(|| own.role.clone(), Into::into);
    user.teams = teams.map_or_else(|| own.teams.clone(), Clone::clone);
    let is_lent = user.role != own.role || user.teams != own.teams;
    let until = caller.expires_at.map(|at| at.plus_seconds(RENEWAL));
    user.loan = is_lent.then_some(Loan { until, ..own });
}

/// The same for who comes without a socket, so that what is taken away later is gone where they are.
pub(super) fn lend_to_participant(work: &mut Work<'_>, caller: &Caller) -> Result<(), Refusal> {
    let Some(stored) = users::find(work.db, &caller.user_id)? else {
        return Ok(());
    };
    let mut user = stored.clone();
    lend(&mut user, caller);
    if user != stored {
        save(work, &user, Some(&stored))?;
    }
    Ok(())
}

/// Takes back what tokens have lent that have expired, unless there has been another one.
pub(super) fn end_loans(work: &mut Work<'_>) -> Result<(), Refusal> {
    for lent in users::overdue(work.db, work.now)? {
        let mut user = lent.clone();
        if let Some(Loan { role, teams, .. }) = user.loan.take() {
            (user.role, user.teams) = (role, teams);
        }
        save(work, &user, Some(&lent))?;
    }
    Ok(())
}

/// The user with this id, created when missing: a member may be named before the first visit.
pub(super) fn find_or_create(work: &Work<'_>, id: &str) -> Result<UserRecord, Refusal> {
    check_user_id(id)?;
    if let Some(user) = users::find(work.db, id)? {
        return Ok(user);
    }
    let role = if is_guest(id) { "guest" } else { "user" };
    let user = UserRecord::new(id, role, work.now);
    users::save(work.db, &user)?;
    Ok(user)
}

/// The user with this id, who must exist.
pub(super) fn existing(work: &Work<'_>, id: &str) -> Result<UserRecord, Refusal> {
    users::find(work.db, id)?.ok_or_else(|| {
        let detail = format!("the user {} does not exist", id.escape_default());
        Refusal::new(ErrorCode::DoesNotExist, detail)
    })
}

/// Creates or changes users for the backend of their app: all of them or none. What is absent stays
/// as it is stored.
pub(super) fn update(
    work: &mut Work<'_>,
    request: UpdateUsersRequest,
) -> Result<UpdateUsersResponse, Refusal> {
    if !(1..=MAX_USERS).contains(&request.users.len()) {
        return Err(Refusal::input(format!("a request names 1 to {MAX_USERS} users")));
    }
    let mut response = UpdateUsersResponse::default();
    for (id, wish) in request.users {
        check_user_id(&id)?;
        if wish.id.as_ref().is_some_and(|own| *own != id) {
            let detail = format!("the user under '{id}' has another id");
            return Err(Refusal::input(detail));
        }
        let stored = users::find(work.db, &id)?;
        let mut user = stored.clone().unwrap_or_else(|| UserRecord::new(&id, "user", work.now));
        let rules = wish.role.is_some() || wish.teams.is_some();
        apply(&mut user, wish)?;
        if stored.as_ref() != Some(&user) {
            user.updated_at = work.now;
        }
        if rules {
            user.ruled_at = Some(work.now);
        }
        if stored.as_ref() != Some(&user) {
            save(work, &user, stored.as_ref())?;
        }
        response.users.insert(id, views::user(work, &user));
    }
    Ok(response)
}

fn apply(user: &mut UserRecord, wish: FullUserRequest) -> Result<(), Refusal> {
    let FullUserRequest {
        role, teams, teams_role, name, image, language, invisible, custom, ..
    } = wish;
    if teams_role.is_some_and(|roles| !roles.is_empty()) || invisible == Some(true) {
        let detail = "teams_role and invisible are not available on this server";
        return Err(Refusal::new(ErrorCode::FeatureNotSupported, detail));
    }
    check_profile(name.as_deref(), image.as_deref(), language.as_deref(), custom.as_ref())?;
    if let Some(role) = &role {
        check_role(role)?;
    }
    if let Some(teams) = &teams {
        check_teams(teams)?;
    }
    // The backend knows better than the token that it has signed before.
    if let Some(loan) = user.loan.take_if(|_| role.is_some() || teams.is_some()) {
        (user.role, user.teams) = (loan.role, loan.teams);
    }
    user.role = role.unwrap_or_else(|| std::mem::take(&mut user.role));
    user.teams = teams.unwrap_or_else(|| std::mem::take(&mut user.teams));
    user.name = name.or(user.name.take());
    user.image = image.or(user.image.take());
    user.language = language.or(user.language.take());
    if let Some(custom) = custom {
        user.custom = custom;
    }
    Ok(())
}

/// Stores the user. Calls that the teams no longer reach are out of sight at once: connections stop
/// to hear of them, participants are put out.
pub(super) fn save(
    work: &mut Work<'_>,
    user: &UserRecord,
    stored: Option<&UserRecord>,
) -> Result<(), Refusal> {
    let moved = stored.filter(|stored| stored.role != user.role || stored.teams != user.teams);
    let before = moved.map(|stored| standings(work, stored)).transpose()?;
    users::save(work.db, user)?;
    let is_changed = stored.is_some_and(|stored| {
        let (updated_at, last_active) = (stored.updated_at, stored.last_active);
        let (loan, ruled_at) = (stored.loan.clone(), stored.ruled_at);
        UserRecord { updated_at, last_active, loan, ruled_at, ..user.clone() } != *stored
    });
    if is_changed {
        let body =
            UserUpdatedEvent { user: views::user(work, user), ..UserUpdatedEvent::default() };
        let shown = |user: &UserRecord| {
            (user.name.clone(), user.image.clone(), user.custom.clone(), user.role.clone())
        };
        // Those who are in a call with the user see them.
        let is_seen = stored.is_some_and(|stored| shown(stored) != shown(user));
        let calls = if is_seen { sessions::calls_of(work.db, &user.id)? } else { Vec::new() };
        for cid in calls.clone() {
            work.effect(Effect::Order(SfuOrder::UpdateUser {
                cid,
                user_id: user.id.clone(),
                name: user.name.clone().unwrap_or_default(),
                image: user.image.clone().unwrap_or_default(),
                custom: user.custom.clone(),
            }));
        }
        work.tell_of_user(&user.id, calls, body);
    }
    if stored.is_some_and(|stored| stored.teams != user.teams) {
        let (user_id, teams) = (user.id.clone(), user.teams.clone());
        work.effect(Effect::KeepToTeams { user_id, teams });
    }
    let Some(before) = before else {
        return Ok(());
    };
    standing::void(work, "", Whose::User(user.id.clone()), Remedy::Rejoin)?;
    for (call, before) in before {
        let now = standing::of_user(work, &call, user)?;
        standing::follow_one(work, &call, user.id.clone(), &before, &now)?;
    }
    Ok(())
}

/// What the user may do in the calls that they are in.
fn standings(work: &Work<'_>, user: &UserRecord) -> Result<Vec<(CallRecord, Standing)>, Refusal> {
    let mut standings = Vec::new();
    for cid in sessions::calls_of(work.db, &user.id)? {
        if let Some(call) = calls::find(work.db, &cid)? {
            let standing = standing::of_user(work, &call, user)?;
            standings.push((call, standing));
        }
    }
    Ok(standings)
}

fn check_teams(teams: &[String]) -> Result<(), Refusal> {
    let distinct: BTreeSet<_> = teams.iter().collect();
    if teams.len() > MAX_TEAMS || distinct.len() < teams.len() {
        let detail = format!("a user has at most {MAX_TEAMS} teams, each once");
        return Err(Refusal::input(detail));
    }
    if teams.iter().any(|team| team.is_empty() || team.len() > MAX_TEAM) {
        return Err(Refusal::input(format!("the name of a team must be 1 to {MAX_TEAM} bytes")));
    }
    Ok(())
}

/// How long a client has to come back with another token, s.
const RENEWAL: i64 = 30;

/// What a user says of themselves.
pub(super) fn describe(user: &mut UserRecord, details: UserRequest) -> Result<(), Refusal> {
    let UserRequest { name, image, language, custom, .. } = details;
    check_profile(name.as_deref(), image.as_deref(), language.as_deref(), custom.as_ref())?;
    user.name = name.or(user.name.take());
    user.image = image.or(user.image.take());
    user.language = language.or(user.language.take());
    if let Some(custom) = custom {
        user.custom = custom;
    }
    Ok(())
}

const MAX_USERS: usize = 100;
const MAX_TEAMS: usize = 100;
