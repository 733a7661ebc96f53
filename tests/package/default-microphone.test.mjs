// With no microphone chosen the system's own choice is followed, through the built package.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeTrack, hardware, live, makeCall, media, opened, plug } from './support/fake-media.mjs';

const microphone = (deviceId, groupId) => ({
  kind: 'audioinput',
  deviceId,
  groupId,
  label: `${deviceId} of ${groupId}`,
});
/** What browsers list whose system uses the first one. */
const inputs = (...groups) => [
  microphone('default', groups[0]),
  ...groups.map((group) => microphone(`id of ${group}`, group)),
];

test('the system’s new microphone is captured, unless the user chose one', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  media.getUserMedia = async (constraints) => {
    hardware.asked.push(constraints);
    const deviceId = constraints.audio.deviceId?.exact ?? 'default';
    return opened(new FakeTrack('audio', { deviceId, groupId: hardware.present[0].groupId }));
  };
  hardware.present = inputs('desk', 'head');
  const { microphone: manager } = makeCall().call;
  // The list is known before anything is opened.
  await plug(t, hardware.present);
  await manager.enable();
  assert.equal(manager.state.selectedDevice, 'id of desk');

  await plug(t, inputs('head', 'desk'));
  assert.equal(hardware.asked.length, 2);
  assert.equal(hardware.asked[1].audio.deviceId, undefined);
  assert.equal(manager.state.selectedDevice, 'id of head');
  assert.equal(manager.state.status, 'enabled');
  assert.equal(live().length, 1);

  await manager.select('id of desk');
  assert.deepEqual(hardware.asked[2].audio.deviceId, { exact: 'id of desk' });
  await plug(t, inputs('desk', 'head'));
  await plug(t, inputs('head', 'desk'));
  assert.equal(hardware.asked.length, 3);

  await manager.select(undefined);
  assert.equal(hardware.asked.length, 4);
  await plug(t, inputs('desk', 'head'));
  assert.equal(hardware.asked.length, 5);
  await manager.disable();
  assert.deepEqual(live(), []);
  await plug(t, inputs('head', 'desk'));
  assert.equal(hardware.asked.length, 5, 'it is off');
});
