// What knows devices in the package, with fakes for what browsers have and Node has not.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

class FakeTrack extends EventTarget {
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

class FakeStream {
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

const media = new EventTarget();
const permissions = { camera: new EventTarget(), microphone: new EventTarget() };
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

const { openCapture } = await import('../../pkg/capture.js');
const { CameraManager } = await import('../../pkg/camera.js');
const { MicrophoneManager } = await import('../../pkg/microphone.js');
const { ScreenShareManager } = await import('../../pkg/screen-share.js');
const { SpeakerManager, playOn, recallSpeaker } = await import('../../pkg/speaker.js');
const { getVideoDevices } = await import('../../pkg/device-list.js');
const { permissionOf } = await import('../../pkg/device-permissions.js');
const { DevicePreferences } = await import('../../pkg/preferences.js');
const { setEncodings } = await import('../../pkg/browser.js');
const { DeviceError } = await import('../../pkg/errors.js');
const { makeValue } = await import('../../pkg/observable.js');
const { whileWanted } = await import('../../pkg/sound.js');

const [CAMERA, MICROPHONE, SCREEN] = [0, 1, 2];
const A = { kind: 'videoinput', deviceId: 'a', label: 'Camera A', groupId: '1' };
const B = { kind: 'videoinput', deviceId: 'b', label: 'Camera B', groupId: '2' };
const SPEAKER = { kind: 'audiooutput', deviceId: 's', label: 'Speaker', groupId: '3' };

let present;
let asked;
beforeEach(() => {
  present = [{ ...A, deviceId: 'default' }, A, B, SPEAKER];
  asked = [];
  media.enumerateDevices = async () => present;
  media.getUserMedia = async (constraints) => {
    asked.push(constraints);
    const kind = constraints.video ? 'video' : 'audio';
    const deviceId = constraints[kind].deviceId?.exact ?? 'a';
    return new FakeStream([new FakeTrack(kind, { deviceId, width: 640, height: 480 })]);
  };
});

test('a list of devices hides the default one and follows what is plugged, once it has settled', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const seen = [];
  const subscription = getVideoDevices().subscribe((devices) => {
    seen.push(devices.map((device) => device.deviceId).join());
  });
  await settle();
  assert.deepEqual(seen, ['a,b']);

  present = [A];
  media.dispatchEvent(new Event('devicechange'));
  t.mock.timers.tick(400);
  media.dispatchEvent(new Event('devicechange'));
  t.mock.timers.tick(400);
  await settle();
  assert.deepEqual(seen, ['a,b'], 'not settled yet');
  t.mock.timers.tick(100);
  await settle();
  assert.deepEqual(seen, ['a,b', 'a']);

  // The names come with the permission.
  permissions.camera.set('granted');
  await settle();
  assert.equal(seen.length, 3);

  subscription.unsubscribe();
  media.dispatchEvent(new Event('devicechange'));
  t.mock.timers.tick(500);
  await settle();
  assert.equal(seen.length, 3);
  permissions.camera.set('prompt');
});

test('a list that cannot be read is an error of its subscribers', async () => {
  media.enumerateDevices = () => Promise.reject(new Error('no'));
  const errors = [];
  const subscription = getVideoDevices().subscribe({
    error: (error) => errors.push(error.message),
  });
  await settle();
  subscription.unsubscribe();

  assert.deepEqual(errors, ['no']);
});

test('a permission shows what the browser says, and that it asks', async () => {
  const seen = [];
  const end = permissionOf(CAMERA).cell.watch((state) => seen.push(state));
  await settle();

  await permissionOf(CAMERA).ask(async () => permissions.camera.set('granted'));
  await assert.rejects(permissionOf(CAMERA).ask(() => Promise.reject(new Error('no'))));
  permissions.camera.set('denied');
  permissions.camera.set('prompt');
  end();

  assert.deepEqual(seen, ['prompt', 'prompting', 'granted', 'denied', 'prompt']);
});

test('filters follow each other, one that fails is left out, and all end with the source', async () => {
  const log = [];
  const { camera, call } = manager();
  const make = (name, output) => (input) => {
    log.push(`${name} < ${input.name ?? 'root'}`);
    return { output, stop: () => log.push(`stop ${name}`) };
  };
  const named = (name) => Object.assign(new FakeStream([new FakeTrack('video')]), { name });
  const [one, two] = [named('one'), named('two')];
  camera.registerFilter(make('one', one));
  camera.registerFilter(() => {
    throw new Error('broken');
  });
  camera.registerFilter(make('two', Promise.resolve(two)));

  const capture = await openCapture(call, CAMERA, 1280, 720);
  assert.equal(capture.stream, two);
  assert.deepEqual(log, ['one < root', 'two < one']);
  assert.deepEqual(call.warnings, ['a filter failed and is left out']);
  assert.equal(capture.describe()[4], 'a');

  const ends = [];
  capture.addEventListener('ended', () => ends.push('ended'));
  capture.root.tracks[0].dispatchEvent(new Event('ended'));
  assert.deepEqual(ends, ['ended']);

  capture.stop();
  assert.deepEqual(log.slice(2), ['stop two', 'stop one']);
  for (const stream of [capture.root, one, two]) assert.equal(stream.tracks[0].readyState, 'ended');
});

test('a device that is gone gives way to any, and constraints that are too much to none', async () => {
  const real = media.getUserMedia;
  const failures = ['NotFoundError', 'OverconstrainedError'];
  media.getUserMedia = async (constraints) => {
    const name = failures.shift();
    if (!name) return real(constraints);
    asked.push(constraints);
    throw new DOMException('', name);
  };

  await openCapture(undefined, CAMERA, 1280, 720, 'user', 'gone');

  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  assert.deepEqual(asked, [
    { video: { ...size, deviceId: { exact: 'gone' } } },
    { video: { ...size, facingMode: 'user' } },
    { video: true },
  ]);
});

test('a device that is busy is not asked for in another way', async () => {
  media.getUserMedia = async (constraints) => {
    asked.push(constraints);
    throw new DOMException('', 'NotReadableError');
  };

  await assert.rejects(openCapture(undefined, CAMERA, 0, 0, undefined, 'a'), {
    name: 'NotReadableError',
  });
  assert.equal(asked.length, 1);
});

test('music is captured as it is', async () => {
  await openCapture(undefined, MICROPHONE, 0, 0, undefined, undefined, true);

  const [{ audio }] = asked;
  assert.equal(audio.echoCancellation || audio.noiseSuppression || audio.autoGainControl, false);
});

test('the real id stands for the default device', async () => {
  media.getUserMedia = async () =>
    new FakeStream([new FakeTrack('video', { deviceId: 'default', groupId: '2' })]);

  const capture = await openCapture(undefined, CAMERA, 0, 0);

  assert.equal(capture.describe()[4], 'b');
});

test('a screen comes with its sound, its hint and the limits of the app', async () => {
  media.getDisplayMedia = async (constraints) => {
    asked.push(constraints);
    return new FakeStream([
      new FakeTrack('video', { width: 800, height: 600 }),
      new FakeTrack('audio'),
    ]);
  };
  const port = fakePort();
  const screenShare = new ScreenShareManager(makeValue({}).cell, port);
  screenShare.setSettings({ maxFramerate: 5, contentHint: 'text' });

  const capture = await openCapture(
    { screenShare },
    SCREEN,
    2560,
    1440,
    undefined,
    undefined,
    true,
    true,
  );

  assert.deepEqual(asked[0].video, {
    width: { max: 2560 },
    height: { max: 1440 },
    frameRate: { ideal: 5 },
  });
  assert.equal(asked[0].systemAudio, 'include');
  assert.equal(capture.track(false).contentHint, 'text');
  assert.deepEqual(capture.describe().slice(1, 4), [800, 600, capture.track(true).id]);
  assert.deepEqual(port.options, [[3, SCREEN, 5, 3_000_000]]);

  for (const [message, name] of [
    ['Permission denied', 'PermissionDismissedError'],
    ['Permission denied by system', 'NotAllowedError'],
  ]) {
    media.getDisplayMedia = async () => {
      throw new DOMException(message, 'NotAllowedError');
    };
    await assert.rejects(openCapture(undefined, SCREEN, 1, 1), { name });
  }
  await assert.rejects(screenShare.select('x'), { code: 'illegal-state' });
});

test('a virtual device is listed, opened by the app, and gone when it says so', async () => {
  const { camera, call, device, port } = manager();
  const stream = new FakeStream([new FakeTrack('video')]);
  let stopped = 0;
  const virtual = camera.registerVirtualDevice({
    label: 'Virtual',
    getUserMedia: async () => ({ stream, stop: () => (stopped += 1) }),
  });
  const labels = (await camera.devices()).map((each) => each.label);
  assert.deepEqual(labels, ['Camera A', 'Camera B', 'Virtual']);

  const capture = await openCapture(call, CAMERA, 0, 0, undefined, virtual.deviceId);
  assert.equal(capture.root, stream);
  capture.stop();
  assert.equal(stopped, 1);

  device.set({ selectedDevice: virtual.deviceId });
  await virtual.unregister();
  assert.deepEqual(port.orders, [
    [CAMERA, 0, false, undefined, undefined],
    [CAMERA, 5, false, undefined, undefined],
  ]);
  assert.equal((await camera.devices()).length, 2);
});

test('a selected device that is unplugged goes off and is told of; a replaced one is renewed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { camera, device, port } = manager();
  await settle();
  device.set({ selectedDevice: 'a', status: 'enabled', optimisticStatus: 'enabled' });

  await plug(t, [{ ...A, groupId: '9' }, B]);
  assert.deepEqual(port.orders, [[CAMERA, 4, true, undefined, undefined]]);

  await plug(t, [B]);
  assert.deepEqual(port.orders.slice(1), [
    [CAMERA, 0, false, undefined, undefined],
    [CAMERA, 5, false, undefined, undefined],
  ]);
  assert.deepEqual(port.events, [
    {
      type: 'device.disconnected',
      status: 'enabled',
      deviceId: 'a',
      label: 'Camera A',
      kind: 'videoinput',
    },
  ]);
  assert.equal(camera.state.selectedDevice, 'a', 'the core says when it is not');
});

