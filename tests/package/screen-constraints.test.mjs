// What an app asks of a shared screen goes where browsers heed it, through the built package.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hardware, makeCall } from './support/fake-media.mjs';

async function share(constraints, prepare = () => {}) {
  const { screenShare } = makeCall().call;
  prepare(screenShare);
  if (constraints) screenShare.setDefaultConstraints(constraints);
  await screenShare.enable();
  await screenShare.disable();
  return hardware.asked.at(-1);
}

test('constraints are those of the picture or the sound, and options those of the question', async () => {
  const usual = await share();
  const asked = await share({
    displaySurface: 'browser',
    frameRate: { max: 5 },
    suppressLocalAudioPlayback: true,
    selfBrowserSurface: 'include',
    surfaceSwitching: 'exclude',
    monitorTypeSurfaces: 'include',
    preferCurrentTab: true,
    systemAudio: 'exclude',
    windowAudio: 'window',
  });
  assert.deepEqual(asked, {
    video: { ...usual.video, displaySurface: 'browser', frameRate: { max: 5 } },
    audio: { ...usual.audio, suppressLocalAudioPlayback: true },
    selfBrowserSurface: 'include',
    surfaceSwitching: 'exclude',
    monitorTypeSurfaces: 'include',
    preferCurrentTab: true,
    systemAudio: 'exclude',
    windowAudio: 'window',
  });
});

test('constraints may also be in their places, and leave the rest of ours alone', async () => {
  const usual = await share();
  const asked = await share({ video: { width: 640 }, audio: { channelCount: 1 } });
  assert.deepEqual(asked, {
    ...usual,
    video: { ...usual.video, width: 640 },
    audio: { ...usual.audio, channelCount: 1 },
  });
  assert.deepEqual(await share({ video: true, audio: true }), usual);
  assert.deepEqual(await share({ audio: undefined, video: undefined }), usual);
});

test('without sound none is asked for, whoever does not want it', async () => {
  assert.equal((await share({ audio: false })).audio, false);
  const kept = (screenShare) => screenShare.disableScreenShareAudio();
  const asked = await share({ audio: { channelCount: 1 }, sampleRate: 48_000 }, kept);
  assert.deepEqual([asked.audio, asked.video.sampleRate], [false, undefined]);
});

test('what browsers would refuse is an error at once, and what was set before stays', async () => {
  const { screenShare } = makeCall().call;
  screenShare.setDefaultConstraints({ frameRate: 7 });
  const wrong = [
    [{ selfBrowserSurface: 'maybe' }, 'setDefaultConstraints.selfBrowserSurface'],
    [{ surfaceSwitching: true }, 'setDefaultConstraints.surfaceSwitching'],
    [{ monitorTypeSurfaces: null }, 'setDefaultConstraints.monitorTypeSurfaces'],
    [{ systemAudio: '' }, 'setDefaultConstraints.systemAudio'],
    [{ windowAudio: 'include' }, 'setDefaultConstraints.windowAudio'],
    [{ preferCurrentTab: 'yes' }, 'setDefaultConstraints.preferCurrentTab'],
    [{ preferCurrentTab: true, selfBrowserSurface: 'exclude' }, 'contradicts selfBrowserSurface'],
    [
      { displaySurface: 'monitor', monitorTypeSurfaces: 'exclude' },
      'contradicts monitorTypeSurfaces',
    ],
    [{ video: false }, 'setDefaultConstraints.video'],
    [{ video: [] }, 'setDefaultConstraints.video'],
    [{ audio: 'yes' }, 'setDefaultConstraints.audio'],
    [undefined, 'not an object'],
  ];
  for (const [constraints, message] of wrong) {
    assert.throws(
      () => screenShare.setDefaultConstraints(constraints),
      (error) => error.code === 'invalid-argument' && error.message.includes(message),
      message,
    );
  }
  await screenShare.enable();
  assert.equal(hardware.asked.at(-1).video.frameRate, 7);
  await screenShare.disable();
});
