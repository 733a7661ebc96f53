/** Where in its life a call is. */
export const CallingState: {
  /** The state is not known. */
  readonly UNKNOWN: 'unknown';
  /** Made, not entered. */
  readonly IDLE: 'idle';
  /** Rings, here or at the others. */
  readonly RINGING: 'ringing';
  /** Being entered for the first time. */
  readonly JOINING: 'joining';
  /** In the call. */
  readonly JOINED: 'joined';
  /** Left, or ended. The same object may `get` or `join` again. */
  readonly LEFT: 'left';
  /** The connection is lost and being made again. */
  readonly RECONNECTING: 'reconnecting';
  /** Moving to another server. */
  readonly MIGRATING: 'migrating';
  /** The connection could not be made again. */
  readonly RECONNECTING_FAILED: 'reconnecting-failed';
  /** The browser is offline. */
  readonly OFFLINE: 'offline';
};
/** Where in its life a call is. */
export type CallingState = (typeof CallingState)[keyof typeof CallingState];

/** What a user may do in a call. */
export const OwnCapability: {
  /** Keep users out of the call. */
  readonly BLOCK_USERS: 'block-users';
  /** Prolong the call. */
  readonly CHANGE_MAX_DURATION: 'change-max-duration';
  /** Create calls. */
  readonly CREATE_CALL: 'create-call';
  /** Send reactions. */
  readonly CREATE_REACTION: 'create-reaction';
  /** Use noise cancellation. */
  readonly ENABLE_NOISE_CANCELLATION: 'enable-noise-cancellation';
  /** End the call for everyone. */
  readonly END_CALL: 'end-call';
  /** Join while the call is in backstage. */
  readonly JOIN_BACKSTAGE: 'join-backstage';
  /** Join the call. */
  readonly JOIN_CALL: 'join-call';
  /** Join after the call was ended. */
  readonly JOIN_ENDED_CALL: 'join-ended-call';
  /** Put users out of the call. */
  readonly KICK_USER: 'kick-user';
  /** Mute others. */
  readonly MUTE_USERS: 'mute-users';
  /** Pin participants for everyone. */
  readonly PIN_FOR_EVERYONE: 'pin-for-everyone';
  /** Read the call. */
  readonly READ_CALL: 'read-call';
  /** Remove members. */
  readonly REMOVE_CALL_MEMBER: 'remove-call-member';
  /** Share the screen. */
  readonly SCREENSHARE: 'screenshare';
  /** Publish audio. */
  readonly SEND_AUDIO: 'send-audio';
  /** Send closed captions. */
  readonly SEND_CLOSED_CAPTIONS_CALL: 'send-closed-captions-call';
  /** Publish video. */
  readonly SEND_VIDEO: 'send-video';
  /** Start a broadcast. */
  readonly START_BROADCAST_CALL: 'start-broadcast-call';
  /** Start closed captions. */
  readonly START_CLOSED_CAPTIONS_CALL: 'start-closed-captions-call';
  /** Start recording single frames. */
  readonly START_FRAME_RECORD_CALL: 'start-frame-record-call';
  /** Start recording participants one by one. */
  readonly START_INDIVIDUAL_RECORD_CALL: 'start-individual-record-call';
  /** Start recording unmixed media. */
  readonly START_RAW_RECORD_CALL: 'start-raw-record-call';
  /** Start recording the call. */
  readonly START_RECORD_CALL: 'start-record-call';
  /** Start the transcription. */
  readonly START_TRANSCRIPTION_CALL: 'start-transcription-call';
  /** Stop a broadcast. */
  readonly STOP_BROADCAST_CALL: 'stop-broadcast-call';
  /** Stop closed captions. */
  readonly STOP_CLOSED_CAPTIONS_CALL: 'stop-closed-captions-call';
  /** Stop recording single frames. */
  readonly STOP_FRAME_RECORD_CALL: 'stop-frame-record-call';
  /** Stop recording participants one by one. */
  readonly STOP_INDIVIDUAL_RECORD_CALL: 'stop-individual-record-call';
  /** Stop recording unmixed media. */
  readonly STOP_RAW_RECORD_CALL: 'stop-raw-record-call';
  /** Stop recording the call. */
  readonly STOP_RECORD_CALL: 'stop-record-call';
  /** Stop the transcription. */
  readonly STOP_TRANSCRIPTION_CALL: 'stop-transcription-call';
  /** Change the call. */
  readonly UPDATE_CALL: 'update-call';
  /** Change members. */
  readonly UPDATE_CALL_MEMBER: 'update-call-member';
  /** Grant and revoke permissions. */
  readonly UPDATE_CALL_PERMISSIONS: 'update-call-permissions';
  /** Change the settings of the call. */
  readonly UPDATE_CALL_SETTINGS: 'update-call-settings';
};
/** What a user may do in a call. */
export type OwnCapability = (typeof OwnCapability)[keyof typeof OwnCapability];