test('the user is asked once for the names of devices, unless the app does not want that', async () => {
  present = [{ ...A, label: '' }];
  const { camera } = manager();

  await camera.devices({ prompt: false });
  assert.deepEqual(asked, []);
  media.getUserMedia = async (constraints) => {
    asked.push(constraints);
    present = [A];
    return new FakeStream([new FakeTrack('video')]);
  };
  const devices = await camera.devices();
  await camera.devices();

  assert.deepEqual([devices[0].label, asked], ['Camera A', [{ video: true }]]);
});

test('a failure says of which device it is, and keeps its identity in the state', async () => {
  const { camera, device, port } = manager();
  const fail = () => new DeviceError('no', { code: 'in-use' });
  port.fails = fail();

  await assert.rejects(camera.select('b'), { kind: 'camera', deviceId: 'b', code: 'in-use' });

  const seen = [];
  camera.state.error$.subscribe((error) => seen.push(error));
  device.set({ error: fail() });
  device.set({ error: fail() });
  assert.equal(seen.length, 2);
});

test('what is under way has settled when nothing is left', async () => {
  const { camera, device, port } = manager();
  let finish;
  port.waits = new Promise((resolve) => (finish = resolve));
  void camera.enable();
  device.set({ status: 'disabled', optimisticStatus: 'enabled' });
  let isSettled = false;
  const settled = camera.statusChangeSettled().then(() => (isSettled = true));

  finish();
  await settle();
  assert.equal(isSettled, false, 'the states still differ');
  device.set({ status: 'enabled', optimisticStatus: 'enabled' });
  await settled;
});

