import { CallingState } from 'trunkline';
import type { Call } from 'trunkline';

import { Disposables, element } from './dom.js';
import type { Dispose } from './dom.js';
import { tile } from './tile.js';
import type { Tile } from './tile.js';

/** All participants, as large as the room allows. */
export interface Grid {
  element: HTMLElement;
  dispose: Dispose;
}

/** Makes the grid; it follows the participants of the call. */
export function grid(call: Call): Grid {
  const made = element('section', { class: 'grid', 'aria-label': 'Participants’ videos' });
  const tiles = new Map<string, Tile>();

  const arrange = (): void => {
    const { width, height } = made.getBoundingClientRect();
    if (tiles.size === 0 || width === 0 || height === 0) return;
    const size = tileSize(tiles.size, width - 2 * PADDING, height - 2 * PADDING);
    made.style.setProperty('--tile-width', `${size.width}px`);
    made.style.setProperty('--tile-height', `${size.height}px`);
  };

  const show = (): void => {
    const { participants, callingState } = call.state;
    const present = new Set(participants.map((participant) => participant.sessionId));
    // While the connection is made again nobody is known to be there; the tiles stay until it is
    // known who still is.
    if (callingState === CallingState.JOINED) {
      for (const [sessionId, gone] of tiles) {
        if (present.has(sessionId)) continue;
        gone.dispose();
        gone.element.remove();
        tiles.delete(sessionId);
      }
    }
    for (const participant of participants) {
      const known = tiles.get(participant.sessionId);
      if (known) {
        known.update(participant);
      } else {
        const added = tile(call, participant);
        tiles.set(participant.sessionId, added);
        made.append(added.element);
      }
    }
    made.dataset['count'] = String(tiles.size);
    arrange();
  };

  const disposables = new Disposables();
  const observer = new ResizeObserver(arrange);
  observer.observe(made);
  disposables.add(() => observer.disconnect());
  disposables.add(() => tiles.forEach((each) => each.dispose()));
  disposables.watch(call.state.participants$, show);
  disposables.watch(call.state.callingState$, show);
  return { element: made, dispose: () => disposables.dispose() };
}

/**
 * The size, in px, in which `count` tiles fill the room best: large, and with little of the video
 * cropped away. Too many for the room must scroll.
 */
export function tileSize(
  count: number,
  width: number,
  height: number,
): { width: number; height: number } {
  let best = { width: 0, height: 0 };
  let bestScore = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const room = {
      width: (width - GAP * (columns - 1)) / columns,
      height: (height - GAP * (rows - 1)) / rows,
    };
    const fitted = {
      width: Math.floor(Math.min(room.width, room.height * WIDEST)),
      height: Math.floor(Math.min(room.height, room.width / NARROWEST)),
    };
    const shownPart = Math.min(1, fitted.width / (fitted.height * WIDEST));
    const score = fitted.width * fitted.height * Math.sqrt(shownPart);
    if (score > bestScore) {
      best = fitted;
      bestScore = score;
    }
  }
  return { width: Math.max(best.width, SMALLEST), height: Math.max(best.height, SMALLEST) };
}

// px; the style sheet has the same.
const GAP = 8;
const PADDING = 8;
const SMALLEST = 96;
// Width to height. Between the two, video is cropped rather than framed in black.
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;
