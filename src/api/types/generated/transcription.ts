// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** The file of a transcription. */
export interface CallTranscription {
  /** Name of the file. */
  filename: string;
  /** Where to get it, for two weeks. */
  url: string;
  /** The session. */
  session_id: string;
  /** When it begins. */
  start_time: Timestamp;
  /** When it ends. */
  end_time: Timestamp;
}

/** A piece of speech as text. */
export interface CallClosedCaption {
  /** Unique in the call. */
  id: string;
  /** What was said. */
  text: string;
  /** User id of who spoke. */
  speaker_id: string;
  /** Who spoke. */
  user: UserResponse;
  /** When it begins. */
  start_time: Timestamp;
  /** When it ends. */
  end_time: Timestamp;
  /** Language code. */
  language: string;
  /** It is a translation. */
  translated: boolean;
  /** What made it. */
  service?: string | null;
}

/** Starts the transcription. */
export interface StartTranscriptionRequest {
  /** Language code, or `auto`. */
  language?: string;
  /** Captions too. */
  enable_closed_captions?: boolean;
  /** Where the app wants the file. */
  transcription_external_storage?: string;
}

/** Stops the transcription. */
export interface StopTranscriptionRequest {
  /** Captions too. */
  stop_closed_captions?: boolean;
}

/** The files of transcriptions. */
export interface ListTranscriptionsResponse extends ApiResponse {
  /** The files. */
  transcriptions: CallTranscription[];
}

/** Starts captions. */
export interface StartClosedCaptionsRequest {
  /** Language code, or `auto`. */
  language?: string;
  /** The transcription too. */
  enable_transcription?: boolean;
  /** Where the app wants the file. */
  external_storage?: string;
  /** How speech is cut into captions. */
  speech_segment_config?: SpeechSegmentConfigRequest;
}

/** Stops captions. */
export interface StopClosedCaptionsRequest {
  /** The transcription too. */
  stop_transcription?: boolean;
}

/** Answer to `StartTranscription`: starts the transcription. */
export interface StartTranscriptionResponse extends ApiResponse {}

/** Answer to `StopTranscription`: stops the transcription. */
export interface StopTranscriptionResponse extends ApiResponse {}

/** Answer to `DeleteTranscription`: deletes the file of a transcription. */
export interface DeleteTranscriptionResponse extends ApiResponse {}

/** Answer to `StartClosedCaptions`: starts captions. */
export interface StartClosedCaptionsResponse extends ApiResponse {}

/** Answer to `StopClosedCaptions`: stops captions. */
export interface StopClosedCaptionsResponse extends ApiResponse {}

/** The transcription started. */
export interface CallTranscriptionStartedEvent extends CallEvent<'call.transcription_started'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** The transcription stopped. */
export interface CallTranscriptionStoppedEvent extends CallEvent<'call.transcription_stopped'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** The transcription failed. */
export interface CallTranscriptionFailedEvent extends CallEvent<'call.transcription_failed'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** Why. */
  error?: string | null;
}

/** The file of a transcription is there. */
export interface CallTranscriptionReadyEvent extends CallEvent<'call.transcription_ready'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** The file. */
  call_transcription: CallTranscription;
}

/** Captions started. */
export interface CallClosedCaptionsStartedEvent extends CallEvent<'call.closed_captions_started'> {}

/** Captions stopped. */
export interface CallClosedCaptionsStoppedEvent extends CallEvent<'call.closed_captions_stopped'> {}

/** Captions failed. */
export interface CallClosedCaptionsFailedEvent extends CallEvent<'call.closed_captions_failed'> {}

/** Somebody said something. */
export interface ClosedCaptionEvent extends CallEvent<'call.closed_caption'> {
  /** What. */
  closed_caption: CallClosedCaption;
}
