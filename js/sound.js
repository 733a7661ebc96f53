/**
 * Whether a microphone hears something. Types and documentation: `types/devices.d.ts`.
 */
import { disposeOfMediaStream, openCapture } from './capture.js';
import { MICROPHONE } from './device-kinds.js';
import { permissionOf } from './device-permissions.js';

/** How often a microphone is looked at, in ms. */
const EVERY = 500;
/** How many looks without a sound end what somebody says. */
const PAUSE = 10;

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
 * Runs `start` with the value that is wanted last, one run at a time: what `start` gives ends it.
 *
 * @param {(error: unknown) => void} warn
 * @returns takes what is wanted, or `undefined`; resolves when that is so
 */
export function whileWanted(start, warn) {
  let wanted;
  let stop;
  let turn = Promise.resolve();
  return (value) => {
    if (value !== wanted) {
      wanted = value;
      turn = turn
        .then(async () => {
          await stop?.();
          stop = undefined;
          if (value !== undefined && value === wanted) stop = await start(value);
        })
        .catch(warn);
    }
    return turn;
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

/** Listens to a microphone that is muted in the call; calls `tell` with whether it hears. */
export async function listenBeside(deviceId, tell) {
  if ((await permissionOf(MICROPHONE).query()) !== 'granted') return undefined;
  const capture = await openCapture(undefined, MICROPHONE, 0, 0, undefined, deviceId, false, false);
  let silence = 0;
  const hear = ({ isSoundDetected }) => {
    silence = isSoundDetected ? 0 : silence + 1;
    if (isSoundDetected) tell(true);
    if (silence >= PAUSE) tell(false);
  };
  const stop = createSoundDetector(capture.root, hear, {
    detectionFrequencyInMs: 100,
    destroyStreamOnStop: false,
  });
  return async () => {
    await stop();
    capture.stop();
    tell(false);
  };
}
