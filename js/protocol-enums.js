// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.
// Types and documentation: `src/api/types/generated/enums.ts`.

export const OwnCapability = /* @__PURE__ */ kebabValues([
  'BLOCK_USERS',
  'CHANGE_MAX_DURATION',
  'CREATE_CALL',
  'CREATE_REACTION',
  'ENABLE_NOISE_CANCELLATION',
  'END_CALL',
  'JOIN_BACKSTAGE',
  'JOIN_CALL',
  'JOIN_ENDED_CALL',
  'KICK_USER',
  'MUTE_USERS',
  'PIN_FOR_EVERYONE',
  'READ_CALL',
  'REMOVE_CALL_MEMBER',
  'SCREENSHARE',
  'SEND_AUDIO',
  'SEND_CLOSED_CAPTIONS_CALL',
  'SEND_VIDEO',
  'START_BROADCAST_CALL',
  'START_CLOSED_CAPTIONS_CALL',
  'START_FRAME_RECORD_CALL',
  'START_INDIVIDUAL_RECORD_CALL',
  'START_RAW_RECORD_CALL',
  'START_RECORD_CALL',
  'START_TRANSCRIPTION_CALL',
  'STOP_BROADCAST_CALL',
  'STOP_CLOSED_CAPTIONS_CALL',
  'STOP_FRAME_RECORD_CALL',
  'STOP_INDIVIDUAL_RECORD_CALL',
  'STOP_RAW_RECORD_CALL',
  'STOP_RECORD_CALL',
  'STOP_TRANSCRIPTION_CALL',
  'UPDATE_CALL',
  'UPDATE_CALL_MEMBER',
  'UPDATE_CALL_PERMISSIONS',
  'UPDATE_CALL_SETTINGS',
]);

const Mode = /* @__PURE__ */ kebabValues(['AVAILABLE', 'DISABLED', 'AUTO_ON']);

export {
  Mode as RecordSettingsRequestModeEnum,
  Mode as IndividualRecordingSettingsRequestModeEnum,
  Mode as RawRecordingSettingsRequestModeEnum,
  Mode as FrameRecordingSettingsRequestModeEnum,
  Mode as TranscriptionSettingsRequestModeEnum,
  Mode as TranscriptionSettingsRequestClosedCaptionModeEnum,
  Mode as EncryptionSettingsRequestModeEnum,
  Mode as NoiseCancellationSettingsModeEnum,
};

const CameraFacing = /* @__PURE__ */ kebabValues(['FRONT', 'BACK', 'EXTERNAL']);

export { CameraFacing as VideoSettingsRequestCameraFacingEnum };

const AudioDevice = /* @__PURE__ */ kebabValues(['SPEAKER', 'EARPIECE']);

export { AudioDevice as AudioSettingsRequestDefaultDeviceEnum };

const RequestablePermission = /* @__PURE__ */ kebabValues([
  'SCREENSHARE',
  'SEND_AUDIO',
  'SEND_VIDEO',
]);

export { RequestablePermission as RequestPermissionRequestPermissionsEnum };

/** `{ END_CALL: 'end-call', … }` */
function kebabValues(keys) {
  return Object.freeze(
    Object.fromEntries(keys.map((key) => [key, key.toLowerCase().replaceAll('_', '-')])),
  );
}
