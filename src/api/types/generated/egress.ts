// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** What leaves the call besides its participants. */
export interface EgressResponse {
  /** HLS runs. */
  broadcasting: boolean;
  /** Running RTMP outputs. */
  rtmps: EgressRTMPResponse[];
  /** HLS. */
  hls?: EgressHLSResponse | null;
  /** Composite recording. */
  composite_recording?: EgressStatus | null;
  /** Recording of each participant. */
  individual_recording?: EgressStatus | null;
  /** Recording of raw tracks. */
  raw_recording?: EgressStatus | null;
  /** Recording of frames. */
  frame_recording?: EgressStatus | null;
}

/** Whether something runs. */
export interface EgressStatus {
  /** `running` while it runs. */
  status: string;
}

/** Broadcast by HLS. */
export interface EgressHLSResponse {
  /** Where to watch. */
  playlist_url: string;
  /** `running` while it runs. */
  status: string;
}

/** Broadcast by RTMP. */
export interface EgressRTMPResponse {
  /** The app's name for it. */
  name: string;
  /** Since when. */
  started_at: Timestamp;
  /** The target. */
  stream_url?: string | null;
  /** Key at the target. */
  stream_key?: string | null;
}

/** Ingress addresses; empty where the server has none. */
export interface CallIngressResponse {
  /** RTMP. */
  rtmp: IngressAddress;
  /** SRT. */
  srt: IngressAddress;
  /** WHIP. */
  whip: IngressAddress;
}

/** Where an external encoder sends to. */
export interface IngressAddress {
  /** URL, or empty. */
  address: string;
}

/** The file of a recording. */
export interface CallRecording {
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
  /** Which recording. */
  recording_type?: RecordingType | null;
}

/** Starts a recording. */
export interface StartRecordingRequest {
  /** Where the app wants the files; by default the storage of the call type. */
  recording_external_storage?: string;
}

/** The files of recordings. */
export interface ListRecordingsResponse extends ApiResponse {
  /** The files. */
  recordings: CallRecording[];
}

/** Starts the recording of frames. */
export interface StartFrameRecordingRequest {
  /** Where the app wants the files; by default the storage of the call type. */
  recording_external_storage?: string;
}

/** HLS starts. */
export interface StartHLSBroadcastingResponse extends ApiResponse {
  /** Where to watch. */
  playlist_url: string;
}

/** Starts broadcasts by RTMP. */
export interface StartRTMPBroadcastsRequest {
  /** Exactly one. */
  broadcasts: RTMPBroadcastRequest[];
}

/** A broadcast by RTMP. */
export interface RTMPBroadcastRequest {
  /** The app's name for it, at most 255 characters. */
  name: string;
  /** The target, at most 255 characters. */
  stream_url: string;
  /** Key at the target. */
  stream_key?: string;
  /** Size of the picture. */
  quality?: RecordingQuality;
  /** How participants are laid out. */
  layout?: LayoutSettingsRequest;
}

/** How participants are laid out. */
export interface LayoutSettingsRequest {
  /** Which layout. */
  name: LayoutName;
  /** Page of the app that lays out, with `custom`. */
  external_app_url?: string;
  /** Style sheet laid over the layout. */
  external_css_url?: string;
  /** Follow the orientation of the video. */
  detect_orientation?: boolean;
  /** Options of the layout. */
  options?: CustomData;
}

/** Answer to `StartRecording`: starts a recording; without a type the composite one. */
export interface StartRecordingResponse extends ApiResponse {}

/** Answer to `StopRecording`: stops a recording; without a type the composite one. */
export interface StopRecordingResponse extends ApiResponse {}

/** Answer to `DeleteRecording`: deletes the file of a recording. */
export interface DeleteRecordingResponse extends ApiResponse {}

/** Answer to `StartFrameRecording`: starts storing single frames. */
export interface StartFrameRecordingResponse extends ApiResponse {}

/** Answer to `StopFrameRecording`: stops storing single frames. */
export interface StopFrameRecordingResponse extends ApiResponse {}

/** Answer to `StopHLSBroadcasting`: stops HLS. */
export interface StopHLSBroadcastingResponse extends ApiResponse {}

/** Answer to `StartRTMPBroadcasts`: starts broadcasts by RTMP. */
export interface StartRTMPBroadcastsResponse extends ApiResponse {}

/** Answer to `StopRTMPBroadcast`: stops one broadcast by RTMP. */
export interface StopRTMPBroadcastsResponse extends ApiResponse {}

