// Values that are current and observable, over an object that makes them: what watchers hear of
// changes, and in which order.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Observables } from '../../js/observables.js';

test('a subscriber is called at once, and then only when the value changed', () => {
  const { owner, set, observables } = script({ custom: 'red', team: 1 });
  const seen = [];
  owner.custom$.subscribe((custom) => seen.push(custom));
  assert.deepEqual(seen, ['red']);

  observables.mark('team');
  observables.flush();
  observables.mark('custom');
  observables.flush();
  set('custom', 'blue');

  assert.deepEqual(seen, ['red', 'blue']);
});

test('an ended subscription hears nothing more, even in the middle of a notification', () => {
  const { owner, set } = script({ custom: 1 });
  const seen = [];
  let second;
  owner.custom$.subscribe(() => second?.unsubscribe());
  second = owner.custom$.subscribe({ next: (value) => seen.push(value) });

  set('custom', 2);

  assert.deepEqual(seen, [1]);
});

test('getters are right as soon as a change is marked, before anybody is told', () => {
  const { owner, values, observables } = script({ custom: 1 });
  assert.equal(owner.custom, 1);
  values.custom = 2;
  assert.equal(owner.custom, 1, 'it is kept');

  observables.mark('custom');

  assert.equal(owner.custom, 2);
  assert.equal(owner.custom$.value, 2);
});

test('what watchers are to hear later is current all the same', () => {
  const { owner, values, observables } = script({ level: 1 });
  const seen = [];
  owner.level$.subscribe((level) => seen.push(level));
  for (const level of [2, 3]) {
    values.level = level;
    observables.markLater('level');
    observables.flush();
    assert.equal(owner.level, level);
  }
  assert.deepEqual(seen, [1]);
  observables.markLate();
  observables.flush();
  observables.markLate();
  observables.flush();
  assert.deepEqual(seen, [1, 3]);
});

test('what a method answers is observed by what it is about', () => {
  const watched = [];
  const owner = {
    answers: { a: 1, b: 2 },
    calls: 0,
    of: (name) => (owner.calls++, owner.answers[name]),
  };
  const observables = new Observables(owner, (...args) => watched.push(args));
  const seen = [];
  const of = (name) => observables.answer('of', name, name);
  assert.equal(of('a').value, 1);
  assert.deepEqual(watched, []);
  const subscriptions = ['a', 'a', 'b'].map((name) =>
    of(name).subscribe((told) => seen.push(told)),
  );
  assert.deepEqual([seen.splice(0), watched.splice(0)], [[1, 1, 2], [['of', true]]]);

  owner.answers = { a: 10, b: 20 };
  owner.calls = 0;
  observables.markAnswer('of', 'a');
  observables.markAnswer('of', 'nobody');
  observables.flush();
  assert.deepEqual([seen.splice(0), owner.calls], [[10, 10], 2], 'others are not even asked');
  observables.markAnswerLater('of', 'b');
  observables.flush();
  assert.deepEqual(seen, []);
  observables.markLate();
  observables.flush();
  assert.deepEqual(seen.splice(0), [20]);
  observables.markAnswer('of', 'b');
  observables.flush();
  assert.deepEqual(seen, [], 'the same again is no change');

  subscriptions.pop()?.unsubscribe();
  assert.deepEqual(watched, []);
  for (const subscription of [...subscriptions, ...subscriptions]) subscription.unsubscribe();
  assert.deepEqual(watched, [['of', false]]);
  owner.answers = { a: 100 };
  observables.markAnswer('of', 'a');
  observables.flush();
  assert.deepEqual(seen, []);
});

test('a list that a method answers is another one when an item is', () => {
  const owner = { list: [1, 2], page: () => [...owner.list] };
  const observables = new Observables(owner);
  const seen = [];
  observables.answer('page', undefined).subscribe({ next: (list) => seen.push(list) });
  const mark = (list) => {
    owner.list = list;
    observables.markAnswer('page', undefined);
    observables.flush();
  };
  mark([1, 2]);
  mark([1, 3]);
  mark([1]);
  assert.deepEqual(seen, [[1, 2], [1, 3], [1]]);
});

test('values that a value goes through are told one by one, for everybody in the same order', () => {
  const { owner, values, observables } = script({ state: 'idle' });
  const seen = [];
  const go = (state) => {
    values.state = state;
    observables.mark('state');
    observables.tell('state', state);
  };
  owner.state$.subscribe((state) => {
    if (state === 'joined') go('left');
  });
  owner.state$.subscribe((state) => seen.push(state));

  values.state = 'joined';
  observables.mark('state');
  for (const state of ['joining', 'joined']) observables.tell('state', state);
  observables.flush();

  assert.deepEqual(seen, ['idle', 'joining', 'joined', 'left']);
});

test('a subscriber is never called from within itself, and all hear the same order', () => {
  const { owner, set } = script({ custom: 1 });
  const seen = { first: [], second: [] };
  let depth = 0;
  owner.custom$.subscribe((value) => {
    depth += 1;
    assert.equal(depth, 1);
    seen.first.push(value);
    // At once, as well as after a change.
    if (value < 4) set('custom', value + 1);
    depth -= 1;
  });
  owner.custom$.subscribe((value) => seen.second.push(value));
  set('custom', 1);

  assert.deepEqual(seen.first, [1, 2, 3, 4, 1, 2, 3, 4]);
  assert.deepEqual(seen.second, [4, 1, 2, 3, 4]);
});

