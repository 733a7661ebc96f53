// Camera, microphone and shared screen: on, off, another one, in every order; what the others get
// agrees, and nothing stays on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SHARED_SCREEN, THREE_CAMERAS, has, testWith } from './support/browser.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */
/** @typedef {'camera' | 'microphone' | 'screenShare'} Device */

/** @type {Person} */
let alice;
/** @type {Person} */
let bob;
const here = world(
  async (world) => {
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    await alice.joinSilently(callId);
    await bob.joinSilently(callId);
  },
  [THREE_CAMERAS, SHARED_SCREEN],
);
const callId = unique('devices');

/**
 * What the others get of a device: names of `flow`, and `TrackType`s.
 *
 * @type {Record<Device, { flows: (keyof Flows)[], types: number[] }>}
 */
const TRACKS = {
  camera: { flows: ['camera'], types: [2] },
  microphone: { flows: ['microphone'], types: [1] },
  screenShare: has('screenSound')
    ? { flows: ['screen', 'screenSound'], types: [3, 4] }
    : { flows: ['screen'], types: [3] },
};
const DEVICES = /** @type {Device[]} */ (Object.keys(TRACKS));

/**
 * Waits until Alice gets exactly what Bob has on, and Bob captures no more than that.
 *
 * @param {Device[]} on
 */
async function allAgree(on) {
  const types = on.flatMap((device) => TRACKS[device].types).sort();
  const flows = on.flatMap((device) => TRACKS[device].flows);
  const what = `${on.join(', ') || 'nothing'} on`;
  await alice.until(
    ({ bob, types }) => {
      const published = call.state.participants.find((p) => p.userId === bob)?.publishedTracks;
      return String([...(published ?? [])].sort()) === String(types);
    },
    { bob: bob.id, types },
    `${what}: these tracks are published`,
  );
  const { tracks, states } = await bob.run(() => ({
    tracks: spy.open().tracks,
    states: [call.camera, call.microphone, call.screenShare].map(({ state }) => state.status),
  }));
  assert.equal(tracks, types.length, `${what}: as many tracks are captured`);
  for (const [at, device] of DEVICES.entries()) {
    assert.equal(states[at] === 'enabled', on.includes(device), `${what}: status of ${device}`);
  }
  const before = await alice.run((bob) => flow(bob), bob.id);
  await alice.until(
    async ({ bob, flows, before }) => {
      const now = await flow(bob);
      return flows.every((name) => (now[name]?.units ?? 0) > (before[name]?.units ?? 0) + 2);
    },
    { bob: bob.id, flows, before },
    `${what}: that arrives`,
  );
  const silent = DEVICES.flatMap((device) => TRACKS[device].flows).filter(
    (name) => !flows.includes(name),
  );
  await alice.until(
    async ({ bob, silent }) => {
      const first = await flow(bob);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const second = await flow(bob);
      return silent.every((name) => first[name]?.units === second[name]?.units);
    },
    { bob: bob.id, silent },
    `${what}: nothing else arrives`,
  );
}

/** Waits until Bob has let go of everything that he captured. */
async function nothingIsCaptured() {
  const { tracks, captures } = await bob.run(() => spy.open());
  assert.deepEqual([tracks, captures], [0, 0]);
}

const ORDERS = /** @type {[Device, Device, Device][]} */ ([
  ['camera', 'microphone', 'screenShare'],
  ['camera', 'screenShare', 'microphone'],
  ['microphone', 'camera', 'screenShare'],
  ['microphone', 'screenShare', 'camera'],
  ['screenShare', 'camera', 'microphone'],
  ['screenShare', 'microphone', 'camera'],
]);

for (const [round, on] of ORDERS.entries()) {
  // Each order comes once for turning on and once for turning off, and never both at a time.
  const off = /** @type {[Device, Device, Device]} */ (ORDERS[(round + 1) % ORDERS.length]);
  test(`${on.join(', ')} on, and ${off.join(', ')} off: the other side agrees`, async () => {
    const current = new Set();
    for (const device of on) {
      await bob.run((device) => call[device].enable(), device);
      await allAgree([...current.add(device)]);
    }
    for (const device of off) {
      await bob.run((device) => call[device].disable(), device);
      current.delete(device);
      await allAgree([...current]);
    }
  });
}

