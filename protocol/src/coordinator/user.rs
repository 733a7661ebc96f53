//! Users.

use serde::{Deserialize, Serialize};

use super::{Custom, DateTime};

/// A user as a client describes it: `user_details` of the socket, `user` of a guest.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserRequest {
    /// Unique in the app.
    #[serde(deserialize_with = "super::input::null_as_default")]
    pub id: String,
    /// Shown to others. Absent leaves the stored one.
    pub name: Option<String>,
    /// URL of a picture. Absent leaves the stored one.
    pub image: Option<String>,
    /// Language code. Absent leaves the stored one.
    pub language: Option<String>,
    /// Replaces the stored object. Absent leaves it.
    pub custom: Option<Custom>,
}

/// A user as everyone sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserResponse {
    /// Unique in the app.
    pub id: String,
    /// Shown to others.
    pub name: Option<String>,
    /// URL of a picture.
    pub image: Option<String>,
    /// Belongs to the app.
    pub custom: Custom,
    /// Language code, or empty.
    pub language: String,
    /// `user`, `guest`, `admin`, or the app's own.
    pub role: String,
    /// Teams the user may reach.
    pub teams: Vec<String>,
    /// First seen.
    pub created_at: DateTime,
    /// Last changed.
    pub updated_at: DateTime,
    /// Last connected.
    pub last_active: Option<DateTime>,
    /// Never set by this server.
    pub banned: bool,
    /// Has an open coordinator socket.
    pub online: bool,
    /// Users this user blocked everywhere; never set by this server.
    pub blocked_user_ids: Vec<String>,
}

/// The connected user: `me` of `connection.ok`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnUserResponse {
    /// The public part.
    #[serde(flatten)]
    pub user: UserResponse,
    /// Push devices.
    pub devices: Vec<serde_json::Value>,
    /// Hidden from presence; never set by this server.
    pub invisible: bool,
    /// Muted users: chat only, empty here. The counters below are zero for the same reason.
    pub mutes: Vec<serde_json::Value>,
    /// Chat only.
    pub channel_mutes: Vec<serde_json::Value>,
    /// Chat only.
    pub total_unread_count: u32,
    /// Chat only.
    pub unread_channels: u32,
    /// Chat only.
    pub unread_count: u32,
    /// Chat only.
    pub unread_threads: u32,
}

impl From<UserResponse> for OwnUserResponse {
    fn from(user: UserResponse) -> Self {
        Self {
            user,
            devices: Vec::new(),
            invisible: false,
            mutes: Vec::new(),
            channel_mutes: Vec::new(),
            total_unread_count: 0,
            unread_channels: 0,
            unread_count: 0,
            unread_threads: 0,
        }
    }
}
