// Whatever the module calls may throw: nothing waits for ever, nothing flies through Rust, and the same
// instance goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SHARED_SCREEN } from './support/browser.mjs';
import { CANNOT_THROW, NEVER_CALLED, THROWS_ERRORS_ONLY } from './support/imports.mjs';
import { tokenFor } from './support/server.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/page/throwing.js').Import} Import */
/** @typedef {import('./support/page/throwing.js').Attempt} Attempt */
/** @typedef {import('./support/page/throwing.js').Outcome} Outcome */

/** Attempts that run at the same time. */
const PAGES = 4;
/** How many values there are to throw. The first is an `Error`. */
const VALUES = 4;
/** How often an attempt is made in which the import was not called: not every run is like the other. */
const TRIES = 3;

/** @type {((attempt: Attempt) => Promise<Outcome>)[]} */
let pages = [];
/** What each part of the scenario calls when nothing throws. @type {Map<string, Outcome>} */
const parts = new Map();
/** @type {Import[]} */
let imports = [];

world(
  async (world) => {
    const other = await world.person('Other');
    const callId = unique('throwing');
    await other.join(callId);
    await other.run(() => call.screenShare.enable());
    pages = await Promise.all(Array.from({ length: PAGES }, () => openPage(world, callId)));
  },
  [SHARED_SCREEN],
);

/**
 * @param {import('./support/world.mjs').World} world
 * @param {string} callId
 */
async function openPage(world, callId) {
  const person = await world.stranger();
  const userId = unique('thrower');
  const setting = { ...world.app, userId, token: tokenFor(userId), callId };
  await person.run(async (place) => void (await import(place)), '/page/throwing.js');
  return (/** @type {Attempt} */ attempt) =>
    person.run(({ setting, attempt }) => throwing.tryOut(setting, attempt), { setting, attempt });
}

const whatIs = (/** @type {Import} */ { name, does }) => `${name}: ${does}`;
const fits = (/** @type {Import} */ it, /** @type {readonly RegExp[]} */ patterns) =>
  patterns.some((pattern) => pattern.test(whatIs(it)));
const harmless = CANNOT_THROW.flatMap(({ which }) => which);
/** What the glue catches is tried in any case, if it is called. */
const isListed = (/** @type {Import} */ it) => fits(it, it.isCaught ? NEVER_CALLED : harmless);

test('the scenario works while nothing throws', async () => {
  const [run] = pages;
  assert.ok(run);
  for (const part of ['talk', 'watch', 'publish', 'devices', 'page']) {
    const outcome = await run({ part });
    assert.deepEqual(outcome.problems, [], part);
    imports = outcome.list;
    parts.set(part, outcome);
  }
});

test('each import is either known not to throw, or called by the scenario', () => {
  const isCalled = (/** @type {Import} */ { key }) =>
    [...parts.values()].some(({ calls }) => calls[key]);
  const missing = imports.filter((it) => !isListed(it) && !isCalled(it));
  assert.deepEqual(missing.map(whatIs), []);
});

test('no import is listed that there is not', () => {
  const listed = [...harmless, ...NEVER_CALLED, ...THROWS_ERRORS_ONLY];
  const isThere = (/** @type {RegExp} */ pattern) => imports.some((it) => fits(it, [pattern]));
  assert.deepEqual(listed.filter((pattern) => !isThere(pattern)).map(String), []);
});

test('whatever throws, everything settles, and the same instance goes on', async () => {
  const attempts = imports.filter((it) => !isListed(it)).flatMap(attemptsFor);
  /** @type {string[]} */
  const problems = [];
  const work = async (/** @type {(typeof pages)[number]} */ run) => {
    for (let next; (next = attempts.shift()); ) problems.push(...(await problemsOf(run, next)));
  };
  await Promise.all(pages.map(work));
  assert.deepEqual(problems, []);
});

/**
 * Throws at the first call, and another value at one in the middle: in the part that takes the least
 * time.
 *
 * @param {Import} it
 * @param {number} index
 */
function attemptsFor(it, index) {
  const { key } = it;
  const [found] = [...parts].filter(([, { calls }]) => calls[key]).sort(byTime);
  if (!found) return [];
  const [part, { calls }] = found;
  const isError = fits(it, THROWS_ERRORS_ONLY);
  const middle = Math.ceil((calls[key] ?? 0) / 2);
  return [
    { it, part, turn: 1, value: 0 },
    { it, part, turn: middle, value: isError ? 0 : 1 + (index % (VALUES - 1)) },
  ];
}

function byTime(/** @type {[string, Outcome]} */ [, a], /** @type {[string, Outcome]} */ [, b]) {
  return a.took - b.took;
}

/**
 * @param {(attempt: Attempt) => Promise<Outcome>} run
 * @param {{ it: Import, part: string, turn: number, value: number }} attempt
 */
async function problemsOf(run, { it, part, turn, value }) {
  const what = `${whatIs(it)} throws value ${value} at call ${turn} of ${part}`;
  for (let left = TRIES; left > 0; left -= 1) {
    const outcome = run({ part, key: it.key, turn, value });
    const { problems, hasThrown } = await outcome.catch((error) => {
      throw new Error(`${what}: ${error}`);
    });
    if (problems.length > 0) return [`${what}: ${problems.join('\n')}`];
    if (hasThrown) return [];
    // Later calls depend on when things happen.
    turn = 1;
  }
  return [`${what}: it is not called`];
}
