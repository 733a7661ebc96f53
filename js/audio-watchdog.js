/**
 * Finds participants who speak to nobody: their sound arrives and no element plays it. Types and
 * documentation: `types/rendering.d.ts`.
 */
import { hasAudio, hasScreenShareAudio } from './participants.js';

const EVERY_MS = 3_000;

/** The stream of each sound, and whether it is published: streams outlive that. */
const SOUNDS = {
  audioTrack: ['audioStream', hasAudio],
  screenShareAudioTrack: ['screenShareAudioStream', hasScreenShareAudio],
};

export class AudioBindingsWatchdog {
  #state;
  #warn;
  #timer;
  #isEnabled = true;
  /** How many elements play a sound, by track and session. */
  #bound = new Map();
  /** What was warned of, and has not been bound since. */
  #warned = new Set();

  /** @param {(message: string) => void} warn */
  constructor(state, warn) {
    this.#state = state;
    this.#warn = warn;
    state.callingState$.subscribe(() => this.#arm());
  }

  setEnabled(enabled) {
    this.#isEnabled = enabled === true;
    this.#arm();
  }

  /** An element plays a sound; what it returns says that it does not any more. */
  bind(sessionId, trackType) {
    const key = `${trackType} ${sessionId}`;
    this.#bound.set(key, (this.#bound.get(key) ?? 0) + 1);
    this.#warned.delete(key);
    return () => {
      const rest = this.#bound.get(key) - 1;
      if (rest > 0) this.#bound.set(key, rest);
      else this.#bound.delete(key);
    };
  }

  #arm() {
    const isDue = this.#isEnabled && this.#state.callingState === 'joined';
    if (isDue === (this.#timer !== undefined)) return;
    if (isDue) this.#timer = setInterval(() => this.#check(), EVERY_MS);
    else this.#timer = void clearInterval(this.#timer);
  }

  #check() {
    for (const participant of this.#state.remoteParticipants) {
      for (const trackType in SOUNDS) {
        const key = `${trackType} ${participant.sessionId}`;
        const [stream, isPublished] = SOUNDS[trackType];
        const isThere = participant[stream] && isPublished(participant);
        const isLost = isThere && !this.#bound.has(key);
        if (!isLost || this.#warned.has(key)) continue;
        this.#warned.add(key);
        this.#warn(`nothing plays the ${trackType} of session ${participant.sessionId}`);
      }
    }
  }
}
