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
