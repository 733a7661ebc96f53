/**
 * Makes one report of the browser's statistics of two peer connections. Types and documentation:
 * `src/api/types/stats.ts`.
 *
 * JavaScript, because few apps watch them: it is loaded on first use.
 */
import { SfuModels } from './enums.js';

const { AUDIO, VIDEO, SCREEN_SHARE, SCREEN_SHARE_AUDIO } = SfuModels.TrackType;

const STREAMS = {
  videoStream: VIDEO,
  audioStream: AUDIO,
  screenShareStream: SCREEN_SHARE,
  screenShareAudioStream: SCREEN_SHARE_AUDIO,
};

/**
 * @param {object} measurement
 * @param {string} measurement.datacenter
 * @param {RTCStatsReport} [measurement.sent] of the publisher
 * @param {RTCStatsReport} measurement.received of the subscriber
 * @param {readonly object[]} measurement.participants
 * @param {readonly string[]} measurement.detailed sessions of which everything is wanted
 * @param {object} [measurement.before] the last report, for what is measured over time
 */
export function summarise({ datacenter, sent, received, participants: people, detailed, before }) {
  const owners = findOwners(people);
  const publisher = readPeer(sent, 'outbound-rtp', owners);
  const subscriber = readPeer(received, 'inbound-rtp', owners);
  const timestamp = Date.now();
  const seconds = before && (timestamp - before.timestamp) / 1_000;
  const part = (peer, kind, name) => {
    const streams = peer.streams.filter((stream) => stream.kind === kind);
    return (kind === 'audio' ? audio : video)(streams, peer, before?.[name], seconds);
  };

  const participants = {};
  for (const sessionId of detailed) {
    const streams = [...publisher.streams, ...subscriber.streams];
    const own = streams.filter((stream) => stream.owner?.sessionId === sessionId);
    participants[sessionId] = own.map(({ owner, entry, codec }) => ({
      trackType: owner.trackType,
      codec,
      stats: entry,
    }));
  }
  return Object.freeze({
    datacenter: datacenter ?? '',
    publisherStats: part(publisher, 'video', 'publisherStats'),
    publisherAudioStats: part(publisher, 'audio', 'publisherAudioStats'),
    publisherRawStats: sent,
    subscriberStats: part(subscriber, 'video', 'subscriberStats'),
    subscriberAudioStats: part(subscriber, 'audio', 'subscriberAudioStats'),
    subscriberRawStats: received,
    participants,
    timestamp,
  });
}

/** Whose each track is, by track id. */
function findOwners(people) {
  const owners = new Map();
  for (const participant of people) {
    for (const [name, trackType] of Object.entries(STREAMS)) {
      for (const track of participant[name]?.getTracks() ?? []) {
        owners.set(track.id, { sessionId: participant.sessionId, trackType });
      }
    }
  }
  return owners;
}

function readPeer(report, type, owners) {
  const entries = [...(report?.values() ?? [])];
  const pair = entries.find(
    (e) => e.type === 'candidate-pair' && e.nominated && e.state === 'succeeded',
  );
  const streams = entries
    .filter((entry) => entry.type === type)
    .map((entry) => ({
      entry,
      kind: entry.kind,
      // What the other side says of a stream that is sent.
      remote: report.get(entry.remoteId) ?? {},
      codec: report.get(entry.codecId)?.mimeType?.split('/')[1] ?? '',
      owner: owners.get(entry.trackIdentifier ?? report.get(entry.mediaSourceId)?.trackIdentifier),
    }));
  return { streams, roundTrip: pair?.currentRoundTripTime, isSent: type === 'outbound-rtp' };
}

function common(streams, { roundTrip, isSent }, before, seconds) {
  const bytes = sum(streams, ({ entry }) => (isSent ? entry.bytesSent : entry.bytesReceived));
  const loser = ({ entry, remote }) => (isSent ? remote : entry);
  const trips = isSent ? streams.map(({ remote }) => remote.roundTripTime) : [];
  const jitters = streams.map((stream) => loser(stream).jitter);
  const first = streams.find(({ codec }) => codec);
  const rate = (now, then) => (seconds > 0 ? Math.max(0, (now - then) / seconds) : 0);
  return {
    totalBytesSent: isSent ? bytes : 0,
    totalBytesReceived: isSent ? 0 : bytes,
    bitrate: Math.round(
      8 * rate(bytes, before ? before.totalBytesSent + before.totalBytesReceived : bytes),
    ),
    averageJitterInMs: average(jitters),
    averageRoundTripTimeInMs: average(trips.some(isNumber) ? trips : [roundTrip]),
    packetsLost: sum(streams, (stream) => loser(stream).packetsLost),
    totalPackets: sum(streams, ({ entry }) => (isSent ? entry.packetsSent : entry.packetsReceived)),
    codec: first?.codec ?? '',
    codecPerTrackType: Object.fromEntries(
      streams.filter(({ owner, codec }) => owner && codec).map((s) => [s.owner.trackType, s.codec]),
    ),
  };
}

function video(streams, peer, before, seconds) {
  const highest = (field) => Math.max(0, ...streams.map(({ entry }) => entry[field] ?? 0));
  const reasons = streams.map(({ entry }) => entry.qualityLimitationReason);
  return Object.freeze({
    ...common(streams, peer, before, seconds),
    highestFrameWidth: highest('frameWidth'),
    highestFrameHeight: highest('frameHeight'),
    highestFramesPerSecond: highest('framesPerSecond'),
    qualityLimitationReasons: [...new Set(reasons)].filter((reason) => reason && reason !== 'none'),
  });
}

function audio(streams, peer, before, seconds) {
  return Object.freeze({
    ...common(streams, peer, before, seconds),
    concealedSamples: sum(streams, ({ entry }) => entry.concealedSamples),
    totalSamplesReceived: sum(streams, ({ entry }) => entry.totalSamplesReceived),
  });
}

const isNumber = (value) => typeof value === 'number';

const sum = (streams, read) => streams.reduce((total, stream) => total + (read(stream) ?? 0), 0);

/** Of seconds, in ms. */
function average(values) {
  const known = values.filter(isNumber);
  const total = known.reduce((all, value) => all + value, 0);
  return known.length === 0 ? 0 : Math.round((1_000 * total) / known.length);
}
