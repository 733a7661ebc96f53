import { hasPausedTrack } from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { Disposables, element, setAttribute, setText } from './dom.js';
import { icon } from './icons.js';
import type { Tile } from './tile.js';

/** Makes the tile of the screen that somebody else shares. */
export function screenTile(call: Call, first: StreamVideoParticipant): Tile {
  const { sessionId } = first;
  const video = element('video', { 'aria-hidden': 'true' });
  const waiting = element('p', { class: 'tile-waiting' });
  let isPaused = false;
  const showWaiting = (): void => {
    // The first picture of a screen is large and may take a moment.
    waiting.hidden = video.videoWidth > 0 && !isPaused;
    setText(waiting, isPaused ? 'The connection is too slow for the screen.' : 'One moment…');
  };
  video.addEventListener('resize', showWaiting);
  const name = element('span', { class: 'tile-name' });
  const made = element(
    'article',
    { class: 'tile is-screen', 'data-testid': 'screen-tile', 'data-session-id': sessionId },
    waiting,
    video,
    element('div', { class: 'tile-label' }, icon('screen'), name),
  );
  const disposables = new Disposables();
  const endVideo = call.bindVideoElement(video, sessionId, 'screenShareTrack');
  if (endVideo) disposables.add(endVideo);

  const update = (participant: StreamVideoParticipant): void => {
    const label = `${participant.name || participant.userId}’s screen`;
    setText(name, label);
    setAttribute(made, 'aria-label', label);
    isPaused = hasPausedTrack(participant, 'screenShareTrack');
    showWaiting();
  };
  update(first);
  return {
    element: made,
    isOwn: false,
    isScreen: true,
    update,
    dispose: () => disposables.dispose(),
  };
}
