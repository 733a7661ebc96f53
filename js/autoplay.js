/**
 * Keeps elements playing, and knows those that the browser does not let play. Types and
 * documentation: `types/rendering.d.ts`.
 */
import { makeValue, sameItems } from './observable.js';

/** How often an element that stopped by itself is started again, and after how long at first. */
const ATTEMPTS = 5;
const PAUSE_MS = 250;

export class BlockedAudioTracker {
  /** Session ids by element. */
  #blocked = new Map();
  #sessionIds = makeValue(Object.freeze([]));
  #isBlocked = this.#sessionIds.cell.derive((ids) => ids.length > 0);

  get autoplayBlocked() {
    return this.#isBlocked.value;
  }

  get autoplayBlocked$() {
    return this.#isBlocked.observable;
  }

  get blockedSessionIds() {
    return this.#sessionIds.cell.value;
  }

  get blockedSessionIds$() {
    return this.#sessionIds.cell.observable;
  }

  /** Starts an element with the sound of a participant. */
  async play(element, sessionId) {
    try {
      await element.play();
      this.forget(element);
    } catch (error) {
      // Another stream took the place of this one, or a page that nobody has touched may not play.
      if (error?.name === 'NotAllowedError' && element.srcObject) {
        this.#blocked.set(element, sessionId);
        this.#tell();
      }
    }
  }

  forget(element) {
    if (this.#blocked.delete(element)) this.#tell();
  }

  /** Plays whatever is blocked; to be called while the user touches the page. */
  async resume() {
    const blocked = [...this.#blocked];
    await Promise.all(blocked.map(([element, sessionId]) => this.play(element, sessionId)));
  }

  #tell() {
    const ids = [...new Set(this.#blocked.values())];
    if (!sameItems(ids, this.#sessionIds.cell.value)) this.#sessionIds.set(Object.freeze(ids));
  }
}

/**
 * Starts an element again that stops by itself, as browsers do when a headset is unplugged or a page
 * sleeps. What it returns ends that.
 */
export function keepPlaying(element, play) {
  let attempts = 0;
  let timer;
  const restart = () => {
    clearTimeout(timer);
    if (!element.srcObject?.active || attempts >= ATTEMPTS) return;
    timer = setTimeout(play, PAUSE_MS * 2 ** attempts);
    attempts += 1;
  };
  const started = () => {
    clearTimeout(timer);
    attempts = 0;
  };
  const listeners = { pause: restart, suspend: restart, playing: started };
  for (const name in listeners) element.addEventListener(name, listeners[name]);
  return () => {
    clearTimeout(timer);
    for (const name in listeners) element.removeEventListener(name, listeners[name]);
  };
}
