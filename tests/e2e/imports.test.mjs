// Whatever the module calls may throw: nothing hangs, nothing flies through Rust, and the loop goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SHARED_SCREEN } from './support/browser.mjs';
import { tokenFor } from './support/server.mjs';
import { unique, world } from './support/world.mjs';

/** Attempts that run at the same time. */
const PAGES = 3;
/** How many values there are to throw, of which the first is an `Error`. */
const VALUES = 4;

/**
 * Imports that cannot throw, by what the glue does for them, and why.
 *
 * @type {readonly { why: string, does: readonly RegExp[] }[]}
 */
const HARMLESS = [
];

/** @typedef {import('./support/page/throwing.js').Import} Import */
/** @typedef {Awaited<ReturnType<typeof globalThis.throwing.tryOut>>} Outcome */

/** @type {{ run: (attempt: import('./support/page/throwing.js').Attempt) => Promise<Outcome> }[]} */
let pages = [];
world(
  async (world) => {
    const other = await world.person('Other');
    const callId = unique('throwing');
    await other.join(callId);
    await other.run(() => call.screenShare.enable());
    const open = async () => {
      const person = await world.stranger();
      const userId = unique('thrower');
      const setting = { ...world.app, userId, token: tokenFor(userId), callId };
      await person.run(() => import('/page/throwing.js'));
      const run = (attempt) =>
        person.page.evaluate(([setting, attempt]) => throwing.tryOut(setting, attempt), [
          setting,
          attempt,
        ]);
      return { person, run };
    };
    pages = await Promise.all(Array.from({ length: PAGES }, open));
  },
  [SHARED_SCREEN],
);
