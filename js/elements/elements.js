/**
 * The elements that are bound to the participants of one call.
 *
 * JavaScript, because they hang on the objects of the call, where the garbage collector sees them, and
 * never on Rust, which names them by its numbers and says what each of them shows.
 */
import { BoundElement } from './bound-element.js';
import { once } from './once.js';

export class Elements {
  /** @type {Map<bigint, BoundElement>} */
  #bound = new Map();
  /** Elements of the app in which sound is played, and what was made inside each of them. */
  #containers = new Map();

  /**
   * An element of the app is going to show something.
   *
   * @param reporter hears of it
   * @returns ends it, and tells the reporter
   */
  bind(id, element, reporter) {
    this.#bound.set(id, new BoundElement(element, reporter));
    return once(() => {
      try {
        this.end(id);
      } finally {
        reporter.unbound();
      }
    });
  }

  /** The reporter is told the size of a bound video, and whether the page shows it. */
  observe(id) {
    this.#bound.get(id)?.observe();
  }

  /** `run` is run when the element is not bound any more. */
  onEnd(id, run) {
    this.#bound.get(id)?.onEnd.push(run);
  }

  show(id, stream) {
    this.#bound.get(id)?.show(stream);
  }

  play(id) {
    this.#bound.get(id)?.play();
  }

  /**
   * Sound is going to be played inside an element of the app.
   *
   * @returns ends it, and tells the reporter
   */
  contain(id, container, reporter) {
    const made = new Set();
    this.#containers.set(id, { container, made });
    return once(() => {
      this.#containers.delete(id);
      for (const element of made) this.end(element);
      reporter.detached();
    });
  }

  /** Makes an element inside a container, and returns it; none if the app took the container back. */
  make(id, containerId, reporter) {
    const known = this.#containers.get(containerId);
    if (!known) return undefined;
    const { container, made } = known;
    const element = document.createElement('audio');
    element.hidden = true;
    container.append(element);
    made.add(id);
    const bound = new BoundElement(element, reporter);
    bound.onEnd.push(() => {
      made.delete(id);
      element.remove();
    });
    this.#bound.set(id, bound);
    return element;
  }

  /** An element shows nothing any more; one that was made is taken away. */
  end(id) {
    const bound = this.#bound.get(id);
    this.#bound.delete(id);
    bound?.end();
  }
}
