// What takes long after one message of the SFU leaves the page moments in between.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/**
 * @typedef {object} Seen
 * @property {number[]} made when each peer connection was made, in ms
 * @property {{ from: number, to: number }[]} tasks the long ones, in ms
 */

/** @type {import('./support/world.mjs').Person} */
let alice;

world(async (world) => {
  alice = await world.person('Alice', {}, {}, {}, slowConnections);
});

test('a page gets a task of its own between the connections of a call', async () => {
  await alice.joinSilently(unique('slices'));
  const isSeen = () => {
    const { made, tasks } = /** @type {{ seen: Seen }} */ (/** @type {unknown} */ (globalThis))
      .seen;
    return made.every((at) => tasks.some(({ from, to }) => from <= at && at <= to));
  };
  await alice.until(isSeen, undefined, 'the browser tells of all long tasks');
  const { made, tasks } = /** @type {Seen} */ (
    await alice.run(() => /** @type {any} */ (globalThis).seen)
  );

  assert.ok(made.length >= 2);
  const counts = tasks.map(({ from, to }) => made.filter((at) => from <= at && at <= to).length);
  assert.equal(Math.max(...counts), 1, `connections made in each long task: ${counts}`);
});

/** Has each peer connection take so long that the task in which it is made is a long one. */
function slowConnections() {
  const seen = /** @type {Seen} */ ({ made: [], tasks: [] });
  Object.assign(globalThis, { seen });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      seen.tasks.push({ from: startTime, to: startTime + duration });
    }
  }).observe({ type: 'longtask' });
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      const middle = performance.now() + 40;
      while (performance.now() < middle + 40);
      seen.made.push(middle);
    }
  };
}
