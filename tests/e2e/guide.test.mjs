// The guide "Joining & Creating Calls", row by row: what it writes is what works.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let anna;
/** @type {import('./support/world.mjs').Person} */
let ben;
const here = world(async (world) => {
  [anna, ben] = await Promise.all([world.person('Anna'), world.person('Ben')]);
});

test('G1: client.call("default", "test-call") makes an idle call without the network', async () => {
  const seen = await anna.run(() => {
    const before = spy.requests.length;
    const call = client.call('default', 'test-call');
    const { cid, state } = call;
    return { cid, state: state.callingState, sent: spy.requests.length - before };
  });
  assert.deepEqual(seen, { cid: 'default:test-call', state: 'idle', sent: 0 });
});

test('G2: call.getOrCreate() creates, fills the state, and gets later updates', async () => {
  const id = unique('g2');
  await Promise.all([anna.open(id), ben.open(id)]);
  const [first, second] = [
    await anna.run(() => call.getOrCreate()),
    await ben.run(() => call.getOrCreate()),
  ];
  assert.deepEqual([first.created, second.created], [true, false]);
  const state = await ben.run(() => ({
    creator: call.state.createdBy?.id,
    hasDate: call.state.createdAt instanceof Date,
    hasSettings: call.state.settings?.video.enabled,
    capabilities: call.state.ownCapabilities,
  }));
  assert.equal(state.creator, anna.id);
  assert.equal(state.hasDate, true);
  assert.equal(state.hasSettings, true);
  assert.ok(state.capabilities.includes('join-call'));

  await anna.run(() => call.update({ custom: { later: true } }));
  await ben.until(() => call.state.custom['later'] === true, undefined, 'the update arrives');
});

test('G3: getOrCreate({ data }) stores what it is given, and rings and notifies', async () => {
  await ben.run(() => {
    globalThis.heard = [];
    client.on('all', (event) => heard.push({ ...event }));
  });
  await anna.open(unique('g3'));
  const state = await anna.run(async (ben) => {
    await call.getOrCreate({
      ring: true,
      notify: true,
      data: {
        members: [{ user_id: ben }],
        custom: { color: 'blue' },
        settings_override: { audio: { mic_default_on: false } },
        starts_at: new Date('2030-01-02T03:04:05.678Z'),
        team: 'red',
      },
    });
    const { members, custom, settings, startsAt, team } = call.state;
    return {
      members: members.map((member) => member.user_id),
      custom,
      microphone: settings?.audio.mic_default_on,
      startsAt: startsAt?.toISOString(),
      team,
    };
  }, ben.id);
  assert.deepEqual(state, {
    members: [ben.id],
    custom: { color: 'blue' },
    microphone: false,
    startsAt: '2030-01-02T03:04:05.678Z',
    team: 'red',
  });
  const cid = await anna.run(() => call.cid);
  for (const type of ['call.created', 'call.ring', 'call.notification']) {
    await ben.until(
      ({ type, cid }) => heard.some((event) => event.type === type && event.call_cid === cid),
      { type, cid },
      `the member hears ${type}`,
    );
  }
});

test('G4: call.join() resolves when joined, and fails when there is no call', async () => {
  await anna.open(unique('g4'));
  const failure = await anna.run(() => failureOf(call.join()));
  assert.deepEqual(
    [failure.type, failure.code, failure.status],
    ['ErrorFromResponse', 'not-found', 404],
  );
  assert.equal(await anna.run(() => call.state.callingState), 'idle');

  const state = await anna.run(async () => {
    await call.getOrCreate();
    await call.join();
    return { state: call.state.callingState, me: call.state.localParticipant?.userId };
  });
  assert.deepEqual(state, { state: 'joined', me: anna.id });
});

test('G6: call.leave() turns the lights off and leaves nothing open', async () => {
  await anna.until(() => spy.open().tracks === 2, undefined, 'camera and microphone are on');
  const after = await anna.run(async () => {
    await call.leave();
    return { state: call.state.callingState, open: spy.open() };
  });
  assert.equal(after.state, 'left');
  assert.deepEqual([after.open.sfuSockets, after.open.peers, after.open.tracks], [0, 0, 0]);
});

