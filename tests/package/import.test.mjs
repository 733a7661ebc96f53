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
  const early = (name) => (error) => {
    assert.ok(error instanceof trunkline.NotInitializedError, `${name} fails with ${error?.stack}`);
    assert.equal(error.code, 'not-initialized');
    assert.ok(error.message.startsWith(`${name} `), error.message);
    return true;
  };

  for (const name of [
    'createSoundDetector',
    'disposeOfMediaStream',
    'getAudioDevices',
    'getAudioOutputDevices',
    'getVideoDevices',
  ]) {
    assert.throws(() => trunkline[name](), early(name));
  }
  for (const name of ['getAudioStream', 'getScreenShareStream', 'getVideoStream']) {
    await assert.rejects(trunkline[name](), early(name));
  }
  assert.throws(() => trunkline.deviceIds$.subscribe(() => {}), early('deviceIds'));
  assert.throws(() => trunkline.Client.getOrCreateInstance({}), early('Client'));
});

test('the module loads once, also where nothing can be fetched', async () => {
  const { init } = await import('trunkline');

  const first = init();

  assert.equal(init(), first);
  await first;
});

test('the other entries are the same package', async () => {
  const { Client, init } = await import('trunkline');

  for (const entry of ['trunkline/inline', 'trunkline/slim']) {
    const other = await import(entry);
    assert.equal(other.Client, Client);
    assert.equal(other.init, init);
    await other.init();
  }
});
