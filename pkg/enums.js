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

/** Each value is the place of its name. */
export const SfuModels = /* @__PURE__ */ frozen(
  Object.entries({
    TrackType: 'UNSPECIFIED AUDIO VIDEO SCREEN_SHARE SCREEN_SHARE_AUDIO',
    ConnectionQuality: 'UNSPECIFIED POOR GOOD EXCELLENT',
    ParticipantSource: 'WEBRTC_UNSPECIFIED RTMP WHIP SIP RTSP SRT',
    AudioBitrateProfile: 'VOICE_STANDARD_UNSPECIFIED VOICE_HIGH_QUALITY MUSIC_HIGH_QUALITY',
    CallEndedReason: 'UNSPECIFIED ENDED LIVE_ENDED KICKED SESSION_ENDED',
    TrackUnpublishReason: 'UNSPECIFIED USER_MUTED PERMISSION_REVOKED MODERATION',
    GoAwayReason: 'UNSPECIFIED SHUTTING_DOWN REBALANCE',
    WebsocketReconnectStrategy: 'UNSPECIFIED DISCONNECT FAST REJOIN MIGRATE',
    PeerType: 'PUBLISHER_UNSPECIFIED SUBSCRIBER',
  }).map(([name, keys]) => [name, frozen(keys.split(' ').map((key, place) => [key, place]))]),
);

export const VisibilityState = Object.freeze({
  UNKNOWN: 'UNKNOWN',
  VISIBLE: 'VISIBLE',
  INVISIBLE: 'INVISIBLE',
});

function frozen(entries) {
  return Object.freeze(Object.fromEntries(entries));
}

/** `{ END_CALL: 'end-call', … }` */
function kebabValues(keys) {
  return frozen(keys.map((key) => [key, key.toLowerCase().replaceAll('_', '-')]));
}
