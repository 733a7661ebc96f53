//! Reactions, events of the app, feedback.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;

use crate::coordinator::{Custom, UserResponse, input::model};

/// A reaction to show to everyone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SendVideoReactionRequest {
    /// Such as `reaction`, `raised-hand`; at most 64 characters.
    #[serde(rename = "type")]
    pub kind: String,
    /// Such as `:like:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji_code: Option<String>,
    /// Belongs to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { SendVideoReactionRequest { kind = "type", emoji_code, custom } }

/// A reaction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VideoReactionResponse {
    /// Such as `reaction`, `raised-hand`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who.
    pub user: UserResponse,
    /// Such as `:like:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji_code: Option<String>,
    /// Belongs to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { VideoReactionResponse { kind = "type", user, emoji_code, custom } }

/// The reaction as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SendVideoReactionResponse {
    /// The reaction.
    pub reaction: VideoReactionResponse,
}

model! { SendVideoReactionResponse { reaction } }

/// An event of the app.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SendCallEventRequest {
    /// What the others get, at most 5 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { SendCallEventRequest { custom } }

/// What a user thinks of the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CollectUserFeedbackRequest {
    /// 1 to 5.
    pub rating: i32,
    /// Name of the SDK, at most 50 characters.
    pub sdk: String,
    /// Version of the SDK, at most 50 characters.
    pub sdk_version: String,
    /// Why, at most 1000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The SFU session of the client, at most 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_session_id: Option<String>,
    /// Belongs to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { CollectUserFeedbackRequest { rating, sdk, sdk_version, reason, user_session_id, custom } }

/// `call.reaction_new`: Somebody reacted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallReactionEvent {
    /// How.
    pub reaction: VideoReactionResponse,
}

model! { CallReactionEvent { reaction } }

/// `custom`: An event of the app.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CustomVideoEvent {
    /// Belongs to the app.
    pub custom: Custom,
    /// Who.
    pub user: UserResponse,
}

model! { CustomVideoEvent { custom, user } }

/// `call.user_feedback_submitted`: Somebody rated the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallUserFeedbackSubmittedEvent {
    /// 1 to 5.
    pub rating: i32,
    /// The session.
    pub session_id: String,
    /// Who.
    pub user: UserResponse,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Name of the SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk: Option<String>,
    /// Version of the SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk_version: Option<String>,
    /// Belongs to the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Custom>,
}

model! { CallUserFeedbackSubmittedEvent {
    rating, session_id, user, reason, sdk, sdk_version, custom
} }
