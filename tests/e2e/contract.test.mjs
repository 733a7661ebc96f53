// Every request that the SDK can make is made once, and everything that goes over the wire fits the
// protocol's schema in both directions: nothing missing, nothing extra.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Wire } from './support/wire.mjs';
import { PATIENCE, unique, world } from './support/world.mjs';

const wire = new Wire();

/**
 * @typedef {import('./support/world.mjs').Person} Person
 * @typedef {{ other: string, session: string, id: string }} Known what steps need to know
 * @typedef {[
 *   method: string, operation: string, run: (known: Known) => unknown, by?: 'other',
 * ]} Step
 */

/**
 * What calls which operation, in an order in which each can succeed. `call` is one that both have
 * joined.
 *
 * @type {Step[]}
 */
const OFFERED = [
  ['Client.createGuestUser', 'CreateGuest', () => client.createGuestUser({ user: { id: 'g' } })],
  ['Client.edges', 'GetEdges', () => client.edges()],
  ['Client.testConnectivity', 'GetEdges', () => client.testConnectivity()],
  ['Client.addDevice', 'CreateDevice', () => client.addDevice('d1', 'firebase', 'main')],
  ['Client.addVoipDevice', 'CreateDevice', () => client.addVoipDevice('d2', 'apn')],
  ['Client.getDevices', 'ListDevices', () => client.getDevices()],
  ['Client.removeDevice', 'DeleteDevice', () => client.removeDevice('d1')],

  [
    'Call.getOrCreate',
    'GetOrCreateCall',
    ({ id, other }) => {
      const members = [{ user_id: other, role: 'host', custom: { seat: 1 } }];
      return call.getOrCreate({
        ...{ ring: true, notify: true, video: true, members_limit: 10 },
        data: {
          ...{ members, custom: { id }, starts_at: new Date(), video: true },
          settings_override: {
            audio: { mic_default_on: true, default_device: 'speaker' },
            video: { camera_default_on: false, target_resolution: { width: 640, height: 480 } },
            limits: { max_participants: 10 },
            recording: { mode: 'available', quality: '720p' },
            backstage: { enabled: false },
            ring: { auto_cancel_timeout_ms: 0, incoming_call_timeout_ms: 0 },
          },
        },
      });
    },
  ],
  ['Call.create', 'GetOrCreateCall', () => call.create()],
  ['Call.get', 'GetCall', () => call.get({ members_limit: 5 })],
  ['Call.notify', 'GetCall', () => call.notify()],
  [
    'Client.onRingingCall',
    'GetCall',
    async () => {
      // Without the socket having told of it.
      const { cid } = (await client.queryCalls({ limit: 1 })).calls[0] ?? { cid: '' };
      await client.state.calls.find((other) => other.cid === cid)?.leave();
      globalThis.call = await client.onRingingCall(cid);
    },
    'other',
  ],
  ['Call.accept', 'AcceptCall', () => call.accept(), 'other'],
  ['Call.join', 'JoinCall', () => call.join(), 'other'],
  ['Call.ring', 'RingCall', ({ other }) => call.ring({ members_ids: [other], video: true })],
  ['Call.reject', 'RejectCall', ({ id }) => client.call('default', id).reject('busy'), 'other'],
  ['Client.queryCalls', 'QueryCalls', () => client.queryCalls({ watch: true, limit: 2 })],
  [
    'Call.update',
    'UpdateCall',
    () =>
      call.update({ custom: { a: [1] }, settings_override: { audio: { opus_dtx_enabled: true } } }),
  ],
  [
    'Call.updateCallMembers',
    'UpdateCallMembers',
    () => call.updateCallMembers({ update_members: [{ user_id: 'dora', custom: {} }] }),
  ],
  [
    'Call.queryMembers',
    'QueryCallMembers',
    () =>
      call.queryMembers({
        ...{ limit: 1, sort: [{ field: 'user_id', direction: -1 }] },
        filter_conditions: { user_id: { $exists: true } },
      }),
  ],
  [
    'Call.queryParticipants',
    'QueryCallParticipants',
    () => call.queryParticipants({ filter_conditions: {} }, { limit: 5 }),
  ],
  ['Call.sendReaction', 'SendVideoReaction', () => call.sendReaction({ type: 'x', custom: {} })],
  ['Call.sendCustomEvent', 'SendCallEvent', () => call.sendCustomEvent({ a: { b: 1 } })],
  [
    'Call.submitFeedback',
    'CollectUserFeedback',
    () => call.submitFeedback(5, { reason: 'fine', custom: { a: 1 } }),
  ],
  [
    'Call.pinForEveryone',
    'VideoPin',
    (known) => call.pinForEveryone({ user_id: known.other, session_id: known.session }),
  ],
  [
    'Call.unpinForEveryone',
    'VideoUnpin',
    (known) => call.unpinForEveryone({ user_id: known.other, session_id: known.session }),
  ],
  [
    'Call.muteOthers',
    'MuteUsers',
    async () => {
      await new Promise((resolve) => {
        call.state.remoteParticipants$.subscribe((others) => {
          if (others.some((other) => other.publishedTracks.includes(1))) resolve(undefined);
        });
      });
      return call.muteOthers('audio');
    },
  ],
  ['Call.muteUser', 'MuteUsers', ({ other }) => call.muteUser(other, 'screenshare_audio')],
  ['Call.muteSelf', 'MuteUsers', () => call.muteSelf('audio')],
  ['Call.muteAllUsers', 'MuteUsers', () => call.muteAllUsers('screenshare')],
  [
    'Call.requestPermissions',
    'RequestPermission',
    () => call.requestPermissions({ permissions: ['send-audio'] }),
  ],
  [
    'Call.updateUserPermissions',
    'UpdateUserPermissions',
    ({ other: user_id }) =>
      call.updateUserPermissions({
        ...{ user_id, grant_permissions: ['screenshare'], revoke_permissions: ['send-video'] },
      }),
  ],
  [
    'Call.revokePermissions',
    'UpdateUserPermissions',
    ({ other }) => call.revokePermissions(other, ['send-audio']),
  ],
  [
    'Call.grantPermissions',
    'UpdateUserPermissions',
    ({ other }) => call.grantPermissions(other, ['send-audio']),
  ],
  ['Call.listRecordings', 'ListRecordings', () => call.listRecordings()],
  ['Call.listRecordings', 'ListRecordings', () => call.listRecordings('some-session')],
  ['Call.listTranscriptions', 'ListTranscriptions', () => call.listTranscriptions()],
  ['Call.stopLive', 'StopLive', () => call.stopLive({})],
  ['Call.goLive', 'GoLive', () => call.goLive({ start_recording: false }, { notify: true })],
  [
    'Call.leave',
    'RejectCall',
    async ({ id }) => {
      const second = client.call('default', `${id}-second`);
      await second.getOrCreate({ ring: true, data: { members: [{ user_id: 'dora' }] } });
      await second.leave();
    },
  ],
  ['Call.kickUser', 'KickUser', ({ other: user_id }) => call.kickUser({ user_id })],
  ['Call.blockUser', 'BlockUser', ({ other }) => call.blockUser(other)],
  ['Call.unblockUser', 'UnblockUser', ({ other }) => call.unblockUser(other)],
  ['Call.endCall', 'EndCall', () => call.endCall()],
  ['Call.delete', 'DeleteCall', () => call.delete({ hard: true })],
];

