import {
  CallingState,
  combineComparators,
  hasScreenShare,
  paginatedLayoutSortPreset,
  screenSharing,
  speakerLayoutSortPreset,
} from 'trunkline';
import type { Call, StreamVideoParticipant } from 'trunkline';

import { Disposables, element, setText, soon } from './dom.js';
import type { Dispose } from './dom.js';
import { MOST_TILES, PADDING, spotlight, tileSize, tilesPerPage } from './layout.js';
import type { Rect } from './layout.js';
import { pager } from './pager.js';
import type { ErrorReport } from './participant-menu.js';
import { peopleOf } from './people.js';
import { screenTile } from './screen-tile.js';
import { tile } from './tile.js';
import type { Tile } from './tile.js';

/**
 * How the tiles are arranged: everybody alike, whoever speaks large, or alike until something is
 * shared or pinned.
 */
export type LayoutChoice = 'auto' | 'grid' | 'speaker';

/** The tiles of participants and shared screens: a page of them, or one large and some beside it. */
export interface Stage {
  element: HTMLElement;
  /** How the user wants them arranged. */
  layout: LayoutChoice;
  dispose: Dispose;
}

/**
 * Makes the stage; it follows the participants of the call. Tiles are moved by style alone: a video
 * whose element moves within the page stands still.
 */
export function stage(call: Call, report: ErrorReport): Stage {
  const made = element('section', { class: 'grid', 'aria-label': 'Participants’ videos' });
  const more = element('p', { class: 'stage-more', hidden: true });
  made.append(more);
  const pages = pager(() => show());
  const leading = peopleOf(call, () => show());
  const paged = peopleOf(call, () => show());
  const tiles = new Map<string, Tile>();
  /** ms that making tiles has taken since the last frame; none is made while the stage itself is. */
  let spent = MOST_SPENT;
  let endWait: Dispose | undefined;
  /** In px, as the browser last laid it out: to ask would make it do so at once. */
  let width = 0;
  let height = 0;
  let layout: LayoutChoice = 'auto';
  let focused: string | undefined;
  let perPage = MOST_TILES;
  /** The tiles in the order of the participants. */
  let order: readonly string[] = [];

  const arrange = (): void => {
    if (tiles.size === 0 || width === 0 || height === 0) return;
    if (tilesPerPage(width, height) !== perPage) {
      perPage = tilesPerPage(width, height);
      show();
      return;
    }
    const room = { width: width - 2 * PADDING, height: height - 2 * PADDING };
    const main = focused === undefined ? undefined : tiles.get(focused);
    made.dataset['layout'] = main ? 'spotlight' : 'grid';
    if (!main) {
      // Those who have no tile yet will need room, too.
      const count = Math.max(tiles.size, order.length);
      const size = tileSize(count, room.width, room.height);
      made.style.setProperty('--tile-width', `${size.width}px`);
      made.style.setProperty('--tile-height', `${size.height}px`);
      for (const [key, each] of tiles) {
        put(each.element, undefined);
        each.element.style.order = String(order.indexOf(key));
      }
      more.hidden = true;
      return;
    }
    const keys = [...tiles.keys()].filter((key) => key !== focused);
    keys.sort((one, other) => order.indexOf(one) - order.indexOf(other));
    const others = keys.flatMap((key) => tiles.get(key) ?? []);
    // Users know what they look like.
    others.sort((one, other) => Number(one.isOwn) - Number(other.isOwn));
    const places = spotlight(others.length, room.width, room.height);
    put(main.element, places.main);
    // Whoever has no place is not shown, and their video not requested.
    others.forEach((each, index) => put(each.element, places.strip[index] ?? null));
    const shown = others.slice(0, places.strip.length).filter((each) => !each.isScreen);
    const hidden = call.state.participantsLength - shown.length - (main.isScreen ? 0 : 1);
    more.hidden = hidden <= 0;
    setText(more, `and ${hidden} more`);
    const { left, top, width: across, height: along } = places.main;
    more.style.left = `${left + across}px`;
    more.style.top = `${top + along}px`;
  };

  const show = (): void => {
    const { callingState } = call.state;
    // Whoever is to be large is among the first.
    const first = leading.at(0, MOST_TILES);
    focused = choose(first, layout, focused);
    pages.setCount(focused === undefined ? Math.ceil(call.state.participantsLength / perPage) : 1);
    const begin = pages.page * perPage;
    const isFurtherPage = focused === undefined && begin > 0;
    const page = isFurtherPage ? paged.at(begin, begin + perPage) : first.slice(0, perPage);
    const participants = focused === undefined ? page : first;
    const wanted = new Map<string, () => Tile>();
    for (const participant of participants) {
      const { sessionId, isLocalParticipant } = participant;
      // Whoever shares sees the screen anyway.
      if (hasScreenShare(participant) && !isLocalParticipant) {
        wanted.set(screenOf(sessionId), () => screenTile(call, participant));
      }
      wanted.set(sessionId, () => tile(call, participant, report));
    }
    // While the connection is made again nobody is known to be there; the tiles stay until it is
    // known who still is.
    if (callingState === CallingState.JOINED) {
      for (const [key, gone] of tiles) {
        if (wanted.has(key)) continue;
        gone.dispose();
        gone.element.remove();
        tiles.delete(key);
      }
    }
    order = [...wanted.keys()];
    for (const [key, make] of wanted) {
      if (tiles.has(key)) continue;
      if (spent >= MOST_SPENT) {
        endWait ??= soon(() => {
          endWait = undefined;
          spent = 0;
          show();
        });
        break;
      }
      const began = performance.now();
      const added = make();
      tiles.set(key, added);
      made.append(added.element);
      spent += performance.now() - began;
    }
    for (const participant of participants) {
      tiles.get(participant.sessionId)?.update(participant);
      tiles.get(screenOf(participant.sessionId))?.update(participant);
    }
    made.dataset['count'] = String(tiles.size);
    arrange();
  };

  call.setSortParticipantsBy(pageOrder);
  const disposables = new Disposables();
  const observer = new ResizeObserver(([entry]) => {
    const size = entry?.borderBoxSize[0];
    if (!size) return;
    width = size.inlineSize;
    height = size.blockSize;
    arrange();
  });
  observer.observe(made);
  disposables.add(() => observer.disconnect());
  disposables.add(call.setViewport(made));
  // Everybody is heard, whether there is a tile for them or not.
  disposables.add(call.attachAudio(made));
  disposables.add(() => tiles.forEach((each) => each.dispose()));
  disposables.add(leading.dispose);
  disposables.add(paged.dispose);
  disposables.add(() => endWait?.());
  disposables.watch(call.state.participantsLength$, show);
  disposables.watch(call.state.callingState$, show);
  return {
    element: element('div', { class: 'tiles' }, made, pages.element),
    get layout() {
      return layout;
    },
    set layout(choice) {
      layout = choice;
      call.setSortParticipantsBy(choice === 'speaker' ? speakerLayoutSortPreset : pageOrder);
      show();
    },
    dispose: () => disposables.dispose(),
  };
}

