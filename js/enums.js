/**
 * Names for the values on the wire. Types and documentation: `src/api/types/enums.ts`.
 *
 * JavaScript, because apps use them before `init()`, and an enum of Rust is no object when its values
 * are texts.
 */
export * from './protocol-enums.js';

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
