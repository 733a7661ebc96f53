// What is shown decides what is received; who is shown where; how it flows; and sound that may not play.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;
/** @type {import('./support/world.mjs').Person} */
let bob;
const everybody = world(async (world) => {
  [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  const callId = unique('rendering');
  await Promise.all([alice.join(callId), bob.join(callId)]);
  await flows(alice, 'at first');
});

test('without incoming video no picture arrives, the sound goes on, and it comes back', async () => {
  await alice.run(() => call.setIncomingVideoEnabled(false));
  await stands(alice, 'without incoming video');
  const { packets } = await alice.run(() => received());
  await alice.until(
    async (packets) => (await received()).packets > packets + 20,
    packets,
    'sound goes on',
  );
  await alice.run(() => call.setIncomingVideoEnabled(true));
  await flows(alice, 'with incoming video again');
});

test('an element that is scrolled far away receives nothing until it is near again', async () => {
  await alice.run(() => {
    const space = document.createElement('div');
    space.id = 'space';
    space.style.height = '5000px';
    document.body.prepend(space);
    scrollTo(0, 0);
  });
  await stands(alice, 'far below');
  await alice.run(() => document.querySelector('video')?.scrollIntoView());
  await flows(alice, 'in sight');
  await alice.run(() => document.querySelector('#space')?.remove());
});

test('a tile as large as its picture receives it again after it was hidden', async () => {
  const size = await alice.run(() => {
    const video = document.querySelector('video');
    return [video?.clientWidth, video?.clientHeight, video?.videoWidth, video?.videoHeight];
  });
  assert.deepEqual(size, [320, 240, 320, 240]);
  const display = (/** @type {string} */ display) =>
    alice.run((display) => {
      const video = document.querySelector('video');
      if (video) video.style.display = display;
    }, display);
  await display('none');
  await stands(alice, 'hidden');
  await display('');
  await flows(alice, 'shown again');
});

test('an element of another window shows a participant until it is unbound', async () => {
  const [during, after] = await alice.run(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const video = frame.contentDocument?.createElement('video');
    const bob = call.state.remoteParticipants[0];
    if (!video || !bob) throw new Error('there is no window, or nobody');
    frame.contentDocument?.body.append(video);
    const unbind = call.bindVideoElement(video, bob.sessionId, 'videoTrack');
    const during = video.srcObject === bob.videoStream && video.muted;
    unbind?.();
    unbind?.();
    frame.remove();
    return [during, video.srcObject];
  });
  assert.equal(during, true);
  assert.equal(after, null);
});

test('a preferred size is asked for instead of that of the tile', async () => {
  const asked = () => alice.run(() => call.state.remoteParticipants[0]?.videoDimension);
  assert.deepEqual(await asked(), { width: 320, height: 240 });
  await alice.run(() => call.setPreferredIncomingVideoResolution({ width: 64, height: 48 }));
  assert.deepEqual(await asked(), { width: 64, height: 48 });
  await alice.run(() => call.setPreferredIncomingVideoResolution(undefined));
  assert.deepEqual(await asked(), { width: 320, height: 240 });
});

test('a tile outside of the viewport says so, and its video stops', async () => {
  await alice.run(() => {
    const viewport = document.createElement('div');
    viewport.id = 'viewport';
    viewport.style.cssText = 'width: 400px; height: 300px; overflow: auto';
    const tile = document.createElement('div');
    tile.style.cssText = 'width: 300px; height: 200px';
    const rest = document.createElement('div');
    rest.style.height = '2000px';
    viewport.append(tile, rest);
    document.body.prepend(viewport);
    const sessionId = call.state.remoteParticipants[0]?.sessionId;
    if (!sessionId) throw new Error('there is nobody');
    const ends = [
      call.trackElementVisibility(tile, sessionId, 'videoTrack'),
      call.setViewport(viewport),
    ];
    globalThis.detach = () => {
      for (const end of ends) end();
      viewport.remove();
    };
  });
  const seen = (/** @type {string} */ state) =>
    alice.until(
      (state) => call.state.remoteParticipants[0]?.viewportVisibilityState.videoTrack === state,
      state,
      `the tile is ${state}`,
    );
  await seen('VISIBLE');
  await alice.run(() => document.querySelector('#viewport')?.scrollTo(0, 1000));
  await seen('INVISIBLE');
  await stands(alice, 'outside of the viewport');
  await alice.run(() => document.querySelector('#viewport')?.scrollTo(0, 0));
  await seen('VISIBLE');
  await flows(alice, 'in the viewport again');
  await alice.run(() => globalThis.detach());
  await seen('UNKNOWN');
});

test('people are shown in the order that the app wants, and a pin comes first', async () => {
  const names = () => alice.run(() => call.state.participants.map((p) => p.name).join());
  await alice.run(() => call.setSortParticipantsBy(trunkline.name));
  assert.equal(await names(), 'Alice,Bob');
  await alice.run(() => call.setSortParticipantsBy(trunkline.descending(trunkline.name)));
  assert.equal(await names(), 'Bob,Alice');
  await alice.run(() => {
    call.setSortParticipantsBy(trunkline.defaultSortPreset);
    call.pin(call.state.localParticipant?.sessionId ?? '');
  });
  assert.equal(await names(), 'Alice,Bob');
  await alice.run(() => call.unpin(call.state.localParticipant?.sessionId ?? ''));
});

