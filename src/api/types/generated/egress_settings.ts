// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Composite recording. */
export interface RecordSettingsResponse {
  /** Without video. */
  audio_only: boolean;
  /** Whether it may be started, is off, or starts with the call. */
  mode: Mode;
  /** Size of the picture. */
  quality: RecordingQuality;
}

/** Composite recording. What is absent stays as it is. */
export interface RecordSettingsRequest {
  /** Without video. */
  audio_only?: boolean;
  /** Whether it may be started, is off, or starts with the call. */
  mode?: Mode;
  /** Size of the picture. */
  quality?: RecordingQuality;
}

/** Recording of each participant. */
export interface IndividualRecordingSettingsResponse {
  /** Whether it may be started, is off, or starts with the call. */
  mode: Mode;
  /** What to record. */
  output_types?: RecordingOutput[] | null;
}

/** Recording of each participant. What is absent stays as it is. */
export interface IndividualRecordingSettingsRequest {
  /** Whether it may be started, is off, or starts with the call. */
  mode?: Mode;
  /** What to record. */
  output_types?: RecordingOutput[];
}

/** Recording of raw tracks. */
export interface RawRecordingSettingsResponse {
  /** Without video. */
  audio_only?: boolean | null;
  /** Whether it may be started, is off, or starts with the call. */
  mode: Mode;
}

/** Recording of raw tracks. What is absent stays as it is. */
export interface RawRecordingSettingsRequest {
  /** Without video. */
  audio_only?: boolean;
  /** Whether it may be started, is off, or starts with the call. */
  mode?: Mode;
}

/** Recording of frames. */
export interface FrameRecordingSettingsResponse {
  /** Between frames, s, 2 to 60. */
  capture_interval_in_seconds: number;
  /** Whether it may be started, is off, or starts with the call. */
  mode: Mode;
  /** Size of the picture, not portrait. */
  quality?: RecordingQuality | null;
}

/** Recording of frames. What is absent stays as it is. */
export interface FrameRecordingSettingsRequest {
  /** Between frames, s, 2 to 60. */
  capture_interval_in_seconds?: number;
  /** Whether it may be started, is off, or starts with the call. */
  mode?: Mode;
  /** Size of the picture, not portrait. */
  quality?: RecordingQuality;
}

/** Transcription and captions. */
export interface TranscriptionSettingsResponse {
  /** Mode of captions. */
  closed_caption_mode: Mode;
  /** Language code, or `auto`. */
  language: string;
  /** Mode of the transcription. */
  mode: Mode;
  /** How speech is cut into captions. */
  speech_segment_config?: SpeechSegmentConfig | null;
  /** Translation of captions. */
  translation?: TranslationSettings | null;
}

/** Transcription and captions. What is absent stays as it is. */
export interface TranscriptionSettingsRequest {
  /** Mode of captions. */
  closed_caption_mode?: Mode;
  /** Language code, or `auto`. */
  language?: string;
  /** Mode of the transcription. */
  mode?: Mode;
  /** How speech is cut into captions. */
  speech_segment_config?: SpeechSegmentConfigRequest;
  /** Translation of captions. */
  translation?: TranslationSettingsRequest;
}

/** How speech is cut into captions. */
export interface SpeechSegmentConfig {
  /** Longest caption, ms. */
  max_speech_caption_ms?: number | null;
  /** Silence that ends a caption, ms. */
  silence_duration_ms?: number | null;
}

/** How speech is cut into captions. What is absent stays as it is. */
export interface SpeechSegmentConfigRequest {
  /** Longest caption, ms. */
  max_speech_caption_ms?: number;
  /** Silence that ends a caption, ms. */
  silence_duration_ms?: number;
}

/** Translation of captions. */
export interface TranslationSettings {
  /** Captions are translated. */
  enabled?: boolean | null;
  /** Language codes. */
  languages?: string[] | null;
}

/** Translation of captions. What is absent stays as it is. */
export interface TranslationSettingsRequest {
  /** Captions are translated. */
  enabled?: boolean;
  /** Language codes. */
  languages?: string[];
}

/** HLS and RTMP. */
export interface BroadcastSettingsResponse {
  /** Either may be started. */
  enabled: boolean;
  /** HLS. */
  hls: HLSSettingsResponse;
  /** RTMP. */
  rtmp: RTMPSettingsResponse;
}

