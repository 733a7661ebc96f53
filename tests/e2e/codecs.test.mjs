// Cameras are sent in the codec that the app prefers, and the others see them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { has } from './support/browser.mjs';
import { SMALL_VIDEO, unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;
/** @type {import('./support/world.mjs').Person} */
let bob;
world(async (world) => {
  [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
});

const CODECS = /** @type {const} */ ([
  ['vp8', 'video/VP8'],
  // What a browser lacks it sends in another one, and is seen all the same.
  ['h264', has('h264') ? 'video/H264' : 'video/VP8'],
  ['vp9', 'video/VP9'],
  ['av1', 'video/AV1'],
]);

for (const [codec, mimeType] of CODECS) {
  test(`a camera is sent in ${codec} when the app prefers that`, async () => {
    const callId = unique(codec);
    await alice.join(callId);
    await bob.open(callId);
    await bob.run(
      async ({ codec, settings_override }) => {
        call.updatePublishOptions({ preferredCodec: codec });
        await call.join({ create: true, data: { settings_override } });
      },
      { codec, settings_override: SMALL_VIDEO },
    );
    await alice.until(
      async (bob) => ((await flow(bob)).camera?.units ?? 0) > 10,
      bob.id,
      'the picture arrives',
    );
    // What each end says of its own stream.
    for (const [person, type] of /** @type {const} */ ([
      [bob, 'outbound-rtp'],
      [alice, 'inbound-rtp'],
    ])) {
      const used = await person.run(async (type) => {
        /** @type {string[]} */
        const used = [];
        for (const peer of spy.peers()) {
          const reports = await peer.getStats();
          for (const report of reports.values()) {
            if (report.type !== type || report.kind !== 'video') continue;
            used.push(reports.get(report.codecId)?.mimeType);
          }
        }
        return used;
      }, type);
      assert.deepEqual([...new Set(used)], [mimeType]);
    }
    await Promise.all([alice, bob].map((person) => person.run(() => call.leave())));
  });
}

test('nothing was complained about', () => {
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});
