/**
 * The entry of the package. Importing it does nothing; `init()`, or `Client.connect()`, loads the
 * WebAssembly module.
 */
import { NotInitializedError } from './errors.js';
import { load, loadSync } from './load.js';
import * as wasm from './wasm/trunkline.js';
import { Client as Exported } from './wasm/trunkline.js';

export * from './enums.js';
// By name, as these files also hold what is meant for the core's side only.
export {
  DeviceError,
  ErrorFromResponse,
  IllegalStateError,
  JoinAbortedError,
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
} from './comparators.js';
export { Call } from './wasm/trunkline.js';

let ready;
let isReady = false;

/** A function of the module, which says so when it is used too early. */
function early(name) {
  return (...args) => {
    if (!isReady) throw new NotInitializedError(name);
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

/** Loads the module once; later calls return the same promise, after a failure they try again. */
export function init(source) {
  ready ??= load(source).then(
    () => {
      isReady = true;
    },
    (error) => {
      ready = undefined;
      throw error;
    },
  );
  return ready;
}

/** The same with bytes that are already there. */
export function initSync(module) {
  loadSync(module);
  isReady = true;
  ready ??= Promise.resolve();
}

export default init;

function check() {
  if (!isReady) throw new NotInitializedError('Client');
}

// Not a class of its own: what Rust makes would be no instance of it.
export const Client = new Proxy(Exported, {
  construct(target, args, newTarget) {
    check();
    const client = new target(...args);
    // Rust knows nothing of classes that an app derives from this one.
    if (newTarget !== Client) Object.setPrototypeOf(client, newTarget.prototype);
    return client;
  },
});
Client.prototype.constructor = Client;

const { getOrCreateInstance } = Exported;

Client.getOrCreateInstance = (args) => {
  check();
  return getOrCreateInstance(args);
};

Client.connect = async function connect(args) {
  await init();
  const client = new this(args);
  try {
    await client.connected;
  } catch (error) {
    await client.dispose();
    throw error;
  }
  return client;
};

export { Client as StreamVideoClient };
