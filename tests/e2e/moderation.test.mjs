// What moderators do to others: the server makes it true in the running call, whatever the client
// of the one concerned wants.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} Made the call. */
let anna;
/** @type {Person} A user like others. */
let ben;
/** @type {Person} Has the role `moderator`, which the app's backend gave. */
let mona;
/** @type {Person} Only watches. */
let vera;
world(async (world) => {
  [anna, ben, mona, vera] = await Promise.all(
    ['Anna', 'Ben', 'Mona', 'Vera'].map((name) => world.person(name)),
  );
  const everybody = [anna, ben, mona, vera];
  await Promise.all(everybody.map((person) => person.listen()));
  await world.server.updateUsers({ id: mona.id, role: 'moderator' });
  await anna.join(id);
  await Promise.all([ben.join(id), mona.join(id), vera.open(id)]);
  await vera.run(() => call.get());
});
const id = unique('moderation');
const cid = `default:${id}`;

/** Types of tracks. */
const [AUDIO, VIDEO] = /** @type {const} */ ([1, 2]);

/**
 * Waits until one person sees that another publishes something, or does not.
 *
 * @param {Person} viewer
 * @param {Person} publisher
 * @param {1 | 2} track
 * @param {boolean} on
 */
async function sees(viewer, publisher, track, on) {
  await viewer.until(
    ({ id, track, on }) =>
      call.state.participants.some(
        (p) => p.userId === id && p.publishedTracks.includes(track) === on,
      ),
    { id: publisher.id, track, on },
    `track ${track} of ${publisher.id} is ${on ? 'on' : 'off'}`,
  );
}

/**
 * Waits until a device has that status.
 *
 * @param {Person} person
 * @param {'camera' | 'microphone'} device
 * @param {'enabled' | 'disabled'} status
 */
async function device(person, device, status) {
  await person.until(
    ({ device, status }) => call[device].state.status === status,
    { device, status },
    `the ${device} is ${status}`,
  );
}

test('a role that the backend gives reaches the user and their rights', async () => {
  const updated = await mona.hears('user.updated');
  assert.equal(/** @type {any} */ (updated['user']).role, 'moderator');
  const rights = await mona.run(() => ({
    mute: call.can('mute-users'),
    update: call.can('update-call'),
  }));
  assert.deepEqual(rights, { mute: true, update: false });
  for (const [viewer, others] of /** @type {[Person, Person[]][]} */ ([
    [anna, [ben, mona]],
    [ben, [anna, mona]],
  ])) {
    for (const other of others) {
      await sees(viewer, other, AUDIO, true);
      await sees(viewer, other, VIDEO, true);
    }
  }
});

test('who may not moderate is refused', async () => {
  const failures = await ben.run(async (anna) => {
    const session_id = call.state.localParticipant?.sessionId ?? '';
    return Promise.all([
      failureOf(call.muteUser(anna, 'audio')),
      failureOf(call.muteAllUsers('video')),
      failureOf(call.blockUser(anna)),
      failureOf(call.kickUser({ user_id: anna })),
      failureOf(call.revokePermissions(anna, ['send-audio'])),
      failureOf(call.pinForEveryone({ user_id: anna, session_id })),
    ]);
  }, anna.id);
  for (const { type, code, status } of failures) {
    assert.deepEqual([type, code, status], ['ErrorFromResponse', 'permission-denied', 403]);
  }
  assert.equal(await anna.run(() => call.microphone.state.status), 'enabled');
});

test('a moderator mutes a microphone, and the muted one may turn it on again', async () => {
  await mona.run((ben) => call.muteUser(ben, 'audio'), ben.id);
  await device(ben, 'microphone', 'disabled');
  const tracks = await ben.run(() => ({
    microphone: call.microphone.state.mediaStream?.getAudioTracks().length ?? 0,
    live: spy.open().tracks,
    camera: call.camera.state.status,
  }));
  assert.deepEqual(tracks, { microphone: 0, live: 1, camera: 'enabled' });
  for (const person of [anna, mona]) await sees(person, ben, AUDIO, false);
  for (const person of [ben, vera]) {
    const muted = await person.hears('call.user_muted', cid);
    assert.deepEqual([muted['from_user_id'], muted['muted_user_ids']], [mona.id, [ben.id]]);
  }

  await ben.run(() => call.microphone.enable());
  await sees(anna, ben, AUDIO, true);
});

