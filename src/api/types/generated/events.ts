// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** The events of the coordinator, by name. */
export interface CoordinatorEventMap {
  /** The socket is authenticated. */
  'connection.ok': ConnectedEvent;
  /** The socket is refused and closes. */
  'connection.error': ConnectionErrorEvent;
  /** Answer to a ping of the client. */
  'health.check': HealthCheckEvent;
  /** A user was changed. */
  'user.updated': UserUpdatedEvent;
  /** A user went online or offline. */
  'user.presence.changed': UserPresenceChangedEvent;
  /** A user may not use the app any more. */
  'user.banned': UserBannedEvent;
  /** A user may use the app again. */
  'user.unbanned': UserUnbannedEvent;
  /** A user was put out of use. */
  'user.deactivated': UserDeactivatedEvent;
  /** A user was put into use again. */
  'user.reactivated': UserReactivatedEvent;
  /** A user was deleted. */
  'user.deleted': UserDeletedEvent;
  /** The app was changed. */
  'app.updated': AppUpdatedEvent;
  /** A call was created. */
  'call.created': CallCreatedEvent;
  /** A call was changed. */
  'call.updated': CallUpdatedEvent;
  /** A call was deleted. */
  'call.deleted': CallDeletedEvent;
  /** A call was ended for everyone. */
  'call.ended': CallEndedEvent;
  /** Somebody wants the members to know about the call. */
  'call.notification': CallNotificationEvent;
  /** The first participant came. */
  'call.session_started': CallSessionStartedEvent;
  /** Nobody was left for the inactivity timeout, or the call ended. */
  'call.session_ended': CallSessionEndedEvent;
  /** A participant came. */
  'call.session_participant_joined': CallSessionParticipantJoinedEvent;
  /** A participant left. */
  'call.session_participant_left': CallSessionParticipantLeftEvent;
  /**
   * The numbers of a call whose participants are not all told of one by one: anonymous ones, or
   * very many.
   */
  'call.session_participant_count_updated': CallSessionParticipantCountsUpdatedEvent;
  /** Members were added. */
  'call.member_added': CallMemberAddedEvent;
  /** Custom data of members was changed. */
  'call.member_updated': CallMemberUpdatedEvent;
  /** The role of members was changed. */
  'call.member_updated_permission': CallMemberUpdatedPermissionEvent;
  /** Members were removed. */
  'call.member_removed': CallMemberRemovedEvent;
  /** Somebody rings the members. */
  'call.ring': CallRingEvent;
  /** Somebody took the ring. */
  'call.accepted': CallAcceptedEvent;
  /** Somebody declined the ring, or gave it up. */
  'call.rejected': CallRejectedEvent;
  /** A member did not answer the ring. */
  'call.missed': CallMissedEvent;
  /** A call left backstage. */
  'call.live_started': CallLiveStartedEvent;
  /** A user may not enter any more. */
  'call.blocked_user': BlockedUserEvent;
  /** A user may enter again. */
  'call.unblocked_user': UnblockedUserEvent;
  /** A user was put out of the call. */
  'call.kicked_user': KickedUserEvent;
  /** Users were muted. */
  'call.user_muted': CallUserMutedEvent;
  /** Moderation asks to blur the video of a user. */
  'call.moderation_blur': CallModerationBlurEvent;
  /** Moderation warns a user. */
  'call.moderation_warning': CallModerationWarningEvent;
  /** Somebody asks for permissions. */
  'call.permission_request': PermissionRequestEvent;
  /** Permissions of a user were granted or revoked. */
  'call.permissions_updated': UpdatedCallPermissionsEvent;
  /** Somebody reacted. */
  'call.reaction_new': CallReactionEvent;
  /** An event of the app. */
  custom: CustomVideoEvent;
  /** Somebody rated the call. */
  'call.user_feedback_submitted': CallUserFeedbackSubmittedEvent;
  /** A recording started. */
  'call.recording_started': CallRecordingStartedEvent;
  /** A recording stopped. */
  'call.recording_stopped': CallRecordingStoppedEvent;
  /** A recording failed. */
  'call.recording_failed': CallRecordingFailedEvent;
  /** The file of a recording is there. */
  'call.recording_ready': CallRecordingReadyEvent;
  /** The recording of frames started. */
  'call.frame_recording_started': CallFrameRecordingStartedEvent;
  /** The recording of frames stopped. */
  'call.frame_recording_stopped': CallFrameRecordingStoppedEvent;
  /** The recording of frames failed. */
  'call.frame_recording_failed': CallFrameRecordingFailedEvent;
  /** A frame was stored. */
  'call.frame_recording_ready': CallFrameRecordingFrameReadyEvent;
  /** HLS started. */
  'call.hls_broadcasting_started': CallHLSBroadcastingStartedEvent;
  /** HLS stopped. */
  'call.hls_broadcasting_stopped': CallHLSBroadcastingStoppedEvent;
  /** HLS failed. */
  'call.hls_broadcasting_failed': CallHLSBroadcastingFailedEvent;
  /** A broadcast by RTMP started. */
  'call.rtmp_broadcast_started': CallRtmpBroadcastStartedEvent;
  /** A broadcast by RTMP stopped. */
  'call.rtmp_broadcast_stopped': CallRtmpBroadcastStoppedEvent;
  /** A broadcast by RTMP failed. */
  'call.rtmp_broadcast_failed': CallRtmpBroadcastFailedEvent;
  /** An external encoder sends. */
  'ingress.started': IngressStartedEvent;
  /** An external encoder sends no more. */
  'ingress.stopped': IngressStoppedEvent;
  /** What an external encoder sends cannot be used. */
  'ingress.error': IngressErrorEvent;
  /** Somebody who called by phone pressed a key. */
  'call.dtmf': CallDTMFEvent;
  /** The transcription started. */
  'call.transcription_started': CallTranscriptionStartedEvent;
  /** The transcription stopped. */
  'call.transcription_stopped': CallTranscriptionStoppedEvent;
  /** The transcription failed. */
  'call.transcription_failed': CallTranscriptionFailedEvent;
  /** The file of a transcription is there. */
  'call.transcription_ready': CallTranscriptionReadyEvent;
  /** Captions started. */
  'call.closed_captions_started': CallClosedCaptionsStartedEvent;
  /** Captions stopped. */
  'call.closed_captions_stopped': CallClosedCaptionsStoppedEvent;
  /** Captions failed. */
  'call.closed_captions_failed': CallClosedCaptionsFailedEvent;
  /** Somebody said something. */
  'call.closed_caption': ClosedCaptionEvent;
  /** The report of a session is there. */
  'call.stats_report_ready': CallStatsReportReadyEvent;
}
