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
  /** The window whose observers look at the element. */
  #window;
  #listening = [];
  /** What is run when the element is not bound any more. */
  onEnd = [];

  constructor(element, reporter) {
    this.#element = element;
    this.#reporter = reporter;
    element.autoplay = true;
    const stopped = () => this.#stopped();
    const playing = () => this.#reporter?.playing();
    this.#listen({ pause: stopped, suspend: stopped, playing });
  }

  /** Reports the size of the element and of its picture, and whether the page shows it. */
  observe() {
    // The picture may change by itself; and browsers load a video anew in another document.
    const changed = () => {
      const { hidden, defaultView } = this.#element.ownerDocument;
      // To ask for the size now would have the page laid out at once: new observers tell when it is.
      // They do not where it is hidden.
      this.#window = undefined;
      if (hidden || !defaultView?.ResizeObserver) this.#look();
      else this.#follow();
    };
    this.#listen({ resize: changed, emptied: changed, loadedmetadata: changed });
    this.#follow();
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
    this.#unwatch();
    for (const [name, listener] of this.#listening) {
      this.#element.removeEventListener(name, listener);
    }
    for (const run of this.onEnd) run();
    this.show(undefined);
  }

  #listen(listeners) {
    for (const entry of Object.entries(listeners)) {
      this.#listening.push(entry);
      this.#element.addEventListener(...entry);
    }
  }

  #look() {
    this.#follow();
    this.#reporter?.resized(this.#element);
  }

  /**
   * Has the window look at the element in which it is by now: the observers of another one rest when
   * that is hidden, and know nothing of how this one scrolls.
   */
  #follow() {
    const { defaultView: window } = this.#element.ownerDocument;
    if (!this.#reporter || !window || window === this.#window) return;
    this.#window = window;
    this.#unwatch();
    if (window.ResizeObserver) {
      const observer = new window.ResizeObserver(() => this.#look());
      try {
        // So that it hears of a window that moves to a display of another density.
        this.#watch(observer, { box: 'device-pixel-content-box' });
      } catch {
        this.#watch(observer);
      }
    }
    if (window.IntersectionObserver) {
      const tell = (entries) => {
        this.#follow();
        this.#reporter?.scrolled(isNear(this.#element, entries.at(-1)));
      };
      this.#watch(new window.IntersectionObserver(tell, NEAR));
    }
  }

  #watch(observer, options) {
    observer.observe(this.#element, options);
    this.#observers.push(observer);
  }

  #unwatch() {
    for (const observer of this.#observers) observer.disconnect();
    this.#observers = [];
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
  const isFloating = element.ownerDocument.pictureInPictureElement === element;
  return isIntersecting || !isSomewhere || isFullscreen(element) || isFloating;
}

/** Whether an element fills the screen, or is inside one that does. */
export function isFullscreen(element) {
  const shown = element.ownerDocument.fullscreenElement;
  return Boolean(shown) && (shown === element || shown.contains(element));
}