/** ms for making tiles before a frame: a page has many, and the user is not to wait for the last one. */
const MOST_SPENT = 6;

/** Who speaks or is to be seen comes to the first page; who is in sight there stays. */
const pageOrder = combineComparators(screenSharing, paginatedLayoutSortPreset);

/** The tile to show large, if one is to be. */
function choose(
  participants: readonly StreamVideoParticipant[],
  layout: LayoutChoice,
  before: string | undefined,
): string | undefined {
  if (layout === 'grid') return undefined;
  const pinned = participants.filter((participant) => participant.pin !== undefined);
  // What the user pinned goes before what somebody else pinned for everyone.
  const pin = pinned.find((participant) => participant.pin?.isLocalPin) ?? pinned[0];
  if (pin) return pin.sessionId;
  const others = participants.filter((participant) => !participant.isLocalParticipant);
  const sharer = others.find(hasScreenShare);
  if (sharer) return screenOf(sharer.sessionId);
  if (layout === 'auto') return undefined;
  const speaker =
    others.find((participant) => participant.isDominantSpeaker) ??
    others.find((participant) => participant.sessionId === before) ??
    others[0] ??
    participants[0];
  return speaker?.sessionId;
}

/** Gives a tile a place of its own, `undefined` for one in the flow, or `null` for none. */
function put(target: HTMLElement, rect: Rect | null | undefined): void {
  target.hidden = rect === null;
  const px = (value: number): string => `${value + PADDING}px`;
  target.style.cssText = rect
    ? `position: absolute; left: ${px(rect.left)}; top: ${px(rect.top)}; width: ${rect.width}px; height: ${rect.height}px`
    : '';
}

function screenOf(sessionId: string): string {
  return `screen ${sessionId}`;
}
