// The methods of a call against a scripted core: what is sent, and what is refused before.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Call, emitTo, storeOf } from '../../js/call.js';
import { makeParticipant } from '../../js/participants.js';
import * as requests from '../../js/requests.js';
import { SLICES } from '../../js/state.js';

const { GET, POST, PATCH, DELETE } = requests;

/** What is sent below `/call/default/a%2Fb`: how it is called, and then method, path, body, `then`. */
const SENT = [
  ['endCall', [], POST, '/mark_ended', {}],
  ['delete', [{ hard: true }], POST, '/delete', { hard: true }, requests.CHANGE],
  ['ring', [{ members_ids: ['x'] }], POST, '/ring', { members_ids: ['x'] }, requests.RING_MEMBERS],
  ['ring', [], POST, '/ring', {}, requests.RING_MEMBERS],
  ['notify', [], GET, '?notify=true', undefined, requests.LOAD],
  ['get', [], GET, '', undefined, requests.LOAD],
  [
    'get',
    [{ ring: true, members_limit: 5 }],
    GET,
    '?ring=true&members_limit=5',
    undefined,
    requests.RING,
  ],
  ['getOrCreate', [], POST, '', {}, requests.LOAD],
  ['create', [{ ring: true }], POST, '', { ring: true }, requests.RING],
  ['accept', [], POST, '/accept', {}, requests.ACCEPT],
  ['reject', [], POST, '/reject', { reason: 'decline' }, requests.REJECT],
  ['reject', ['busy'], POST, '/reject', { reason: 'busy' }, requests.REJECT],
  ['update', [{ custom: { a: 1 } }], PATCH, '', { custom: { a: 1 } }, requests.CHANGE],
  ['goLive', [{ start_hls: true }], POST, '/go_live', { start_hls: true }, requests.CHANGE],
  ['goLive', [undefined, { notify: true }], POST, '/go_live?notify=true', {}, requests.CHANGE],
  ['stopLive', [], POST, '/stop_live', {}, requests.CHANGE],
  [
    'updateCallMembers',
    [{ remove_members: ['x'] }],
    POST,
    '/members',
    { remove_members: ['x'] },
    requests.MEMBERS,
  ],
  ['queryParticipants', [{}, { limit: 3 }], POST, '/participants?limit=3', {}],
  ['blockUser', ['x'], POST, '/block', { user_id: 'x' }],
  ['unblockUser', ['x'], POST, '/unblock', { user_id: 'x' }],
  ['kickUser', [{ user_id: 'x', block: true }], POST, '/kick', { user_id: 'x', block: true }],
  ['muteUser', ['x', 'audio'], POST, '/mute_users', { user_ids: ['x'], audio: true }],
  ['muteUser', [['x', 'y'], 'video'], POST, '/mute_users', { user_ids: ['x', 'y'], video: true }],
  ['muteSelf', ['audio'], POST, '/mute_users', { user_ids: ['me'], audio: true }],
  [
    'muteAllUsers',
    ['screenshare'],
    POST,
    '/mute_users',
    { mute_all_users: true, screenshare: true },
  ],
  ['updateUserPermissions', [{ user_id: 'x' }], POST, '/user_permissions', { user_id: 'x' }],
  [
    'grantPermissions',
    ['x', ['send-audio']],
    POST,
    '/user_permissions',
    { user_id: 'x', grant_permissions: ['send-audio'] },
  ],
  [
    'revokePermissions',
    ['x', ['send-audio']],
    POST,
    '/user_permissions',
    { user_id: 'x', revoke_permissions: ['send-audio'] },
  ],
  ['pinForEveryone', [{ user_id: 'x', session_id: 's' }], POST, '/pin', pinOf('x', 's')],
  ['unpinForEveryone', [{ user_id: 'x', session_id: 's' }], POST, '/unpin', pinOf('x', 's')],
  ['sendReaction', [{ type: 'like' }], POST, '/reaction', { type: 'like' }],
  ['sendCustomEvent', [{ a: 1 }], POST, '/event', { custom: { a: 1 } }],
  ['startRecording', [], POST, '/start_recording', {}],
  ['startRecording', ['raw'], POST, '/recordings/raw/start', {}],
  ['startRecording', [{ x: 1 }, 'composite'], POST, '/recordings/composite/start', { x: 1 }],
  ['stopRecording', [], POST, '/stop_recording', {}],
  ['stopRecording', ['raw'], POST, '/recordings/raw/stop', {}],
  ['listRecordings', [], GET, '/recordings'],
  ['listRecordings', ['s'], GET, '/s/recordings'],
  ['deleteRecording', ['s', 'f/1'], DELETE, '/s/recordings/f%2F1'],
  ['startTranscription', [{ language: 'en' }], POST, '/start_transcription', { language: 'en' }],
  ['stopTranscription', [], POST, '/stop_transcription', {}],
  ['listTranscriptions', [], GET, '/transcriptions'],
  ['deleteTranscription', ['s', 'f'], DELETE, '/s/transcriptions/f'],
  ['startClosedCaptions', [], POST, '/start_closed_captions', {}, requests.CAPTIONS_ON],
  ['stopClosedCaptions', [], POST, '/stop_closed_captions', {}, requests.CAPTIONS_OFF],
  ['startHLS', [], POST, '/start_broadcasting', {}],
  ['stopHLS', [], POST, '/stop_broadcasting', {}],
  ['startRTMPBroadcasts', [{ broadcasts: [] }], POST, '/rtmp_broadcasts', { broadcasts: [] }],
  ['stopRTMPBroadcast', ['a b'], POST, '/rtmp_broadcasts/a%20b/stop', {}],
  ['stopAllRTMPBroadcasts', [], POST, '/rtmp_broadcasts/stop', {}],
  ['startFrameRecording', [], POST, '/start_frame_recording', {}],
  ['stopFrameRecording', [], POST, '/stop_frame_recording', {}],
  ['getCallReport', ['s'], GET, '/report?session_id=s'],
  ['getCallReport', [], GET, '/report'],
];

