// What an app sees of the state of a call: which objects stay the same, and when watchers hear.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';
import { tokenFor } from './support/server.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;
/** @type {import('./support/world.mjs').World['app']} */
let app;

world(async (world) => {
  ({ app } = world);
  alice = await world.person('Alice', {}, {}, {}, holdFrames);
  const callId = unique('state');
  await alice.joinSilently(callId);
  await alice.run(
    async ({ app, callId, others }) => {
      for (const { user, token } of others) {
        const options = { baseURL: app.baseURL, location: 'LCL' };
        const args = { apiKey: app.apiKey, user, token, options };
        const other = (await trunkline.Client.connect(args)).call('default', callId);
        await Promise.all([other.camera.disable(), other.microphone.disable()]);
        await other.join();
      }
    },
    {
      app: world.app,
      callId,
      others: ['Bob', 'Carol'].map((name) => {
        const id = unique(name);
        return { user: { id, name }, token: tokenFor(id) };
      }),
    },
  );
  await alice.until(() => call.state.participants.length === 3, undefined, 'all are in the call');
});

test('a participant who did not change stays the same object, also inside a new list', async () => {
  const seen = await alice.run(() => {
    const { state } = call;
    const before = state.participants;
    const [bob, carol] = state.remoteParticipants;
    if (!bob || !carol) throw new Error('somebody is missing');
    const again = state.participants === before && state.remoteParticipants[0] === bob;
    call.pin(carol.sessionId);
    const pinned = state.findParticipantBySessionId(carol.sessionId);
    return {
      again,
      list: state.participants !== before && state.rawParticipants !== before,
      bob:
        state.findParticipantBySessionId(bob.sessionId) === bob && state.participants.includes(bob),
      carol: pinned !== carol && pinned?.pin?.isLocalPin === true && carol.pin === undefined,
      lists: state.pinnedParticipants.length === 1 && state.pinnedParticipants[0] === pinned,
      lookup: state.getParticipantLookupBySessionId()[carol.sessionId] === pinned,
      frozen: [state.participants, bob, bob.roles, bob.publishedTracks, bob.viewportVisibilityState]
        .map(Object.isFrozen)
        .every(Boolean),
    };
  });
  for (const [what, is] of Object.entries(seen)) assert.ok(is, what);
});

test('what follows from the participants changes with them', async () => {
  const seen = await alice.run(async () => {
    const { state } = call;
    /** @type {(string | undefined)[]} */
    const speakers = [];
    const subscription = state.dominantSpeaker$.subscribe((p) => speakers.push(p?.name));
    const carol = state.participants.find((p) => p.name === 'Carol');
    stage.feed(stage.dominantSpeaker(carol?.sessionId ?? ''));
    await Promise.resolve();
    subscription.unsubscribe();
    const { localParticipant, remoteParticipants } = state;
    return {
      speakers,
      local: localParticipant?.name,
      remote: remoteParticipants.map((p) => p.name).sort(),
      sharing: state.hasOngoingScreenShare,
    };
  });
  assert.deepEqual(seen, {
    speakers: [undefined, 'Carol'],
    local: 'Alice',
    remote: ['Bob', 'Carol'],
    sharing: false,
  });
});

