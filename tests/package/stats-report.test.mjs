// Reports of how media flow, from scripted statistics of a browser.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { SfuModels } from '../../js/enums.js';
import { summarise } from '../../js/stats-report.js';

const { AUDIO, VIDEO } = SfuModels.TrackType;

beforeEach(() => mock.timers.enable({ apis: ['Date'] }));
afterEach(() => mock.timers.reset());

test('a report adds up the streams of a kind and direction', () => {
  const { publisher, subscriber, measure } = script();
  const first = measure();
  publisher.out1.bytesSent += 50_000;
  subscriber.in2.bytesReceived += 1_000;
  mock.timers.tick(2_000);
  const second = measure({ before: first });
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

test('a participant is shown in detail when that is wanted', () => {
  const { measure } = script();
  const [track, ...rest] = measure({ detailed: ['bob'] }).participants.bob;
  assert.deepEqual([track.trackType, track.codec, rest], [AUDIO, 'opus', []]);
  assert.equal(track.stats.bytesReceived, 200);
  assert.deepEqual(measure().participants, {});
});

test('somebody who only watches sends nothing', () => {
  const { publisherStats, publisherRawStats } = script().measure({ sent: undefined });
  assert.deepEqual([publisherStats.totalBytesSent, publisherRawStats], [0, undefined]);
});

function script() {
  const publisher = {
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
  };
  const subscriber = {
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
  };
  const people = [
    { sessionId: 'me', videoStream: stream('camera') },
    { sessionId: 'bob', audioStream: stream('voice') },
  ];
  const entries = (of) => new Map(Object.entries(structuredClone(of)));
  const measure = (more) =>
    summarise({
      datacenter: 'edge',
      sent: entries(publisher),
      received: entries(subscriber),
      participants: people,
      detailed: [],
      ...more,
    });
  return { publisher, subscriber, measure };
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