/**
 * What this server does not do.
 *
 * @type {Step[]}
 */
const NOT_OFFERED = [
  ['Call.startRecording', 'StartRecording', () => call.startRecording()],
  ['Call.startRecording', 'StartRecording', () => call.startRecording('raw')],
  ['Call.stopRecording', 'StopRecording', () => call.stopRecording()],
  ['Call.stopRecording', 'StopRecording', () => call.stopRecording('individual')],
  ['Call.deleteRecording', 'DeleteRecording', () => call.deleteRecording('session', 'a b.mp4')],
  [
    'Call.startTranscription',
    'StartTranscription',
    () => call.startTranscription({ language: 'de' }),
  ],
  ['Call.stopTranscription', 'StopTranscription', () => call.stopTranscription()],
  ['Call.deleteTranscription', 'DeleteTranscription', () => call.deleteTranscription('s', 'a.txt')],
  [
    'Call.startClosedCaptions',
    'StartClosedCaptions',
    () => call.startClosedCaptions({ language: 'de' }),
  ],
  ['Call.stopClosedCaptions', 'StopClosedCaptions', () => call.stopClosedCaptions()],
  ['Call.startFrameRecording', 'StartFrameRecording', () => call.startFrameRecording({})],
  ['Call.stopFrameRecording', 'StopFrameRecording', () => call.stopFrameRecording()],
  ['Call.startHLS', 'StartHLSBroadcasting', () => call.startHLS()],
  ['Call.stopHLS', 'StopHLSBroadcasting', () => call.stopHLS()],
  [
    'Call.startRTMPBroadcasts',
    'StartRTMPBroadcasts',
    () =>
      call.startRTMPBroadcasts({
        broadcasts: [{ name: 'n', stream_url: 'rtmp://localhost/live' }],
      }),
  ],
  ['Call.stopRTMPBroadcast', 'StopRTMPBroadcast', () => call.stopRTMPBroadcast('n')],
  ['Call.stopAllRTMPBroadcasts', 'StopAllRTMPBroadcasts', () => call.stopAllRTMPBroadcasts()],
  ['Call.getCallReport', 'GetCallReport', () => call.getCallReport('session')],
  ['Client.queryCallStats', 'QueryCallStats', () => client.queryCallStats({ limit: 1 })],
  [
    'Client.queryAggregateCallStats',
    'QueryAggregateCallStats',
    () => client.queryAggregateCallStats({}),
  ],
];