test('all on and off in one tick, and none is left on by leaving', async () => {
  await bob.run(async () => {
    await Promise.all([call.camera.enable(), call.microphone.enable(), call.screenShare.enable()]);
  });
  await allAgree(DEVICES);
  await bob.run(() => call.leave());
  await nothingIsCaptured();
  await alice.until(() => call.state.participants.length === 1, undefined, 'the other is gone');
  await bob.run(async () => {
    await Promise.all([call.camera.disable(), call.microphone.disable()]);
    await call.join();
  });
  await allAgree([]);
});

for (const device of DEVICES) {
  test(`toggling the ${device} ten times in one tick leaves it as it was`, async () => {
    const most = await bob.run(async (device) => {
      let most = 0;
      const toggles = Array.from({ length: 10 }, () => call[device].toggle());
      const looking = setInterval(() => (most = Math.max(most, spy.open().tracks)), 5);
      await Promise.all(toggles);
      await call[device].statusChangeSettled();
      clearInterval(looking);
      return most;
    }, device);
    await bob.until(() => spy.open().captures === 0, undefined, 'nothing is being opened');
    await nothingIsCaptured();
    assert.ok(most <= TRACKS[device].types.length, `${most} tracks at a time`);
    await allAgree([]);
  });
}

test('of turning on, off and on in one tick the last wins', async () => {
  await bob.run(async () => {
    await Promise.all([
      ...[call.camera.enable(), call.camera.disable(), call.camera.enable()],
      ...[call.microphone.enable(), call.microphone.toggle(), call.microphone.toggle()],
    ]);
  });
  await allAgree(['camera', 'microphone']);
});

for (const device of /** @type {const} */ (['camera', 'microphone'])) {
  testWith(
    'moreDevices',
    `another ${device} is used at once, and the others go on getting it`,
    async () => {
      const ids = await bob.run(
        async (device) => (await call[device].devices()).map(({ deviceId }) => deviceId),
        device,
      );
      const used = () => bob.run((device) => call[device].state.selectedDevice, device);
      const [first, other] = [ids[0], ids.at(-1)];
      for (const id of [other, first, other]) {
        await bob.run(({ device, id }) => call[device].select(id), { device, id });
        assert.equal(await used(), id);
        const settings = await bob.run(
          (device) => call[device].state.mediaStream?.getTracks()[0]?.getSettings().deviceId,
          device,
        );
        assert.equal(settings, id, 'it is the one that is captured');
        await allAgree(['camera', 'microphone']);
      }
    },
  );
}

testWith(
  'moreDevices',
  'the lists name every device once, and the one that plays for itself not',
  async () => {
    const lists = await bob.run(async () => {
      const lists = [call.camera, call.microphone, call.speaker].map(
        (manager) =>
          new Promise((resolve, reject) => {
            const subscription = manager.listDevices().subscribe({
              next: (devices) => {
                resolve(devices.map(({ kind, label }) => `${kind} ${label}`));
                subscription.unsubscribe();
              },
              error: reject,
            });
          }),
      );
      return Promise.all(lists);
    });
    assert.deepEqual(lists, [
      [0, 1, 2].map((number) => `videoinput fake_device_${number}`),
      [1, 2].map((number) => `audioinput Fake Audio Input ${number}`),
      [1, 2].map((number) => `audiooutput Fake Audio Output ${number}`),
    ]);
  },
);

test('a microphone that is kept while it is off sends nothing, and is back at once', async () => {
  await bob.run(async () => {
    call.microphone.disableMode = 'disable-tracks';
    await call.microphone.disable();
  });
  await alice.until(
    (bob) =>
      call.state.participants.some((p) => p.userId === bob && !p.publishedTracks.includes(1)),
    bob.id,
    'it is off for the others',
  );
  const kept = await bob.run(async () => {
    const track = call.microphone.state.mediaStream?.getAudioTracks()[0];
    const before = [track?.readyState, track?.enabled];
    await call.microphone.enable();
    return [...before, call.microphone.state.mediaStream?.getAudioTracks()[0] === track];
  });
  assert.deepEqual(kept, ['live', false, true]);
  await allAgree(['camera', 'microphone']);
  await bob.run(async () => {
    await call.microphone.disable({ forceStop: true });
    call.microphone.disableMode = 'stop-tracks';
  });
  await allAgree(['camera']);
});

