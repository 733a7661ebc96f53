// People in a call see and hear each other, and whoever only watches follows.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;
/** @type {import('./support/world.mjs').Person} */
let bob;
const here = world(async (world) => {
  [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
});
const callId = unique('media');

test('who only watches sees members, data and counts change, and never joins', async () => {
  await alice.join(callId);
  const carol = await here.person('Carol');
  await carol.open(callId);
  await carol.run(() => call.get());
  await carol.until(() => call.state.participantCount === 1, undefined, 'one is in the call');

  await bob.join(callId);
  await carol.until(() => call.state.participantCount === 2, undefined, 'two are in the call');
  await alice.run(() => call.update({ custom: { topic: 'boats', n: [1, null] } }));
  const custom = await carol.until(
    () => call.state.custom['topic'] !== undefined && call.state.custom,
    undefined,
    'the custom data arrives',
  );
  assert.deepEqual(custom, { topic: 'boats', n: [1, null] });

  await alice.run((user_id) => call.updateCallMembers({ update_members: [{ user_id }] }), bob.id);
  await carol.until(
    (bob) => call.state.members.some((member) => member.user_id === bob),
    bob.id,
    'the new member arrives',
  );

  const { state, open } = await carol.run(() => ({
    state: call.state.callingState,
    open: spy.open(),
  }));
  assert.equal(state, 'idle');
  assert.deepEqual([open.sfuSockets, open.peers, open.tracks], [0, 0, 0]);
  await carol.close();
});

test('each sees the other, in a picture that moves', async () => {
  for (const [viewer, other] of [
    [alice, bob],
    [bob, alice],
  ]) {
    await viewer.until(
      (other) => {
        const video = document.querySelector(`[data-user-id="${other}"] video`);
        return video instanceof HTMLVideoElement && video.videoWidth > 0 && video.currentTime > 0;
      },
      other.id,
      'the other’s picture is shown',
    );
    const { frames } = await viewer.run(() => received());
    await viewer.until(
      async (frames) => (await received()).frames > frames + 10,
      frames,
      'more frames are decoded',
    );
  }
});

test('each hears the other', async () => {
  for (const [listener, other] of [
    [alice, bob],
    [bob, alice],
  ]) {
    await listener.until(
      (other) => {
        const audio = document.querySelector(`[data-user-id="${other}"] audio`);
        return audio instanceof HTMLAudioElement && audio.currentTime > 0 && !audio.paused;
      },
      other.id,
      'the other’s sound plays',
    );
    const { packets } = await listener.run(() => received());
    await listener.until(
      async (packets) => (await received()).packets > packets + 50,
      packets,
      'more audio packets arrive',
    );
  }
});

test('who speaks is marked, and one of them is the one to look at', async () => {
  await alice.until(
    (bob) =>
      call.state.participants.some((p) => p.userId === bob && p.isSpeaking && p.audioLevel > 0),
    bob.id,
    'the other speaks',
  );
  await alice.until(() => call.state.dominantSpeaker, undefined, 'somebody is dominant');
});

test('the quality of everybody’s connection arrives', async () => {
  await alice.until(
    () => call.state.participants.filter((p) => p.connectionQuality > 0).length === 2,
    undefined,
    'both connections have a quality',
  );
});

test('a stream is the same object as long as it lasts', async () => {
  const seen = await alice.run(
    (bob) =>
      new Promise((resolve) => {
        const streams = new Set();
        let changes = 0;
        const subscription = call.state.participants$.subscribe((participants) => {
          const theirs = participants.find((p) => p.userId === bob);
          streams.add(theirs?.videoStream).add(theirs?.audioStream);
          changes += 1;
          queueMicrotask(() => {
            if (changes === 10) {
              subscription.unsubscribe();
              resolve(streams.size);
            } else if (theirs?.pin) {
              call.unpin(theirs.sessionId);
            } else {
              call.pin(theirs?.sessionId ?? '');
            }
          });
        });
      }),
    bob.id,
  );
  assert.equal(seen, 2);
});

test('muting and unmuting shows on the other side, and stops and starts what is heard', async () => {
  for (const [device, track] of /** @type {const} */ ([
    ['microphone', 1],
    ['camera', 2],
  ])) {
    const publishes = (
      /** @type {{ bob: string, track: 1 | 2, on: boolean }} */ { bob, track, on },
    ) =>
      call.state.participants.some(
        (p) => p.userId === bob && p.publishedTracks.includes(track) === on,
      );

    await bob.run((device) => call[device].disable(), device);
    await alice.until(publishes, { bob: bob.id, track, on: false }, `the ${device} is off`);
    const { tracks } = await bob.run(() => spy.open());
    assert.equal(tracks, 1, `the light of the ${device} is off`);

    await bob.run((device) => call[device].enable(), device);
    await alice.until(publishes, { bob: bob.id, track, on: true }, `the ${device} is on again`);
    const before = await alice.run(() => received());
    await alice.until(
      async ({ before, device }) => {
        const now = await received();
        return device === 'camera'
          ? now.frames > before.frames + 5
          : now.packets > before.packets + 20;
      },
      { before, device },
      `what the ${device} captures arrives again`,
    );
  }
});

test('who leaves is gone for the other, and whoever comes back is there again', async () => {
  const session = () => call.state.localParticipant?.sessionId;
  const before = await alice.run(session);
  await bob.run(() => call.leave());
  await alice.until(() => call.state.participants.length === 1, undefined, 'the other is gone');
  assert.equal(await alice.run(() => document.querySelectorAll('video').length), 0);

  await bob.run(() => call.join());
  await alice.until(
    () => [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0),
    undefined,
    'the other’s picture is shown again',
  );
  assert.equal(
    await alice.run(session),
    before,
    'nothing happened to the connection of who stayed',
  );
});

test('nothing was complained about', () => {
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});
