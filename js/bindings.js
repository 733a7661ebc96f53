/**
 * All that the WebAssembly module and apps import of our JavaScript.
 *
 * JavaScript, and one file, because of the tests in a browser: the glue loads what Rust names at once,
 * and the web server of wasm-bindgen's test runner forgets connections when more than four come
 * together (see `tests/web/support.rs`).
 */
export {
  adoptStream,
  Capture,
  disposeOfMediaStream,
  getAudioStream,
  getScreenShareStream,
  getVideoStream,
  openCapture,
} from './capture.js';
export {
  deviceIds$,
  getAudioDevices,
  getAudioOutputDevices,
  getVideoDevices,
} from './device-list.js';
export {
  AudioSettingsRequestDefaultDeviceEnum,
  CallingState,
  EncryptionSettingsRequestModeEnum,
  FrameRecordingSettingsRequestModeEnum,
  IndividualRecordingSettingsRequestModeEnum,
  NoiseCancellationSettingsModeEnum,
  OwnCapability,
  RawRecordingSettingsRequestModeEnum,
  RecordSettingsRequestModeEnum,
  RequestPermissionRequestPermissionsEnum,
  SfuModels,
  TranscriptionSettingsRequestClosedCaptionModeEnum,
  TranscriptionSettingsRequestModeEnum,
  VideoSettingsRequestCameraFacingEnum,
  VisibilityState,
} from './enums.js';
export {
  DeviceError,
  ErrorFromResponse,
  IllegalStateError,
  JoinAbortedError,
  makeError,
  NotInitializedError,
  SfuJoinError,
  SfuTimeoutError,
  VideoError,
} from './errors.js';
export {
  hasAudio,
  hasInterruptedTrack,
  hasPausedTrack,
  hasScreenShare,
  hasScreenShareAudio,
  hasVideo,
  isPinned,
  makeParticipant,
} from './participants.js';
export {
  CallType,
  CallTypes,
  combineComparators,
  conditional,
  defaultSortPreset,
  descending,
  dominantSpeaker,
  livestreamOrAudioRoomSortPreset,
  name,
  noopComparator,
  paginatedLayoutSortPreset,
  pinned,
  publishingAudio,
  publishingVideo,
  reactionType,
  role,
  screenSharing,
  speakerLayoutSortPreset,
  speaking,
  withParticipantSource,
} from './sorting.js';
export { callIsolated, Listeners } from './listeners.js';
export { loadDiagnostics } from './chunks.js';
export { Observables } from './observables.js';
export { Parts } from './parts.js';
export {
  askDefaults,
  detailStats,
  makeCallParts,
  makeClientParts,
  publish,
  setStatsInterval,
  updatePublishOptions,
} from './call-parts.js';
export { createSoundDetector } from './sound.js';
