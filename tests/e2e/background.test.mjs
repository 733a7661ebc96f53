// Pages that nobody sees: a worker wakes them, where they may have one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

const here = world();

/**
 * A connected user in a page with that Content-Security-Policy, which can be hidden by `hide(true)`,
 * and counts in `seen` what it does then.
 *
 * @param {string} policy
 */
async function person(policy) {
  const person = await here.stranger(undefined, () => {
    const page = /** @type {any} */ (globalThis);
    const seen = (page.seen = { workers: 0, failures: 0, violations: 0, ticks: 0 });
    document.addEventListener('securitypolicyviolation', () => (seen.violations += 1));
    page.Worker = class extends Worker {
      /** @param {string} url */
      constructor(url) {
        seen.workers += 1;
        super(url);
        this.addEventListener('error', () => (seen.failures += 1));
        this.addEventListener('message', () => (seen.ticks += 1));
      }
    };
    let isHidden = false;
    Object.defineProperty(document, 'hidden', { get: () => isHidden });
    page.hide = (/** @type {boolean} */ hidden) => {
      isHidden = hidden;
      document.dispatchEvent(new Event('visibilitychange'));
      return seen.workers;
    };
  });
  await person.run((content) => {
    const meta = { httpEquiv: 'Content-Security-Policy', content };
    document.head.append(Object.assign(document.createElement('meta'), meta));
  }, policy);
  return here.login(person, { id: unique('hidden') });
}

const hide = (/** @type {boolean} */ hidden) => /** @type {any} */ (globalThis).hide(hidden);
const seen = () => /** @type {any} */ (globalThis).seen;
const isRefused = () => {
  const { failures, violations } = /** @type {any} */ (globalThis).seen;
  return failures + violations > 0;
};
const hasTicked = () => /** @type {any} */ (globalThis).seen.ticks > 0;

test('a page that forbids workers is asked once, however often and for whom it is hidden', async () => {
  const anna = await person("worker-src 'none'");
  assert.equal(await anna.run(hide, true), 1);
  await anna.until(isRefused, undefined, 'the worker is refused');

  for (const hidden of [false, true, false, true]) assert.equal(await anna.run(hide, hidden), 1);
  // Another client of the same page.
  await here.login(anna, { id: unique('hidden') });

  assert.deepEqual(
    [await anna.run(hide, false), await anna.run(hide, true), (await anna.run(seen)).violations],
    [1, 1, 1],
  );
});

test('a page that allows them has one for as long as it is hidden, each time', async () => {
  const anna = await person('worker-src blob:');
  assert.equal(await anna.run(hide, true), 1);
  await anna.until(hasTicked, undefined, 'the worker wakes the page');

  assert.deepEqual([await anna.run(hide, false), await anna.run(hide, true)], [1, 2]);
  assert.equal((await anna.run(seen)).violations, 0);
});
