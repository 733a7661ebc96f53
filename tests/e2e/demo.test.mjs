// The demo, clicked and typed through as people do it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { button, checkAccessibility, picture, tiles } from './support/demo.mjs';
import { unique, world } from './support/world.mjs';

/** @typedef {import('./support/world.mjs').Person} Person */

const here = world();
/** @type {Person} */
let ada;
/** @type {Person} */
let bob;
let link = '';

test('the lobby shows the camera, asks for a name, and starts a call', async () => {
  ada = await here.visitor({ viewport: { width: 1280, height: 800 } });
  await picture(ada, '[data-testid=lobby-preview]');
  await checkAccessibility(ada);
  await button(ada, 'Start call').click();
  await ada.page.getByRole('alert').filter({ hasText: 'Enter a name' }).waitFor();
  await ada.page.getByLabel('Call ID').fill('no spaces, please');
  await ada.page.getByLabel('Your name').fill('Ada');
  await ada.page.getByRole('alert').filter({ hasText: 'letters, digits' }).waitFor();
  await ada.page.getByLabel('Call ID').fill(unique('demo'));
  await button(ada, 'Start call').click();
  await ada.page.getByRole('article', { name: /^Ada \(you\)/ }).waitFor();
  await picture(ada, '[data-testid=tile]');
  await ada.page.getByText('Nobody else is here yet.').waitFor();
  await checkAccessibility(ada);
});

test('the invite link brings somebody else in, and each sees the other', async () => {
  await button(ada, 'Copy invite link').first().click();
  await ada.page.getByText('Invite link copied').first().waitFor();
  link = await ada.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(new URL(link).origin, here.server.url);

  bob = await here.visitor({}, link);
  await bob.page.getByRole('heading', { name: 'You are invited to a call' }).waitFor();
  await picture(bob, '[data-testid=lobby-preview]');
  await bob.page.getByLabel('Your name').fill('Bob');
  await button(bob, 'Join call').click();
  await ada.page.getByRole('article', { name: /^Bob/ }).waitFor();
  await bob.page.getByRole('article', { name: /^Ada/ }).waitFor();
  await picture(ada, '[data-testid=tile]:nth-of-type(2)');
  await picture(bob, '[data-testid=tile]:nth-of-type(1)');
  await picture(bob, '[data-testid=tile]:nth-of-type(2)');
  await ada.page.getByText('Nobody else is here yet.').waitFor({ state: 'hidden' });
});

test('who speaks is marked', async () => {
  await ada.page.getByRole('article', { name: /^Bob.* speaking/ }).waitFor();
});

test('muting and turning the camera off show for the others', async () => {
  await button(bob, 'Microphone').click();
  await button(bob, 'Camera').click();
  await ada.page.getByRole('article', { name: 'Bob, muted, camera off' }).waitFor();
  await bob.page.getByRole('article', { name: 'Bob (you), muted, camera off' }).waitFor();
  assert.equal(await button(bob, 'Microphone').getAttribute('aria-pressed'), 'false');

  await button(ada, 'Participants').click();
  const list = ada.page.getByRole('complementary', { name: 'In the call (2)' });
  const row = list.getByRole('listitem').filter({ hasText: 'Bob' });
  await row.getByRole('img', { name: 'Microphone off' }).waitFor();
  await row.getByRole('img', { name: 'Camera off' }).waitFor();
  await checkAccessibility(ada);

  await button(bob, 'Microphone').click();
  await button(bob, 'Camera').click();
  await row.getByRole('img', { name: 'Microphone on' }).waitFor();
  await row.getByRole('img', { name: 'Camera on' }).waitFor();
  await button(ada, 'Close the list of participants').click();
  await list.waitFor({ state: 'hidden' });
  await picture(ada, '[data-testid=tile]:nth-of-type(2)');
});

test('a lost connection is told, and made again', async () => {
  await here.server.crash(async () => {
    await ada.page.getByText('Connection lost. Reconnecting…').waitFor();
  });
  await ada.page.getByTestId('banner').waitFor({ state: 'hidden' });
  await bob.page.getByTestId('banner').waitFor({ state: 'hidden' });
  for (const person of [ada, bob]) {
    await person.until(
      () =>
        [...document.querySelectorAll('[data-testid=tile] video')].filter(
          (video) => video instanceof HTMLVideoElement && video.videoWidth > 0,
        ).length === 2 && document.querySelectorAll('[data-testid=tile]').length === 2,
      undefined,
      'both pictures are back',
    );
  }
});

test('who leaves can come back, and the others see both', async () => {
  await button(bob, 'Leave').click();
  await bob.page.getByRole('heading', { name: 'You left the call' }).waitFor();
  await checkAccessibility(bob);
  await ada.page.getByText('Nobody else is here yet.').waitFor();
  assert.equal(await bob.run(() => spy.open().tracks), 0);
  await button(bob, 'Join again').click();
  await ada.page.getByRole('article', { name: /^Bob/ }).waitFor();
  await picture(ada, '[data-testid=tile]:nth-of-type(2)');
});

