// Every event that the server sends is provoked once: it is told to those who listen to it and to
// those who listen to all, and it has its effect on what apps see.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tokenFor } from './support/server.mjs';
import { Wire } from './support/wire.mjs';
import { NO_DEVICES, unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} Made the call. */
let anna;
/** @type {Person} A member. */
let ben;
/** @type {Person} Only watches. */
let vera;
/** @type {Person} Has no name. */
let nobody;
const wire = new Wire();
const here = world(async (world) => {
  [anna, ben, vera] = await Promise.all(
    ['Anna', 'Ben', 'Vera'].map(async (name) => {
      const person = await world.stranger();
      wire.tap(person);
      return world.login(person, { id: unique(name), name });
    }),
  );
  nobody = await world.visit({ type: 'anonymous' });
});
const id = unique('events');
const cid = `development:${id}`;
const added = unique('added');

/** Types of the events that were seen to have their effect. */
const seenTypes = /** @type {Set<string>} */ (new Set());

/**
 * Provokes an event, waits until somebody hears it, and then until it has had its effect there.
 *
 * @template Arg
 * @param {string} type
 * @param {Person} hearer
 * @param {() => Promise<unknown>} provoke
 * @param {(arg: Arg) => unknown} [effect] runs in the page of who hears it
 * @param {Arg} [arg]
 * @returns {Promise<any>} the event
 */
async function provokes(type, hearer, provoke, effect, arg) {
  await hearer.run((type) => {
    const named = new Promise((resolve) => client.on(type, resolve));
    const among = new Promise((resolve) => {
      client.on('all', (event) => event.type === type && resolve(event));
    });
    Object.assign(globalThis, { awaited: Promise.all([named, among]) });
  }, type);
  await provoke();
  const { event, isSame, isDate } = await hearer.run(async () => {
    const [named, among] = await /** @type {any} */ (globalThis).awaited;
    const isDate = named.received_at instanceof Date;
    return { event: { ...named }, isSame: named === among, isDate };
  });
  assert.deepEqual([type, isSame, isDate], [type, true, true]);
  assert.ok(!Number.isNaN(Date.parse(String(event.created_at))), event.created_at);
  if (effect) await hearer.until(effect, /** @type {Arg} */ (arg), `${type} has its effect`);
  seenTypes.add(type);
  return event;
}

test('the events of the connection', async () => {
  const stranger = await here.stranger();
  const { me, events } = await stranger.run(
    async ({ apiKey, baseURL, user, token }) => {
      globalThis.client = new trunkline.Client(apiKey, { baseURL, logger: () => {} });
      const events = /** @type {any[]} */ ([]);
      client.on('all', (event) => void events.push({ ...event }));
      await failureOf(client.connectUser(user, `${token}x`));
      await client.connectUser(user, token);
      return { me: client.state.connectedUser, events };
    },
    { ...here.app, user: { id: anna.id, name: 'Anna' }, token: tokenFor(anna.id) },
  );
  assert.equal(me?.id, anna.id);
  const [error, ok] = ['connection.error', 'connection.ok'].map((type) =>
    events.find((event) => event.type === type),
  );
  assert.equal(error?.error.code, 43);
  assert.equal(ok?.me.id, anna.id);
  for (const { type, received_at } of [error, ok]) {
    assert.ok(received_at instanceof Date, type);
    seenTypes.add(type);
  }
  await stranger.close();

  const event = await provokes('user.updated', ben, () =>
    here.server.updateUsers({ id: ben.id, name: 'Benjamin' }),
  );
  assert.deepEqual([event.user.id, event.user.name], [ben.id, 'Benjamin']);
});

