// Ringing: who rings whom, on how many devices, and every way in which it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_DEVICES, SMALL_VIDEO, unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} */
let anna;
/** @type {Person} */
let ben;
/** @type {Person} The same user as `ben`. */
let bensPhone;
/** @type {Person} */
let cleo;
const here = world(async (world) => {
  [anna, ben, cleo] = await Promise.all(['Anna', 'Ben', 'Cleo'].map((name) => world.person(name)));
  bensPhone = await world.device(ben);
  await Promise.all([anna, ben, bensPhone, cleo].map((person) => person.listen()));
});

/**
 * Makes a new call of the caller that rings the others, with the devices off.
 *
 * @param {Person} caller
 * @param {Person[]} others
 * @param {Record<string, unknown>} [ring] settings
 * @returns its cid
 */
async function ring(caller, others, ring) {
  await caller.open(unique('ring'));
  return caller.run(
    async ({ members, settings_override }) => {
      await call.getOrCreate({ ring: true, data: { members, settings_override } });
      return call.cid;
    },
    {
      members: [caller, ...others].map((person) => ({ user_id: person.id })),
      settings_override: { ...NO_DEVICES, ...(ring && { ring }) },
    },
  );
}

/**
 * Waits until the call rings at somebody, whose `call` it becomes.
 *
 * @param {Person} callee
 * @param {string} cid
 */
async function rings(callee, cid) {
  await callee.until(
    (cid) => {
      const found = client.state.calls.find((call) => call.cid === cid && call.ringing);
      if (found) globalThis.call = found;
      return found?.state.callingState === 'ringing';
    },
    cid,
    'it rings',
  );
}

/**
 * Waits until the page's call has gone, and for what reason.
 *
 * @param {Person} person
 */
async function goes(person) {
  const end = await person.until(
    () => {
      const left = heard.findLast((e) => e.type === 'call.left' && e.call_cid === call.cid);
      return (
        call.state.callingState === 'left' &&
        left && {
          ...{ reason: left['reason'], state: call.state.callingState },
          ...{ ringing: call.ringing, isListed: client.state.calls.includes(call) },
        }
      );
    },
    undefined,
    'the call is left',
  );
  assert.deepEqual([end.state, end.ringing, end.isListed], ['left', false, false]);
  return end.reason;
}

/** @param {Person} person */
async function joins(person) {
  await person.until(() => call.state.callingState === 'joined', undefined, 'the call is joined');
}

/** @param {Person[]} people */
async function allLeave(...people) {
  await Promise.all(people.map((person) => person.run(() => call.leave())));
}

test('a call rings on all devices of a user; the one that joins silences the others', async () => {
  const id = unique('ring');
  await anna.open(id);
  const caller = await anna.run(
    async ({ members, settings_override }) => {
      showEverybody(call);
      await call.getOrCreate({ ring: true, data: { members, settings_override } });
      const { ringing, ringingState, state, cid } = call;
      return { ringing, ringingState, state: state.callingState, cid };
    },
    {
      members: [{ user_id: anna.id }, { user_id: ben.id }],
      settings_override: SMALL_VIDEO,
    },
  );
  assert.deepEqual([caller.ringing, caller.state], [true, 'ringing']);
  assert.deepEqual(
    [caller.ringingState?.direction, caller.ringingState?.pending],
    ['outgoing', [ben.id]],
  );

  for (const device of [ben, bensPhone]) {
    await rings(device, caller.cid);
    const seen = await device.run(() => ({
      isFirst: client.state.calls[0] === call,
      ...{ watching: call.watching, direction: call.ringingState?.direction },
      ...{ members: call.state.members.length, creator: call.state.createdBy?.id },
      ...{ isMine: call.isCreatedByMe, open: spy.open() },
    }));
    assert.deepEqual(
      [seen.isFirst, seen.watching, seen.direction, seen.members, seen.creator, seen.isMine],
      [true, true, 'incoming', 2, anna.id, false],
    );
    assert.deepEqual([seen.open.tracks, seen.open.sfuSockets], [0, 0]);
  }

  await ben.run(async () => {
    showEverybody(call);
    await call.join();
  });
  await joins(anna);
  assert.equal(await goes(bensPhone), 'accepted_elsewhere');
  for (const person of [anna, ben]) {
    await person.until(
      async () => {
        const { frames, packets } = await received();
        return frames > 5 && packets > 20;
      },
      undefined,
      'the other is seen and heard',
    );
    const ringing = await person.run(() => call.ringingState);
    assert.deepEqual([ringing?.acceptedBy, ringing?.pending], [[ben.id], []]);
    assert.equal(ringing?.expiresAt, undefined);
  }
  const heardByCaller = await anna.run(() => heard.map((event) => event.type));
  assert.ok(!heardByCaller.includes('call.ring'), 'the caller is not rung');
  await allLeave(anna, ben);
});

