/**
 * The order of participants. Types and documentation: `types/sorting.d.ts`.
 *
 * A comparator sees the very objects that apps see, so that sorting crosses no boundary, whoever
 * wrote the comparator.
 */
import { SfuModels, VisibilityState } from './enums.js';
import { invalidArgument } from './errors.js';
import { hasAudio, hasScreenShare, hasVideo } from './participants.js';

const { RTMP, SRT, WHIP, RTSP } = SfuModels.ParticipantSource;

/** The first comparator that tells them apart decides. */
export function combineComparators(...comparators) {
  comparators.forEach((comparator) => checkComparator(comparator, 'combineComparators'));
  return (a, b) => {
    for (const comparator of comparators) {
      const order = comparator(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Compares only those two for whom `applies` says so. */
export function conditional(applies) {
  if (typeof applies !== 'function') throw invalidArgument('conditional: not a function');
  return (comparator) => {
    checkComparator(comparator, 'conditional');
    return (a, b) => (applies(a, b) ? comparator(a, b) : 0);
  };
}

/** The other way round. */
export function descending(comparator) {
  checkComparator(comparator, 'descending');
  return (a, b) => comparator(b, a);
}

export const noopComparator = () => () => 0;

/** Those for whom `test` says so come first. */
const first = (test) => (a, b) => (test(b) ? 1 : 0) - (test(a) ? 1 : 0);

export const dominantSpeaker = first((p) => p.isDominantSpeaker);
export const speaking = first((p) => p.isSpeaking);
export const screenSharing = first(hasScreenShare);
export const publishingVideo = first(hasVideo);
export const publishingAudio = first(hasAudio);

/** Pins of the server before those of this page, newer ones first. */
export function pinned({ pin: a }, { pin: b }) {
  if (!a || !b) return (b ? 1 : 0) - (a ? 1 : 0);
  if (a.isLocalPin !== b.isLocalPin) return a.isLocalPin ? 1 : -1;
  return Math.sign(b.pinnedAt - a.pinnedAt);
}

// By code units: an order by language would differ from page to page.
export const name = (a, b) => (b.name < a.name ? 1 : 0) - (a.name < b.name ? 1 : 0);

export const reactionType = (type) => first(({ reaction }) => reaction?.type === type);
export const role = (...roles) => first((p) => roles.some((role) => p.roles.includes(role)));
export const withParticipantSource = (...sources) => first((p) => sources.includes(p.source));

const { INVISIBLE, UNKNOWN } = VisibilityState;
const isOneOf = (states) => (p) => states.includes(p.viewportVisibilityState.videoTrack);
const ifOne = (states) => conditional((a, b) => [a, b].some(isOneOf(states)));

/** Tiles that somebody looks at keep their places. */
const ifInvisible = ifOne([INVISIBLE]);
const ifInvisibleOrUnknown = ifOne([INVISIBLE, UNKNOWN]);

const handRaised = reactionType('raised-hand');
const ingress = withParticipantSource(RTMP, SRT, WHIP, RTSP);

export const defaultSortPreset = combineComparators(
  screenSharing,
  pinned,
  ifInvisible(
    combineComparators(dominantSpeaker, speaking, handRaised, publishingVideo, publishingAudio),
  ),
);

export const speakerLayoutSortPreset = combineComparators(
  screenSharing,
  pinned,
  dominantSpeaker,
  ifInvisible(combineComparators(speaking, handRaised, ingress, publishingVideo, publishingAudio)),
);

const ifNotVisible = ifInvisibleOrUnknown(
  combineComparators(
    dominantSpeaker,
    speaking,
    handRaised,
    ingress,
    publishingVideo,
    publishingAudio,
  ),
);

export const paginatedLayoutSortPreset = combineComparators(pinned, ifNotVisible);

export const livestreamOrAudioRoomSortPreset = combineComparators(
  ifNotVisible,
  role('admin', 'host', 'speaker'),
);

export class CallType {
  constructor(name, options = {}) {
    if (typeof name !== 'string' || !name) throw invalidArgument('CallType: the name is no text');
    const { sortParticipantsBy = defaultSortPreset } = options;
    checkComparator(sortParticipantsBy, 'CallType');
    this.name = name;
    this.options = Object.freeze({ sortParticipantsBy });
  }
}

const livestream = { sortParticipantsBy: livestreamOrAudioRoomSortPreset };
const known = new Map();

export const CallTypes = Object.freeze({
  register(callType) {
    if (!(callType instanceof CallType)) throw invalidArgument('register: not a CallType');
    known.set(callType.name, callType);
  },

  unregister(name) {
    known.delete(name);
  },

  get(name) {
    return known.get(name) ?? new CallType(name);
  },
});

for (const name of ['livestream', 'audio_room']) CallTypes.register(new CallType(name, livestream));

export function checkComparator(comparator, what) {
  if (typeof comparator !== 'function') throw invalidArgument(`${what}: no comparator`);
}