test('levels are read at once, and told with the next frame or with something else', async () => {
  const seen = await alice.run(async () => {
    const { sessionId = '' } = call.state.remoteParticipants[0] ?? {};
    const level = () => call.state.findParticipantBySessionId(sessionId)?.audioLevel;
    const told = { participants: 0, whole: 0, level: /** @type {(number | undefined)[]} */ ([]) };
    const ends = [
      call.state.participants$.subscribe((all) => {
        told.participants += 1;
        told.level.push(all.find((p) => p.sessionId === sessionId)?.audioLevel);
      }),
      { unsubscribe: call.state.subscribe(() => (told.whole += 1)) },
    ];
    const read = [0.5, 0.25, 0.125].map((next) => {
      stage.feed(stage.audioLevel(sessionId, next));
      return level();
    });
    const held = { ...told, level: [...told.level] };
    stage.nextFrame();
    const afterwards = { ...told, level: [...told.level] };
    stage.feed(stage.audioLevel(sessionId, 0.75));
    call.unpin(call.state.pinnedParticipants[0]?.sessionId ?? '');
    await Promise.resolve();
    const besides = told.participants;
    stage.nextFrame();
    for (const end of ends) end.unsubscribe();
    return { read, held, afterwards, besides, last: told.level.at(-1), told: told.participants };
  });
  assert.deepEqual(seen, {
    read: [0.5, 0.25, 0.125],
    held: { participants: 1, whole: 1, level: [0] },
    afterwards: { participants: 2, whole: 2, level: [0, 0.125] },
    besides: 3,
    last: 0.75,
    told: 3,
  });
});

test('a page, and one participant, wake those who watch them and nobody else', async () => {
  const seen = await alice.run(() => {
    const { state } = call;
    const [first, second, third] = state.participants;
    if (!first || !second || !third) throw new Error('somebody is missing');
    /** @type {string[]} */
    const told = [];
    const levels = (/** @type {readonly { audioLevel: number }[]} */ people) =>
      people.map((p) => p.audioLevel).join();
    const ends = [
      state.participantsRange$(0, 2).subscribe((page) => told.push(`page ${levels(page)}`)),
      state.participant$(third.sessionId).subscribe((p) => told.push(`third ${p?.audioLevel}`)),
      state.participant$(first.sessionId).subscribe((p) => told.push(`first ${p?.audioLevel}`)),
    ];
    const page = state.participantsRange(1, 3);
    const answers = {
      page: page[0] === second && page[1] === third && page.length === 2,
      same: state.participantsRange(1, 3) === page,
      beyond: state.participantsRange(2, 99).length,
      behind: state.participantsRange(7, 9).length,
      frozen: Object.isFrozen(page),
    };
    const atFirst = told.splice(0);
    stage.feed(stage.audioLevel(third.sessionId, 0.5));
    const held = told.length;
    stage.nextFrame();
    const third_ = told.splice(0);
    stage.feed(stage.audioLevel(first.sessionId, 0.25));
    stage.nextFrame();
    const first_ = told.splice(0);
    for (const end of ends) end.unsubscribe();
    stage.feed(stage.audioLevel(first.sessionId, 1));
    stage.nextFrame();
    return { answers, atFirst, held, third_, first_, after: told.length };
  });
  assert.deepEqual(seen.answers, { page: true, same: true, beyond: 1, behind: 0, frozen: true });
  assert.equal(seen.atFirst.length, 3);
  assert.equal(seen.held, 0, 'levels wait for the frame');
  assert.deepEqual(seen.third_, ['third 0.5']);
  assert.equal(seen.first_.length, 2);
  assert.ok(seen.first_.includes('first 0.25'));
  assert.ok(seen.first_.some((told) => told.startsWith('page 0.25,')));
  assert.equal(seen.after, 0);
});

test('how many there are is told when somebody comes or goes, and at nothing else', async () => {
  const id = unique('Dave');
  const seen = await alice.run(
    async ({ app, user, token }) => {
      const { state } = call;
      /** @type {number[]} */
      const told = [];
      const subscription = state.participantsLength$.subscribe((count) => told.push(count));
      const options = { baseURL: app.baseURL, location: 'LCL' };
      const args = { apiKey: app.apiKey, user, token, options };
      const client = await trunkline.Client.connect(args);
      const other = client.call('default', call.id);
      await Promise.all([other.camera.disable(), other.microphone.disable()]);
      await other.join();
      const until = (/** @type {number} */ count) =>
        new Promise((resolve) => {
          const waiting = state.participantsLength$.subscribe((now) => {
            if (now === count) setTimeout(() => (waiting.unsubscribe(), resolve(undefined)));
          });
        });
      await until(4);
      stage.feed(stage.audioLevel(state.remoteParticipants[0]?.sessionId ?? '', 0.5));
      stage.nextFrame();
      const isSame = state.participantsLength === state.participants.length;
      await other.leave();
      await until(3);
      await client.disconnectUser();
      subscription.unsubscribe();
      return { told, isSame };
    },
    { app, user: { id, name: 'Dave' }, token: tokenFor(id) },
  );
  assert.deepEqual(seen, { told: [3, 4, 3], isSame: true });
});

