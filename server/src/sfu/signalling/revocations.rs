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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sfu::token::PublishTarget;

    fn claims(cid: &str, user_id: &str, iat: u64) -> SfuClaims {
        let none = PublishTarget { width: 0, height: 0, bitrate: 0 };
        SfuClaims {
            user_id: user_id.into(),
            cid: cid.into(),
            name: String::new(),
            image: String::new(),
            custom: serde_json::Map::new(),
            roles: Vec::new(),
            capabilities: Vec::new(),
            anonymous: false,
            video: none,
            screen_share: none,
            iat,
            exp: u64::MAX,
        }
    }

    #[test]
    fn revocations_are_kept_as_long_as_the_tokens_live_that_they_make_void() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut revocations = Revocations::default();
        revocations.revoke_user("a", "ann", at(100));
        revocations.revoke_call("b", at(100));
        revocations.revoke_user("a", "ben", at(100 + TOKEN_LIFE.as_secs()));
        assert!(revocations.is_revoked(&claims("a", "ann", 99)), "the next one changes nothing");
        assert!(revocations.is_revoked(&claims("b", "ann", 99)));
        assert!(!revocations.is_revoked(&claims("a", "cat", 99)));

        revocations.revoke_call("c", at(101 + TOKEN_LIFE.as_secs()));
        let kept: Vec<_> = revocations.users.keys().map(|(_, user_id)| user_id.as_str()).collect();
        assert_eq!(kept, ["ben"]);
        assert!(revocations.calls.keys().eq(["c"]));
    }
}
