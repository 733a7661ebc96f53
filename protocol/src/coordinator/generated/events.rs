//! Events of the socket.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use crate::coordinator::{
    AppUpdatedEvent, BlockedUserEvent, CallAcceptedEvent, CallClosedCaptionsFailedEvent,
    CallClosedCaptionsStartedEvent, CallClosedCaptionsStoppedEvent, CallCreatedEvent,
    CallDeletedEvent, CallDtmfEvent, CallEndedEvent, CallFrameRecordingFailedEvent,
    CallFrameRecordingFrameReadyEvent, CallFrameRecordingStartedEvent,
    CallFrameRecordingStoppedEvent, CallHlsBroadcastingFailedEvent,
    CallHlsBroadcastingStartedEvent, CallHlsBroadcastingStoppedEvent, CallLiveStartedEvent,
    CallMemberAddedEvent, CallMemberRemovedEvent, CallMemberUpdatedEvent,
    CallMemberUpdatedPermissionEvent, CallMissedEvent, CallModerationBlurEvent,
    CallModerationWarningEvent, CallNotificationEvent, CallReactionEvent, CallRecordingFailedEvent,
    CallRecordingReadyEvent, CallRecordingStartedEvent, CallRecordingStoppedEvent,
    CallRejectedEvent, CallRingEvent, CallRtmpBroadcastFailedEvent, CallRtmpBroadcastStartedEvent,
    CallRtmpBroadcastStoppedEvent, CallSessionEndedEvent, CallSessionParticipantCountsUpdatedEvent,
    CallSessionParticipantJoinedEvent, CallSessionParticipantLeftEvent, CallSessionStartedEvent,
    CallStatsReportReadyEvent, CallTranscriptionFailedEvent, CallTranscriptionReadyEvent,
    CallTranscriptionStartedEvent, CallTranscriptionStoppedEvent, CallUpdatedEvent,
    CallUserFeedbackSubmittedEvent, CallUserMutedEvent, ClosedCaptionEvent, ConnectedEvent,
    ConnectionErrorEvent, CustomVideoEvent, HealthCheckEvent, IngressErrorEvent,
    IngressStartedEvent, IngressStoppedEvent, KickedUserEvent, PermissionRequestEvent,
    UnblockedUserEvent, UpdatedCallPermissionsEvent, UserBannedEvent, UserDeactivatedEvent,
    UserDeletedEvent, UserPresenceChangedEvent, UserReactivatedEvent, UserUnbannedEvent,
    UserUpdatedEvent, event::events,
};

