// Captions, rings and the whole of a call's state, over a scripted core.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { CallStore, SLICES } from '../../js/state.js';

test('captions are shown once, the newest two of them, each for its time', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { state, store } = script();
    const caption = (n) => ({ speaker_id: 'x', start_time: `${n}`, text: `${n}` });
    const tell = (n) => store.take({ type: 'call.closed_caption', closed_caption: caption(n) });
    const shown = () => state.closedCaptions.map(({ text }) => text).join();
    const told = [];
    state.closedCaptions$.subscribe((captions) => told.push(captions.length));

    tell(1);
    assert.equal(shown(), '1');
    tell(1);
    mock.timers.tick(1_000);
    tell(2);
    tell(3);
    assert.equal(shown(), '2,3');
    const before = state.closedCaptions;
    assert.equal(state.closedCaptions, before);
    mock.timers.tick(2_699);
    assert.equal(shown(), '2,3');
    mock.timers.tick(1);
    assert.equal(shown(), '');

    state.updateClosedCaptionSettings({ maxVisibleCaptions: 1, visibilityDurationMs: 10 });
    tell(4);
    tell(5);
    assert.equal(shown(), '5');
    mock.timers.tick(10);
    assert.equal(shown(), '');
    tell(6);
    store.take({ type: 'call.left' });
    assert.equal(shown(), '');
    assert.deepEqual(told, [0, 1, 2, 2, 1, 0, 1, 1, 0, 1, 0]);
  } finally {
    mock.timers.reset();
  }
});

test('the ring shows who is still to answer, and why others did not come', () => {
  const { cells, core, change, store } = script({
    members: ['me', 'b', 'c'].map((user_id) => ({ user_id })),
    createdBy: { id: 'me' },
  });
  assert.deepEqual([cells.ringing.value, cells.ringingState.value], [false, undefined]);
  const seen = [];
  cells.ringingState.observable.subscribe((ringing) => seen.push(ringing?.pending));

  core.ring = [true, 1_900_000_000_000];
  core.session = { accepted_by: {}, rejected_by: {} };
  change('ring', 'session');
  assert.equal(cells.ringing.value, true);
  assert.deepEqual(cells.ringingState.value, {
    direction: 'outgoing',
    acceptedBy: [],
    rejectedBy: [],
    pending: ['b', 'c'],
    expiresAt: new Date(1_900_000_000_000),
  });
  const before = cells.ringingState.value;
  change('members');
  assert.equal(cells.ringingState.value, before, 'equal is the same');

  core.session = { accepted_by: { c: 'time' }, rejected_by: { b: 'time' } };
  core.ring = [true, undefined];
  change('session', 'ring');
  store.take({ type: 'call.rejected', user: { id: 'b' }, reason: 'busy' });
  assert.deepEqual(cells.ringingState.value, {
    direction: 'outgoing',
    acceptedBy: ['c'],
    rejectedBy: [{ userId: 'b', reason: 'busy' }],
    pending: [],
    expiresAt: undefined,
  });

  core.ring = undefined;
  change('ring');
  assert.deepEqual([cells.ringing.value, cells.ringingState.value], [false, undefined]);
  assert.deepEqual(seen, [undefined, ['b', 'c'], [], [], undefined]);
});

test('the whole state can be subscribed to, selected from, and written down', () => {
  const { state, core, change } = script({ custom: { n: 1 }, createdAt: 0 });
  let told = 0;
  const selected = [];
  const stop = state.subscribe((told_) => {
    assert.equal(told_, state);
    told += 1;
  });
  state.select(
    (state) => state.custom.n,
    (n) => selected.push(n),
  );
  const loose = [];
  state.select(
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
  const snapshot = state.snapshot();
  assert.deepEqual(snapshot.custom, { n: 2 });
  assert.equal(snapshot.createdAt, '1970-01-01T00:00:00.000Z');
  assert.equal(JSON.stringify(snapshot).includes('ringing'), false);
});

/** A state over a scripted core. */
function script(values = {}) {
  const core = { callingState: 'idle', ownCapabilities: [], members: [], ...values };
  const store = new CallStore({
    read: (slice) => core[SLICES[slice]],
    participant: () => undefined,
    userId: () => 'me',
    sortBy: () => {},
    sortedPlaces: () => [],
  });
  const change = (...names) => {
    for (const name of names) store.mark(SLICES.indexOf(name));
    store.flush();
  };
  return { state: store.state, cells: store.cells, core, store, change };
}