/** Whether a feature may be used, is off, or starts by itself. */
interface ModeEnum {
  /** May be started. */
  readonly AVAILABLE: 'available';
  /** Cannot be started. */
  readonly DISABLED: 'disabled';
  /** Starts with the call. */
  readonly AUTO_ON: 'auto-on';
}
/** Whether a feature may be used, is off, or starts by itself. */
export type Mode = ModeEnum[keyof ModeEnum];

/** Mode of the composite recording. */
export const RecordSettingsRequestModeEnum: ModeEnum;
/** Mode of the composite recording. */
export type RecordSettingsRequestModeEnum = Mode;

/** Mode of the recording of single participants. */
export const IndividualRecordingSettingsRequestModeEnum: ModeEnum;
/** Mode of the recording of single participants. */
export type IndividualRecordingSettingsRequestModeEnum = Mode;

/** Mode of the unmixed recording. */
export const RawRecordingSettingsRequestModeEnum: ModeEnum;
/** Mode of the unmixed recording. */
export type RawRecordingSettingsRequestModeEnum = Mode;

/** Mode of the recording of frames. */
export const FrameRecordingSettingsRequestModeEnum: ModeEnum;
/** Mode of the recording of frames. */
export type FrameRecordingSettingsRequestModeEnum = Mode;

/** Mode of the transcription. */
export const TranscriptionSettingsRequestModeEnum: ModeEnum;
/** Mode of the transcription. */
export type TranscriptionSettingsRequestModeEnum = Mode;

/** Mode of the closed captions. */
export const TranscriptionSettingsRequestClosedCaptionModeEnum: ModeEnum;
/** Mode of the closed captions. */
export type TranscriptionSettingsRequestClosedCaptionModeEnum = Mode;

/** Mode of the end-to-end encryption. */
export const EncryptionSettingsRequestModeEnum: ModeEnum;
/** Mode of the end-to-end encryption. */
export type EncryptionSettingsRequestModeEnum = Mode;

/** Mode of the noise cancellation. */
export const NoiseCancellationSettingsModeEnum: ModeEnum;
/** Mode of the noise cancellation. */
export type NoiseCancellationSettingsModeEnum = Mode;

/** Which camera of a phone is used first. */
export const VideoSettingsRequestCameraFacingEnum: {
  /** Towards the user. */
  readonly FRONT: 'front';
  /** Away from the user. */
  readonly BACK: 'back';
  /** Not built in. */
  readonly EXTERNAL: 'external';
};
/** Which camera of a phone is used first. */
export type VideoSettingsRequestCameraFacingEnum =
  (typeof VideoSettingsRequestCameraFacingEnum)[keyof typeof VideoSettingsRequestCameraFacingEnum];

/** Which loudspeaker of a phone is used first. */
export const AudioSettingsRequestDefaultDeviceEnum: {
  /** For the room. */
  readonly SPEAKER: 'speaker';
  /** For the ear. */
  readonly EARPIECE: 'earpiece';
};
/** Which loudspeaker of a phone is used first. */
export type AudioSettingsRequestDefaultDeviceEnum =
  (typeof AudioSettingsRequestDefaultDeviceEnum)[keyof typeof AudioSettingsRequestDefaultDeviceEnum];

/** Permissions that a participant may ask for. */
export const RequestPermissionRequestPermissionsEnum: {
  /** Share the screen. */
  readonly SCREENSHARE: 'screenshare';
  /** Publish audio. */
  readonly SEND_AUDIO: 'send-audio';
  /** Publish video. */
  readonly SEND_VIDEO: 'send-video';
};
/** Permissions that a participant may ask for. */
export type RequestPermissionRequestPermissionsEnum =
  (typeof RequestPermissionRequestPermissionsEnum)[keyof typeof RequestPermissionRequestPermissionsEnum];

/** Values of the SFU's messages. */
export namespace SfuModels {
  /** What a track carries. */
  const TrackType: {
    /** Not known. */
    readonly UNSPECIFIED: 0;
    /** Microphone. */
    readonly AUDIO: 1;
    /** Camera. */
    readonly VIDEO: 2;
    /** Screen. */
    readonly SCREEN_SHARE: 3;
    /** Sound of the screen. */
    readonly SCREEN_SHARE_AUDIO: 4;
  };
  /** What a track carries. */
  type TrackType = (typeof TrackType)[keyof typeof TrackType];

