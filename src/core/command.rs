//! What an app asks for.

use super::{
    ids::{CallKey, PromiseId},
    json::Json,
    state::{DeviceKind, Dimension, TrackType},
    user::{Tokens, User},
};

/// An order of the app to the client. Each `promise` is settled exactly once.
#[derive(Clone, Debug)]
pub enum Command {
    /// Open the coordinator socket as `user`.
    ConnectUser {
        /// Resolves with the `connection.ok` event, or with nothing for an anonymous user.
        promise: PromiseId,
        /// Who.
        user: User,
        /// Their token.
        tokens: Tokens,
    },
    /// Close it and leave all calls.
    DisconnectUser {
        /// Resolves when everything is closed.
        promise: PromiseId,
    },
    /// An order to one call.
    Call(CallKey, CallCommand),
    /// The app dropped its `Call` object: forget it, unless it is registered or in use.
    DropCall(CallKey),
}

/// An order of the app to one call.
#[derive(Clone, Debug)]
pub enum CallCommand {
    /// Load the call, without creating it. `params` may hold `ring`, `notify`, `members_limit`,
    /// `video`.
    Get {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// The app's object.
        params: Option<Json>,
    },
    /// Load the call, creating it when missing. `request` may hold `data`, `ring`, `notify`,
    /// `members_limit`, `video`.
    GetOrCreate {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// The app's object.
        request: Option<Json>,
    },
    /// Enter the call.
    Join {
        /// Resolves when the calling state is `joined`.
        promise: PromiseId,
        /// How.
        options: JoinOptions,
    },
    /// Go out of the call and release everything.
    Leave {
        /// Resolves when everything is released.
        promise: PromiseId,
        /// How.
        options: LeaveOptions,
    },
    /// End the call for everyone.
    End {
        /// Resolves with the server's answer.
        promise: PromiseId,
    },
    /// Change `custom`, `settings_override`, `starts_at`.
    Update {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// The app's object.
        request: Option<Json>,
    },
    /// Add, change and remove members.
    UpdateMembers {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// The app's object.
        request: Option<Json>,
    },
    /// Let everybody in.
    GoLive {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// The app's object.
        request: Option<Json>,
        /// Whether to notify the members.
        notify: Option<bool>,
    },
    /// Back to backstage.
    StopLive {
        /// Resolves with the server's answer.
        promise: PromiseId,
        /// The app's object.
        request: Option<Json>,
    },
    /// Turn a device on.
    EnableDevice {
        /// Resolves when the device is on, and published if the call is joined.
        promise: PromiseId,
        /// Which.
        kind: DeviceKind,
    },
    /// Turn a device off.
    DisableDevice {
        /// Resolves when its track has ended.
        promise: PromiseId,
        /// Which.
        kind: DeviceKind,
    },
    /// Turn a device on or off, whichever it is not going to be.
    ToggleDevice {
        /// Resolves like the order it stands for.
        promise: PromiseId,
        /// Which.
        kind: DeviceKind,
    },
    /// The largest element that shows a participant's video has this size; `None` when no visible
    /// element shows it.
    SetVideoSize {
        /// Whose.
        session_id: String,
        /// `Video` or `ScreenShare`.
        track_type: TrackType,
        /// CSS pixels.
        size: Option<Dimension>,
    },
}

/// How to join, as read from the app's object.
#[derive(Clone, Debug, Default)]
pub struct JoinOptions {
    /// The fields that go to the coordinator: `create`, `data`, `ring`, `notify`, `video`,
    /// `members_limit`, and others the app adds.
    pub request: Option<Json>,
    /// How often to try in all; at least 1. Default 3.
    pub max_join_retries: Option<u32>,
    /// How long the SFU socket may take to open, and the SFU to answer, in ms. Default 5000.
    pub join_response_timeout: Option<u64>,
    /// How long one SFU request may take, in ms. Default 5000.
    pub rpc_request_timeout: Option<u64>,
}

/// How to leave.
#[derive(Clone, Debug, Default)]
pub struct LeaveOptions {
    /// Told to the SFU.
    pub message: Option<String>,
}
