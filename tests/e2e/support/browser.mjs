// The real browser, with a camera and a microphone that need nobody in front of them.
import { execFileSync } from 'node:child_process';

import { chromium, firefox } from 'playwright-core';

/** Which browser the suite runs in. */
export const BROWSER = process.env['TRUNKLINE_BROWSER'] ?? 'chromium';

/** @param {readonly string[]} [args] more switches; the last of a kind counts */
export function launch(args = []) {
  return BROWSER === 'firefox' ? launchFirefox() : launchChromium(args);
}

/**
 * Over WebDriver BiDi, which any Firefox speaks. Without media: Firefox finds no way to a server on
 * loopback, whatever `media.peerconnection.ice.loopback` says, as another process looks for ways.
 */
function launchFirefox() {
  return firefox.launch({
    channel: 'moz-firefox',
    executablePath: find('firefox-esr'),
    firefoxUserPrefs: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
    },
  });
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
