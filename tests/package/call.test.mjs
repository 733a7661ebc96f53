// The methods of a call, over a coordinator that answers everything: what is sent, and what is refused
// before.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { script, turn } from './support/coordinator.mjs';

/** What is sent below `/call/default/a%25b`: how it is called, and then method, path, body. */
const SENT = [
  ['endCall', [], 'POST', '/mark_ended', {}],
  ['delete', [{ hard: true }], 'POST', '/delete', { hard: true }],
  ['ring', [{ members_ids: ['x'] }], 'POST', '/ring', { members_ids: ['x'] }],
  ['ring', [], 'POST', '/ring', {}],
  ['notify', [], 'GET', '?notify=true', undefined],
  ['get', [], 'GET', '', undefined],
  ['get', [{ ring: true, members_limit: 5 }], 'GET', '?ring=true&members_limit=5', undefined],
  ['getOrCreate', [], 'POST', '', {}],
  ['create', [{ ring: true }], 'POST', '', { ring: true }],
  ['accept', [], 'POST', '/accept', {}],
  ['reject', [], 'POST', '/reject', { reason: 'decline' }],
  ['reject', ['busy'], 'POST', '/reject', { reason: 'busy' }],
  ['update', [{ custom: { a: 1 } }], 'PATCH', '', { custom: { a: 1 } }],
  ['goLive', [{ start_hls: true }], 'POST', '/go_live', { start_hls: true }],
  ['goLive', [undefined, { notify: true }], 'POST', '/go_live?notify=true', {}],
  ['stopLive', [], 'POST', '/stop_live', {}],
  ['updateCallMembers', [{ remove_members: ['x'] }], 'POST', '/members', { remove_members: ['x'] }],
  ['queryParticipants', [{}, { limit: 3 }], 'POST', '/participants?limit=3', {}],
  ['blockUser', ['x'], 'POST', '/block', { user_id: 'x' }],
  ['unblockUser', ['x'], 'POST', '/unblock', { user_id: 'x' }],
  ['kickUser', [{ user_id: 'x', block: true }], 'POST', '/kick', { user_id: 'x', block: true }],
  ['muteUser', ['x', 'audio'], 'POST', '/mute_users', { user_ids: ['x'], audio: true }],
  ['muteUser', [['x', 'y'], 'video'], 'POST', '/mute_users', { user_ids: ['x', 'y'], video: true }],
  ['muteSelf', ['audio'], 'POST', '/mute_users', { user_ids: ['!anon'], audio: true }],
  [
    'muteAllUsers',
    ['screenshare'],
    'POST',
    '/mute_users',
    { mute_all_users: true, screenshare: true },
  ],
  ['updateUserPermissions', [{ user_id: 'x' }], 'POST', '/user_permissions', { user_id: 'x' }],
  [
    'grantPermissions',
    ['x', ['send-audio']],
    'POST',
    '/user_permissions',
    { user_id: 'x', grant_permissions: ['send-audio'] },
  ],
  [
    'revokePermissions',
    ['x', ['send-audio']],
    'POST',
    '/user_permissions',
    { user_id: 'x', revoke_permissions: ['send-audio'] },
  ],
  [
    'pinForEveryone',
    [{ user_id: 'x', session_id: 's' }],
    'POST',
    '/pin',
    { user_id: 'x', session_id: 's' },
  ],
  [
    'unpinForEveryone',
    [{ user_id: 'x', session_id: 's' }],
    'POST',
    '/unpin',
    { user_id: 'x', session_id: 's' },
  ],
  ['sendReaction', [{ type: 'like' }], 'POST', '/reaction', { type: 'like' }],
  ['sendCustomEvent', [{ a: 1 }], 'POST', '/event', { custom: { a: 1 } }],
  ['startRecording', [], 'POST', '/start_recording', {}],
  ['startRecording', ['raw'], 'POST', '/recordings/raw/start', {}],
  ['startRecording', [{ x: 1 }, 'composite'], 'POST', '/recordings/composite/start', { x: 1 }],
  ['stopRecording', [], 'POST', '/stop_recording', {}],
  ['stopRecording', ['raw'], 'POST', '/recordings/raw/stop', {}],
  ['listRecordings', [], 'GET', '/recordings'],
  ['listRecordings', ['s'], 'GET', '/s/recordings'],
  ['deleteRecording', ['s', 'f/1'], 'DELETE', '/s/recordings/f%2F1'],
  ['startTranscription', [{ language: 'en' }], 'POST', '/start_transcription', { language: 'en' }],
  ['stopTranscription', [], 'POST', '/stop_transcription', {}],
  ['listTranscriptions', [], 'GET', '/transcriptions'],
  ['deleteTranscription', ['s', 'f'], 'DELETE', '/s/transcriptions/f'],
  ['startClosedCaptions', [], 'POST', '/start_closed_captions', {}],
  ['stopClosedCaptions', [], 'POST', '/stop_closed_captions', {}],
  ['startHLS', [], 'POST', '/start_broadcasting', {}],
  ['stopHLS', [], 'POST', '/stop_broadcasting', {}],
  ['startRTMPBroadcasts', [{ broadcasts: [] }], 'POST', '/rtmp_broadcasts', { broadcasts: [] }],
  ['stopRTMPBroadcast', ['a b'], 'POST', '/rtmp_broadcasts/a%20b/stop', {}],
  ['stopAllRTMPBroadcasts', [], 'POST', '/rtmp_broadcasts/stop', {}],
  ['startFrameRecording', [], 'POST', '/start_frame_recording', {}],
  ['stopFrameRecording', [], 'POST', '/stop_frame_recording', {}],
  ['getCallReport', ['s'], 'GET', '/report?session_id=s'],
  ['getCallReport', [], 'GET', '/report'],
];