test('a signal gives up the opening of a device', async () => {
  const { camera, port } = manager();
  port.waits = new Promise(() => {});
  const controller = new AbortController();
  const enabled = camera.enable({ signal: controller.signal });
  controller.abort();

  await assert.rejects(enabled, { code: 'aborted' });
  assert.deepEqual(
    port.orders.map(([, order]) => order),
    [1, 0],
  );
});

test('disabling keeps the capture only where the app wants that', () => {
  const { camera, port } = manager();
  camera.disable();
  camera.disableMode = 'disable-tracks';
  camera.disable();
  camera.disable(true);
  camera.disable({ forceStop: true });
  camera.toggle();

  assert.deepEqual(
    port.orders.map(([, order, keeps]) => [order, keeps]),
    [
      [0, false],
      [0, true],
      [0, false],
      [0, false],
      [2, true],
    ],
  );
});

test('cameras turn on phones', async () => {
  const { camera, device, port } = manager();
  await camera.flip();
  device.set({ direction: 'back' });
  await camera.flip();
  await camera.selectDirection('back', { enableCamera: true });

  assert.deepEqual(port.orders, [
    [CAMERA, 5, false, undefined, true],
    [CAMERA, 5, false, undefined, false],
    [CAMERA, 5, false, undefined, true],
    [CAMERA, 1, undefined, undefined, undefined],
  ]);
  await assert.rejects(camera.selectDirection('up'), { code: 'invalid-argument' });
});