test('whoever comes during a notification hears no older value after a newer one', () => {
  const { owner, set } = script({ custom: 1 });
  const seen = [];
  owner.custom$.subscribe((value) => {
    if (value !== 2) return;
    set('custom', 3);
    owner.custom$.subscribe((value) => seen.push(value));
  });

  set('custom', 2);

  assert.deepEqual(seen, [3]);
});

test('a list with the same items stays the same list, and cannot be changed', () => {
  const { owner, values, observables } = script({ list: [1, 2] });
  const before = owner.list;
  assert.throws(() => before.push(3), TypeError);

  values.list = [1, 2];
  observables.mark('list');
  assert.equal(owner.list, before);
  values.list = [2, 1];
  observables.mark('list');
  assert.deepEqual(owner.list, [2, 1]);
});

test('code that runs while a value is made sees the one before, and what it changes counts', () => {
  const { owner, values, set, observables } = script({ custom: 1 });
  assert.equal(owner.custom, 1);
  const seen = [];
  values.custom = 2;
  observables.mark('custom');
  values.make = () => {
    values.make = undefined;
    set('custom', 3);
    seen.push(owner.custom);
  };

  assert.equal(owner.custom, 2);
  assert.deepEqual(seen, [1]);
  assert.equal(owner.custom, 3);
});

test('a subscriber that throws is reported and does not stop the others', () => {
  const reported = mock.method(console, 'error', () => {});
  try {
    const { owner, set } = script({ custom: 1 });
    const seen = [];
    owner.custom$.subscribe(() => {
      throw new Error('mine');
    });
    owner.custom$.subscribe((value) => seen.push(value));

    set('custom', 2);

    assert.deepEqual(seen, [1, 2]);
    assert.equal(reported.mock.callCount(), 2);
    assert.equal(reported.mock.calls[0].arguments[1].message, 'mine');
  } finally {
    reported.mock.restore();
  }
});

test('the whole can be subscribed to, selected from, and written down', () => {
  const stream = { id: 'stream', getTracks: () => [] };
  const { owner, set, observables } = script({ custom: { n: 1 }, stream, at: new Date(0) });
  let told = 0;
  const stop = observables.watchAll((state) => {
    assert.equal(state, owner);
    told += 1;
  });
  const [selected, loose] = [[], []];
  const select = (state) => state.custom.n;
  observables.select(select, (n) => selected.push(n));
  observables.select(
    select,
    (n) => loose.push(n),
    () => true,
  );

  set('custom', { n: 2 });
  set('custom', { n: 2 });
  stop();
  set('custom', { n: 2 });

  assert.equal(told, 3, 'once at the start');
  assert.deepEqual(selected, [1, 2]);
  assert.deepEqual(loose, [1]);
  assert.deepEqual(observables.snapshot(['custom', 'stream', 'at']), {
    custom: { n: 2 },
    stream: 'stream',
    at: '1970-01-01T00:00:00.000Z',
  });
});

test('who makes the values hears whether somebody watches them', () => {
  const heard = [];
  const { owner } = script({ a: 1, b: 2 }, (name, isWatched) => heard.push([name, isWatched]));
  const first = owner.a$.subscribe(() => {});
  const second = owner.a$.subscribe(() => {});
  first.unsubscribe();
  first.unsubscribe();
  assert.deepEqual(heard, [['a', true]]);
  second.unsubscribe();
  assert.deepEqual(heard.pop(), ['a', false]);
});

test('the last value of all is told when everything else has ended', async () => {
  const { owner, observables } = script({ state: 'joined' });
  const seen = [];
  let told = 0;
  owner.state$.subscribe((state) => seen.push(state));
  observables.watchAll(() => (told += 1));

  observables.tellLast('state', 'lost');

  assert.deepEqual(seen, ['joined'], 'not at once');
  assert.equal(observables.last('state'), 'lost');
  await Promise.resolve();
  assert.deepEqual([seen.pop(), told], ['lost', 2]);
});

test('observables are the same each time, and carry the key that RxJS looks for', () => {
  const { owner } = script({ custom: 1 });
  assert.equal(owner.custom$, owner.custom$);
  assert.equal(owner.custom$['@@observable'](), owner.custom$);
});

/** An object whose getters make the values as Rust does, and what changes one of them. */
function script(values, onWatched) {
  class Owner {}
  for (const name of Object.keys(values)) {
    Object.defineProperty(Owner.prototype, name, {
      get() {
        const known = observables.fresh(name);
        if (known !== undefined) return known;
        const made = values[name];
        values.make?.();
        return Array.isArray(made)
          ? observables.keepList(name, made)
          : observables.keep(name, made);
      },
    });
  }
  const owner = new Owner();
  const observables = new Observables(owner, onWatched);
  Observables.define(owner, Object.keys(values));
  const set = (name, value) => {
    values[name] = value;
    observables.mark(name);
    observables.flush();
  };
  return { owner, observables, values, set };
}
