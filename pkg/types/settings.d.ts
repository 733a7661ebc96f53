import type {
  AudioSettingsRequestDefaultDeviceEnum,
  Mode,
  VideoSettingsRequestCameraFacingEnum,
} from './enums.js';

/** Quality of a recording or broadcast. */
export type RecordingQuality =
  | '360p'
  | '480p'
  | '720p'
  | '1080p'
  | '1440p'
  | 'portrait-360x640'
  | 'portrait-480x854'
  | 'portrait-720x1280'
  | 'portrait-1080x1920'
  | 'portrait-1440x2560';

/** Noise cancellation. */
export interface NoiseCancellationSettings {
  /** Whether it may be used. */
  mode: Mode;
}

/** Audio. */
export interface AudioSettingsResponse {
  /** Whether users may ask for the permission to speak. */
  access_request_enabled: boolean;
  /** Loudspeaker of phones. */
  default_device: AudioSettingsRequestDefaultDeviceEnum;
  /** Whether music quality may be sent. */
  hifi_audio_enabled: boolean;
  /** Whether the microphone starts with the call. */
  mic_default_on: boolean;
  /** Noise cancellation. */
  noise_cancellation?: NoiseCancellationSettings | null;
  /** Whether silence is not sent. */
  opus_dtx_enabled: boolean;
  /** Whether audio is sent twice against loss. */
  redundant_coding_enabled: boolean;
  /** Whether the loudspeaker of phones starts with the call. */
  speaker_default_on: boolean;
}

/** A video size. */
export interface TargetResolution {
  /** bits/s */
  bitrate?: number | null;
  /** px */
  height: number;
  /** px */
  width: number;
}

/** Video. */
export interface VideoSettingsResponse {
  /** Whether users may ask for the permission to send video. */
  access_request_enabled: boolean;
  /** Whether the camera starts with the call. */
  camera_default_on: boolean;
  /** Camera of phones. */
  camera_facing: VideoSettingsRequestCameraFacingEnum;
  /** Whether video may be sent at all. */
  enabled: boolean;
  /** What a camera should deliver. */
  target_resolution: TargetResolution;
}

/** Screen sharing. */
export interface ScreensharingSettingsResponse {
  /** Whether users may ask for the permission to share. */
  access_request_enabled: boolean;
  /** Whether screens may be shared at all. */
  enabled: boolean;
  /** What a screen should deliver. */
  target_resolution?: TargetResolution | null;
}

/** Backstage: the time before everybody is let in. */
export interface BackstageSettingsResponse {
  /** Whether a new call starts in backstage. */
  enabled: boolean;
  /** How long before `starts_at` everybody may join, in s. */
  join_ahead_time_seconds?: number | null;
}

/** Ringing. */
export interface RingSettingsResponse {
  /** How long a caller waits, in ms. */
  auto_cancel_timeout_ms: number;
  /** How long a callee's page rings, in ms. */
  incoming_call_timeout_ms: number;
  /** When an unanswered call counts as missed, in ms. */
  missed_call_timeout_ms: number;
}

/** Limits. */
export interface LimitsSettingsResponse {
  /** Longest session, in s. */
  max_duration_seconds?: number | null;
  /** Most participants at a time. */
  max_participants?: number | null;
  /** Whether the creator is not counted. */
  max_participants_exclude_owner?: boolean | null;
  /** Roles that are not counted. */
  max_participants_exclude_roles: string[];
}

/** Sessions. */
export interface SessionSettingsResponse {
  /** How long an empty session stays open, in s. */
  inactivity_timeout_seconds: number;
}

/** Composite recording. */
export interface RecordSettingsResponse {
  /** Whether video is left out. */
  audio_only: boolean;
  /** Whether it may be used. */
  mode: Mode;
  /** Size of the picture. */
  quality: RecordingQuality;
}

/** Recording of single participants. */
export interface IndividualRecordingSettingsResponse {
  /** Whether it may be used. */
  mode: Mode;
  /** What is recorded. */
  output_types?: string[] | null;
}

/** Unmixed recording. */
export interface RawRecordingSettingsResponse {
  /** Whether video is left out. */
  audio_only?: boolean | null;
  /** Whether it may be used. */
  mode: Mode;
}

/** Recording of frames. */
export interface FrameRecordingSettingsResponse {
  /** Time between two frames, in s. */
  capture_interval_in_seconds: number;
  /** Whether it may be used. */
  mode: Mode;
  /** Size of the picture. */
  quality?: RecordingQuality | null;
}

/** Transcription and closed captions. */
export interface TranscriptionSettingsResponse {
  /** Whether captions may be used. */
  closed_caption_mode: Mode;
  /** Language code, or `auto`. */
  language: string;
  /** Whether transcription may be used. */
  mode: Mode;
  /** How speech is cut into captions. */
  speech_segment_config?: SpeechSegmentConfig | null;
  /** Translation of captions. */
  translation?: TranslationSettings | null;
}

