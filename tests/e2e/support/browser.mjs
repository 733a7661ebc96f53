// The real browser, with a camera and a microphone that need nobody in front of them.
import { execFileSync } from 'node:child_process';

import { chromium } from 'playwright-core';

export function launch() {
  return chromium.launch({
    executablePath: execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim(),
    args: [
      '--no-sandbox', // Chromium refuses to run as root without
      '--use-fake-device-for-media-stream=fps=15',
      '--autoplay-policy=no-user-gesture-required',
      // On a machine whose only network is loopback there are no candidates otherwise.
      '--allow-loopback-in-peer-connection',
      '--js-flags=--expose-gc',
    ],
  });
}

export const DEVICES = ['camera', 'microphone'];
