// The code in the README works as it stands.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

const README = new URL('../../README.md', import.meta.url);
const here = world();

test('the app in the README puts its user into a call and shows everybody', async () => {
  const source = await appOfReadme();
  assert.ok(source.split('\n').length <= 30, 'it is still short');
  const bob = await here.person('Bob');
  const reader = await here.stranger();
  const callId = unique('readme');

  // What a reader changes: the addresses, and here the key of the test's own server.
  const app = source
    .replaceAll('http://127.0.0.1:8080', here.server.url)
    .replace("'trunkline-dev'", `'${here.app.apiKey}'`)
    .replace("'my-call'", `'${callId}'`);
  await reader.page.addScriptTag({ type: 'module', content: app });

  await bob.join(callId);
  await bob.until(
    () =>
      call.state.remoteParticipants.some(
        ({ userId, publishedTracks }) => userId === 'alice' && publishedTracks.length === 2,
      ),
    undefined,
    'alice is in the call, with camera and microphone',
  );
  await reader.until(
    () => {
      const videos = [...document.querySelectorAll('video')];
      return videos.length === 2 && videos.every((video) => video.videoWidth > 0);
    },
    undefined,
    'alice sees herself and Bob',
  );
});

async function appOfReadme() {
  const text = await readFile(README, 'utf8');
  const source = /```js\n(import [\s\S]*?\n)```/.exec(text)?.[1];
  assert.ok(source, 'the README has an app');
  return source;
}
