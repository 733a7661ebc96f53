// What apps get wrong: each gets an error that names it, before anything is sent where that is
// possible, and nothing is half done.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tokenFor } from './support/server.mjs';
import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let anna;
/** @type {import('./support/world.mjs').Person} */
let stranger;
const here = world(async (world) => {
  [anna, stranger] = await Promise.all([world.person('Anna'), world.stranger()]);
});

/**
 * Runs code of an app that must fail, and tells how it did and what was sent.
 *
 * @param {(arg: any) => unknown} attempt
 * @param {unknown} [arg]
 */
async function refusal(attempt, arg) {
  return anna.run(
    async ({ attempt, arg }) => {
      const sent = spy.requests.length;
      const run = new Function('arg', `return (${attempt})(arg)`);
      const failure = await failureOf(() => run(arg));
      return { ...failure, sent: spy.requests.length - sent };
    },
    { attempt: String(attempt), arg },
  );
}

for (const [what, type, id] of [
  ['an empty type', '', 'a'],
  ['an empty id', 'default', ''],
  ['a colon in the type', 'default:x', 'a'],
  ['a colon in the id', 'default', 'x:y'],
  ['white space in the id', 'default', 'a b'],
  ['a slash in the id', 'default', 'a/b'],
  ['a step up as the id', 'default', '..'],
  ['an id of 65 characters', 'default', 'x'.repeat(65)],
  ['a number as the id', 'default', 7],
  ['no id', 'default', undefined],
]) {
  test(`client.call() refuses ${what} at once`, async () => {
    const failure = await refusal(({ type, id }) => void client.call(type, id), { type, id });
    assert.deepEqual(
      [failure.code, failure.category, failure.sent],
      ['invalid-argument', 'conflict', 0],
    );
    assert.match(failure.message, type === '' || String(type).includes(':') ? /type/ : /id/);
    assert.notEqual(failure.hint, '');
  });
}

const DATE = '2030-01-01T00:00:00Z';
for (const [what, data, named] of /** @type {const} */ ([
  ['settings and settings_override', { settings: {}, settings_override: {} }, /settings_override/],
  ['startsAt and starts_at', { startsAt: DATE, starts_at: DATE }, /starts_at/],
  ['ring inside data', { ring: true }, /ring/],
  ['notify inside data', { notify: true }, /notify/],
])) {
  test(`getOrCreate() and join() refuse ${what} before anything is sent`, async () => {
    await anna.open(unique('input'));
    const attempts = [
      (/** @type {any} */ data) => call.getOrCreate({ data }),
      (/** @type {any} */ data) => call.join({ create: true, data }),
    ];
    for (const attempt of attempts) {
      const failure = await refusal(attempt, data);
      assert.deepEqual([failure.code, failure.sent], ['invalid-argument', 0]);
      assert.match(failure.message, named);
      assert.notEqual(failure.hint, '');
    }
    const after = await anna.run(async () => ({
      state: call.state.callingState,
      calls: client.state.calls.includes(call),
      absent: (await failureOf(call.get())).code,
    }));
    assert.deepEqual(after, { state: 'idle', calls: false, absent: 'not-found' });
  });
}

test('update() refuses both names of a field before anything is sent', async () => {
  await anna.open(unique('input'));
  await anna.run(() => call.getOrCreate({ data: { custom: { a: 1 } } }));
  for (const request of [
    { settings: {}, settings_override: {}, custom: { a: 2 } },
    { startsAt: DATE, starts_at: DATE, custom: { a: 2 } },
  ]) {
    const failure = await refusal((request) => call.update(request), request);
    assert.deepEqual([failure.code, failure.sent], ['invalid-argument', 0]);
  }
  assert.deepEqual(await anna.run(async () => (await call.get()).call.custom), { a: 1 });
});

for (const [what, attempt] of /** @type {[string, () => unknown][]} */ ([
  ['a cycle', () => call.getOrCreate({ data: { custom: { call: { window } } } })],
  ['a BigInt', () => call.update({ custom: { big: 1n } })],
  ['text for an object', () => call.getOrCreate(/** @type {any} */ ('data'))],
  ['text for data', () => call.getOrCreate({ data: /** @type {any} */ ('data') })],
  ['no attempts at joining', () => call.join({ maxJoinRetries: 0 })],
])) {
  test(`${what} is refused before anything is sent`, async () => {
    await anna.open(unique('input'));
    const failure = await refusal(attempt);
    assert.deepEqual([failure.code, failure.sent], ['invalid-argument', 0]);
  });
}