test('what the user chooses is kept for the next visit, once the browser lets the page know', async () => {
  const { camera, device, store } = manager();
  device.set({ selectedDevice: 'b', optimisticStatus: 'enabled' });
  await camera.enable();
  await settle();
  assert.equal(store.text, null, 'not granted');

  permissions.camera.set('granted');
  await camera.enable();
  device.set({ selectedDevice: 'a', optimisticStatus: 'disabled' });
  await camera.disable();
  device.set({ selectedDevice: 'of the app', optimisticStatus: 'disabled' });
  await camera.disable();
  await settle();
  permissions.camera.set('prompt');

  assert.deepEqual(JSON.parse(store.text).camera, [
    { selectedDeviceId: 'a', selectedDeviceLabel: 'Camera A', muted: true },
    { selectedDeviceId: 'b', selectedDeviceLabel: 'Camera B', muted: false },
  ]);
});

test('three devices are kept, and found by id or else by name', () => {
  const { preferences, store } = storage();
  for (const id of ['1', '2', '3', '4', '2'])
    preferences.remember('camera', id, `no. ${id}`, false);
  const kept = JSON.parse(store.text).camera.map((entry) => entry.selectedDeviceId);
  assert.deepEqual(kept, ['2', '4', '3']);

  const device = (deviceId, label) => ({ deviceId, label });
  assert.deepEqual(preferences.recall('camera', [device('3', ''), device('4', '')]), {
    deviceId: '4',
    isMuted: false,
  });
  assert.equal(preferences.recall('camera', [device('x', 'no. 3')]).deviceId, 'x');
  assert.deepEqual(preferences.recall('camera', [device('y', '')]), {});
});

test('a storage that is full, forbidden or of somebody else does no harm', () => {
  for (const text of ['[', '7', '{"camera":7}', '{"camera":[null,{"selectedDeviceId":3}]}']) {
    const { preferences, store } = storage(text);
    assert.deepEqual(preferences.recall('camera', [A]), {});
    preferences.remember('camera', 'a', 'A', true);
    assert.equal(JSON.parse(store.text).camera.length, 1, text);
  }
  const { preferences, store, warnings } = storage();
  store.getItem = store.setItem = () => {
    throw new DOMException('', 'SecurityError');
  };
  preferences.remember('camera', 'a', 'A', true);
  assert.equal(warnings.length, 2);
});

test('a speaker plays every element, each as loud as it should be', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const port = fakePort();
  const speaker = new SpeakerManager(port);
  const element = () => {
    const made = { volume: 1, sinks: [] };
    made.setSinkId = async (id) => made.sinks.push(id);
    return made;
  };
  const [one, two] = [element(), element()];
  playOn(speaker, one, 'alice');
  await speaker.select('s');
  const detach = playOn(speaker, two, 'bob');
  speaker.setVolume(0.5);
  speaker.setParticipantVolume('bob', 0.1);
  assert.deepEqual([one.volume, two.volume], [0.5, 0.1]);
  assert.deepEqual([one.sinks, two.sinks], [['s'], ['s']]);
  assert.deepEqual(port.volumes, [['bob', 0.1]]);

  await plug(t, [A]);
  assert.equal(speaker.state.selectedDevice, '');
  assert.deepEqual(one.sinks, ['s', '']);

  detach();
  speaker.setParticipantVolume('bob', undefined);
  assert.equal(two.volume, 0.1);
  for (const volume of [-0.1, 1.1, NaN, '1']) {
    assert.throws(() => speaker.setVolume(volume), { code: 'invalid-argument' });
  }
  await recallSpeaker(speaker);
  assert.equal(speaker.state.selectedDevice, '', 'the app has chosen');
});