test('what is muted is not sent any more', async () => {
  // With one publisher only, so that there is nothing else to be heard.
  await mona.run(() => Promise.all([call.microphone.disable(), call.camera.disable()]));
  await ben.run(() => call.muteSelf('audio'));
  await device(ben, 'microphone', 'disabled');
  await sees(anna, ben, AUDIO, false);
  await sees(anna, mona, AUDIO, false);

  const more = async (/** @type {number} */ frames) =>
    anna.until(
      async (frames) => {
        const now = await received();
        return now.frames > frames && now;
      },
      frames,
      'the camera goes on',
    );
  const { frames } = await anna.run(() => received());
  const before = await more(frames + 5);
  const after = await more(before.frames + 20);
  assert.equal(after.packets, before.packets);
  await ben.run(() => call.microphone.enable());
  await anna.until(
    async (packets) => (await received()).packets > packets + 20,
    after.packets,
    'sound comes again',
  );
});

test('muteOthers() mutes those who publish; muteAllUsers() everybody but the one who asks', async () => {
  await mona.run(() => call.microphone.enable());
  await sees(mona, anna, AUDIO, true);
  await sees(mona, ben, AUDIO, true);
  await mona.run(() => call.muteOthers('audio'));
  for (const person of [anna, ben]) {
    await device(person, 'microphone', 'disabled');
    await sees(mona, person, AUDIO, false);
  }
  assert.equal(await mona.run(() => call.microphone.state.status), 'enabled');
  // Now there is nobody to be muted.
  const sent = await mona.run(async () => {
    const before = spy.requests.length;
    await call.muteOthers('audio');
    return spy.requests.length - before;
  });
  assert.equal(sent, 0);

  await mona.run(() => call.muteAllUsers('video'));
  for (const person of [anna, ben]) {
    await device(person, 'camera', 'disabled');
    await sees(mona, person, VIDEO, false);
    assert.equal(await person.run(() => spy.open().tracks), 0);
  }
  assert.equal(await mona.run(() => call.microphone.state.status), 'enabled');
  await Promise.all([anna, ben].map((person) => person.run(() => call.microphone.enable())));
});

test('a right that is revoked turns the microphone off, and keeps it off until it is granted', async () => {
  await ben.run(() => {
    globalThis.seen = [];
    call.can$('send-audio').subscribe((may) => void seen.push(may));
  });
  await mona.run((ben) => call.revokePermissions(ben, ['send-audio']), ben.id);
  await device(ben, 'microphone', 'disabled');
  await ben.until(() => !call.can('send-audio'), undefined, 'the right is gone');
  for (const person of [anna, mona]) await sees(person, ben, AUDIO, false);
  const failure = await ben.run(() => failureOf(call.microphone.enable()));
  assert.deepEqual(
    [failure.type, failure.code, failure.category],
    ['VideoError', 'permission-denied', 'permission'],
  );
  assert.equal(await ben.run(() => spy.open().tracks), 0);
  assert.equal(await ben.run(() => call.can('send-video')), true);
  assert.equal(await anna.run(() => call.can('send-audio')), true, 'only the one concerned');

  await mona.run((ben) => call.grantPermissions(ben, ['send-audio']), ben.id);
  await ben.until(() => call.can('send-audio'), undefined, 'the right is back');
  assert.deepEqual(await ben.run(() => seen), [true, false, true]);
  const { status, tracks } = await ben.run(() => ({
    status: call.microphone.state.status,
    tracks: spy.open().tracks,
  }));
  assert.deepEqual([status, tracks], ['disabled', 0], 'nothing starts by itself');
  await ben.run(() => call.microphone.enable());
  await sees(anna, ben, AUDIO, true);
});