/** Answer to `StopAllRTMPBroadcasts`: stops every broadcast by RTMP. */
export interface StopAllRTMPBroadcastsResponse extends ApiResponse {}

/** A recording started. */
export interface CallRecordingStartedEvent extends CallEvent<'call.recording_started'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** Absent means composite. */
  recording_type?: RecordingType | null;
}

/** A recording stopped. */
export interface CallRecordingStoppedEvent extends CallEvent<'call.recording_stopped'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** Absent means composite. */
  recording_type?: RecordingType | null;
}

/** A recording failed. */
export interface CallRecordingFailedEvent extends CallEvent<'call.recording_failed'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** Absent means composite. */
  recording_type?: RecordingType | null;
}

/** The file of a recording is there. */
export interface CallRecordingReadyEvent extends CallEvent<'call.recording_ready'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** Absent means composite. */
  recording_type?: RecordingType | null;
  /** The file. */
  call_recording: CallRecording;
}

/** The recording of frames started. */
export interface CallFrameRecordingStartedEvent extends CallEvent<'call.frame_recording_started'> {
  /** The call. */
  call: CallResponse;
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** The recording of frames stopped. */
export interface CallFrameRecordingStoppedEvent extends CallEvent<'call.frame_recording_stopped'> {
  /** The call. */
  call: CallResponse;
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** The recording of frames failed. */
export interface CallFrameRecordingFailedEvent extends CallEvent<'call.frame_recording_failed'> {
  /** The call. */
  call: CallResponse;
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** A frame was stored. */
export interface CallFrameRecordingFrameReadyEvent extends CallEvent<'call.frame_recording_ready'> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
  /** The session. */
  session_id: string;
  /** When it was taken. */
  captured_at: Timestamp;
  /** What it shows. */
  track_type: string;
  /** Where to get it. */
  url: string;
  /** Who is in it, by user id. */
  users: Record<string, UserResponse>;
}

/** HLS started. */
export interface CallHLSBroadcastingStartedEvent
  extends CallEvent<'call.hls_broadcasting_started'> {
  /** The call. */
  call: CallResponse;
  /** Where to watch. */
  hls_playlist_url: string;
}

/** HLS stopped. */
export interface CallHLSBroadcastingStoppedEvent
  extends CallEvent<'call.hls_broadcasting_stopped'> {}

/** HLS failed. */
export interface CallHLSBroadcastingFailedEvent extends CallEvent<'call.hls_broadcasting_failed'> {}

/** A broadcast by RTMP started. */
export interface CallRtmpBroadcastStartedEvent extends CallEvent<'call.rtmp_broadcast_started'> {
  /** The app's name for it. */
  name: string;
}

/** A broadcast by RTMP stopped. */
export interface CallRtmpBroadcastStoppedEvent extends CallEvent<'call.rtmp_broadcast_stopped'> {
  /** The app's name for it. */
  name: string;
}

/** A broadcast by RTMP failed. */
export interface CallRtmpBroadcastFailedEvent extends CallEvent<'call.rtmp_broadcast_failed'> {
  /** The app's name for it. */
  name: string;
}

/** An external encoder sends. */
export interface IngressStartedEvent extends CallEvent<'ingress.started'> {
  /** Which stream. */
  ingress_stream_id: string;
  /** By what it sends: `rtmp`, `srt`, `whip`. */
  publisher_type: string;
  /** As whom it sends. */
  user_id: string;
  /** Where it is. */
  client_ip?: string | null;
  /** What it is. */
  client_name?: string | null;
  /** Its version. */
  version?: string | null;
}

/** An external encoder sends no more. */
export interface IngressStoppedEvent extends CallEvent<'ingress.stopped'> {
  /** Which stream. */
  ingress_stream_id: string;
  /** As whom it sent. */
  user_id: string;
}

/** What an external encoder sends cannot be used. */
export interface IngressErrorEvent extends CallEvent<'ingress.error'> {
  /** Which stream. */
  ingress_stream_id: string;
  /** As whom it sends. */
  user_id: string;
  /** Why. */
  error: string;
  /** The same, for programs. */
  code?: string | null;
}

/** Somebody who called by phone pressed a key. */
export interface CallDTMFEvent extends CallEvent<'call.dtmf'> {
  /** Which. */
  digit: string;
  /** How long, ms. */
  duration_ms: number;
  /** Counts the keys. */
  seq_number: number;
  /** When. */
  timestamp: Timestamp;
  /** Who. */
  user: UserResponse;
}