test('a report of how media flow is made while somebody watches, and goes with the last', async () => {
  await alice.run(() => {
    call.setStatsReportingIntervalInMs(100);
    call.startReportingStatsFor(call.state.localParticipant?.sessionId ?? '');
    globalThis.seen = [call.state.callStatsReport$.subscribe(() => {})];
  });
  await alice.until(() => call.state.callStatsReport !== undefined, undefined, 'a report came');
  const first = await alice.run(() => call.state.callStatsReport?.timestamp);
  await alice.until(
    (first) => call.state.callStatsReport?.timestamp !== first,
    first,
    'another one',
  );
  const seen = await alice.run(() => {
    const report = call.state.callStatsReport;
    const [subscription] = /** @type {import('trunkline').StateSubscription[]} */ (globalThis.seen);
    subscription?.unsubscribe();
    const own = call.state.localParticipant?.sessionId ?? '';
    return {
      datacenter: typeof report?.datacenter,
      detailed: Object.keys(report?.participants ?? {}).join() === own,
      after: call.state.callStatsReport === undefined,
    };
  });
  assert.deepEqual(seen, { datacenter: 'string', detailed: true, after: true });
});

/**
 * Runs in the page before the SDK. Keeps its sockets, so that a test can play the SFU, and holds
 * frames back until a test lets them come.
 */
function holdFrames() {
  /** @type {WebSocket[]} */
  const sockets = [];
  globalThis.WebSocket = class extends WebSocket {
    /**
     * @param {string | URL} url
     * @param {string | string[]} [protocols]
     */
    constructor(url, protocols) {
      super(url, protocols);
      if (new URL(url).pathname.includes('/sfu')) sockets.push(this);
    }
  };

  /** @type {Set<() => void>} */
  const held = new Set();
  const { setTimeout, clearTimeout } = globalThis;
  const hold = (/** @type {() => void} */ run) => {
    held.add(run);
    return /** @type {any} */ (run);
  };
  Object.assign(globalThis, {
    requestAnimationFrame: () => 0,
    // What comes in place of a frame that does not come.
    setTimeout: (/** @type {() => void} */ run, /** @type {number} */ ms) =>
      ms === 200 ? hold(run) : setTimeout(run, ms),
    clearTimeout: (/** @type {any} */ timer) => held.delete(timer) || clearTimeout(timer),
  });
  globalThis.stage = {
    nextFrame() {
      const due = [...held];
      held.clear();
      for (const run of due) run();
    },
    feed(event) {
      const data = new Uint8Array(event).buffer;
      sockets[0]?.dispatchEvent(new MessageEvent('message', { data }));
    },
    audioLevel(sessionId, level) {
      const float = [...new Uint8Array(new Float32Array([level]).buffer)];
      return field(4, field(1, [...text(2, sessionId), (3 << 3) | 5, ...float]));
    },
    dominantSpeaker: (sessionId) => field(12, text(2, sessionId)),
  };
  const text = (/** @type {number} */ number, /** @type {string} */ value) =>
    field(number, [...new TextEncoder().encode(value)]);
  /** A field of a protobuf message that is shorter than 128 bytes. */
  function field(/** @type {number} */ number, /** @type {number[]} */ bytes) {
    return [(number << 3) | 2, bytes.length, ...bytes];
  }
}
