// How the package gets its module in a browser, and what it says when it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { world } from './support/world.mjs';

const here = world();
const MODULE = '**/trunkline_bg.wasm';
const COPY = '**/trunkline_bg.inline.js';

test('what wasm-pack writes works by itself after one init', async () => {
  const app = await here.stranger();

  const seen = await app.run(async () => {
    // The page has it, not this folder.
    const place = '/pkg/trunkline.js';
    const plain = await import(place);
    await plain.default();
    const call = new plain.Client('key').call('default', 'a');
    return [call instanceof plain.Call, call.state.callingState, plain.CallingState.IDLE];
  });

  assert.deepEqual(seen, [true, 'idle', 'idle']);
});

/**
 * A page that is loaded with those answers to what it asks for, and how its `init()` fails, if it does.
 *
 * @param {Record<string, (route: import('playwright-core').Route) => unknown>} answers
 */
async function load(answers) {
  const { page } = await here.stranger();
  for (const [place, answer] of Object.entries(answers)) await page.route(place, answer);
  await page.reload();
  const init = () =>
    page.evaluate(async () => {
      // `trunkline` is no global of a page whose script failed.
      const { init } = await import('trunkline');
      return init().then(
        () => undefined,
        ({ name, code, hint }) => ({ name, code, hint }),
      );
    });
  return { page, init };
}

const fail = (/** @type {import('playwright-core').Route} */ route) => route.abort();

test('a module that a bundler left behind is replaced by the copy in JavaScript', async () => {
  const { init } = await load({ [MODULE]: (route) => route.fulfill({ status: 404 }) });

  assert.equal(await init(), undefined);
});

for (const [what, answer, hint] of /** @type {const} */ ([
  ['a 404', { status: 404 }, /Serve trunkline_bg\.wasm/],
  ['a page', { status: 200, contentType: 'text/html', body: '<p>' }, /answers unknown addresses/],
  ['nobody', undefined, /connection, CORS/],
])) {
  test(`init() that meets ${what} says what to do, and the next one tries again`, async () => {
    const { page, init } = await load({
      [COPY]: fail,
      [MODULE]: (route) => (answer ? route.fulfill(answer) : route.abort()),
    });

    const failure = await init();

    assert.deepEqual([failure?.name, failure?.code], ['VideoError', 'module-not-loaded']);
    assert.match(failure?.hint, hint);
    await page.unroute(MODULE);
    assert.equal(await init(), undefined);
  });
}

for (const [what, policy, hint] of /** @type {const} */ ([
  ['to compile', "script-src 'self' 'unsafe-inline'", /'wasm-unsafe-eval'/],
  [
    'to fetch',
    "connect-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
    /connect-src/,
  ],
])) {
  test(`a page whose policy forbids ${what} is told what to allow`, async () => {
    const { init } = await load({
      [COPY]: fail,
      '**/': async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers(), 'content-security-policy': policy };
        await route.fulfill({ response, headers });
      },
    });

    const failure = await init();

    assert.deepEqual([failure?.name, failure?.code], ['VideoError', 'module-not-loaded']);
    assert.match(failure?.hint, hint);
  });
}