test('what only the server can judge comes back as a typed error, and is not half done', async () => {
  await anna.open(unique('input'));
  for (const data of [
    { custom: { a: 1 }, members: [{ role: 'host' }] },
    { custom: { a: 1 }, settings_override: { recording: { mode: 'sometimes' } } },
    { custom: { a: 1 }, starts_at: 'next tuesday' },
  ]) {
    const failure = await refusal((data) => call.join({ create: true, data }), data);
    assert.deepEqual(
      [failure.type, failure.code, failure.status, failure.sent],
      ['ErrorFromResponse', 'invalid-argument', 400, 1],
    );
    const after = await anna.run(async () => ({
      state: call.state.callingState,
      custom: call.state.custom,
      absent: (await failureOf(call.get())).code,
      peers: spy.open().peers,
    }));
    assert.deepEqual(after, { state: 'idle', custom: {}, absent: 'not-found', peers: 0 });
  }
});

test('a call type that the server does not have is a typed error', async () => {
  await anna.open(unique('input'), 'no-such-type');
  const failure = await refusal(() => call.getOrCreate());
  assert.equal(failure.type, 'ErrorFromResponse');
  assert.ok(['not-found', 'invalid-argument'].includes(failure.code), failure.code);
  assert.match(failure.message, /no-such-type/);
});

const HOUR = 3600;
const now = Math.floor(Date.now() / 1000);
for (const [what, token, code] of /** @type {const} */ ([
  ['a token for another user', tokenFor('somebody-else'), 'auth-token-invalid'],
  ['an expired token', tokenFor('nina', { exp: now - HOUR }), 'auth-token-expired'],
  ['something that is no token', 'no-token', 'auth-token-invalid'],
  ['no token', undefined, 'auth-token-missing'],
])) {
  test(`connecting with ${what} is refused before anything is sent`, async () => {
    const { failure, sent } = await stranger.run(
      async ({ apiKey, baseURL, token }) => {
        const sent = spy.requests.length;
        const args = { apiKey, user: { id: 'nina' }, token, options: { baseURL, logger() {} } };
        const failure = await failureOf(trunkline.Client.connect(/** @type {any} */ (args)));
        return {
          failure,
          sent: spy.requests.slice(sent).filter(({ url }) => url.includes('api_key')),
        };
      },
      { ...here.app, token },
    );
    assert.deepEqual([failure.code, failure.category, sent], [code, 'auth', []]);
    assert.notEqual(failure.hint, '');
    assert.equal(failure.retryable, false);
  });
}

test('a token provider that fails, or gives the wrong token, is named', async () => {
  const [thrown, foreign] = await stranger.run(
    async ({ apiKey, baseURL, token }) => {
      const connect = (/** @type {() => Promise<string>} */ tokenProvider) => {
        const options = { baseURL, maxConnectUserRetries: 1, logger() {} };
        return failureOf(
          trunkline.Client.connect({ apiKey, user: { id: 'nina' }, tokenProvider, options }),
        );
      };
      return [
        await connect(async () => {
          throw new Error('the backend is down');
        }),
        await connect(async () => token),
      ];
    },
    { ...here.app, token: tokenFor('somebody-else') },
  );
  assert.deepEqual([thrown?.code, thrown?.category], ['auth-provider-failed', 'auth']);
  assert.deepEqual([foreign?.code, foreign?.category], ['auth-token-invalid', 'auth']);
});

test('an expired token with a provider is replaced, and the user connects', async () => {
  const { asked, id } = await stranger.run(
    async ({ apiKey, baseURL, old, fresh }) => {
      let asked = 0;
      const tokenProvider = async () => {
        asked += 1;
        return fresh;
      };
      const client = await trunkline.Client.connect({
        ...{ apiKey, user: { id: 'nina' }, token: old, tokenProvider },
        options: { baseURL },
      });
      const id = client.state.connectedUser?.id;
      await client.dispose();
      return { asked, id };
    },
    { ...here.app, old: tokenFor('nina', { exp: now - HOUR }), fresh: tokenFor('nina') },
  );
  assert.deepEqual({ asked, id }, { asked: 1, id: 'nina' });
});

test('a token with a wrong signature and an unknown key are refused by the server', async () => {
  const [signature, key] = await stranger.run(
    async ({ apiKey, baseURL, token }) => {
      const connect = (/** @type {string} */ apiKey, /** @type {string} */ token) => {
        const options = { baseURL, maxConnectUserRetries: 1, logger() {} };
        return failureOf(
          trunkline.Client.connect({ apiKey, user: { id: 'nina' }, token, options }),
        );
      };
      return [await connect(apiKey, `${token}x`), await connect('another-app', token)];
    },
    { ...here.app, token: tokenFor('nina') },
  );
  assert.deepEqual([signature?.code, signature?.category], ['auth-token-invalid', 'auth']);
  assert.deepEqual([key?.code, key?.category], ['auth-key-invalid', 'auth']);
});

test('after all this the page still works', async () => {
  await anna.join(unique('after'));
  assert.equal(await anna.run(() => call.state.callingState), 'joined');
  assert.deepEqual(
    anna.complaints.filter((text) => !/status of 40\d/.test(text)),
    [],
  );
});
