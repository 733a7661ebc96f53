// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** What a user may do in a call. */
export const OwnCapability: {
  /** Block and unblock users in the call. */
  readonly BLOCK_USERS: 'block-users';
  /** Change how long a session may last. */
  readonly CHANGE_MAX_DURATION: 'change-max-duration';
  /** Create calls of the type. */
  readonly CREATE_CALL: 'create-call';
  /** Send reactions. */
  readonly CREATE_REACTION: 'create-reaction';
  /** Use noise cancellation. */
  readonly ENABLE_NOISE_CANCELLATION: 'enable-noise-cancellation';
  /** End the call for everyone. */
  readonly END_CALL: 'end-call';
  /** Join before the call is live, and stay when it stops. */
  readonly JOIN_BACKSTAGE: 'join-backstage';
  /** Join the call. */
  readonly JOIN_CALL: 'join-call';
  /** Join after the call was ended. */
  readonly JOIN_ENDED_CALL: 'join-ended-call';
  /** Put a user out of the call. */
  readonly KICK_USER: 'kick-user';
  /** Mute others. */
  readonly MUTE_USERS: 'mute-users';
  /** Pin a participant for everyone. */
  readonly PIN_FOR_EVERYONE: 'pin-for-everyone';
  /** Load and watch the call. */
  readonly READ_CALL: 'read-call';
  /** Remove members. */
  readonly REMOVE_CALL_MEMBER: 'remove-call-member';
  /** Share the screen. */
  readonly SCREENSHARE: 'screenshare';
  /** Publish audio. */
  readonly SEND_AUDIO: 'send-audio';
  /** Send captions. */
  readonly SEND_CLOSED_CAPTIONS_CALL: 'send-closed-captions-call';
  /** Publish video. */
  readonly SEND_VIDEO: 'send-video';
  /** Start HLS and RTMP. */
  readonly START_BROADCAST_CALL: 'start-broadcast-call';
  /** Start captions. */
  readonly START_CLOSED_CAPTIONS_CALL: 'start-closed-captions-call';
  /** Start recording frames. */
  readonly START_FRAME_RECORD_CALL: 'start-frame-record-call';
  /** Start recording each participant. */
  readonly START_INDIVIDUAL_RECORD_CALL: 'start-individual-record-call';
  /** Start recording raw tracks. */
  readonly START_RAW_RECORD_CALL: 'start-raw-record-call';
  /** Start recording the call. */
  readonly START_RECORD_CALL: 'start-record-call';
  /** Start transcribing. */
  readonly START_TRANSCRIPTION_CALL: 'start-transcription-call';
  /** Stop HLS and RTMP. */
  readonly STOP_BROADCAST_CALL: 'stop-broadcast-call';
  /** Stop captions. */
  readonly STOP_CLOSED_CAPTIONS_CALL: 'stop-closed-captions-call';
  /** Stop recording frames. */
  readonly STOP_FRAME_RECORD_CALL: 'stop-frame-record-call';
  /** Stop recording each participant. */
  readonly STOP_INDIVIDUAL_RECORD_CALL: 'stop-individual-record-call';
  /** Stop recording raw tracks. */
  readonly STOP_RAW_RECORD_CALL: 'stop-raw-record-call';
  /** Stop recording the call. */
  readonly STOP_RECORD_CALL: 'stop-record-call';
  /** Stop transcribing. */
  readonly STOP_TRANSCRIPTION_CALL: 'stop-transcription-call';
  /** Change custom data and start time, go live and stop. */
  readonly UPDATE_CALL: 'update-call';
  /** Add and change members. */
  readonly UPDATE_CALL_MEMBER: 'update-call-member';
  /** Grant and revoke permissions of others. */
  readonly UPDATE_CALL_PERMISSIONS: 'update-call-permissions';
  /** Change the settings of the call. */
  readonly UPDATE_CALL_SETTINGS: 'update-call-settings';
};
/** What a user may do in a call. */
export type OwnCapability = (typeof OwnCapability)[keyof typeof OwnCapability];

