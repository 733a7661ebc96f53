// Sharing a screen: with sound and without, ended by either side's buttons, and refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SHARED_SCREEN, has, testWith } from './support/browser.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} */
let alice;
/** @type {Person} */
let bob;
world(
  async (world) => {
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
    for (const person of [alice, bob]) {
      await person.joinSilently(callId);
    }
  },
  [SHARED_SCREEN],
);
const callId = unique('screen');
/** @type {('screen' | 'screenSound')[]} */
const WHOLE = has('screenSound') ? ['screen', 'screenSound'] : ['screen'];

/**
 * Waits until somebody gets these parts of the other's screen, and no others.
 *
 * @param {Person} viewer
 * @param {Person} sharer
 * @param {('screen' | 'screenSound')[]} parts
 */
async function gets(viewer, sharer, parts) {
  await viewer.until(
    ({ sharer, types }) => {
      const tracks = call.state.participants.find((p) => p.userId === sharer)?.publishedTracks;
      return String([...(tracks ?? [])].sort()) === types;
    },
    { sharer: sharer.id, types: String(parts.map((part) => (part === 'screen' ? 3 : 4))) },
    `published: ${parts}`,
  );
  const before = await viewer.run((sharer) => flow(sharer), sharer.id);
  await viewer.until(
    async ({ sharer, parts, before }) => {
      const now = await flow(sharer);
      return parts.every((part) => (now[part]?.units ?? 0) > (before[part]?.units ?? 0) + 2);
    },
    { sharer: sharer.id, parts, before },
    `arrives: ${parts}`,
  );
}

test('a screen comes with its sound, in its own size', async () => {
  assert.equal(await alice.run(() => call.state.hasOngoingScreenShare), false);
  await bob.run(() => call.screenShare.enable());
  await gets(alice, bob, WHOLE);
  const captured = await bob.run(() => {
    const { width, height } =
      call.screenShare.state.mediaStream?.getVideoTracks()[0]?.getSettings() ?? {};
    return { width, height };
  });
  await alice.until(
    async ({ bob, captured }) => {
      const { screen } = await flow(bob);
      return screen?.width === captured.width && screen?.height === captured.height;
    },
    { bob: bob.id, captured },
    'it is as large as what is captured',
  );
  const state = await alice.run(() => ({
    isShared: call.state.hasOngoingScreenShare,
    sharers: call.state.participants.filter((p) => trunkline.hasScreenShare(p)).length,
    sounds: call.state.participants.filter((p) => trunkline.hasScreenShareAudio(p)).length,
  }));
  assert.deepEqual(state, { isShared: true, sharers: 1, sounds: WHOLE.length - 1 });
});

testWith(
  'screenSound',
  'the sound can be kept to oneself and given again, while the screen is shared',
  async () => {
    await bob.run(() => call.screenShare.disableScreenShareAudio());
    await gets(alice, bob, ['screen']);
    assert.equal(await bob.run(() => call.screenShare.state.audioEnabled), false);
    await bob.run(() => call.screenShare.enableScreenShareAudio());
    await gets(alice, bob, WHOLE);
  },
);

testWith(
  'screenSound',
  'who is muted in the sound of their screen goes on showing it, and may give the sound again',
  async () => {
    await bob.run(() => call.muteSelf('screenshare_audio'));
    await gets(alice, bob, ['screen']);
    const state = await bob.run(() => {
      const { status, audioEnabled } = call.screenShare.state;
      return { status, audioEnabled };
    });
    assert.deepEqual(state, { status: 'enabled', audioEnabled: false });
    await bob.run(() => call.screenShare.enableScreenShareAudio());
    await gets(alice, bob, WHOLE);
  },
);

