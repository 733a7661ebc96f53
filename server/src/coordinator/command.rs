//! Commands about one call that come with nothing but a body: what the routes know of them.

use trunkline_protocol::coordinator::{
    BlockUserRequest, CollectUserFeedbackRequest, Custom, DeleteCallRequest, DeleteCallResponse,
    Empty, KickUserRequest, ListRecordingsResponse, ListTranscriptionsResponse, MuteUsersRequest,
    PinRequest, RequestPermissionRequest, RingCallRequest, RingCallResponse, SendCallEventRequest,
    SendVideoReactionRequest, SendVideoReactionResponse, UnblockUserRequest, UnpinRequest,
    UpdateUserPermissionsRequest,
};

use super::{
    Caller, Cid, Refusal, deletion, interaction, moderation, permissions, ringing, work::Work,
};

/// A command with its name in the protocol.
pub struct Command<T, R> {
    /// Name of the operation.
    pub id: &'static str,
    pub(super) run: Run<T, R>,
}

type Run<T, R> = fn(&mut Work<'_>, &Caller, &Cid, T) -> Result<R, Refusal>;

impl<T, R> Clone for Command<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for Command<T, R> {}

/// Rings members.
pub const RING: Command<RingCallRequest, RingCallResponse> =
    Command { id: "RingCall", run: ringing::ring };
/// Keeps a user out of the call.
pub const BLOCK: Command<BlockUserRequest, Empty> =
    Command { id: "BlockUser", run: moderation::block };
/// Lets a user in again.
pub const UNBLOCK: Command<UnblockUserRequest, Empty> =
    Command { id: "UnblockUser", run: moderation::unblock };
/// Puts a user out of the call.
pub const KICK: Command<KickUserRequest, Empty> = Command { id: "KickUser", run: moderation::kick };
/// Mutes participants.
pub const MUTE: Command<MuteUsersRequest, Empty> =
    Command { id: "MuteUsers", run: moderation::mute };
/// Pins a participant for everyone.
pub const PIN: Command<PinRequest, Empty> = Command { id: "VideoPin", run: moderation::pin };
/// Takes back the pin of a participant.
pub const UNPIN: Command<UnpinRequest, Empty> =
    Command { id: "VideoUnpin", run: moderation::unpin };
/// Asks those in charge for permissions.
pub const REQUEST_PERMISSION: Command<RequestPermissionRequest, Empty> =
    Command { id: "RequestPermission", run: permissions::request };
/// Grants and revokes permissions of a user.
pub const UPDATE_PERMISSIONS: Command<UpdateUserPermissionsRequest, Empty> =
    Command { id: "UpdateUserPermissions", run: permissions::update };
/// Shows a reaction to everyone.
pub const REACT: Command<SendVideoReactionRequest, SendVideoReactionResponse> =
    Command { id: "SendVideoReaction", run: interaction::react };
/// Sends an event of the app.
pub const SEND_EVENT: Command<SendCallEventRequest, Empty> =
    Command { id: "SendCallEvent", run: interaction::send_event };
/// Takes what a user thinks of the call.
pub const TAKE_FEEDBACK: Command<CollectUserFeedbackRequest, Empty> =
    Command { id: "CollectUserFeedback", run: interaction::take_feedback };
/// Deletes the call.
pub const DELETE: Command<DeleteCallRequest, DeleteCallResponse> =
    Command { id: "DeleteCall", run: deletion::delete };
/// The files of recordings.
pub const LIST_RECORDINGS: Command<Custom, ListRecordingsResponse> =
    Command { id: "ListRecordings", run: interaction::recordings };
/// The files of transcriptions.
pub const LIST_TRANSCRIPTIONS: Command<Custom, ListTranscriptionsResponse> =
    Command { id: "ListTranscriptions", run: interaction::transcriptions };