test('each operation is the request that the protocol names', async () => {
  const { call, sent } = await script(() => ({ answered: true }));
  for (const [name, args, method, path, body] of SENT) {
    sent.length = 0;

    const promise = call[name](...args);

    assert.ok(promise instanceof Promise, name);
    assert.deepEqual(await promise, { answered: true });
    assert.deepEqual(sent, [[method, `/call/default/a%25b${path}`, body]], name);
  }
});

test('a failure names the operation', async () => {
  const { call } = await script();
  globalThis.fetch = () => Promise.reject(new TypeError('no network'));

  const failure = await call.endCall().catch((error) => error);

  assert.equal(failure.code, 'network');
  assert.match(failure.message, /calling endCall\(\)/);
});

test('the state follows what answers tell of the call', async () => {
  for (const [name, args, follows] of [
    ['get', [], true],
    ['getOrCreate', [], true],
    ['update', [{}], true],
    ['goLive', [], true],
    ['stopLive', [], true],
    ['delete', [], true],
    ['sendReaction', [{ type: 'like' }], false],
    ['endCall', [], false],
  ]) {
    const { call } = await script(() => ({
      call: { type: 'default', id: 'a%b', cid: 'default:a%b', custom: { told: true } },
      members: [],
      own_capabilities: [],
    }));

    await call[name](...args);

    assert.deepEqual(call.state.custom, follows ? { told: true } : {}, name);
  }
});

test('captions are shown as on and off at once, until the server refuses', async () => {
  const coordinator = await script();
  const { call } = coordinator;
  const on = call.startClosedCaptions();
  assert.equal(call.state.captioning, true);
  await on;
  const off = call.stopClosedCaptions();
  assert.equal(call.state.captioning, false);
  await off;

  globalThis.fetch = async () => Response.json({ code: 17, message: 'no' }, { status: 403 });
  const refused = call.startClosedCaptions();
  assert.equal(call.state.captioning, true);
  await assert.rejects(refused, { code: 'permission-denied' });
  assert.equal(call.state.captioning, false);
});

test('members are queried across calls', async () => {
  const { call, sent } = await script();

  await call.queryMembers({ limit: 3 });

  assert.deepEqual(sent[0], ['POST', '/call/members', { limit: 3, type: 'default', id: 'a%b' }]);
});

test('wrong arguments are refused in the promise, and nothing is sent', async () => {
  const wrong = [
    ['blockUser', []],
    ['blockUser', [7]],
    ['muteUser', ['x', 'sound']],
    ['muteUser', [[7], 'audio']],
    ['muteOthers', ['sound']],
    ['reject', [7]],
    ['deleteRecording', ['s']],
    ['submitFeedback', [0]],
    ['submitFeedback', [6]],
    ['submitFeedback', ['5']],
    ['ring', ['x']],
    ['update', [{ ring: true }]],
    ['getOrCreate', [{ data: { ring: true } }]],
    ['getOrCreate', [{ data: { notify: true } }]],
    ['getOrCreate', [{ data: { startsAt: 1, starts_at: 1 } }]],
    ['getOrCreate', [{ data: { settings: {}, settings_override: {} } }]],
    ['getOrCreate', [{ data: [] }]],
    ['getOrCreate', ['data']],
    ['getOrCreate', [{ data: 'data' }]],
    ['join', [[]]],
    ['get', [{ signal: 'now' }]],
    ['join', [{ data: { ring: true } }]],
    ['join', [{ maxJoinRetries: 0 }]],
    ['leave', [{ reject: 'yes' }]],
    ['get', [{ ring: 'yes' }]],
    ['get', [{ rings: true }]],
    ['goLive', [{}, { notify: 'yes' }]],
    ['leave', [{ why: 'bye' }]],
    ['submitFeedback', [5, { text: 'good' }]],
    ['startRecording', [{}, '']],
    [
      'update',
      [
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('mine');
            },
          },
        ),
      ],
    ],
    [
      'leave',
      [
        {
          get reason() {
            throw new Error('mine');
          },
        },
      ],
    ],
  ];
  const { call, sent } = await script();
  for (const [name, args] of wrong) {
    await assert.rejects(call[name](...args), { code: 'invalid-argument' }, `${name} ${args}`);

    assert.deepEqual(sent, [], name);
  }
});

