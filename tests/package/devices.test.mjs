// Lists, permissions and managers of devices, through the built package, with fakes for what Node
// has not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  A,
  B,
  FakeStream,
  FakeTrack,
  hardware,
  live,
  makeCall,
  media,
  opened,
  permissions,
  plug,
  settle,
} from './support/fake-media.mjs';

const { DeviceError, getAudioStream, getScreenShareStream, getVideoDevices } = await import(
  'trunkline'
);

const track = (name) => new FakeTrack('video', { deviceId: name });
const named = (name) => new FakeStream([track(name)]);

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
});

test('a list is an observable for those who know such, and follows what an app adds', async () => {
  const list = makeCall().call.camera.listDevices({ prompt: false });
  assert.deepEqual(Object.keys(list['@@observable']()), Object.keys(list));
  const seen = [];
  const throwing = list.subscribe(() => {
    throw new Error('of the app');
  });
  const subscription = list['@@observable']().subscribe({ next: (d) => seen.push(d.length) });
  await settle();
  assert.deepEqual(seen, [2]);
  subscription.unsubscribe();
  subscription.unsubscribe();
  throwing.unsubscribe();
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
  const { camera } = makeCall().call;
  const seen = [];
  await settle();
  const subscription = camera.state.browserPermissionState$.subscribe((state) => seen.push(state));
  const getUserMedia = media.getUserMedia;
  media.getUserMedia = async (constraints) => {
    permissions.camera.set('granted');
    return getUserMedia(constraints);
  };
  await camera.enable();
  await camera.disable();
  permissions.camera.set('denied');
  assert.equal(camera.state.hasBrowserPermission, false);
  permissions.camera.set('prompt');
  media.getUserMedia = async () => {
    throw new DOMException('no', 'NotAllowedError');
  };
  await assert.rejects(camera.enable(), { code: 'permission-denied' });
  subscription.unsubscribe();

  const expected = ['prompt', 'prompting', 'granted', 'denied', 'prompt', 'prompting', 'prompt'];
  assert.deepEqual(seen, expected);
});

test('filters follow each other, one that fails is left out, and all end with the source', async () => {
  const log = [];
  const { call, warnings } = makeCall();
  const { camera } = call;
  const make = (name, output) => (input) => {
    log.push(`${name} < ${input.name ?? 'root'}`);
    return { output, stop: () => log.push(`stop ${name}`) };
  };
  const [one, two] = ['one', 'two'].map((name) => Object.assign(named(name), { name }));
  camera.registerFilter(make('one', one));
  camera.registerFilter(() => {
    throw new Error('broken');
  });
  camera.registerFilter(make('two', Promise.resolve(two)));

  await camera.enable();
  const { mediaStream, rootMediaStream, selectedDevice } = camera.state;
  assert.equal(mediaStream, two);
  assert.deepEqual(log, ['one < root', 'two < one']);
  assert.deepEqual(warnings, ['a filter failed and is left out']);
  assert.equal(selectedDevice, 'a');

  await camera.disable();
  assert.deepEqual(log.slice(2), ['stop two', 'stop one']);
  for (const stream of [rootMediaStream, one, two]) {
    assert.equal(stream.tracks[0].readyState, 'ended');
  }
});

for (const [what, filter] of [
  ['nothing', () => undefined],
  ['an object without a stream', () => ({})],
  ['something else than a stream', () => ({ output: { getTracks: () => [] } })],
  ['an output that throws', () => ({ output: Promise.reject(new Error('no')) })],
  [
    'a getter that throws',
    () => ({
      get output() {
        throw new Error('no');
      },
    }),
  ],
]) {
  test(`a filter that gives ${what} is left out, and the camera goes off all the same`, async () => {
    const { call, warnings } = makeCall();
    call.camera.registerFilter(filter);

    await call.camera.enable();
    assert.equal(call.camera.state.mediaStream, call.camera.state.rootMediaStream);
    assert.deepEqual(warnings, ['a filter failed and is left out']);
    await call.camera.disable();
    assert.deepEqual(live(), []);
  });
}

test('a filter that is registered twice is taken out once', async () => {
  const { camera } = makeCall().call;
  let runs = 0;
  const filter = (output) => {
    runs += 1;
    return { output };
  };
  const first = camera.registerFilter(filter);
  await Promise.all([first.registered, camera.registerFilter(filter).registered]);
  await first.unregister();

  await camera.enable();
  assert.equal(runs, 1);
  assert.throws(() => camera.registerFilter({}), { code: 'invalid-argument' });
  await camera.disable();
});

