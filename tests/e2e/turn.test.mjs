// Clients whose network blocks UDP reach the server through a TURN server, over TCP.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { Turn } from './support/turn.mjs';
import { unique, world } from './support/world.mjs';

const turn = await Turn.start();
after(() => turn.stop());

/** Takes UDP away from a page: it makes no connection but through a TURN server. */
const relayOnly = () => {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
    }
  };
};

/** @type {import('./support/world.mjs').Person[]} */
let people = [];
const callId = unique('turn');
world(
  async (world) => {
    const person = (/** @type {string} */ name) =>
      world.person(name, undefined, undefined, undefined, relayOnly);
    people = await Promise.all([person('Uma'), person('Vic')]);
    await Promise.all(people.map((person) => person.join(callId)));
  },
  [],
  ['--turn', turn.option],
);

test('each sees and hears the other', async () => {
  for (const person of people) {
    await person.until(
      async () => {
        const { frames, packets } = await received();
        return frames > 20 && packets > 50;
      },
      undefined,
      'picture and sound arrive',
    );
  }
});

test('all media went through the TURN server, over TCP', async () => {
  for (const person of people) {
    const ways = await person.run(async () => {
      const ways = [];
      for (const peer of spy.peers()) {
        const reports = await peer.getStats();
        const report = (/** @type {string} */ id) => /** @type {any} */ (reports).get(id);
        for (const transport of [...reports.values()].filter((it) => it.type === 'transport')) {
          const pair = report(transport.selectedCandidatePairId);
          const { candidateType, relayProtocol } = report(pair.localCandidateId);
          ways.push({ candidateType, relayProtocol, state: pair.state });
        }
      }
      return ways;
    });
    const way = { candidateType: 'relay', relayProtocol: 'tcp', state: 'succeeded' };
    assert.deepEqual(ways, [way, way], 'one connection to publish, one to receive');
  }
});

test('nothing was complained about', () => {
  assert.deepEqual(
    people.flatMap((person) => person.complaints),
    [],
  );
});