test('join({ create, ring }) rings while the caller is already in the call', async () => {
  await anna.open(unique('ring'));
  const caller = await anna.run(
    async ({ members, settings_override }) => {
      await call.join({ create: true, ring: true, data: { members, settings_override } });
      return { cid: call.cid, state: call.state.callingState, ringing: call.ringing };
    },
    { members: [{ user_id: ben.id }], settings_override: NO_DEVICES },
  );
  assert.deepEqual([caller.state, caller.ringing], ['joined', true]);
  await Promise.all([rings(ben, caller.cid), rings(bensPhone, caller.cid)]);
  await bensPhone.run(() => call.join());
  assert.equal(await goes(ben), 'accepted_elsewhere');
  for (const person of [anna, bensPhone]) {
    await person.until(() => call.state.participants.length === 2, undefined, 'both are there');
  }
  await allLeave(anna, bensPhone);
});

test('who declines ends the ring for the caller and on all devices', async () => {
  const cid = await ring(anna, [ben]);
  await Promise.all([rings(ben, cid), rings(bensPhone, cid)]);
  await ben.run(() => call.leave({ reject: true, reason: 'decline' }));
  assert.equal(await goes(ben), 'user_left');
  assert.equal(await goes(bensPhone), 'rejected_elsewhere');
  assert.equal(await goes(anna), 'rejected');
  const rejected = await anna.hears('call.rejected', cid);
  assert.deepEqual(
    [rejected['reason'], /** @type {any} */ (rejected['user']).id],
    ['decline', ben.id],
  );
  assert.ok(rejected['received_at'] instanceof Date);
  const rejectors = await anna.run(() => Object.keys(call.state.session?.rejected_by ?? {}));
  assert.deepEqual(rejectors, [ben.id]);
});

for (const [how, leave] of /** @type {const} */ ([
  ['leave({ reject: true, reason: "cancel" })', { reject: true, reason: 'cancel' }],
  ['leave(), being alone', undefined],
])) {
  test(`a caller who gives up ends the ring: ${how}`, async () => {
    const cid = await ring(anna, [ben]);
    await Promise.all([rings(ben, cid), rings(bensPhone, cid)]);
    await anna.run((leave) => call.leave(leave), leave);
    assert.equal(await goes(anna), 'user_left');
    assert.equal(await goes(ben), 'cancelled');
    assert.equal(await goes(bensPhone), 'cancelled');
    const rejected = await ben.hears('call.rejected', cid);
    assert.equal(rejected['reason'], 'cancel');
    await ben.hears('call.missed', cid);
  });
}

test('a callee who leaves without rejecting goes on being awaited', async () => {
  const cid = await ring(anna, [ben]);
  await rings(ben, cid);
  await rings(bensPhone, cid);
  await ben.run(() => call.leave());
  assert.equal(await goes(ben), 'user_left');
  await bensPhone.run(() => call.join());
  await joins(anna);
  await allLeave(anna, bensPhone);
});

test('in a group the first acceptance joins, and others may follow', async () => {
  const cid = await ring(anna, [ben, cleo]);
  await anna.run(() => {
    globalThis.seen = [];
    call.ringingState$.subscribe((state) => {
      const { direction, acceptedBy, pending, expiresAt } = state ?? {};
      const asked = pending && [...pending].sort();
      seen.push(state && { direction, acceptedBy, asked, isLimited: expiresAt !== undefined });
    });
  });
  await Promise.all([ben, bensPhone, cleo].map((person) => rings(person, cid)));
  await ben.run(() => call.join());
  await joins(anna);
  assert.equal(await goes(bensPhone), 'accepted_elsewhere');
  assert.equal(await cleo.run(() => call.state.callingState), 'ringing');
  await cleo.until(
    (ben) => call.ringingState?.acceptedBy.includes(ben),
    ben.id,
    'the other callee learns who accepted',
  );
  await cleo.run(() => call.join());
  for (const person of [anna, ben, cleo]) {
    await person.until(() => call.state.participants.length === 3, undefined, 'all are there');
  }
  await allLeave(cleo, ben, anna);
  const states = await anna.run(() => seen);
  const direction = 'outgoing';
  assert.deepEqual(states, [
    { direction, acceptedBy: [], asked: [ben.id, cleo.id].sort(), isLimited: true },
    // Nobody gives up any more once somebody has accepted.
    { direction, acceptedBy: [ben.id], asked: [cleo.id], isLimited: false },
    { direction, acceptedBy: [ben.id, cleo.id].sort(), asked: [], isLimited: false },
    undefined,
  ]);
});