/** How speech is cut into captions. */
export interface SpeechSegmentConfig {
  /** Longest caption, in ms. */
  max_speech_caption_ms?: number | null;
  /** Silence that ends a caption, in ms. */
  silence_duration_ms?: number | null;
}

/** Translation of captions. */
export interface TranslationSettings {
  /** Whether captions are translated. */
  enabled?: boolean | null;
  /** Language codes. */
  languages?: string[] | null;
}

/** Broadcasting. */
export interface BroadcastSettingsResponse {
  /** Whether it may be used. */
  enabled: boolean;
  /** HLS. */
  hls: HLSSettingsResponse;
  /** RTMP. */
  rtmp: RTMPSettingsResponse;
}

/** Broadcasting by HLS. */
export interface HLSSettingsResponse {
  /** Whether it starts with the call. */
  auto_on: boolean;
  /** Whether it may be used. */
  enabled: boolean;
  /** Sizes of the picture. */
  quality_tracks: RecordingQuality[];
}

/** Broadcasting by RTMP. */
export interface RTMPSettingsResponse {
  /** Whether it may be used. */
  enabled: boolean;
  /** Size of the picture. */
  quality: RecordingQuality;
}

/** Where media may be processed. */
export interface GeofenceSettingsResponse {
  /** Such as `european_union`. */
  names: string[];
}

/** Pictures of the call. */
export interface ThumbnailsSettingsResponse {
  /** Whether they are made. */
  enabled: boolean;
}

/** End-to-end encryption. */
export interface EncryptionSettingsResponse {
  /** Whether it may be used. */
  mode: Mode;
}

/** Broadcasts that come in. */
export interface IngressSettingsResponse {
  /** Encoding of the audio. */
  audio_encoding_options?: IngressAudioEncoding | null;
  /** Whether they may come in. */
  enabled: boolean;
  /** Encoding of the video, by `{width}x{height}x{fps}` of the source. */
  video_encoding_options?: Record<string, IngressVideoEncoding> | null;
}

/** Encoding of incoming audio. */
export interface IngressAudioEncoding {
  /** bits/s */
  bitrate: number;
  /** 1 or 2. */
  channels: number;
  /** Whether silence is not sent. */
  enable_dtx: boolean;
}

/** Encoding of incoming video. */
export interface IngressVideoEncoding {
  /** Simulcast layers. */
  layers: IngressVideoLayer[];
  /** What comes in. */
  source: IngressSource;
}

/** A simulcast layer of incoming video. */
export interface IngressVideoLayer {
  /** bits/s */
  bitrate: number;
  /** `h264` or `vp8`. */
  codec: string;
  /** frames/s */
  frame_rate_limit: number;
  /** px */
  max_dimension: number;
  /** px */
  min_dimension: number;
}

/** What comes in. */
export interface IngressSource {
  /** frames/s */
  fps: number;
  /** px */
  height: number;
  /** px */
  width: number;
}

/** The settings of a call, complete: those of its type with the call's own laid over them. */
export interface CallSettingsResponse {
  /** Audio. */
  audio: AudioSettingsResponse;
  /** The time before everybody is let in. */
  backstage: BackstageSettingsResponse;
  /** Broadcasting. */
  broadcasting: BroadcastSettingsResponse;
  /** End-to-end encryption. */
  encryption: EncryptionSettingsResponse;
  /** Recording of frames. */
  frame_recording: FrameRecordingSettingsResponse;
  /** Where media may be processed. */
  geofencing: GeofenceSettingsResponse;
  /** Recording of single participants. */
  individual_recording: IndividualRecordingSettingsResponse;
  /** Broadcasts that come in. */
  ingress?: IngressSettingsResponse | null;
  /** Limits. */
  limits: LimitsSettingsResponse;
  /** Unmixed recording. */
  raw_recording: RawRecordingSettingsResponse;
  /** Composite recording. */
  recording: RecordSettingsResponse;
  /** Ringing. */
  ring: RingSettingsResponse;
  /** Screen sharing. */
  screensharing: ScreensharingSettingsResponse;
  /** Sessions. */
  session: SessionSettingsResponse;
  /** Pictures of the call. */
  thumbnails: ThumbnailsSettingsResponse;
  /** Transcription and closed captions. */
  transcription: TranscriptionSettingsResponse;
  /** Video. */
  video: VideoSettingsResponse;
}

/** `T` with every field, at every depth, optional. Lists are given whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/** The settings that a call shall have instead of those of its type: name only what differs. */
export type CallSettingsRequest = DeepPartial<CallSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type AudioSettingsRequest = DeepPartial<AudioSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type VideoSettingsRequest = DeepPartial<VideoSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type BackstageSettingsRequest = DeepPartial<BackstageSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type RecordSettingsRequest = DeepPartial<RecordSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type RingSettingsRequest = DeepPartial<RingSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type ScreensharingSettingsRequest = DeepPartial<ScreensharingSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type LimitsSettingsRequest = DeepPartial<LimitsSettingsResponse>;
/** Part of {@link CallSettingsRequest}. */
export type TranscriptionSettingsRequest = DeepPartial<TranscriptionSettingsResponse>;
