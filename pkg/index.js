/**
 * The entry of the package. Importing it does nothing; `init()`, or `Client.connect()`, loads the
 * WebAssembly module.
 */
import { Client as ReadyClient } from './client.js';
import { NotInitializedError } from './errors.js';
import start, { initSync as startSync } from './wasm/trunkline.js';

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
  disposeOfMediaStream,
  getAudioStream,
  getScreenShareStream,
  getVideoStream,
} from './capture.js';
export {
  deviceIds$,
  getAudioDevices,
  getAudioOutputDevices,
  getVideoDevices,
} from './device-list.js';
export {
  hasAudio,
  hasInterruptedTrack,
  hasPausedTrack,
  hasScreenShare,
  hasScreenShareAudio,
  hasVideo,
  isPinned,
} from './participants.js';
export { Call } from './call.js';
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
export { createSoundDetector } from './sound.js';

let ready;
let isReady = false;

/** Loads the module once; later calls return the same promise, after a failure they try again. */
export function init(source) {
  ready ??= Promise.resolve(source ?? load())
    .then((module) => start({ module_or_path: module }))
    .then(
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
  startSync({ module });
  isReady = true;
  ready ??= Promise.resolve();
}

export default init;

export class Client extends ReadyClient {
  constructor(...args) {
    if (!isReady) throw new NotInitializedError('Client');
    super(...args);
  }

  static getOrCreateInstance(args) {
    return super.getOrCreateInstance(args);
  }

  static async connect(args) {
    await init();
    const client = new this(args);
    try {
      await client.connected;
    } catch (error) {
      await client.dispose();
      throw error;
    }
    return client;
  }
}

export { Client as StreamVideoClient };

const inlineCopy = async () => (await import('./wasm/inline.js')).default();

/** Fetches the module from beside this file, or takes the copy inside the package. */
async function load() {
  // Node has no fetch for files; bundles for servers lose the file's place.
  if (typeof process === 'object' && process.versions?.node) return inlineCopy();
  try {
    const response = await fetch(new URL('./wasm/trunkline_bg.wasm', import.meta.url));
    if (response.ok && response.headers.get('content-type')?.startsWith('application/wasm')) {
      return await WebAssembly.compileStreaming(response);
    }
    const bytes = await response.arrayBuffer();
    const isWasm = bytes.byteLength > 4 && new DataView(bytes).getUint32(0, true) === 0x6d736100;
    if (response.ok && isWasm) return await WebAssembly.compile(bytes);
  } catch {
    // A bundler moved this file and left the module behind.
  }
  return inlineCopy();
}