test('G5: join({ create: true, data }) creates and joins in one call', async () => {
  await anna.open(unique('g5'));
  const state = await anna.run(async () => {
    await call.join({ create: true, data: { custom: { made: 'by join' } } });
    return { state: call.state.callingState, custom: call.state.custom };
  });
  assert.deepEqual(state, { state: 'joined', custom: { made: 'by join' } });
  await anna.run(() => call.leave());
});

test('G7: call.endCall() puts everybody out and tells when and by whom', async () => {
  const id = unique('g7');
  await anna.join(id);
  await ben.join(id);
  await anna.run(() => call.endCall());
  for (const person of [anna, ben]) {
    const end = await person.until(
      () =>
        call.state.callingState === 'left' &&
        call.state.endedBy && {
          by: call.state.endedBy.id,
          at: call.state.endedAt instanceof Date,
        },
      undefined,
      'the call is over',
    );
    assert.deepEqual(end, { by: anna.id, at: true });
  }
});

test('G8: an ended call can only be joined with join-ended-call', async () => {
  await anna.open(unique('g8'), 'livestream');
  const mayJoin = await anna.run(async () => {
    await call.getOrCreate();
    await call.goLive();
    await call.endCall();
    return call.can(trunkline.OwnCapability.JOIN_ENDED_CALL);
  });
  assert.equal(mayJoin, true);
  await ben.open(await anna.run(() => call.id), 'livestream');
  const failure = await ben.run(() => failureOf(call.join()));
  assert.deepEqual([failure.code, failure.status], ['permission-denied', 403]);
  assert.match(failure.message, /JoinEndedCall/);

  const state = await anna.run(async () => {
    await call.join();
    return call.state.callingState;
  });
  assert.equal(state, 'joined');
  await anna.run(() => call.leave());
});

test('G9: call.get() loads without creating, and subscribes', async () => {
  const id = unique('g9');
  await Promise.all([anna.open(id), ben.open(id)]);
  const failure = await ben.run(() => failureOf(call.get()));
  assert.deepEqual([failure.code, failure.category], ['not-found', 'not-found']);

  await anna.run(() => call.getOrCreate());
  const watching = await ben.run(async () => {
    await call.get();
    return call.watching;
  });
  assert.equal(watching, true);
});

test('G10: a change by another client shows without polling', async () => {
  const sent = await ben.run(() => spy.requests.length);
  await anna.run(() => call.update({ custom: { live: 'yes' } }));
  await ben.until(() => call.state.custom['live'] === 'yes', undefined, 'the change arrives');
  assert.equal(await ben.run(() => spy.requests.length), sent);
});

test('G11: call.update({ custom, settings_override }) shows at once, and to others', async () => {
  await ben.run(() => {
    globalThis.heard = [];
    call.on('call.updated', (event) => heard.push({ ...event }));
  });
  const state = await anna.run(async () => {
    await call.update({
      custom: { color: 'green' },
      settings_override: { audio: { mic_default_on: false } },
    });
    return { custom: call.state.custom, mic: call.state.settings?.audio.mic_default_on };
  });
  assert.deepEqual(state, { custom: { color: 'green' }, mic: false });
  const updated = await ben.until(() => heard[0], undefined, 'call.updated arrives');
  assert.deepEqual(/** @type {any} */ (updated['call']).custom, { color: 'green' });
  assert.equal(await ben.run(() => call.state.settings?.audio.mic_default_on), false);
});

test('G12: RecordSettingsRequestModeEnum.DISABLED is a value to use', async () => {
  const { modes, mode } = await anna.run(async () => {
    const { RecordSettingsRequestModeEnum } = trunkline;
    await call.update({
      settings_override: { recording: { mode: RecordSettingsRequestModeEnum.DISABLED } },
    });
    return { modes: RecordSettingsRequestModeEnum, mode: call.state.settings?.recording.mode };
  });
  assert.deepEqual(modes, { AVAILABLE: 'available', DISABLED: 'disabled', AUTO_ON: 'auto-on' });
  assert.equal(mode, 'disabled');
});

