/**
 * The order of participants. Types and documentation: `src/api/types/sorting.ts`.
 *
 * The core sorts. It knows the comparators of this module by their steps.
 *
 * JavaScript, because apps call them, too, before `init()` as well, and build their own from them.
 */
import { SfuModels, VisibilityState } from './enums.js';
import { invalidArgument } from './errors.js';
import { runIsolated } from './listeners.js';
import { hasAudio, hasScreenShare, hasVideo } from './participants.js';

const { RTMP, SRT, WHIP, RTSP } = SfuModels.ParticipantSource;

/**
 * What a comparator does, step by step: `by` says what is compared; `covers` how many of the steps
 * after a condition it is about; `run` is code of the app.
 *
 * @type {WeakMap<Function, { by: string, swapped: boolean, covers?: number, run?: Function }[]>}
 */
const steps = new WeakMap();

const step = (by, fields) => ({ by, swapped: false, ...fields });

function withSteps(comparator, ...its) {
  steps.set(comparator, its);
  return comparator;
}

const stepsOf = (comparator) =>
  steps.get(comparator) ?? [step('custom', { run: (a, b) => Number(comparator(a, b)) || 0 })];

/** The steps of a comparator for the core, and the app's functions, which they name by number. */
export function describe(comparator) {
  const functions = [];
  const write = ({ run, ...fields }) =>
    run ? { ...fields, function: functions.push(run) - 1 } : fields;
  return { steps: stepsOf(comparator).map(write), functions };
}

/** Asks one of an app's functions; without an answer it threw. */
export function ask(functions, which, a, b) {
  let answer;
  runIsolated(() => {
    answer = functions[which](a, b);
  }, 'comparator of participants');
  return answer;
}

/** The comparator for calls of a type. */
export const comparatorFor = (callType) => CallTypes.get(callType).options.sortParticipantsBy;

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
  return when(applies, step('if', { run: (a, b) => (applies(a, b) ? 1 : 0) }));
}

const when = (applies, condition) => (comparator) => {
  checkComparator(comparator, 'conditional');
  const its = stepsOf(comparator);
  const compare = (a, b) => (applies(a, b) ? comparator(a, b) : 0);
  return withSteps(compare, { ...condition, covers: its.length }, ...its);
};

/** The other way round. */
export function descending(comparator) {
  checkComparator(comparator, 'descending');
  const its = stepsOf(comparator).map((step) => ({ ...step, swapped: !step.swapped }));
  return withSteps((a, b) => comparator(b, a), ...its);
}

export const noopComparator = () => withSteps(() => 0);

/** Those for whom `test` says so come first. */
const first = (test, by, fields) =>
  withSteps((a, b) => (test(b) ? 1 : 0) - (test(a) ? 1 : 0), step(by, fields));

export const dominantSpeaker = first((p) => p.isDominantSpeaker, 'dominant-speaker');
export const speaking = first((p) => p.isSpeaking, 'speaking');
export const screenSharing = first(hasScreenShare, 'publishing', { track: 'screen-share' });
export const publishingVideo = first(hasVideo, 'publishing', { track: 'video' });
export const publishingAudio = first(hasAudio, 'publishing', { track: 'audio' });

/** Pins of the server before those of this page, newer ones first. */
export function pinned({ pin: a }, { pin: b }) {
  if (!a || !b) return (b ? 1 : 0) - (a ? 1 : 0);
  if (a.isLocalPin !== b.isLocalPin) return a.isLocalPin ? 1 : -1;
  return Math.sign(b.pinnedAt - a.pinnedAt);
}
withSteps(pinned, step('pinned'));

// By code units: an order by language would differ from page to page.
export const name = withSteps(
  (a, b) => (b.name < a.name ? 1 : 0) - (a.name < b.name ? 1 : 0),
  step('name'),
);

export const reactionType = (type) =>
  first(({ reaction }) => reaction?.type === type, 'reaction', { names: [String(type)] });
export const role = (...roles) =>
  first((p) => roles.some((role) => p.roles.includes(role)), 'role', {
    names: roles.map(String),
  });
export const withParticipantSource = (...sources) =>
  first((p) => sources.includes(p.source), 'source', { sources: sources.filter(Number.isFinite) });

const { INVISIBLE, UNKNOWN } = VisibilityState;
const isOneOf = (states) => (p) => states.includes(p.viewportVisibilityState.videoTrack);
const ifOne = (states) =>
  when((a, b) => [a, b].some(isOneOf(states)), step('if-tile', { tiles: states }));

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

function checkComparator(comparator, what) {
  if (typeof comparator !== 'function') throw invalidArgument(`${what}: no comparator`);
}
