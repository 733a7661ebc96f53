/** Where a tile is, in px. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** One tile large, and beside it as many of the others as there is room for. */
export interface Spotlight {
  main: Rect;
  strip: readonly Rect[];
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

/** How many tiles are shown at once, so that there is something to see on each. */
export function tilesPerPage(width: number, height: number): number {
  const fitting = Math.floor((width * height) / LEAST_AREA);
  return Math.min(Math.max(fitting, FEWEST_TILES), MOST_TILES);
}

/**
 * Divides the room, in px, between a large tile and a strip of small ones: at the right of a wide
 * room, at the bottom of a high one.
 */
export function spotlight(others: number, width: number, height: number): Spotlight {
  if (others === 0) return { main: { left: 0, top: 0, width, height }, strip: [] };
  const isWide = width > height;
  const across = Math.round(
    isWide ? Math.min(STRIP_MOST, width / 4) : Math.min(STRIP_MOST, height / 5),
  );
  const along = Math.round(isWide ? across / STRIP_RATIO : across * STRIP_RATIO);
  const room = isWide ? height : width;
  const count = Math.min(others, Math.max(1, Math.floor((room + GAP) / (along + GAP))));
  const used = count * (along + GAP) - GAP;
  const begin = Math.max(0, Math.round((room - used) / 2));
  const strip = Array.from({ length: count }, (_, index) => {
    const offset = begin + index * (along + GAP);
    return isWide
      ? { left: width - across, top: offset, width: across, height: along }
      : { left: offset, top: height - across, width: along, height: across };
  });
  const main = isWide
    ? { left: 0, top: 0, width: width - across - GAP, height }
    : { left: 0, top: 0, width, height: height - across - GAP };
  return { main, strip };
}

/** Tiles on a page, whatever the room. */
export const MOST_TILES = 24;
const FEWEST_TILES = 4;
// px²: 180×135.
const LEAST_AREA = 24_300;
// px; the style sheet has the same.
const GAP = 8;
/** Room around the tiles, in px; the style sheet has the same. */
export const PADDING = 8;
const SMALLEST = 96;
const STRIP_MOST = 220;
const STRIP_RATIO = 4 / 3;
// Width to height. Between the two, video is cropped rather than framed in black.
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;
