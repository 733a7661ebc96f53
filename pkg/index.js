/**
 * The entry of the package. Importing it does nothing; `init()`, or `Client.connect()`, loads the
 * WebAssembly module.
 */
import { Client as ReadyClient } from './client.js';
import { NotInitializedError } from './errors.js';
import { load, loadSync } from './load.js';

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
} from './comparators.js';
export { createSoundDetector } from './sound.js';

let ready;
let isReady = false;

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
