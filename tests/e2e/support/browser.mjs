// The real browser, with a camera and a microphone that need nobody in front of them.
import { execFileSync } from 'node:child_process';

import { chromium } from 'playwright-core';

/** @param {readonly string[]} [args] more switches; the last of a kind counts */
export function launch(args = []) {
  return chromium.launch({
    executablePath: execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim(),
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
