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
      const screen = document.createElement('video');
      screen.style.cssText = 'width: 640px; height: 360px';
      const sound = document.createElement('audio');
      place.append(screen, sound);
      call.bindVideoElement(screen, sessionId, 'screenShareTrack');
      call.bindAudioElement(sound, sessionId, 'screenShareAudioTrack');
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

globalThis.flow = async (/** @type {string} */ userId) => {
  const participant = call.state.participants.find((p) => p.userId === userId);
  /** @type {Flows} */
  const flows = {};
  for (const [name, field] of STREAMS) {
    const [track] = participant?.[field]?.getTracks() ?? [];
    const receivers = spy.peers().flatMap((peer) => peer.getReceivers());
    const receiver = receivers.find((receiver) => receiver.track === track);
    if (!receiver || track?.readyState !== 'live') continue;
    for (const report of (await receiver.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      flows[name] = {
        units: report.kind === 'video' ? (report.framesDecoded ?? 0) : report.packetsReceived,
        bytes: report.bytesReceived,
        width: report.frameWidth ?? 0,
        height: report.frameHeight ?? 0,
      };
    }
  }
  return flows;
};

globalThis.levelOf = async (/** @type {string} */ userId) => {
  const participant = call.state.participants.find((p) => p.userId === userId);
  const [track] = participant?.audioStream?.getTracks() ?? [];
  const receivers = spy.peers().flatMap((peer) => peer.getReceivers());
  const receiver = receivers.find((receiver) => receiver.track === track);
  const reports = [...((await receiver?.getStats())?.values() ?? [])];
  return reports.find((report) => report.type === 'inbound-rtp')?.audioLevel;
};

const STREAMS = /** @type {const} */ ([
  ['camera', 'videoStream'],
  ['microphone', 'audioStream'],
  ['screen', 'screenShareStream'],
  ['screenSound', 'screenShareAudioStream'],
]);

globalThis.alive = async (/** @type {readonly WeakRef<object>[]} */ objects) => {
  if (!gc) throw new Error('the browser hides its garbage collection');
  let count = objects.length;
  // What is collected lets go of more in tasks of its own, the objects of Rust among it.
  for (let round = 0; round < 10 && count > 0; round += 1) {
    await new Promise((resolve) => setTimeout(resolve));
    await gc({ type: 'major', execution: 'async' });
    count = objects.filter((object) => object.deref()).length;
  }
  return count;
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
