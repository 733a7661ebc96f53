// Fakes for what browsers have and Node has not: devices, permissions, streams.
import { beforeEach } from 'node:test';

export class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';

  constructor(kind, settings = {}) {
    super();
    this.kind = kind;
    this.settings = settings;
    this.id = `${kind} ${settings.deviceId}`;
  }

  getSettings() {
    return this.settings;
  }

  clone() {
    return new FakeTrack(this.kind, this.settings);
  }

  stop() {
    this.readyState = 'ended';
  }
}

export class FakeStream {
  constructor(tracks) {
    this.tracks = tracks;
  }

  getTracks() {
    return this.tracks;
  }

  getVideoTracks() {
    return this.tracks.filter((track) => track.kind === 'video');
  }

  getAudioTracks() {
    return this.tracks.filter((track) => track.kind === 'audio');
  }
}

export const media = new EventTarget();
export const permissions = { camera: new EventTarget(), microphone: new EventTarget() };
for (const status of Object.values(permissions)) {
  status.state = 'prompt';
  status.set = (state) => {
    status.state = state;
    status.onchange?.();
  };
}
globalThis.MediaStream = FakeStream;
Object.defineProperty(globalThis, 'navigator', {
  value: {
    mediaDevices: media,
    permissions: { query: async ({ name }) => permissions[name] },
    userAgent: 'Android Mobile',
  },
  configurable: true,
});

const { CameraManager } = await import('../../../js/camera.js');
const { DevicePreferences } = await import('../../../js/preferences.js');
const { makeValue } = await import('../../../js/observable.js');

export const [CAMERA, MICROPHONE, SCREEN] = [0, 1, 2];
export const A = { kind: 'videoinput', deviceId: 'a', label: 'Camera A', groupId: '1' };
export const B = { kind: 'videoinput', deviceId: 'b', label: 'Camera B', groupId: '2' };
export const SPEAKER = { kind: 'audiooutput', deviceId: 's', label: 'Speaker', groupId: '3' };

/** What is plugged in, and the constraints that a capture hardware.asked for. */
export const hardware = { present: [], asked: [] };

beforeEach(() => {
  hardware.present = [{ ...A, deviceId: 'default' }, A, B, SPEAKER];
  hardware.asked = [];
  media.enumerateDevices = async () => hardware.present;
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    const kind = constraints.video ? 'video' : 'audio';
    const deviceId = constraints[kind].deviceId?.exact ?? 'a';
    return new FakeStream([new FakeTrack(kind, { deviceId, width: 640, height: 480 })]);
  };
});

export function manager() {
  const port = fakePort();
  const device = makeValue({});
  const camera = new CameraManager(device.cell, port);
  const { store, preferences } = storage();
  port.client.preferences = preferences;
  return { camera, device, port, store, call: { camera, warnings: port.warnings } };
}

/** The core's side of the managers: notes what it is told. */
export function fakePort() {
  const warnings = [];
  const port = {
    orders: [],
    options: [],
    events: [],
    volumes: [],
    warnings,
    client: { log: (level, message) => warnings.push(message) },
    async device(...order) {
      port.orders.push(order);
      await port.waits;
      if (port.fails) throw port.fails;
    },
    setMedia: (...option) => port.options.push(option),
    setVolume: (...volume) => port.volumes.push(volume),
    emit: (event) => port.events.push(event),
    host: () => port.client,
    settings: () => undefined,
  };
  return port;
}

export function storage(text = null) {
  const warnings = [];
  const store = {
    text,
    getItem: () => store.text,
    setItem: (key, value) => (store.text = value),
  };
  const warn = (message) => warnings.push(message);
  return { store, warnings, preferences: new DevicePreferences('key', store, warn) };
}

export async function plug(t, devices) {
  hardware.present = devices;
  media.dispatchEvent(new Event('devicechange'));
  t.mock.timers.tick(500);
  await settle();
}

/** Lets everything run that waits for promises only. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
