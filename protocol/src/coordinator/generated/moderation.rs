//! Blocking, kicking, muting, permissions, pins.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;

use crate::coordinator::{
    Custom, Open, OwnCapability, RequestablePermission, UserResponse, input::model,
};

/// Keeps a user out of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BlockUserRequest {
    /// Whom.
    pub user_id: String,
}

model! { BlockUserRequest { user_id } }

/// Lets a user in again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UnblockUserRequest {
    /// Whom.
    pub user_id: String,
}

model! { UnblockUserRequest { user_id } }

/// Puts a user out of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct KickUserRequest {
    /// Whom.
    pub user_id: String,
    /// And keeps them out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<bool>,
}

model! { KickUserRequest { user_id, block } }

/// Mutes participants, who may unmute themselves. At least one kind must be named.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MuteUsersRequest {
    /// Whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<String>>,
    /// Everybody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mute_all_users: Option<bool>,
    /// Microphones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// Cameras.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<bool>,
    /// Screens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screenshare: Option<bool>,
    /// The sound of screens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screenshare_audio: Option<bool>,
}

model! { MuteUsersRequest {
    user_ids, mute_all_users, audio, video, screenshare, screenshare_audio
} }

/// Asks for permissions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RequestPermissionRequest {
    /// Which.
    pub permissions: Vec<Open<RequestablePermission>>,
}

model! { RequestPermissionRequest { permissions } }

/// Grants and revokes permissions of one user, in this call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdateUserPermissionsRequest {
    /// Whose.
    pub user_id: String,
    /// Granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_permissions: Option<Vec<Open<RequestablePermission>>>,
    /// Revoked; the tracks stop too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_permissions: Option<Vec<Open<RequestablePermission>>>,
}

model! { UpdateUserPermissionsRequest { user_id, grant_permissions, revoke_permissions } }

/// Pins a participant for everyone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PinRequest {
    /// Whom.
    pub user_id: String,
    /// Which SFU session of theirs.
    pub session_id: String,
}

model! { PinRequest { user_id, session_id } }

/// Takes back the pin of a participant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UnpinRequest {
    /// Whom.
    pub user_id: String,
    /// Which SFU session of theirs.
    pub session_id: String,
}

model! { UnpinRequest { user_id, session_id } }

/// `call.blocked_user`: A user may not enter any more.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BlockedUserEvent {
    /// Whom it happened to.
    pub user: UserResponse,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_by_user: Option<UserResponse>,
}

model! { BlockedUserEvent { user, blocked_by_user } }

/// `call.unblocked_user`: A user may enter again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UnblockedUserEvent {
    /// Whom it happened to.
    pub user: UserResponse,
}

model! { UnblockedUserEvent { user } }

/// `call.kicked_user`: A user was put out of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct KickedUserEvent {
    /// Whom it happened to.
    pub user: UserResponse,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kicked_by_user: Option<UserResponse>,
}

model! { KickedUserEvent { user, kicked_by_user } }

/// `call.user_muted`: Users were muted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallUserMutedEvent {
    /// Who did it.
    pub from_user_id: String,
    /// Whom it happened to.
    pub muted_user_ids: Vec<String>,
    /// Why.
    pub reason: String,
}

model! { CallUserMutedEvent { from_user_id, muted_user_ids, reason } }

/// `call.moderation_blur`: Moderation asks to blur the video of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallModerationBlurEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Whose.
    pub user_id: String,
}

model! { CallModerationBlurEvent { custom, user_id } }

/// `call.moderation_warning`: Moderation warns a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallModerationWarningEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// For the user.
    pub message: String,
    /// Whom.
    pub user_id: String,
}

model! { CallModerationWarningEvent { custom, message, user_id } }

/// `call.permission_request`: Somebody asks for permissions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PermissionRequestEvent {
    /// Which.
    pub permissions: Vec<String>,
    /// Who.
    pub user: UserResponse,
}

model! { PermissionRequestEvent { permissions, user } }

/// `call.permissions_updated`: Permissions of a user were granted or revoked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpdatedCallPermissionsEvent {
    /// What the user may do now.
    pub own_capabilities: Vec<Open<OwnCapability>>,
    /// Whose they are.
    pub user: UserResponse,
}

model! { UpdatedCallPermissionsEvent { own_capabilities, user } }
