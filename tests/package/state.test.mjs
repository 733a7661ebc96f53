// The state store against a scripted core: what apps see of changes, and in which order.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { CallStore, SLICES } from '../../js/state.js';
import { makeParticipant } from '../../js/participants.js';

const PARTICIPANTS = SLICES.indexOf('rawParticipants');
const CUSTOM = SLICES.indexOf('custom');

test('a subscriber is called at once, and then only when the value changed', () => {
  const { core, store } = script({ custom: { color: 'red' } });
  const seen = [];
  store.state.custom$.subscribe((custom) => seen.push(custom.color));
  assert.deepEqual(seen, ['red']);

  store.mark(SLICES.indexOf('team'));
  store.flush();
  core.custom = { color: 'blue' };
  store.mark(CUSTOM);
  store.flush();

  assert.deepEqual(seen, ['red', 'blue']);
});

test('an ended subscription hears nothing more, even in the middle of a notification', () => {
  const { core, store } = script({ custom: 1 });
  const seen = [];
  let second;
  store.state.custom$.subscribe(() => second?.unsubscribe());
  second = store.state.custom$.subscribe({ next: (value) => seen.push(value) });

  core.custom = 2;
  store.mark(CUSTOM);
  store.flush();

  assert.deepEqual(seen, [1]);
});

test('getters are right as soon as a change is marked, before anybody is told', () => {
  const { core, store } = script({ custom: 1 });
  assert.equal(store.state.custom, 1);

  core.custom = 2;
  store.mark(CUSTOM);

  assert.equal(store.state.custom, 2);
  assert.equal(store.state.custom$.value, 2);
});

test('the calling state shows every value it went through, in order', () => {
  const { core, store } = script({ callingState: 'idle' });
  const seen = [];
  store.state.callingState$.subscribe((state) => seen.push(state));

  core.callingState = 'joined';
  store.markTransition('joining');
  store.markTransition('joined');
  store.flush();

  assert.deepEqual(seen, ['idle', 'joining', 'joined']);
});

test('a transition that a subscriber causes comes after the one it reacts to, for everybody', () => {
  const { core, store } = script({ callingState: 'idle' });
  const seen = [];
  store.state.callingState$.subscribe((state) => {
    if (state === 'joined') {
      core.callingState = 'left';
      store.markTransition('left');
    }
  });
  store.state.callingState$.subscribe((state) => seen.push(state));

  core.callingState = 'joined';
  store.markTransition('joined');
  store.flush();

  assert.deepEqual(seen, ['idle', 'joined', 'left']);
});

test('a subscriber is never called from within itself, and all hear the same order', () => {
  const { core, store } = script({ custom: 1 });
  const change = (value) => {
    core.custom = value;
    store.mark(CUSTOM);
    store.flush();
  };
  const seen = { first: [], second: [] };
  let depth = 0;
  store.state.custom$.subscribe((value) => {
    depth += 1;
    assert.equal(depth, 1);
    seen.first.push(value);
    // At once, as well as after a change.
    if (value < 4) change(value + 1);
    depth -= 1;
  });
  store.state.custom$.subscribe((value) => seen.second.push(value));
  change(1);

  assert.deepEqual(seen.first, [1, 2, 3, 4, 1, 2, 3, 4]);
  assert.deepEqual(seen.second, [4, 1, 2, 3, 4]);
});

test('a participant who did not change stays the same object in a new list', () => {
  const { core, store } = script({ people: [person('a'), person('b')] });
  const before = store.state.participants;

  core.people[1] = person('b', { name: 'Bea' });
  store.markParticipant('b');

  const after = store.state.participants;
  assert.notEqual(after, before);
  assert.equal(after[0], before[0]);
  assert.equal(after[1].name, 'Bea');
  assert.equal(before[1].name, '');
});

test('a list whose members did not change stays the same list', () => {
  const { store } = script({ people: [person('me', { isLocalParticipant: true }), person('b')] });
  const { participants, remoteParticipants } = store.state;

  store.mark(PARTICIPANTS);

  assert.equal(store.state.participants, participants);
  assert.equal(store.state.remoteParticipants, remoteParticipants);
});

test('what follows from the participants changes with them', () => {
  const { core, store } = script({ people: [] });
  assert.equal(store.state.localParticipant, undefined);
  assert.equal(store.state.hasOngoingScreenShare, false);
  const speakers = [];
  store.state.dominantSpeaker$.subscribe((speaker) => speakers.push(speaker?.sessionId));

  core.people = [
    person('me', { isLocalParticipant: true }),
    person('b', { isDominantSpeaker: true, publishedTracks: [3], pin: [1, 5] }),
  ];
  store.mark(PARTICIPANTS);
  store.flush();

  assert.equal(store.state.localParticipant.sessionId, 'me');
  assert.deepEqual(ids(store.state.remoteParticipants), ['b']);
  assert.deepEqual(ids(store.state.pinnedParticipants), ['b']);
  assert.equal(store.state.hasOngoingScreenShare, true);
  assert.equal(store.state.findParticipantBySessionId('b'), store.state.participants[1]);
  assert.equal(store.state.findParticipantBySessionId('gone'), undefined);
  assert.deepEqual(speakers, [undefined, 'b']);
});

