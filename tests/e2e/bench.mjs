// How long the way into a call takes, beside the least that a browser needs for the same.
import { unique, World } from './support/world.mjs';

const ROUNDS = 10;

/** One round: ms from the start to each of these. */
const MEASURES = /** @type {const} */ ({
  socket: 'WebSocket: new → open',
  joined: 'join() → joined',
  peers: 'two bare RTCPeerConnections: new → first frame',
  frame: 'join() → first remote frame',
});
/** What each is compared with. */
const FLOORS = /** @type {const} */ ({ joined: 'socket', frame: 'peers' });

const world = new World();
try {
  await world.start();
  await print(await measure());
} finally {
  await world.stop();
}

async function measure() {
  const callId = unique('bench');
  const [anna, ben] = await Promise.all([world.person('Anna'), world.person('Ben')]);
  await anna.join(callId);
  await anna.until(() => spy.open().tracks === 2, undefined, 'camera and microphone are on');
  await ben.open(callId);
  await ben.run(async () => {
    // Only the way in is measured, not how long a camera takes to start.
    await Promise.all([call.camera.disable(), call.microphone.disable()]);
    globalThis.camera = await navigator.mediaDevices.getUserMedia({
      video: { width: 320, height: 240 },
    });
    showEverybody(call);
  });

  const rounds = [];
  // The first round warms up caches and compilers.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const result = {
      ...(await ben.run(measureFloors, world.app)),
      ...(await ben.run(measureJoin)),
    };
    if (round > 0) rounds.push(result);
    await anna.until(() => call.state.participants.length === 1, undefined, 'the other is gone');
  }
  return rounds;
}

/** Runs in the page. */
async function measureJoin() {
  const started = performance.now();
  const frame = new Promise((resolve) => {
    const look = new MutationObserver(() => {
      const video = document.querySelector('video');
      if (!video) return;
      look.disconnect();
      video.requestVideoFrameCallback(() => resolve(performance.now() - started));
    });
    look.observe(document.body, { childList: true, subtree: true });
  });
  await call.join();
  const joined = performance.now() - started;
  const result = { joined, frame: /** @type {number} */ (await frame) };
  await call.leave();
  return result;
}

/**
 * Runs in the page.
 *
 * @param {{ apiKey: string, baseURL: string }} app
 */
async function measureFloors({ apiKey, baseURL }) {
  let started = performance.now();
  const socket = new WebSocket(`${baseURL.replace('http', 'ws')}/connect?api_key=${apiKey}`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const opened = performance.now() - started;
  socket.close();

  started = performance.now();
  const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
  sender.onicecandidate = ({ candidate }) => candidate && receiver.addIceCandidate(candidate);
  receiver.onicecandidate = ({ candidate }) => candidate && sender.addIceCandidate(candidate);
  const video = document.createElement('video');
  video.muted = true;
  receiver.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
    void video.play();
  };
  for (const track of camera.getVideoTracks()) sender.addTrack(track);
  const frame = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  await sender.setLocalDescription();
  if (sender.localDescription) await receiver.setRemoteDescription(sender.localDescription);
  await receiver.setLocalDescription();
  if (receiver.localDescription) await sender.setRemoteDescription(receiver.localDescription);
  await frame;
  const peers = performance.now() - started;
  sender.close();
  receiver.close();
  return { socket: opened, peers };
}

/** @param {Record<keyof typeof MEASURES, number>[]} rounds */
function print(rounds) {
  const median = (/** @type {keyof typeof MEASURES} */ key) => {
    const [low = NaN, high = NaN] = sorted(key).slice(ROUNDS / 2 - 1);
    return (low + high) / 2;
  };
  const sorted = (/** @type {keyof typeof MEASURES} */ key) =>
    rounds.map((round) => round[key]).sort((a, b) => a - b);
  const cell = (/** @type {number} */ ms) => ms.toFixed(1).padStart(8);
  console.log(`${`ms, ${ROUNDS} times on loopback`.padEnd(48)}  median     min     max  ratio`);
  for (const [key, label] of /** @type {[keyof typeof MEASURES, string][]} */ (
    Object.entries(MEASURES)
  )) {
    const all = sorted(key);
    const floor = key in FLOORS && FLOORS[/** @type {keyof typeof FLOORS} */ (key)];
    const ratio = floor ? `×${(median(key) / median(floor)).toFixed(1)}` : '';
    const figures = cell(median(key)) + cell(all[0] ?? NaN) + cell(all.at(-1) ?? NaN);
    console.log(`${label.padEnd(48)}${figures}  ${ratio.padStart(5)}`);
  }
  console.log('Each ratio is to the line above it: the same without a call around it.');
}