test('each operation is the request that the protocol names', async () => {
  for (const [name, args, method, path, body, then = requests.NOTHING] of SENT) {
    const { call, sent } = script();

    const promise = call[name](...args);

    assert.ok(promise instanceof Promise, name);
    assert.deepEqual(sent, [[method, `/call/default/a%2Fb${path}`, body, sent[0]?.[3], then]]);
    assert.match(sent[0][3], /^calling \w+\(\)$/, name);
    assert.deepEqual(await promise, { answered: true });
  }
});

test('members are queried across calls', async () => {
  const { call, sent } = script();

  await call.queryMembers({ limit: 3 });

  assert.deepEqual(sent[0].slice(0, 3), [
    POST,
    '/call/members',
    { limit: 3, type: 'default', id: 'a/b' },
  ]);
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
  ];
  for (const [name, args] of wrong) {
    const { call, sent } = script();

    await assert.rejects(call[name](...args), { code: 'invalid-argument' }, `${name} ${args}`);

    assert.deepEqual(sent, [], name);
  }
});

test('aliases are sent under the names of the wire, and dates as text', async () => {
  const { call, sent } = script();
  const startsAt = new Date('2030-01-01T10:00:00Z');
  const data = { startsAt, settings: { audio: {} }, custom: { x: [1], gone: undefined, no: null } };

  await call.getOrCreate({ data });
  await call.update({ startsAt });
  await call.join({ create: true, data });

  const wire = {
    starts_at: '2030-01-01T10:00:00.000Z',
    settings_override: { audio: {} },
    custom: { x: [1], no: null },
  };
  assert.deepEqual(sent[0][2], { data: wire });
  assert.deepEqual(sent[1][2], { starts_at: wire.starts_at });
  assert.deepEqual(sent[2], [
    'join',
    { create: true, data: wire },
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(data.startsAt, startsAt, 'what the app gave stays as it is');
});

test('the core gets limits and reasons apart from what goes to the server', async () => {
  const { call, sent } = script();

  call.setJoinOptions({ create: true, maxJoinRetries: 2 });
  await call.join({ ring: true, joinResponseTimeout: 7 });
  await call.leave({ reject: true, reason: 'busy', message: 'bye' });

  assert.deepEqual(sent, [
    ['setJoinOptions', { create: true }, 2, undefined, undefined],
    ['join', { ring: true }, undefined, 7, undefined],
    ['leave', true, 'busy', 'bye'],
  ]);
});

test('feedback carries the version, the session and the browser', async () => {
  const { call, sent } = script();

  await call.submitFeedback(4, { reason: 'good', custom: { a: 1 } });

  const { custom, ...rest } = sent[0][2];
  assert.deepEqual(rest, {
    rating: 4,
    reason: 'good',
    sdk: 'trunkline-js',
    sdk_version: '1.2.3',
    user_session_id: 'session',
  });
  assert.equal(custom.a, 1);
  assert.equal(typeof custom['x-stream-platform-data'], 'object');
});

test('the others are muted who publish that kind, each once', async () => {
  const people = [
    person('me', { isLocalParticipant: true, publishedTracks: [1] }),
    person('b', { publishedTracks: [1] }),
    person('b2', { userId: 'b', publishedTracks: [1] }),
    person('c', { publishedTracks: [2] }),
  ];
  const { call, sent } = script({ participants: people });

  await call.muteOthers('audio');
  await call.muteOthers('screenshare');

  assert.deepEqual(
    sent.map(([, , body]) => body),
    [{ user_ids: ['b'], audio: true }],
  );
});

test('permissions follow capabilities and settings', async () => {
  const { call, core, sent, change } = script({ ownCapabilities: ['send-audio'] });
  const context = call.permissionsContext;
  const seen = [];
  assert.equal(call.can$('send-video'), call.can$('send-video'));
  call.can$('send-video').subscribe((can) => seen.push(can));

  assert.ok(context.hasPermission('send-audio') && call.can('send-audio'));
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((type) => context.canPublish(type)),
    [false, true, false, false, false],
  );
  assert.equal(context.canRequest('send-video'), false, 'no settings are known');
  await assert.rejects(call.requestPermissions({ permissions: ['send-video'] }), {
    code: 'permission-denied',
    category: 'permission',
  });

  core.settings = { video: { access_request_enabled: true } };
  core.ownCapabilities = ['screenshare', 'send-video'];
  change('settings', 'ownCapabilities');
  assert.deepEqual([context.canPublish(3), context.canPublish(4)], [true, true]);
  assert.ok(context.canRequest('send-video'));
  assert.equal(context.canRequest('send-video', {}), false);
  await call.requestPermissions({ permissions: ['send-video'] });
  assert.deepEqual(sent[0][2], { permissions: ['send-video'] });
  assert.deepEqual(seen, [false, true]);
});

test('what only this side knows of a participant goes to the core', () => {
  const { call, sent } = script();

  call.pin('s');
  call.unpin('s');
  call.resetReaction('s');

  assert.deepEqual(sent, [
    ['editParticipant', 's', 1],
    ['editParticipant', 's', 0],
    ['editParticipant', 's', 2],
  ]);
});

test('captions are shown once, the newest two of them, each for its time', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { call } = script();
    const caption = (n) => ({ speaker_id: 'x', start_time: `${n}`, text: `${n}` });
    const tell = (n) => emitTo(call, { type: 'call.closed_caption', closed_caption: caption(n) });
    const shown = () => call.state.closedCaptions.map(({ text }) => text).join();
    let heard = '';
    call.on('call.closed_caption', () => (heard = shown()));
    const told = [];
    call.state.closedCaptions$.subscribe((captions) => told.push(captions.length));

    tell(1);
    assert.equal(heard, '1', 'the state is right when the listener is called');
    tell(1);
    mock.timers.tick(1_000);
    tell(2);
    tell(3);
    assert.equal(shown(), '2,3');
    const before = call.state.closedCaptions;
    assert.equal(call.state.closedCaptions, before);
    mock.timers.tick(2_699);
    assert.equal(shown(), '2,3');
    mock.timers.tick(1);
    assert.equal(shown(), '');

    call.updateClosedCaptionSettings({ maxVisibleCaptions: 1, visibilityDurationMs: 10 });
    tell(4);
    tell(5);
    assert.equal(shown(), '5');
    mock.timers.tick(10);
    assert.equal(shown(), '');
    tell(6);
    emitTo(call, { type: 'call.left' });
    assert.equal(shown(), '');
    assert.deepEqual(told, [0, 1, 2, 2, 1, 0, 1, 1, 0, 1, 0]);
  } finally {
    mock.timers.reset();
  }
});