test('the call is ended for everyone, and nobody comes back in', async () => {
  await button(ada, 'End call for everyone').click();
  const dialog = ada.page.getByRole('dialog', { name: 'End the call for everyone?' });
  await dialog.waitFor();
  await checkAccessibility(ada);
  await dialog.getByRole('button', { name: 'End call' }).click();
  await ada.page.getByText('You ended it for everyone.').waitFor();
  await bob.page.getByText('Ada ended it for everyone.').waitFor();
  for (const person of [ada, bob]) assert.equal(await person.run(() => spy.open().tracks), 0);

  await bob.page.goto(link);
  await button(bob, 'Join call').click();
  await bob.page.getByRole('heading', { name: 'The call has ended' }).waitFor();
  await button(bob, 'New call').click();
  await bob.page.getByRole('heading', { name: 'Start a video call' }).waitFor();
});

test('a call that does not exist is told, and can be created', async () => {
  await bob.page.goto(`${here.server.url}/?call=${unique('nobody')}`);
  await button(bob, 'Join call').click();
  await bob.page.getByRole('heading', { name: 'Call not found' }).waitFor();
  await checkAccessibility(bob);
  await button(bob, 'Create it').click();
  await bob.page.getByRole('article', { name: /^Bob/ }).waitFor();
});

test('a page that may not use the devices says what to do', async () => {
  const eve = await here.visitor({ permissions: [] });
  for (const device of ['camera', 'microphone']) {
    const message = `This page may not use your ${device}. Allow it in the browser’s address bar`;
    await eve.page.getByRole('alert').filter({ hasText: message }).waitFor();
  }
  await eve.page.getByText('Your camera is off').waitFor();
  assert.deepEqual(eve.complaints, []);
  await checkAccessibility(eve);
  await eve.close();
});

test('the keyboard alone is enough', async () => {
  const { page } = await here.visitor();
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  /** @param {string} testId */
  const tabTo = async (testId) => {
    for (let steps = 0; (await focused()) !== testId; steps += 1) {
      assert.ok(steps < 30, `Tab does not lead to ${testId}`);
      await keyboard.press('Tab');
    }
  };
  await page.getByRole('heading', { name: 'Start a video call' }).waitFor();
  await tabTo('name');
  await keyboard.type('Kay');
  await tabTo('call-id');
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type(unique('keys'));
  await keyboard.press('Enter');
  await page.getByRole('article', { name: /^Kay/ }).waitFor();

  await tabTo('mic');
  await keyboard.press('Space');
  await page.getByRole('article', { name: /muted/ }).waitFor();
  await keyboard.press('m');
  await page.getByRole('article', { name: /muted/ }).waitFor({ state: 'hidden' });
  await keyboard.press('v');
  await page.getByRole('article', { name: /camera off/ }).waitFor();

  await tabTo('participants-toggle');
  await keyboard.press('Enter');
  await page.getByRole('complementary').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('complementary').waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'participants-toggle');

  await tabTo('end');
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await focused(), 'end');

  await tabTo('leave');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'You left the call' }).waitFor();
  await page.context().close();
});

test('a phone has room for everything', async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const pat = await here.visitor(phone);
  await checkAccessibility(pat);
  await pat.page
    .getByLabel('Your name')
    .fill('Pat, who has a name as long as the field lets one have, or so');
  await button(pat, 'Start call').tap();
  await tiles(pat).waitFor();
  await checkAccessibility(pat);
  for (const name of ['Microphone', 'Camera', 'Participants', 'End call for everyone', 'Leave']) {
    const box = await button(pat, name).boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, name);
    assert.ok(box.width >= 44 && box.height >= 44, `${name} can be hit with a finger`);
  }
  await button(pat, 'Participants').tap();
  await pat.page.getByRole('complementary').waitFor();
  await checkAccessibility(pat);
  await button(pat, 'Close the list of participants').tap();
  await button(pat, 'End call for everyone').tap();
  await pat.page.getByRole('dialog').waitFor();
  await checkAccessibility(pat);
  await button(pat, 'End call').tap();
  await pat.page.getByRole('heading', { name: 'The call has ended' }).waitFor();
  await checkAccessibility(pat);
  assert.deepEqual(pat.complaints, []);
});

test('nothing was complained about that the tests did not bring about', () => {
  // The server was away, and a call was asked for that does not exist.
  const expected = /ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|status of 404/;
  for (const { complaints } of [ada, bob]) {
    assert.deepEqual(
      complaints.filter((text) => !expected.test(text)),
      [],
    );
  }
});