test('who lacks a right can ask for it', async () => {
  await mona.run((ben) => call.revokePermissions(ben, ['send-video']), ben.id);
  await ben.until(() => !call.can('send-video'), undefined, 'the right is gone');
  assert.equal(await ben.run(() => call.permissionsContext.canRequest('send-video')), true);
  await ben.run(() => call.requestPermissions({ permissions: ['send-video'] }));
  const request = await mona.hears('call.permission_request', cid);
  assert.deepEqual(
    [/** @type {any} */ (request['user']).id, request['permissions']],
    [ben.id, ['send-video']],
  );
  await mona.run(
    (user_id) => call.updateUserPermissions({ user_id, grant_permissions: ['send-video'] }),
    ben.id,
  );
  await ben.until(() => call.can('send-video'), undefined, 'the right is granted');
  await ben.run(() => call.camera.enable());
  await sees(anna, ben, VIDEO, true);

  await anna.run(() =>
    call.update({ settings_override: { audio: { access_request_enabled: false } } }),
  );
  await ben.until(
    () => call.state.settings?.audio.access_request_enabled === false,
    undefined,
    'the settings change',
  );
  const refused = await ben.run(() => {
    const before = spy.requests.length;
    return failureOf(call.requestPermissions({ permissions: ['send-audio'] })).then((failure) => ({
      ...failure,
      sent: spy.requests.length - before,
    }));
  });
  assert.deepEqual([refused.code, refused.sent], ['permission-denied', 0]);
});

test('a pin for everyone is seen by all', async () => {
  const session_id = await ben.run(() => call.state.localParticipant?.sessionId ?? '');
  const pin = { user_id: ben.id, session_id };
  await mona.run((pin) => call.pinForEveryone(pin), pin);
  for (const person of [anna, ben, mona]) {
    const pinned = await person.until(
      (id) => call.state.findParticipantBySessionId(id)?.pin,
      session_id,
      'the pin is seen',
    );
    assert.equal(pinned.isLocalPin, false);
    const ids = await person.run(() => call.state.pinnedParticipants.map((p) => p.userId));
    assert.deepEqual(ids, [ben.id]);
  }
  await mona.run((pin) => call.unpinForEveryone(pin), pin);
  for (const person of [anna, ben, mona]) {
    await person.until(
      () => call.state.pinnedParticipants.length === 0,
      undefined,
      'the pin is off',
    );
  }
  const nobody = await mona.run(
    (user_id) => failureOf(call.pinForEveryone({ user_id, session_id: 'none' })),
    ben.id,
  );
  assert.equal(nobody.code, 'not-found');
});

test('reactions show at the participant until they are reset', async () => {
  const reaction = { type: 'raised-hand', emoji_code: ':raise-hand:', custom: { n: 1 } };
  const sent = await ben.run((reaction) => call.sendReaction(reaction), reaction);
  assert.equal(sent.reaction.user.id, ben.id);
  for (const person of [anna, ben, mona]) {
    const seen = await person.until(
      (id) => call.state.participants.find((p) => p.userId === id)?.reaction,
      ben.id,
      'the reaction is seen',
    );
    assert.deepEqual(
      { type: seen.type, emoji_code: seen.emoji_code, custom: seen.custom },
      reaction,
    );
  }
  await vera.hears('call.reaction_new', cid);
  const session_id = await ben.run(() => call.state.localParticipant?.sessionId ?? '');
  const left = await anna.run((id) => {
    call.resetReaction(id);
    return call.state.findParticipantBySessionId(id)?.reaction;
  }, session_id);
  assert.equal(left, undefined);
  assert.ok(
    await mona.run((id) => call.state.findParticipantBySessionId(id)?.reaction, session_id),
  );
});

test('events of the app reach participants and watchers', async () => {
  await ben.run(() => call.sendCustomEvent({ draw: [1, 2, { three: null }] }));
  for (const person of [anna, mona, vera]) {
    const event = await person.hears('custom', cid);
    assert.deepEqual(
      [event['custom'], /** @type {any} */ (event['user']).id],
      [{ draw: [1, 2, { three: null }] }, ben.id],
    );
  }
});