test('a device that is gone gives way to any, and constraints that are too much to none', async () => {
  const { camera } = makeCall().call;
  const real = media.getUserMedia;
  const failures = ['NotFoundError', 'OverconstrainedError'];
  media.getUserMedia = async (constraints) => {
    const name = failures.shift();
    if (!name) return real(constraints);
    hardware.asked.push(constraints);
    throw new DOMException('', name);
  };
  camera.setDefaultConstraints({ frameRate: 7, facingMode: 'user' });
  await camera.select('gone');
  await camera.enable();

  const wishes = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: 7 };
  assert.deepEqual(hardware.asked, [
    { video: { ...wishes, deviceId: { exact: 'gone' } } },
    { video: { ...wishes, facingMode: 'user' } },
    { video: true },
  ]);
  await camera.disable();
});

test('a device that is busy is not asked for in another way', async () => {
  const { camera } = makeCall().call;
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    throw new DOMException('', 'NotReadableError');
  };
  await camera.select('a');

  await assert.rejects(camera.enable(), { code: 'in-use', kind: 'camera', deviceId: 'a' });
  assert.equal(hardware.asked.length, 1);
});

test('the real id stands for the default device', async () => {
  const { camera } = makeCall().call;
  media.getUserMedia = async () =>
    opened(new FakeTrack('video', { deviceId: 'default', groupId: '2' }));

  await camera.enable();

  assert.equal(camera.state.selectedDevice, 'b');
  await camera.disable();
});

test('a screen comes with its sound, its hint and the limits of the app', async () => {
  const { screenShare } = makeCall().call;
  screenShare.setSettings({ maxFramerate: 5, contentHint: 'text' });
  await screenShare.enable();

  assert.deepEqual(hardware.asked[0].video, {
    width: { max: 2560 },
    height: { max: 1440 },
    frameRate: { ideal: 5 },
  });
  assert.equal(hardware.asked[0].systemAudio, 'include');
  const [screen] = screenShare.state.mediaStream.getVideoTracks();
  assert.equal(screen.contentHint, 'text');
  screenShare.setSettings({ contentHint: '' });
  assert.equal(screen.contentHint, '');
  assert.deepEqual(screenShare.getSettings(), {
    maxFramerate: 5,
    maxBitrate: 3_000_000,
    contentHint: '',
  });
  for (const wrong of [{ maxFramerate: 0 }, { maxBitrate: '1' }, { bitrate: 1 }, [], undefined]) {
    assert.throws(() => screenShare.setSettings(wrong), { code: 'invalid-argument' });
  }
  await screenShare.disable();

  for (const [message, code] of [
    ['Permission denied', 'permission-dismissed'],
    ['Permission denied by system', 'permission-denied'],
  ]) {
    media.getDisplayMedia = async () => {
      throw new DOMException(message, 'NotAllowedError');
    };
    await assert.rejects(screenShare.enable(), { code, kind: 'screenShare' });
    await assert.rejects(getScreenShareStream(), { code });
  }
  await assert.rejects(screenShare.select('x'), { code: 'illegal-state' });
});

test('a virtual device is listed, opened by the app, and gone when it says so', async () => {
  const { camera } = makeCall().call;
  const stream = named('virtual');
  let stopped = 0;
  const virtual = camera.registerVirtualDevice({
    label: 'Virtual',
    getUserMedia: async () => ({ stream, stop: () => (stopped += 1) }),
  });
  const listed = await camera.devices();
  assert.deepEqual(
    listed.map((each) => each.label),
    ['Camera A', 'Camera B', 'Virtual'],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(listed[2])), {
    deviceId: virtual.deviceId,
    label: 'Virtual',
    kind: 'videoinput',
    groupId: '',
  });

  await camera.select(virtual.deviceId);
  await camera.enable();
  assert.equal(camera.state.rootMediaStream, stream);
  // Another filter takes the source that runs, which must not end meanwhile.
  await camera.registerFilter((output) => ({ output })).registered;
  assert.equal(stopped, 0);
  await virtual.unregister();

  assert.deepEqual([stopped, stream.tracks[0].readyState], [1, 'ended']);
  assert.deepEqual([camera.state.status, camera.state.selectedDevice], ['disabled', undefined]);
  assert.equal((await camera.devices()).length, 2);
  for (const wrong of [undefined, 7, {}, { getUserMedia: () => {}, label: 7 }]) {
    assert.throws(() => camera.registerVirtualDevice(wrong), { code: 'invalid-argument' });
  }
});

