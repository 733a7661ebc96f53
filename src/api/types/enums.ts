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