test('in a group only the last rejection ends the ring', async () => {
  const cid = await ring(anna, [ben, cleo]);
  await Promise.all([rings(ben, cid), rings(cleo, cid)]);
  await ben.run(() => call.leave({ reject: true, reason: 'decline' }));
  const rejectedBy = await anna.until(
    () => call.ringingState?.rejectedBy.length === 1 && call.ringingState.rejectedBy,
    undefined,
    'one has rejected',
  );
  assert.deepEqual(rejectedBy, [{ userId: ben.id, reason: 'decline' }]);
  for (const person of [anna, cleo]) {
    assert.equal(await person.run(() => call.state.callingState), 'ringing');
  }
  await cleo.run(() => call.leave({ reject: true, reason: 'later' }));
  assert.equal(await goes(anna), 'rejected');
});

test('nobody waits for ever: caller, callee and server give up when the settings say', async () => {
  // 5000 ms is the least that the server allows, and 0 is never.
  const [shorts, long] = [5_000, 60_000];
  const never = { auto_cancel_timeout_ms: 0, incoming_call_timeout_ms: 0 };
  const dora = await here.person('Dora');
  await dora.listen();
  const caller = await ring(anna, [ben], {
    auto_cancel_timeout_ms: shorts,
    incoming_call_timeout_ms: long,
  });
  const began = Date.now();
  await rings(ben, caller);
  const expiry = await anna.run(() => call.ringingState?.expiresAt?.getTime());
  assert.ok(expiry && Math.abs(expiry - began - shorts) < 2_000, `${expiry} after ${began}`);

  const callee = await ring(cleo, [dora], {
    auto_cancel_timeout_ms: long,
    incoming_call_timeout_ms: shorts,
  });
  await rings(dora, callee);
  const eva = await here.person('Eva');
  await eva.listen();
  const fay = await here.person('Fay');
  const server = await ring(fay, [eva], { ...never, missed_call_timeout_ms: shorts });
  await rings(eva, server);

  assert.equal(await goes(anna), 'ring_timeout');
  assert.equal(await goes(ben), 'cancelled');
  assert.equal((await ben.hears('call.rejected', caller))['reason'], 'timeout');

  assert.equal(await goes(dora), 'ring_timeout');
  assert.equal(await goes(cleo), 'rejected');
  assert.equal((await cleo.hears('call.rejected', callee))['reason'], 'timeout');

  const missed = await eva.hears('call.missed', server);
  assert.equal(/** @type {any} */ (missed['user']).id, fay.id);
  const after = await eva.run(() => ({
    missedBy: Object.keys(call.state.session?.missed_by ?? {}),
    state: call.state.callingState,
    expiresAt: call.ringingState?.expiresAt,
  }));
  assert.deepEqual(after, { missedBy: [eva.id], state: 'ringing', expiresAt: undefined });
  await Promise.all([dora.close(), eva.close(), fay.close()]);
});

test('who is busy rejects another ring by itself, and is not rung by it', async () => {
  const busy = await here.person('Busy', undefined, { rejectCallWhenBusy: true });
  await busy.listen();
  const first = await ring(anna, [busy]);
  await rings(busy, first);
  const second = await ring(cleo, [busy]);
  assert.equal(await goes(cleo), 'rejected');
  assert.equal((await cleo.hears('call.rejected', second))['reason'], 'busy');
  await busy.hears('call.ring', second);
  // The second is known, as every call is that one is made a member of.
  const ringing = await busy.run(() =>
    client.state.calls.filter((call) => call.ringing).map((call) => call.cid),
  );
  assert.deepEqual(ringing, [first]);
  assert.equal(await anna.run(() => call.state.callingState), 'ringing');

  await busy.run(() => call.leave({ reject: true, reason: 'decline' }));
  assert.equal(await goes(anna), 'rejected');
  const third = await ring(cleo, [busy]);
  await rings(busy, third);
  await allLeave(cleo);
  await busy.close();
});

