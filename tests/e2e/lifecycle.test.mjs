// Joining and leaving in every order: the right one wins, and nothing survives.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testWith } from './support/browser.mjs';
import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let anna;
/** @type {import('./support/world.mjs').Person} */
let ben;
const here = world(async (world) => {
  [anna, ben] = await Promise.all([world.person('Anna'), world.person('Ben')]);
});

/** Makes a new call and its object in the page. */
async function newCall() {
  await anna.open(unique('lifecycle'));
  await anna.run(() => call.getOrCreate());
}

/** Waits until the page has let go of everything that belongs to a call. */
async function nothingIsOpen() {
  await anna.until(
    () => {
      const { sfuSockets, peers, tracks, captures } = spy.open();
      return sfuSockets + peers + tracks + captures === 0;
    },
    undefined,
    'nothing of the call is open',
  );
}

test('a second join while joining is the same promise; when joined it is refused', async () => {
  await newCall();
  const { same, sockets, failure } = await anna.run(async () => {
    const [first, second] = [call.join(), call.join()];
    await first;
    const { sfuSockets } = spy.open();
    return { same: first === second, sockets: sfuSockets, failure: await failureOf(call.join()) };
  });
  assert.deepEqual([same, sockets], [true, 1]);
  assert.deepEqual(
    [failure.type, failure.name, failure.code, failure.category],
    ['IllegalStateError', 'IllegalStateError', 'illegal-state', 'state'],
  );
  assert.notEqual(failure.hint, '');
  assert.equal(await anna.run(() => call.state.callingState), 'joined');
});

test('when leave() resolves, camera and microphone are off', async () => {
  await anna.until(() => spy.open().tracks === 2, undefined, 'both devices are on');
  const ended = await anna.run(async () => {
    const streams = [call.camera.state.mediaStream, call.microphone.state.mediaStream];
    const tracks = streams.flatMap((stream) => stream?.getTracks() ?? []);
    await call.leave();
    return tracks.map((track) => `${track.kind} ${track.readyState}`);
  });
  assert.deepEqual(ended, ['video ended', 'audio ended']);
  await nothingIsOpen();
});

for (const [moment, when] of [
  ['', 'at once'],
  ['join-asked', 'while the coordinator is asked'],
  ['join-answered', 'when the coordinator has answered'],
  ['sfu-connecting', 'while the socket to the SFU opens'],
  ['sfu-open', 'when the socket to the SFU is open'],
]) {
  test(`leave() during join() wins: ${when}`, async () => {
    await newCall();
    const { before, failure, after, lefts } = await anna.run(async (moment) => {
      const before = spy.open();
      const lefts = /** @type {string[]} */ ([]);
      call.on('call.left', ({ reason }) => lefts.push(reason));
      // It may come while join() is being called.
      const reached = new Promise((resolve) => {
        spy.moments.addEventListener(moment, resolve, { once: true });
      });
      const failing = failureOf(call.join());
      if (moment) await reached;
      await call.leave();
      const after = { state: call.state.callingState, ...spy.open(), sent: spy.requests.length };
      return { before, failure: await failing, after, lefts };
    }, moment);
    assert.deepEqual(
      [failure.type, failure.name, failure.code, failure.category],
      ['JoinAbortedError', 'AbortError', 'join-aborted', 'abort'],
    );
    assert.deepEqual(lefts, ['user_left']);
    assert.deepEqual([after.state, after.sfuSockets, after.tracks], ['left', 0, 0]);
    await nothingIsOpen();

    // An answer that was under way has come by the time that a later one has.
    const later = await anna.run(async (sent) => {
      await client.call('default', call.id).get();
      const sockets = spy.requests.slice(sent).filter(({ method }) => method === 'SOCKET');
      return { sockets: sockets.length, state: call.state.callingState, ...spy.open() };
    }, after.sent);
    assert.deepEqual([later.sockets, later.state, later.peers], [0, 'left', 0]);
    assert.ok(later.timers <= before.timers, `${later.timers} timers, ${before.timers} before`);
    await ben.open(await anna.run(() => call.id));
    await ben.until(
      async () => (await call.get()).call.session?.participants.length !== 1,
      undefined,
      'the server knows of no participant',
    );
  });
}

test('leave() while the devices start leaves none on', async () => {
  await newCall();
  await anna.run(async () => {
    await call.join();
    await call.leave();
  });
  await nothingIsOpen();
});

test('join, leave and join in one tick ends joined, once', async () => {
  await newCall();
  const { failure, state } = await anna.run(async () => {
    const failing = failureOf(call.join());
    const leaving = call.leave();
    const joining = call.join();
    const failure = await failing;
    await Promise.all([leaving, joining]);
    return { failure, state: call.state.callingState };
  });
  assert.deepEqual([failure.name, state], ['AbortError', 'joined']);
  await anna.until(() => spy.open().peers === 2, undefined, 'there are two peer connections');
  const open = await anna.run(() => spy.open());
  assert.equal(open.sfuSockets, 1);
  await ben.open(await anna.run(() => call.id));
  await ben.run(() => call.get());
  await ben.until(() => call.state.participantCount === 1, undefined, 'one is in the call');
  await anna.run(() => call.leave());
  await ben.until(() => call.state.participantCount === 0, undefined, 'nobody is in the call');
});

