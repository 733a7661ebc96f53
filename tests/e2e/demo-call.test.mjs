// What people do in a call of the demo: share, choose devices, arrange tiles, react, moderate.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SHARED_SCREEN, THREE_CAMERAS } from './support/browser.mjs';
import { button, checkAccessibility } from './support/demo.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

/** @type {Person} */
let ada;
/** @type {Person} */
let bob;
/** @type {Person} */
let cleo;
const here = world(async () => {
  ada = await enter('Ada');
  // Who made the call moderates it; the others come by its link.
  const link = ada.page.url();
  bob = await enter('Bob', link);
  cleo = await enter('Cleo', link, PHONE);
}, [THREE_CAMERAS, SHARED_SCREEN]);
const PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36',
};

/**
 * @param {string} name
 * @param {string} [link]
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function enter(name, link, options = { viewport: { width: 1280, height: 800 } }) {
  const person = await here.visitor(options, link);
  await person.page.getByLabel('Your name').fill(name);
  if (!link) await person.page.getByLabel('Call ID').fill(unique('demo'));
  await button(person, link ? 'Join call' : 'Start call').click();
  await tile(person, `${name} (you)`).waitFor();
  return person;
}

/**
 * @param {Person} person
 * @param {string} label begins with this
 */
function tile(person, label) {
  const escaped = label.replace(/[()]/g, '\\$&');
  return person.page.getByRole('article', { name: new RegExp(`^${escaped}`) });
}

/**
 * Waits until one tile is large and all others are small.
 *
 * @param {Person} person
 * @param {string} label begins with this
 */
async function isLarge(person, label) {
  await person.until(
    (label) => {
      const shown = [...document.querySelectorAll('article')].filter((tile) => !tile.hidden);
      const areas = shown.map((tile) => tile.clientWidth * tile.clientHeight);
      const at = shown.findIndex((tile) => tile.ariaLabel?.startsWith(label));
      const others = areas.filter((_, index) => index !== at);
      return (areas[at] ?? 0) > 4 * Math.max(...others);
    },
    label,
    `${label} is large`,
  );
}

/** @param {Person} person */
async function isGrid(person) {
  await person.until(
    () => {
      const shown = [...document.querySelectorAll('article')];
      const areas = new Set(shown.map((tile) => tile.clientWidth * tile.clientHeight));
      return shown.length === 3 && areas.size === 1 && !areas.has(0);
    },
    undefined,
    'all tiles are alike',
  );
}

/**
 * Chooses from a menu.
 *
 * @param {Person} person
 * @param {string} menu
 * @param {string} item
 */
async function choose(person, menu, item) {
  await button(person, menu).click();
  const opened = person.page.getByRole('menu', { name: menu });
  const found = opened.locator('.menu-item').filter({ hasText: new RegExp(`^${item}$`) });
  await found.click();
  await opened.waitFor({ state: 'detached' });
}

test('a shared screen is shown large to the others, until it ends', async () => {
  await button(bob, 'Share screen').click();
  await isLarge(ada, 'Bob’s screen');
  await isLarge(cleo, 'Bob’s screen');
  // There is no room for Cleo herself on her phone.
  await cleo.page.getByText('and 1 more').waitFor();
  await tile(cleo, 'Cleo (you)').waitFor({ state: 'hidden' });
  await bob.page.getByText('Everybody sees your screen.').waitFor();
  await isGrid(bob);
  for (const person of [ada, bob, cleo]) await checkAccessibility(person);
  await bob.page.getByRole('button', { name: 'Stop sharing', exact: true }).click();
  await isGrid(ada);
  assert.equal(await button(bob, 'Share screen').getAttribute('aria-pressed'), 'false');
});

test('the grid can be kept, and whoever speaks be large', async () => {
  await choose(ada, 'Layout', 'Speaker');
  await ada.until(
    () => {
      const sizes = [...document.querySelectorAll('article')].map((tile) => tile.clientHeight);
      return Math.max(...sizes) > 2 * Math.min(...sizes);
    },
    undefined,
    'one is large',
  );
  // Nobody looks at themselves.
  const largest = await ada.run(() => {
    const tiles = [...document.querySelectorAll('article')];
    return tiles.sort((a, b) => b.clientHeight - a.clientHeight)[0]?.ariaLabel ?? '';
  });
  assert.doesNotMatch(largest, /^Ada/);

  await choose(ada, 'Layout', 'Grid');
  await isGrid(ada);
  await button(bob, 'Share screen').click();
  await tile(ada, 'Bob’s screen').waitFor();
  await ada.until(
    () => new Set([...document.querySelectorAll('article')].map((t) => t.clientWidth)).size === 1,
    undefined,
    'the screen is one tile of four',
  );
  await choose(ada, 'Layout', 'Automatic');
  await isLarge(ada, 'Bob’s screen');
  await button(bob, 'Share screen').click();
  await isGrid(ada);
});