test('layers that nobody watches are off, and changes wait for each other', async () => {
  const set = [];
  const sender = {
    encodings: ['q', 'h', 'f'].map((rid) => ({ rid, active: true, maxBitrate: 1 })),
    getParameters() {
      return { encodings: this.encodings.map((encoding) => ({ ...encoding })) };
    },
    async setParameters(parameters) {
      await settle();
      this.encodings = parameters.encodings;
      set.push(parameters);
    },
  };
  const active = () => sender.encodings.filter((e) => e.active).map((e) => e.rid + e.maxBitrate);

  setEncodings({ sender }, [{ rid: 'q', maxBitrate: 9 }], 'balanced');
  await setEncodings({ sender }, [{ rid: 'h' }, { rid: 'q' }]);
  assert.deepEqual(active(), ['q9', 'h1']);
  assert.deepEqual([set.length, set[0].degradationPreference], [2, 'balanced']);

  await setEncodings({ sender }, [{ rid: 'h' }, { rid: 'q' }]);
  assert.equal(set.length, 2, 'nothing changed');

  sender.encodings = [{ active: true }];
  await setEncodings({ sender }, [{ rid: 'h', maxFramerate: 7 }]);
  assert.deepEqual(sender.encodings, [{ active: true, maxFramerate: 7 }]);
  await setEncodings({ sender }, []);
  assert.equal(sender.encodings[0].active, false);
});

test('one run at a time, and the last one that is wanted stays', async () => {
  const log = [];
  const want = whileWanted(
    async (value) => {
      log.push(`start ${value}`);
      await settle();
      if (value === 'broken') throw new Error('broken');
      return () => log.push(`stop ${value}`);
    },
    (error) => log.push(error.message),
  );
  want('a');
  want('b');
  await want('c');
  await want('c');
  assert.deepEqual(log, ['start c']);

  await want('broken');
  await want(undefined);
  await want('d');
  assert.deepEqual(log.slice(1), ['stop c', 'start broken', 'broken', 'start d']);
});

test('nobody listens to a muted microphone unless the app wants it', async () => {
  const state = (values) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const cell = makeValue(value).cell;
        return [
          [name, value],
          [`${name}$`, cell.observable],
        ];
      }),
    );
  globalThis.AudioContext = class {};
  const call = state({ callingState: 'joined', ownCapabilities: ['send-audio'] });
  const device = makeValue({ status: 'disabled' });
  const microphone = new MicrophoneManager(device.cell, fakePort(), call);
  await settle();
  delete globalThis.AudioContext;

  assert.deepEqual(asked, []);
  assert.equal(microphone.state.speakingWhileMuted, false);
});

function manager() {
  const port = fakePort();
  const device = makeValue({});
  const camera = new CameraManager(device.cell, port);
  const { store, preferences } = storage();
  port.client.preferences = preferences;
  return { camera, device, port, store, call: { camera, warnings: port.warnings } };
}

/** The core's side of the managers: notes what it is told. */
function fakePort() {
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

function storage(text = null) {
  const warnings = [];
  const store = {
    text,
    getItem: () => store.text,
    setItem: (key, value) => (store.text = value),
  };
  const warn = (message) => warnings.push(message);
  return { store, warnings, preferences: new DevicePreferences('key', store, warn) };
}

async function plug(t, devices) {
  present = devices;
  media.dispatchEvent(new Event('devicechange'));
  t.mock.timers.tick(500);
  await settle();
}

/** Lets everything run that waits for promises only. */
async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
