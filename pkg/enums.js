/**
 * Names for the values on the wire. Types and documentation: `types/enums.d.ts`.
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