test('a pin makes somebody large in this page, or in everybody’s', async () => {
  await choose(bob, 'Options for Cleo', 'Pin');
  await isLarge(bob, 'Cleo');
  await tile(bob, 'Cleo').getByRole('img', { name: 'Pinned' }).waitFor();
  await isGrid(ada);
  await choose(bob, 'Options for Cleo', 'Unpin');
  await isGrid(bob);

  await choose(ada, 'Options for Bob', 'Pin for everyone');
  await isLarge(ada, 'Bob');
  await isLarge(cleo, 'Bob');
  await choose(ada, 'Options for Bob', 'Unpin for everyone');
  await isGrid(ada);
  await isGrid(bob);
});

test('only who moderates can mute and remove', async () => {
  await button(bob, 'Options for Ada').click();
  const items = await bob.page.getByRole('menu').getByRole('menuitem').allTextContents();
  assert.deepEqual(items, ['Pin']);
  await bob.page.keyboard.press('Escape');
  await bob.page.getByRole('menu').waitFor({ state: 'detached' });
  assert.equal(
    await bob.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
    'Options for Ada',
  );

  await choose(ada, 'Options for Bob', 'Mute');
  await tile(bob, 'Bob (you), muted').waitFor();
  await choose(ada, 'Options for Bob', 'Turn camera off');
  await tile(ada, 'Bob, muted, camera off').waitFor();
  await button(bob, 'Camera').click();
  await button(bob, 'Microphone').click();
  await tile(ada, 'Bob, muted').waitFor({ state: 'hidden' });
});

test('the menus of devices show what is used, and change it', async () => {
  await choose(ada, 'Camera settings', 'fake_device_2');
  await ada.until(
    async () => {
      const video = document.querySelector('[data-testid=tile] video');
      const stream = video instanceof HTMLVideoElement ? video.srcObject : undefined;
      return stream instanceof MediaStream && stream.getVideoTracks()[0]?.label === 'fake_device_2';
    },
    undefined,
    'the other camera is used',
  );
  await button(ada, 'Camera settings').click();
  const used = ada.page.getByRole('menuitemradio', { checked: true });
  assert.deepEqual(await used.allTextContents(), ['fake_device_2']);
  await ada.page.keyboard.press('ArrowUp');
  await ada.page.keyboard.press('ArrowUp');
  await ada.page.keyboard.press('Enter');
  await ada.until(
    () => {
      const video = document.querySelector('[data-testid=tile] video');
      const stream = video instanceof HTMLVideoElement ? video.srcObject : undefined;
      return stream instanceof MediaStream && stream.getVideoTracks()[0]?.label === 'fake_device_0';
    },
    undefined,
    'the first camera is used again',
  );

  await choose(ada, 'Microphone and speaker settings', 'Fake Audio Output 2');
  await ada.until(
    () => [...document.querySelectorAll('audio')].every(({ sinkId }) => sinkId !== ''),
    undefined,
    'everybody is heard elsewhere',
  );
  await button(ada, 'Microphone and speaker settings').click();
  await ada.page.getByRole('group', { name: 'Speaker' }).waitFor();
  assert.deepEqual(await used.allTextContents(), ['System default', 'Fake Audio Output 2']);
  await checkAccessibility(ada);
  await ada.page.keyboard.press('Escape');
});

test('a phone can look the other way', async () => {
  const facing = () =>
    cleo.run(() => {
      const video = document.querySelector('[data-testid=tile][aria-label^=Cleo] video');
      const stream = video instanceof HTMLVideoElement ? video.srcObject : undefined;
      return stream instanceof MediaStream && stream.getVideoTracks()[0]?.id;
    });
  const before = await facing();
  await choose(cleo, 'Camera settings', 'Flip camera');
  await cleo.until(
    (before) => {
      const video = document.querySelector('[data-testid=tile][aria-label^=Cleo] video');
      const stream = video instanceof HTMLVideoElement ? video.srcObject : undefined;
      const track = stream instanceof MediaStream && stream.getVideoTracks()[0];
      return track && track.id !== before && track.readyState === 'live';
    },
    before,
    'another capture takes the place of the first',
  );
  await button(ada, 'Camera settings').click();
  assert.equal(await ada.page.getByRole('menuitem', { name: 'Flip camera' }).count(), 0);
  await ada.page.keyboard.press('Escape');
});