/** Methods that ask the coordinator for nothing. `connectUser` opens the socket, and is used by all. */
const LOCAL = [
  ...named(
    'Call',
    `
    attachAudio bindAudioElement bindVideoElement can can$ dumpDiagnostics off on pin publish
    resetReaction resumeAudio setIncomingVideoEnabled setJoinOptions
    setMaxIncomingVideoPixelDensity setPreferredIncomingVideoResolution
    setSortParticipantsBy setStatsReportingIntervalInMs setViewport startReportingStatsFor
    stopPublish stopReportingStatsFor trackElementVisibility unpin updateClosedCaptionSettings
    updatePublishOptions
    `,
  ),
  ...named('Client', 'call connectUser disconnectUser dispose off on'),
];

/**
 * @param {string} owner
 * @param {string} names
 */
function named(owner, names) {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => `${owner}.${name}`);
}

/** @type {Person} */
let anna;
/** @type {Person} */
let ben;
const here = world(async (world) => {
  [anna, ben] = await Promise.all([overheard(world, 'Anna'), overheard(world, 'Ben')]);
});

/**
 * A person of whose requests and events none is missed.
 *
 * @param {import('./support/world.mjs').World} world
 * @param {string} name
 */
async function overheard(world, name) {
  const person = await world.stranger();
  wire.tap(person);
  return world.login(person, { id: unique(name), name });
}

/**
 * Takes a step, and waits until its exchange was looked at.
 *
 * @param {Step} step
 */
async function take([method, operation, run, by]) {
  const person = by === 'other' ? ben : anna;
  const before = wire.exchanges.length;
  const session = await ben.run(() => globalThis.call?.state.localParticipant?.sessionId ?? '');
  const failure = await person.run(
    async ({ source, known }) => {
      const run = (0, eval)(`(${source})`);
      try {
        await run(known);
        return undefined;
      } catch (error) {
        return failureOf(Promise.reject(error));
      }
    },
    { source: String(run), known: { other: ben.id, session, id: callId } },
  );
  const isIt = (/** @type {(typeof wire.exchanges)[0]} */ exchange) =>
    exchange.operation === operation && exchange.by === person.id;
  const deadline = Date.now() + PATIENCE;
  while (!wire.exchanges.slice(before).some(isIt)) {
    if (Date.now() > deadline)
      throw new Error(`${method} did not call ${operation}: ${failure?.message}`);
    await person.run(() => undefined);
  }
  const { status } = wire.exchanges.slice(before).findLast(isIt) ?? { status: 0 };
  return { failure, status };
}
const callId = unique('contract');

