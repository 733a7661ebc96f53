/**
 * Shows and plays participants with the elements of an app.
 */

import { invalidArgument } from './errors.js';
import { playOn } from './speaker.js';

const VIDEO = { videoTrack: 'videoStream', screenShareTrack: 'screenShareStream' };
const AUDIO = { audioTrack: 'audioStream', screenShareAudioTrack: 'screenShareAudioStream' };

/** The elements that an app bound to the participants of one call. */
export class Elements {
  #state;
  #setVideoSize;
  #speaker;
  /** The sizes of the elements that show a track, by session id and track. */
  #sizes = new Map();

  /**
   * @param {import('./types/call-state.js').CallState} state
   * @param {(sessionId: string, trackType: string, width: number, height: number) => void} setVideoSize
   * tells the core the size of the largest element that shows a track; 0 × 0 for none
   * @param {import('./speaker.js').SpeakerManager} speaker plays the sound
   */
  constructor(state, setVideoSize, speaker) {
    this.#state = state;
    this.#setVideoSize = setVideoSize;
    this.#speaker = speaker;
  }

  bindVideo(element, sessionId, trackType) {
    check('bindVideoElement', element, 'VIDEO', trackType, VIDEO);
    const participant = this.#state.findParticipantBySessionId(sessionId);
    if (!participant) return undefined;

    // Sound has elements of its own, and browsers let muted video play without a gesture.
    element.muted = true;
    element.playsInline = true;
    if (participant.isLocalParticipant) {
      return this.#follow(element, (p) => p.isLocalParticipant, VIDEO[trackType]);
    }

    const measure = () => {
      const { clientWidth, clientHeight, videoWidth, videoHeight } = element;
      // An element without a size of its own takes that of the picture. To ask for that size would
      // make the picture, and with it the element, grow and shrink for ever.
      const isOfPicture = clientWidth === videoWidth && clientHeight === videoHeight;
      if (clientWidth > 0 && isOfPicture) return;
      this.#setSize(element, sessionId, trackType, clientWidth, clientHeight);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // Somebody who comes again is new to the core, which then has to learn the size.
    const unfollow = this.#follow(
      element,
      (p) => p.sessionId === sessionId,
      VIDEO[trackType],
      measure,
    );
    return once(() => {
      observer.disconnect();
      unfollow();
      this.#setSize(element, sessionId, trackType, 0, 0);
    });
  }

  bindAudio(element, sessionId, trackType = 'audioTrack') {
    check('bindAudioElement', element, 'AUDIO', trackType, AUDIO);
    const participant = this.#state.findParticipantBySessionId(sessionId);
    if (!participant || participant.isLocalParticipant) return undefined;

    const detach = playOn(this.#speaker, element, sessionId);
    const unfollow = this.#follow(element, (p) => p.sessionId === sessionId, AUDIO[trackType]);
    return once(() => {
      unfollow();
      detach();
    });
  }

  /** Keeps `srcObject` equal to a stream of the participant, whichever object that is. */
  #follow(element, isMeant, stream, onCome = () => {}) {
    element.autoplay = true;
    let present = false;
    const subscription = this.#state.participants$.subscribe((participants) => {
      const participant = participants.find(isMeant);
      show(element, participant?.[stream]);
      const came = participant !== undefined && !present;
      present = participant !== undefined;
      if (came) onCome();
    });
    return once(() => {
      subscription.unsubscribe();
      show(element, undefined);
    });
  }

  #setSize(element, sessionId, trackType, width, height) {
    const key = `${trackType} ${sessionId}`;
    const sizes = this.#sizes.get(key) ?? new Map();
    if (width * height > 0) {
      sizes.set(element, { width, height });
    } else {
      sizes.delete(element);
    }
    if (sizes.size > 0) {
      this.#sizes.set(key, sizes);
    } else {
      this.#sizes.delete(key);
    }

    let largest = { width: 0, height: 0 };
    for (const size of sizes.values()) {
      if (size.width * size.height > largest.width * largest.height) largest = size;
    }
    this.#setVideoSize(sessionId, trackType, largest.width, largest.height);
  }
}

function check(what, element, tag, trackType, known) {
  // By name and not by class, as an element may come from another window.
  if (element?.tagName !== tag) {
    throw invalidArgument(`${what}: the first argument is no <${tag.toLowerCase()}> element`);
  }
  if (!Object.hasOwn(known, trackType)) {
    const names = Object.keys(known).join(' nor ');
    throw invalidArgument(`${what}: the third argument is neither ${names}`);
  }
}

function show(element, stream) {
  if (element.srcObject === (stream ?? null)) return;
  element.srcObject = stream ?? null;
  // The attribute alone does not start an element that a script paused. A page that nobody has
  // touched yet may not play sound; `play` runs again with the next stream.
  if (stream) element.play().catch(() => {});
}

function once(run) {
  let open = true;
  return () => {
    if (open) run();
    open = false;
  };
}