/** Whether a feature may be used, is off, or starts by itself. */
export interface ModeEnum {
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

/** Mode of the recording of raw tracks. */
export const RawRecordingSettingsRequestModeEnum: ModeEnum;
/** Mode of the recording of raw tracks. */
export type RawRecordingSettingsRequestModeEnum = Mode;

/** Mode of the recording of frames. */
export const FrameRecordingSettingsRequestModeEnum: ModeEnum;
/** Mode of the recording of frames. */
export type FrameRecordingSettingsRequestModeEnum = Mode;

/** Mode of the transcription. */
export const TranscriptionSettingsRequestModeEnum: ModeEnum;
/** Mode of the transcription. */
export type TranscriptionSettingsRequestModeEnum = Mode;

/** Mode of the captions. */
export const TranscriptionSettingsRequestClosedCaptionModeEnum: ModeEnum;
/** Mode of the captions. */
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
export interface CameraFacingEnum {
  /** Towards the user. */
  readonly FRONT: 'front';
  /** Away from the user. */
  readonly BACK: 'back';
  /** Not built in. */
  readonly EXTERNAL: 'external';
}
/** Which camera of a phone is used first. */
export type CameraFacing = CameraFacingEnum[keyof CameraFacingEnum];

/** Which camera of a phone is used first. */
export const VideoSettingsRequestCameraFacingEnum: CameraFacingEnum;
/** Which camera of a phone is used first. */
export type VideoSettingsRequestCameraFacingEnum = CameraFacing;

/** Which loudspeaker of a phone is used first. */
export interface AudioDeviceEnum {
  /** For the room. */
  readonly SPEAKER: 'speaker';
  /** For the ear. */
  readonly EARPIECE: 'earpiece';
}
/** Which loudspeaker of a phone is used first. */
export type AudioDevice = AudioDeviceEnum[keyof AudioDeviceEnum];

/** Which loudspeaker of a phone is used first. */
export const AudioSettingsRequestDefaultDeviceEnum: AudioDeviceEnum;
/** Which loudspeaker of a phone is used first. */
export type AudioSettingsRequestDefaultDeviceEnum = AudioDevice;

/** A permission that a participant may ask for, and be granted by others. */
export interface RequestablePermissionEnum {
  /** Share the screen. */
  readonly SCREENSHARE: 'screenshare';
  /** Publish audio. */
  readonly SEND_AUDIO: 'send-audio';
  /** Publish video. */
  readonly SEND_VIDEO: 'send-video';
}
/** A permission that a participant may ask for, and be granted by others. */
export type RequestablePermission = RequestablePermissionEnum[keyof RequestablePermissionEnum];

/** Permissions that a participant may ask for. */
export const RequestPermissionRequestPermissionsEnum: RequestablePermissionEnum;
/** Permissions that a participant may ask for. */
export type RequestPermissionRequestPermissionsEnum = RequestablePermission;

/** Size of the picture of a recording or broadcast. */
export type RecordingQuality =
  | '360p'
  | '480p'
  | '720p'
  | '1080p'
  | '1440p'
  | 'portrait-360x640'
  | 'portrait-480x854'
  | 'portrait-720x1280'
  | 'portrait-1080x1920'
  | 'portrait-1440x2560';

/** What a recording holds. */
export type RecordingType = 'composite' | 'individual' | 'raw';

/** What is stored of one participant. */
export type RecordingOutput =
  | 'audio_only'
  | 'video_only'
  | 'audio_video'
  | 'screenshare_audio_only'
  | 'screenshare_video_only'
  | 'screenshare_audio_video';

/** How participants are laid out in a broadcast. */
export type LayoutName = 'spotlight' | 'grid' | 'single-participant' | 'mobile' | 'custom';

/** Who carries push messages. */
export type PushProvider = 'firebase' | 'apn' | 'huawei' | 'xiaomi';