test('the ring shows who is still to answer, and why others did not come', () => {
  const { call, core, change } = script({
    members: ['me', 'b', 'c'].map((user_id) => ({ user_id })),
    createdBy: { id: 'me' },
  });
  assert.deepEqual([call.ringing, call.ringingState], [false, undefined]);
  const seen = [];
  call.ringingState$.subscribe((ringing) => seen.push(ringing?.pending));

  core.ring = [true, 1_900_000_000_000];
  core.session = { accepted_by: {}, rejected_by: {} };
  change('ring', 'session');
  assert.equal(call.ringing, true);
  assert.deepEqual(call.ringingState, {
    direction: 'outgoing',
    acceptedBy: [],
    rejectedBy: [],
    pending: ['b', 'c'],
    expiresAt: new Date(1_900_000_000_000),
  });
  const before = call.ringingState;
  change('members');
  assert.equal(call.ringingState, before, 'equal is the same');

  core.session = { accepted_by: { c: 'time' }, rejected_by: { b: 'time' } };
  core.ring = [true, undefined];
  change('session', 'ring');
  emitTo(call, { type: 'call.rejected', user: { id: 'b' }, reason: 'busy' });
  assert.deepEqual(call.ringingState, {
    direction: 'outgoing',
    acceptedBy: ['c'],
    rejectedBy: [{ userId: 'b', reason: 'busy' }],
    pending: [],
    expiresAt: undefined,
  });

  core.ring = undefined;
  change('ring');
  assert.deepEqual([call.ringing, call.ringingState], [false, undefined]);
  assert.deepEqual(seen, [undefined, ['b', 'c'], [], [], undefined]);
});