test('G13: data.members have roles and custom data of their own', async () => {
  await anna.open(unique('g13'));
  const members = await anna.run(
    async ([anna, ben]) => {
      await call.getOrCreate({
        data: {
          members: [
            { user_id: anna, role: 'host' },
            { user_id: ben, custom: { seat: 4 } },
          ],
        },
      });
      return call.state.members.map(({ user_id, role, custom }) => ({ user_id, role, custom }));
    },
    [anna.id, ben.id],
  );
  const byId = new Map(members.map((member) => [member.user_id, member]));
  assert.equal(byId.get(anna.id)?.role, 'host');
  assert.deepEqual(byId.get(ben.id)?.custom, { seat: 4 });
});

test('G14: call.updateCallMembers() changes and removes, and others see it', async () => {
  const id = unique('g14');
  const [one, two] = [unique('one'), unique('two')];
  await Promise.all([anna.open(id), ben.open(id)]);
  await anna.run(
    (members) => call.getOrCreate({ data: { members } }),
    [{ user_id: one }, { user_id: ben.id }],
  );
  await ben.run(() => call.get());
  const mine = await anna.run(
    async ({ one, two }) => {
      await call.updateCallMembers({
        update_members: [{ user_id: two, role: 'host' }],
        remove_members: [one],
      });
      return call.state.members.map((member) => member.user_id).sort();
    },
    { one, two },
  );
  assert.deepEqual(mine, [ben.id, two].sort());
  const theirs = await ben.until(
    ({ one, two }) => {
      const ids = call.state.members.map((member) => member.user_id);
      return ids.includes(two) && !ids.includes(one) && ids.sort();
    },
    { one, two },
    'the members change for the other',
  );
  assert.deepEqual(theirs, mine);
});

test('G15: who has a team must name it', async () => {
  const rita = await here.person('Rita', { teams: ['red'] });
  await rita.open(unique('g15'));
  const omitted = await rita.run(() => failureOf(call.getOrCreate()));
  assert.deepEqual([omitted.type, omitted.code], ['ErrorFromResponse', 'invalid-argument']);
  assert.match(omitted.message, /team/);
  const other = await rita.run(() => failureOf(call.getOrCreate({ data: { team: 'blue' } })));
  assert.deepEqual([other.code, other.category], ['permission-denied', 'permission']);
  const absent = await rita.run(() => failureOf(call.get()));
  assert.equal(absent.code, 'not-found');

  const team = await rita.run(async () => {
    await call.getOrCreate({ data: { team: 'red' } });
    return call.state.team;
  });
  assert.equal(team, 'red');
  await rita.close();
});

test('G16: any custom data comes back as it was', async () => {
  const custom = {
    color: 'red',
    nested: { list: [1, 2.5, -0.001, null, true, 'ä€🎥', { deep: {} }], empty: [] },
    '': 'empty key',
    big: 9007199254740991,
  };
  const id = unique('g16');
  await Promise.all([anna.open(id), ben.open(id)]);
  const mine = await anna.run(async (custom) => {
    await call.getOrCreate({ data: { custom } });
    return call.state.custom;
  }, custom);
  const theirs = await ben.run(async () => {
    await call.get();
    return call.state.custom;
  });
  assert.deepEqual([mine, theirs], [custom, custom]);
});

test('G17: settings_override is merged, and the settings stay complete', async () => {
  await anna.open(unique('g17'));
  const [made, changed] = await anna.run(async () => {
    await call.getOrCreate({ data: { settings_override: { audio: { mic_default_on: false } } } });
    const made = call.state.settings;
    await call.update({ settings_override: { video: { camera_default_on: false } } });
    return [made, call.state.settings];
  });
  assert.ok(made && changed);
  assert.deepEqual([made.audio.mic_default_on, made.video.camera_default_on], [false, true]);
  assert.deepEqual([changed.audio.mic_default_on, changed.video.camera_default_on], [false, false]);
  for (const key of Object.keys(made.video)) assert.ok(key in changed.video, key);
  assert.ok(changed.backstage && changed.limits && changed.recording && changed.ring);
});

