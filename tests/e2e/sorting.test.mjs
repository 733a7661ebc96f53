// In which order a call shows people: the core sorts, and asks the app for its own comparators.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';
import { tokenFor } from './support/server.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;

/** Users who are in the call as well, all in the same page. */
const OTHERS = ['Carol', 'Bob', 'Dave'];

world(async (world) => {
  alice = await world.person('Alice');
  const callId = unique('sorting');
  await alice.joinSilently(callId);
  await alice.run(
    async ({ app, callId, others }) => {
      for (const { user, token } of others) {
        const options = { baseURL: app.baseURL, location: 'LCL' };
        const client = await trunkline.Client.connect({
          ...{ apiKey: app.apiKey, user, token, options },
        });
        const call = client.call('default', callId);
        await Promise.all([call.camera.disable(), call.microphone.disable()]);
        await call.join();
      }
    },
    {
      app: world.app,
      callId,
      others: OTHERS.map((name) => {
        const id = unique(name);
        return { user: { id, name }, token: tokenFor(id) };
      }),
    },
  );
  await alice.until(() => call.state.participants.length === 4, undefined, 'all are in the call');
});

const names = () => alice.run(() => call.state.participants.map((p) => p.name).join());

test('the order is that of the comparator, and equals keep their places', async () => {
  const joined = await names();
  assert.equal(joined, ['Alice', ...OTHERS].join());
  await alice.run(() => call.setSortParticipantsBy(trunkline.name));
  assert.equal(await names(), 'Alice,Bob,Carol,Dave');
  await alice.run(() => call.setSortParticipantsBy(trunkline.descending(trunkline.name)));
  assert.equal(await names(), 'Dave,Carol,Bob,Alice');
  await alice.run(() => call.setSortParticipantsBy(trunkline.noopComparator()));
  assert.equal(await names(), 'Dave,Carol,Bob,Alice', 'nobody jumps');
  assert.equal(await alice.run(() => call.state.rawParticipants.map((p) => p.name).join()), joined);
  const isSame = await alice.run(() => {
    const before = call.state.participants;
    call.setSortParticipantsBy(trunkline.dominantSpeaker);
    return call.state.participants === before;
  });
  assert.ok(isSame, 'the same order is the same list');
});

test("an app's comparator is asked where ours leaves it open, and sees the participants", async () => {
  const asked = await alice.run(() => {
    /** @type {string[]} */
    const asked = [];
    const { combineComparators, role, name } = trunkline;
    const [dave] = call.state.participants;
    if (dave?.name !== 'Dave') throw new Error(`${dave?.name} is the first`);
    call.pin(dave.sessionId);
    call.setSortParticipantsBy(
      combineComparators(trunkline.pinned, role('nobody'), (a, b) => {
        const isKnown = [a, b].every((p) => call.state.rawParticipants.includes(p));
        asked.push(isKnown ? `${a.name} ${b.name}` : 'somebody else');
        return name(a, b);
      }),
    );
    const whilePinned = [...asked];
    call.unpin(dave.sessionId);
    return whilePinned;
  });
  assert.ok(asked.length > 0);
  assert.ok(!asked.includes('somebody else'));
  assert.ok(!asked.join().includes('Dave'), 'the pin has decided about him');
  assert.equal(await names(), 'Alice,Bob,Carol,Dave');
});

test("an app's comparator may throw, and may use the call", async () => {
  const before = await names();
  await alice.run(() =>
    call.setSortParticipantsBy(() => {
      throw new Error('not today');
    }),
  );
  assert.equal(await names(), before);
  assert.ok(alice.complaints.some((text) => text.includes('comparator of participants')));

  await alice.run(() => {
    const { name, descending } = trunkline;
    call.setSortParticipantsBy((a) => {
      call.pin(a.sessionId);
      call.unpin(a.sessionId);
      call.setSortParticipantsBy(descending(name));
      return call.state.participants.length * 0;
    });
  });
  assert.equal(await names(), 'Dave,Carol,Bob,Alice', 'the order that was set last');
});

test('each comparator of ours gives the order that its function gives', async () => {
  const wrong = await alice.run(async () => {
    const { combineComparators, conditional, descending, name, reactionType, role } = trunkline;
    const { withParticipantSource, dominantSpeaker, speaking, publishingAudio, pinned } = trunkline;
    const { WEBRTC_UNSPECIFIED, RTMP } = trunkline.SfuModels.ParticipantSource;
    const [first, second, third] = call.state.rawParticipants;
    if (!first || !second || !third) throw new Error('somebody is missing');
    call.pin(third.sessionId);
    const tile = document.createElement('div');
    const viewport = document.createElement('div');
    viewport.style.cssText = 'width: 0; height: 0; overflow: hidden';
    tile.style.cssText = 'width: 100px; height: 100px; margin: 100px';
    viewport.append(tile);
    document.body.append(viewport);
    call.setViewport(viewport);
    call.trackElementVisibility(tile, second.sessionId, 'videoTrack');
    while (
      call.state.findParticipantBySessionId(second.sessionId)?.viewportVisibilityState
        .videoTrack !== trunkline.VisibilityState.INVISIBLE
    ) {
      await new Promise((done) => setTimeout(done, 10));
    }
    const { defaultSortPreset, speakerLayoutSortPreset } = trunkline;
    const { paginatedLayoutSortPreset, livestreamOrAudioRoomSortPreset } = trunkline;
    const comparators = {
      ...{ name, pinned, dominantSpeaker, speaking, publishingAudio },
      ...{ defaultSortPreset, speakerLayoutSortPreset, paginatedLayoutSortPreset },
      ...{ livestreamOrAudioRoomSortPreset },
      descending: descending(combineComparators(pinned, name)),
      conditional: conditional((a, b) => a.name === 'Bob' || b.name === 'Bob')(name),
      role: combineComparators(role('host', 'user'), descending(name)),
      source: combineComparators(withParticipantSource(RTMP, WEBRTC_UNSPECIFIED), name),
      noSource: combineComparators(withParticipantSource(RTMP), name),
      reaction: combineComparators(reactionType('wave'), name),
    };
    return Object.entries(comparators).flatMap(([what, comparator]) => {
      call.setSortParticipantsBy(comparator);
      const { participants } = call.state;
      const places = participants.slice(1).map((b, at) => [participants[at], b]);
      // Whoever is shown later does not come before the one above.
      return places.every(([a, b]) => a && b && comparator(a, b) <= 0) ? [] : [what];
    });
  });
  assert.deepEqual(wrong, []);
});
