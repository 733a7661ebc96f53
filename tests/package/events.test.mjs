// Listeners: who is called, in which order, and what a bad one may do.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Listeners } from '../../js/listeners.js';

test('one function may listen to several events, and is taken off one by one', () => {
  const listeners = new Listeners();
  const seen = [];
  const listener = (event) => seen.push(event.type);
  listeners.on('a', listener);
  listeners.on('b', listener);

  listeners.off('a', listener);
  listeners.emit({ type: 'a' });
  listeners.emit({ type: 'b' });

  assert.deepEqual(seen, ['b']);
});

test('what `on` returns ends the listening', () => {
  const listeners = new Listeners();
  const seen = [];
  const off = listeners.on('a', (event) => seen.push(event));

  off();
  listeners.emit({ type: 'a' });

  assert.deepEqual(seen, []);
});

test('`all` hears every event, also those nobody knows', () => {
  const listeners = new Listeners();
  const seen = [];
  listeners.on('all', (event) => seen.push(event.type));

  listeners.emit({ type: 'call.updated' });
  listeners.emit({ type: 'of.the.future' });

  assert.deepEqual(seen, ['call.updated', 'of.the.future']);
});

test('a listener may take another one off, which is then not called', () => {
  const listeners = new Listeners();
  const seen = [];
  const second = () => seen.push('second');
  listeners.on('a', () => listeners.off('a', second));
  listeners.on('a', second);

  listeners.emit({ type: 'a' });

  assert.deepEqual(seen, []);
});

test('listeners that throw or reject are reported and do not stop the others', async () => {
  const reported = mock.method(console, 'error', () => {});
  try {
    const listeners = new Listeners();
    const seen = [];
    listeners.on('a', () => {
      throw new Error('at once');
    });
    listeners.on('a', async () => {
      throw new Error('later');
    });
    listeners.on('a', () => seen.push('called'));

    listeners.emit({ type: 'a' });
    await Promise.resolve();

    assert.deepEqual(seen, ['called']);
    const messages = reported.mock.calls.map((call) => call.arguments[1].message);
    assert.deepEqual(messages, ['at once', 'later']);
  } finally {
    reported.mock.restore();
  }
});
