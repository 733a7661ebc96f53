/**
 * The package without the copy of the module in JavaScript; the other entries are the same and have
 * it. Importing it does nothing; `init()`, or `Client.connect()`, loads the WebAssembly module.
 *
 * JavaScript, because it is what loads the module, and what answers before that has happened.
 */
import { load, loadSync, startError } from './load.js';
import * as wasm from './trunkline.js';
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
  defaultSortPreset,
  descending,
  DeviceError,
  dominantSpeaker,
  EncryptionSettingsRequestModeEnum,
  ErrorFromResponse,
  FrameRecordingSettingsRequestModeEnum,
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

function assertReady(name) {
  if (!isReady) throw new NotInitializedError(name);
}

/** A function of the module, which says so when it is used too early. */
function early(name) {
  return (...args) => {
    assertReady(name);
    return wasm[name](...args);
  };
}

/** The same for one that gives a promise, and so never throws. */
function earlyPromise(name) {
  return async (...args) => early(name)(...args);
}

export const getVideoDevices = early('getVideoDevices');
export const getAudioDevices = early('getAudioDevices');
export const getAudioOutputDevices = early('getAudioOutputDevices');
export const disposeOfMediaStream = early('disposeOfMediaStream');
export const createSoundDetector = early('createSoundDetector');
export const getVideoStream = earlyPromise('getVideoStream');
export const getAudioStream = earlyPromise('getAudioStream');
export const getScreenShareStream = earlyPromise('getScreenShareStream');

const list = early('deviceIds');
export const deviceIds$ = {
  subscribe: (observer) => list().subscribe(observer),
  '@@observable': () => list(),
  ...(Symbol.observable && { [Symbol.observable]: () => list() }),
};

/**
 * The class itself, guarded: what the core makes is an instance of it, and nothing of it runs before
 * the module does.
 */
export const Client = new Proxy(ReadyClient, {
  construct(target, args, newTarget) {
    assertReady('Client');
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
    assertReady('Client');
    return getOrCreateInstance.call(this, args);
  },
  async connect(args) {
    await unlessAborted(init, args?.signal);
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

/** What is loading goes on for others; who has given it up waits no longer. */
function unlessAborted(begin, signal) {
  // What is no signal is refused when the module is there.
  if (typeof signal?.addEventListener !== 'function') return begin();
  if (signal.aborted) return Promise.reject(abortion(signal));
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortion(signal));
    signal.addEventListener('abort', abort);
    begin()
      .then(resolve, reject)
      .then(() => signal.removeEventListener('abort', abort));
  });
}

/** As the module says it, which may not be there yet. */
function abortion({ reason: cause }) {
  return new wasm.JoinAbortedError('connecting was aborted', {
    code: 'aborted',
    category: 'abort',
    hint: 'Nothing to do if the app aborted it on purpose; otherwise call it again.',
    retryable: true,
    unrecoverable: false,
    attempts: Object.freeze([]),
    cause,
  });
}

export { Client as StreamVideoClient };