/** HLS and RTMP. What is absent stays as it is. */
export interface BroadcastSettingsRequest {
  /** Either may be started. */
  enabled?: boolean;
  /** HLS. */
  hls?: HLSSettingsRequest;
  /** RTMP. */
  rtmp?: RTMPSettingsRequest;
}

/** HLS. */
export interface HLSSettingsResponse {
  /** Starts with the call. */
  auto_on: boolean;
  /** May be started. */
  enabled: boolean;
  /** 1 to 3 qualities. */
  quality_tracks: RecordingQuality[];
}

/** HLS. What is absent stays as it is. */
export interface HLSSettingsRequest {
  /** Starts with the call. */
  auto_on?: boolean;
  /** May be started. */
  enabled?: boolean;
  /** 1 to 3 qualities. */
  quality_tracks?: RecordingQuality[];
}

/** RTMP. */
export interface RTMPSettingsResponse {
  /** May be started. */
  enabled: boolean;
  /** Size of the picture. */
  quality: RecordingQuality;
}

/** RTMP. What is absent stays as it is. */
export interface RTMPSettingsRequest {
  /** May be started. */
  enabled?: boolean;
  /** Size of the picture. */
  quality?: RecordingQuality;
}

/** Encoding of external sources. */
export interface IngressSettingsResponse {
  /** Encoders may send. */
  enabled: boolean;
  /** Audio. */
  audio_encoding_options?: IngressAudioEncoding | null;
  /** Video, by `{width}x{height}x{fps}` of the source. */
  video_encoding_options?: Record<string, IngressVideoEncoding> | null;
}

/** Encoding of external sources. What is absent stays as it is. */
export interface IngressSettingsRequest {
  /** Encoders may send. */
  enabled?: boolean;
  /** Audio. */
  audio_encoding_options?: IngressAudioEncodingRequest;
  /** Video, by `{width}x{height}x{fps}` of the source. */
  video_encoding_options?: Record<string, IngressVideoEncodingRequest>;
}

/** Encoding of the audio of external sources. */
export interface IngressAudioEncoding {
  /** bits/s, 16 000 to 128 000. */
  bitrate: number;
  /** 1 or 2. */
  channels: number;
  /** Opus sends nothing during silence. */
  enable_dtx: boolean;
}

/** Encoding of the audio of external sources. What is absent stays as it is. */
export interface IngressAudioEncodingRequest {
  /** bits/s, 16 000 to 128 000. */
  bitrate?: number;
  /** 1 or 2. */
  channels?: number;
  /** Opus sends nothing during silence. */
  enable_dtx?: boolean;
}

/** Encoding of the video of external sources. */
export interface IngressVideoEncoding {
  /** Simulcast layers. */
  layers: IngressVideoLayer[];
  /** What comes in. */
  source: IngressSource;
}

/** Encoding of the video of external sources. What is absent stays as it is. */
export interface IngressVideoEncodingRequest {
  /** Simulcast layers. */
  layers?: IngressVideoLayerRequest[];
  /** What comes in. */
  source?: IngressSourceRequest;
}

/** A simulcast layer. */
export interface IngressVideoLayer {
  /** bits/s. */
  bitrate: number;
  /** `h264` or `vp8`. */
  codec: string;
  /** frames/s, at most 60. */
  frame_rate_limit: number;
  /** px, at least 240. */
  max_dimension: number;
  /** px, at least 240. */
  min_dimension: number;
}

/** A simulcast layer. What is absent stays as it is. */
export interface IngressVideoLayerRequest {
  /** bits/s. */
  bitrate?: number;
  /** `h264` or `vp8`. */
  codec?: string;
  /** frames/s, at most 60. */
  frame_rate_limit?: number;
  /** px, at least 240. */
  max_dimension?: number;
  /** px, at least 240. */
  min_dimension?: number;
}

/** What comes in. */
export interface IngressSource {
  /** frames/s, 30 or 60. */
  fps: number;
  /** px. */
  height: number;
  /** px. */
  width: number;
}

/** What comes in. What is absent stays as it is. */
export interface IngressSourceRequest {
  /** frames/s, 30 or 60. */
  fps?: number;
  /** px. */
  height?: number;
  /** px. */
  width?: number;
}
