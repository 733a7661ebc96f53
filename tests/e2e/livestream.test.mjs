// A livestream from backstage to its end, as the host and the viewers see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SMALL_VIDEO, unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} */
let host;
/** @type {Person} */
let viewer;
/** @type {Person} Has not been let in before it is live. */
let late;
world(async (world) => {
  [host, viewer, late] = await Promise.all(
    ['Host', 'Viewer', 'Late'].map((name) => world.person(name)),
  );
  await Promise.all([host, viewer, late].map((person) => person.listen()));
});
const id = unique('stream');

/** ms from now on until the stream begins, and how long before that viewers are let in. */
const [AHEAD, EARLY] = [300_000, 297_000];

/**
 * Waits until the picture of the host moves at a viewer.
 *
 * @param {Person} person
 */
async function seesTheHost(person) {
  const { frames } = await person.run(() => received());
  await person.until(
    async (frames) => (await received()).frames > frames + 5,
    frames,
    'the picture moves',
  );
}

test('the host goes into the backstage with camera and microphone', async () => {
  await host.open(id, 'livestream');
  const state = await host.run(
    async (settings_override) => {
      // Long before anybody is let in.
      const starts_at = new Date(Date.now() + 3_600_000);
      await call.join({ create: true, data: { starts_at, settings_override } });
      await call.microphone.enable();
      return { state: call.state.callingState, backstage: call.state.backstage };
    },
    { ...SMALL_VIDEO, backstage: { enabled: true, join_ahead_time_seconds: EARLY / 1_000 } },
  );
  assert.deepEqual(state, { state: 'joined', backstage: true });
  assert.ok(await host.run(() => call.can('join-backstage')));
});

test('a viewer can look at the call, but is refused while it is in backstage', async () => {
  for (const person of [viewer, late]) {
    await person.open(id, 'livestream');
    const seen = await person.run(async () => {
      await call.get();
      return {
        ...{ mayEnter: call.can('join-backstage'), backstage: call.state.backstage },
        ...{ watching: call.watching, count: call.state.participantCount },
        startsAt: call.state.startsAt instanceof Date,
      };
    });
    assert.deepEqual(seen, {
      ...{ mayEnter: false, backstage: true, watching: true, count: 1, startsAt: true },
    });
    const failure = await person.run(() => failureOf(call.join()));
    assert.deepEqual(
      [failure.type, failure.code, failure.category, failure.status, failure.retryable],
      ['ErrorFromResponse', 'permission-denied', 'permission', 403, false],
    );
    assert.match(failure.message, /JoinBackstage/);
    assert.equal(await person.run(() => call.state.callingState), 'idle');
  }
});

test('the viewer who waits is let in at join-ahead time, and not before', async () => {
  const opens = await host.run(
    async ([ahead, early]) => {
      const starts_at = new Date(Date.now() + ahead);
      await call.update({ starts_at });
      return starts_at.getTime() - early;
    },
    [AHEAD, EARLY],
  );
  await viewer.until(
    (opens) =>
      Number(call.state.startsAt) -
        1_000 * Number(call.state.settings?.backstage.join_ahead_time_seconds) ===
      opens,
    opens,
    'the viewer learns when it opens',
  );
  const { entered } = await viewer.until(
    async () => {
      try {
        await call.join();
        return { entered: Date.now() };
      } catch (error) {
        if (!(error instanceof trunkline.ErrorFromResponse)) throw error;
        if (error.code !== 'permission-denied') throw error;
        return undefined;
      }
    },
    undefined,
    'the viewer is let in',
  );
  assert.ok(entered >= opens, `in at ${entered}, open from ${opens}`);
  await viewer.run(() => void showEverybody(call));
  await seesTheHost(viewer);
  const seen = await viewer.run(() => ({
    ...{ backstage: call.state.backstage, people: call.state.participants.length },
    ...{ tracks: spy.open().tracks, maySpeak: call.can('send-audio') },
  }));
  assert.deepEqual(seen, { backstage: true, people: 2, tracks: 0, maySpeak: false });
});

test('who may only watch cannot turn anything on', async () => {
  for (const device of /** @type {const} */ (['camera', 'microphone'])) {
    const failure = await viewer.run((device) => failureOf(call[device].enable()), device);
    assert.deepEqual([failure.code, failure.category], ['permission-denied', 'permission']);
  }
  assert.equal(await viewer.run(() => spy.open().tracks), 0);
});

test('going live shows everywhere, and lets everybody in', async () => {
  // Nobody is let in by the time of the day any more.
  await host.run(() => call.update({ starts_at: new Date(Date.now() + 3_600_000) }));
  const failure = await late.run(() => failureOf(call.join()));
  assert.equal(failure.code, 'permission-denied');

  await late.run(() => {
    globalThis.seen = [];
    call.state.backstage$.subscribe((backstage) => void seen.push(backstage));
  });
  await host.run(() => call.goLive());
  for (const person of [host, viewer, late]) {
    await person.until(() => !call.state.backstage, undefined, 'it is live');
    await person.hears('call.live_started');
  }
  assert.deepEqual(await late.run(() => seen), [true, false]);
  await late.run(async () => {
    showEverybody(call);
    await call.join();
  });
  await seesTheHost(late);
  await host.until(() => call.state.participants.length === 3, undefined, 'all three are there');
});

test('when it stops being live the viewers are put out, and the host goes on', async () => {
  await host.run(() => call.stopLive());
  for (const person of [viewer, late]) {
    await person.until(() => call.state.callingState === 'left', undefined, 'the viewer is out');
    const left = await person.hears('call.left', `livestream:${id}`);
    assert.equal(left['reason'], 'live_ended');
    const { sfuSockets, peers } = await person.run(() => spy.open());
    assert.deepEqual([sfuSockets, peers], [0, 0]);
  }
  await host.until(() => call.state.participants.length === 1, undefined, 'the host is alone');
  const kept = await host.run(() => ({
    ...{ state: call.state.callingState, backstage: call.state.backstage },
    ...{ tracks: spy.open().tracks, camera: call.camera.state.status },
  }));
  assert.deepEqual(kept, { state: 'joined', backstage: true, tracks: 2, camera: 'enabled' });
  const failure = await viewer.run(() => failureOf(call.join()));
  assert.deepEqual([failure.code, failure.status], ['permission-denied', 403]);
});

test('it can go live again for the same people', async () => {
  await host.run(() => call.goLive());
  await viewer.run(() => call.join());
  await seesTheHost(viewer);
  await host.run(() => call.endCall());
  for (const person of [host, viewer]) {
    await person.until(() => call.state.callingState === 'left', undefined, 'it is over');
  }
});

test('a member with the role of a host is let into the backstage', async () => {
  await host.open(unique('stream'), 'livestream');
  await host.run(
    (members) => call.getOrCreate({ data: { members } }),
    [{ user_id: viewer.id, role: 'host' }, { user_id: late.id }],
  );
  const other = await host.run(() => call.id);
  await Promise.all([viewer.open(other, 'livestream'), late.open(other, 'livestream')]);
  const failure = await late.run(() => failureOf(call.join()));
  assert.equal(failure.code, 'permission-denied');
  const mayEnter = await viewer.run(async () => {
    await call.join();
    return call.can('join-backstage');
  });
  assert.equal(mayEnter, true);
  await viewer.run(() => call.leave());
});

test('nothing was complained about', () => {
  const complaints = [host, viewer, late].flatMap((person) => person.complaints);
  // What Chromium says of the refusals.
  assert.deepEqual(
    complaints.filter((text) => !/status of 403/.test(text)),
    [],
  );
});
