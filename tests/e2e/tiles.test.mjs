// Tiles are hidden and shown, moved, and looked at on another display: their pictures go on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;
/** @type {import('./support/world.mjs').Person} */
let bob;
world(async (world) => {
  bob = await world.person('Bob');
  alice = await world.person('Alice');
  const callId = unique('tiles');
  for (const person of [bob, alice]) {
    await person.open(callId);
    await person.run(async (isBob) => {
      await Promise.all([call.camera.disable(), call.microphone.disable()]);
      // As large as cameras are: there are layers of 320×180 and 640×360, too.
      const target_resolution = { width: 1280, height: 720, bitrate: 1_500_000 };
      const settings_override = { video: { target_resolution } };
      await call.join({ create: true, data: { settings_override } });
      if (isBob) return call.camera.enable();
      showEverybody(call);
    }, person === bob);
  }
  await alice.until(() => document.querySelector('video'), undefined, 'there is a tile');
  await alice.run(() => {
    const [video] = document.querySelectorAll('video');
    if (video) globalThis.tile = video;
  });
  // It is known how large the picture is before the tile becomes as large.
  await alice.until(() => tile.videoWidth === 640, undefined, 'the smallest picture that fills it');
  await alice.run(async () => {
    for (let frame = 0; frame < 2; frame++) {
      await new Promise((resolve) => void requestAnimationFrame(resolve));
    }
  });
});

/** @type {Record<string, [hide: () => void, show: () => void]>} */
const WAYS = {
  'display: none': [() => void (tile.style.display = 'none'), () => void (tile.style.display = '')],
  'a place that is hidden': [
    () => tile.parentElement?.setAttribute('hidden', ''),
    () => tile.parentElement?.removeAttribute('hidden'),
  ],
  'no height': [() => void (tile.style.maxHeight = '0'), () => void (tile.style.maxHeight = '')],
  'far away': [
    () => void (tile.style.marginTop = '9000px'),
    () => void (tile.style.marginTop = ''),
  ],
  'out of the page': [() => tile.remove(), () => document.body.prepend(tile)],
};

for (const [what, width, height] of /** @type {const} */ ([
  ['as large as its picture', 640, 360],
  ['of another size', 500, 300],
])) {
  test(`a tile ${what} shows it again, however it was hidden`, async () => {
    await alice.run(
      ({ width, height }) => {
        tile.style.width = `${width}px`;
        tile.style.height = `${height}px`;
      },
      { width, height },
    );
    await alice.until(
      () => tile.videoWidth === 640,
      undefined,
      'the picture of that size is there',
    );
    for (const [way, [hide, show]] of Object.entries(WAYS)) {
      await alice.run(hide);
      await asksFor(undefined, way);
      await alice.run(show);
      await asksFor({ width, height }, way);
      await flows(way);
    }
  });
}

test('a tile goes on in another document, and is hidden and shown there', async () => {
  await alice.run(() => {
    const frame = document.createElement('iframe');
    frame.style.cssText = 'width: 700px; height: 400px';
    document.body.append(frame);
    const popup = open('about:blank', '', 'width=700,height=400');
    globalThis.places = [frame.contentDocument, popup?.document, document].map((there) => () => {
      there?.body.append(tile);
    });
  });
  for (const place of [0, 1, 2]) {
    await alice.run((place) => places[place]?.(), place);
    await flows(`moved to ${place}`);
    await alice.run(() => void (tile.style.display = 'none'));
    await asksFor(undefined, `hidden in ${place}`);
    await alice.run(() => void (tile.style.display = ''));
    await asksFor({ width: 500, height: 300 }, `shown in ${place}`);
    await flows(`shown in ${place}`);
  }
});

test('a tile asks for the px of its display, up to a limit', async () => {
  await alice.run(() => {
    Object.defineProperty(globalThis, 'devicePixelRatio', { value: 2, configurable: true });
    tile.style.width = '501px';
  });
  await asksFor({ width: 1002, height: 600 }, 'two px each way');
  await alice.until(() => tile.videoWidth === 1280, undefined, 'a larger picture comes');
  await alice.run(() => call.setMaxIncomingVideoPixelDensity(1));
  await asksFor({ width: 501, height: 300 }, 'one px');
  await alice.until(() => tile.videoWidth === 640, undefined, 'a smaller picture comes');
  await alice.run(() => call.setMaxIncomingVideoPixelDensity(undefined));
  await asksFor({ width: 1002, height: 600 }, 'without a limit');
});

test('a tile shows nothing of a camera that is off', async () => {
  const shows = (/** @type {boolean} */ on) =>
    alice.until((on) => Boolean(tile.srcObject) === on, on, `it shows something: ${on}`);
  await bob.run(() => call.camera.disable());
  await shows(false);
  await bob.run(() => call.camera.enable());
  await shows(true);
  await flows('on again');
  assert.equal(await alice.run(() => tile.paused), false);
});

/**
 * What the tile asks for.
 *
 * @param {{ width: number, height: number } | undefined} size
 * @param {string} what
 */
async function asksFor(size, what) {
  await alice.until(
    ({ width, height }) => {
      const asked = call.state.remoteParticipants[0]?.videoDimension;
      return asked?.width === width && asked?.height === height;
    },
    { width: size?.width, height: size?.height },
    `it asks for ${JSON.stringify(size)}: ${what}`,
  );
}

/** Frames arrive, and the tile plays them. */
async function flows(/** @type {string} */ what) {
  const { frames } = await alice.run(() => received());
  await alice.until(
    async (frames) => (await received()).frames > frames + 3 && tile.readyState > 2 && !tile.paused,
    frames,
    `pictures arrive: ${what}`,
  );
}
