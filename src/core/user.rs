//! Who uses the client, and how the client proves it.

use serde::{Deserialize, Serialize};

use super::body::Body;

/// The user that a client connects as.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// Decides how the user is authenticated.
    pub kind: UserKind,
    /// Unique in the app; forced to `!anon` for anonymous users.
    pub id: String,
    /// The app's object, sent as `user_details` (name, image, custom, language).
    pub details: Option<Body>,
}

/// How a user is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserKind {
    /// By a token of the app's backend.
    Authenticated,
    /// By a token that the coordinator makes on the spot.
    Guest,
    /// Not at all, or by a token that only opens certain calls. Watches, never publishes.
    Anonymous,
}

/// Where tokens come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Used first.
    pub fixed: Option<String>,
    /// Whether the app gave a provider; asked when there is no fixed token or it has expired.
    pub provider: bool,
}
