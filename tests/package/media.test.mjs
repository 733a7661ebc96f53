// What is kept of devices, and how they sound, through the built package with fakes for what Node has
// not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  A,
  FakeAudioContext,
  FakeStream,
  FakeTrack,
  SPEAKER,
  hardware,
  live,
  makeCall,
  media,
  permissions,
  plug,
  settle,
  storage,
} from './support/fake-media.mjs';

const { createSoundDetector, disposeOfMediaStream } = await import('trunkline');

const kept = (store) => JSON.parse(store.text ?? '{}');

test('what the user chooses is kept for the next visit, once the browser lets the page know', async () => {
  const store = storage();
  const { camera } = makeCall({ devicePersistence: { storage: store } }).call;
  await camera.select('b');
  await camera.enable();
  await settle();
  assert.equal(store.text, null, 'not granted');

  permissions.camera.set('granted');
  await camera.enable();
  await settle();
  await camera.select('a');
  await camera.disable();
  await settle();
  const { deviceId } = camera.registerVirtualDevice({ label: 'V', getUserMedia: async () => {} });
  await camera.select(deviceId);
  await settle();

  assert.deepEqual(kept(store).camera, [
    { selectedDeviceId: 'a', selectedDeviceLabel: 'Camera A', muted: true },
    { selectedDeviceId: 'b', selectedDeviceLabel: 'Camera B', muted: false },
  ]);
});

test('a storage that is full, forbidden or of somebody else does no harm', async () => {
  permissions.camera.set('granted');
  for (const text of ['[', '7', '{"camera":7}', '{"camera":[null,{"selectedDeviceId":3}],"x":1}']) {
    const store = storage(text);
    const { call, warnings } = makeCall({ devicePersistence: { storage: store } });
    await call.camera.select('a');
    await settle();
    assert.equal(kept(store).camera.length, 1, text);
    assert.equal(warnings.length, text === '[' ? 1 : 0);
    if (text.includes('x')) assert.equal(kept(store).x, 1);
  }
  const store = storage();
  store.getItem = store.setItem = () => {
    throw new DOMException('', 'SecurityError');
  };
  const { call, warnings } = makeCall({ devicePersistence: { storage: store } });
  await call.camera.select('a');
  await settle();
  assert.equal(warnings.length, 2);
});

test('a speaker plays every element, each as loud as it should be', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const store = storage();
  const { call } = makeCall({ devicePersistence: { storage: store } });
  const { speaker } = call;
  await settle();
  const volumes = [];
  speaker.state.volume$.subscribe((volume) => volumes.push(volume));
  await speaker.select('s');
  assert.equal(speaker.state.selectedDevice, 's');
  assert.deepEqual(kept(store).speaker, [
    { selectedDeviceId: 's', selectedDeviceLabel: 'Speaker' },
  ]);
  speaker.setVolume(0.5);
  speaker.setVolume(0.1);
  assert.equal(speaker.state.volume, 0.1);
  await Promise.resolve();
  assert.deepEqual(volumes, [1, 0.1], 'told once of what changed in one turn');
  assert.deepEqual(await speaker.devices(), [SPEAKER]);

  await plug(t, [A]);
  assert.equal(speaker.state.selectedDevice, '');
  for (const volume of [-0.1, 1.1, NaN, '1', undefined]) {
    assert.throws(() => speaker.setVolume(volume), { code: 'invalid-argument' });
  }
  assert.throws(() => speaker.setParticipantVolume('bob', 2), { code: 'invalid-argument' });
  assert.throws(() => speaker.setParticipantVolume(7, 1), { code: 'invalid-argument' });
  await assert.rejects(speaker.select(undefined), { code: 'invalid-argument' });
});

test('a sound detector tells how loud it is until it is stopped', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stream = new FakeStream([new FakeTrack('audio')]);
  const heard = [];
  const stop = createSoundDetector(stream, (state) => heard.push(state));
  t.mock.timers.tick(500);
  await settle();
  assert.deepEqual(
    [heard, FakeAudioContext.last.source],
    [[], stream],
    'nobody has touched the page',
  );
  t.mock.timers.tick(500);
  assert.deepEqual(heard, [{ isSoundDetected: true, audioLevel: 80 }]);
  await stop();
  await stop();
  t.mock.timers.tick(5000);
  const { state } = FakeAudioContext.last;
  assert.deepEqual([heard.length, state, stream.tracks[0].readyState], [1, 'closed', 'ended']);

  for (const wrong of [[undefined], [{}, () => {}], [stream], [stream, () => {}, { every: 1 }]]) {
    assert.throws(() => createSoundDetector(...wrong), { code: 'invalid-argument' });
  }
  assert.throws(() => createSoundDetector(stream, () => {}, { fftSize: 100 }), {
    name: 'DeviceError',
  });
});

test('a stream is disposed of with all its tracks', () => {
  const stream = new FakeStream([new FakeTrack('audio'), new FakeTrack('video')]);
  disposeOfMediaStream(stream);
  assert.deepEqual(
    stream.tracks.map((track) => track.readyState),
    ['ended', 'ended'],
  );
  assert.throws(() => disposeOfMediaStream({}), { code: 'invalid-argument' });
});

test('what an app publishes by itself is checked before anything happens', async () => {
  const { call } = makeCall();
  const stream = new FakeStream([new FakeTrack('video')]);
  const ended = new FakeStream([Object.assign(new FakeTrack('video'), { readyState: 'ended' })]);
  for (const wrong of [
    [],
    [stream],
    [stream, 9],
    [stream, 1],
    [{}, 2],
    [ended, 2],
    [stream, 2, { profile: 1 }],
    [stream, 2, { audioBitrateProfile: 9 }],
  ]) {
    await assert.rejects(call.publish(...wrong), { code: 'invalid-argument' });
  }
  await assert.rejects(call.publish(stream, 2), { code: 'illegal-state' });
  await call.stopPublish(2, 'no', undefined);
  call.updatePublishOptions({ preferredCodec: 'vp9', maxSimulcastLayers: 2 });
  for (const wrong of [
    { preferredCodec: 'mp3' },
    { preferredBitrate: 0 },
    { maxSimulcastLayers: 1.5 },
    { codec: 'vp8' },
  ]) {
    assert.throws(() => call.updatePublishOptions(wrong), { code: 'invalid-argument' });
  }
  assert.deepEqual([live(), hardware.asked, typeof media], [[], [], 'object']);
});