events! {
    /// The socket is authenticated. To: connection.
    Connected(ConnectedEvent) = CONNECTION_OK "connection.ok",
    /// The socket is refused and closes. To: connection.
    ConnectionError(ConnectionErrorEvent) = CONNECTION_ERROR "connection.error",
    /// Answer to a ping of the client. To: connection.
    HealthCheck(HealthCheckEvent) = HEALTH_CHECK "health.check",
    /// A user was changed. To: user.
    UserUpdated(UserUpdatedEvent) = USER_UPDATED "user.updated",
    /// A user went online or offline. To: user.
    UserPresenceChanged(UserPresenceChangedEvent) = USER_PRESENCE_CHANGED "user.presence.changed",
    /// A user may not use the app any more. To: user.
    UserBanned(UserBannedEvent) = USER_BANNED "user.banned",
    /// A user may use the app again. To: user.
    UserUnbanned(UserUnbannedEvent) = USER_UNBANNED "user.unbanned",
    /// A user was put out of use. To: user.
    UserDeactivated(UserDeactivatedEvent) = USER_DEACTIVATED "user.deactivated",
    /// A user was put into use again. To: user.
    UserReactivated(UserReactivatedEvent) = USER_REACTIVATED "user.reactivated",
    /// A user was deleted. To: user.
    UserDeleted(UserDeletedEvent) = USER_DELETED "user.deleted",
    /// The app was changed. To: app.
    AppUpdated(AppUpdatedEvent) = APP_UPDATED "app.updated",
    /// A call was created. To: members, creator.
    CallCreated(CallCreatedEvent) = CALL_CREATED "call.created",
    /// A call was changed. To: watchers.
    CallUpdated(CallUpdatedEvent) = CALL_UPDATED "call.updated",
    /// A call was deleted. To: watchers.
    CallDeleted(CallDeletedEvent) = CALL_DELETED "call.deleted",
    /// A call was ended for everyone. To: members, watchers.
    CallEnded(CallEndedEvent) = CALL_ENDED "call.ended",
    /// Somebody wants the members to know about the call. To: members.
    CallNotification(CallNotificationEvent) = CALL_NOTIFICATION "call.notification",
    /// The first participant came. To: watchers.
    CallSessionStarted(CallSessionStartedEvent) = CALL_SESSION_STARTED "call.session_started",
    /// Nobody was left for the inactivity timeout, or the call ended. To: watchers.
    CallSessionEnded(CallSessionEndedEvent) = CALL_SESSION_ENDED "call.session_ended",
    /// A participant came. To: watchers.
    CallSessionParticipantJoined(CallSessionParticipantJoinedEvent) = CALL_SESSION_PARTICIPANT_JOINED "call.session_participant_joined",
    /// A participant left. To: watchers.
    CallSessionParticipantLeft(CallSessionParticipantLeftEvent) = CALL_SESSION_PARTICIPANT_LEFT "call.session_participant_left",
    /// The numbers of a call whose participants are not all told of one by one: anonymous ones, or
    /// very many. To: watchers.
    CallSessionParticipantCountsUpdated(CallSessionParticipantCountsUpdatedEvent) = CALL_SESSION_PARTICIPANT_COUNT_UPDATED "call.session_participant_count_updated",
    /// Members were added. To: members.
    CallMemberAdded(CallMemberAddedEvent) = CALL_MEMBER_ADDED "call.member_added",
    /// Custom data of members was changed. To: members.
    CallMemberUpdated(CallMemberUpdatedEvent) = CALL_MEMBER_UPDATED "call.member_updated",
    /// The role of members was changed. To: members.
    CallMemberUpdatedPermission(CallMemberUpdatedPermissionEvent) = CALL_MEMBER_UPDATED_PERMISSION "call.member_updated_permission",
    /// Members were removed. To: members.
    CallMemberRemoved(CallMemberRemovedEvent) = CALL_MEMBER_REMOVED "call.member_removed",
    /// Somebody rings the members. To: members.
    CallRing(CallRingEvent) = CALL_RING "call.ring",
    /// Somebody took the ring. To: members.
    CallAccepted(CallAcceptedEvent) = CALL_ACCEPTED "call.accepted",
    /// Somebody declined the ring, or gave it up. To: members.
    CallRejected(CallRejectedEvent) = CALL_REJECTED "call.rejected",
    /// A member did not answer the ring. To: members.
    CallMissed(CallMissedEvent) = CALL_MISSED "call.missed",
    /// A call left backstage. To: watchers.
    CallLiveStarted(CallLiveStartedEvent) = CALL_LIVE_STARTED "call.live_started",
    /// A user may not enter any more. To: watchers.
    BlockedUser(BlockedUserEvent) = CALL_BLOCKED_USER "call.blocked_user",
    /// A user may enter again. To: watchers.
    UnblockedUser(UnblockedUserEvent) = CALL_UNBLOCKED_USER "call.unblocked_user",
    /// A user was put out of the call. To: watchers.
    KickedUser(KickedUserEvent) = CALL_KICKED_USER "call.kicked_user",
    /// Users were muted. To: watchers.
    CallUserMuted(CallUserMutedEvent) = CALL_USER_MUTED "call.user_muted",
    /// Moderation asks to blur the video of a user. To: user, watchers.
    CallModerationBlur(CallModerationBlurEvent) = CALL_MODERATION_BLUR "call.moderation_blur",
    /// Moderation warns a user. To: user.
    CallModerationWarning(CallModerationWarningEvent) = CALL_MODERATION_WARNING "call.moderation_warning",
    /// Somebody asks for permissions. To: watchers.
    PermissionRequest(PermissionRequestEvent) = CALL_PERMISSION_REQUEST "call.permission_request",
    /// Permissions of a user were granted or revoked. To: watchers.
    UpdatedCallPermissions(UpdatedCallPermissionsEvent) = CALL_PERMISSIONS_UPDATED "call.permissions_updated",
    /// Somebody reacted. To: watchers.
    CallReaction(CallReactionEvent) = CALL_REACTION_NEW "call.reaction_new",
    /// An event of the app. To: members, watchers.
    CustomVideo(CustomVideoEvent) = CUSTOM "custom",
    /// Somebody rated the call. To: watchers.
    CallUserFeedbackSubmitted(CallUserFeedbackSubmittedEvent) = CALL_USER_FEEDBACK_SUBMITTED "call.user_feedback_submitted",
    /// A recording started. To: watchers.
    CallRecordingStarted(CallRecordingStartedEvent) = CALL_RECORDING_STARTED "call.recording_started",
    /// A recording stopped. To: watchers.
    CallRecordingStopped(CallRecordingStoppedEvent) = CALL_RECORDING_STOPPED "call.recording_stopped",
    /// A recording failed. To: watchers.
    CallRecordingFailed(CallRecordingFailedEvent) = CALL_RECORDING_FAILED "call.recording_failed",
    /// The file of a recording is there. To: watchers.
    CallRecordingReady(CallRecordingReadyEvent) = CALL_RECORDING_READY "call.recording_ready",
    /// The recording of frames started. To: watchers.
    CallFrameRecordingStarted(CallFrameRecordingStartedEvent) = CALL_FRAME_RECORDING_STARTED "call.frame_recording_started",
    /// The recording of frames stopped. To: watchers.
    CallFrameRecordingStopped(CallFrameRecordingStoppedEvent) = CALL_FRAME_RECORDING_STOPPED "call.frame_recording_stopped",
    /// The recording of frames failed. To: watchers.
    CallFrameRecordingFailed(CallFrameRecordingFailedEvent) = CALL_FRAME_RECORDING_FAILED "call.frame_recording_failed",
    /// A frame was stored. To: hooks.
    CallFrameRecordingFrameReady(CallFrameRecordingFrameReadyEvent) = CALL_FRAME_RECORDING_READY "call.frame_recording_ready",
    /// HLS started. To: watchers.
    CallHlsBroadcastingStarted(CallHlsBroadcastingStartedEvent) = CALL_HLS_BROADCASTING_STARTED "call.hls_broadcasting_started",
    /// HLS stopped. To: watchers.
    CallHlsBroadcastingStopped(CallHlsBroadcastingStoppedEvent) = CALL_HLS_BROADCASTING_STOPPED "call.hls_broadcasting_stopped",
    /// HLS failed. To: watchers.
    CallHlsBroadcastingFailed(CallHlsBroadcastingFailedEvent) = CALL_HLS_BROADCASTING_FAILED "call.hls_broadcasting_failed",
    /// A broadcast by RTMP started. To: watchers.
    CallRtmpBroadcastStarted(CallRtmpBroadcastStartedEvent) = CALL_RTMP_BROADCAST_STARTED "call.rtmp_broadcast_started",
    /// A broadcast by RTMP stopped. To: watchers.
    CallRtmpBroadcastStopped(CallRtmpBroadcastStoppedEvent) = CALL_RTMP_BROADCAST_STOPPED "call.rtmp_broadcast_stopped",
    /// A broadcast by RTMP failed. To: watchers.
    CallRtmpBroadcastFailed(CallRtmpBroadcastFailedEvent) = CALL_RTMP_BROADCAST_FAILED "call.rtmp_broadcast_failed",
    /// An external encoder sends. To: watchers.
    IngressStarted(IngressStartedEvent) = INGRESS_STARTED "ingress.started",
    /// An external encoder sends no more. To: watchers.
    IngressStopped(IngressStoppedEvent) = INGRESS_STOPPED "ingress.stopped",
    /// What an external encoder sends cannot be used. To: watchers.
    IngressError(IngressErrorEvent) = INGRESS_ERROR "ingress.error",
    /// Somebody who called by phone pressed a key. To: watchers.
    CallDtmf(CallDtmfEvent) = CALL_DTMF "call.dtmf",
    /// The transcription started. To: watchers.
    CallTranscriptionStarted(CallTranscriptionStartedEvent) = CALL_TRANSCRIPTION_STARTED "call.transcription_started",
    /// The transcription stopped. To: watchers.
    CallTranscriptionStopped(CallTranscriptionStoppedEvent) = CALL_TRANSCRIPTION_STOPPED "call.transcription_stopped",
    /// The transcription failed. To: watchers.
    CallTranscriptionFailed(CallTranscriptionFailedEvent) = CALL_TRANSCRIPTION_FAILED "call.transcription_failed",
    /// The file of a transcription is there. To: watchers.
    CallTranscriptionReady(CallTranscriptionReadyEvent) = CALL_TRANSCRIPTION_READY "call.transcription_ready",
    /// Captions started. To: watchers.
    CallClosedCaptionsStarted(CallClosedCaptionsStartedEvent) = CALL_CLOSED_CAPTIONS_STARTED "call.closed_captions_started",
    /// Captions stopped. To: watchers.
    CallClosedCaptionsStopped(CallClosedCaptionsStoppedEvent) = CALL_CLOSED_CAPTIONS_STOPPED "call.closed_captions_stopped",
    /// Captions failed. To: watchers.
    CallClosedCaptionsFailed(CallClosedCaptionsFailedEvent) = CALL_CLOSED_CAPTIONS_FAILED "call.closed_captions_failed",
    /// Somebody said something. To: watchers.
    ClosedCaption(ClosedCaptionEvent) = CALL_CLOSED_CAPTION "call.closed_caption",
    /// The report of a session is there. To: watchers.
    CallStatsReportReady(CallStatsReportReadyEvent) = CALL_STATS_REPORT_READY "call.stats_report_ready",
}