test('the check sees what is missing, extra and of another type', () => {
  const { schema } = wire;
  const ring = schema.find('POST', '/call/default/a/ring');
  assert.ok(ring && schema.find('POST', '/call/members')?.id === 'QueryCallMembers');
  const query = new URLSearchParams({ api_key: 'x', odd: '1' });
  assert.deepEqual(schema.checkRequest(ring, { members_ids: [1], no: 1 }, query), [
    ...['?odd: unknown', '.no: unknown', '.members_ids[0]: no string: 1'],
  ]);
  assert.deepEqual(schema.checkResponse(ring, { duration: '1ms' }), ['.members_ids: missing']);
  assert.deepEqual(schema.checkEvent({ type: 'health.check', created_at: 'now', custom: {} }), [
    ...['.created_at: no date: "now"', '.connection_id: missing'],
  ]);
});

test('every operation that the server offers is called, and succeeds', async () => {
  await anna.open(callId);
  for (const step of OFFERED) {
    const { failure, status } = await take(step);
    assert.deepEqual([step[0], failure], [step[0], undefined]);
    assert.ok(status === 200 || status === 201, `${step[0]}: ${status}`);
    if (step[0] === 'Call.join') {
      await anna.until(() => call.state.callingState === 'joined', undefined, 'the caller joins');
    }
  }
});

test('what the server does not offer is refused with the documented error', async () => {
  await anna.open(unique('contract'));
  await anna.run(() => call.getOrCreate());
  for (const step of NOT_OFFERED) {
    const [method, operation] = step;
    assert.equal(wire.schema.operations.find((it) => it.id === operation)?.isImplemented, false);
    const { failure, status } = await take(step);
    assert.ok(failure, `${method} does not fail`);
    assert.deepEqual(
      [method, failure.type, failure.code, failure.category, failure.serverCode, status],
      [method, 'ErrorFromResponse', 'invalid-argument', 'conflict', 19, 400],
    );
    assert.match(failure.message, /not available on this server/);
  }
});

test('the table holds every method that asks the coordinator', async () => {
  const methods = await anna.run(() => {
    return [trunkline.Call, trunkline.Client].flatMap((Class) =>
      methodsOf(Class.prototype).map(
        (name) => `${Class === trunkline.Call ? 'Call' : 'Client'}.${name}`,
      ),
    );
    /**
     * @param {object} prototype
     * @returns {string[]}
     */
    function methodsOf(prototype) {
      if (prototype === Object.prototype) return [];
      const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
        .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
        // What wasm-bindgen gives every class.
        .filter(([name]) => name !== 'free' && !name.startsWith('__'))
        .map(([name]) => name);
      return [...own, ...methodsOf(Object.getPrototypeOf(prototype))];
    }
  });
  const known = [...[...OFFERED, ...NOT_OFFERED].map(([method]) => method), ...LOCAL];
  const missing = methods.filter((method) => !known.includes(method));
  assert.deepEqual(
    missing,
    [],
    'a step of OFFERED or NOT_OFFERED, or a place in LOCAL, is missing',
  );
  const gone = known.filter((method) => !methods.includes(method));
  assert.deepEqual(gone, [], 'there are no such methods any more');
});

test('the server says of itself what it offers', async () => {
  const described = await (await fetch(`${here.server.url}/openapi.json`)).json();
  const ids = Object.values(described.paths).flatMap((path) =>
    Object.values(/** @type {any} */ (path)).map((operation) => operation.operationId),
  );
  const offered = wire.schema.operations.filter((it) => it.isImplemented).map((it) => it.id);
  assert.deepEqual([...new Set(ids)].sort(), offered.sort());
  // Backends call the one, and the SDK reports nothing about itself.
  const notOfTheSdk = ['UpdateUsers', 'ReportClientCallEvent'];
  const called = new Set(OFFERED.map(([, operation]) => operation));
  assert.deepEqual([...called, ...notOfTheSdk].sort(), offered.sort());
});

test('everything fits the schema', (context) => {
  assert.deepEqual(wire.problems, []);
  const operations = new Set(wire.exchanges.map(({ operation }) => operation));
  context.diagnostic(
    `${operations.size} of ${wire.schema.operations.length} operations, ` +
      `${wire.heardTypes.size} of ${wire.schema.events.size} events`,
  );
});
