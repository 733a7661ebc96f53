/**
 * All that the WebAssembly module and apps import of our JavaScript.
 *
 * JavaScript, and one file, because of the tests in a browser: the glue loads what Rust names at once,
 * and the web server of wasm-bindgen's test runner forgets connections when more than four come
 * together (see `tests/web/support.rs`).
 */
export { loadDiagnostics, summarise } from './chunks.js';
export {
  ask,
  CallType,
  CallTypes,
  combineComparators,
  comparatorFor,
  conditional,
  defaultSortPreset,
  descending,
  describe,
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
} from './comparators.js';
export { Elements } from './elements/elements.js';
export { makeIncomingVideoSettings } from './elements/incoming-video.js';
export { Viewport } from './elements/viewport.js';
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
export { callIsolated, Listeners } from './listeners.js';
export { Observables } from './observables.js';
export {
  hasAudio,
  hasInterruptedTrack,
  hasPausedTrack,
  hasScreenShare,
  hasScreenShareAudio,
  hasVideo,
  isPinned,
} from './participants.js';
export { Parts } from './parts.js';
export { copyParticipant, ShownPeople } from './shown-people.js';