test('the whole state can be subscribed to, selected from, and written down', () => {
  const { call, core, change } = script({ custom: { n: 1 }, createdAt: 0 });
  let told = 0;
  const selected = [];
  const stop = call.state.subscribe((state) => {
    assert.equal(state, call.state);
    told += 1;
  });
  call.state.select(
    (state) => state.custom.n,
    (n) => selected.push(n),
  );
  const loose = [];
  call.state.select(
    (state) => state.custom.n,
    (n) => loose.push(n),
    () => true,
  );

  core.custom = { n: 2 };
  change('custom');
  core.custom = { n: 2 };
  change('custom');
  stop();
  change('custom');

  assert.equal(told, 3, 'once at the start');
  assert.deepEqual(selected, [1, 2]);
  assert.deepEqual(loose, [1]);
  const snapshot = call.state.snapshot();
  assert.deepEqual(snapshot.custom, { n: 2 });
  assert.equal(snapshot.createdAt, '1970-01-01T00:00:00.000Z');
  assert.equal(JSON.stringify(snapshot).includes('ringing'), false);
});

test('a signal rejects what waits, and gives a join up', async () => {
  for (const name of ['get', 'getOrCreate', 'join']) {
    const { call, sent, pending } = script();
    pending.on = true;
    const controller = new AbortController();

    const promise = call[name]({ signal: controller.signal });
    controller.abort(new Error('enough'));

    await assert.rejects(promise, (error) => {
      assert.equal(error.name, 'AbortError');
      assert.equal(error.code, 'aborted');
      assert.equal(error.cause.message, 'enough');
      return true;
    });
    const left = sent.filter(([what]) => what === 'leave').length;
    assert.equal(left, name === 'join' ? 1 : 0);
    assert.equal(JSON.stringify(sent).includes('signal'), false);

    const late = script();
    await assert.rejects(late.call[name]({ signal: controller.signal }), { code: 'aborted' });
    assert.deepEqual(late.sent, [], 'nothing begins when it is aborted already');

    const done = script();
    const other = new AbortController();
    await done.call[name]({ signal: other.signal });
    other.abort();
    assert.equal(done.sent.length, 1, 'what has ended is not given up');
  }
});

function pinOf(user_id, session_id) {
  return { user_id, session_id };
}

function person(sessionId, fields = {}) {
  const nothing = Array(20).fill(undefined);
  const made = makeParticipant(
    sessionId,
    sessionId,
    '',
    '',
    [],
    {},
    undefined,
    '',
    [],
    [],
    ...nothing.slice(0, 14),
    [],
  );
  return { ...made, ...fields };
}

/** A call over a core that answers everything, and what it was asked. */
function script(state = {}) {
  const core = { callingState: 'idle', ownCapabilities: [], members: [], ...state };
  const people = state.participants ?? [];
  core.rawParticipants = people.map((p) => p.sessionId);
  const sent = [];
  const pending = { on: false };
  const answer = (value) => (pending.on ? new Promise(() => {}) : Promise.resolve(value));
  const call = new Call(
    {
      read: (slice) => core[SLICES[slice]],
      participant: (sessionId) => people.find((p) => p.sessionId === sessionId),
      userId: () => 'me',
      describe: () => ['1.2.3', 'session'],
      request: (...request) => {
        sent.push(request);
        return answer({ answered: true });
      },
      join: (...args) => {
        sent.push(['join', ...args]);
        return answer();
      },
      setJoinOptions: (...args) => sent.push(['setJoinOptions', ...args]),
      leave: (...args) => {
        sent.push(['leave', ...args]);
        return Promise.resolve();
      },
      editParticipant: (...args) => sent.push(['editParticipant', ...args]),
      sortBy: () => {},
      sortedPlaces: () => people.keys(),
    },
    'default',
    'a/b',
  );
  const change = (...names) => {
    for (const name of names) storeOf(call).mark(SLICES.indexOf(name));
    storeOf(call).flush();
  };
  return { call, core, sent, change, pending };
}
