/** What all streams of one kind and direction have in common. */
export interface MediaStats {
  /** Bytes, since the connection was made; 0 for what is received. */
  readonly totalBytesSent: number;
  /** Bytes, since the connection was made; 0 for what is sent. */
  readonly totalBytesReceived: number;
  /** bits/s since the report before; 0 in the first one. */
  readonly bitrate: number;
  /** ms */
  readonly averageJitterInMs: number;
  /** ms */
  readonly averageRoundTripTimeInMs: number;
  /** Packets that never arrived; of what is sent, as the SFU says. */
  readonly packetsLost: number;
  /** Packets sent or received. */
  readonly totalPackets: number;
  /** Name of the first stream's codec, such as `VP8`; empty when nothing flows. */
  readonly codec: string;
  /** The codec of each track type. */
  readonly codecPerTrackType: Readonly<Partial<Record<SfuModels.TrackType, string>>>;
}

/** Of cameras and screens. */
export interface VideoStats extends MediaStats {
  /** px; 0 when nothing flows. */
  readonly highestFrameWidth: number;
  /** px; 0 when nothing flows. */
  readonly highestFrameHeight: number;
  /** frames/s; 0 when nothing flows. */
  readonly highestFramesPerSecond: number;
  /** Why the encoder sends less than it could: `bandwidth`, `cpu`, `other`; empty when it does not. */
  readonly qualityLimitationReasons: readonly string[];
}

/** Of microphones and screens. */
export interface AudioStats extends MediaStats {
  /** Samples that were made up because theirs did not come. */
  readonly concealedSamples: number;
  /** Samples, those included. */
  readonly totalSamplesReceived: number;
}

/** One stream of a participant in detail. */
export interface ParticipantTrackStats {
  /** Of what. */
  readonly trackType: SfuModels.TrackType;
  /** Name of its codec. */
  readonly codec: string;
  /** The browser's own entry: `inbound-rtp` for what is received, `outbound-rtp` for what is sent. */
  readonly stats: Readonly<Record<string, unknown>>;
}

/** How the media of a call flow at one moment. */
export interface CallStatsReport {
  /** Name of the SFU. */
  readonly datacenter: string;
  /** Cameras and screens that this page sends. */
  readonly publisherStats: VideoStats;
  /** What this page sends to be heard. */
  readonly publisherAudioStats: AudioStats;
  /** The browser's own report; `undefined` for those who only watch. */
  readonly publisherRawStats?: RTCStatsReport;
  /** Cameras and screens that this page receives. */
  readonly subscriberStats: VideoStats;
  /** What this page receives to be heard. */
  readonly subscriberAudioStats: AudioStats;
  /** The browser's own report. */
  readonly subscriberRawStats?: RTCStatsReport;
  /** By session id, for those named by {@link Call.startReportingStatsFor}. */
  readonly participants: Readonly<Record<string, readonly ParticipantTrackStats[]>>;
  /** ms since the epoch. */
  readonly timestamp: number;
}

/** How one end of a connection reaches the other. */
export interface CandidateDiagnostics {
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly candidateType?: string;
  /** `udp` or `tcp`. */
  readonly protocol?: string;
  /** How a relay is reached. */
  readonly relayProtocol?: string;
  /** Such as `wifi`; not every browser tells. */
  readonly networkType?: string;
}

/** One peer connection. */
export interface PeerDiagnostics {
  /** Whether media can flow. */
  readonly connectionState: RTCPeerConnectionState;
  /** Whether there is a way to the SFU. */
  readonly iceConnectionState: RTCIceConnectionState;
  /** Whose answer it waits for, if any. */
  readonly signalingState: RTCSignalingState;
  /** Its m-lines. */
  readonly transceivers: readonly {
    readonly mid: string | null;
    readonly currentDirection: RTCRtpTransceiverDirection | null;
  }[];
  /** This end of the way in use. */
  readonly local?: CandidateDiagnostics;
  /** The other end. */
  readonly remote?: CandidateDiagnostics;
}

/** See {@link Call.dumpDiagnostics}. */
export interface CallDiagnostics {
  /** Of this package. */
  readonly version: string;
  /** Its name. */
  readonly browser: string;
  /** As the browser says it. */
  readonly browserVersion: string;
  /** Name of the operating system. */
  readonly os: string;
  /** As the browser says it. */
  readonly osVersion: string;
  /** The session of the SFU in which the user is, or was last. */
  readonly sessionId: string | undefined;
  /** Name of the SFU; `undefined` unless joined. */
  readonly datacenter: string | undefined;
  /** Where in its life the call is. */
  readonly callingState: CallingState;
  /** The last calling states and since when, in ISO 8601. */
  readonly timeline: readonly { readonly at: string; readonly state: CallingState }[];
  /** What was logged as a warning or an error last, of any call of the client. */
  readonly warnings: readonly {
    readonly at: string;
    readonly level: 'warn' | 'error';
    readonly message: string;
  }[];
  /** What each device does, and the code of its last failure. */
  readonly devices: Readonly<
    Record<
      'camera' | 'microphone' | 'screenShare',
      { readonly status: DeviceStatus; readonly error: string | undefined }
    >
  >;
  /** How many. */
  readonly participants: number;
  /** What the user may do. */
  readonly capabilities: readonly OwnCapability[];
  /** The connection by which the user is seen and heard; `undefined` without one. */
  readonly publisher: PeerDiagnostics | undefined;
  /** The connection by which the others are seen and heard; `undefined` without one. */
  readonly subscriber: PeerDiagnostics | undefined;
  /** How media flow; `undefined` unless joined. */
  readonly stats: CallStatsReport | undefined;
}
