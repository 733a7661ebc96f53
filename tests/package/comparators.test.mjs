// The order of participants: comparators and presets, as functions and as what the core makes of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SfuModels, VisibilityState } from '../../js/enums.js';
import * as sorting from '../../js/comparators.js';

const { AUDIO, VIDEO, SCREEN_SHARE } = SfuModels.TrackType;
const { VISIBLE, INVISIBLE } = VisibilityState;

test('each comparator puts those first of whom it asks, and leaves the others', () => {
  const cases = {
    dominantSpeaker: { isDominantSpeaker: true },
    speaking: { isSpeaking: true },
    screenSharing: { publishedTracks: [SCREEN_SHARE] },
    publishingVideo: { publishedTracks: [VIDEO] },
    publishingAudio: { publishedTracks: [AUDIO] },
  };
  for (const [comparator, fields] of Object.entries(cases)) {
    assert.equal(order(sorting[comparator], { a: {}, b: fields, c: {}, d: fields }), 'bdac');
  }
  const hand = { reaction: { type: 'raised-hand' } };
  assert.equal(order(sorting.reactionType('raised-hand'), { a: {}, b: hand }), 'ba');
  assert.equal(order(sorting.role('admin', 'host'), { a: {}, b: { roles: ['host'] } }), 'ba');
  const rtmp = SfuModels.ParticipantSource.RTMP;
  assert.equal(order(sorting.withParticipantSource(rtmp), { a: {}, b: { source: rtmp } }), 'ba');
  assert.equal(order(sorting.name, { a: { name: 'Zoe' }, b: { name: 'Ada' } }), 'ba');
  assert.equal(order(sorting.descending(sorting.name), { a: { name: 'Ada' }, b: {} }), 'ab');
  assert.equal(order(sorting.noopComparator(), { a: {}, b: { isSpeaking: true } }), 'ab');
});

test('pins for everyone come before those of this page, newer ones first', () => {
  const pin = (isLocalPin, pinnedAt) => ({ pin: { isLocalPin, pinnedAt } });
  const people = { a: {}, b: pin(true, 9), c: pin(false, 1), d: pin(false, 2), e: pin(true, 10) };
  assert.equal(order(sorting.pinned, people), 'dceba');
});

test('the first comparator that tells two apart decides, where its condition holds', () => {
  const loud = { isSpeaking: true };
  const { combineComparators, conditional, speaking, pinned } = sorting;
  const pin = { pin: { isLocalPin: true, pinnedAt: 1 } };
  assert.equal(order(combineComparators(pinned, speaking), { a: loud, b: {}, c: pin }), 'cab');
  const never = conditional(() => false)(speaking);
  assert.equal(order(never, { a: {}, b: loud }), 'ab');
  for (const wrong of [() => combineComparators(pinned, 1), () => conditional(1)]) {
    assert.throws(wrong, { code: 'invalid-argument' });
  }
});

test('presets move nobody who is in sight, and find those who are not', () => {
  const loud = { isSpeaking: true, isDominantSpeaker: true };
  const { defaultSortPreset, speakerLayoutSortPreset, paginatedLayoutSortPreset } = sorting;
  const seen = { a: at(VISIBLE), b: { ...loud, ...at(VISIBLE) }, c: { ...at(VISIBLE) } };
  assert.equal(order(defaultSortPreset, seen), 'abc');
  assert.equal(order(paginatedLayoutSortPreset, seen), 'abc');
  assert.equal(order(speakerLayoutSortPreset, seen), 'bac', 'the stage is for the speaker');

  const hidden = { ...seen, b: { ...loud, ...at(INVISIBLE) } };
  assert.equal(order(defaultSortPreset, hidden), 'bac');
  assert.equal(order(paginatedLayoutSortPreset, hidden), 'bac');
  // A list of pages knows nothing of tiles that are on no page.
  assert.equal(order(defaultSortPreset, { a: {}, b: loud }), 'ab');
  assert.equal(order(paginatedLayoutSortPreset, { a: {}, b: loud }), 'ba');

  const sharing = { publishedTracks: [SCREEN_SHARE], ...at(VISIBLE) };
  const pinned = { pin: { isLocalPin: false, pinnedAt: 1 }, ...at(VISIBLE) };
  assert.equal(order(defaultSortPreset, { a: at(VISIBLE), b: pinned, c: sharing }), 'cba');
  const host = { roles: ['host'] };
  assert.equal(order(sorting.livestreamOrAudioRoomSortPreset, { a: {}, b: host, c: loud }), 'cba');
});

