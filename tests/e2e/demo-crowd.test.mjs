// A call of the demo with many in it: pages of tiles, and a list that has only rows in sight.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { button, checkAccessibility, tiles } from './support/demo.mjs';
import { end } from './support/processes.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

const CROWD = 60;
const EVERYBODY = CROWD + 1;

/** @type {Person} */
let ada;
/** @type {import('node:child_process').ChildProcess} */
let crowd;
const here = world(async () => {
  const callId = unique('demo');
  crowd = await here.server.crowd(callId, { participants: CROWD, speakers: 2, media: 1 });
  ada = await here.visitor(
    { viewport: { width: 1280, height: 800 } },
    `${here.server.url}/?call=${callId}`,
  );
  await ada.page.getByLabel('Your name').fill('Ada');
  await button(ada, 'Join call').click();
});
after(() => end(crowd));

/** The users whose tiles are shown, which come with a few frames; so many. */
async function shown(/** @type {number} */ count) {
  await ada.until(
    (count) => document.querySelectorAll('.tile').length === count,
    count,
    `${count} tiles`,
  );
  return tiles(ada).evaluateAll((all) => all.map((tile) => tile.dataset['userId'] ?? ''));
}

test('a crowd is shown in pages, through which everybody can be seen', async () => {
  await ada.page.getByText('Page 1 of 3').waitFor();
  assert.ok(await button(ada, 'Previous page').isDisabled());
  await checkAccessibility(ada);
  const seen = new Set(await shown(24));
  /** @type {[string, number][]} */
  const others = [
    ['Page 2 of 3', 24],
    ['Page 3 of 3', EVERYBODY - 48],
  ];
  for (const [page, count] of others) {
    await button(ada, 'Next page').click();
    await ada.page.getByText(page).waitFor();
    for (const user of await shown(count)) seen.add(user);
  }
  assert.equal(seen.size, EVERYBODY);
  // Whoever goes through the pages with the keyboard is still among the buttons.
  assert.equal(await ada.run(() => document.activeElement?.ariaLabel), 'Previous page');
});

test('a small window has smaller pages', async () => {
  await ada.page.setViewportSize({ width: 390, height: 844 });
  await ada.until(
    () => {
      const all = [...document.querySelectorAll('.tile')];
      const grid = document.querySelector('.grid');
      const isWhole = grid !== null && grid.scrollHeight <= grid.clientHeight;
      return isWhole && all.length < 12 && all.every((tile) => tile.clientWidth >= 96);
    },
    undefined,
    'every tile of the page is in sight',
  );
  await checkAccessibility(ada);
  await ada.page.setViewportSize({ width: 1280, height: 800 });
  await ada.page.getByText('of 3').waitFor();
});

test('the list has only the rows in sight, and everybody in it', async () => {
  await button(ada, 'Participants').click();
  await ada.page.getByRole('heading', { name: `In the call (${EVERYBODY})` }).waitFor();
  const rows = ada.page.getByTestId('participants').getByRole('listitem');
  const seen = new Set();
  for (;;) {
    const known = seen.size;
    const names = await rows.evaluateAll((all) =>
      all.map((row) => row.getAttribute('data-user-id')),
    );
    assert.ok(names.length < 40, `${names.length} rows`);
    for (const name of names) seen.add(name);
    if (seen.size === EVERYBODY) break;
    assert.ok(seen.size > known, 'scrolling shows others');
    await rows.last().scrollIntoViewIfNeeded();
    await ada.until(
      (last) =>
        document.querySelector('#participants li:last-child')?.getAttribute('data-user-id') !==
        last,
      names.at(-1),
      'further rows are there',
    );
  }
});

test('when most have left, there are no pages any more', async () => {
  await end(crowd);
  await ada.page.getByText('Nobody else is here yet.').waitFor();
  await ada.page.getByRole('navigation', { name: 'Pages of participants' }).waitFor({
    state: 'hidden',
  });
  assert.equal((await shown(1)).length, 1);
});