test('G18: backstage opens join_ahead_time_seconds before starts_at, which may be a Date', async () => {
  const id = unique('g18');
  await anna.open(id, 'livestream');
  await ben.open(id, 'livestream');
  await anna.run(() =>
    call.getOrCreate({
      data: {
        starts_at: new Date(Date.now() + 500_000),
        settings_override: { backstage: { enabled: true, join_ahead_time_seconds: 300 } },
      },
    }),
  );
  const early = await ben.run(() => failureOf(call.join()));
  assert.equal(early.code, 'permission-denied');
  assert.match(early.message, /JoinBackstage/);

  await anna.run(() => call.update({ starts_at: new Date(Date.now() + 200_000) }));
  const state = await ben.run(async () => {
    await call.join();
    return { state: call.state.callingState, backstage: call.state.backstage };
  });
  assert.deepEqual(state, { state: 'joined', backstage: true });
  await ben.run(() => call.leave());
});

test('G19: call.goLive() ends the backstage for everyone', async () => {
  const id = unique('g19');
  await anna.open(id, 'livestream');
  await ben.open(id, 'livestream');
  await anna.run(() => call.getOrCreate());
  await ben.run(() => call.get());
  assert.equal(await ben.run(() => call.state.backstage), true);
  assert.equal((await ben.run(() => failureOf(call.join()))).code, 'permission-denied');

  const mine = await anna.run(async () => {
    await call.goLive();
    return call.state.backstage;
  });
  assert.equal(mine, false);
  await ben.until(() => !call.state.backstage, undefined, 'the other learns that it is live');
  await ben.run(() => call.join());
  await ben.run(() => call.leave());
});

test('G20: startsAt and settings are other names for starts_at and settings_override', async () => {
  await anna.open(unique('g20'));
  const state = await anna.run(async () => {
    await call.getOrCreate({
      data: {
        startsAt: new Date('2031-01-01T00:00:00Z'),
        settings: { audio: { mic_default_on: false } },
      },
    });
    const { startsAt, settings } = call.state;
    return { startsAt: startsAt?.toISOString(), mic: settings?.audio.mic_default_on };
  });
  assert.deepEqual(state, { startsAt: '2031-01-01T00:00:00.000Z', mic: false });
});

test('G21: ring and notify stand beside data, and are off by default', async () => {
  await anna.open(unique('g21'));
  await ben.run(() => {
    globalThis.heard = [];
    client.on('all', (event) => heard.push({ ...event }));
  });
  await anna.run((ben) => call.getOrCreate({ data: { members: [{ user_id: ben }] } }), ben.id);
  const cid = await anna.run(() => call.cid);
  // Events of a call come in order: after this one, an earlier ring would be here.
  await anna.run(
    (ben) => call.updateCallMembers({ update_members: [{ user_id: ben, custom: { x: 1 } }] }),
    ben.id,
  );
  const types = await ben.until(
    (cid) => {
      const types = heard.filter((event) => event.call_cid === cid).map((event) => event.type);
      return types.includes('call.member_updated') && types;
    },
    cid,
    'the member hears of the change',
  );
  assert.ok(!types.includes('call.ring') && !types.includes('call.notification'), String(types));

  for (const field of ['ring', 'notify']) {
    const failure = await anna.run(
      (field) => failureOf(call.getOrCreate({ data: /** @type {any} */ ({ [field]: true }) })),
      field,
    );
    assert.equal(failure.code, 'invalid-argument');
    assert.match(failure.message, new RegExp(field));
    assert.match(failure.hint, /beside `data`/);
  }
});

test('G22: ids are the app’s: a UUID, or one with a prefix, goes through unchanged', async () => {
  const ids = [crypto.randomUUID(), `red-team_${crypto.randomUUID()}`];
  for (const id of ids) {
    await anna.open(id);
    const { call: made } = await anna.run(() => call.getOrCreate());
    assert.deepEqual([made.id, made.cid], [id, `default:${id}`]);
  }
});
