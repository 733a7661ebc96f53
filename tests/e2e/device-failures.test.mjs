// Devices that the user, the browser or the system withholds or takes away: the error says why, and
// the call goes on without.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DEVICES, THREE_CAMERAS } from './support/browser.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} */
let alice;
/** @type {Person} */
let bob;
const here = world(
  async (world) => {
    [alice, bob] = await Promise.all([
      world.person('Alice'),
      world.person('Bob', {}, {}, {}, obeyTheTest),
    ]);
    await alice.joinSilently(callId);
    await bob.join(callId);
    await allArrives();
  },
  [THREE_CAMERAS],
);
const callId = unique('failures');

/**
 * Lets a test bring about what Chromium's own fake devices never do: they are always there, any
 * number of pages may use them at a time, and a question that cannot be shown is not dismissed but
 * answered with no.
 */
function obeyTheTest() {
  const { mediaDevices } = navigator;
  const capture = mediaDevices.getUserMedia.bind(mediaDevices);
  const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
  const fault = /** @type {typeof globalThis.fault} */ ({ unplugged: [] });
  globalThis.fault = fault;
  mediaDevices.getUserMedia = async (constraints) => {
    const { thrown } = fault;
    if (thrown) {
      fault.times = (fault.times ?? Infinity) - 1;
      if (fault.times === 0) delete fault.thrown;
      throw new DOMException(thrown.message, thrown.name);
    }
    return capture(constraints);
  };
  mediaDevices.enumerateDevices = async () =>
    (await enumerate()).filter(({ deviceId }) => !fault.unplugged.includes(deviceId));
}

/** Waits until Alice gets Bob's picture and sound. */
async function allArrives() {
  const before = await alice.run((bob) => flow(bob), bob.id);
  await alice.until(
    async ({ bob, before }) => {
      const { camera, microphone } = await flow(bob);
      return (
        camera &&
        microphone &&
        camera.units > (before.camera?.units ?? 0) + 2 &&
        microphone.units > (before.microphone?.units ?? 0) + 2
      );
    },
    { bob: bob.id, before },
    'picture and sound arrive',
  );
}

/**
 * Waits until Alice knows whether Bob publishes a track.
 *
 * @param {1 | 2} track
 * @param {boolean} on
 */
async function published(track, on) {
  await alice.until(
    ({ bob, track, on }) =>
      call.state.participants.some(
        (p) => p.userId === bob && p.publishedTracks.includes(track) === on,
      ),
    { bob: bob.id, track, on },
    `track ${track} is ${on ? 'published' : 'gone'}`,
  );
}

/**
 * Gives what a device says of itself, in plain data.
 *
 * @param {Person} person
 * @param {'camera' | 'microphone'} device
 */
function stateOf(person, device) {
  return person.run((device) => {
    const { state } = call[device];
    const { status, optimisticStatus, error, browserPermissionState } = state;
    const { hasBrowserPermission, isPromptingPermission } = state;
    return {
      device: [status, optimisticStatus, error?.code],
      permission: [browserPermissionState, hasBrowserPermission, isPromptingPermission],
    };
  }, device);
}

const KINDS = /** @type {const} */ (['camera', 'microphone']);

test('what the user has refused is told, and the call is joined without', async () => {
  const dan = await here.person('Dan', {}, {}, { permissions: [] });
  await dan.open(callId);
  await dan.run(() => call.join());
  for (const device of KINDS) {
    await dan.until(
      (device) => call[device].state.error?.code === 'permission-denied',
      device,
      `the ${device} that the call's settings want on is refused`,
    );
    const failure = await dan.run((device) => failureOf(call[device].enable()), device);
    assert.deepEqual(
      [failure.type, failure.code, failure.category],
      ['DeviceError', 'permission-denied', 'device'],
    );
    assert.notEqual(failure.hint, '');
    const { device: state, permission } = await stateOf(dan, device);
    assert.notEqual(state[0], 'enabled');
    assert.equal(state[0], state[1]);
    assert.deepEqual(permission, ['denied', false, false]);
  }
  assert.equal(await dan.run(() => spy.open().tracks), 0);

  await dan.run(() => {
    globalThis.seen = [];
    call.camera.state.browserPermissionState$.subscribe((state) => seen.push(state));
  });
  await dan.page.context().grantPermissions(DEVICES);
  await dan.until(
    () => seen.at(-1) === 'granted',
    undefined,
    'the user’s change of mind is noticed',
  );
  await dan.run(() => Promise.all([call.camera.enable(), call.microphone.enable()]));
  for (const device of KINDS) {
    const now = await stateOf(dan, device);
    assert.deepEqual(now.device, ['enabled', 'enabled', undefined]);
    assert.deepEqual(now.permission, ['granted', true, false]);
  }
  await dan.close();
});

test('a permission that is taken back while the devices are on turns them off', async () => {
  const dan = await here.person('Dan');
  await dan.open(callId);
  await dan.run(() => call.join());
  await dan.until(() => spy.open().tracks === 2, undefined, 'both devices are on');
  await dan.page.context().clearPermissions();
  for (const device of KINDS) {
    await dan.until(
      (device) => call[device].state.status === 'disabled',
      device,
      `the ${device} is off`,
    );
    assert.deepEqual((await stateOf(dan, device)).permission, ['prompt', true, false]);
  }
  assert.equal(await dan.run(() => spy.open().tracks), 0);
  await dan.close();
});

