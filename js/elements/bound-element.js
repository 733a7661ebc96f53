/**
 * Carries out what one element is to show, and reports what happens to it.
 *
 * JavaScript, because all that it holds, observers and listeners included, must go when the element
 * goes.
 */
export class BoundElement {
  #element;
  /** None any more once the element is not bound. */
  #reporter;
  #observers = [];
  #listeners = {
    pause: () => this.#stopped(),
    suspend: () => this.#stopped(),
    playing: () => this.#reporter?.playing(),
  };
  /** What is run when the element is not bound any more. */
  onEnd = [];

  constructor(element, reporter) {
    this.#element = element;
    this.#reporter = reporter;
    element.autoplay = true;
    for (const name in this.#listeners) element.addEventListener(name, this.#listeners[name]);
  }

  /** Reports the size of the element and of its picture, and whether the page shows it. */
  observe() {
    const element = this.#element;
    const reporter = this.#reporter;
    if (globalThis.ResizeObserver) {
      this.#watch(new ResizeObserver(() => reporter.resized(element)));
    }
    if (globalThis.IntersectionObserver) {
      const tell = (entries) => reporter.scrolled(isNear(element, entries.at(-1)));
      this.#watch(new IntersectionObserver(tell, NEAR));
    }
  }

  show(stream) {
    if (this.#element.srcObject !== (stream ?? null)) this.#element.srcObject = stream ?? null;
  }

  async play() {
    try {
      await this.#element.play();
      this.#reporter?.played();
    } catch (error) {
      this.#reporter?.notPlayed(error?.name === 'NotAllowedError');
    }
  }

  end() {
    this.#reporter = undefined;
    for (const observer of this.#observers) observer.disconnect();
    for (const name in this.#listeners) {
      this.#element.removeEventListener(name, this.#listeners[name]);
    }
    for (const run of this.onEnd) run();
    this.show(undefined);
  }

  #watch(observer) {
    observer.observe(this.#element);
    this.#observers.push(observer);
  }

  #stopped() {
    this.#reporter?.stopped(this.#element.srcObject?.active === true);
  }
}

/** Elements this near to what the page shows are ready when the user gets there. */
const NEAR = { rootMargin: '100%' };

function isNear(element, { isIntersecting, boundingClientRect }) {
  // An element without a size is nowhere; that it has none is another matter.
  const isSomewhere = boundingClientRect.width * boundingClientRect.height > 0;
  // Picture in picture goes on when its page is scrolled.
  const isFloating = document.pictureInPictureElement === element;
  return isIntersecting || !isSomewhere || isFullscreen(element) || isFloating;
}

/** Whether an element fills the screen, or is inside one that does. */
export function isFullscreen(element) {
  const shown = document.fullscreenElement;
  return Boolean(shown) && (shown === element || shown.contains(element));
}
