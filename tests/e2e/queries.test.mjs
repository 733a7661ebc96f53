// Finding calls, members and participants; being told of what was found, also after the server was
// gone; and who finds and watches what.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tokenFor } from './support/server.mjs';
import { NO_DEVICES, unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} Made the calls. */
let anna;
/** @type {Person} */
let ben;
const here = world(async (world) => {
  [anna, ben] = await Promise.all([world.person('Anna'), world.person('Ben')]);
  await Promise.all([anna, ben].map((person) => person.listen()));
});

/** In the order of their ids. */
const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => unique(`query-${letter}`));
const color = unique('color');

test('queryCalls() finds by what a call is and by what the app says of it', async () => {
  await anna.run(
    async ({ ids, color, ben }) => {
      for (const [place, id] of ids.entries()) {
        const members = place % 2 === 0 ? [{ user_id: ben }] : [];
        const starts_at = new Date(Date.UTC(2030, place));
        const custom = { color, place };
        await client.call('default', id).getOrCreate({ data: { custom, members, starts_at } });
      }
    },
    { ids, color, ben: ben.id },
  );
  for (const [filter, expected] of /** @type {[Record<string, unknown>, number[]][]} */ ([
    [{}, [0, 1, 2, 3, 4]],
    [{ id: ids[1] }, [1]],
    [{ cid: { $in: [`default:${ids[0]}`, `default:${ids[3]}`, 'default:none'] } }, [0, 3]],
    [{ members: { $in: [ben.id] } }, [0, 2, 4]],
    [{ starts_at: { $gte: '2030-02-01T00:00:00Z', $lt: '2030-04-01T00:00:00Z' } }, [1, 2]],
    [{ $or: [{ id: ids[4] }, { id: ids[0], members: { $in: [ben.id] } }] }, [0, 4]],
    [{ created_by_user_id: ben.id }, []],
    [{ ended_at: { $exists: true } }, []],
  ])) {
    const found = await ben.run(
      async ({ filter, ids }) => {
        const filter_conditions = { $and: [{ id: { $in: ids } }, filter] };
        const sort = [{ field: 'id', direction: 1 }];
        const { calls } = await client.queryCalls({ filter_conditions, sort });
        return calls.map(({ id, state, watching }) => ({
          ...{
            id,
            watching,
            custom: state.custom['color'],
            isDate: state.createdAt instanceof Date,
          },
          may: state.ownCapabilities.includes('read-call'),
        }));
      },
      { filter, ids },
    );
    assert.deepEqual(
      [filter, ...found],
      [
        filter,
        ...expected.map((place) => ({
          ...{ id: ids[place], watching: false, custom: color, isDate: true, may: true },
        })),
      ],
    );
  }
  const failure = await ben.run(() =>
    failureOf(client.queryCalls({ filter_conditions: { color: { $regex: '.*' } } })),
  );
  assert.deepEqual(
    [failure.type, failure.code, failure.status],
    ['ErrorFromResponse', 'invalid-argument', 400],
  );
});

test('queryCalls() goes page by page, in order, and what is added meanwhile shifts nothing', async () => {
  const late = unique('query-0');
  const query = {
    filter_conditions: { id: { $in: [...ids, late] } },
    sort: [{ field: 'starts_at', direction: -1 }],
    limit: 2,
  };
  const first = await ben.run(async (query) => {
    const { calls, next } = await client.queryCalls(query);
    return { ids: calls.map(({ id }) => id), next };
  }, query);
  assert.deepEqual(first.ids, [ids[4], ids[3]]);
  await anna.run(
    ({ late, color }) =>
      client
        .call('default', late)
        .getOrCreate({ data: { custom: { color }, starts_at: new Date(Date.UTC(2031, 0)) } }),
    { late, color },
  );
  const rest = await ben.run(
    async ({ query, next }) => {
      const pages = [];
      while (next) {
        const page = await client.queryCalls({ ...query, next });
        pages.push(page.calls.map(({ id }) => id));
        next = page.next ?? '';
      }
      return pages;
    },
    { query, next: first.next ?? '' },
  );
  assert.deepEqual(rest, [[ids[2], ids[1]], [ids[0]]]);
  // This server does not page backwards, and says so.
  const failure = await ben.run(
    ({ query, prev }) => failureOf(client.queryCalls({ ...query, prev })),
    { query, prev: first.next ?? '' },
  );
  assert.equal(failure.code, 'invalid-argument');
  await anna.run((late) => client.call('default', late).delete(), late);
});

