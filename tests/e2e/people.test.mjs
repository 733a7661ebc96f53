// People who go and come back, are renamed, or have several devices: whole calls against the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_DEVICES, unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} */
let anna;
/** @type {Person} */
let ben;
/** @type {Person} The same user as `ben`. */
let bensPhone;
const here = world(async (world) => {
  [anna, ben] = await Promise.all(['Anna', 'Ben'].map((name) => world.person(name)));
  bensPhone = await world.device(ben);
  await Promise.all([anna, ben, bensPhone].map((person) => person.listen()));
});

/** Anna and Ben in a new call of Anna's. */
async function together() {
  const id = unique('people');
  await anna.joinSilently(id);
  await ben.joinSilently(id);
  await anna.until(() => call.state.participants.length === 2, undefined, 'both are there');
}

async function bothLeave() {
  await Promise.all([anna, ben].map((person) => person.run(() => call.leave())));
}

/**
 * Ben loses the network, something happens, and he has it again.
 *
 * @param {() => Promise<unknown>} meanwhile
 */
async function bensNetworkIsAway(meanwhile) {
  await ben.page.context().setOffline(true);
  await ben.until(() => call.state.callingState === 'offline', undefined, 'Ben is offline');
  await meanwhile();
  await ben.page.context().setOffline(false);
}

/** Ben's session as Anna sees it. */
async function bensSession() {
  return anna.run(
    (id) => call.state.participants.find((p) => p.userId === id)?.sessionId ?? '',
    ben.id,
  );
}

test('a rename reaches everybody in the call, and the user', async () => {
  await together();
  const named = { name: 'Benjamin', image: 'https://example.com/ben.png', custom: { hat: 'red' } };
  await here.server.updateUsers({ id: ben.id, ...named });
  for (const person of [anna, ben]) {
    const seen = await person.until(
      (id) => {
        const found = call.state.participants.find((p) => p.userId === id);
        return found?.name === 'Benjamin' && { image: found.image, custom: found.custom };
      },
      ben.id,
      'the new name is seen',
    );
    assert.deepEqual(seen, { image: named.image, custom: named.custom });
  }
  await ben.until(
    () => client.state.connectedUser?.name === 'Benjamin',
    undefined,
    'the user knows',
  );
  const listed = await anna.run(
    (id) => call.state.session?.participants.find((p) => p.user.id === id)?.user.name,
    ben.id,
  );
  assert.equal(listed, 'Benjamin');
  await bothLeave();
});

test('who is pinned and made quieter stays so over a reconnect', async () => {
  await together();
  // Of somebody without media the others see the first session, however often they rejoin.
  await ben.run(() => call.microphone.enable());
  await anna.until(
    (id) => (call.state.participants.find((p) => p.userId === id)?.connectionQuality ?? 0) > 0,
    ben.id,
    'media of Ben flows',
  );
  const before = await bensSession();
  await anna.run((sessionId) => {
    call.pin(sessionId);
    call.speaker.setParticipantVolume(sessionId, 0.25);
  }, before);
  await bensNetworkIsAway(async () => {});
  await anna.until(
    ({ id, before }) => {
      const sessions = call.state.participants.filter((p) => p.userId === id);
      return sessions.length === 1 && sessions[0]?.sessionId !== before;
    },
    { id: ben.id, before },
    'Ben is back with another session',
  );
  const found = await anna.run((id) => {
    const found = call.state.participants.find((p) => p.userId === id);
    return { pin: found?.pin?.isLocalPin, volume: found?.audioVolume };
  }, ben.id);
  assert.deepEqual(found, { pin: true, volume: 0.25 });

  // Who counts users by what the session tells, which may come later than the SFU tells of him, does not
  // lose him.
  await anna.until(
    (id) => {
      const users = new Set();
      for (const event of heard) {
        const { participant } = /** @type {any} */ (event);
        if (event.call_cid !== call.cid) continue;
        if (event.type === 'call.session_participant_joined') users.add(participant.user.id);
        if (event.type === 'call.session_participant_left') users.delete(participant.user.id);
      }
      return users.has(id);
    },
    ben.id,
    'Ben counts',
  );
  await bothLeave();
});

test('who is kicked while the network is away stays out, and learns why', async () => {
  await together();
  await bensNetworkIsAway(() => anna.run((id) => call.kickUser({ user_id: id }), ben.id));
  const reason = await ben.until(
    () => heard.findLast((e) => e.type === 'call.left' && e.call_cid === call.cid)?.['reason'],
    undefined,
    'the call is left',
  );
  assert.equal(reason, 'kicked');
  assert.equal(await ben.run(() => call.state.callingState), 'left');
  await anna.until(() => call.state.participants.length === 1, undefined, 'Anna is alone');

  await ben.run(() => call.join());
  await anna.until(() => call.state.participants.length === 2, undefined, 'who joins is let in');
  await bothLeave();
});

/** Anna rings Ben; returns the cid. */
async function ring() {
  await anna.open(unique('ring'));
  return anna.run(
    async ({ members, settings_override }) => {
      await call.getOrCreate({ ring: true, data: { members, settings_override } });
      return call.cid;
    },
    {
      members: [{ user_id: anna.id }, { user_id: ben.id }],
      settings_override: NO_DEVICES,
    },
  );
}

/**
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

test('a page that is loaded anew while it rings rings again', async () => {
  const cid = await ring();
  await rings(ben, cid);
  await ben.page.reload();
  await ben.isReady();
  await here.login(ben, { id: ben.id });
  await ben.listen();
  await rings(ben, cid);
  const { direction, calls } = await ben.run(async () => {
    await client.queryCalls({ watch: true });
    const calls = client.state.calls.filter(({ cid }) => cid === call.cid).length;
    return { direction: call.ringingState?.direction, calls };
  });
  assert.deepEqual([direction, calls], ['incoming', 1]);
  await ben.run(() => call.join());
  await anna.until(() => call.state.callingState === 'joined', undefined, 'Anna comes');
  await bothLeave();
});

test('of two devices that accept at the same moment one joins and the other is told', async () => {
  const cid = await ring();
  await Promise.all([rings(ben, cid), rings(bensPhone, cid)]);
  const devices = [ben, bensPhone];
  const outcomes = await Promise.all(
    devices.map((device) =>
      device.run(() =>
        call.join().then(
          () => 'joined',
          (error) => /** @type {string} */ (error.code),
        ),
      ),
    ),
  );
  assert.deepEqual(outcomes.toSorted(), ['answered-elsewhere', 'joined']);
  const other = devices[outcomes.indexOf('answered-elsewhere')];
  const reason = await other?.run(
    () => heard.findLast((e) => e.type === 'call.left' && e.call_cid === call.cid)?.['reason'],
  );
  assert.equal(reason, 'accepted_elsewhere');
  await anna.until(() => call.state.participants.length === 2, undefined, 'two are in the call');
  assert.equal(await other?.run(() => call.state.callingState), 'left');
  await Promise.all([anna, ...devices].map((person) => person.run(() => call.leave())));
});
