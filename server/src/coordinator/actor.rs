//! Who gives a command.

use trunkline_protocol::coordinator::{DateTime, ErrorCode};

use super::{Refusal, work::Work};
use crate::{
    app::AppId,
    store::users::{self, UserRecord},
};

/// What the credentials of a request say, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// The app in which all of this holds.
    pub app: AppId,
    /// `!anon` for anonymous callers.
    pub user_id: String,
    /// Counted, not listed; has no stored user.
    pub anonymous: bool,
    /// Role from the token. With `call_cids` it counts in those calls, otherwise everywhere.
    pub role: Option<String>,
    /// Teams from the token; they take the place of the stored ones.
    pub teams: Option<Vec<String>>,
    /// Calls the token makes its user a member of.
    pub call_cids: Vec<String>,
    /// There was a token.
    pub has_token: bool,
    /// When the token was issued, if it says so.
    pub issued_at: Option<DateTime>,
    /// When the token expires, if it does.
    pub expires_at: Option<DateTime>,
}

/// The acting user and what the token adds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Actor {
    pub user: UserRecord,
    pub anonymous: bool,
    /// Role in the calls of `call_cids`.
    pub call_role: String,
    pub call_cids: Vec<String>,
}

impl Caller {
    /// Role from the token that holds in every call.
    pub(super) fn app_role(&self, user: &UserRecord) -> Option<&str> {
        let holds = self.call_cids.is_empty() && !self.anonymous && self.knows_of(user);
        self.role.as_deref().filter(|_| holds)
    }

    /// Teams from the token.
    pub(super) fn own_teams(&self, user: &UserRecord) -> Option<&Vec<String>> {
        self.teams.as_ref().filter(|_| self.knows_of(user))
    }

    /// Whether the token was issued after the backend has last said what the user is: what tokens of
    /// before say is over.
    fn knows_of(&self, user: &UserRecord) -> bool {
        let Some(ruled_at) = user.ruled_at else {
            return true;
        };
        self.issued_at.is_some_and(|at| {
            // Most say it in whole seconds. Of what was in the same one, the token is the later: often it
            // is made right after the user.
            let at = if at.unix_nanos() % NANOS == 0 { at.plus_seconds(1) } else { at };
            at > ruled_at
        })
    }
}

/// The user behind the credentials. Users exist once they have connected or were made members.
pub(super) fn load(work: &Work<'_>, caller: &Caller) -> Result<Actor, Refusal> {
    let mut user = if caller.anonymous {
        UserRecord::new(&caller.user_id, "anonymous", work.now)
    } else {
        users::find(work.db, &caller.user_id)?.ok_or_else(|| {
            let detail = format!("the user {} does not exist", caller.user_id);
            // Connecting creates the user.
            Refusal::passing(ErrorCode::DoesNotExist, detail)
        })?
    };
    // What another token of the user has lent is not this one's.
    if let Some(loan) = user.loan.take() {
        (user.role, user.teams) = (loan.role, loan.teams);
    }
    let (role, teams) = (caller.app_role(&user), caller.own_teams(&user));
    user.role = role.map_or_else(|| std::mem::take(&mut user.role), Into::into);
    user.teams = teams.map_or_else(|| std::mem::take(&mut user.teams), Clone::clone);
    Ok(Actor {
        user,
        anonymous: caller.anonymous,
        call_role: caller.role.clone().unwrap_or_else(|| "call_member".into()),
        call_cids: caller.call_cids.clone(),
    })
}

const NANOS: i64 = 1_000_000_000;
