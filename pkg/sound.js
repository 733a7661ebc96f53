/**
 * Whether a microphone hears something. Types and documentation: `types/devices.d.ts`.
 */
import { disposeOfMediaStream, openCapture } from './capture.js';
import { permissionOf } from './device-permissions.js';

const MICROPHONE = 1;
/** How often a microphone is looked at, in ms. */
const EVERY = 500;

export function createSoundDetector(stream, onSound, options = {}) {
  const {
    detectionFrequencyInMs = EVERY,
    audioLevelThreshold = 150,
    fftSize = 128,
    destroyStreamOnStop = true,
  } = options;
  const stop = analyse(stream, fftSize, detectionFrequencyInMs, (analyser) => {
    const data = new Uint8Array(analyser.frequencyBinCount);
    analyser.getByteFrequencyData(data);
    const sum = data.reduce((sum, value) => sum + value, 0);
    onSound({
      isSoundDetected: data.some((value) => value >= audioLevelThreshold),
      // In percent of what a bin can hold.
      audioLevel: Math.round((sum / data.length / 255) * 100),
    });
  });
  return async () => {
    await stop();
    if (destroyStreamOnStop) disposeOfMediaStream(stream);
  };
}

/** Calls `look` again and again while the sound of `stream` can be looked at. */
function analyse(stream, fftSize, every, look) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = fftSize;
  const source = context.createMediaStreamSource(stream);
  source.connect(analyser);
  const timer = setInterval(() => {
    // A page that nobody has touched yet hears nothing.
    if (context.state === 'running') look(analyser);
    else context.resume().catch(() => {});
  }, every);
  return async () => {
    clearInterval(timer);
    source.disconnect();
    if (context.state !== 'closed') await context.close();
  };
}

/**
 * Runs `start` while something holds, one run at a time: what `start` gives ends it, even when it no
 * longer holds by then.
 */
export function whileTrue(start, warn) {
  let wanted;
  let running;
  let turn = Promise.resolve();
  return (key) => {
    if (key === wanted) return;
    wanted = key;
    turn = turn.then(async () => {
      await running?.();
      running = undefined;
      if (key !== undefined && key === wanted) running = await start(key);
    }).catch(warn);
  };
}

/**
 * Tells when a microphone that is on delivers nothing for `threshold` ms, and when it does again.
 *
 * @param {(capturesAudio: boolean) => void} tell
 */
export function watchCapture(stream, threshold, tell) {
  let told;
  let silence = 0;
  return analyse(stream, 2048, EVERY, (analyser) => {
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    silence = samples.some((sample) => sample !== 0) ? 0 : silence + EVERY;
    const capturesAudio = silence === 0;
    if ((capturesAudio || silence >= threshold) && capturesAudio !== told) {
      told = capturesAudio;
      tell(capturesAudio);
    }
  });
}

/** Listens to a microphone beside the one that is muted; calls `tell` with what it hears. */
export async function listenWhileMuted(call, deviceId, tell) {
  if ((await permissionOf(MICROPHONE).query()) !== 'granted') return undefined;
  const capture = await openCapture(undefined, MICROPHONE, 0, 0, undefined, deviceId, false, false);
  const stop = createSoundDetector(
    capture.root,
    ({ isSoundDetected }) => tell(isSoundDetected),
    { destroyStreamOnStop: false },
  );
  return async () => {
    await stop();
    capture.stop();
    tell(false);
  };
}