test('members can be rung in the middle of a call', async () => {
  await anna.open(unique('ring'));
  const cid = await anna.run(async (settings_override) => {
    await call.join({ create: true, data: { settings_override } });
    return call.cid;
  }, NO_DEVICES);
  const rung = await anna.run(
    async ([ben, cleo]) => {
      const update_members = [{ user_id: ben }, { user_id: cleo }];
      await call.updateCallMembers({ update_members });
      const { members_ids } = await call.ring({ members_ids: [ben] });
      return { members_ids, state: call.state.callingState };
    },
    [ben.id, cleo.id],
  );
  assert.deepEqual(rung, { members_ids: [ben.id], state: 'joined' });
  await Promise.all([rings(ben, cid), rings(bensPhone, cid)]);
  await ben.run(() => call.leave({ reject: true, reason: 'decline' }));
  assert.equal(await goes(bensPhone), 'rejected_elsewhere');
  await anna.hears('call.rejected', cid);
  assert.equal(await anna.run(() => call.state.callingState), 'joined');

  const again = await anna.run(() => call.ring());
  assert.deepEqual([...again.members_ids].sort(), [ben.id, cleo.id].sort());
  await Promise.all([rings(bensPhone, cid), rings(cleo, cid)]);
  await cleo.run(() => call.join());
  await anna.until(() => call.state.participants.length === 2, undefined, 'the other joins');
  await anna.run(() => call.endCall());
  for (const person of [anna, cleo, bensPhone]) assert.equal(await goes(person), 'call_ended');
});

test('a push and the event mean the same object, whichever comes first', async () => {
  const cid = await ring(anna, [ben]);
  await rings(ben, cid);
  const isSame = await ben.run(async () => {
    const [one, two] = await Promise.all([
      client.onRingingCall(call.cid),
      client.onRingingCall(call.cid),
    ]);
    return one === call && two === call;
  });
  assert.equal(isSame, true);

  // One that was opened by the push knows nothing of the ring but that.
  const tablet = await here.device(ben);
  await tablet.listen();
  const found = await tablet.run(async (cid) => {
    globalThis.call = await client.onRingingCall(cid);
    const { ringing, ringingState, state, watching } = call;
    const count = client.state.calls.filter((other) => other.cid === cid).length;
    return { ringing, ringingState, state: state.callingState, watching, count };
  }, cid);
  assert.deepEqual([found.ringing, found.state, found.watching], [true, 'ringing', true]);
  assert.deepEqual([found.count, found.ringingState?.direction], [1, 'incoming']);
  await tablet.run(() => call.join());
  await joins(anna);
  assert.equal(await goes(ben), 'accepted_elsewhere');
  await allLeave(anna, tablet);
  await tablet.close();

  const unknown = await ben.run(() => failureOf(client.onRingingCall('default:no-such-call')));
  assert.deepEqual([unknown.code, unknown.status], ['not-found', 404]);
  assert.equal(await ben.run(() => client.state.calls.some((c) => c.id === 'no-such-call')), false);
});

test('who only watches sees who answered, and is not rung', async () => {
  await anna.open(unique('ring'));
  const cid = await anna.run(
    async ({ members, settings_override }) => {
      await call.getOrCreate({ data: { members, settings_override } });
      return call.cid;
    },
    { members: [{ user_id: ben.id }], settings_override: NO_DEVICES },
  );
  await cleo.open(await anna.run(() => call.id));
  await cleo.run(() => call.get());
  await anna.run(() => call.ring());
  await rings(ben, cid);
  await ben.run(() => call.join());
  await joins(anna);
  await cleo.until(
    (ben) => ben in (call.state.session?.accepted_by ?? {}),
    ben.id,
    'the watcher learns who accepted',
  );
  await cleo.until(() => call.state.participantCount === 2, undefined, 'both are in the call');
  const seen = await cleo.run(
    (cid) => ({
      ringing: call.ringing,
      state: call.state.callingState,
      rung: heard.filter((event) => event.type === 'call.ring' && event.call_cid === cid).length,
    }),
    cid,
  );
  assert.deepEqual(seen, { ringing: false, state: 'idle', rung: 0 });
  await allLeave(anna, ben);
});

test('nothing was complained about', () => {
  const complaints = [anna, ben, bensPhone, cleo].flatMap((person) => person.complaints);
  // The answer for the call that there is not.
  assert.deepEqual(
    complaints.filter((text) => !/404/.test(text)),
    [],
  );
});
