import { hasAudio, hasPausedTrack, hasVideo, SfuModels } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { Disposables, element, setAttribute, setText } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';
import { participantMenuButton } from './participant-menu.js';
import type { ErrorReport } from './participant-menu.js';
import { reactionBadge } from './reactions.js';
import { avatarColour, initials } from './identity.js';

/** One participant's place on the stage, or that of a shared screen. */
export interface Tile {
  element: HTMLElement;
  /** Whether it shows the user's own camera. */
  isOwn: boolean;
  /** Whether it shows a screen rather than a person. */
  isScreen: boolean;
  /** Shows the participant as they are now. */
  update(participant: StreamVideoParticipant): void;
  dispose: Dispose;
}

/**
 * Makes the tile of one session. Its media elements live as long as the tile: making them anew
 * would interrupt picture and sound.
 */
export function tile(call: Call, first: StreamVideoParticipant, report: ErrorReport): Tile {
  const { sessionId, isLocalParticipant } = first;
  const video = element('video', {
    autoplay: true,
    playsinline: true,
    muted: true,
    'aria-hidden': 'true',
  });
  // The stage plays the sound; a video with sound would be heard twice.
  video.muted = true;
  video.classList.toggle('is-mirrored', isLocalParticipant);
  const avatar = element('span', {
    class: 'avatar',
    'data-colour': avatarColour(first.userId),
    'aria-hidden': 'true',
  });
  const name = element('span', { class: 'tile-name' });
  const muted = element(
    'span',
    { class: 'tile-muted', role: 'img', 'aria-label': 'Muted', title: 'Muted' },
    icon('microphoneOff'),
  );
  const quality = element('span', { class: 'tile-quality', role: 'img' }, icon('signal'));
  const pinned = element(
    'span',
    { class: 'tile-pinned', role: 'img', 'aria-label': 'Pinned', title: 'Pinned' },
    icon('pin'),
  );
  const label = element('div', { class: 'tile-label' }, pinned, muted, name);
  const reactions = reactionBadge(call, sessionId);
  const made = element(
    'article',
    {
      class: 'tile',
      'data-testid': 'tile',
      'data-session-id': sessionId,
      'data-user-id': first.userId,
    },
    avatar,
    video,
    quality,
    participantMenuButton(call, first, report),
    reactions.element,
    label,
  );

  const disposables = new Disposables();
  disposables.add(reactions.dispose);
  // The order of participants moves only those who are not in sight.
  disposables.add(call.trackElementVisibility(made, sessionId, 'videoTrack'));
  const endVideo = call.bindVideoElement(video, sessionId, 'videoTrack');
  if (endVideo) disposables.add(endVideo);

  const update = (participant: StreamVideoParticipant): void => {
    const isMuted = !hasAudio(participant);
    const isSpeaking = participant.isSpeaking && !isMuted;
    const reaction = reactions.update(participant);
    setText(name, displayName(participant));
    setText(avatar, initials(participant.name || participant.userId));
    setAttribute(
      made,
      'aria-label',
      [tileLabel(participant, isMuted, isSpeaking), ...reaction].join(', '),
    );
    setAttribute(made, 'data-muted', String(isMuted));
    setAttribute(made, 'data-speaking', String(isSpeaking));
    setAttribute(made, 'data-video', String(hasVideo(participant)));
    muted.hidden = !isMuted;
    pinned.hidden = participant.pin === undefined;
    video.hidden = !hasVideo(participant);
    // A picture that stands still for lack of bandwidth looks like somebody who stands still. It
    // must keep its size, as a video without is not asked for.
    video.classList.toggle('is-paused', hasPausedTrack(participant, 'videoTrack'));
    const text = qualityText(participant.connectionQuality);
    quality.hidden = text === undefined;
    setAttribute(quality, 'data-quality', String(participant.connectionQuality));
    setAttribute(quality, 'aria-label', text ?? '');
    setAttribute(quality, 'title', text ?? '');
  };
  update(first);
  return {
    element: made,
    isOwn: isLocalParticipant,
    isScreen: false,
    update,
    dispose: () => disposables.dispose(),
  };
}

/** The name to show, with a word for oneself. */
export function displayName(participant: StreamVideoParticipant): string {
  const name = participant.name || participant.userId;
  return participant.isLocalParticipant ? `${name} (you)` : name;
}

function tileLabel(
  participant: StreamVideoParticipant,
  isMuted: boolean,
  isSpeaking: boolean,
): string {
  const words = [displayName(participant)];
  if (isMuted) words.push('muted');
  if (isSpeaking) words.push('speaking');
  if (!hasVideo(participant)) words.push('camera off');
  else if (hasPausedTrack(participant, 'videoTrack')) words.push('video paused');
  return words.join(', ');
}

function qualityText(quality: SfuModels.ConnectionQuality): string | undefined {
  switch (quality) {
    case SfuModels.ConnectionQuality.POOR:
      return 'Connection: poor';
    case SfuModels.ConnectionQuality.GOOD:
      return 'Connection: good';
    case SfuModels.ConnectionQuality.EXCELLENT:
      return 'Connection: excellent';
    default:
      return undefined;
  }
}
