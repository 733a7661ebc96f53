/**
 * Which devices there are. Types and documentation: `types/devices.d.ts`.
 */
import { runIsolated } from './listeners.js';
import { permissionOf } from './device-permissions.js';

/** How long plugging may take to settle, in ms: one headset is several devices. */
const DEBOUNCE = 500;

/** What enumerates its first device as its default one, which is in the list by itself. */
const SYNTHETIC = 'default';

/** The devices of a kind (`videoinput`, …), or all. */
export async function findDevices(kind) {
  const devices = await globalThis.navigator?.mediaDevices?.enumerateDevices?.();
  return (devices ?? []).filter(
    (device) => (!kind || device.kind === kind) && device.deviceId !== SYNTHETIC,
  );
}

const watchers = new Set();
let isWatching = false;
let timer;

/**
 * Calls `next` after devices came, went, or became visible.
 *
 * @returns a function that ends it
 */
export function watchDevices(next) {
  const watcher = { next };
  watchers.add(watcher);
  start();
  return () => watchers.delete(watcher);
}

function start() {
  const devices = globalThis.navigator?.mediaDevices;
  if (isWatching || !devices?.addEventListener) return;
  isWatching = true;
  devices.addEventListener('devicechange', () => {
    clearTimeout(timer);
    timer = setTimeout(tell, DEBOUNCE);
  });
  // With the permission the devices get their names.
  for (const kind of [0, 1]) {
    let last;
    permissionOf(kind).cell.watch((state) => {
      if (last !== undefined && state !== 'prompting' && state !== last) tell();
      last = state;
    });
  }
}

function tell() {
  for (const watcher of watchers) runIsolated(() => watcher.next(), 'watcher of devices');
}

/** A list of devices that is kept up to date while somebody subscribes to it. */
export class DeviceList {
  #find;

  /** @param {() => Promise<MediaDeviceInfo[]>} find */
  constructor(find) {
    this.#find = find;
    if (Symbol.observable) this[Symbol.observable] = () => this;
  }

  subscribe(observer) {
    const hear = typeof observer === 'function' ? { next: observer } : observer;
    let isOpen = true;
    let turn = 0;
    const read = async () => {
      const mine = ++turn;
      try {
        const devices = await this.#find();
        if (isOpen && mine === turn) runIsolated(() => hear?.next?.(devices), 'subscriber');
      } catch (error) {
        if (isOpen && mine === turn) runIsolated(() => hear?.error?.(error), 'subscriber');
      }
    };
    const stop = watchDevices(read);
    void read();
    const unsubscribe = () => {
      isOpen = false;
      stop();
    };
    return { unsubscribe };
  }

  ['@@observable']() {
    return this;
  }
}

const list = (kind) => new DeviceList(() => findDevices(kind));

export const getVideoDevices = () => list('videoinput');
export const getAudioDevices = () => list('audioinput');
export const getAudioOutputDevices = () => list('audiooutput');
export const deviceIds$ = list();
