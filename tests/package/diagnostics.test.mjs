// What is kept for a report of a problem.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client } from 'trunkline';

import { diagnose } from '../../js/diagnostics.js';
import { script } from './support/coordinator.mjs';

test('the newest hundred calling states are kept, each with its time', async () => {
  const { call } = await script();
  for (let n = 0; n < 60; n += 1) {
    const joining = assert.rejects(call.join());
    await call.leave();
    await joining;
  }
  const { timeline } = await call.dumpDiagnostics();
  assert.equal(timeline.length, 100);
  assert.deepEqual(
    timeline.slice(-2).map(({ state }) => state),
    ['joining', 'left'],
  );
  for (const { at } of timeline) assert.match(at, /^\d{4}-\d\d-\d\dT/);
});

test('a call that is not joined has diagnostics, too', async () => {
  const state = { callingState: 'left', participants: [], ownCapabilities: ['join-call'] };
  const facts = { version: '1.2.3', timeline: [{ state: 'left' }], warnings: [], devices: {} };
  const dump = await diagnose(state, facts);
  const { version, sessionId, callingState, publisher, subscriber, stats, timeline } = dump;
  assert.deepEqual([version, sessionId, callingState], ['1.2.3', undefined, 'left']);
  assert.deepEqual([publisher, subscriber, stats], [undefined, undefined, undefined]);
  assert.deepEqual(timeline, [{ state: 'left' }]);
});

test('a connection whose statistics cannot be read is described without', async () => {
  const peer = {
    connectionState: 'closed',
    iceConnectionState: 'closed',
    signalingState: 'closed',
    getTransceivers: () => [{ mid: '0', currentDirection: 'sendonly', sender: {} }],
    getStats: () => Promise.reject(new DOMException('', 'InvalidStateError')),
  };
  const state = { callingState: 'joined', participants: [{}], ownCapabilities: [] };
  const dump = await diagnose(state, { datacenter: 'edge', subscriber: peer });
  assert.deepEqual(dump.subscriber.transceivers, [{ mid: '0', currentDirection: 'sendonly' }]);
  assert.deepEqual(
    [dump.subscriber.local, dump.stats, dump.participants],
    [undefined, undefined, 1],
  );
});

test('a call tells what it went through, and what its client warned of', async () => {
  const client = new Client('key', { logger: () => {}, clientAppIdentifier: {} });
  const call = client.call('default', 'a');

  const before = await call.dumpDiagnostics();
  await call.leave();
  const { timeline, warnings, devices, callingState, sessionId } = await call.dumpDiagnostics();

  assert.deepEqual([before.timeline, before.callingState], [[], 'idle']);
  assert.deepEqual([timeline.map(({ state }) => state), callingState], [['left'], 'left']);
  assert.match(timeline[0].at, /^\d{4}-\d\d-\d\dT/);
  const [{ level, message }] = warnings;
  assert.deepEqual([level, message], ['warn', 'options.clientAppIdentifier has no effect']);
  assert.deepEqual(Object.keys(devices), ['camera', 'microphone', 'screenShare']);
  assert.equal(sessionId, undefined);
  await client.dispose();
});