test('a call type brings its order, and unknown ones the default', () => {
  const { CallType, CallTypes } = sorting;
  const byName = new CallType('class', { sortParticipantsBy: sorting.name });
  CallTypes.register(byName);
  assert.equal(CallTypes.get('class'), byName);
  CallTypes.unregister('class');
  const orderOf = (type) => CallTypes.get(type).options.sortParticipantsBy;
  assert.equal(orderOf('class'), sorting.defaultSortPreset);
  assert.equal(orderOf('default'), sorting.defaultSortPreset);
  assert.equal(orderOf('audio_room'), sorting.livestreamOrAudioRoomSortPreset);
  assert.throws(() => new CallType('x', { sortParticipantsBy: 1 }), { code: 'invalid-argument' });
  assert.throws(() => CallTypes.register({ name: 'x' }), { code: 'invalid-argument' });
});

test('the core gets the steps of a comparator, and calls back for what is not ours', () => {
  const { combineComparators, conditional, descending, speaking, role, name } = sorting;
  const own = (a, b) => a.age - b.age;
  const isOld = (p) => p.age > 99;
  const order = combineComparators(
    role('admin', 'host'),
    descending(conditional((a, b) => isOld(a) && isOld(b))(combineComparators(speaking, own))),
    sorting.noopComparator(),
    sorting.withParticipantSource(1, 3),
    sorting.publishingVideo,
    name,
  );
  const { steps, functions } = sorting.describe(order);
  assert.deepEqual(steps, [
    { by: 'role', swapped: false, names: ['admin', 'host'] },
    { by: 'if', swapped: true, function: 0, covers: 2 },
    { by: 'speaking', swapped: true },
    { by: 'custom', swapped: true, function: 1 },
    { by: 'source', swapped: false, sources: [1, 3] },
    { by: 'publishing', swapped: false, track: 'video' },
    { by: 'name', swapped: false },
  ]);
  const [old, young] = [{ age: 100 }, { age: 20 }];
  assert.deepEqual(
    [0, 1].map((which) => [old, young].map((b) => sorting.ask(functions, which, old, b))),
    [
      [1, 0],
      [0, 80],
    ],
  );

  for (const [preset, count] of [
    [sorting.defaultSortPreset, 8],
    [sorting.speakerLayoutSortPreset, 9],
    [sorting.paginatedLayoutSortPreset, 8],
    [sorting.livestreamOrAudioRoomSortPreset, 8],
  ]) {
    const { steps, functions } = sorting.describe(preset);
    assert.equal(steps.length, count);
    assert.deepEqual(functions, [], 'a preset is all ours');
  }
});

test('names are texts, whatever the app gives', () => {
  const { steps } = sorting.describe(sorting.combineComparators(sorting.role('a\0b', 7)));
  assert.deepEqual(steps[0].names, ['a\0b', '7']);
});

test("what an app's comparator returns is a number for the core, and nothing if it throws", (t) => {
  const answers = [3, -1, true, undefined, NaN, 'x', '2', null];
  const ask = (comparator) => sorting.ask(sorting.describe(comparator).functions, 0, {}, {});
  const numbers = answers.map((answer) => ask(() => answer));
  assert.deepEqual(numbers, [3, -1, 1, 0, 0, 0, 2, 0]);
  const reported = t.mock.method(console, 'error', () => {});
  const fails = () => {
    throw new Error('mine');
  };
  assert.equal(ask(fails), undefined);
  assert.equal(reported.mock.callCount(), 1);
});

const at = (videoTrack) => ({ viewportVisibilityState: { videoTrack } });

function order(comparator, people) {
  return ids(
    Object.entries(people)
      .map(([id, fields]) => person(id, fields))
      .sort(comparator),
  );
}

function person(sessionId, fields) {
  return Object.freeze({
    sessionId,
    name: '',
    roles: [],
    publishedTracks: [],
    viewportVisibilityState: { videoTrack: 'UNKNOWN', screenShareTrack: 'UNKNOWN' },
    ...fields,
  });
}

function ids(people) {
  return people.map((p) => p.sessionId).join('');
}
