/**
 * Questions about participants. Types and documentation: `types/participant.d.ts`.
 *
 * All answer from `publishedTracks`: a stream may be there before or after the track is.
 */
import { SfuModels, VisibilityState } from './enums.js';
import { readStruct } from './struct.js';

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

/**
 * Makes what apps see of a participant, from what the core knows.
 *
 * @param media where the streams are, by their numbers
 */
export function makeParticipant(
  media,
  userId,
  sessionId,
  name,
  image,
  roles,
  custom,
  joinedAt,
  trackLookupPrefix,
  publishedTracks,
  pausedTracks,
  connectionQuality,
  isSpeaking,
  isDominantSpeaker,
  audioLevel,
  source,
  isLocalParticipant,
  video,
  audio,
  screenShare,
  screenShareAudio,
  videoDimension,
  screenShareDimension,
  pin,
  reaction,
  interruptedTracks,
  audioVolume,
  videoTile,
  screenShareTile,
) {
  return Object.freeze({
    userId,
    sessionId,
    name,
    image,
    roles: Object.freeze(roles),
    custom: readStruct(custom),
    joinedAt: joinedAt === undefined ? undefined : new Date(joinedAt),
    trackLookupPrefix,
    publishedTracks: Object.freeze([...publishedTracks]),
    pausedTracks: Object.freeze([...pausedTracks]),
    connectionQuality,
    isSpeaking,
    isDominantSpeaker,
    audioLevel,
    source,
    isLocalParticipant,
    videoStream: media.stream(video),
    audioStream: media.stream(audio),
    screenShareStream: media.stream(screenShare),
    screenShareAudioStream: media.stream(screenShareAudio),
    videoDimension: videoDimension && dimension(videoDimension),
    screenShareDimension: screenShareDimension && dimension(screenShareDimension),
    interruptedTracks: Object.freeze([...interruptedTracks]),
    audioVolume,
    viewportVisibilityState:
      videoTile || screenShareTile
        ? Object.freeze({
            videoTrack: STATES[videoTile],
            screenShareTrack: STATES[screenShareTile],
          })
        : UNKNOWN,
    pin: pin && Object.freeze({ isLocalPin: pin[0] === 1, pinnedAt: pin[1] }),
    reaction,
  });
}

/** Where a tile can be, by the numbers of the core. */
const STATES = Object.values(VisibilityState);

export const tileNumber = (visibility) => STATES.indexOf(visibility);

/** Edits of a participant, by the numbers of the core. */
export const [UNPIN, PIN, RESET_REACTION] = [0, 1, 2];

/** Of tiles of which nothing is known. */
export const UNKNOWN = Object.freeze({
  videoTrack: VisibilityState.UNKNOWN,
  screenShareTrack: VisibilityState.UNKNOWN,
});

function dimension([width, height]) {
  return Object.freeze({ width, height });
}
