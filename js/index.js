/**
 * The entry of the package. Importing it does nothing; `init()`, or `Client.connect()`, loads the
 * WebAssembly module.
 *
 * JavaScript, because it is what loads the module, and what answers before that has happened.
 */
import './shims.js';
import { load, loadSync, startError } from './load.js';
import start, {
  Client as ReadyClient,
  NotInitializedError,
  initSync as startSync,
} from './trunkline.js';

export {
  AudioSettingsRequestDefaultDeviceEnum,
  Call,
  CallingState,
  CallType,
  CallTypes,
  combineComparators,
  conditional,
  createSoundDetector,
  defaultSortPreset,
  descending,
  DeviceError,
  deviceIds$,
  disposeOfMediaStream,
  dominantSpeaker,
  EncryptionSettingsRequestModeEnum,
  ErrorFromResponse,
  FrameRecordingSettingsRequestModeEnum,
  getAudioDevices,
  getAudioOutputDevices,
  getAudioStream,
  getScreenShareStream,
  getVideoDevices,
  getVideoStream,
  hasAudio,
  hasInterruptedTrack,
  hasPausedTrack,
  hasScreenShare,
  hasScreenShareAudio,
  hasVideo,
  IllegalStateError,
  IndividualRecordingSettingsRequestModeEnum,
  isPinned,
  JoinAbortedError,
  livestreamOrAudioRoomSortPreset,
  name,
  NoiseCancellationSettingsModeEnum,
  noopComparator,
  NotInitializedError,
  OwnCapability,
  paginatedLayoutSortPreset,
  pinned,
  publishingAudio,
  publishingVideo,
  RawRecordingSettingsRequestModeEnum,
  reactionType,
  RecordSettingsRequestModeEnum,
  RequestPermissionRequestPermissionsEnum,
  role,
  screenSharing,
  SfuJoinError,
  SfuModels,
  SfuTimeoutError,
  speakerLayoutSortPreset,
  speaking,
  TranscriptionSettingsRequestClosedCaptionModeEnum,
  TranscriptionSettingsRequestModeEnum,
  VideoError,
  VideoSettingsRequestCameraFacingEnum,
  VisibilityState,
  withParticipantSource,
} from './trunkline.js';

let ready;
let isReady = false;

/** Loads the module once; later calls return the same promise, after a failure they try again. */
export function init(source) {
  ready ??= begin(source).catch((error) => {
    ready = undefined;
    throw error;
  });
  return ready;
}

export default init;

async function begin(source) {
  const module = await load(await source);
  // Another instance would know nothing of the objects that are there.
  if (isReady) return;
  try {
    await start({ module_or_path: module });
  } catch (thrown) {
    throw startError(thrown);
  }
  isReady = true;
}

/** The same with bytes that are already there. */
export function initSync(source) {
  if (isReady) return;
  const module = loadSync(source);
  try {
    startSync({ module });
  } catch (thrown) {
    throw startError(thrown);
  }
  isReady = true;
  ready ??= Promise.resolve();
}

function assertReady() {
  if (!isReady) throw new NotInitializedError('Client');
}

/**
 * The class itself, guarded: what the core makes is an instance of it, and nothing of it runs before
 * the module does.
 */
export const Client = new Proxy(ReadyClient, {
  construct(target, args, newTarget) {
    assertReady();
    const client = new target(...args);
    // Rust knows nothing of classes that an app derives from this one.
    if (newTarget !== Client) Object.setPrototypeOf(client, newTarget.prototype);
    return client;
  },
});
ReadyClient.prototype.constructor = Client;

const { getOrCreateInstance } = ReadyClient;
Object.assign(ReadyClient, {
  getOrCreateInstance(args) {
    assertReady();
    return getOrCreateInstance.call(this, args);
  },
  async connect(args) {
    await init();
    const client = new this(args);
    try {
      await client.connected;
    } catch (error) {
      await client.dispose();
      throw error;
    }
    return client;
  },
});

export { Client as StreamVideoClient };
