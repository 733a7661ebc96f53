// What shows a call, through the package as apps have it, where there is no page: arguments, settings
// and endings. What elements show and ask for is tried in the core, and with real ones in a browser.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { Client, init } from 'trunkline';

before(() => init());

test('the settings of incoming video are current, told, and the same until they change', async () => {
  const { call } = open();
  const manager = call.trackSubscriptionManager;
  assert.equal(manager, call.trackSubscriptionManager);
  const told = [];
  const subscription = manager.incomingVideoSettings$.subscribe((settings) => told.push(settings));
  const [first] = told;
  assert.equal(manager.incomingVideoSettings, first);
  assert.deepEqual([first.enabled, first.preferredResolution], [true, undefined]);
  assert.equal(first.isParticipantVideoEnabled('bob'), true);

  call.setIncomingVideoEnabled(false);
  await Promise.resolve();
  assert.equal(told.length, 2);
  assert.equal(manager.incomingVideoSettings.isParticipantVideoEnabled('bob'), false);
  assert.equal(first.isParticipantVideoEnabled('bob'), true, 'what an app keeps stays as it was');
  call.setPreferredIncomingVideoResolution({ width: 64, height: 36 });
  call.setPreferredIncomingVideoResolution({ width: 128, height: 72 }, ['bob', '__proto__']);
  const { preferredResolution, participants } = manager.incomingVideoSettings;
  assert.deepEqual(preferredResolution, { width: 64, height: 36 });
  assert.deepEqual(Object.keys(participants).sort(), ['__proto__', 'bob']);
  assert.deepEqual(participants.bob, { preferredResolution: { width: 128, height: 72 } });
  assert.ok([participants, participants.bob, preferredResolution].every(Object.isFrozen));
  call.setPreferredIncomingVideoResolution(undefined, ['bob']);
  call.setPreferredIncomingVideoResolution(undefined);
  await Promise.resolve();
  assert.equal(told.length, 3, 'once for all that changed in a turn');
  call.setPreferredIncomingVideoResolution(undefined);
  await Promise.resolve();
  assert.equal(told.length, 3, 'nothing changed');
  assert.deepEqual(Object.keys(manager.incomingVideoSettings.participants), ['__proto__']);
  call.setMaxIncomingVideoPixelDensity(1.5);
  await Promise.resolve();
  assert.equal(manager.incomingVideoSettings.maxPixelDensity, 1.5);
  call.setMaxIncomingVideoPixelDensity(undefined);
  await Promise.resolve();
  assert.equal(manager.incomingVideoSettings.maxPixelDensity, undefined);
  assert.equal(told.length, 5);
  subscription.unsubscribe();
});

