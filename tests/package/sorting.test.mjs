// The order of participants: comparators, presets, and the list that a call shows.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { SfuModels, VisibilityState } from '../../pkg/enums.js';
import * as sorting from '../../pkg/sorting.js';
import { CallStore, SLICES } from '../../pkg/state.js';
import { UNKNOWN } from '../../pkg/participants.js';

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

test('a call shows people in its order; the raw list stays, and equals keep their places', () => {
  const { store, edit } = script({ a: {}, b: {}, c: {} }, sorting.speaking);
  const lists = [];
  store.state.participants$.subscribe((list) => lists.push(ids(list)));
  edit('c', { isSpeaking: true });
  edit('c', { isSpeaking: false });
  edit('b', { isSpeaking: true });
  assert.deepEqual(lists, ['abc', 'cab', 'cab', 'bca']);
  assert.equal(ids(store.state.rawParticipants), 'abc');
});

test('another order is a new list, the same order is the same one', () => {
  const { store } = script({ a: { name: '2' }, b: { name: '1' } }, sorting.noopComparator());
  const before = store.state.participants;
  store.state.setSortParticipantsBy(sorting.speaking);
  assert.equal(store.state.participants, before);
  store.state.setSortParticipantsBy(sorting.name);
  assert.equal(ids(store.state.participants), 'ba');
  assert.equal(ids(before), 'ab', 'what was given out does not change');
  assert.equal(store.state.getSortParticipantsBy(), sorting.name);
  assert.throws(() => store.state.setSortParticipantsBy('name'), { code: 'invalid-argument' });
});

test("a comparator of the app's own that throws leaves the order", () => {
  const report = mock.method(console, 'error', () => {});
  const { store } = script({ a: {}, b: {} }, sorting.noopComparator());
  store.state.setSortParticipantsBy(() => {
    throw new Error('not today');
  });
  assert.equal(ids(store.state.participants), 'ab');
  assert.equal(report.mock.callCount(), 1);
  report.mock.restore();
});

test('where tiles are is part of their participants, until the call is left', () => {
  const { store } = script({ a: {}, b: {} }, sorting.noopComparator());
  const [, b] = store.state.participants;
  store.setVisibility('a', 'videoTrack', INVISIBLE);
  const [a] = store.state.participants;
  assert.deepEqual(a.viewportVisibilityState, {
    videoTrack: INVISIBLE,
    screenShareTrack: VisibilityState.UNKNOWN,
  });
  assert.equal(store.state.participants[1], b, 'nobody else changed');
  store.setVisibility('a', 'videoTrack', undefined);
  assert.deepEqual(store.state.participants[0].viewportVisibilityState, UNKNOWN);
});

const at = (videoTrack) => ({ viewportVisibilityState: { videoTrack } });

function order(comparator, people) {
  return ids(
    Object.entries(people)
      .map(([id, fields]) => person(id, fields))
      .sort(comparator),
  );
}

function script(people, comparator) {
  const fields = { ...people };
  const store = new CallStore(
    {
      read: (slice) => (SLICES[slice] === 'rawParticipants' ? Object.keys(fields) : undefined),
      participant: (id) => person(id, fields[id]),
    },
    comparator,
  );
  const edit = (id, changed) => {
    fields[id] = changed;
    store.markParticipant(id);
    store.flush();
  };
  return { store, edit };
}

function person(sessionId, fields) {
  return Object.freeze({
    sessionId,
    name: '',
    roles: [],
    publishedTracks: [],
    viewportVisibilityState: UNKNOWN,
    ...fields,
  });
}

function ids(people) {
  return people.map((p) => p.sessionId).join('');
}