test('queryCalls({ watch }) goes on to show what changes', async () => {
  const before = await ben.run(async (ids) => {
    const filter_conditions = { id: { $in: ids } };
    const { calls } = await client.queryCalls({ filter_conditions, watch: true, limit: 3 });
    const again = await client.queryCalls({ filter_conditions, watch: true, limit: 3 });
    globalThis.found = calls;
    return {
      isNew: calls.every((call, place) => call !== again.calls[place]),
      // Whatever is found again, or was known before, keeps its place in the list.
      listed: calls.map(({ cid }) => client.state.calls.filter((c) => c.cid === cid).length),
      isWatching: calls.every((call) => call.watching),
      requests: spy.requests.length,
    };
  }, ids);
  assert.deepEqual([before.isNew, before.isWatching], [true, true]);
  assert.deepEqual(before.listed, [1, 1, 1]);
  const changed = await ben.run(() => found.map(({ id }) => id));
  await anna.run(
    (ids) =>
      Promise.all(ids.map((id) => client.call('default', id).update({ custom: { new: id } }))),
    changed,
  );
  await ben.until(
    () => found.every((call) => call.state.custom['new'] === call.id),
    undefined,
    'all changes arrive',
  );
  assert.equal(await ben.run(() => spy.requests.length), before.requests);
});

test('queryMembers() finds members, page by page', async () => {
  await anna.open(unique('query'));
  const people = ['kim', 'lea', 'max', 'noa'].map((name) => unique(name));
  const pages = await anna.run(async (people) => {
    const members = people.map((user_id, place) => ({ user_id, custom: { place } }));
    await call.getOrCreate({ data: { members } });
    const sort = [{ field: 'user_id', direction: -1 }];
    const filter_conditions = { user_id: { $in: people.slice(1) } };
    const first = await call.queryMembers({ filter_conditions, sort, limit: 2 });
    const next = first.next ?? '';
    const second = await call.queryMembers({ filter_conditions, sort, limit: 2, next });
    return [first, second].map(({ members }) => members.map((member) => member.user_id));
  }, people);
  assert.deepEqual(pages, [[people[3], people[2]], [people[1]]]);
});

test('queryParticipants() finds who is in the call', async () => {
  await anna.open(unique('query'));
  await anna.run(
    (settings_override) => call.join({ create: true, data: { settings_override } }),
    NO_DEVICES,
  );
  await ben.open(await anna.run(() => call.id));
  await ben.run(() => call.join());
  await anna.until(() => call.state.participants.length === 2, undefined, 'both are there');
  const [all, one] = await ben.run(async (anna) => {
    const all = await call.queryParticipants();
    const filter_conditions = { user_id: anna };
    const one = await call.queryParticipants({ filter_conditions }, { limit: 1 });
    return [all, one].map(({ participants, total_participants }) => ({
      users: participants.map((participant) => participant.user.id).sort(),
      total: total_participants,
    }));
  }, anna.id);
  assert.deepEqual(all, { users: [anna.id, ben.id].sort(), total: 2 });
  assert.deepEqual(one, { users: [anna.id], total: 2 });
  await Promise.all([anna, ben].map((person) => person.run(() => call.leave())));
});

test('a signal gives up loading and joining', async () => {
  await anna.open(unique('query'));
  const failures = await anna.run(async () => {
    const early = new AbortController();
    early.abort(new Error('not now'));
    const sent = spy.requests.length;
    const before = await failureOf(call.getOrCreate({ signal: early.signal }));
    const unsent = spy.requests.length - sent;
    await call.getOrCreate();

    const loading = new AbortController();
    const get = failureOf(call.get({ signal: loading.signal }));
    loading.abort();
    const joining = new AbortController();
    spy.moments.addEventListener('join-answered', () => joining.abort(), { once: true });
    const join = failureOf(call.join({ signal: joining.signal }));
    return { unsent, failures: [before, await get, await join], state: call.state.callingState };
  });
  for (const { type, name, code, category } of failures.failures) {
    assert.deepEqual(
      [type, name, code, category],
      ['JoinAbortedError', 'AbortError', 'aborted', 'abort'],
    );
  }
  assert.equal(failures.unsent, 0);
  await anna.until(() => call.state.callingState === 'left', undefined, 'the call is left');
  await anna.until(() => spy.open().sfuSockets === 0, undefined, 'nothing of the call is open');
  await anna.run(async () => {
    await call.join();
    await call.leave();
  });
});