test('the events of the call’s data and members', async () => {
  await anna.open(id, 'development');
  await provokes(
    'call.created',
    ben,
    () =>
      anna.run(
        ({ members, settings_override }) =>
          call.getOrCreate({ data: { members, settings_override } }),
        { members: [{ user_id: anna.id }, { user_id: ben.id }], settings_override: NO_DEVICES },
      ),
    (cid) => {
      const found = client.state.calls.find((call) => call.cid === cid);
      if (found) globalThis.call = found;
      return found?.state.members.length === 2;
    },
    cid,
  );
  await Promise.all([ben, vera].map((person) => person.open(id, 'development')));
  await Promise.all([ben, vera].map((person) => person.run(() => call.get())));

  const notification = await provokes('call.notification', ben, () =>
    anna.run(() => call.notify()),
  );
  assert.equal(notification.members.length, 2);
  await provokes(
    'call.updated',
    vera,
    () => anna.run(() => call.update({ custom: { topic: 'boats' } })),
    () => call.state.custom['topic'] === 'boats',
  );
  await provokes(
    'call.member_added',
    vera,
    () => anna.run((user_id) => call.updateCallMembers({ update_members: [{ user_id }] }), added),
    (added) => call.state.members.some((member) => member.user_id === added),
    added,
  );
  await provokes(
    'call.member_updated',
    vera,
    () =>
      anna.run(
        (user_id) => call.updateCallMembers({ update_members: [{ user_id, custom: { seat: 4 } }] }),
        added,
      ),
    (added) => call.state.members.some((m) => m.user_id === added && m.custom['seat'] === 4),
    added,
  );
  await provokes(
    'call.member_updated_permission',
    vera,
    () =>
      anna.run(
        (user_id) => call.updateCallMembers({ update_members: [{ user_id, role: 'host' }] }),
        added,
      ),
    (added) => call.state.members.some((m) => m.user_id === added && m.role === 'host'),
    added,
  );
  await provokes(
    'call.member_removed',
    vera,
    () => anna.run((user_id) => call.updateCallMembers({ remove_members: [user_id] }), added),
    (added) => !call.state.members.some((member) => member.user_id === added),
    added,
  );
});

test('the events of ringing', async () => {
  await provokes(
    'call.ring',
    ben,
    () => anna.run(() => call.ring()),
    () => call.ringing && call.state.callingState === 'ringing',
  );
  const rejected = await provokes(
    'call.rejected',
    anna,
    () => ben.run(() => call.leave({ reject: true, reason: 'no time' })),
    (ben) => ben in (call.state.session?.rejected_by ?? {}) && call.state.callingState === 'left',
    ben.id,
  );
  assert.equal(rejected.reason, 'no time');

  await anna.open(id, 'development');
  await ben.open(id, 'development');
  await Promise.all([anna, ben].map((person) => person.run(() => call.get())));
  await anna.run(() => call.ring());
  await ben.until(() => call.ringing, undefined, 'it rings again');
  const started = provokes(
    'call.session_started',
    vera,
    () => Promise.resolve(),
    () => call.state.session?.started_at,
  );
  await provokes(
    'call.accepted',
    anna,
    () => ben.run(() => call.accept()),
    (ben) => ben in (call.state.session?.accepted_by ?? {}) && call.state.callingState === 'joined',
    ben.id,
  );
  await started;
});

test('the events of the session', async () => {
  await vera.until(() => call.state.participantCount === 1, undefined, 'the first is in the call');
  await provokes(
    'call.session_participant_joined',
    vera,
    () => ben.run(() => call.join()),
    (ben) =>
      call.state.participantCount === 2 &&
      call.state.session?.participants.some((participant) => participant.user.id === ben),
    ben.id,
  );
  await nobody.open(id, 'development');
  await provokes(
    'call.session_participant_count_updated',
    vera,
    () => nobody.run(() => call.join()),
    () => call.state.anonymousParticipantCount === 1,
  );
  await nobody.run(() => call.leave());
  await vera.until(
    () => call.state.anonymousParticipantCount === 0,
    undefined,
    'nobody is anonymous',
  );
  await provokes(
    'call.session_participant_left',
    vera,
    () => ben.run(() => call.leave()),
    () => call.state.participantCount === 1,
  );
  await ben.run(() => call.join());
});