test('whoever speaks while muted is told, and can talk by holding the space bar', async () => {
  await button(ada, 'Microphone').click();
  await tile(bob, 'Ada, muted').waitFor();
  // The browser's fake microphone beeps.
  await ada.page.getByText('You are muted.').waitFor();
  const { keyboard } = ada.page;
  await ada.page.getByRole('heading', { level: 1 }).focus();
  await keyboard.down('Space');
  await tile(bob, 'Ada, muted').waitFor({ state: 'hidden' });
  await ada.page.getByText('You are muted.').waitFor({ state: 'hidden' });
  await keyboard.up('Space');
  await tile(bob, 'Ada, muted').waitFor();

  // On a button the space bar presses that button.
  await button(ada, 'Microphone').focus();
  await keyboard.press('Space');
  await tile(bob, 'Ada, muted').waitFor({ state: 'hidden' });
  assert.equal(await button(ada, 'Microphone').getAttribute('aria-pressed'), 'true');
});

test('a reaction passes, and a raised hand stays until it is lowered', async () => {
  await button(bob, 'Raise hand').click();
  await tile(ada, 'Bob').getByRole('img', { name: 'Hand raised' }).waitFor();
  await choose(bob, 'React', 'Heart');
  await ada.page.getByRole('article', { name: /^Bob.*, heart$/ }).waitFor();
  await ada.page.getByRole('article', { name: /^Bob.*, heart$/ }).waitFor({ state: 'hidden' });
  await tile(ada, 'Bob').getByRole('img', { name: 'Hand raised' }).waitFor();
  assert.equal(await button(bob, 'Raise hand').getAttribute('aria-pressed'), 'true');
  await button(bob, 'Raise hand').click();
  await tile(ada, 'Bob').getByRole('img', { name: 'Hand raised' }).waitFor({ state: 'hidden' });
});

test('statistics are drawn over time, and measured only while they are shown', async () => {
  await button(ada, 'Statistics').click();
  const panel = ada.page.getByRole('complementary', { name: 'Statistics' });
  await panel.waitFor();
  for (const [title, unit] of [
    ['Bitrate', 'kbit/s'],
    ['Frame rate', 'frames/s'],
    ['Packet loss', '%'],
    ['Round trip', 'ms'],
    ['Jitter', 'ms'],
  ]) {
    const measured = new RegExp(`^${title}: [\\d.]+ ${unit} sent, [\\d.]+ ${unit} received$`);
    await panel.getByRole('img', { name: measured }).waitFor();
  }
  await ada.until(
    () => {
      const [sent, received] = document.querySelectorAll('.stats-plot path');
      const points = (/** @type {Element | undefined} */ path) =>
        path?.getAttribute('d')?.match(/L/g)?.length ?? 0;
      return points(sent) >= 2 && points(received) >= 2;
    },
    undefined,
    'both lines grow',
  );
  await panel
    .getByText(/^\d+ × \d+, VP8$/)
    .first()
    .waitFor();
  await checkAccessibility(ada);

  await button(ada, 'Participants').click();
  await panel.waitFor({ state: 'hidden' });
  await button(ada, 'Statistics').click();
  await ada.page.getByRole('complementary', { name: /^In the call/ }).waitFor({ state: 'hidden' });
  await ada.page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  assert.equal(
    await ada.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
    'Statistics',
  );
});

test('sound that the browser blocks is turned on with a click', async () => {
  const { page } = bob;
  await button(bob, 'Leave').click();
  await page.getByRole('heading', { name: 'You left the call' }).waitFor();
  // Whoever came this far has clicked, so that Chromium blocks nothing any more.
  await bob.run(() => {
    globalThis.mayPlay = false;
    const play = HTMLAudioElement.prototype.play;
    HTMLAudioElement.prototype.play = function () {
      if (globalThis.mayPlay) return play.call(this);
      return Promise.reject(new DOMException('touch the page first', 'NotAllowedError'));
    };
  });
  await button(bob, 'Join again').click();
  await tile(bob, 'Ada').waitFor();
  const blocked = page.getByTestId('blocked-sound');
  await blocked.waitFor();
  await checkAccessibility(bob);
  await bob.run(() => {
    globalThis.mayPlay = true;
  });
  await button(bob, 'Turn sound on').click();
  await blocked.waitFor({ state: 'hidden' });
});

test('a phone shows its tiles and controls, large enough for fingers', async () => {
  await checkAccessibility(cleo);
  for (const name of ['React', 'Raise hand', 'Layout', 'Camera', 'Leave']) {
    const box = await button(cleo, name).boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, name);
    assert.ok(box.width >= 44 && box.height >= 44, `${name} can be hit with a finger`);
  }
});

test('whoever is removed is told so', async () => {
  await choose(ada, 'Options for Cleo', 'Remove from the call');
  const dialog = ada.page.getByRole('dialog', { name: 'Remove Cleo from the call?' });
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await cleo.page.getByRole('heading', { name: 'You were removed from the call' }).waitFor();
  await tile(ada, 'Cleo').waitFor({ state: 'detached' });
  assert.equal(await cleo.run(() => spy.open().tracks), 0);
});

test('nothing was complained about', () => {
  assert.deepEqual([...ada.complaints, ...bob.complaints, ...cleo.complaints], []);
});