test('reading a call opens nothing', async () => {
  const carol = await here.person('Carol');
  await carol.open(callId);
  const opened = await carol.run(async () => {
    let asked = 0;
    const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (constraints) => {
      asked += 1;
      return capture(constraints);
    };
    await call.get();
    await call.getOrCreate();
    await client.queryCalls({ filter_conditions: { id: call.id }, watch: true });
    const { status, mediaStream } = call.camera.state;
    return { asked, status, mediaStream, ...spy.open() };
  });
  assert.deepEqual(
    [opened.asked, opened.status, opened.mediaStream, opened.tracks, opened.captures],
    [0, undefined, undefined, 0, 0],
  );

  await carol.run(() => call.join());
  await carol.until(
    () => [call.camera, call.microphone].every(({ state }) => state.status === 'enabled'),
    undefined,
    'joining turns on what nobody has touched',
  );
  assert.equal(await carol.run(() => call.screenShare.state.status), undefined);
  await carol.close();
});

for (const [touched, other] of /** @type {const} */ ([
  ['camera', 'microphone'],
  ['microphone', 'camera'],
])) {
  test(`joining leaves a ${touched} off that was turned off, and turns the ${other} on`, async () => {
    const carol = await here.person('Carol');
    await carol.open(callId);
    await carol.run(async (touched) => {
      await call[touched].disable();
      await call.join();
    }, touched);
    await carol.until(
      (other) => call[other].state.status === 'enabled',
      other,
      `the ${other} is turned on`,
    );
    const { status, tracks } = await carol.run(
      (touched) => ({ status: call[touched].state.optimisticStatus, ...spy.open() }),
      touched,
    );
    assert.deepEqual([status, tracks], ['disabled', 1]);
    await carol.close();
  });
}

testWith(
  'moreDevices',
  'the next visit begins with the devices of the last one, on or off as they were',
  async () => {
    const dave = await here.person('Dave');
    await dave.open(callId);
    const chosen = await dave.run(async () => {
      await call.join();
      const camera = (await call.camera.devices()).at(-1);
      const microphone = (await call.microphone.devices()).at(-1);
      const speaker = (await call.speaker.devices()).at(-1);
      await call.camera.select(camera?.deviceId);
      await call.microphone.select(microphone?.deviceId);
      await call.speaker.select(speaker?.deviceId ?? '');
      await call.microphone.disable();
      return [camera?.deviceId, microphone?.deviceId, speaker?.deviceId];
    });
    await dave.until(
      (microphone) => {
        const kept = JSON.parse(localStorage.getItem('trunkline:devices') ?? '{}');
        const [last] = kept.microphone ?? [];
        return last?.selectedDeviceId === microphone && last.muted === true && kept.camera;
      },
      chosen[1],
      'the choice is kept',
    );
    await dave.page.reload();
    await dave.isReady();
    await here.login(dave, { id: dave.id, name: 'Dave' });
    await dave.open(callId);
    await dave.run(() => call.join());
    await dave.until(() => call.camera.state.status === 'enabled', undefined, 'the camera is on');
    const again = await dave.run(() => ({
      devices: [call.camera, call.microphone, call.speaker].map(
        ({ state }) => state.selectedDevice,
      ),
      captured: call.camera.state.mediaStream?.getVideoTracks()[0]?.getSettings().deviceId,
      tracks: spy.open().tracks,
    }));
    assert.deepEqual(again, { devices: chosen, captured: chosen[0], tracks: 1 });
    await dave.close();
  },
);

test('a join asks for camera and microphone in one question, and so does an app', async () => {
  const erin = await here.person('Erin', undefined, undefined, undefined, () => {
    globalThis.asked = [];
    const { mediaDevices } = navigator;
    if (!mediaDevices) return;
    const capture = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (constraints) => {
      asked.push(
        Object.keys(constraints ?? {})
          .sort()
          .join('+'),
      );
      return capture(constraints);
    };
  });
  await erin.open(unique('together'));
  await erin.run(() => call.join({ create: true }));
  await erin.until(
    () => [call.camera, call.microphone].every(({ state }) => state.status === 'enabled'),
    undefined,
    'both are on',
  );
  await erin.run(async () => {
    await Promise.all([call.camera.disable(), call.microphone.disable()]);
    await Promise.all([call.camera.enable(), call.microphone.enable()]);
    await call.camera.disable();
    await call.camera.enable();
  });
  const seen = await erin.run(() => ({ asked, tracks: spy.open().tracks }));
  assert.deepEqual(seen, { asked: ['audio+video', 'audio+video', 'video'], tracks: 2 });
  await erin.close();
});

test('nothing was complained about', () => {
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});