test('a selected device that is unplugged goes off and is told of; a replaced one is renewed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { client, call } = makeCall();
  const events = [];
  call.on('device.disconnected', (event) => events.push(event));
  client.on('device.disconnected', (event) => events.push(event));
  await settle();
  await call.camera.enable();

  await plug(t, [{ ...A, groupId: '9' }, B]);
  assert.equal(hardware.asked.length, 2);
  assert.equal(call.camera.state.status, 'enabled');

  await plug(t, [B]);
  assert.deepEqual([call.camera.state.status, live()], ['disabled', []]);
  assert.equal(call.camera.state.selectedDevice, undefined);
  const [{ received_at, ...event }] = events;
  assert.ok(received_at instanceof Date);
  assert.deepEqual(event, {
    type: 'device.disconnected',
    call_cid: 'default:fake',
    status: 'enabled',
    deviceId: 'a',
    label: 'Camera A',
    kind: 'videoinput',
  });
  assert.equal(events.length, 2);
});

test('the user is asked once for the names of devices, unless the app does not want that', async () => {
  hardware.present = [{ ...A, label: '' }];
  const { camera } = makeCall().call;

  await camera.devices({ prompt: false });
  assert.deepEqual(hardware.asked, []);
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    hardware.present = [A];
    return opened(track('a'));
  };
  const devices = await camera.devices();
  await camera.devices();

  assert.deepEqual([devices[0].label, hardware.asked], ['Camera A', [{ video: true }]]);
  assert.deepEqual(live(), []);
  await assert.rejects(camera.devices({ prompt: 'yes' }), { code: 'invalid-argument' });
});

test('a question that is closed or refused is not asked again for the same subscription', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const nameless = { ...A, label: '' };
  hardware.present = [nameless];
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    // As browsers do that block a page for a while.
    permissions.camera.set('denied');
    permissions.camera.set('prompt');
    throw new DOMException('', 'NotAllowedError');
  };
  const seen = [];
  const watch = () =>
    makeCall()
      .call.camera.listDevices()
      .subscribe({
        next: (devices) => seen.push(devices[0]?.label),
        error: (error) => seen.push(error.code),
      });
  const subscription = watch();
  await settle();
  assert.deepEqual(hardware.asked, [{ video: true }]);
  await plug(t, [nameless, { ...B, label: '' }]);
  permissions.camera.set('denied');
  permissions.camera.set('prompt');
  await settle();
  assert.equal(hardware.asked.length, 1);
  assert.equal(seen.filter((what) => what === 'permission-denied').length, 1);
  assert.equal(seen.at(-1), '', 'the devices as the page may see them');

  // Who is let in later sees the names.
  hardware.present = [A];
  permissions.camera.set('granted');
  await settle();
  assert.equal(seen.at(-1), 'Camera A');
  subscription.unsubscribe();

  // A new wish is a new question, unless it is withdrawn.
  hardware.present = [nameless];
  permissions.camera.set('prompt');
  watch().unsubscribe();
  await settle();
  assert.equal(hardware.asked.length, 1);
  const again = watch();
  await settle();
  assert.equal(hardware.asked.length, 2);
  again.unsubscribe();
});

test('wishes for the same devices share the question that is open', async () => {
  hardware.present = [{ ...A, label: '' }];
  const answers = [];
  media.getUserMedia = (constraints) => {
    hardware.asked.push(constraints);
    return new Promise((resolve) => answers.push(resolve));
  };
  const { camera } = makeCall().call;
  const seen = [];
  const subscriptions = [1, 2].map(() =>
    camera.listDevices().subscribe((devices) => seen.push(devices[0].label)),
  );
  const asked = camera.devices();
  await settle();
  // A list that is read anew meanwhile waits for the answer, too.
  permissions.camera.set('denied');
  permissions.camera.set('prompt');
  await settle();
  assert.deepEqual([hardware.asked, seen], [[{ video: true }], []]);

  hardware.present = [A];
  answers[0](opened(track('a')));
  assert.equal((await asked)[0].label, 'Camera A');
  await settle();
  assert.deepEqual(seen, ['Camera A', 'Camera A']);
  assert.deepEqual(live(), []);
  for (const subscription of subscriptions) subscription.unsubscribe();
});

test('a failure says of which device it is, and keeps its identity in the state', async () => {
  const { camera } = makeCall().call;
  const cause = new DOMException('', 'NotReadableError');
  media.getUserMedia = async () => {
    throw cause;
  };
  const seen = [];
  camera.state.error$.subscribe((error) => seen.push(error));
  await camera.select('b');
  await assert.rejects(camera.enable(), (error) => {
    assert.ok(error instanceof DeviceError);
    assert.deepEqual(
      [error.kind, error.deviceId, error.code, error.cause],
      ['camera', 'b', 'in-use', cause],
    );
    return true;
  });
  await assert.rejects(camera.enable());

  assert.equal(seen.length, 2);
  assert.equal(camera.state.error, seen[1]);
});

