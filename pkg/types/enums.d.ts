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
}
