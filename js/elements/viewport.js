/**
 * Observes which tiles somebody can see inside an element that scrolls.
 *
 * JavaScript, because the observer holds the tiles and must go with them.
 */
import { isFullscreen } from './bound-element.js';
import { once } from './once.js';

/** How much of a tile must be in sight. */
const THRESHOLD = 0.35;

export class Viewport {
  #observer;
  /** By tile: who hears of it, and whether it is visible if that is known. */
  #tiles = new Map();

  /**
   * Looks at tiles, those that are tracked already included, inside another element.
   *
   * @returns ends it
   */
  set(element) {
    this.#observer?.disconnect();
    // That of its window: those of another one rest when that is hidden.
    const { IntersectionObserver } = element.ownerDocument?.defaultView ?? globalThis;
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const isVisible = isIntersecting || isFullscreen(target);
          const tile = this.#tiles.get(target);
          if (!tile) continue;
          tile.isVisible = isVisible;
          for (const reporter of tile.reporters) reporter.seen(isVisible);
        }
      },
      { root: element, threshold: THRESHOLD },
    );
    this.#observer = observer;
    for (const tile of this.#tiles.keys()) observer.observe(tile);
    return once(() => {
      observer.disconnect();
      if (this.#observer === observer) this.#observer = undefined;
    });
  }

  /**
   * Tells a reporter whether a tile is visible, once that is known and whenever it changes.
   *
   * @returns ends it, and tells the reporter
   */
  track(element, reporter) {
    const tile = this.#tiles.get(element) ?? { reporters: new Set(), isVisible: undefined };
    this.#tiles.set(element, tile);
    tile.reporters.add(reporter);
    this.#observer?.observe(element);
    if (tile.isVisible !== undefined) reporter.seen(tile.isVisible);
    return once(() => {
      tile.reporters.delete(reporter);
      if (tile.reporters.size === 0) {
        this.#tiles.delete(element);
        this.#observer?.unobserve(element);
      }
      reporter.untracked();
    });
  }
}
