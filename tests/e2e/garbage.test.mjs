// What an app drops is collected, unless something goes on with it: each with a control that must
// stay, so that a test which sees nothing at all fails.
import assert from 'node:assert/strict';

import { testWith } from './support/browser.mjs';
import { SMALL_VIDEO, unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let anna;
/** @type {import('./support/world.mjs').Person} */
let ben;
const here = world(async (world) => {
  [anna, ben] = await Promise.all([world.person('Anna'), world.person('Ben')]);
});

for (const [what, listens] of /** @type {const} */ ([
  ['without listeners', false],
  ['with listeners that mention them', true],
])) {
  testWith('gc', `calls ${what} are collected, all but the one that is kept`, async () => {
    const counts = await anna.run(
      async ({ id, listens }) => {
        /** @type {WeakRef<object>[]} */
        const made = [];
        for (let turn = 0; turn < 300; turn += 1) {
          const call = client.call('default', `${id}-${turn}`);
          if (listens) {
            call.on('all', () => call.cid);
            call.state.callingState$.subscribe(() => call.cid);
            call.can$('send-audio').subscribe(() => call.permissionsContext);
          }
          if (turn === 150) globalThis.kept = call.state;
          made.push(new WeakRef(call), new WeakRef(call.state), new WeakRef(call.camera));
        }
        const withOne = await alive(made);
        globalThis.kept = undefined;
        return { withOne, all: await alive(made) };
      },
      { id: unique('dropped'), listens },
    );

    // Whoever keeps one object of a call keeps all of it.
    assert.deepEqual(counts, { withOne: 3, all: 0 });
  });
}

testWith('gc', 'calls that were loaded are held until they are left', async () => {
  const ids = Array.from({ length: 300 }, (_, turn) => unique(`loaded-${turn}`));
  const counts = await anna.run(async (ids) => {
    /** @type {WeakRef<import('trunkline').Call>[]} */
    const made = [];
    for (const id of ids) {
      const call = client.call('default', id);
      call.on('all', () => call.cid);
      await call.getOrCreate();
      made.push(new WeakRef(call));
    }
    const loaded = await alive(made);
    for (const known of made.slice(1)) await known.deref()?.leave();
    const left = await alive(made);
    await made[0]?.deref()?.leave();
    return { loaded, left, all: await alive(made) };
  }, ids);

  assert.deepEqual(counts, { loaded: 300, left: 1, all: 0 });
});

testWith(
  'gc',
  'a call that another object stands for hears events as long as it listens',
  async () => {
    const id = unique('replaced');
    await ben.open(id);
    await ben.run(() => call.getOrCreate());
    const before = await anna.run(async (id) => {
      globalThis.heard = [];
      const load = async (/** @type {boolean} */ listens) => {
        const call = client.call('default', id);
        if (listens) globalThis.kept = call.on('call.updated', (event) => heard.push({ ...event }));
        await call.get();
        return new WeakRef(call);
      };
      // The later one is in client.state.calls in place of those before.
      const [silent, listening] = [await load(false), await load(true), await load(false)];
      globalThis.seen = [silent, listening];
      return [await alive([silent]), await alive([listening])];
    }, id);
    assert.deepEqual(before, [0, 1]);

    await ben.run(() => call.update({ custom: { told: true } }));
    await anna.until(() => heard.length === 1, undefined, 'the listener heard of the change');
    const after = await anna.run(async () => {
      /** @type {() => void} */ (globalThis.kept)();
      globalThis.kept = undefined;
      return alive(/** @type {WeakRef<object>[]} */ (globalThis.seen));
    });
    assert.equal(after, 0, 'nobody listens any more');
  },
);

testWith('gc', 'calls that a query finds are collected, however often it is asked', async () => {
  const tag = unique('found');
  const counts = await anna.run(async (tag) => {
    for (let turn = 0; turn < 25; turn += 1) {
      const call = client.call('default', `${tag}-${turn}`);
      await call.getOrCreate({ data: { custom: { tag } } });
      await call.leave();
    }
    // In a function of its own, whose variables end with it.
    const ask = async () => {
      const filter_conditions = { 'custom.tag': tag };
      const { calls } = await client.queryCalls({ filter_conditions, limit: 25, watch: false });
      globalThis.found = calls;
      return calls.map((call) => new WeakRef(call));
    };
    /** @type {WeakRef<object>[]} */
    const found = [];
    for (let turn = 0; turn < 100; turn += 1) found.push(...(await ask()));
    const last = await ask();
    const counts = [found.length, await alive(found), await alive(last)];
    globalThis.found = [];
    return [...counts, await alive(last)];
  }, tag);

  assert.deepEqual(counts, [2_500, 0, 25, 0]);
});

testWith('gc', 'a client is held while it is connected, and collected afterwards', async () => {
  const guest = await here.stranger();
  const counts = await guest.run(async ({ apiKey, baseURL }) => {
    globalThis.heard = [];
    const connect = async () => {
      const user = /** @type {const} */ ({ type: 'guest', id: 'Gus' });
      const client = await trunkline.Client.connect({ apiKey, user, options: { baseURL } });
      client.on('network.changed', ({ type }) => heard.push({ type, user: client.state }));
      return new WeakRef(client);
    };
    /** @type {WeakRef<import('trunkline').Client>[]} */
    const made = [];
    for (let turn = 0; turn < 5; turn += 1) made.push(await connect());
    const connected = await alive(made);
    dispatchEvent(new Event('offline'));
    dispatchEvent(new Event('online'));
    const told = heard.length;
    globalThis.heard = [];
    for (const known of made.slice(1)) await known.deref()?.disconnectUser();
    const others = await alive(made);
    await made[0]?.deref()?.dispose();
    return { connected, told, others, all: await alive(made) };
  }, here.app);
  await guest.close();

  assert.deepEqual(counts, { connected: 5, told: 10, others: 1, all: 0 });
});

testWith(
  'gc',
  'two hundred calls that were joined leave nothing open and nothing alive',
  async () => {
    const cycle = (/** @type {{ id: string, turns: number }} */ { id, turns }) =>
      anna.run(
        async ({ id, turns, settings_override }) => {
          for (let turn = 0; turn < turns; turn += 1) {
            const call = client.call('default', id);
            seen.push(new WeakRef(call));
            await call.join({ create: true, data: { settings_override } });
            await Promise.all([call.camera.enable(), call.microphone.enable()]);
            await call.leave();
          }
        },
        { id, turns, settings_override: SMALL_VIDEO },
      );
    const look = () =>
      anna.run(async () => ({
        alive: await alive(/** @type {WeakRef<object>[]} */ (seen)),
        open: spy.open(),
        listeners: spy.listeners(),
        memory: spy.memory(),
      }));
    await anna.run(() => void (globalThis.seen = []));
    const id = unique('again');
    // What a page drops takes up room until the browser collects it, which it does when it likes: here
    // after each round, so that the module's memory grows if something is never given back.
    const round = async () => {
      await cycle({ id, turns: 5 });
      return look();
    };
    let first = await round();
    for (let count = 1; count < 4; count += 1) first = await round();
    let last = first;
    for (let count = 4; count < 40; count += 1) last = await round();

    assert.deepEqual(last, first);
    assert.ok(last.memory > 0, 'the memory of the module is seen');
    const { coordinatorSockets, sfuSockets, peers, tracks, captures } = last.open;
    assert.deepEqual(
      { alive: last.alive, coordinatorSockets, sfuSockets, peers, tracks, captures },
      { alive: 0, coordinatorSockets: 1, sfuSockets: 0, peers: 0, tracks: 0, captures: 0 },
    );
  },
);
