// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Every group. */
export interface CallSettingsResponse {
  /** Audio. */
  audio: AudioSettingsResponse;
  /** Camera video. */
  video: VideoSettingsResponse;
  /** Screen share. */
  screensharing: ScreensharingSettingsResponse;
  /** The time before everybody is let in. */
  backstage: BackstageSettingsResponse;
  /** Ring timeouts. */
  ring: RingSettingsResponse;
  /** Limits. */
  limits: LimitsSettingsResponse;
  /** Sessions. */
  session: SessionSettingsResponse;
  /** Composite recording. */
  recording: RecordSettingsResponse;
  /** Recording of each participant. */
  individual_recording: IndividualRecordingSettingsResponse;
  /** Recording of raw tracks. */
  raw_recording: RawRecordingSettingsResponse;
  /** Recording of frames. */
  frame_recording: FrameRecordingSettingsResponse;
  /** Transcription and captions. */
  transcription: TranscriptionSettingsResponse;
  /** HLS and RTMP. */
  broadcasting: BroadcastSettingsResponse;
  /** Where SFUs may stand. */
  geofencing: GeofenceSettingsResponse;
  /** Pictures of the call. */
  thumbnails: ThumbnailsSettingsResponse;
  /** End-to-end encryption. */
  encryption: EncryptionSettingsResponse;
  /** Encoding of external sources. */
  ingress?: IngressSettingsResponse | null;
}

/** Every group. What is absent stays as it is. */
export interface CallSettingsRequest {
  /** Audio. */
  audio?: AudioSettingsRequest;
  /** Camera video. */
  video?: VideoSettingsRequest;
  /** Screen share. */
  screensharing?: ScreensharingSettingsRequest;
  /** The time before everybody is let in. */
  backstage?: BackstageSettingsRequest;
  /** Ring timeouts. */
  ring?: RingSettingsRequest;
  /** Limits. */
  limits?: LimitsSettingsRequest;
  /** Sessions. */
  session?: SessionSettingsRequest;
  /** Composite recording. */
  recording?: RecordSettingsRequest;
  /** Recording of each participant. */
  individual_recording?: IndividualRecordingSettingsRequest;
  /** Recording of raw tracks. */
  raw_recording?: RawRecordingSettingsRequest;
  /** Recording of frames. */
  frame_recording?: FrameRecordingSettingsRequest;
  /** Transcription and captions. */
  transcription?: TranscriptionSettingsRequest;
  /** HLS and RTMP. */
  broadcasting?: BroadcastSettingsRequest;
  /** Where SFUs may stand. */
  geofencing?: GeofenceSettingsRequest;
  /** Pictures of the call. */
  thumbnails?: ThumbnailsSettingsRequest;
  /** End-to-end encryption. */
  encryption?: EncryptionSettingsRequest;
  /** Encoding of external sources. */
  ingress?: IngressSettingsRequest;
}

/** Audio. */
export interface AudioSettingsResponse {
  /** Users may ask for `send-audio`. */
  access_request_enabled: boolean;
  /** Loudspeaker of phones. */
  default_device: AudioDevice;
  /** Stereo music. */
  hifi_audio_enabled: boolean;
  /** The microphone starts on. */
  mic_default_on: boolean;
  /** Noise cancellation. */
  noise_cancellation?: NoiseCancellationSettings | null;
  /** Opus sends nothing during silence. */
  opus_dtx_enabled: boolean;
  /** Audio is sent twice (RED). */
  redundant_coding_enabled: boolean;
  /** The speaker starts on. */
  speaker_default_on: boolean;
}

/** Audio. What is absent stays as it is. */
export interface AudioSettingsRequest {
  /** Users may ask for `send-audio`. */
  access_request_enabled?: boolean;
  /** Loudspeaker of phones. */
  default_device?: AudioDevice;
  /** Stereo music. */
  hifi_audio_enabled?: boolean;
  /** The microphone starts on. */
  mic_default_on?: boolean;
  /** Noise cancellation. */
  noise_cancellation?: NoiseCancellationSettingsRequest;
  /** Opus sends nothing during silence. */
  opus_dtx_enabled?: boolean;
  /** Audio is sent twice (RED). */
  redundant_coding_enabled?: boolean;
  /** The speaker starts on. */
  speaker_default_on?: boolean;
}

/** Noise cancellation. */
export interface NoiseCancellationSettings {
  /** Whether it may be started, is off, or starts with the call. */
  mode: Mode;
}

/** Noise cancellation. What is absent stays as it is. */
export interface NoiseCancellationSettingsRequest {
  /** Whether it may be started, is off, or starts with the call. */
  mode?: Mode;
}

/** Camera video. */
export interface VideoSettingsResponse {
  /** Users may ask for `send-video`. */
  access_request_enabled: boolean;
  /** The camera starts on. */
  camera_default_on: boolean;
  /** Camera of phones. */
  camera_facing: CameraFacing;
  /** The call has video. */
  enabled: boolean;
  /** What a camera should publish. */
  target_resolution: TargetResolution;
}

