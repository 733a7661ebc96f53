/**
 * Shows and plays participants with the elements of an app.
 */
import { BlockedAudioTracker, keepPlaying } from './autoplay.js';
import { AudioBindingsWatchdog } from './audio-watchdog.js';
import { VisibilityState } from './enums.js';
import { invalidArgument } from './errors.js';
import { once } from './input.js';
import { TrackSubscriptionManager } from './subscriptions.js';
import { ViewportTracker, visibilityOf, watchOnPage } from './viewport.js';

const VIDEO = { videoTrack: 'videoStream', screenShareTrack: 'screenShareStream' };
const AUDIO = { audioTrack: 'audioStream', screenShareAudioTrack: 'screenShareAudioStream' };

/** The elements that an app bound to the participants of one call. */
export class Elements {
  #state;
  #setVisibility;
  #playOn;

  subscriptions;
  viewport = new ViewportTracker();
  blockedAudio = new BlockedAudioTracker();
  watchdog;

  /**
   * @param {import('./types/call-state.js').CallState} state
   * @param {{ setVideoSize, setVisibility, warn }} port the core's side: takes the size of the
   * largest element that shows a track, and whether a tile is visible; logs
   * @param {(element: HTMLAudioElement, sessionId: string) => () => void} playOn plays an element on
   * the speaker, until what it returns is called
   */
  constructor(state, { setVideoSize, setVisibility, warn }, playOn) {
    this.#state = state;
    this.#setVisibility = setVisibility;
    this.#playOn = playOn;
    this.subscriptions = new TrackSubscriptionManager(state, setVideoSize);
    this.watchdog = new AudioBindingsWatchdog(state, warn);
  }

  bindVideo(element, sessionId, trackType) {
    check('bindVideoElement', element, 'VIDEO', trackType, VIDEO);
    const participant = this.#state.findParticipantBySessionId(sessionId);
    if (!participant) return undefined;

    // Sound has elements of its own, and browsers let muted video play without a gesture.
    element.muted = true;
    element.playsInline = true;
    const play = () => element.play().catch(() => {});
    if (participant.isLocalParticipant) {
      return this.#follow(element, (p) => p.isLocalParticipant, VIDEO[trackType], play);
    }

    let isOnPage = true;
    const show = (size) => this.subscriptions.show(element, sessionId, trackType, size);
    const measure = () => {
      const { clientWidth: width, clientHeight: height, videoWidth, videoHeight } = element;
      if (!isOnPage) return show();
      // An element without a size of its own takes that of the picture. To ask for that size would
      // make the picture, and with it the element, grow and shrink for ever.
      const isOfPicture = width === videoWidth && height === videoHeight;
      if (width > 0 && isOfPicture) return;
      show({ width, height });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const unwatch = watchOnPage(element, (isVisible) => {
      if (isVisible === isOnPage) return;
      isOnPage = isVisible;
      // What it asked for before it went, whatever the picture has become.
      const { clientWidth: width, clientHeight: height } = element;
      show(isVisible ? { width, height } : undefined);
    });
    // Somebody who comes again is new to the core, which then has to learn the size.
    const unfollow = this.#follow(
      element,
      (p) => p.sessionId === sessionId,
      VIDEO[trackType],
      play,
      measure,
    );
    return once(() => {
      observer.disconnect();
      unwatch();
      unfollow();
      show();
    });
  }

  bindAudio(element, sessionId, trackType = 'audioTrack') {
    check('bindAudioElement', element, 'AUDIO', trackType, AUDIO);
    const participant = this.#state.findParticipantBySessionId(sessionId);
    if (!participant || participant.isLocalParticipant) return undefined;

    const detach = this.#playOn(element, sessionId);
    const unbind = this.watchdog.bind(sessionId, trackType);
    const play = () => this.blockedAudio.play(element, sessionId);
    const isMeant = (p) => p.sessionId === sessionId;
    const unfollow = this.#follow(element, isMeant, AUDIO[trackType], play);
    return once(() => {
      unfollow();
      this.blockedAudio.forget(element);
      unbind();
      detach();
    });
  }

  /** Plays everybody, with elements made for that inside `container`. */
  attachAudio(container = document.body) {
    if (!container?.append) throw invalidArgument('attachAudio: not an element');
    /** What ends each element, by track and session. */
    const playing = new Map();
    const attach = (sessionId, trackType) => {
      const element = document.createElement('audio');
      element.hidden = true;
      container.append(element);
      const unbind = this.bindAudio(element, sessionId, trackType);
      return () => {
        unbind?.();
        element.remove();
      };
    };
    const { unsubscribe } = this.#state.remoteParticipants$.subscribe((participants) => {
      const wanted = new Map();
      for (const participant of participants) {
        for (const trackType in AUDIO) {
          if (!participant[AUDIO[trackType]]) continue;
          wanted.set(`${trackType} ${participant.sessionId}`, [participant.sessionId, trackType]);
        }
      }
      for (const [key, detach] of playing) {
        if (wanted.has(key)) continue;
        playing.delete(key);
        detach();
      }
      for (const [key, sound] of wanted) {
        if (!playing.has(key)) playing.set(key, attach(...sound));
      }
    });
    return once(() => {
      unsubscribe();
      for (const detach of playing.values()) detach();
    });
  }

  trackVisibility(tile, sessionId, trackType) {
    if (!tile?.addEventListener) {
      throw invalidArgument('trackElementVisibility: the first argument is no element');
    }
    checkTrack('trackElementVisibility', trackType, VIDEO);
    const set = (visibility) => {
      this.#setVisibility(sessionId, trackType, visibility);
      this.subscriptions.review(sessionId);
    };
    const unobserve = this.viewport.observe(tile, (isVisible) => set(visibilityOf(isVisible)));
    return once(() => {
      unobserve();
      set(VisibilityState.UNKNOWN);
    });
  }

  /** Keeps `srcObject` equal to a stream of the participant, whichever object that is. */
  #follow(element, isMeant, stream, play, onCome = () => {}) {
    element.autoplay = true;
    const stopKeeping = keepPlaying(element, play);
    let present = false;
    const subscription = this.#state.participants$.subscribe((participants) => {
      const participant = participants.find(isMeant);
      show(element, participant?.[stream], play);
      const came = participant !== undefined && !present;
      present = participant !== undefined;
      if (came) onCome();
    });
    return once(() => {
      stopKeeping();
      subscription.unsubscribe();
      show(element, undefined);
    });
  }
}

function check(what, element, tag, trackType, known) {
  // By name and not by class, as an element may come from another window.
  if (element?.tagName !== tag) {
    throw invalidArgument(`${what}: the first argument is no <${tag.toLowerCase()}> element`);
  }
  checkTrack(what, trackType, known);
}

function checkTrack(what, trackType, known) {
  if (!Object.hasOwn(known, trackType)) {
    const names = Object.keys(known).join(' nor ');
    throw invalidArgument(`${what}: the third argument is neither ${names}`);
  }
}

/** @param {() => void} [play] starts the element: the attribute alone does not start one that a
 * script paused */
function show(element, stream, play) {
  if (element.srcObject === (stream ?? null)) return;
  element.srcObject = stream ?? null;
  if (stream) play();
}