test('feedback is taken, and told', async () => {
  await ben.run(() =>
    call.submitFeedback(4, { reason: 'a little late', custom: { network: 'good' } }),
  );
  const event = await anna.hears('call.user_feedback_submitted', cid);
  assert.deepEqual(
    [event['rating'], event['reason'], event['sdk']],
    [4, 'a little late', 'trunkline-js'],
  );
  const wrong = await ben.run(() => failureOf(call.submitFeedback(6)));
  assert.equal(wrong.code, 'invalid-argument');
});

test('who is kicked is out, and may come back', async () => {
  await mona.run((user_id) => call.kickUser({ user_id }), ben.id);
  const left = await ben.hears('call.left', cid);
  assert.equal(left['reason'], 'kicked');
  assert.deepEqual(
    await ben.run(() => [call.state.callingState, spy.open().tracks, spy.open().sfuSockets]),
    ['left', 0, 0],
  );
  const kicked = await vera.hears('call.kicked_user', cid);
  assert.deepEqual(
    [/** @type {any} */ (kicked['user']).id, /** @type {any} */ (kicked['kicked_by_user']).id],
    [ben.id, mona.id],
  );
  await anna.until(() => call.state.participants.length === 2, undefined, 'one is gone');
  await ben.run(() => call.join());
  await anna.until(() => call.state.participants.length === 3, undefined, 'all are there again');
});

test('who is blocked is out, and stays out until unblocked', async () => {
  await ben.listen();
  await mona.run((ben) => call.blockUser(ben), ben.id);
  const left = await ben.hears('call.left', cid);
  assert.ok(['blocked', 'kicked'].includes(String(left['reason'])), String(left['reason']));
  for (const person of [anna, vera]) {
    await person.until(
      (ben) => call.state.blockedUserIds.includes(ben),
      ben.id,
      'the block is seen',
    );
  }
  const failure = await ben.run(() => failureOf(call.join()));
  assert.deepEqual(
    [failure.type, failure.code, failure.status],
    ['ErrorFromResponse', 'permission-denied', 403],
  );
  assert.match(failure.message, /blocked/);

  await mona.run((ben) => call.unblockUser(ben), ben.id);
  for (const person of [anna, vera]) {
    await person.until(() => call.state.blockedUserIds.length === 0, undefined, 'the block is off');
  }
  await ben.run(() => call.join());
  await anna.until(() => call.state.participants.length === 3, undefined, 'all are there again');

  await ben.listen();
  await mona.run((user_id) => call.kickUser({ user_id, block: true }), ben.id);
  await ben.hears('call.left', cid);
  await anna.until((ben) => call.state.blockedUserIds.includes(ben), ben.id, 'kicked and blocked');
});

test('a call that is deleted is over for everyone, and not there any more', async () => {
  const refused = await mona.run(() => failureOf(call.delete()));
  assert.deepEqual([refused.code, refused.status], ['permission-denied', 403]);
  await anna.run(() => call.delete({ hard: true }));
  for (const person of [anna, mona]) {
    await person.until(() => call.state.callingState === 'left', undefined, 'the call is over');
    const left = await person.hears('call.left', cid);
    assert.equal(left['reason'], 'call_ended');
    const { tracks, sfuSockets } = await person.run(() => spy.open());
    assert.deepEqual([tracks, sfuSockets], [0, 0]);
  }
  await vera.hears('call.deleted', cid);
  for (const person of [anna, vera]) {
    const failure = await person.run((id) => failureOf(client.call('default', id).get()), id);
    assert.deepEqual([failure.code, failure.status], ['not-found', 404]);
  }
});

test('nothing was complained about', () => {
  const complaints = [anna, ben, mona, vera].flatMap((person) => person.complaints);
  // What Chromium says of the refusals.
  assert.deepEqual(
    complaints.filter((text) => !/status of (403|404)/.test(text)),
    [],
  );
});
