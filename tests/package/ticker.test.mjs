// The worker that wakes a page in the background.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { Ticker } from '../../js/ticker.js';

let page;
let workers;

beforeEach(() => {
  page = new EventTarget();
  page.hidden = false;
  workers = [];
  globalThis.document = page;
  globalThis.Worker = class {
    constructor(url) {
      this.url = url;
      workers.push(this);
    }

    terminate() {
      this.ended = true;
    }
  };
});

afterEach(() => {
  delete globalThis.document;
  delete globalThis.Worker;
});

function hide(hidden) {
  page.hidden = hidden;
  page.dispatchEvent(new Event('visibilitychange'));
}

test('it ticks while the page is hidden, and only then', () => {
  let ticks = 0;
  const ticker = new Ticker(() => (ticks += 1) > 0);
  ticker.start();
  assert.equal(workers.length, 0, 'a page that is seen has timers that come in time');

  hide(true);
  workers[0].onmessage();
  workers[0].onmessage();
  assert.equal(ticks, 2);

  hide(false);
  assert.ok(workers[0].ended);
  hide(true);
  assert.equal(workers.length, 2);

  ticker.stop();
  assert.ok(workers[1].ended);
  hide(true);
  assert.equal(workers.length, 2, 'nothing is left on the page');
});

test('a page that is hidden from the start is woken, too', () => {
  page.hidden = true;

  new Ticker(() => true).start();

  assert.equal(workers.length, 1);
});

test('it ends by itself when nobody is left to wake', () => {
  new Ticker(() => false).start();
  hide(true);

  workers[0].onmessage();

  assert.ok(workers[0].ended);
  hide(true);
  assert.equal(workers.length, 1);
});

test('a page without workers, or that forbids them, goes on without', () => {
  globalThis.Worker = class {
    constructor() {
      throw new Error('forbidden');
    }
  };
  const ticker = new Ticker(() => true);

  ticker.start();
  hide(true);
  ticker.stop();

  delete globalThis.document;
  ticker.start();
});