  /** How good a participant's connection to the SFU is. */
  const ConnectionQuality: {
    /** Not known. */
    readonly UNSPECIFIED: 0;
    /** Poor. */
    readonly POOR: 1;
    /** Good. */
    readonly GOOD: 2;
    /** Excellent. */
    readonly EXCELLENT: 3;
  };
  /** How good a participant's connection to the SFU is. */
  type ConnectionQuality = (typeof ConnectionQuality)[keyof typeof ConnectionQuality];

  /** How a participant came into the call. */
  const ParticipantSource: {
    /** By browser or app. */
    readonly WEBRTC_UNSPECIFIED: 0;
    /** By RTMP. */
    readonly RTMP: 1;
    /** By WHIP. */
    readonly WHIP: 2;
    /** By SIP. */
    readonly SIP: 3;
    /** By RTSP. */
    readonly RTSP: 4;
    /** By SRT. */
    readonly SRT: 5;
  };
  /** How a participant came into the call. */
  type ParticipantSource = (typeof ParticipantSource)[keyof typeof ParticipantSource];

  /** How sound is sent. */
  const AudioBitrateProfile: {
    /** Speech. */
    readonly VOICE_STANDARD_UNSPECIFIED: 0;
    /** Speech, at a higher bitrate. */
    readonly VOICE_HIGH_QUALITY: 1;
    /** Music: stereo, unprocessed. */
    readonly MUSIC_HIGH_QUALITY: 2;
  };
  /** How sound is sent. */
  type AudioBitrateProfile = (typeof AudioBitrateProfile)[keyof typeof AudioBitrateProfile];

  /** Why the SFU ended the call for a participant. */
  const CallEndedReason: {
    /** Not known. */
    readonly UNSPECIFIED: 0;
    /** For everyone. */
    readonly ENDED: 1;
    /** Back to backstage. */
    readonly LIVE_ENDED: 2;
    /** Put out. */
    readonly KICKED: 3;
    /** The session is over. */
    readonly SESSION_ENDED: 4;
  };
  /** Why the SFU ended the call for a participant. */
  type CallEndedReason = (typeof CallEndedReason)[keyof typeof CallEndedReason];

  /** Why a track is not published any more. */
  const TrackUnpublishReason: {
    /** Not known. */
    readonly UNSPECIFIED: 0;
    /** By the user. */
    readonly USER_MUTED: 1;
    /** The user may not. */
    readonly PERMISSION_REVOKED: 2;
    /** By a moderator. */
    readonly MODERATION: 3;
  };
  /** Why a track is not published any more. */
  type TrackUnpublishReason = (typeof TrackUnpublishReason)[keyof typeof TrackUnpublishReason];

  /** Why an SFU wants to be left. */
  const GoAwayReason: {
    /** Not known. */
    readonly UNSPECIFIED: 0;
    /** It shuts down. */
    readonly SHUTTING_DOWN: 1;
    /** Others have more room. */
    readonly REBALANCE: 2;
  };
  /** Why an SFU wants to be left. */
  type GoAwayReason = (typeof GoAwayReason)[keyof typeof GoAwayReason];

  /** What the SFU asks for after an error. */
  const WebsocketReconnectStrategy: {
    /** Nothing. */
    readonly UNSPECIFIED: 0;
    /** To leave. */
    readonly DISCONNECT: 1;
    /** A new socket for the same session. */
    readonly FAST: 2;
    /** A new session. */
    readonly REJOIN: 3;
    /** Another SFU. */
    readonly MIGRATE: 4;
  };
  /** What the SFU asks for after an error. */
  type WebsocketReconnectStrategy =
    (typeof WebsocketReconnectStrategy)[keyof typeof WebsocketReconnectStrategy];

  /** Which peer connection. */
  const PeerType: {
    /** The sending one. */
    readonly PUBLISHER_UNSPECIFIED: 0;
    /** The receiving one. */
    readonly SUBSCRIBER: 1;
  };
  /** Which peer connection. */
  type PeerType = (typeof PeerType)[keyof typeof PeerType];
}

/** Whether a participant's element is seen. */
export const VisibilityState: {
  /** Not tracked. */
  readonly UNKNOWN: 'UNKNOWN';
  /** Seen. */
  readonly VISIBLE: 'VISIBLE';
  /** Out of sight. */
  readonly INVISIBLE: 'INVISIBLE';
};
/** Whether a participant's element is seen. */
export type VisibilityState = (typeof VisibilityState)[keyof typeof VisibilityState];
