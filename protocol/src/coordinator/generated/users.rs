//! Users, guests, push devices.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::coordinator::{Custom, DateTime, Open, PushProvider, input::model};

/// A user as a client describes it: `user_details` of the socket, `user` of a guest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserRequest {
    /// Unique in the app.
    pub id: String,
    /// Shown to others. Absent leaves the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URL of a picture. Absent leaves the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Language code. Absent leaves the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Replaces the stored object. Absent leaves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
    /// Hidden from presence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invisible: Option<bool>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_settings: Option<Custom>,
}

model! { UserRequest { id, name, image, language, custom, invisible, privacy_settings } }

/// A user as everyone sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    /// Role in each team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams_role: Option<BTreeMap<String, String>>,
    /// First seen.
    pub created_at: DateTime,
    /// Last changed.
    pub updated_at: DateTime,
    /// Last connected.
    pub last_active: Option<DateTime>,
    /// May not use the app.
    pub banned: bool,
    /// Has an open coordinator socket.
    pub online: bool,
    /// Users this user blocked everywhere.
    pub blocked_user_ids: Vec<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avg_response_time: Option<i32>,
    /// When the user was put out of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deactivated_at: Option<DateTime>,
    /// When the user was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime>,
    /// Tokens made before are void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_tokens_issued_before: Option<DateTime>,
}

model! { UserResponse {
    id, name, image, custom, language, role, teams, teams_role, created_at, updated_at, last_active,
    banned, online, blocked_user_ids, avg_response_time, deactivated_at, deleted_at,
    revoke_tokens_issued_before
} }

/// The connected user: `me` of `connection.ok`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OwnUserResponse {
    /// As for [`UserResponse`].
    #[serde(flatten)]
    pub user: UserResponse,
    /// Push devices.
    pub devices: Vec<DeviceResponse>,
    /// Hidden from presence.
    pub invisible: bool,
    /// Muted users: chat only, empty here. The counters below are zero for the same reason.
    pub mutes: Vec<Value>,
    /// Chat only.
    pub channel_mutes: Vec<Value>,
    /// Chat only.
    pub total_unread_count: u32,
    /// Chat only.
    pub unread_channels: u32,
    /// Chat only.
    pub unread_count: u32,
    /// Chat only.
    pub unread_threads: u32,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_unread_count_by_team: Option<BTreeMap<String, u32>>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_hidden_channels: Option<Vec<String>>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_settings: Option<Custom>,
    /// Which push messages the user wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_preferences: Option<Custom>,
}

model! { OwnUserResponse {
    devices, invisible, mutes, channel_mutes, total_unread_count, unread_channels, unread_count,
    unread_threads, total_unread_count_by_team, latest_hidden_channels, privacy_settings,
    push_preferences
}, ..user }

/// Asks for a guest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CreateGuestRequest {
    /// What the guest would like to be called.
    pub user: UserRequest,
}

model! { CreateGuestRequest { user } }

/// A guest and their token.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CreateGuestResponse {
    /// Its id differs from the one asked for.
    pub user: UserResponse,
    /// JWT of the guest.
    pub access_token: String,
}

model! { CreateGuestResponse { user, access_token } }

/// Users to create or change, from the app's backend.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateUsersRequest {
    /// By user id.
    pub users: BTreeMap<String, FullUserRequest>,
}

model! { UpdateUsersRequest { users } }

/// A user as the app's backend describes it. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FullUserRequest {
    /// The key of the user once more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `user`, `admin`, or the app's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Teams the user may reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<String>>,
    /// Role in each team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams_role: Option<BTreeMap<String, String>>,
    /// Shown to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Language code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Hidden from presence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invisible: Option<bool>,
    /// Belongs to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { FullUserRequest { id, role, teams, teams_role, name, image, language, invisible, custom } }

/// The users as they are now.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateUsersResponse {
    /// By user id.
    pub users: BTreeMap<String, UserResponse>,
}

model! { UpdateUsersResponse { users } }

/// A device that shall get push messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CreateDeviceRequest {
    /// Address of the device at the provider, at most 255 characters.
    pub id: String,
    /// Who carries the messages.
    pub push_provider: Open<PushProvider>,
    /// Which configuration of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_provider_name: Option<String>,
    /// The address is one for calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voip_token: Option<bool>,
    /// The device itself, whatever its address, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
}

model! { CreateDeviceRequest { id, push_provider, push_provider_name, voip_token, hardware_id } }

/// A device that gets push messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeviceResponse {
    /// Address of the device at the provider.
    pub id: String,
    /// Who carries the messages.
    pub push_provider: Open<PushProvider>,
    /// Which configuration of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_provider_name: Option<String>,
    /// Whose it is.
    pub user_id: String,
    /// When it was created.
    pub created_at: DateTime,
    /// The address is one for calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voip: Option<bool>,
    /// The device itself, whatever its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
    /// The provider does not take messages for it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

model! { DeviceResponse {
    id, push_provider, push_provider_name, user_id, created_at, voip, hardware_id, disabled,
    disabled_reason
} }

/// The devices of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ListDevicesResponse {
    /// The devices.
    pub devices: Vec<DeviceResponse>,
}

model! { ListDevicesResponse { devices } }

/// `user.updated`: A user was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserUpdatedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserUpdatedEvent { custom, user, received_at } }

/// `user.presence.changed`: A user went online or offline.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserPresenceChangedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserPresenceChangedEvent { custom, user, received_at } }

/// `user.banned`: A user may not use the app any more.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserBannedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserResponse>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<DateTime>,
    /// The user is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<bool>,
    /// In which team only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// How often it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_bans: Option<i32>,
    /// The report behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_queue_item_id: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_type: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_custom: Option<Custom>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_member_count: Option<i32>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_message_count: Option<i32>,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserBannedEvent {
    custom, user, created_by, reason, expiration, shadow, team, total_bans, review_queue_item_id,
    cid, channel_id, channel_type, channel_custom, channel_member_count, channel_message_count,
    received_at
} }

/// `user.unbanned`: A user may use the app again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserUnbannedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserResponse>,
    /// The user was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<bool>,
    /// In which team only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_type: Option<String>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_custom: Option<Custom>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_member_count: Option<i32>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_message_count: Option<i32>,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserUnbannedEvent {
    custom, user, created_by, shadow, team, cid, channel_id, channel_type, channel_custom,
    channel_member_count, channel_message_count, received_at
} }

/// `user.deactivated`: A user was put out of use.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserDeactivatedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserResponse>,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserDeactivatedEvent { custom, user, created_by, received_at } }

/// `user.reactivated`: A user was put into use again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserReactivatedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserResponse>,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserReactivatedEvent { custom, user, created_by, received_at } }

/// `user.deleted`: A user was deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UserDeletedEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
    /// `soft`, `hard` or empty.
    pub delete_user: String,
    /// Chat only.
    pub delete_conversation: String,
    /// Chat only.
    pub delete_conversation_channels: bool,
    /// Chat only.
    pub delete_messages: String,
    /// Nothing of the user is kept.
    pub hard_delete: bool,
    /// Chat only.
    pub mark_messages_deleted: bool,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { UserDeletedEvent {
    custom, user, delete_user, delete_conversation, delete_conversation_channels, delete_messages,
    hard_delete, mark_messages_deleted, received_at
} }

/// `app.updated`: The app was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AppUpdatedEvent {
    /// What is known of the app.
    pub app: Custom,
    /// Belongs to the app.
    pub custom: Custom,
    /// When the server got word of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime>,
}

model! { AppUpdatedEvent { app, custom, received_at } }