test('what is under way has settled when nothing is left', async () => {
  const { camera } = makeCall().call;
  let finish;
  media.getUserMedia = () => new Promise((resolve) => (finish = resolve));
  const order = [];
  void camera.enable().then(() => order.push('enabled'));
  const settled = camera.statusChangeSettled().then(() => order.push('settled'));
  await settle();
  assert.deepEqual([camera.state.status, camera.state.optimisticStatus], [undefined, 'enabled']);
  assert.deepEqual(order, []);

  finish(opened(track('a')));
  await settled;
  assert.deepEqual(order, ['enabled', 'settled']);
  await camera.disable();
});

test('a signal gives up the opening of a device', async () => {
  const { camera } = makeCall().call;
  media.getUserMedia = () => new Promise(() => {});
  const controller = new AbortController();
  const enabled = camera.enable({ signal: controller.signal });
  controller.abort('enough');

  await assert.rejects(enabled, { code: 'aborted', name: 'AbortError', cause: 'enough' });
  assert.equal(camera.state.optimisticStatus, 'disabled');
  await assert.rejects(camera.enable({ signal: controller.signal }), { code: 'aborted' });
  for (const wrong of [{ signal: {} }, { signals: 1 }, 'now']) {
    await assert.rejects(camera.enable(wrong), { code: 'invalid-argument' });
  }
});

test('disabling keeps the capture only where the app wants that', async () => {
  const { microphone } = makeCall().call;
  assert.equal(microphone.disableMode, 'stop-tracks');
  microphone.disableMode = 'disable-tracks';
  await microphone.enable();
  const [sound] = microphone.state.mediaStream.getTracks();

  await microphone.disable();
  assert.deepEqual([sound.readyState, sound.enabled], ['live', false]);
  await microphone.toggle();
  assert.deepEqual([sound.enabled, hardware.asked.length], [true, 1]);
  await microphone.toggle();
  assert.equal(sound.readyState, 'live');
  await microphone.disable({ forceStop: true });
  assert.equal(sound.readyState, 'ended');
  await microphone.resume();
  assert.deepEqual([microphone.state.status, live().length], ['enabled', 1]);
  await microphone.disable(true);
  assert.deepEqual(live(), []);

  assert.throws(() => (microphone.disableMode = 'off'), { code: 'invalid-argument' });
  await assert.rejects(microphone.disable({ force: true }), { code: 'invalid-argument' });
  assert.throws(() => microphone.setSilenceThreshold('1'), { code: 'invalid-argument' });
  await assert.rejects(microphone.setAudioBitrateProfile(7), { code: 'invalid-argument' });
  await assert.rejects(microphone.setAudioBitrateProfile(2), { code: 'illegal-state' });
});

test('cameras turn on phones', async () => {
  const { camera } = makeCall().call;
  await camera.flip();
  assert.equal(camera.state.direction, 'back');
  await camera.flip();
  assert.equal(camera.state.direction, 'front');
  await camera.selectDirection('back', { enableCamera: true });

  assert.equal(hardware.asked[0].video.facingMode, 'environment');
  assert.equal(camera.state.status, 'enabled');
  await assert.rejects(camera.selectDirection('up'), { code: 'invalid-argument' });
  await camera.disable();

  const phone = navigator.userAgent;
  navigator.userAgent = 'Desktop';
  const { call, warnings } = makeCall();
  await call.camera.flip();
  navigator.userAgent = phone;
  assert.deepEqual(warnings, ['cameras have a direction on phones only']);
});

test('a capture that is given up turns its device off at once, whatever still takes its time', async () => {
  const { camera } = makeCall().call;
  camera.registerFilter(() => new Promise(() => {}));
  void camera.enable();
  await settle();
  assert.equal(live().length, 1);
  void camera.disable();
  assert.deepEqual(live(), []);

  // Given up before the browser had opened it.
  void camera.enable();
  void camera.disable();
  await settle();
  assert.deepEqual(live(), []);
});

test('a page may open devices apart from any call, and hears in our words why not', async () => {
  const stream = await getAudioStream();
  assert.deepEqual([stream, hardware.asked], [hardware.opened[0], [{ audio: true }]]);
  media.getUserMedia = async () => {
    throw new DOMException('Permission dismissed', 'NotAllowedError');
  };
  await assert.rejects(getAudioStream({ sampleSize: 8 }), {
    name: 'DeviceError',
    code: 'permission-dismissed',
    kind: 'microphone',
  });
});
