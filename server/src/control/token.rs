//! The SFU token: what the coordinator's join answer lets a user do on the SFU.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Claims of an SFU token. Opaque to clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SfuClaims {
    /// The user; `!anon` for anonymous participants.
    pub user_id: String,
    /// The one call the token is for, by its [`call_name`](super::call_name).
    pub cid: String,
    /// Shown to the other participants.
    pub name: String,
    /// URL of a picture, or empty.
    pub image: String,
    /// The user's free JSON object.
    pub custom: serde_json::Map<String, serde_json::Value>,
    /// Call roles, most important first.
    pub roles: Vec<String>,
    /// Own capabilities at the time of the join, such as `send-audio`.
    pub capabilities: Vec<String>,
    /// Counted, never listed, no publisher.
    pub anonymous: bool,
    /// The place in the call that the token stands for. One session sits on it: another one that comes
    /// with the same seat takes its place.
    pub seat: String,
    /// What of the rights in the call the token knows: older ones are void from an order
    /// [`Void`](super::SfuOrder::Void) on.
    pub generation: i64,
    /// Sessions that the user may have in the call. Anonymous participants are many users.
    pub sessions_per_user: u32,
    /// Participants that the call takes; none for any number.
    pub room: Option<u32>,
    /// Is let in when there is no room, and takes none.
    pub exempt: bool,
    /// What a camera should publish, from the call settings.
    pub video: PublishTarget,
    /// What a screen share should publish, from the call settings.
    pub screen_share: PublishTarget,
    /// Seconds since the epoch.
    pub iat: u64,
    /// Seconds since the epoch.
    pub exp: u64,
}

/// Target size and bitrate of one kind of video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishTarget {
    /// px
    pub width: u32,
    /// px
    pub height: u32,
    /// bits/s
    pub bitrate: u32,
}

impl SfuClaims {
    /// Whether the user holds an own capability, such as `send-audio`.
    pub fn may(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|held| held == capability)
    }

    /// Gives the user an own capability or takes it away.
    pub fn set(&mut self, capability: &str, held: bool) {
        self.capabilities.retain(|known| known != capability);
        if held {
            self.capabilities.push(capability.to_owned());
        }
    }

    /// Those of a user who may do nothing but be there, for as long as they like.
    #[cfg(test)]
    pub(crate) fn plain(user_id: &str, cid: &str) -> Self {
        let unset = PublishTarget { width: 0, height: 0, bitrate: 0 };
        Self {
            user_id: user_id.into(),
            cid: cid.into(),
            name: String::new(),
            image: String::new(),
            custom: serde_json::Map::new(),
            roles: Vec::new(),
            capabilities: Vec::new(),
            anonymous: false,
            seat: String::new(),
            generation: 1,
            sessions_per_user: 1000,
            room: None,
            exempt: false,
            video: unset,
            screen_share: unset,
            iat: 0,
            exp: u64::MAX,
        }
    }

    /// Signs the claims with HS256.
    pub fn sign(&self, secret: &str) -> Result<String, jsonwebtoken::errors::Error> {
        let key = EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), self, &key)
    }

    /// Reads a token, checking signature and expiry.
    pub fn verify(token: &str, secret: &str) -> Result<Self, jsonwebtoken::errors::Error> {
        let key = DecodingKey::from_secret(secret.as_bytes());
        let validation = Validation::new(Algorithm::HS256);
        jsonwebtoken::decode(token, &key, &validation).map(|data| data.claims)
    }
}

/// How long a token is valid, s. A session goes on for as long; then its client has to get another one.
pub const TOKEN_SECONDS: u64 = 6 * 60 * 60;