test('a report tells how the media flow, while somebody watches', async () => {
  assert.equal(await alice.run(() => call.state.callStatsReport), undefined);
  const report = await alice.run(
    () =>
      new Promise((resolve) => {
        call.setStatsReportingIntervalInMs(500);
        call.startReportingStatsFor(call.state.remoteParticipants[0]?.sessionId ?? '');
        const subscription = call.state.callStatsReport$.subscribe((report) => {
          const { publisherStats, subscriberStats, subscriberAudioStats } = report ?? {};
          const flow = [publisherStats, subscriberStats, subscriberAudioStats];
          if (!report || flow.some((part) => !part?.bitrate)) return;
          resolve(JSON.parse(JSON.stringify(report)));
          queueMicrotask(() => subscription.unsubscribe());
        });
      }),
  );
  const { datacenter, publisherStats, subscriberStats, subscriberAudioStats, participants } =
    /** @type {any} */ (report);
  assert.ok(datacenter);
  assert.equal(publisherStats.codec, 'VP8');
  assert.equal(subscriberStats.highestFrameWidth, 320);
  assert.ok(subscriberStats.highestFramesPerSecond > 0);
  assert.equal(subscriberAudioStats.codec, 'opus');
  assert.ok(subscriberAudioStats.totalSamplesReceived > 0);
  const [tracks] = Object.values(participants);
  const types = tracks.map((/** @type {any} */ track) => track.trackType).sort();
  assert.deepEqual(types, [1, 2], 'sound and picture of Bob');
});

test('the SFU hears of it, too', async () => {
  await alice.until(
    () => spy.requests.some(({ url }) => url.endsWith('/SendStats')),
    undefined,
    'statistics were sent',
  );
  assert.deepEqual(
    alice.complaints.filter((line) => line.includes('media flow')),
    [],
  );
});

test('diagnostics tell the way of the media and the life of the call, and no names or tokens', async () => {
  const dump = await alice.run(async () => {
    const dump = await call.dumpDiagnostics();
    return { text: JSON.stringify(dump), ...dump, stats: undefined };
  });
  assert.deepEqual(
    dump.timeline.map(({ state }) => state),
    ['joining', 'joined'],
  );
  for (const peer of [dump.publisher, dump.subscriber]) {
    assert.equal(peer?.connectionState, 'connected');
    assert.equal(peer?.remote?.protocol, 'udp');
    assert.ok(peer.transceivers.length > 0);
  }
  assert.equal(dump.devices.camera.status, 'enabled');
  assert.match(dump.browser, /Chrom|Firefox/);
  assert.doesNotMatch(dump.text, /Alice|Bob|eyJ/);
});

test('sound that the browser does not let play is known, and plays after a click', async () => {
  await bob.run(() => {
    globalThis.mayPlay = false;
    const play = HTMLMediaElement.prototype.play;
    // The browser of the tests lets everything play.
    HTMLMediaElement.prototype.play = function () {
      if (globalThis.mayPlay || this.muted) return play.call(this);
      return Promise.reject(new DOMException('touch the page first', 'NotAllowedError'));
    };
    globalThis.detach = call.attachAudio();
  });
  await bob.until(
    () => call.blockedAudioTracker.autoplayBlocked,
    undefined,
    'the sound is blocked',
  );
  const [blocked, known] = await bob.run(() => [
    call.blockedAudioTracker.blockedSessionIds,
    call.state.remoteParticipants.map((p) => p.sessionId),
  ]);
  assert.deepEqual(blocked, known);
  await bob.run(async () => {
    globalThis.mayPlay = true;
    await call.resumeAudio();
  });
  assert.equal(await bob.run(() => call.blockedAudioTracker.autoplayBlocked), false);
  await bob.until(
    () =>
      [...document.querySelectorAll('audio')].filter((a) => a.hidden && a.currentTime > 0)
        .length === 1,
    undefined,
    'it plays',
  );
  const left = await bob.run(() => {
    globalThis.detach();
    return document.querySelectorAll('audio[hidden]').length;
  });
  assert.equal(left, 0);
});

test('the developer is told of sound that no element plays', async () => {
  const carol = await everybody.person('Carol');
  await carol.open(unique('unheard'));
  const warned = carol.page.waitForEvent('console', {
    predicate: (message) => message.text().includes('nothing plays the audioTrack of session'),
  });
  await carol.run(() => call.join({ create: true }));
  const dave = await everybody.person('Dave');
  await dave.join(await carol.run(() => call.id));
  assert.equal((await warned).type(), 'warning');
});

/** Frames go on arriving. */
async function flows(/** @type {import('./support/world.mjs').Person} */ viewer, where = '') {
  const { frames } = await viewer.run(() => received());
  await viewer.until(
    async (frames) => (await received()).frames > frames + 5,
    frames,
    `pictures arrive: ${where}`,
  );
}

/** No frame arrives for as long as a dozen would take. */
async function stands(/** @type {import('./support/world.mjs').Person} */ viewer, where = '') {
  await viewer.until(
    async () => {
      const before = (await received()).frames;
      await new Promise((resolve) => setTimeout(resolve, 800));
      return (await received()).frames === before;
    },
    undefined,
    `no picture arrives: ${where}`,
  );
}
