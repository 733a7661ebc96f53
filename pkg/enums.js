/**
 * Names for the values on the wire. Types and documentation: `types/enums.d.ts`.
 */

export const CallingState = Object.freeze({
  UNKNOWN: 'unknown',
  IDLE: 'idle',
  RINGING: 'ringing',
  JOINING: 'joining',
  JOINED: 'joined',
  LEFT: 'left',
  RECONNECTING: 'reconnecting',
  MIGRATING: 'migrating',
  RECONNECTING_FAILED: 'reconnecting-failed',
  OFFLINE: 'offline',
});

export const OwnCapability = /* @__PURE__ */ kebabValues([
  'BLOCK_USERS',
  'CHANGE_MAX_DURATION',
  'CREATE_CALL',
  'CREATE_REACTION',
  'ENABLE_NOISE_CANCELLATION',
  'END_CALL',
  'JOIN_BACKSTAGE',
  'JOIN_CALL',
  'JOIN_ENDED_CALL',
  'KICK_USER',
  'MUTE_USERS',
  'PIN_FOR_EVERYONE',
  'READ_CALL',
  'REMOVE_CALL_MEMBER',
  'SCREENSHARE',
  'SEND_AUDIO',
  'SEND_CLOSED_CAPTIONS_CALL',
  'SEND_VIDEO',
  'START_BROADCAST_CALL',
  'START_CLOSED_CAPTIONS_CALL',
  'START_FRAME_RECORD_CALL',
  'START_INDIVIDUAL_RECORD_CALL',
  'START_RAW_RECORD_CALL',
  'START_RECORD_CALL',
  'START_TRANSCRIPTION_CALL',
  'STOP_BROADCAST_CALL',
  'STOP_CLOSED_CAPTIONS_CALL',
  'STOP_FRAME_RECORD_CALL',
  'STOP_INDIVIDUAL_RECORD_CALL',
  'STOP_RAW_RECORD_CALL',
  'STOP_RECORD_CALL',
  'STOP_TRANSCRIPTION_CALL',
  'UPDATE_CALL',
  'UPDATE_CALL_MEMBER',
  'UPDATE_CALL_PERMISSIONS',
  'UPDATE_CALL_SETTINGS',
]);

const MODES = Object.freeze({ AVAILABLE: 'available', DISABLED: 'disabled', AUTO_ON: 'auto-on' });

export {
  MODES as RecordSettingsRequestModeEnum,
  MODES as IndividualRecordingSettingsRequestModeEnum,
  MODES as RawRecordingSettingsRequestModeEnum,
  MODES as FrameRecordingSettingsRequestModeEnum,
  MODES as TranscriptionSettingsRequestModeEnum,
  MODES as TranscriptionSettingsRequestClosedCaptionModeEnum,
  MODES as EncryptionSettingsRequestModeEnum,
  MODES as NoiseCancellationSettingsModeEnum,
};

export const VideoSettingsRequestCameraFacingEnum = Object.freeze({
  FRONT: 'front',
  BACK: 'back',
  EXTERNAL: 'external',
});

export const AudioSettingsRequestDefaultDeviceEnum = Object.freeze({
  SPEAKER: 'speaker',
  EARPIECE: 'earpiece',
});

export const RequestPermissionRequestPermissionsEnum = /* @__PURE__ */ kebabValues([
  'SCREENSHARE',
  'SEND_AUDIO',
  'SEND_VIDEO',
]);

export const SfuModels = Object.freeze({
  TrackType: Object.freeze({
    UNSPECIFIED: 0,
    AUDIO: 1,
    VIDEO: 2,
    SCREEN_SHARE: 3,
    SCREEN_SHARE_AUDIO: 4,
  }),
  ConnectionQuality: Object.freeze({ UNSPECIFIED: 0, POOR: 1, GOOD: 2, EXCELLENT: 3 }),
  ParticipantSource: Object.freeze({
    WEBRTC_UNSPECIFIED: 0,
    RTMP: 1,
    WHIP: 2,
    SIP: 3,
    RTSP: 4,
    SRT: 5,
  }),
});

/** `{ END_CALL: 'end-call', … }` */
function kebabValues(keys) {
  return Object.freeze(
    Object.fromEntries(keys.map((key) => [key, key.toLowerCase().replaceAll('_', '-')])),
  );
}
