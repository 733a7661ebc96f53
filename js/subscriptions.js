/**
 * In which size the videos of the others are asked for. Types and documentation:
 * `types/rendering.d.ts`.
 *
 * The core decides when the server is told.
 */
import { VisibilityState } from './enums.js';
import { invalidArgument } from './errors.js';
import { checkObject } from './input.js';
import { makeValue } from './observable.js';

const NOTHING = { width: 0, height: 0 };

export class TrackSubscriptionManager {
  #state;
  #tell;
  /** The sizes of the elements that show a track, by track and session. */
  #shown = new Map();
  #settings = makeValue(makeSettings(true, undefined, {}));

  /**
   * @param {import('./types/call-state.js').CallState} state
   * @param {(sessionId: string, trackType: string, width: number, height: number) => void} tell
   * tells the core; 0 × 0 is not asked for
   */
  constructor(state, tell) {
    this.#state = state;
    this.#tell = tell;
  }

  get incomingVideoSettings() {
    return this.#settings.cell.value;
  }

  get incomingVideoSettings$() {
    return this.#settings.cell.observable;
  }

  setEnabled(enabled) {
    if (typeof enabled !== 'boolean') {
      throw invalidArgument('setIncomingVideoEnabled: neither true nor false');
    }
    const { preferredResolution, participants } = this.incomingVideoSettings;
    this.#set(makeSettings(enabled, preferredResolution, participants));
  }

  setPreferredResolution(resolution, sessionIds) {
    const size = readResolution(resolution);
    const { enabled, preferredResolution, participants } = this.incomingVideoSettings;
    if (sessionIds === undefined) return this.#set(makeSettings(enabled, size, participants));

    if (!Array.isArray(sessionIds) || sessionIds.some((id) => typeof id !== 'string')) {
      throw invalidArgument(`${PREFER}: the sessions are no list of ids`);
    }
    const edited = { ...participants };
    for (const sessionId of sessionIds) {
      if (size) edited[sessionId] = Object.freeze({ preferredResolution: size });
      else delete edited[sessionId];
    }
    return this.#set(makeSettings(enabled, preferredResolution, edited));
  }

  /** An element shows a track in a size, or not any more. */
  show(element, sessionId, trackType, size = NOTHING) {
    const key = `${trackType} ${sessionId}`;
    const track = this.#shown.get(key) ?? { sessionId, trackType, sizes: new Map() };
    if (size.width * size.height > 0) track.sizes.set(element, size);
    else track.sizes.delete(element);
    if (track.sizes.size > 0) this.#shown.set(key, track);
    else this.#shown.delete(key);
    this.#ask(track);
  }

  /** The visibility of a participant may have changed. */
  review(sessionId) {
    for (const track of this.#shown.values()) {
      if (track.sessionId === sessionId) this.#ask(track);
    }
  }

  #set(settings) {
    this.#settings.set(settings);
    for (const track of this.#shown.values()) this.#ask(track);
  }

  #ask(track) {
    const { width, height } = this.#sizeOf(track);
    this.#tell(track.sessionId, track.trackType, width, height);
  }

  #sizeOf({ sessionId, trackType, sizes }) {
    const { enabled, preferredResolution, participants } = this.incomingVideoSettings;
    const participant = this.#state.findParticipantBySessionId(sessionId);
    const visibility = participant?.viewportVisibilityState?.[trackType];
    if (!enabled || sizes.size === 0 || visibility === VisibilityState.INVISIBLE) return NOTHING;

    // A screen that is shared is there to be read.
    const preferred =
      trackType === 'videoTrack' &&
      (participants[sessionId]?.preferredResolution ?? preferredResolution);
    const area = ({ width, height }) => width * height;
    return preferred || [...sizes.values()].reduce((a, b) => (area(b) > area(a) ? b : a));
  }
}

const PREFER = 'setPreferredIncomingVideoResolution';

function readResolution(resolution) {
  if (resolution === undefined || resolution === null) return undefined;
  checkObject(resolution, PREFER);
  const { width, height } = resolution;
  if (![width, height].every((px) => Number.isInteger(px) && px > 0 && px < 2 ** 16)) {
    throw invalidArgument(`${PREFER}: width and height are no whole numbers of px`);
  }
  return Object.freeze({ width, height });
}

function makeSettings(enabled, preferredResolution, participants) {
  return Object.freeze({
    enabled,
    preferredResolution,
    participants: Object.freeze(participants),
    isParticipantVideoEnabled: () => enabled,
  });
}
