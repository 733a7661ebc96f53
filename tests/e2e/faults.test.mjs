// The server dies, stands still, or is out of reach: what was acknowledged is still there, and
// calls come back by themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let anna;
/** @type {import('./support/world.mjs').Person} */
let ben;
const here = world(async (world) => {
  [anna, ben] = await Promise.all([world.person('Anna'), world.person('Ben')]);
  await anna.join(callId);
  await ben.join(callId);
  for (const person of [anna, ben]) {
    await person.run(() => {
      call.state.callingState$.subscribe((type) => globalThis.heard?.push({ type }));
    });
  }
});
const callId = unique('faults');

/** Waits until both are in the call, each once. */
async function everybodyIsBack() {
  for (const [person, other] of [
    [anna, ben],
    [ben, anna],
  ]) {
    await person.until(
      (other) =>
        call.state.callingState === 'joined' &&
        call.state.participants.length === 2 &&
        call.state.remoteParticipants[0]?.userId === other,
      other.id,
      'both are in the call, once',
    );
  }
}

/** Waits until both are in the call, and see and hear each other. */
async function everythingFlows() {
  await everybodyIsBack();
  for (const person of [anna, ben]) {
    const before = await person.run(() => received());
    await person.until(
      async (before) => {
        const now = await received();
        // New peer connections begin to count from 0.
        if (now.frames < before.frames) before.frames = 0;
        if (now.packets < before.packets) before.packets = 0;
        return now.frames > before.frames + 5 && now.packets > before.packets + 20;
      },
      before,
      'picture and sound arrive',
    );
  }
}

/** From now on each page keeps the states that the call goes through. */
async function watchStates() {
  for (const person of [anna, ben]) {
    await person.run(() => {
      globalThis.heard = [{ type: call.state.callingState }];
    });
  }
}

/** @param {import('./support/world.mjs').Person} person */
async function statesOf(person) {
  return person.run(() => heard.map(({ type }) => type));
}

test('after a crash of the server everything acknowledged is there, and the call goes on', async () => {
  await everythingFlows();
  const before = await anna.run(
    async ({ ben, id }) => {
      const { custom } = (await call.update({ custom: { topic: 'boats', n: [1, null] } })).call;
      await call.updateCallMembers({ update_members: [{ user_id: ben, role: 'host' }] });
      const other = client.call('default', id);
      await other.getOrCreate({ data: { custom: { other: true }, members: [{ user_id: ben }] } });
      return { custom, createdAt: call.state.createdAt };
    },
    { ben: ben.id, id: `${callId}-2` },
  );
  await watchStates();
  await here.server.crash();
  await everythingFlows();
  for (const person of [anna, ben]) {
    const states = await statesOf(person);
    assert.deepEqual([states[0], states[1], states.at(-1)], ['joined', 'reconnecting', 'joined']);
    assert.ok(!states.includes('left') && !states.includes('joining'), states.join());
  }

  // Somebody new, who remembers nothing.
  const carol = await here.person('Carol');
  await carol.open(callId);
  const after = await carol.run(async (id) => {
    const { call: loaded, members } = await call.get();
    const other = await client.call('default', id).get();
    return {
      custom: loaded.custom,
      createdAt: new Date(loaded.created_at),
      members: members.map(({ user_id, role }) => ({ user_id, role })),
      present: loaded.session?.participants.map(({ user }) => user.id).sort(),
      other: [other.call.custom, other.members.length],
    };
  }, `${callId}-2`);
  assert.deepEqual(after, {
    ...before,
    members: [{ user_id: ben.id, role: 'host' }],
    present: [anna.id, ben.id].sort(),
    other: [{ other: true }, 1],
  });
  await carol.close();
});

test('after a crash the coordinator’s events reach watchers again', async () => {
  await ben.until(
    async () => {
      // Watched again once the socket is back, which may be after the call itself is.
      return client.state.connectedUser && call.watching;
    },
    undefined,
    'the call is watched',
  );
  await anna.run(() => call.update({ custom: { after: 'crash' } }));
  await ben.until(() => call.state.custom['after'] === 'crash', undefined, 'the change arrives');
});

test('an ordered restart of the server is survived as well', async () => {
  await watchStates();
  await here.server.restart();
  await everythingFlows();
  for (const person of [anna, ben]) {
    const states = await statesOf(person);
    assert.equal(states.at(-1), 'joined');
    assert.ok(!states.includes('left'), states.join());
  }
});

test('a call goes on when the server stood still for some seconds', async () => {
  await watchStates();
  here.server.freeze();
  const frozen = await anna.run(() => received());
  // The fault itself: this long, nothing is answered.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const { frames } = await anna.run(() => received());
  assert.ok(frames - frozen.frames < 15, 'the server did stand still');
  here.server.thaw();
  await everythingFlows();
  for (const person of [anna, ben]) assert.deepEqual(await statesOf(person), ['joined']);
});

test('a page that goes offline says so, and comes back with the network', async () => {
  await watchStates();
  await ben.page.context().setOffline(true);
  await ben.until(() => call.state.callingState === 'offline', undefined, 'the page is offline');
  await ben.page.context().setOffline(false);
  await everythingFlows();
  const states = await statesOf(ben);
  assert.deepEqual(states, ['joined', 'offline', 'reconnecting', 'joined']);
  assert.deepEqual(await statesOf(anna), ['joined']);
});

test('a muted microphone is still muted after all that', async () => {
  await ben.run(() => call.microphone.disable());
  await here.server.crash();
  await everybodyIsBack();
  await anna.until(
    (ben) =>
      call.state.participants.some(
        ({ userId, publishedTracks }) =>
          userId === ben && publishedTracks.includes(2) && !publishedTracks.includes(1),
      ),
    ben.id,
    'the other publishes the camera and not the microphone',
  );
});

test('after all that, leaving leaves nothing open', async () => {
  for (const person of [anna, ben]) {
    await person.run(() => call.leave());
    await person.until(
      () => {
        const { sfuSockets, peers, tracks, captures, timers } = spy.open();
        return sfuSockets + peers + tracks + captures === 0 && timers <= 1;
      },
      undefined,
      'nothing of the call is open',
    );
    assert.equal(await person.run(() => spy.open().coordinatorSockets), 1);
  }
});

test('a join whose server is gone fails in the end, and says why', async () => {
  await anna.open(unique('gone'));
  /** @type {unknown} */
  let failure;
  await here.server.crash(async () => {
    failure = await anna.run(() => failureOf(call.join({ create: true, maxJoinRetries: 1 })));
  });
  const { code, category, retryable } = /** @type {any} */ (failure);
  assert.deepEqual([category, retryable], ['network', true], code);
  assert.equal(await anna.run(() => call.state.callingState), 'idle');
  await anna.run(() => call.join({ create: true }));
  assert.equal(await anna.run(() => call.state.callingState), 'joined');
});
