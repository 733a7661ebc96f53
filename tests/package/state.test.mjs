// The state of calls and clients in Node, where nothing can be reached: what is known before anything
// is loaded, and what apps may not ask for.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as trunkline from 'trunkline';

await trunkline.init();
const client = new trunkline.Client('key');
const makeCall = (type = 'default') => client.call(type, 'standup');

test('of a call that was not loaded nothing is known, and that is said with the right types', () => {
  const { state } = makeCall();
  const { participants, members, custom } = state;
  assert.equal(state.callingState, 'idle');
  assert.deepEqual([participants, members, custom, state.closedCaptions], [[], [], {}, []]);
  assert.deepEqual([state.backstage, state.recording, state.participantCount], [true, false, 0]);
  for (const name of ['settings', 'createdAt', 'session', 'localParticipant', 'callStatsReport']) {
    assert.equal(state[name], undefined, name);
  }
});

test('what did not change is the same object, and cannot be changed', () => {
  const call = makeCall();
  const { state } = call;
  assert.equal(call.state, state);
  for (const name of ['participants', 'remoteParticipants', 'members', 'custom', 'participants$']) {
    assert.equal(state[name], state[name], name);
  }
  assert.throws(() => state.participants.push(1), TypeError);
  assert.throws(() => state.members.push(1), TypeError);
  assert.throws(() => (state.callingState = 'joined'), TypeError);
  assert.equal(state.participants$['@@observable'](), state.participants$);
});

test('a call is shown in the order for its type until the app says otherwise', () => {
  const byName = new trunkline.CallType('class', { sortParticipantsBy: trunkline.name });
  trunkline.CallTypes.register(byName);
  const call = makeCall('class');
  assert.equal(call.state.getSortParticipantsBy(), trunkline.name);
  assert.equal(makeCall().state.getSortParticipantsBy(), trunkline.defaultSortPreset);
  call.setSortParticipantsBy(trunkline.role('host', 7));
  const own = () => 0;
  call.state.setSortParticipantsBy(own);
  assert.equal(call.state.getSortParticipantsBy(), own);
  for (const wrong of [undefined, 1, 'name', {}]) {
    assert.throws(
      () => call.state.setSortParticipantsBy(wrong),
      isInvalid('setSortParticipantsBy'),
    );
  }
  assert.equal(call.state.getSortParticipantsBy(), own);
});

test('wrong settings are refused by the name of the field', () => {
  const call = makeCall();
  call.updateClosedCaptionSettings({ maxVisibleCaptions: 3 });
  call.state.updateClosedCaptionSettings();
  const thrower = {
    get visibilityDurationMs() {
      throw new Error('mine');
    },
  };
  for (const [wrong, field] of [
    [{ maxVisibleCaptions: '3' }, 'maxVisibleCaptions'],
    [{ maxVisibleCaptions: -1 }, 'maxVisibleCaptions'],
    [{ visibilityDurationMs: 1.5 }, 'visibilityDurationMs'],
    [{ colour: 'red' }, 'colour'],
    [thrower, 'cannot be read'],
    ['now', 'not an object'],
  ]) {
    assert.throws(() => call.state.updateClosedCaptionSettings(wrong), isInvalid(field));
  }
  for (const wrong of [-1, 1.5, '1', NaN, 2 ** 31, null]) {
    assert.throws(
      () => call.setStatsReportingIntervalInMs(wrong),
      isInvalid('setStatsReportingIntervalInMs'),
    );
  }
});

test('whoever asks for nothing gets nothing', () => {
  const { state } = makeCall();
  for (const nobody of [undefined, null, 7, {}, '', 'nobody']) {
    assert.equal(state.findParticipantBySessionId(nobody), undefined);
  }
  assert.deepEqual(state.getParticipantLookupBySessionId(), {});
});

test('a page of nobody is empty, and stays the same', () => {
  const { state } = makeCall();
  const seen = [];
  state.participantsRange$(0, 25).subscribe((page) => seen.push(page));
  state.participant$('nobody').subscribe((nobody) => seen.push(nobody));
  assert.deepEqual(seen, [[], undefined]);
  assert.equal(state.participantsRange(0, 25), state.participantsRange(0, 25));
  assert.ok(Object.isFrozen(state.participantsRange(5, 2 ** 40)));
  assert.deepEqual(state.participantsRange$(3, 3).value, []);
  assert.equal(state.participant$('nobody').value, undefined);
});

test('pages that are none and sessions that are none are refused', () => {
  const { state } = makeCall();
  for (const page of [
    [],
    [1],
    [2, 1],
    [-1, 1],
    [0, 1.5],
    ['0', 1],
    [0, NaN],
    [0, Infinity],
    [null, 1],
  ]) {
    for (const method of ['participantsRange', 'participantsRange$']) {
      assert.throws(() => state[method](...page), isInvalid(method));
    }
  }
  for (const wrong of [undefined, 7, {}]) {
    assert.throws(() => state.participant$(wrong), isInvalid('session id'));
  }
});

test('the whole state can be subscribed to, selected from, and written down', () => {
  const { state } = makeCall();
  const told = [];
  const stop = state.subscribe((of) => told.push(of));
  state.select(
    (of) => of.callingState,
    (selected) => told.push(selected),
  );
  stop();
  assert.deepEqual(told, [state, 'idle']);
  const snapshot = state.snapshot();
  assert.deepEqual([snapshot.callingState, snapshot.participants], ['idle', []]);
  assert.equal('ringing' in snapshot, false);
});

test('nobody rings, and that can be watched', () => {
  const call = makeCall();
  const seen = [];
  call.ringing$.subscribe((ringing) => seen.push(ringing));
  call.ringingState$.subscribe((ringing) => seen.push(ringing));
  assert.deepEqual(
    [call.ringing, call.ringingState, ...seen],
    [false, undefined, false, undefined],
  );
});

test('a client knows its user and its calls', () => {
  const { state } = client;
  const seen = [];
  state.calls$.subscribe((calls) => seen.push(calls));
  assert.deepEqual([state.connectedUser, state.calls, seen], [undefined, [], [[]]]);
  assert.equal(state.calls, state.calls);
  assert.deepEqual(state.snapshot(), { calls: [] });
});

const isInvalid = (what) => (error) => {
  assert.ok(error instanceof trunkline.VideoError, String(error));
  assert.equal(error.code, 'invalid-argument');
  assert.ok(error.message.includes(what), error.message);
  return true;
};
