// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** What to start along with the call. */
export interface GoLiveRequest {
  /** HLS. */
  start_hls?: boolean;
  /** Composite recording, old name. */
  start_recording?: boolean;
  /** Composite recording. */
  start_composite_recording?: boolean;
  /** Recording of each participant. */
  start_individual_recording?: boolean;
  /** Recording of raw tracks. */
  start_raw_recording?: boolean;
  /** Transcription. */
  start_transcription?: boolean;
  /** Captions. */
  start_closed_caption?: boolean;
  /** Where a recording goes. */
  recording_storage_name?: string;
  /** Where a transcription goes. */
  transcription_storage_name?: string;
}

/** What shall go on although the call is not live. */
export interface StopLiveRequest {
  /** HLS. */
  continue_hls?: boolean;
  /** Composite recording, old name. */
  continue_recording?: boolean;
  /** Composite recording. */
  continue_composite_recording?: boolean;
  /** Recording of each participant. */
  continue_individual_recording?: boolean;
  /** Recording of raw tracks. */
  continue_raw_recording?: boolean;
  /** Transcription. */
  continue_transcription?: boolean;
  /** Captions. */
  continue_closed_caption?: boolean;
  /** RTMP. */
  continue_rtmp_broadcasts?: boolean;
}

/** The call, live or not. */
export interface LiveResponse {
  /** The call. */
  call: CallResponse;
}

/** Answer to `GoLive`: lets everybody in: the call leaves backstage. */
export interface GoLiveResponse extends ApiResponse, LiveResponse {}

/** Answer to `StopLive`: puts the call back into backstage. */
export interface StopLiveResponse extends ApiResponse, LiveResponse {}

/** A call left backstage. */
export interface CallLiveStartedEvent extends CallEvent<'call.live_started'> {
  /** The call. */
  call: CallResponse;
}
