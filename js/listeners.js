/**
 * The listeners of a client or a call.
 *
 * JavaScript, because the garbage collector sees what a listener mentions only where listeners hang
 * on the object that they listen to; a list in Rust would keep both for ever.
 */
export class Listeners {
  /** @type {{ name: string, listener: (event: object) => void }[]} */
  #entries = [];
  /** Hears that nobody listens any more. */
  onEmptied;

  /**
   * Keyed by name and function: one function may listen to several events, and listening twice to
   * the same one is listening once. What it returns takes the listener off.
   */
  on(name, listener) {
    if (!this.#entries.some((entry) => entry.name === name && entry.listener === listener)) {
      this.#entries = [...this.#entries, { name, listener }];
    }
    return () => this.off(name, listener);
  }

  off(name, listener) {
    const left = this.#entries.filter(
      (entry) => entry.name !== name || entry.listener !== listener,
    );
    const isEmptied = left.length === 0 && !this.isEmpty;
    this.#entries = left;
    if (isEmptied) this.onEmptied?.();
  }

  /** Whether anybody listens. */
  get isEmpty() {
    return this.#entries.length === 0;
  }

  /** Tells the listeners of that event and those of `all`, in the order in which they came. */
  emit(event) {
    for (const entry of this.#entries) {
      // One that was taken off by an earlier listener of this very event is not called any more.
      if ((entry.name === event.type || entry.name === 'all') && this.#entries.includes(entry)) {
        runIsolated(() => entry.listener(event), `listener to "${event.type}"`);
      }
    }
  }
}

/** Runs code of the app; what it throws is reported and stops nobody else. */
export function runIsolated(run, what) {
  try {
    const result = run();
    // An async function throws into its promise.
    if (typeof result?.catch === 'function') result.catch((error) => report(what, error));
  } catch (error) {
    report(what, error);
  }
}

function report(what, error) {
  try {
    console.error(`trunkline: a ${what} threw`, error);
  } catch {
    // Tests of apps have it throw.
  }
}

/** The same with a function and its arguments. */
export function callIsolated(what, run, args) {
  runIsolated(() => run(...args), what);
}