test('wrong arguments are named, and nothing is half done', () => {
  const { call } = open();
  const video = fake('VIDEO');
  const audio = fake('AUDIO');
  const prefer = 'setPreferredIncomingVideoResolution';
  const throwing = {
    get width() {
      throw new Error('of the app');
    },
    height: 1,
  };
  const cases = [
    ['setIncomingVideoEnabled', ['no'], 'setIncomingVideoEnabled: neither true nor false'],
    ['setIncomingVideoEnabled', [], 'setIncomingVideoEnabled: neither true nor false'],
    [prefer, [{ width: 1.5, height: 1 }], 'width and height are no whole numbers of px'],
    [prefer, [{ width: 0, height: 1 }], 'width and height are no whole numbers of px'],
    [prefer, [{ width: 1 }], 'width and height are no whole numbers of px'],
    [prefer, [{ width: 1, height: 65_536 }], 'width and height are no whole numbers of px'],
    [prefer, [{ width: '1', height: 1 }], `${prefer}.width`],
    [prefer, [{ width: 1, height: 1, depth: 1 }], `${prefer}.depth`],
    [prefer, [throwing], 'the object cannot be read'],
    [prefer, [7], 'not an object'],
    [prefer, [undefined, 'bob'], 'the sessions are no list of ids'],
    [prefer, [undefined, [7]], 'the sessions are no list of ids'],
    [prefer, [undefined, null], 'the sessions are no list of ids'],
    ...[0, -1, NaN, Infinity, '2', null].map((density) => [
      'setMaxIncomingVideoPixelDensity',
      [density],
      'no number greater than 0',
    ]),
    ['bindVideoElement', [], 'the first argument is no <video> element'],
    ['bindVideoElement', [audio, 's', 'videoTrack'], 'the first argument is no <video> element'],
    [
      'bindVideoElement',
      [video, 's', 'audioTrack'],
      'the third argument is neither videoTrack nor screenShareTrack',
    ],
    ['bindVideoElement', [video, 's', 'toString'], 'the third argument is neither'],
    ['bindAudioElement', [], 'the first argument is no <audio> element'],
    ['bindAudioElement', [video, 's'], 'the first argument is no <audio> element'],
    [
      'bindAudioElement',
      [audio, 's', 'videoTrack'],
      'the third argument is neither audioTrack nor screenShareAudioTrack',
    ],
    ['attachAudio', [], 'attachAudio: not an element'],
    ['attachAudio', [{}], 'attachAudio: not an element'],
    ['setViewport', [], 'setViewport: not an element'],
    ['setViewport', [{}], 'setViewport: not an element'],
    ['trackElementVisibility', [], 'the first argument is no element'],
    ['trackElementVisibility', [video, 7, 'videoTrack'], 'the second argument is no id'],
    ['trackElementVisibility', [video, 's', 'audioTrack'], 'the third argument is neither'],
  ];
  const before = call.trackSubscriptionManager.incomingVideoSettings;
  for (const [method, args, message] of cases) {
    assert.throws(
      () => call[method](...args),
      (error) => error.code === 'invalid-argument' && error.message.includes(message),
      `${method}(${args.map(String)})`,
    );
  }
  assert.equal(call.trackSubscriptionManager.incomingVideoSettings, before);
});

test('nobody is shown who is not there', () => {
  const { call } = open();
  const video = fake('VIDEO');
  assert.equal(call.bindVideoElement(video, 'nobody', 'videoTrack'), undefined);
  assert.equal(call.bindVideoElement(video, undefined, 'videoTrack'), undefined);
  assert.equal(call.bindAudioElement(fake('AUDIO'), 'nobody'), undefined);
  assert.equal(video.autoplay, undefined, 'it was left alone');
});

test('what ends something may be called as often and as late as one likes', async () => {
  const { call, client } = open();
  const ends = [
    call.attachAudio(fake('DIV')),
    call.trackElementVisibility(fake('DIV'), 'bob', 'videoTrack'),
  ];
  await client.dispose();
  for (const end of [...ends, ...ends]) assert.equal(end(), undefined);
});

test('nothing is blocked where nothing plays', async () => {
  const { call } = open();
  const { blockedAudioTracker: tracker } = call;
  assert.equal(tracker.autoplayBlocked, false);
  assert.deepEqual(tracker.blockedSessionIds, []);
  assert.equal(tracker.blockedSessionIds, tracker.blockedSessionIds);
  const told = [];
  tracker.autoplayBlocked$.subscribe((isBlocked) => told.push(isBlocked));
  tracker.blockedSessionIds$.subscribe((ids) => told.push(ids.length));
  assert.deepEqual(told, [false, 0]);
  assert.equal(await call.resumeAudio(), undefined);
});

test('a client that was disposed of refuses softly', async () => {
  const { call, client } = open();
  const before = call.trackSubscriptionManager.incomingVideoSettings;
  await client.dispose();
  await assert.rejects(call.resumeAudio(), { code: 'disposed' });
  call.setIncomingVideoEnabled(false);
  call.audioBindingsWatchdog.setEnabled(false);
  call.audioBindingsWatchdog.setEnabled();
  assert.equal(call.trackSubscriptionManager.incomingVideoSettings, before);
  assert.deepEqual(call.blockedAudioTracker.blockedSessionIds, []);
  assert.throws(() => call.viewportTracker.setViewport(), { code: 'invalid-argument' });
});

function open() {
  const client = new Client('key');
  return { client, call: client.call('default', 'rendering') };
}

function fake(tagName) {
  return Object.assign(new EventTarget(), { tagName, append() {} });
}
