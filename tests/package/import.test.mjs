import assert from 'node:assert/strict';
import { test } from 'node:test';

test('importing the package touches nothing of the browser and loads no module', async () => {
  for (const name of ['window', 'document', 'WebSocket', 'localStorage']) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        throw new Error(`the import touched ${name}`);
      },
    });
  }

  const trunkline = await import('trunkline');

  assert.equal(trunkline.StreamVideoClient, trunkline.Client);
  assert.equal(trunkline.CallingState.JOINED, 'joined');
});

test('a class that is used before the module is loaded says how to load it', async () => {
  const { Client, VideoError } = await import('trunkline');

  assert.throws(
    () => new Client('key'),
    (error) =>
      error instanceof VideoError &&
      error.code === 'not-initialized' &&
      error.hint.includes('init()'),
  );
});

test('devices that are used before the module is loaded say how to load it', async () => {
  const trunkline = await import('trunkline');
  const early = { name: 'NotInitializedError', code: 'not-initialized' };

  assert.throws(() => trunkline.getVideoDevices(), early);
  assert.throws(() => trunkline.deviceIds$.subscribe(() => {}), early);
  assert.throws(() => trunkline.createSoundDetector(), early);
  await assert.rejects(trunkline.getVideoStream(), early);
});

test('the module loads once, also where nothing can be fetched', async () => {
  const { init } = await import('trunkline');

  const first = init();

  assert.equal(init(), first);
  await first;
});

test('the inline entry is the same package', async () => {
  const [inline, main] = await Promise.all([import('trunkline/inline'), import('trunkline')]);

  assert.equal(inline.Client, main.Client);
  await inline.init();
});
