// What tests of the demo look for in its pages.
import assert from 'node:assert/strict';

/** @typedef {import('./world.mjs').Person} Person */

/** @param {Person} person */
export const tiles = (person) => person.page.getByTestId('tile');
/**
 * @param {Person} person
 * @param {string} name
 */
export const button = (person, name) => person.page.getByRole('button', { name, exact: true });

/**
 * Waits until a picture moves in a person's page.
 *
 * @param {Person} person
 * @param {string} place selects what holds the `<video>`
 */
export async function picture(person, place) {
  await person.until(
    (place) => {
      const video = document.querySelector(`${place} video`);
      return video instanceof HTMLVideoElement && video.videoWidth > 0 && video.currentTime > 0.5;
    },
    place,
    `a picture moves in ${place}`,
  );
}

/** @param {Person} person */
export async function checkAccessibility({ page }) {
  const tree = await page.locator('body').ariaSnapshot();
  const nameless = /^\s*- (button|link|textbox|dialog|img|article)(?! ")/m;
  assert.doesNotMatch(tree, nameless, 'every control has a name');
  const width = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  assert.ok(width.page <= width.window, `${width.page} px in a window of ${width.window}`);
}