test('the events of interaction and moderation', async () => {
  await anna.until(() => call.state.participants.length === 2, undefined, 'both are in the call');
  await provokes(
    'call.reaction_new',
    anna,
    () => ben.run(() => call.sendReaction({ type: 'wave' })),
    (ben) => call.state.participants.find((p) => p.userId === ben)?.reaction?.type === 'wave',
    ben.id,
  );
  const custom = await provokes('custom', vera, () =>
    ben.run(() => call.sendCustomEvent({ n: 1 })),
  );
  assert.deepEqual(custom.custom, { n: 1 });
  const feedback = await provokes('call.user_feedback_submitted', vera, () =>
    ben.run(() => call.submitFeedback(3)),
  );
  assert.equal(feedback.rating, 3);

  const request = await provokes('call.permission_request', anna, () =>
    ben.run(() => call.requestPermissions({ permissions: ['screenshare'] })),
  );
  assert.deepEqual([request.user.id, request.permissions], [ben.id, ['screenshare']]);
  await provokes(
    'call.permissions_updated',
    ben,
    () => anna.run((ben) => call.revokePermissions(ben, ['screenshare']), ben.id),
    () => !call.can('screenshare') && !call.state.ownCapabilities.includes('screenshare'),
  );
  await ben.run(() => call.microphone.enable());
  await anna.until(
    (ben) => call.state.participants.find((p) => p.userId === ben)?.publishedTracks.includes(1),
    ben.id,
    'the microphone is heard',
  );
  await provokes(
    'call.user_muted',
    ben,
    () => anna.run((ben) => call.muteUser(ben, 'audio'), ben.id),
    () => call.microphone.state.status === 'disabled',
  );
  await anna.run(() => call.stopLive());
  await vera.until(() => call.state.backstage, undefined, 'it is in backstage');
  await provokes(
    'call.live_started',
    vera,
    () => anna.run(() => call.goLive()),
    () => !call.state.backstage,
  );
  await provokes(
    'call.kicked_user',
    ben,
    () => anna.run((user_id) => call.kickUser({ user_id }), ben.id),
    () => call.state.callingState === 'left',
  );
  await provokes(
    'call.blocked_user',
    vera,
    () => anna.run((ben) => call.blockUser(ben), ben.id),
    (ben) => call.state.blockedUserIds.includes(ben),
    ben.id,
  );
  await provokes(
    'call.unblocked_user',
    vera,
    () => anna.run((ben) => call.unblockUser(ben), ben.id),
    (ben) => !call.state.blockedUserIds.includes(ben),
    ben.id,
  );
});

test('the events of the end', async () => {
  await ben.open(id, 'development');
  await ben.run(() => call.get());
  await anna.run((ben) => call.ring({ members_ids: [ben] }), ben.id);
  await ben.until(() => call.ringing, undefined, 'it rings in the middle of the call');
  const ended = provokes(
    'call.ended',
    vera,
    () => Promise.resolve(),
    (anna) => call.state.endedAt instanceof Date && call.state.endedBy?.id === anna,
    anna.id,
  );
  const over = provokes(
    'call.missed',
    ben,
    () => anna.run(() => call.endCall()),
    (ben) => ben in (call.state.session?.missed_by ?? {}) && call.state.callingState === 'left',
    ben.id,
  );
  await Promise.all([ended, over]);
  await vera.until(() => call.state.participantCount === 0, undefined, 'everybody is gone');

  await anna.run(() => call.join());
  await provokes(
    'call.session_ended',
    vera,
    () => anna.run(() => call.leave()),
    () => call.state.session?.ended_at,
  );
  await provokes(
    'call.deleted',
    vera,
    () => anna.run(() => call.delete()),
    () => !call.watching,
  );
});

test('the server answers the pings of the client', async () => {
  const event = await provokes('health.check', vera, () => Promise.resolve());
  assert.equal(typeof event.connection_id, 'string');
});

test('these were all events that the server sends, and each fits the schema', (context) => {
  assert.deepEqual(wire.problems, []);
  assert.deepEqual([...seenTypes].sort(), SENT);
  for (const type of SENT) assert.ok(wire.schema.events.has(type), type);
  context.diagnostic(`${seenTypes.size} of ${wire.schema.events.size} events`);
});

/** As in the server's own tests; the rest of the schema belongs to what it does not offer. */
const SENT = [
  'call.accepted',
  'call.blocked_user',
  'call.created',
  'call.deleted',
  'call.ended',
  'call.kicked_user',
  'call.live_started',
  'call.member_added',
  'call.member_removed',
  'call.member_updated',
  'call.member_updated_permission',
  'call.missed',
  'call.notification',
  'call.permission_request',
  'call.permissions_updated',
  'call.reaction_new',
  'call.rejected',
  'call.ring',
  'call.session_ended',
  'call.session_participant_count_updated',
  'call.session_participant_joined',
  'call.session_participant_left',
  'call.session_started',
  'call.unblocked_user',
  'call.updated',
  'call.user_feedback_submitted',
  'call.user_muted',
  'connection.error',
  'connection.ok',
  'custom',
  'health.check',
  'user.updated',
];