test('aliases are sent under the names of the wire, and dates as text', async () => {
  const coordinator = await script();
  const { call, sent } = coordinator;
  const startsAt = new Date('2030-01-01T10:00:00Z');
  const data = { startsAt, settings: { audio: {} }, custom: { x: [1], gone: undefined, no: null } };

  await call.getOrCreate({ data });
  await call.update({ startsAt });
  await call.getOrCreate({ data: null });
  coordinator.hold = true;
  const joined = call.join({ create: true, data });
  await turn();

  const wire = {
    starts_at: '2030-01-01T10:00:00.000Z',
    settings_override: { audio: {} },
    custom: { x: [1], no: null },
  };
  assert.deepEqual(
    sent.slice(0, 3).map(([, , body]) => body),
    [{ data: wire }, { starts_at: wire.starts_at }, {}],
  );
  const [method, path, body] = sent[3];
  assert.deepEqual([method, path], ['POST', '/call/default/a%25b/join']);
  assert.deepEqual([body.create, body.data], [true, wire]);
  assert.equal(data.startsAt, startsAt, 'what the app gave stays as it is');
  const aborted = assert.rejects(joined, { code: 'join-aborted' });
  await call.leave();
  await aborted;
});

test('the server does not get the limits of a join, nor its signal', async () => {
  const coordinator = await script();
  const { call, sent } = coordinator;
  coordinator.hold = true;
  const { signal } = new AbortController();

  call.setJoinOptions({ create: true, maxJoinRetries: 2 });
  const joined = call.join({ notify: true, joinResponseTimeout: 7, maxJoinRetries: 1, signal });
  await turn();

  const keys = Object.keys(sent[0][2]);
  assert.ok(keys.includes('notify') && keys.includes('location'), keys);
  assert.deepEqual(
    keys.filter((key) => /[A-Z]|signal/.test(key)),
    [],
  );
  for (const options of [{ maxJoinRetries: 0 }, { rpcRequestTimeout: '5' }, { signal: {} }]) {
    const field = Object.keys(options)[0];
    const message = new RegExp(`setJoinOptions.${field}`);
    assert.throws(() => call.setJoinOptions(options), { code: 'invalid-argument', message });
  }
  const aborted = assert.rejects(joined, { code: 'join-aborted' });
  await call.leave({ reason: 'busy', message: 'bye' });
  await aborted;
});

