import type { StateObservable } from './observable.js';
import type { VideoDimension } from './participant.js';

/** Which videos of the others are received, and in which size. */
export interface IncomingVideoSettings {
  /** Whether any is. */
  readonly enabled: boolean;
  /** The size that is asked for instead of that of the elements; of cameras, not of screens. */
  readonly preferredResolution?: VideoDimension;
  /** The same for some participants, by session id. */
  readonly participants: Readonly<Record<string, { readonly preferredResolution: VideoDimension }>>;
  /** Whether the video of a participant is received when an element shows it. */
  isParticipantVideoEnabled(sessionId: string): boolean;
}

/** Knows which videos are asked for. */
export interface TrackSubscriptionManager {
  /** As set by {@link Call.setIncomingVideoEnabled} and {@link Call.setPreferredIncomingVideoResolution}. */
  readonly incomingVideoSettings: IncomingVideoSettings;
  /** The same, to be watched. */
  readonly incomingVideoSettings$: StateObservable<IncomingVideoSettings>;
}

/** Knows whose sound the browser does not let the page play. */
export interface BlockedAudioTracker {
  /** Whether anybody's is blocked. {@link Call.resumeAudio} mends it, in a click of the user. */
  readonly autoplayBlocked: boolean;
  /** The same, to be watched. */
  readonly autoplayBlocked$: StateObservable<boolean>;
  /** Whose. */
  readonly blockedSessionIds: readonly string[];
  /** The same, to be watched. */
  readonly blockedSessionIds$: StateObservable<readonly string[]>;
}

/** Knows which tiles are in sight. */
export interface ViewportTracker {
  /** See {@link Call.setViewport}. */
  setViewport(element: HTMLElement): () => void;
}

/** Warns, every 3 s while joined, of participants whose sound arrives and is played by no element. */
export interface AudioBindingsWatchdog {
  /** It is on by default. */
  setEnabled(enabled: boolean): void;
}
