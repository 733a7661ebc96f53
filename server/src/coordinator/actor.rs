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
    /// Role that holds in every call.
    pub(super) fn app_role(&self) -> Option<&str> {
        self.role.as_deref().filter(|_| self.call_cids.is_empty())
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
    if let Some(role) = caller.app_role().filter(|_| !caller.anonymous) {
        user.role = role.into();
    }
    if let Some(teams) = &caller.teams {
        user.teams.clone_from(teams);
    }
    Ok(Actor {
        user,
        anonymous: caller.anonymous,
        call_role: caller.role.clone().unwrap_or_else(|| "call_member".into()),
        call_cids: caller.call_cids.clone(),
    })
}
