/**
 * The order of participants. Types and documentation: `types/sorting.d.ts`.
 *
 * The core sorts. It knows the comparators of this module by their steps; here they are functions
 * as well, so that apps can call them, and build their own from them.
 */
import { SfuModels, VisibilityState } from './enums.js';
import { invalidArgument } from './errors.js';
import { hasAudio, hasScreenShare, hasVideo, tileNumber } from './participants.js';

const { RTMP, SRT, WHIP, RTSP } = SfuModels.ParticipantSource;

/** Kinds of steps, by the numbers of the core. */
const [CUSTOM, IF, IF_TILE, DOMINANT, SPEAKING, PUBLISHING, PINNED, NAME, REACTION, ROLE, SOURCE] =
  Array(11).keys();

/**
 * The steps of a comparator. `count` is that of the names a step uses, or of the steps that its
 * condition is about; `run` is code of the app and takes the place of `number`.
 *
 * @type {WeakMap<Function, { kind, swapped, number, count, names, run }[]>}
 */
const steps = new WeakMap();

const step = (kind, number = 0, names = []) => ({
  kind,
  swapped: 0,
  number,
  count: names.length,
  names,
});

function withSteps(comparator, ...its) {
  steps.set(comparator, its);
  return comparator;
}

const stepsOf = (comparator) =>
  steps.get(comparator) ?? [{ ...step(CUSTOM), run: (a, b) => Number(comparator(a, b)) || 0 }];

/** A comparator in the form of the core, and the code of the app that it names by number. */
export function compile(comparator) {
  const numbers = [];
  const names = [];
  const functions = [];
  for (const { kind, swapped, number, count, names: its, run } of stepsOf(comparator)) {
    numbers.push(kind, swapped, run ? functions.push(run) - 1 : number, count);
    names.push(...its);
  }
  // The end of a name cannot be in one: whoever asks for such a name finds nobody.
  const ended = names.map((name) => `${String(name).replaceAll('\0', '\ufffd')}\0`);
  return { numbers, names: ended.join(''), functions };
}

/** The first comparator that tells them apart decides. */
export function combineComparators(...comparators) {
  comparators.forEach((comparator) => checkComparator(comparator, 'combineComparators'));
  const combined = (a, b) => {
    for (const comparator of comparators) {
      const order = comparator(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
  return withSteps(combined, ...comparators.flatMap(stepsOf));
}

/** Compares only those two for whom `applies` says so. */
export function conditional(applies) {
  if (typeof applies !== 'function') throw invalidArgument('conditional: not a function');
  return when(applies, { ...step(IF), run: (a, b) => (applies(a, b) ? 1 : 0) });
}

const when = (applies, condition) => (comparator) => {
  checkComparator(comparator, 'conditional');
  const its = stepsOf(comparator);
  const compare = (a, b) => (applies(a, b) ? comparator(a, b) : 0);
  return withSteps(compare, { ...condition, count: its.length }, ...its);
};

/** The other way round. */
export function descending(comparator) {
  checkComparator(comparator, 'descending');
  const its = stepsOf(comparator).map((step) => ({ ...step, swapped: 1 - step.swapped }));
  return withSteps((a, b) => comparator(b, a), ...its);
}

export const noopComparator = () => withSteps(() => 0);

/** Those for whom `test` says so come first. */
const first = (test, ...its) =>
  withSteps((a, b) => (test(b) ? 1 : 0) - (test(a) ? 1 : 0), step(...its));

const { AUDIO, VIDEO, SCREEN_SHARE } = SfuModels.TrackType;

export const dominantSpeaker = first((p) => p.isDominantSpeaker, DOMINANT);
export const speaking = first((p) => p.isSpeaking, SPEAKING);
export const screenSharing = first(hasScreenShare, PUBLISHING, SCREEN_SHARE);
export const publishingVideo = first(hasVideo, PUBLISHING, VIDEO);
export const publishingAudio = first(hasAudio, PUBLISHING, AUDIO);

/** Pins of the server before those of this page, newer ones first. */
export function pinned({ pin: a }, { pin: b }) {
  if (!a || !b) return (b ? 1 : 0) - (a ? 1 : 0);
  if (a.isLocalPin !== b.isLocalPin) return a.isLocalPin ? 1 : -1;
  return Math.sign(b.pinnedAt - a.pinnedAt);
}
withSteps(pinned, step(PINNED));

// By code units: an order by language would differ from page to page.
export const name = withSteps(
  (a, b) => (b.name < a.name ? 1 : 0) - (a.name < b.name ? 1 : 0),
  step(NAME),
);

export const reactionType = (type) =>
  first(({ reaction }) => reaction?.type === type, REACTION, 0, [type]);
export const role = (...roles) =>
  first((p) => roles.some((role) => p.roles.includes(role)), ROLE, 0, roles);
export const withParticipantSource = (...sources) =>
  first((p) => sources.includes(p.source), SOURCE, bits(sources));

/** A set of small numbers. */
const bits = (numbers) => numbers.reduce((set, number) => set | (1 << number), 0);

const { INVISIBLE, UNKNOWN } = VisibilityState;
const isOneOf = (states) => (p) => states.includes(p.viewportVisibilityState.videoTrack);
const ifOne = (states) =>
  when((a, b) => [a, b].some(isOneOf(states)), step(IF_TILE, bits(states.map(tileNumber))));

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