test('audio levels are read at once and told once per frame', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { core, store } = script({ people: [person('a')] });
    let told = 0;
    store.state.participants$.subscribe(() => (told += 1));

    for (const audioLevel of [0.1, 0.2, 0.3]) {
      core.people[0] = person('a', { audioLevel });
      store.markLevel('a');
      store.flush();
      assert.equal(store.state.participants[0].audioLevel, audioLevel);
    }
    assert.equal(told, 1);
    mock.timers.tick(1000);

    assert.equal(told, 2);
  } finally {
    mock.timers.reset();
  }
});

test('a level that was told with another change is not told again', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { core, store } = script({ people: [person('a')] });
    let told = 0;
    store.state.participants$.subscribe(() => (told += 1));

    core.people[0] = person('a', { audioLevel: 0.5 });
    store.markLevel('a');
    core.people.push(person('b'));
    store.mark(PARTICIPANTS);
    store.flush();
    assert.equal(told, 2);
    mock.timers.tick(1000);

    assert.equal(told, 2);
  } finally {
    mock.timers.reset();
  }
});

test('a subscriber that throws is reported and does not stop the others', () => {
  const reported = mock.method(console, 'error', () => {});
  try {
    const { core, store } = script({ custom: 1 });
    const seen = [];
    store.state.custom$.subscribe(() => {
      throw new Error('mine');
    });
    store.state.custom$.subscribe((value) => seen.push(value));

    core.custom = 2;
    store.mark(CUSTOM);
    store.flush();

    assert.deepEqual(seen, [1, 2]);
    assert.equal(reported.mock.callCount(), 2);
    assert.equal(reported.mock.calls[0].arguments[1].message, 'mine');
  } finally {
    reported.mock.restore();
  }
});

test('values and lists cannot be changed by apps', () => {
  const { store } = script({ people: [person('a')], members: [{ user_id: 'a' }] });

  assert.throws(() => store.state.participants.push(1), TypeError);
  assert.throws(() => (store.state.participants[0].name = 'x'), TypeError);
  assert.throws(() => store.state.members.push(1), TypeError);
  assert.throws(() => (store.state.callingState = 'x'), TypeError);
});

test('dates are dates, and absent ones are undefined', () => {
  const { store } = script({ createdAt: 86_400_000 });

  assert.deepEqual(store.state.createdAt, new Date('1970-01-02T00:00:00Z'));
  assert.equal(store.state.createdAt, store.state.createdAt);
  assert.equal(store.state.endedAt, undefined);
});

test('a failed core shows a lost call as failed, and an idle one as it is', async () => {
  const lost = script({ callingState: 'joined' }).store;
  const idle = script({ callingState: 'idle' }).store;
  const seen = [];
  lost.state.callingState$.subscribe((state) => seen.push(state));

  lost.fail();
  idle.fail();
  await Promise.resolve();

  assert.deepEqual(seen, ['joined', 'reconnecting-failed']);
  assert.equal(lost.state.callingState, 'reconnecting-failed');
  assert.equal(idle.state.callingState, 'idle');
});

test('a core that has stopped knows nobody, and says so without an exception', () => {
  const { core, store } = script({ people: [person('a')] });
  assert.equal(store.state.participants.length, 1);
  core.people = undefined;
  store.markParticipant('a');
  assert.deepEqual(store.state.participants, []);
});

test('observables carry the key that RxJS looks for', () => {
  const { store } = script({ custom: 1 });
  const observable = store.state.custom$;

  assert.equal(observable['@@observable'](), observable);
});

/** A core whose slices are the fields of `core`, and the store that shows them. */
function script(core) {
  core.people ??= [];
  const store = new CallStore({
    read: (slice) =>
      slice === PARTICIPANTS ? core.people?.map((p) => p.sessionId) : core[SLICES[slice]],
    participant: (sessionId) => core.people.find((p) => p.sessionId === sessionId),
    sortBy: () => {},
    sortedPlaces: () => core.people?.keys() ?? [],
  });
  return { core, store };
}

function person(sessionId, fields = {}) {
  const of = { name: '', publishedTracks: [], audioLevel: 0, ...fields };
  return makeParticipant(
    `user-${sessionId}`,
    sessionId,
    of.name,
    '',
    [],
    {},
    undefined,
    'prefix',
    of.publishedTracks,
    [],
    0,
    false,
    of.isDominantSpeaker ?? false,
    of.audioLevel,
    0,
    of.isLocalParticipant ?? false,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    of.pin,
    undefined,
    [],
  );
}

function ids(participants) {
  return participants.map((p) => p.sessionId);
}
