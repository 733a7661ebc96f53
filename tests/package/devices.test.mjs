// Lists, permissions, captures and managers of devices, with fakes for what Node has not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FakeTrack,
  FakeStream,
  media,
  permissions,
  CAMERA,
  MICROPHONE,
  SCREEN,
  A,
  B,
  hardware,
  manager,
  fakePort,
  plug,
  settle,
} from './support/fake-media.mjs';

// After the fakes: the modules look for them when they are loaded.
const { openCapture } = await import('../../js/capture.js');
const { ScreenShareManager } = await import('../../js/screen-share.js');
const { getVideoDevices } = await import('../../js/device-list.js');
const { permissionOf } = await import('../../js/device-permissions.js');
const { DeviceError } = await import('../../js/errors.js');
const { makeValue } = await import('../../js/observable.js');

test('a list of devices hides the default one and follows what is plugged, once it has settled', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const seen = [];
  const subscription = getVideoDevices().subscribe((devices) => {
    seen.push(devices.map((device) => device.deviceId).join());
  });
  await settle();
  assert.deepEqual(seen, ['a,b']);

  hardware.present = [A];
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
    hardware.asked.push(constraints);
    throw new DOMException('', name);
  };

  await openCapture(undefined, CAMERA, 1280, 720, 'user', 'gone');

  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  assert.deepEqual(hardware.asked, [
    { video: { ...size, deviceId: { exact: 'gone' } } },
    { video: { ...size, facingMode: 'user' } },
    { video: true },
  ]);
});

test('a device that is busy is not asked for in another way', async () => {
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    throw new DOMException('', 'NotReadableError');
  };

  await assert.rejects(openCapture(undefined, CAMERA, 0, 0, undefined, 'a'), {
    name: 'NotReadableError',
  });
  assert.equal(hardware.asked.length, 1);
});

test('music is captured as it is', async () => {
  await openCapture(undefined, MICROPHONE, 0, 0, undefined, undefined, true);

  const [{ audio }] = hardware.asked;
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
    hardware.asked.push(constraints);
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

  assert.deepEqual(hardware.asked[0].video, {
    width: { max: 2560 },
    height: { max: 1440 },
    frameRate: { ideal: 5 },
  });
  assert.equal(hardware.asked[0].systemAudio, 'include');
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
  hardware.present = [{ ...A, label: '' }];
  const { camera } = manager();

  await camera.devices({ prompt: false });
  assert.deepEqual(hardware.asked, []);
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    hardware.present = [A];
    return new FakeStream([new FakeTrack('video')]);
  };
  const devices = await camera.devices();
  await camera.devices();

  assert.deepEqual([devices[0].label, hardware.asked], ['Camera A', [{ video: true }]]);
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

test('a capture that is given up turns its device off at once, whatever still takes its time', async () => {
  const opened = [];
  media.getUserMedia = async () => {
    opened.push(new FakeTrack('video', { deviceId: 'a' }));
    return new FakeStream([opened.at(-1)]);
  };
  const given = new AbortController();
  const { camera } = manager();
  camera.registerFilter(() => new Promise(() => {}));
  const how = [640, 480, undefined, undefined, false, false, undefined, given.signal];
  void openCapture({ camera }, CAMERA, ...how);
  await settle();
  assert.equal(opened[0].readyState, 'live');
  given.abort();
  assert.equal(opened[0].readyState, 'ended');

  // Given up before the browser had opened it.
  void openCapture({ camera }, CAMERA, ...how);
  await settle();
  assert.equal(opened[1].readyState, 'ended');
});
