/**
 * Questions about participants. Types and documentation: `src/api/types/participant.ts`.
 *
 * All answer from the lists of tracks: a stream may be there before or after the track is.
 *
 * JavaScript, because apps call them for each participant whenever they draw.
 */
import { SfuModels } from './enums.js';

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