for (const [what, name, message, code] of /** @type {const} */ ([
  [
    'a question that is dismissed',
    'NotAllowedError',
    'Permission dismissed',
    'permission-dismissed',
  ],
  ['a device in use', 'NotReadableError', 'Could not start video source', 'in-use'],
  ['no device', 'NotFoundError', 'Requested device not found', 'not-found'],
  ['an interrupted start', 'AbortError', 'Starting the device timed out', 'aborted'],
])) {
  test(`${what}: the error says so, and the next try can succeed`, async () => {
    for (const device of KINDS) {
      await bob.run((device) => call[device].disable(), device);
      const failure = await bob.run(
        ({ device, thrown }) => {
          fault.thrown = thrown;
          return failureOf(call[device].enable());
        },
        { device, thrown: { name, message } },
      );
      assert.deepEqual([failure.type, failure.code], ['DeviceError', code]);
      const refused = await stateOf(bob, device);
      assert.deepEqual(refused.device, ['disabled', 'disabled', code]);
      assert.deepEqual(refused.permission, ['granted', true, false]);
      await published(device === 'camera' ? 2 : 1, false);

      await bob.run((device) => {
        delete fault.thrown;
        return call[device].enable();
      }, device);
      assert.deepEqual((await stateOf(bob, device)).device, ['enabled', 'enabled', undefined]);
    }
    await allArrives();
  });
}

test('a device that cannot be opened leaves the one that is on', async () => {
  for (const device of KINDS) {
    const used = (/** @type {'camera' | 'microphone'} */ device) => [
      call[device].state.mediaStream?.getTracks()[0]?.getSettings().deviceId,
      call[device].state.selectedDevice,
    ];
    const before = await bob.run(used, device);
    const failure = await bob.run(async (device) => {
      const other = (await call[device].devices()).at(-1);
      // Some systems open one device at a time: it is tried beside the first one, then in its place.
      Object.assign(fault, { thrown: { name: 'NotReadableError', message: 'In use' }, times: 2 });
      return failureOf(call[device].select(other?.deviceId));
    }, device);
    assert.equal(failure.code, 'in-use');
    await bob.until(
      ({ device, before }) =>
        call[device].state.mediaStream?.getTracks()[0]?.getSettings().deviceId === before[0],
      { device, before },
      'the one before is open again',
    );
    assert.deepEqual(await bob.run(used, device), before);
    assert.equal((await stateOf(bob, device)).device[0], 'enabled');
  }
  await allArrives();
});

test('constraints that no device fulfils give whatever there is', async () => {
  await bob.run(async () => {
    await Promise.all([call.camera.disable(), call.microphone.disable()]);
    call.camera.setDefaultConstraints({ width: { min: 100_000 } });
    call.microphone.setDefaultConstraints({ sampleSize: { exact: 1000 } });
    await Promise.all([call.camera.enable(), call.microphone.enable()]);
    call.camera.setDefaultConstraints({});
    call.microphone.setDefaultConstraints({});
  });
  await allArrives();
});

test('a device that is unplugged goes off, and the next one takes its place when asked', async () => {
  for (const device of KINDS) {
    const unplugged = await bob.run(async (device) => {
      const other = (await call[device].devices()).at(-1);
      await call[device].select(other?.deviceId);
      heard = [];
      call.on('device.disconnected', (event) => heard.push({ ...event }));
      fault.unplugged = [other?.deviceId];
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
      return { deviceId: other?.deviceId, label: other?.label };
    }, device);
    await bob.until(() => heard.length > 0, undefined, 'the event comes');
    const [event] = await bob.run(() => heard);
    assert.deepEqual(
      [event?.['deviceId'], event?.['label'], event?.['status']],
      [unplugged.deviceId, unplugged.label, 'enabled'],
    );
    await published(device === 'camera' ? 2 : 1, false);
    const selected = await bob.until(
      (device) => call[device].state.status === 'disabled' && [call[device].state.selectedDevice],
      device,
      'it is off',
    );
    assert.deepEqual(selected, [undefined]);

    const next = await bob.run(async (device) => {
      await call[device].enable();
      fault.unplugged = [];
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
      return call[device].state.selectedDevice;
    }, device);
    assert.notEqual(next, unplugged.deviceId);
  }
  await allArrives();
});

test('a track that the system ends turns the device off for everybody', async () => {
  for (const device of KINDS) {
    await bob.run((device) => {
      const [track] = call[device].state.mediaStream?.getTracks() ?? [];
      // Scripts that stop a track hear no event; only the system's end makes one.
      track?.stop();
      track?.dispatchEvent(new Event('ended'));
    }, device);
    await published(device === 'camera' ? 2 : 1, false);
    assert.deepEqual((await stateOf(bob, device)).device.slice(0, 2), ['disabled', 'disabled']);
  }
  assert.equal(await bob.run(() => spy.open().tracks), 0);
  await bob.run(() => Promise.all([call.camera.enable(), call.microphone.enable()]));
  await allArrives();
});

test('nothing was complained about', () => {
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});
