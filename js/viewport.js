/**
 * Which tiles somebody can see. Types and documentation: `types/rendering.d.ts`.
 */
import { VisibilityState } from './enums.js';
import { invalidArgument } from './errors.js';
import { once } from './input.js';

/** Elements this near to what the page shows are ready when the user gets there. */
const NEAR = { rootMargin: '100%' };

/** How much of a tile must be in sight. */
const THRESHOLD = 0.35;

/** Tiles inside an element that scrolls. */
export class ViewportTracker {
  #observer;
  /** What hears of an element. */
  #tracked = new Map();

  /** Tiles that were tracked before are looked at from now on. */
  setViewport(element) {
    if (!element?.addEventListener) throw invalidArgument('setViewport: not an element');
    this.#observer?.disconnect();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          this.#tracked.get(target)?.(isIntersecting || isFullscreen(target));
        }
      },
      { root: element, threshold: THRESHOLD },
    );
    this.#observer = observer;
    for (const tile of this.#tracked.keys()) observer.observe(tile);
    return once(() => {
      observer.disconnect();
      if (this.#observer === observer) this.#observer = undefined;
    });
  }

  /** Calls `onChange` with whether the tile is visible, once that is known. */
  observe(tile, onChange) {
    this.#tracked.set(tile, onChange);
    this.#observer?.observe(tile);
    return once(() => {
      this.#tracked.delete(tile);
      this.#observer?.unobserve(tile);
    });
  }
}

/** Calls `onChange` when an element scrolls far out of the page's sight, or comes back. */
export function watchOnPage(element, onChange) {
  if (!globalThis.IntersectionObserver) return () => {};
  const observer = new IntersectionObserver((entries) => {
    const { isIntersecting, boundingClientRect } = entries.at(-1);
    // An element without a size is nowhere; that it has none is another matter.
    const isSomewhere = boundingClientRect.width * boundingClientRect.height > 0;
    onChange(isIntersecting || !isSomewhere || isFullscreen(element) || isFloating(element));
  }, NEAR);
  observer.observe(element);
  return () => observer.disconnect();
}

export const visibilityOf = (isVisible) =>
  isVisible ? VisibilityState.VISIBLE : VisibilityState.INVISIBLE;

function isFullscreen(element) {
  const shown = document.fullscreenElement;
  return shown !== null && (shown === element || shown?.contains(element) === true);
}

/** Picture in picture goes on when its page is scrolled. */
const isFloating = (element) => document.pictureInPictureElement === element;
