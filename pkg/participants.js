/**
 * Questions about participants. Types and documentation: `types/participant.d.ts`.
 *
 * All answer from `publishedTracks`: a stream may be there before or after the track is.
 */
import { SfuModels, VisibilityState } from './enums.js';

const { AUDIO, VIDEO, SCREEN_SHARE, SCREEN_SHARE_AUDIO } = SfuModels.TrackType;

export const hasVideo = (participant) => participant.publishedTracks.includes(VIDEO);
export const hasAudio = (participant) => participant.publishedTracks.includes(AUDIO);
export const hasScreenShare = (participant) => participant.publishedTracks.includes(SCREEN_SHARE);
export const hasScreenShareAudio = (participant) =>
  participant.publishedTracks.includes(SCREEN_SHARE_AUDIO);
export const isPinned = (participant) => participant.pin !== undefined;
export const hasPausedTrack = (participant, trackType) =>
  participant.pausedTracks.includes(trackType === 'videoTrack' ? VIDEO : SCREEN_SHARE);

export const hasInterruptedTrack = (participant, trackType) =>
  participant.interruptedTracks.includes(trackType);
const KINDS = {
  audio: AUDIO,
  video: VIDEO,
  screenshare: SCREEN_SHARE,
  screenshare_audio: SCREEN_SHARE_AUDIO,
};

/** Whether they publish what a mute of that kind stops. */
export const hasTrack = (participant, kind) => participant.publishedTracks.includes(KINDS[kind]);

/** Where a tile can be, by the numbers of the core. */
const STATES = Object.values(VisibilityState);

/** Edits of a participant, by the numbers of the core. */
export const [UNPIN, PIN, RESET_REACTION] = [0, 1, 2];
export const tileEdit = (trackType, visibility) =>
  (trackType === 'screenShareTrack' ? 6 : 3) + STATES.indexOf(visibility);
