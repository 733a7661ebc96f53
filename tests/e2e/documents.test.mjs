// What apps get of the server's documents: copies to do with as they like, or values that cannot be
// changed. What one listener does to an event, nobody else sees.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let anna;
world(async (world) => {
  anna = await world.person('Anna');
});

test('an answer, an event and the state are not one object', async () => {
  await anna.open(unique('documents'));
  const seen = await anna.run(async () => {
    const answer = await call.getOrCreate({ data: { custom: { mine: { n: 1 } } } });
    /** @type {any} */ (answer.call.custom)['mine'].n = 'spoilt';
    const afterAnswer = call.state.custom;

    /** @type {any[]} */
    const heard = [];
    const told = new Promise((resolve) => {
      client.on('call.updated', (event) => {
        heard.push(event);
        /** @type {any} */ (event).call.custom.mine.n = 'spoilt';
        /** @type {any} */ (event).call.cid = 'spoilt';
      });
      call.on('call.updated', (event) => {
        heard.push(event);
        resolve(undefined);
      });
    });
    await call.update({ custom: { mine: { n: 2 } } });
    await told;
    return {
      afterAnswer,
      isOne: heard[0] === heard[1],
      hears: [heard[1].call.custom, heard[1].call.cid === call.cid],
      state: call.state.custom,
    };
  });
  assert.deepEqual(seen, {
    afterAnswer: { mine: { n: 1 } },
    isOne: false,
    hears: [{ mine: { n: 2 } }, true],
    state: { mine: { n: 2 } },
  });
});

test('the state stays the same object until it changes, and nobody can change it', async () => {
  const seen = await anna.run(() => {
    'use strict';
    const { custom, settings } = /** @type {any} */ (call.state);
    const failures = [
      () => (custom['mine'].n = 'spoilt'),
      () => (custom['more'] = true),
      () => (settings.audio.mic_default_on = 'spoilt'),
    ].map((edit) => {
      try {
        edit();
        return 'done';
      } catch (thrown) {
        return thrown instanceof TypeError ? 'refused' : 'failed';
      }
    });
    return { failures, custom: call.state.custom, same: call.state.custom === custom };
  });
  assert.deepEqual(seen, {
    failures: ['refused', 'refused', 'refused'],
    custom: { mine: { n: 2 } },
    same: true,
  });
});
