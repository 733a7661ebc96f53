import type { CustomData } from './base.js';
import type { CallingState } from './enums.js';
import type {
  CallClosedCaption,
  CallIngressResponse,
  CallSessionResponse,
  CallSettingsResponse,
  EgressResponse,
  MemberResponse,
  OwnCapability,
  ThumbnailResponse,
  UserResponse,
} from './generated/index.js';
import type { StateObservable, Subscribable } from './observable.js';
import type { StreamVideoParticipant } from './participant.js';
import type { ParticipantComparator } from './sorting.js';
import type { CallStatsReport } from './stats.js';

/** The fields of a call's state. Each is a getter of {@link CallState}, and an observable with `$`. */
export interface CallStateFields {
  /** Where in its life the call is. The observable shows every step in order. */
  readonly callingState: CallingState;
  /** Who is invited. */
  readonly members: readonly MemberResponse[];
  /** The app's free object. */
  readonly custom: CustomData;
  /** The settings, complete; `undefined` until the call is loaded. */
  readonly settings: CallSettingsResponse | undefined;
  /** What this user may do. */
  readonly ownCapabilities: readonly OwnCapability[];
  /** Who made the call; `undefined` until the call is loaded. */
  readonly createdBy: UserResponse | undefined;
  /** When the call was made; `undefined` until the call is loaded. */
  readonly createdAt: Date | undefined;
  /** When the call was last changed; `undefined` until the call is loaded. */
  readonly updatedAt: Date | undefined;
  /** When the call begins, if it has a date. */
  readonly startsAt: Date | undefined;
  /** When the call was ended for everyone, if it was. */
  readonly endedAt: Date | undefined;
  /** Who ended the call; `undefined` also when the server did. */
  readonly endedBy: UserResponse | undefined;
  /** When the running session began; known while joined. */
  readonly startedAt: Date | undefined;
  /** Whether only some may join. `true` until the call is loaded. */
  readonly backstage: boolean;
  /** The team the call belongs to. */
  readonly team: string | undefined;
  /** The running session. */
  readonly session: CallSessionResponse | undefined;
  /** Everybody in the call, in the order of {@link CallState.setSortParticipantsBy}; empty unless joined. */
  readonly participants: readonly StreamVideoParticipant[];
  /** The same people in the order in which they came. */
  readonly rawParticipants: readonly StreamVideoParticipant[];
  /** This page's own participant; `undefined` unless joined. */
  readonly localParticipant: StreamVideoParticipant | undefined;
  /** Everybody but {@link localParticipant}. */
  readonly remoteParticipants: readonly StreamVideoParticipant[];
  /** Who is pinned. */
  readonly pinnedParticipants: readonly StreamVideoParticipant[];
  /** The one to look at. */
  readonly dominantSpeaker: StreamVideoParticipant | undefined;
  /** Whether anybody shares their screen. */
  readonly hasOngoingScreenShare: boolean;
  /** How many are in the call, anonymous ones included; known also before joining. */
  readonly participantCount: number;
  /** How many anonymous ones are in the call. */
  readonly anonymousParticipantCount: number;
  /** Users who may not enter. */
  readonly blockedUserIds: readonly string[];
  /** Whether the call is recorded. */
  readonly recording: boolean;
  /** Whether each participant is recorded apart. */
  readonly individualRecording: boolean;
  /** Whether raw media is recorded. */
  readonly rawRecording: boolean;
  /** Whether the call is transcribed. */
  readonly transcribing: boolean;
  /** Whether captions are made. */
  readonly captioning: boolean;
  /** The captions to be shown now; each goes after a while. */
  readonly closedCaptions: readonly CallClosedCaption[];
  /** What goes out of the call. */
  readonly egress: EgressResponse | undefined;
  /** Where broadcasts can come in. */
  readonly ingress: CallIngressResponse | undefined;
  /** Pictures of the call. */
  readonly thumbnails: ThumbnailResponse | undefined;
  /** Whether media is encrypted end to end. */
  readonly e2eeEnabled: boolean;
  /** Whether the server sends updates of this call. */
  readonly watching: boolean;
  /** Whether the last load made the call. */
  readonly created: boolean;
  /**
   * How the media flow, measured every 2 s while somebody subscribes to `callStatsReport$`;
   * `undefined` before the first measurement, while nobody subscribes, and when the call is not
   * joined.
   */
  readonly callStatsReport: CallStatsReport | undefined;
}

/** How captions are shown. */
export interface ClosedCaptionSettings {
  /** How long each, in ms. */
  visibilityDurationMs?: number;
  /** How many at once. */
  maxVisibleCaptions?: number;
}

/** The observables of {@link CallStateFields}: `x$` for `x`. */
export type CallStateObservables = {
  readonly [Field in keyof CallStateFields as `${Field}$`]: StateObservable<CallStateFields[Field]>;
};

/**
 * What is known of a call. Getters are always current. Values are never changed in place: one that
 * did not change is the same object as before, and a changed one is a new object.
 */
export interface CallState extends CallStateFields, CallStateObservables, Subscribable<CallState> {
  /** The participant with that session, if there is one. */
  findParticipantBySessionId(sessionId: string): StreamVideoParticipant | undefined;
  /** All participants by session id. */
  getParticipantLookupBySessionId(): Record<string, StreamVideoParticipant>;
  /**
   * From now on {@link participants} come in that order; who is equal to their neighbours keeps
   * their place. The SDK sorts; it calls a comparator of the app only for pairs that its own
   * comparators before it leave open. One that throws leaves the order as it is; one that changes
   * the call is no comparator any more, but breaks nothing.
   */
  setSortParticipantsBy(comparator: ParticipantComparator): void;
  /** The comparator in use. */
  getSortParticipantsBy(): ParticipantComparator;
  /** How long captions are shown (2700 ms), and how many (2). */
  updateClosedCaptionSettings(settings: ClosedCaptionSettings): void;
}