test('leave() can be called at any time and any number of times', async () => {
  await newCall();
  const { states, lefts } = await anna.run(async () => {
    const lefts = /** @type {string[]} */ ([]);
    const states = /** @type {string[]} */ ([]);
    call.on('call.left', ({ reason }) => lefts.push(reason));
    await client.call('default', 'never-touched').leave();
    await call.join();
    call.state.callingState$.subscribe((state) => states.push(state));
    await Promise.all([call.leave(), call.leave()]);
    await call.leave();
    return { states, lefts };
  });
  assert.deepEqual([states, lefts], [['joined', 'left'], ['user_left']]);
  await nothingIsOpen();
});

test('ten times in and out leaves nothing more than once', async () => {
  await newCall();
  const registered = await anna.run(async () => {
    const registered = [];
    for (let round = 0; round < 10; round += 1) {
      await call.join();
      registered.push(client.state.calls.includes(call));
      await call.leave();
      registered.push(client.state.calls.includes(call));
    }
    return registered;
  });
  assert.deepEqual(registered, Array(10).fill([true, false]).flat());
  await nothingIsOpen();
  const { timers, coordinatorSockets } = await anna.run(() => spy.open());
  assert.ok(timers <= 1, `${timers} timers`);
  assert.equal(coordinatorSockets, 1);
});

testWith('gc', 'an answer comes although the app keeps nothing but the promise', async () => {
  const seen = await anna.run(async (id) => {
    const answer = client.call('default', id).getOrCreate();
    if (!gc) throw new Error('the browser hides its garbage collection');
    for (let round = 0; round < 3; round += 1) {
      await gc({ type: 'major', execution: 'async' });
      await new Promise((resolve) => setTimeout(resolve));
    }
    const { cid } = (await answer).call;
    return { cid, isRegistered: client.state.calls.some((call) => call.cid === cid) };
  }, unique('unkept'));
  assert.match(seen.cid, /unkept/);
  assert.equal(seen.isRegistered, true);
});

test('endCall() puts everybody out, and who may not join an ended call is told why', async () => {
  const id = unique('ended');
  await anna.join(id);
  await ben.join(id);
  const guest = await here.stranger();
  await guest.run(async ({ apiKey, baseURL }) => {
    const user = /** @type {const} */ ({ type: 'guest', id: 'Gustav' });
    globalThis.client = await trunkline.Client.connect({ apiKey, user, options: { baseURL } });
  }, here.app);
  await guest.join(id);

  await anna.run(() => call.endCall());
  for (const person of [anna, ben, guest]) {
    await person.until(
      (anna) => call.state.callingState === 'left' && call.state.endedBy?.id === anna,
      anna.id,
      'the call is over for everyone',
    );
    const { sfuSockets, peers, tracks } = await person.run(() => spy.open());
    assert.deepEqual([sfuSockets, peers, tracks], [0, 0, 0]);
    assert.ok(await person.run(() => call.state.endedAt instanceof Date));
  }

  const failure = await guest.run(() => failureOf(call.join()));
  assert.deepEqual(
    [failure.type, failure.code, failure.category, failure.status, failure.serverCode],
    ['ErrorFromResponse', 'permission-denied', 'permission', 403, 17],
  );
  assert.match(failure.message, /JoinEndedCall/);
  assert.match(failure.hint, /ownCapabilities/);
  assert.equal(failure.retryable, false);
  assert.equal(await guest.run(() => call.state.callingState), 'idle');
  await guest.close();
});

test('two clients in one page are two participants', async () => {
  const id = unique('two-clients');
  await anna.open(id);
  const names = await anna.run(
    async ({ apiKey, baseURL, id }) => {
      const user = /** @type {const} */ ({ type: 'guest', id: 'Second' });
      const options = { baseURL };
      const second = await trunkline.Client.connect({ apiKey, user, options });
      const other = second.call('default', id);
      await call.join({ create: true });
      await other.join();
      const names = other.state.participants.map(({ userId }) => userId).sort();
      const both = [client.state.connectedUser?.id, second.state.connectedUser?.id].sort();
      await second.dispose();
      return { names, both, open: spy.open(), mine: call.state.callingState };
    },
    { ...here.app, id },
  );
  assert.deepEqual(names.names, names.both);
  assert.deepEqual(
    [names.mine, names.open.sfuSockets, names.open.coordinatorSockets],
    ['joined', 1, 1],
  );
  await anna.until(() => call.state.participants.length === 1, undefined, 'the second is gone');
});

test('disconnectUser() leaves the calls and closes everything', async () => {
  const state = await anna.run(async () => {
    await client.disconnectUser();
    return call.state.callingState;
  });
  assert.equal(state, 'left');
  await anna.until(
    () => Object.values(spy.open()).every((count) => count === 0),
    undefined,
    'nothing at all is open',
  );
  // What browsers say of a socket that was given up while it opened.
  const givenUp =
    /closed before the connection is established|establish a connection|was interrupted/;
  assert.deepEqual(
    anna.complaints.filter((text) => !givenUp.test(text)),
    [],
  );
});
