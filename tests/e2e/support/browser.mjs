// The real browser, with a camera and a microphone that need nobody in front of them.
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { chromium, firefox } from 'playwright-core';

import { end, start } from './processes.mjs';

/** Which browser the suite runs in. */
export const BROWSER = process.env['TRUNKLINE_BROWSER'] ?? 'chromium';

/**
 * What not every browser can do, and some tests need: garbage collected when a page says so; the
 * sound of a shared screen; fake devices that are more than one of a kind, with loudspeakers;
 * events that a page dispatches at a track heard by the track's listeners; sound processed on a
 * machine without a sound card; H.264 without a plug-in from the network; layers inside one stream; a
 * switch that takes UDP away from pages.
 *
 * @typedef {'gc' | 'screenSound' | 'moreDevices' | 'fakeEvents' | 'webAudio' | 'h264' | 'svc' | 'ipPolicy'} Ability
 */
/** @type {Record<string, readonly Ability[]>} */
const MISSING = {
  firefox: [
    'gc',
    'screenSound',
    'moreDevices',
    'fakeEvents',
    'webAudio',
    'h264',
    'svc',
    'ipPolicy',
  ],
};

/** @param {Ability} ability */
export function has(ability) {
  return !MISSING[BROWSER]?.includes(ability);
}

/**
 * A test that is there only if the browser has what it needs.
 *
 * @param {Ability} ability
 * @param {string} name
 * @param {() => Promise<void>} run
 */
export function testWith(ability, name, run) {
  if (has(ability)) test(name, run);
}

/** @param {readonly string[]} [args] more switches of Chromium; the last of a kind counts */
export function launch(args = []) {
  return BROWSER === 'firefox' ? launchFirefox() : launchChromium(args);
}

/**
 * Over WebDriver BiDi, which any Firefox speaks. On a screen that nobody sees, as Firefox has none to
 * share otherwise.
 */
async function launchFirefox() {
  const { display, stop } = await openScreen();
  try {
    const browser = await firefox.launch({
      channel: 'moz-firefox',
      executablePath: find('firefox-esr'),
      headless: false,
      env: { ...process.env, DISPLAY: display },
      firefoxUserPrefs: FIREFOX_PREFERENCES,
    });
    browser.once('disconnected', () => void stop());
    return browser;
  } catch (error) {
    await stop();
    throw error;
  }
}

const FIREFOX_PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // ms that a page may ask for a screen after it was touched, which no test does.
  'dom.user_activation.transient.timeout': 600_000,
  // Pages wait for their devices until somebody looks at them, otherwise; only one can be in front.
  'media.devices.unfocused.enabled': true,
  // Loopback is no way to a server, otherwise; and all ways but the one to the internet are kept
  // from pages that may not use a device.
  'media.peerconnection.ice.loopback': true,
  'permissions.default.camera': 1,
  'permissions.default.microphone': 1,
};

/** Starts an X server that draws into memory, on a number that is free. */
async function openScreen() {
  const server = start(find('Xvfb'), [
    ...['-displayfd', '1', '-screen', '0', '1280x720x24', '-nolisten', 'tcp'],
  ]);
  const stop = () => end(server);
  let number = '';
  for await (const text of server.stdout ?? []) {
    number += text;
    if (number.includes('\n')) return { display: `:${number.trim()}`, stop };
  }
  throw new Error('Xvfb did not start');
}

/** @param {readonly string[]} args */
function launchChromium(args) {
  return chromium.launch({
    executablePath: find('chromium'),
    args: [
      '--no-sandbox', // Chromium refuses to run as root without
      '--use-fake-device-for-media-stream=fps=15',
      '--autoplay-policy=no-user-gesture-required',
      // On a machine whose only network is loopback there are no candidates otherwise.
      '--allow-loopback-in-peer-connection',
      '--js-flags=--expose-gc',
      ...args,
    ],
  });
}

/**
 * Switch for three cameras; there are two microphones and two loudspeakers anyway. The second camera
 * is one of depths, whose pictures no browser sends.
 */
export const THREE_CAMERAS = '--use-fake-device-for-media-stream=fps=15,device-count=3';
/**
 * Switch for a screen that can be shared, with sound: the browser answers its own question which
 * one to share, and all its other questions, too. Nobody is refused anything then.
 */
export const SHARED_SCREEN = '--use-fake-ui-for-media-stream';

export const DEVICES = ['camera', 'microphone'];

/** @param {string} program */
function find(program) {
  return execFileSync('which', [program], { encoding: 'utf8' }).trim();
}
