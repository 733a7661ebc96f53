// Fakes for what browsers have and Node has not: devices, permissions, streams; and calls of the
// built package that use them.
import { beforeEach } from 'node:test';

export class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  contentHint = '';

  constructor(kind, settings = {}) {
    super();
    this.kind = kind;
    this.label = `${kind} of ${settings.deviceId}`;
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
  constructor(tracks = []) {
    if (!Array.isArray(tracks)) throw new TypeError('neither a stream nor tracks');
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

/** Where everything is as loud as 80 percent. */
export class FakeAudioContext {
  static last;
  state = 'suspended';
  source;

  constructor() {
    FakeAudioContext.last = this;
  }

  async resume() {
    this.state = 'running';
  }

  async close() {
    this.state = 'closed';
  }

  createAnalyser() {
    return {
      frequencyBinCount: 64,
      set fftSize(size) {
        if (size & (size - 1)) throw new DOMException('no power of two', 'IndexSizeError');
      },
      getByteFrequencyData: (levels) => levels.fill(204),
    };
  }

  createMediaStreamSource(stream) {
    this.source = stream;
    return { connect() {}, disconnect() {} };
  }
}

export const media = new EventTarget();
export const permissions = { camera: new EventTarget(), microphone: new EventTarget() };
for (const status of Object.values(permissions)) {
  status.state = 'prompt';
  status.set = (state) => {
    status.state = state;
    status.dispatchEvent(new Event('change'));
  };
}
globalThis.MediaStream = FakeStream;
globalThis.MediaStreamTrack = FakeTrack;
globalThis.AudioContext = FakeAudioContext;
Object.defineProperty(globalThis, 'navigator', {
  value: {
    mediaDevices: media,
    permissions: { query: async ({ name }) => permissions[name] },
    userAgent: 'Android Mobile',
  },
  configurable: true,
});

const { Client, init } = await import('trunkline');
await init();

export const A = { kind: 'videoinput', deviceId: 'a', label: 'Camera A', groupId: '1' };
export const B = { kind: 'videoinput', deviceId: 'b', label: 'Camera B', groupId: '2' };
export const SPEAKER = { kind: 'audiooutput', deviceId: 's', label: 'Speaker', groupId: '3' };

/** What is plugged in, the constraints that a capture asked for, and the streams that came. */
export const hardware = { present: [], asked: [], opened: [] };

beforeEach(() => {
  hardware.present = [{ ...A, deviceId: 'default' }, A, B, SPEAKER];
  hardware.asked = [];
  hardware.opened = [];
  permissions.camera.set('prompt');
  permissions.microphone.set('prompt');
  media.enumerateDevices = async () => hardware.present;
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    const kind = constraints.video ? 'video' : 'audio';
    const deviceId = constraints[kind].deviceId?.exact ?? 'a';
    return opened(new FakeTrack(kind, { deviceId, width: 640, height: 480 }));
  };
  media.getDisplayMedia = async (options) => {
    hardware.asked.push(options);
    const tracks = [new FakeTrack('video', { width: 800, height: 600 })];
    if (options.audio) tracks.push(new FakeTrack('audio'));
    return opened(...tracks);
  };
});

/** A stream that the browser opened. */
export function opened(...tracks) {
  const stream = new FakeStream(tracks);
  hardware.opened.push(stream);
  return stream;
}

/** The tracks that the browser opened and nobody has stopped. */
export function live() {
  return hardware.opened.flatMap(({ tracks }) => tracks).filter((t) => t.readyState === 'live');
}

/** A new call of a client that nobody is connected to, and what its log says. */
export function makeCall(options = {}) {
  const warnings = [];
  const client = new Client('key', {
    baseURL: 'http://127.0.0.1:9/video',
    logger: (level, message) => warnings.push(message),
    devicePersistence: { enabled: false },
    ...options,
  });
  return { client, call: client.call('default', 'fake'), warnings };
}

/** A storage of the app's. */
export function storage(text = null) {
  return {
    text,
    getItem() {
      return this.text;
    },
    setItem(key, value) {
      this.text = value;
    },
  };
}

export async function plug(t, devices) {
  hardware.present = devices;
  media.dispatchEvent(new Event('devicechange'));
  t.mock.timers.tick(500);
  await settle();
}

/** Lets everything run that waits for promises only. */
export async function settle() {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}