test('guests and anonymous users find, load and watch what they may', async () => {
  await anna.open(unique('open'), 'livestream');
  await anna.run(() => call.getOrCreate());
  const id = await anna.run(() => call.id);
  const [guest, nobody] = await Promise.all([
    here.visit({ type: 'guest', id: 'Gustav', name: 'Gustav' }),
    here.visit({ type: 'anonymous' }),
  ]);
  assert.match(guest.id, /^guest-.*-Gustav$/);
  assert.equal(nobody.id, '');

  await guest.open(ids[0] ?? '');
  const seen = await guest.run(async () => {
    await call.get();
    return { watching: call.watching, role: client.state.connectedUser?.role };
  });
  assert.deepEqual(seen, { watching: true, role: 'guest' });
  await anna.run(
    (id) => client.call('default', id).update({ custom: { for: 'guests' } }),
    ids[0] ?? '',
  );
  await guest.until(() => call.state.custom['for'] === 'guests', undefined, 'the guest is told');
  const refused = await guest.run((id) => failureOf(client.call('livestream', id).get()), id);
  assert.deepEqual([refused.code, refused.status], ['permission-denied', 403]);

  await nobody.open(id, 'livestream');
  const loaded = await nobody.run(async () => {
    await call.get();
    const { backstage, createdBy } = call.state;
    return { backstage, by: createdBy?.id, watching: call.watching, sockets: spy.open() };
  });
  assert.deepEqual([loaded.backstage, loaded.by, loaded.watching], [true, anna.id, false]);
  assert.equal(loaded.sockets.coordinatorSockets, 0);
  const closed = await nobody.run(
    (id) => failureOf(client.call('default', id).get()),
    ids[0] ?? '',
  );
  assert.equal(closed.code, 'permission-denied');

  await anna.run(() => call.goLive());
  await nobody.run(() => call.join());
  await anna.until(() => call.state.anonymousParticipantCount === 1, undefined, 'one watches');
  await nobody.run(() => call.leave());
  await Promise.all([guest.close(), nobody.close()]);
});

test('there is one client for a user, until they are disconnected', async () => {
  const page = await here.stranger();
  const seen = await page.run(
    async ({ apiKey, baseURL, user, token }) => {
      const args = { apiKey, user, token, options: { baseURL, logger: () => {} } };
      const first = trunkline.Client.getOrCreateInstance(args);
      const second = trunkline.Client.getOrCreateInstance(args);
      const other = trunkline.Client.getOrCreateInstance({ ...args, apiKey: 'another' });
      await first.connected;
      const failing = failureOf(other.connected);
      const { coordinatorSockets } = spy.open();
      await first.disconnectUser();
      const third = trunkline.Client.getOrCreateInstance(args);
      await third.connected;
      await third.dispose();
      const failure = await failing;
      return {
        ...{ isSame: first === second, isOther: other !== first, isNew: third !== first },
        ...{ coordinatorSockets, code: failure.code, refused: await failureOf(third.queryCalls()) },
      };
    },
    { ...here.app, user: { id: anna.id }, token: tokenFor(anna.id) },
  );
  assert.deepEqual([seen.isSame, seen.isOther, seen.isNew], [true, true, true]);
  assert.equal(seen.code, 'auth-key-invalid');
  assert.equal(seen.refused.category, 'state');
  await page.close();
});

test('what is watched is watched again, and caught up, when the server was killed', async () => {
  await ben.run(async (ids) => {
    const filter_conditions = { id: { $in: ids } };
    globalThis.found = (await client.queryCalls({ filter_conditions, watch: true })).calls;
  }, ids);
  const [kept, deleted] = await ben.run(() => found.map(({ id }) => id));
  await ben.listen();
  await ben.page.context().setOffline(true);
  await here.server.crash();
  // While one of them is away the other is back already.
  await anna.until(
    async () => (await client.edges().catch(() => undefined)) !== undefined,
    undefined,
    'the server is back',
  );
  await anna.run(
    async ([kept, deleted]) => {
      await client.call('default', kept).update({ custom: { missed: true } });
      await client.call('default', deleted).delete({ hard: true });
    },
    [kept ?? '', deleted ?? ''],
  );
  await ben.page.context().setOffline(false);

  await ben.until(
    (kept) => found.find(({ id }) => id === kept)?.state.custom['missed'] === true,
    kept,
    'what was missed is caught up',
  );
  const unwatched = await ben.hears('call.unwatched', `default:${deleted}`);
  assert.ok(unwatched['received_at'] instanceof Date);
  const watching = await ben.run(() =>
    Object.fromEntries(found.map((call) => [call.id, call.watching])),
  );
  assert.equal(watching[deleted ?? ''], false);
  assert.equal(Object.values(watching).filter((is) => !is).length, 1);
  await anna.run(
    (kept) => client.call('default', kept).update({ custom: { again: 1 } }),
    kept ?? '',
  );
  await ben.until(
    (kept) => found.find(({ id }) => id === kept)?.state.custom['again'] === 1,
    kept,
    'it is told of changes again',
  );
});

test('disconnectUser() leaves all calls, joined and watched', async () => {
  await ben.open(unique('query'));
  const before = await ben.run(async (settings_override) => {
    await call.join({ create: true, data: { settings_override } });
    return client.state.calls.length;
  }, NO_DEVICES);
  assert.ok(before > 3);
  const after = await ben.run(async () => {
    await client.disconnectUser();
    return {
      ...{ calls: client.state.calls.length, user: client.state.connectedUser },
      ...{ state: call.state.callingState, watching: found.some((call) => call.watching) },
    };
  });
  assert.deepEqual(after, { calls: 0, user: undefined, state: 'left', watching: false });
  await ben.until(
    () => Object.values(spy.open()).every((count) => count === 0),
    undefined,
    'nothing is open',
  );
});
