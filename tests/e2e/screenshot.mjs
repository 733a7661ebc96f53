// Takes docs/demo.png, the picture that the README shows: two people in a call, in the demo.
import { fileURLToPath } from 'node:url';

import { World } from './support/world.mjs';

const FILE = fileURLToPath(new URL('../../docs/demo.png', import.meta.url));
const PORTRAIT = fileURLToPath(new URL('support/page/portrait.js', import.meta.url));
const SIZE = { width: 1280, height: 800 };

/** @type {Record<string, Portrait>} */
const PEOPLE = {
  'Ada Lovelace': {
    wall: '#2b4263',
    disc: '#39557d',
    coat: '#b0485f',
    skin: '#e8b998',
    hair: '#3a2a25',
  },
  'Grace Hopper': {
    wall: '#5d4d3a',
    disc: '#75634c',
    coat: '#2f6f6a',
    skin: '#c98f6b',
    hair: '#8d8781',
  },
};

const world = new World();
try {
  await world.start();
  const [ada, grace] = Object.entries(PEOPLE);
  if (!ada || !grace) throw new Error('nobody is there');
  const first = await enter(...ada);
  await enter(...grace);
  const shown = await first.until(
    () => {
      const videos = [...document.querySelectorAll('video')];
      const isLarge = videos.every(({ videoWidth }) => videoWidth >= 1280);
      return videos.length === 2 && isLarge && Math.max(...videos.map((v) => v.currentTime));
    },
    undefined,
    'both pictures are large',
  );
  await first.until(
    (shown) => [...document.querySelectorAll('video')].every((v) => v.currentTime > shown + 8),
    shown,
    'the pictures have had time to become sharp',
  );
  await first.page
    .getByRole('article', { name: /speaking/ })
    .first()
    .waitFor();
  await first.page.screenshot({ path: FILE });
  console.log(FILE);
} finally {
  await world.stop();
}

/**
 * @param {string} name
 * @param {Portrait} portrait
 */
async function enter(name, portrait) {
  const person = await world.visitor({ viewport: SIZE });
  await person.page.addInitScript((given) => {
    globalThis.portrait = given;
  }, portrait);
  await person.page.addInitScript({ path: PORTRAIT });
  await person.page.goto(world.server.url);
  await person.page.getByLabel('Your name').fill(name);
  await person.page.getByLabel('Call ID').fill('design-review');
  await person.page.getByRole('button', { name: 'Start call' }).click();
  await person.page.getByRole('article', { name: new RegExp(`^${name}`) }).waitFor();
  return person;
}
