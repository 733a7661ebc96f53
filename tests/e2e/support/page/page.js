// What tests find in the blank page: the SDK, and the little that an app would write around it.
import * as trunkline from 'trunkline';

globalThis.trunkline = trunkline;

globalThis.showEverybody = (/** @type {trunkline.Call} */ call) => {
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();
  return call.state.remoteParticipants$.subscribe((participants) => {
    const present = new Set(participants.map((participant) => participant.sessionId));
    for (const [sessionId, element] of shown) {
      if (present.has(sessionId)) continue;
      element.remove();
      shown.delete(sessionId);
    }
    for (const { sessionId, userId } of participants) {
      if (shown.has(sessionId)) continue;
      const place = document.createElement('div');
      place.dataset['userId'] = userId;
      const video = document.createElement('video');
      video.style.cssText = 'width: 320px; height: 240px';
      const audio = document.createElement('audio');
      place.append(video, audio);
      document.body.append(place);
      shown.set(sessionId, place);
      call.bindVideoElement(video, sessionId, 'videoTrack');
      call.bindAudioElement(audio, sessionId);
    }
  });
};

globalThis.received = async () => {
  const sum = { frames: 0, packets: 0 };
  for (const peer of spy.peers()) {
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      if (report.kind === 'video') sum.frames += report.framesDecoded ?? 0;
      else sum.packets += report.packetsReceived ?? 0;
    }
  }
  return sum;
};

globalThis.failureOf = async (/** @type {unknown} */ attempt) => {
  try {
    await (typeof attempt === 'function' ? attempt() : attempt);
  } catch (error) {
    if (!(error instanceof trunkline.VideoError)) throw error;
    const { name, message, code, category, hint, retryable, status, serverCode } = error;
    const isA = (/** @type {string} */ key) => error instanceof /** @type {any} */ (trunkline)[key];
    const type = ERRORS.find(isA) ?? 'VideoError';
    return { type, name, message, code, category, hint, retryable, status, serverCode };
  }
  throw new Error('it did not fail');
};

const ERRORS = [
  'ErrorFromResponse',
  'SfuJoinError',
  'SfuTimeoutError',
  'DeviceError',
  'JoinAbortedError',
  'IllegalStateError',
];

await trunkline.init();
globalThis.isReady = true;
