// What is kept of devices, how they sound, and how pictures are sent, with fakes for what Node has not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  permissions,
  A,
  B,
  hardware,
  manager,
  fakePort,
  storage,
  plug,
  settle,
} from './support/fake-media.mjs';

// After the fakes: the modules look for them when they are loaded.
const { MicrophoneManager } = await import('../../js/microphone.js');
const { SpeakerManager, playOn, recallSpeaker } = await import('../../js/speaker.js');
const { makeValue } = await import('../../js/observable.js');
const { whileWanted } = await import('../../js/sound.js');

test('what the user chooses is kept for the next visit, once the browser lets the page know', async () => {
  const { camera, device, store } = manager();
  device.set({ selectedDevice: 'b', optimisticStatus: 'enabled' });
  await camera.enable();
  await settle();
  assert.equal(store.text, null, 'not granted');

  permissions.camera.set('granted');
  await camera.enable();
  device.set({ selectedDevice: 'a', optimisticStatus: 'disabled' });
  await camera.disable();
  device.set({ selectedDevice: 'of the app', optimisticStatus: 'disabled' });
  await camera.disable();
  await settle();
  permissions.camera.set('prompt');

  assert.deepEqual(JSON.parse(store.text).camera, [
    { selectedDeviceId: 'a', selectedDeviceLabel: 'Camera A', muted: true },
    { selectedDeviceId: 'b', selectedDeviceLabel: 'Camera B', muted: false },
  ]);
});

test('three devices are kept, and found by id or else by name', () => {
  const { preferences, store } = storage();
  for (const id of ['1', '2', '3', '4', '2'])
    preferences.remember('camera', id, `no. ${id}`, false);
  const kept = JSON.parse(store.text).camera.map((entry) => entry.selectedDeviceId);
  assert.deepEqual(kept, ['2', '4', '3']);

  const device = (deviceId, label) => ({ deviceId, label });
  assert.deepEqual(preferences.recall('camera', [device('3', ''), device('4', '')]), {
    deviceId: '4',
    isMuted: false,
  });
  assert.equal(preferences.recall('camera', [device('x', 'no. 3')]).deviceId, 'x');
  assert.deepEqual(preferences.recall('camera', [device('y', '')]), {});
});

test('a storage that is full, forbidden or of somebody else does no harm', () => {
  for (const text of ['[', '7', '{"camera":7}', '{"camera":[null,{"selectedDeviceId":3}]}']) {
    const { preferences, store } = storage(text);
    assert.deepEqual(preferences.recall('camera', [A]), {});
    preferences.remember('camera', 'a', 'A', true);
    assert.equal(JSON.parse(store.text).camera.length, 1, text);
  }
  const { preferences, store, warnings } = storage();
  store.getItem = store.setItem = () => {
    throw new DOMException('', 'SecurityError');
  };
  preferences.remember('camera', 'a', 'A', true);
  assert.equal(warnings.length, 2);
});

test('a speaker plays every element, each as loud as it should be', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const port = fakePort();
  const speaker = new SpeakerManager(port);
  const element = () => {
    const made = { volume: 1, sinks: [] };
    made.setSinkId = async (id) => made.sinks.push(id);
    return made;
  };
  const [one, two] = [element(), element()];
  playOn(speaker, one, 'alice');
  await speaker.select('s');
  const detach = playOn(speaker, two, 'bob');
  speaker.setVolume(0.5);
  speaker.setParticipantVolume('bob', 0.1);
  assert.deepEqual([one.volume, two.volume], [0.5, 0.1]);
  assert.deepEqual([one.sinks, two.sinks], [['s'], ['s']]);
  assert.deepEqual(port.volumes, [['bob', 0.1]]);

  await plug(t, [A]);
  assert.equal(speaker.state.selectedDevice, '');
  assert.deepEqual(one.sinks, ['s', '']);

  detach();
  speaker.setParticipantVolume('bob', undefined);
  assert.equal(two.volume, 0.1);
  for (const volume of [-0.1, 1.1, NaN, '1']) {
    assert.throws(() => speaker.setVolume(volume), { code: 'invalid-argument' });
  }
  await recallSpeaker(speaker);
  assert.equal(speaker.state.selectedDevice, '', 'the app has chosen');
});

test('one run at a time, and the last one that is wanted stays', async () => {
  const log = [];
  const want = whileWanted(
    async (value) => {
      log.push(`start ${value}`);
      await settle();
      if (value === 'broken') throw new Error('broken');
      return () => log.push(`stop ${value}`);
    },
    (error) => log.push(error.message),
  );
  want('a');
  want('b');
  await want('c');
  await want('c');
  assert.deepEqual(log, ['start c']);

  await want('broken');
  await want(undefined);
  await want('d');
  assert.deepEqual(log.slice(1), ['stop c', 'start broken', 'broken', 'start d']);
});

test('nobody listens to a muted microphone unless the app wants it', async () => {
  const state = (values) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const cell = makeValue(value).cell;
        return [
          [name, value],
          [`${name}$`, cell.observable],
        ];
      }),
    );
  globalThis.AudioContext = class {};
  const call = state({ callingState: 'joined', ownCapabilities: ['send-audio'] });
  const device = makeValue({ status: 'disabled' });
  const microphone = new MicrophoneManager(device.cell, fakePort(), call);
  await settle();
  delete globalThis.AudioContext;

  assert.deepEqual(hardware.asked, []);
  assert.equal(microphone.state.speakingWhileMuted, false);
});