test('feedback carries the version, the session and the browser', async () => {
  const { call, sent } = await script();

  await call.submitFeedback(4, { reason: 'good', custom: { a: 1 } });

  const { custom, ...rest } = sent[0][2];
  assert.match(rest.sdk_version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(rest, {
    rating: 4,
    reason: 'good',
    sdk: 'trunkline-js',
    sdk_version: rest.sdk_version,
    user_session_id: '',
  });
  assert.equal(custom.a, 1);
  assert.equal(typeof custom['x-stream-platform-data'].browser, 'string');
});

test('permissions follow capabilities and settings', async () => {
  const known = { own_capabilities: ['send-audio'] };
  const { call, sent } = await script(() => ({
    call: { type: 'default', id: 'a%b', cid: 'default:a%b', settings: known.settings },
    members: [],
    ...known,
  }));
  const context = call.permissionsContext;
  const seen = [];
  assert.equal(context, call.permissionsContext);
  assert.equal(call.can$('send-video'), call.can$('send-video'));
  call.can$('send-video').subscribe((can) => seen.push(can));
  await call.get();

  assert.ok(context.hasPermission('send-audio') && call.can('send-audio'));
  assert.deepEqual(
    [0, 1, 2, 3, 4, 1.5, '1', undefined].map((type) => context.canPublish(type)),
    [false, true, false, false, false, false, false, false],
  );
  assert.equal(context.canRequest('send-video'), false, 'no settings are known');
  await assert.rejects(call.requestPermissions({ permissions: ['send-video'] }), {
    code: 'permission-denied',
    category: 'permission',
  });

  known.settings = { video: { access_request_enabled: true } };
  known.own_capabilities = ['screenshare', 'send-video'];
  await call.get();
  assert.deepEqual([context.canPublish(3), context.canPublish(4)], [true, true]);
  assert.ok(context.canRequest('send-video'));
  assert.equal(context.canRequest('send-video', {}), false);
  assert.equal(call.can$('send-video').value, true);
  sent.length = 0;
  await call.requestPermissions({ permissions: ['send-video'] });
  assert.deepEqual(sent[0][2], { permissions: ['send-video'] });
  assert.deepEqual(seen, [false, true]);
});

test('what belongs to a call is one object each, and wrong names are typed errors', async () => {
  const { call } = await script();

  for (const part of ['state', 'camera', 'microphone', 'screenShare', 'speaker']) {
    assert.ok(call[part], part);
    assert.equal(call[part], call[part], part);
  }
  assert.deepEqual([call.type, call.id, call.cid], ['default', 'a%b', 'default:a%b']);
  for (const method of ['pin', 'unpin', 'resetReaction']) {
    assert.equal(call[method]('s'), undefined);
    assert.throws(() => call[method](), { code: 'invalid-argument' }, method);
  }
  assert.throws(() => call.on('all'), { code: 'invalid-argument' });
  assert.throws(() => call.on(7, () => {}), { code: 'invalid-argument' });
});

test('a signal rejects what waits', async () => {
  for (const name of ['get', 'getOrCreate', 'join']) {
    const coordinator = await script();
    const { call, sent } = coordinator;
    coordinator.hold = true;
    const controller = new AbortController();

    const promise = call[name]({ signal: controller.signal });
    await turn();
    controller.abort(new Error('enough'));

    await assert.rejects(promise, (error) => {
      assert.equal(error.name, 'AbortError');
      assert.equal(error.code, 'aborted');
      assert.equal(error.cause.message, 'enough');
      return true;
    });
    assert.equal(JSON.stringify(sent).includes('signal'), false);
    if (name === 'join') assert.equal(call.state.callingState, 'left');

    sent.length = 0;
    await assert.rejects(call[name]({ signal: controller.signal }), { code: 'aborted' });
    await turn();
    assert.deepEqual(sent, [], 'nothing begins when it is aborted already');
  }
});

test('what has ended is not given up, and nothing listens to its signal', async () => {
  const { call } = await script();
  const controller = new AbortController();
  const listening = [];
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (name, listener) => {
    listening.push(listener);
    add(name, listener);
  };
  signal.removeEventListener = (name, listener) => {
    listening.splice(listening.indexOf(listener), 1);
    remove(name, listener);
  };

  const waiting = call.get({ signal });
  assert.equal(listening.length, 1);
  await waiting;
  await turn();

  assert.equal(listening.length, 0);
  controller.abort();
});

test('a join ends for a caller who gives up, and for all when nobody waits any more', async () => {
  const coordinator = await script();
  const { call } = coordinator;
  coordinator.hold = true;
  const [first, second, late] = [1, 2, 3].map(() => new AbortController());

  const one = call.join({ signal: first.signal });
  const two = call.join({ signal: second.signal });
  assert.equal(call.join({ signal: first.signal }), one);
  assert.notEqual(one, two);
  first.abort();
  await assert.rejects(one, { code: 'aborted' });
  assert.equal(call.state.callingState, 'joining', 'somebody else waits');
  second.abort();
  await assert.rejects(two, { code: 'aborted' });
  assert.equal(call.state.callingState, 'left', 'nobody waits');

  const plain = call.join();
  assert.equal(call.join(), plain);
  const other = call.join({ signal: late.signal });
  assert.notEqual(other, plain);
  late.abort();
  await assert.rejects(other, { code: 'aborted' });
  assert.equal(call.state.callingState, 'joining', 'a caller without a signal never gives up');
  const left = assert.rejects(plain, { code: 'join-aborted' });
  await call.leave();
  await left;
  const fresh = call.join();
  assert.notEqual(fresh, plain);
  const again = assert.rejects(fresh, { code: 'join-aborted' });
  await call.leave();
  await again;
});
