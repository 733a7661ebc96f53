// How fast a picture follows the size of its tile, and what four people in a call cost.
import { unique, World } from './support/world.mjs';

const ROUNDS = 10;
const PEOPLE = 4;
/** How long the costs are looked at, in ms. */
const SPAN = 10_000;

const [SMALL, LARGE] = ['160px', '1280px'];

const world = new World();
try {
  await world.start();
  await layers();
  await costs();
} finally {
  await world.stop();
}

/** From the moment a tile grows or shrinks to the first picture of the other layer. */
async function layers() {
  const callId = unique('layers');
  const [sender, viewer] = await Promise.all([world.person('Anna'), world.person('Ben')]);
  await sender.open(callId);
  await sender.run(async () => {
    await call.join({
      create: true,
      data: {
        settings_override: {
          video: { target_resolution: { width: 1280, height: 720, bitrate: 1_500_000 } },
        },
      },
    });
    await call.camera.enable();
  });
  await viewer.open(callId);
  await viewer.run(async () => {
    await call.camera.disable();
    await call.microphone.disable();
    showEverybody(call);
    await call.join();
  });
  await resize(viewer, LARGE);

  const [up, down] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let round = 0; round < ROUNDS; round += 1) {
    down.push(await resize(viewer, SMALL));
    up.push(await resize(viewer, LARGE));
  }
  console.log(`ms, ${ROUNDS} times on loopback, 15 frames/s    median     min     max`);
  row('tile grows → picture of the high layer', up);
  row('tile shrinks → picture of the low layer', down);
  await Promise.all([sender.close(), viewer.close()]);
}

/**
 * @param {import('./support/world.mjs').Person} viewer
 * @param {string} width
 */
function resize(viewer, width) {
  return viewer.until(
    async (width) => {
      const video = document.querySelector('video');
      if (!video) return 0;
      const started = performance.now();
      Object.assign(video.style, { width, height: `${(parseInt(width, 10) * 9) / 16}px` });
      const isMeant = (/** @type {number} */ px) => (width === '1280px' ? px >= 1280 : px <= 320);
      for (;;) {
        const { width: px } = await new Promise((resolve) =>
          video.requestVideoFrameCallback((_now, frame) => resolve(frame)),
        );
        if (isMeant(px)) return performance.now() - started;
      }
    },
    width,
    `the picture fits a tile of ${width}`,
  );
}

async function costs() {
  const callId = unique('costs');
  const people = [];
  for (let number = 1; number <= PEOPLE; number += 1) {
    const person = await world.person(`Person-${number}`);
    await person.join(callId);
    people.push(person);
  }
  const others = 2 * (PEOPLE - 1);
  for (const person of people) {
    await person.until(
      (tracks) => {
        const published = call.state.remoteParticipants.flatMap((p) => p.publishedTracks);
        return published.length === tracks;
      },
      others,
      'everybody sends',
    );
  }
  const before = [world.server.cpuSeconds(), await world.pageSeconds()];
  const started = performance.now();
  await people[0]?.page.waitForTimeout(SPAN);
  const seconds = (performance.now() - started) / 1_000;
  const after = [world.server.cpuSeconds(), await world.pageSeconds()];
  const [server = NaN, pages = NaN] = after.map((now, place) => now - (before[place] ?? NaN));
  const percent = (/** @type {number} */ used) =>
    `${((100 * used) / seconds).toFixed(1)} % of a core`;
  console.log(`${PEOPLE} people, 320×240, each sees and hears all others`);
  console.log(`server: ${percent(server)}`);
  console.log(`page: ${percent(pages / PEOPLE)} on average, capturing and encoding included`);
}

/**
 * @param {string} label
 * @param {number[]} figures
 */
function row(label, figures) {
  const all = [...figures].sort((a, b) => a - b);
  const median = ((all[ROUNDS / 2 - 1] ?? NaN) + (all[ROUNDS / 2] ?? NaN)) / 2;
  const cells = [median, all[0] ?? NaN, all.at(-1) ?? NaN];
  console.log(label.padEnd(44) + cells.map((ms) => ms.toFixed(0).padStart(8)).join(''));
}
