/**
 * Makes the state and the devices of a call or client, which are JavaScript until each of them is
 * Rust; ends then.
 */
import { CameraManager } from './camera.js';
import { recall } from './devices.js';
import { MicrophoneManager } from './microphone.js';
import { Cell, Store } from './observable.js';
import { DevicePreferences } from './preferences.js';
import { publish as publishStream, readPublishOptions } from './publish.js';
import { ScreenShareManager } from './screen-share.js';
import { SpeakerManager, playOn, recallSpeaker } from './speaker.js';

export function makeClientParts(parts, handle, storageKey, storage) {
  // Pages may be forbidden even to look at theirs, and servers have none.
  const anywhere = {
    getItem: (key) => (storage ?? globalThis.localStorage)?.getItem(key) ?? null,
    setItem: (key, value) => (storage ?? globalThis.localStorage)?.setItem(key, value),
  };
  const warn = (message, error) => handle.warnOfDevices(message, [error]);
  parts.set('preferences', new DevicePreferences(storageKey, anywhere, warn));
}

export function makeCallParts(parts, handle, cid) {
  const [camera, microphone, screenShare] = ['camera', 'microphone', 'screenShare'].map(
    (name) => new Cell(() => handle.deviceState(name)),
  );
  const state = parts.get('state');
  const port = makePort(parts, handle, state, cid);
  const speaker = new SpeakerManager(port);
  parts.set('playOnSpeaker', (...sound) => playOn(speaker, ...sound));
  parts.set('devices', new Store({ camera, microphone, screenShare }));
  parts.set('handle', handle);
  parts.own('camera', new CameraManager(camera, port));
  parts.own('microphone', new MicrophoneManager(microphone, port, state));
  parts.own('screenShare', new ScreenShareManager(screenShare, port));
  parts.own('speaker', speaker);
}

export function publish(parts, stream, trackType, options) {
  return publishStream(parts.get('handle'), stream, trackType, options);
}

export function updatePublishOptions(parts, options) {
  parts.get('handle').preferVideo(...readPublishOptions(options));
}

/** Says what the user had chosen on an earlier visit. */
export async function askDefaults(parts) {
  recallSpeaker(parts.get('speaker')).catch(() => {});
  for (const [kind, name] of ['camera', 'microphone'].entries()) {
    // A browser that cannot tell leaves it to the call's settings.
    const { deviceId, isMuted } = await recall(parts.get(name)).catch(() => ({}));
    parts.get('handle').applyDefault(kind, isMuted === undefined ? undefined : !isMuted, deviceId);
  }
}

/** What the managers of devices need of the core and of the client. */
function makePort(parts, handle, state, cid) {
  const host = {
    get preferences() {
      return handle.preferences();
    },
    log: (level, message, details) => handle.warn(message, details),
  };
  return {
    device: (...order) => handle.device(...order),
    setMedia: (...option) => handle.setMedia(...option),
    setVolume: (...volume) => handle.setVolume(...volume),
    emit: (event) => {
      const told = { ...event, call_cid: cid, received_at: new Date() };
      parts.listeners.emit(told);
      handle.emitToClient(told);
    },
    host: () => host,
    settings: () => state.settings,
  };
}
