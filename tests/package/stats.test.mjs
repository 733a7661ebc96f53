// Reports of how media flow, from scripted statistics of a browser.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { SfuModels } from '../../js/enums.js';
import { StatsReporter } from '../../js/stats.js';
// Loaded on first use otherwise, which takes as long as the disk takes.
import '../../js/stats-report.js';

const { AUDIO, VIDEO } = SfuModels.TrackType;

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

test('nothing is measured while nobody watches, or when the interval is 0', async () => {
  const { reporter, peers } = script();
  await pass(10_000);
  assert.equal(peers.publisher.reads, 0);

  const subscription = reporter.cell.observable.subscribe(() => {});
  await pass(0);
  assert.equal(peers.publisher.reads, 1, 'the first watcher need not wait');
  await pass(2_000);
  assert.equal(peers.publisher.reads, 2);
  reporter.setInterval(0);
  await pass(10_000);
  reporter.setInterval(500);
  await pass(500);
  assert.equal(peers.publisher.reads, 3);
  assert.equal(reporter.cell.value.datacenter, 'edge');
  subscription.unsubscribe();
  assert.equal(reporter.cell.value, undefined, 'what nobody keeps up to date is not shown');
  await pass(10_000);
  assert.equal(peers.publisher.reads, 3);
  for (const wrong of [-1, 1.5, '1', NaN]) {
    assert.throws(() => reporter.setInterval(wrong), { code: 'invalid-argument' });
  }
});

test('a report adds up the streams of a kind and direction', async () => {
  const { reporter, peers } = script();
  const reports = [];
  reporter.cell.observable.subscribe((report) => report && reports.push(report));
  await pass(0);
  peers.publisher.entries.out1.bytesSent += 50_000;
  peers.subscriber.entries.in2.bytesReceived += 1_000;
  await pass(2_000);

  const [first, second] = reports;
  assert.deepEqual(first.publisherStats, {
    totalBytesSent: 1_500,
    totalBytesReceived: 0,
    bitrate: 0,
    averageJitterInMs: 4,
    averageRoundTripTimeInMs: 30,
    packetsLost: 3,
    totalPackets: 30,
    codec: 'VP8',
    codecPerTrackType: { [VIDEO]: 'VP8' },
    highestFrameWidth: 1280,
    highestFrameHeight: 720,
    highestFramesPerSecond: 30,
    qualityLimitationReasons: ['bandwidth'],
  });
  assert.equal(second.publisherStats.bitrate, 200_000);
  assert.deepEqual(second.subscriberAudioStats, {
    totalBytesSent: 0,
    totalBytesReceived: 1_200,
    bitrate: 4_000,
    averageJitterInMs: 10,
    averageRoundTripTimeInMs: 42,
    packetsLost: 7,
    totalPackets: 20,
    codec: 'opus',
    codecPerTrackType: { [AUDIO]: 'opus' },
    concealedSamples: 480,
    totalSamplesReceived: 48_000,
  });
  assert.deepEqual([second.datacenter, second.timestamp - first.timestamp], ['edge', 2_000]);
  assert.equal(second.subscriberStats.highestFrameWidth, 0, 'no video is received');
  assert.deepEqual(second.participants, {});
});

test('a participant is shown in detail when that is wanted', async () => {
  const { reporter } = script();
  let report;
  reporter.cell.observable.subscribe((next) => (report = next));
  reporter.detail('bob', true);
  await pass(0);
  const [track, ...rest] = report.participants.bob;
  assert.deepEqual([track.trackType, track.codec, rest], [AUDIO, 'opus', []]);
  assert.equal(track.stats.bytesReceived, 200);
  reporter.detail('bob', false);
  await pass(2_000);
  assert.deepEqual(report.participants, {});
});

test('a call that is not joined has no report, and a closed connection does no harm', async () => {
  const { reporter, peers } = script();
  const seen = [];
  reporter.cell.observable.subscribe((report) => seen.push(report?.datacenter));
  await pass(0);
  peers.subscriber.fails = true;
  await pass(2_000);
  assert.deepEqual(seen, [undefined, 'edge']);
  peers.isJoined = false;
  await pass(2_000);
  assert.deepEqual(seen, [undefined, 'edge', undefined]);
  peers.isJoined = true;
  peers.subscriber.fails = false;
  await pass(2_000);
  assert.deepEqual(seen, [undefined, 'edge', undefined, 'edge']);
});

function script() {
  const peers = {
    isJoined: true,
    publisher: peer({
      out1: outbound('q', { bytesSent: 500, frameWidth: 320, frameHeight: 180 }),
      out2: outbound('f', {
        bytesSent: 1_000,
        frameWidth: 1280,
        frameHeight: 720,
        framesPerSecond: 30,
        qualityLimitationReason: 'bandwidth',
      }),
      remote: { type: 'remote-inbound-rtp', jitter: 0.004, roundTripTime: 0.03, packetsLost: 1.5 },
      source: { type: 'media-source', trackIdentifier: 'camera' },
      codec: { type: 'codec', mimeType: 'video/VP8' },
    }),
    subscriber: peer({
      in2: {
        type: 'inbound-rtp',
        kind: 'audio',
        trackIdentifier: 'voice',
        codecId: 'codec',
        bytesReceived: 200,
        packetsReceived: 20,
        packetsLost: 7,
        jitter: 0.01,
        concealedSamples: 480,
        totalSamplesReceived: 48_000,
      },
      codec: { type: 'codec', mimeType: 'audio/opus' },
      pair: {
        type: 'candidate-pair',
        nominated: true,
        state: 'succeeded',
        currentRoundTripTime: 0.042,
      },
    }),
  };
  const people = [
    { sessionId: 'me', videoStream: stream('camera') },
    { sessionId: 'bob', audioStream: stream('voice') },
  ];
  const port = {
    peers: () => (peers.isJoined ? ['edge', peers.publisher, peers.subscriber] : []),
  };
  return { reporter: new StatsReporter(port, () => people), peers };
}

function outbound(rid, fields) {
  return {
    type: 'outbound-rtp',
    kind: 'video',
    rid,
    remoteId: 'remote',
    codecId: 'codec',
    mediaSourceId: 'source',
    packetsSent: 15,
    qualityLimitationReason: 'none',
    ...fields,
  };
}

const stream = (...ids) => ({ getTracks: () => ids.map((id) => ({ id })) });

function peer(entries) {
  const made = {
    reads: 0,
    entries,
    async getStats() {
      made.reads += 1;
      if (made.fails) throw new DOMException('', 'InvalidStateError');
      return new Map(Object.entries(entries));
    },
  };
  return made;
}

/** Lets time pass, and everything run that waits for promises only. */
async function pass(ms) {
  mock.timers.tick(ms);
  // `import()` takes turns of the event loop, not only of promises.
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
