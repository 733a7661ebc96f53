// init() with something that is not the module: it fails with what to do, and works afterwards.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { Client, VideoError, init, initSync } from 'trunkline';

const bytes = await readFile(new URL(import.meta.resolve('trunkline/trunkline_bg.wasm')));
const answer = (body, status, type) =>
  new Response(body, { status, headers: { 'content-type': type } });

for (const [what, source, message, hint] of [
  ['a 404', () => answer('', 404, 'text/plain'), /status 404/, /Serve trunkline_bg\.wasm/],
  ['a page', () => answer('<p>', 200, 'text/html; charset=utf-8'), /is a page/, /Serve|serve/],
  [
    'a page by its name',
    () => answer('<p>', 200, 'application/wasm'),
    /compiled/,
    /not trunkline_bg/,
  ],
  ['half of it', () => bytes.subarray(0, bytes.length / 2), /compiled/, /came in part/],
  ['nobody', () => 'http://127.0.0.1:9/trunkline_bg.wasm', /could not be fetched/, /connect-src/],
  [
    'a request to nobody',
    () => new Request('http://127.0.0.1:9/'),
    /127\.0\.0\.1:9/,
    /connect-src/,
  ],
]) {
  test(`init() with ${what} says what to do`, async () => {
    await assert.rejects(init(source()), (error) => {
      assert.ok(error instanceof VideoError);
      assert.deepEqual([error.code, error.retryable], ['module-not-loaded', true]);
      assert.match(error.message, message);
      assert.match(error.hint, hint);
      return true;
    });
    assert.throws(() => new Client('key'), { code: 'not-initialized' });
  });
}

test('a module of another version is told from one that did not come', async () => {
  // It imports a function that ours does not.
  const other = Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...[1, 4, 1, 96, 0, 0],
    ...[2, 7, 1, 1, 97, 1, 98, 0, 0],
  );

  await assert.rejects(init(other), { name: 'VideoError', code: 'internal', hint: /same version/ });
  assert.throws(() => initSync(other), { code: 'internal' });
  assert.throws(() => initSync(Uint8Array.of(1)), { code: 'module-not-loaded' });
  assert.throws(() => Client.getOrCreateInstance({}), { code: 'not-initialized' });
});

test('after all that, init() loads it once, and its classes are one', async () => {
  await init(answer(bytes, 200, 'application/wasm'));
  const first = new Client('key');
  initSync(bytes);
  await init('http://127.0.0.1:9/');

  const client = new Client('key');

  assert.ok(client instanceof Client && client.constructor === Client);
  assert.equal(client.call('default', 'a').constructor, first.call('default', 'a').constructor);
  class Mine extends Client {}
  assert.ok(new Mine('key') instanceof Mine);
  const args = { apiKey: 'key', user: { id: 'a' }, token: 'x', options: { logger: () => {} } };
  assert.ok(Client.getOrCreateInstance(args) instanceof Client);
});
