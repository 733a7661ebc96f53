/** Gives up an operation, whose promise is then rejected with code `aborted`. */
export interface Abortable {
  /** Says when. */
  signal?: AbortSignal;
}

/** How to join. */
export interface JoinOptions extends JoinCallData {
  /** How often to try in all, at least 1. Default 3. */
  maxJoinRetries?: number;
  /** How long the SFU may take to accept the socket and to answer, in ms. Default 5000. */
  joinResponseTimeout?: number;
  /** How long one request to the SFU may take, in ms. Default 5000. */
  rpcRequestTimeout?: number;
}

/** Why a call is not taken. */
export type RejectReason = 'busy' | 'decline' | 'cancel' | 'timeout' | (string & {});

/** How to leave. */
export interface LeaveOptions {
  /**
   * Whether to reject a ringing call. By default only a caller who is alone does, which stops the
   * ringing at the others.
   */
  reject?: boolean;
  /** Told to the others with the rejection, and to the SFU when there is no `message`. */
  reason?: RejectReason;
  /** Told to the SFU. */
  message?: string;
}

/** What can be muted. */
export type MuteKind = 'audio' | 'video' | 'screenshare' | 'screenshare_audio';

/** How to publish a stream. */
export interface PublishStreamOptions {
  /** For voice, or for music. */
  audioBitrateProfile?: SfuModels.AudioBitrateProfile;
}

/** Wishes for how a camera is published; the SFU decides. */
export interface ClientPublishOptions {
  /** The codec. */
  preferredCodec?: 'vp8' | 'h264' | 'vp9' | 'av1';
  /** Parameters of the codec, as in SDP. */
  fmtpLine?: string;
  /** bits/s of the largest layer. */
  preferredBitrate?: number;
  /** How many simulcast layers at most. */
  maxSimulcastLayers?: number;
}

/** Which video of a participant. */
export type VideoTrackType = 'videoTrack' | 'screenShareTrack';

/** Which sound of a participant. */
export type AudioTrackType = 'audioTrack' | 'screenShareAudioTrack';

export interface Call {
  /** Starts a recording, by default the composite one. */
  startRecording(type: RecordingType): Promise<ApiResponse>;
  /** Starts a recording, by default the composite one. */
  startRecording(request?: StartRecordingRequest, type?: RecordingType): Promise<ApiResponse>;
}
