//! Tokens that no longer hold although they have not expired: those of who was put out.

use std::{collections::HashMap, time::SystemTime};

use super::{moderation::TOKEN_LIFE, wire};
use crate::sfu::token::SfuClaims;

/// Since when older tokens are void, in seconds since the epoch.
///
/// Tokens carry whole seconds, so one that was made in the second of the revocation still holds:
/// otherwise somebody who is let in again at once would be refused.
#[derive(Default)]
pub struct Revocations {
    calls: HashMap<String, u64>,
    users: HashMap<(String, String), u64>,
}

impl Revocations {
    /// The tokens that anybody has for a call are void.
    pub fn revoke_call(&mut self, cid: &str, now: SystemTime) {
        self.forget_old(now);
        self.calls.insert(cid.to_owned(), wire::seconds(now));
    }

    /// The tokens that one user has for a call are void.
    pub fn revoke_user(&mut self, cid: &str, user_id: &str, now: SystemTime) {
        self.forget_old(now);
        self.users.insert((cid.to_owned(), user_id.to_owned()), wire::seconds(now));
    }

    /// Whether a token is void.
    pub fn is_revoked(&self, claims: &SfuClaims) -> bool {
        let user = (claims.cid.clone(), claims.user_id.clone());
        let since = [self.calls.get(&claims.cid), self.users.get(&user)];
        since.into_iter().flatten().any(|since| claims.iat < *since)
    }

    /// Tokens from before have expired by themselves.
    fn forget_old(&mut self, now: SystemTime) {
        let oldest = wire::seconds(now).saturating_sub(TOKEN_LIFE.as_secs());
        self.calls.retain(|_, since| *since >= oldest);
        self.users.retain(|_, since| *since >= oldest);
    }
}
