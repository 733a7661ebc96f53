/** A size in CSS px. */
export interface VideoDimension {
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
}

/** A pinned participant. */
export interface ParticipantPin {
  /** Pinned in this page only, not for everyone. */
  readonly isLocalPin: boolean;
  /** ms since the epoch. */
  readonly pinnedAt: number;
}

/**
 * Somebody present: one session of one user. A user with two open tabs is two participants.
 *
 * Objects are frozen. One that did not change stays the same object (`===`), also inside a new list.
 */
export interface StreamVideoParticipant {
  /** Who. */
  readonly userId: string;
  /** Unique within the call. */
  readonly sessionId: string;
  /** To be shown. */
  readonly name: string;
  /** URL of a picture, or empty. */
  readonly image: string;
  /** Roles in the call. */
  readonly roles: readonly string[];
  /** The user's free object. */
  readonly custom: CustomData;
  /** Since when they are in the call. */
  readonly joinedAt?: Date;
  /** First part of the ids of this participant's streams. */
  readonly trackLookupPrefix: string;
  /** What they publish, unmuted. */
  readonly publishedTracks: readonly SfuModels.TrackType[];
  /** As the SFU sees it. */
  readonly connectionQuality: SfuModels.ConnectionQuality;
  /** Whether they speak. */
  readonly isSpeaking: boolean;
  /** Whether they are the one to look at. */
  readonly isDominantSpeaker: boolean;
  /** 0 to 1. */
  readonly audioLevel: number;
  /** How they came into the call. */
  readonly source: SfuModels.ParticipantSource;
  /** Whether this is the session of this very `Call` object. */
  readonly isLocalParticipant: boolean;
  /** Camera; of others, while subscribed. */
  readonly videoStream?: MediaStream;
  /** Microphone. */
  readonly audioStream?: MediaStream;
  /** Screen; of others, while subscribed. */
  readonly screenShareStream?: MediaStream;
  /** Sound of the screen. */
  readonly screenShareAudioStream?: MediaStream;
  /** Size in which the camera is asked for; `undefined` when it is not. */
  readonly videoDimension?: VideoDimension;
  /** Size in which the screen is asked for; `undefined` when it is not. */
  readonly screenShareDimension?: VideoDimension;
  /** Whether and since when they are pinned. */
  readonly pin?: ParticipantPin;
  /** Their last reaction, until {@link Call.resetReaction}. */
  readonly reaction?: VideoReactionResponse;
  /** Whether their tiles are in sight, as {@link Call.trackElementVisibility} found. */
  readonly viewportVisibilityState: {
    /** The tile of the camera. */
    readonly videoTrack: VisibilityState;
    /** The tile of the screen. */
    readonly screenShareTrack: VisibilityState;
  };
  /** Tracks that the SFU holds back for lack of bandwidth. */
  readonly pausedTracks: readonly SfuModels.TrackType[];
  /** Own tracks that the system holds back, as during a phone call. */
  readonly interruptedTracks: readonly SfuModels.TrackType[];
  /** How loud they are played, 0 to 1; `undefined` for as loud as everybody. */
  readonly audioVolume?: number;
}

/** Short for {@link StreamVideoParticipant}. */
export type Participant = StreamVideoParticipant;

/** Whether they publish their camera. */
export function hasVideo(participant: StreamVideoParticipant): boolean;

/** Whether they publish their microphone. */
export function hasAudio(participant: StreamVideoParticipant): boolean;

/** Whether they share their screen. */
export function hasScreenShare(participant: StreamVideoParticipant): boolean;

/** Whether they share the sound of their screen. */
export function hasScreenShareAudio(participant: StreamVideoParticipant): boolean;

/** Whether they are pinned, for this page or for everyone. */
export function isPinned(participant: StreamVideoParticipant): boolean;

/** Whether this track is published, but delivers nothing for now. */
export function hasInterruptedTrack(
  participant: StreamVideoParticipant,
  trackType: SfuModels.TrackType,
): boolean;

/** Whether the SFU holds this track back for lack of bandwidth. */
export function hasPausedTrack(
  participant: StreamVideoParticipant,
  trackType: 'videoTrack' | 'screenShareTrack',
): boolean;
