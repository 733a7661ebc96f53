/** Says who comes first: negative for `a`, positive for `b`, 0 when it does not matter. */
export type Comparator<T> = (a: T, b: T) => number;

/** The order of two participants. */
export type ParticipantComparator = Comparator<StreamVideoParticipant>;

/** The first comparator that tells the two apart decides. */
export function combineComparators<T>(...comparators: Comparator<T>[]): Comparator<T>;

/** Compares only pairs for which `applies` says so; all others stay as they are. */
export function conditional<T>(
  applies: (a: T, b: T) => boolean,
): (comparator: Comparator<T>) => Comparator<T>;

/** The other way round. */
export function descending<T>(comparator: Comparator<T>): Comparator<T>;

/** Leaves everybody where they are. */
export function noopComparator<T>(): Comparator<T>;

/** The dominant speaker first. */
export const dominantSpeaker: ParticipantComparator;

/** Those who speak first. */
export const speaking: ParticipantComparator;

/** Those who share their screen first. */
export const screenSharing: ParticipantComparator;

/** Those with a camera first. */
export const publishingVideo: ParticipantComparator;

/** Those with a microphone first. */
export const publishingAudio: ParticipantComparator;

/** Those pinned for everyone first, then those pinned in this page; newer pins before older ones. */
export const pinned: ParticipantComparator;

/** By name, in the order of the characters' code units. */
export const name: ParticipantComparator;

/** Those first whose last reaction is of that type, such as `raised-hand`. */
export function reactionType(type: string): ParticipantComparator;

/** Those with one of these roles first. */
export function role(...roles: string[]): ParticipantComparator;

/** Those first who came into the call in one of these ways. */
export function withParticipantSource(
  ...sources: SfuModels.ParticipantSource[]
): ParticipantComparator;

/**
 * Screens, pins; then, only where one of the two is out of sight, the dominant speaker, speakers,
 * raised hands, cameras, microphones. Tiles in view do not jump.
 */
export const defaultSortPreset: ParticipantComparator;

/** For a stage with one large tile: the dominant speaker comes right after screens and pins. */
export const speakerLayoutSortPreset: ParticipantComparator;

/** For pages of tiles: pins; then, where one of the two is not in sight, who is likely to be looked for. */
export const paginatedLayoutSortPreset: ParticipantComparator;

/** For an audience: those who speak or show something, then admins, hosts and speakers. */
export const livestreamOrAudioRoomSortPreset: ParticipantComparator;

/** What calls of one type have in common on this side. */
export interface CallTypeOptions {
  /** The order of participants; {@link defaultSortPreset} by default. */
  sortParticipantsBy?: ParticipantComparator;
}

/** A call type by name. */
export class CallType {
  /** @param name such as `default` */
  constructor(name: string, options?: CallTypeOptions);
  /** Its name. */
  readonly name: string;
  /** How its calls behave on this side. */
  readonly options: Readonly<Required<CallTypeOptions>>;
}

/** The call types that this page knows; a call takes the options of its type when it is made. */
export const CallTypes: {
  /** Adds one, in place of the one with the same name. */
  register(callType: CallType): void;
  /** Forgets one: its calls behave like those of `default`. */
  unregister(name: string): void;
  /** The type with that name; for unknown ones a type with the defaults. */
  get(name: string): CallType;
};
