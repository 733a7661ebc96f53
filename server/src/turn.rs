//! TURN servers that clients are told, for networks that block UDP, and credentials for them.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};
use trunkline_protocol::coordinator::{DateTime, IceServerResponse};

use crate::control::TOKEN_SECONDS;

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct TurnServers {
    /// Those whose user and password are the same for everybody.
    pub shared: Vec<IceServerResponse>,
    /// URLs of those that know the secret.
    pub signed: Vec<String>,
    /// Signs credentials (`static-auth-secret` of coturn).
    pub secret: String,
}

impl TurnServers {
    /// What a user is told now. Credentials hold as long as the SFU token that they come with.
    pub fn told(&self, user_id: &str, now: DateTime) -> Vec<IceServerResponse> {
        let mut servers = self.shared.clone();
        if !self.signed.is_empty() {
            let expiry = now.seconds_since(DateTime::from_unix_nanos(0)) + TOKEN_SECONDS;
            let username = format!("{expiry}:{user_id}");
            let password = sign(&self.secret, &username);
            servers.push(IceServerResponse { urls: self.signed.clone(), username, password });
        }
        servers
    }
}

/// The password of the convention "REST API for access to TURN services", which `use-auth-secret` of
/// coturn takes.
fn sign(secret: &str, username: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    BASE64_STANDARD.encode(hmac::sign(&key, username.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_hmac_of_the_user_name() {
        // RFC 2202, case 2.
        assert_eq!(sign("Jefe", "what do ya want for nothing?"), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }

    #[test]
    fn credentials_are_of_one_user_and_for_some_hours() {
        let servers = TurnServers {
            signed: vec!["turn:a".into(), "turns:b".into()],
            secret: "secret".into(),
            ..TurnServers::default()
        };
        let told = servers.told("alice", DateTime::from_unix_nanos(5_000_000_000));
        assert_eq!(told[0].urls, ["turn:a", "turns:b"]);
        assert_eq!(told[0].username, "21605:alice");
        assert_eq!(told[0].password, sign("secret", "21605:alice"));
        assert!(TurnServers::default().told("alice", DateTime::from_unix_nanos(0)).is_empty());
    }
}
