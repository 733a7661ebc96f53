// Every method of a client and a call without any argument, on a client that works and on one that
// was disposed of: what fails is a typed error, thrown only where no promise is returned.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { VideoError } from 'trunkline';

import { script } from './support/coordinator.mjs';

/** They need a page. */
const OF_PAGES = ['attachAudio', 'bindAudioElement', 'bindVideoElement', 'trackElementVisibility'];

function methodsOf(object) {
  const prototype = Object.getPrototypeOf(object);
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name)
    .filter((name) => name !== 'free' && !name.startsWith('__') && name !== 'dispose');
}

async function tryAll(object, except = []) {
  const names = methodsOf(object).filter((name) => !except.includes(name));
  assert.ok(names.length > 2, 'the methods were found');
  const failures = new Map();
  for (const name of names) {
    let result;
    try {
      result = object[name]();
    } catch (thrown) {
      assert.ok(thrown instanceof VideoError, `${name} throws ${thrown?.stack}`);
      failures.set(name, thrown.code);
      continue;
    }
    if (!(result instanceof Promise)) continue;
    await result.catch((error) => {
      assert.ok(error instanceof VideoError, `${name} rejects with ${error?.stack}`);
      failures.set(name, error.code);
    });
  }
  return failures;
}

test('methods without arguments do something right, or fail with a typed error', async () => {
  const { client, call } = await script();
  // Leaving and joining need a browser; others test them.
  const failures = new Map([
    ...(await tryAll(call, [...OF_PAGES, 'join', 'setViewport'])),
    ...(await tryAll(call.permissionsContext)),
    ...(await tryAll(client)),
  ]);

  for (const code of failures.values()) {
    assert.ok(['invalid-argument', 'not-connected', 'bad-response'].includes(code), code);
  }
  assert.equal(failures.get('blockUser'), 'invalid-argument');
});

test('every promise of a disposed client is rejected, from wherever it is asked for', async () => {
  const { client, call } = await script();
  const inside = [];
  call.on('all', () => inside.push(call.get(), call.join(), client.edges()));
  call.state.callingState$.subscribe((state) => {
    if (state === 'left') inside.push(call.update({}), client.dispose());
  });
  const disposed = client.dispose();
  assert.equal(client.dispose(), disposed);
  await disposed;
  await Promise.allSettled(inside);

  const failures = await tryAll(call, [...OF_PAGES, 'setViewport']);
  for (const name of ['get', 'getOrCreate', 'join', 'leave', 'endCall', 'stopPublish', 'accept']) {
    assert.equal(failures.get(name), 'disposed', name);
  }
  assert.throws(() => client.call('default', 'b'), { code: 'disposed' });
  for (const promise of [
    client.edges(),
    client.queryCalls(),
    client.connectUser({ id: 'a' }, 'x'),
  ]) {
    await assert.rejects(promise, { code: 'disposed' });
  }
});

test('a proxy that was revoked is a wrong argument like any other', async () => {
  const { client, call } = await script();
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const wrong = { code: 'invalid-argument' };

  for (const promise of [
    call.get(proxy),
    call.getOrCreate(proxy),
    call.getOrCreate({ data: proxy }),
    call.update(proxy),
    call.muteUser(proxy, 'audio'),
    call.goLive({ notify: proxy }),
    call.camera.enable(proxy),
    client.queryCalls(proxy),
    client.queryCalls({}, proxy),
  ]) {
    await assert.rejects(promise, wrong);
  }
  for (const work of [
    () => client.call('default', 'b', proxy),
    () => call.setPreferredIncomingVideoResolution(undefined, proxy),
    () => call.setPreferredIncomingVideoResolution(proxy),
    () => call.updatePublishOptions(proxy),
    () => call.updatePublishOptions({ preferredCodec: proxy }),
    () => new client.constructor('key', proxy),
    () => new client.constructor('key', { enableTimerWorker: proxy }),
    () => new client.constructor(proxy),
  ]) {
    assert.throws(work, wrong, String(work));
  }
});

test('a list whose elements cannot be read is a wrong argument, too', async () => {
  const { call } = await script();
  const list = new Proxy(['a'], {
    get() {
      throw new Error('mine');
    },
  });

  await assert.rejects(call.muteUser(list, 'audio'), { code: 'invalid-argument' });
  assert.throws(() => call.setPreferredIncomingVideoResolution(undefined, list), {
    code: 'invalid-argument',
  });
});