/** Camera video. What is absent stays as it is. */
export interface VideoSettingsRequest {
  /** Users may ask for `send-video`. */
  access_request_enabled?: boolean;
  /** The camera starts on. */
  camera_default_on?: boolean;
  /** Camera of phones. */
  camera_facing?: CameraFacing;
  /** The call has video. */
  enabled?: boolean;
  /** What a camera should publish. */
  target_resolution?: TargetResolutionRequest;
}

/** Size and bitrate to publish. */
export interface TargetResolution {
  /** px, 240 to 3840. */
  width: number;
  /** px, 240 to 3840. */
  height: number;
  /** bits/s, at most 6 000 000. */
  bitrate?: number | null;
}

/** Size and bitrate to publish. What is absent stays as it is. */
export interface TargetResolutionRequest {
  /** px, 240 to 3840. */
  width?: number;
  /** px, 240 to 3840. */
  height?: number;
  /** bits/s, at most 6 000 000. */
  bitrate?: number;
}

/** Screen share. */
export interface ScreensharingSettingsResponse {
  /** Users may ask for `screenshare`. */
  access_request_enabled: boolean;
  /** The call has screen share. */
  enabled: boolean;
  /** What a screen share should publish. */
  target_resolution?: TargetResolution | null;
}

/** Screen share. What is absent stays as it is. */
export interface ScreensharingSettingsRequest {
  /** Users may ask for `screenshare`. */
  access_request_enabled?: boolean;
  /** The call has screen share. */
  enabled?: boolean;
  /** What a screen share should publish. */
  target_resolution?: TargetResolutionRequest;
}

/** The time before everybody is let in. */
export interface BackstageSettingsResponse {
  /** New calls start in backstage. */
  enabled: boolean;
  /** How long before `starts_at` everybody may join, s. */
  join_ahead_time_seconds?: number | null;
}

/** The time before everybody is let in. What is absent stays as it is. */
export interface BackstageSettingsRequest {
  /** New calls start in backstage. */
  enabled?: boolean;
  /** How long before `starts_at` everybody may join, s. */
  join_ahead_time_seconds?: number;
}

/** Ring timeouts: 5 000 to 180 000 ms, or 0 for none. */
export interface RingSettingsResponse {
  /** The caller gives up, ms. */
  auto_cancel_timeout_ms: number;
  /** The callee's screen goes away, ms. */
  incoming_call_timeout_ms: number;
  /** The call counts as missed, ms. */
  missed_call_timeout_ms: number;
}

/** Ring timeouts: 5 000 to 180 000 ms, or 0 for none. What is absent stays as it is. */
export interface RingSettingsRequest {
  /** The caller gives up, ms. */
  auto_cancel_timeout_ms?: number;
  /** The callee's screen goes away, ms. */
  incoming_call_timeout_ms?: number;
  /** The call counts as missed, ms. */
  missed_call_timeout_ms?: number;
}

/** Limits. */
export interface LimitsSettingsResponse {
  /** Everybody is removed this long after the session started, s. */
  max_duration_seconds?: number | null;
  /** How many may be in the call. */
  max_participants?: number | null;
  /** The creator does not count. */
  max_participants_exclude_owner?: boolean | null;
  /** Users with these roles do not count. */
  max_participants_exclude_roles: string[];
}

/** Limits. What is absent stays as it is. */
export interface LimitsSettingsRequest {
  /** Everybody is removed this long after the session started, s. */
  max_duration_seconds?: number;
  /** How many may be in the call. */
  max_participants?: number;
  /** The creator does not count. */
  max_participants_exclude_owner?: boolean;
  /** Users with these roles do not count. */
  max_participants_exclude_roles?: string[];
}

/** Sessions. */
export interface SessionSettingsResponse {
  /** An empty session ends after this, s, 5 to 900. */
  inactivity_timeout_seconds: number;
}

/** Sessions. What is absent stays as it is. */
export interface SessionSettingsRequest {
  /** An empty session ends after this, s, 5 to 900. */
  inactivity_timeout_seconds?: number;
}

/** Where SFUs may stand. */
export interface GeofenceSettingsResponse {
  /** Names of areas, such as `european_union`. */
  names: string[];
}

/** Where SFUs may stand. What is absent stays as it is. */
export interface GeofenceSettingsRequest {
  /** Names of areas, such as `european_union`. */
  names?: string[];
}

/** Pictures of the call. */
export interface ThumbnailsSettingsResponse {
  /** Made while the call runs. */
  enabled: boolean;
}

/** Pictures of the call. What is absent stays as it is. */
export interface ThumbnailsSettingsRequest {
  /** Made while the call runs. */
  enabled?: boolean;
}

/** End-to-end encryption. */
export interface EncryptionSettingsResponse {
  /** Whether it may be started, is off, or starts with the call. */
  mode: Mode;
}

/** End-to-end encryption. What is absent stays as it is. */
export interface EncryptionSettingsRequest {
  /** Whether it may be started, is off, or starts with the call. */
  mode?: Mode;
}