testWith('fakeEvents', 'the browser’s own button ends it for everybody', async () => {
  const statuses = await bob.run(async () => {
    /** @type {(string | undefined)[]} */
    const statuses = [];
    const subscription = call.screenShare.state.status$.subscribe((s) => statuses.push(s));
    // It stops the tracks, and tells them so.
    for (const track of call.screenShare.state.mediaStream?.getTracks() ?? []) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
    await Promise.resolve();
    subscription.unsubscribe();
    return statuses;
  });
  assert.deepEqual(statuses, ['enabled', 'disabled']);
  await gets(alice, bob, []);
  assert.equal(await bob.run(() => call.screenShare.state.optimisticStatus), 'disabled');
  assert.equal(await bob.run(() => call.screenShare.state.mediaStream), undefined);
  assert.equal(await bob.run(() => spy.open().tracks), 0);
  assert.equal(await alice.run(() => call.state.hasOngoingScreenShare), false);
});

test('without sound the browser is not asked for any', async () => {
  await bob.run(async () => {
    await call.screenShare.disableScreenShareAudio();
    await call.screenShare.enable();
  });
  await gets(alice, bob, ['screen']);
  assert.equal(await bob.run(() => spy.open().tracks), 1);
  await bob.run(async () => {
    await call.screenShare.disable();
    await call.screenShare.enableScreenShareAudio();
  });
  await gets(alice, bob, []);
});

test('the limits of the app are kept', async () => {
  await bob.run(async () => {
    call.screenShare.setSettings({ maxBitrate: 150_000, maxFramerate: 7, contentHint: 'detail' });
    await call.screenShare.enable();
  });
  const encoding = await bob.until(
    () => {
      const [track] = call.screenShare.state.mediaStream?.getVideoTracks() ?? [];
      const senders = spy.peers().flatMap((peer) => peer.getSenders());
      const sender = senders.find((sender) => sender.track && sender.track === track);
      const [encoding] = sender?.getParameters().encodings ?? [];
      return track?.contentHint === 'detail' && encoding?.maxFramerate === 7 && encoding;
    },
    undefined,
    'the screen that is published anew follows them',
  );
  assert.equal(encoding.maxBitrate, 150_000);
  await gets(alice, bob, WHOLE);
});

test('two can share at a time, and each sees the other’s', async () => {
  await alice.run(() => call.screenShare.enable());
  await gets(bob, alice, WHOLE);
  await gets(alice, bob, WHOLE);
  await alice.run(() => call.screenShare.disable());
  await gets(bob, alice, []);
  await gets(alice, bob, WHOLE);
});

test('leaving ends it, and joining again does not begin it', async () => {
  await bob.run(() => call.leave());
  assert.equal(await bob.run(() => spy.open().tracks), 0);
  await bob.run(async () => {
    await Promise.all([call.camera.disable(), call.microphone.disable()]);
    await call.join();
  });
  await gets(alice, bob, []);
  assert.equal(await bob.run(() => call.screenShare.state.status), undefined);
});

// The switch that answers the browser's question answers it with yes.
for (const [what, message, code] of /** @type {const} */ ([
  ['the user closes the question', 'Permission denied by user', 'permission-dismissed'],
  ['the system refuses', 'Permission denied by system', 'permission-denied'],
])) {
  test(`${what}: the error says so, and nothing is shared`, async () => {
    const { failure, state } = await bob.run(async (message) => {
      const { getDisplayMedia } = navigator.mediaDevices;
      navigator.mediaDevices.getDisplayMedia = async () => {
        throw new DOMException(message, 'NotAllowedError');
      };
      const failure = await failureOf(call.screenShare.enable());
      navigator.mediaDevices.getDisplayMedia = getDisplayMedia;
      const { status, optimisticStatus, error } = call.screenShare.state;
      return {
        failure,
        state: [status === 'enabled', optimisticStatus === 'enabled', error?.code],
      };
    }, message);
    assert.deepEqual([failure.type, failure.code], ['DeviceError', code]);
    assert.deepEqual(state, [false, false, code]);
    await gets(alice, bob, []);
  });
}

test('the app cannot select a screen', async () => {
  const failure = await bob.run(() => failureOf(call.screenShare.select('any')));
  assert.equal(failure.type, 'IllegalStateError');
});

test('nothing was complained about', () => {
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});
