/**
 * Values that are current and observable. Types and documentation: `types/observable.d.ts`.
 */
import { runIsolated } from './events.js';

/**
 * A value that is read when somebody asks for it, kept until it is marked stale, and told to
 * whoever watches it. What nobody reads costs nothing.
 *
 * @template T
 */
export class Cell {
  #read;
  #value;
  #fresh = false;
  #dependents = [];
  #watchers = new Set();

  /** What apps get of this cell. */
  observable = new StateObservable(this);

  /** @param {(before: T | undefined) => T} read gives the value before, to keep it if it is equal */
  constructor(read) {
    this.#read = read;
  }

  get value() {
    if (!this.#fresh) {
      this.#fresh = true;
      this.#value = this.#read(this.#value);
    }
    return this.#value;
  }

  /** A cell whose value follows from this one's. */
  derive(select) {
    const cell = new Cell((before) => select(this.value, before));
    this.#dependents.push(cell);
    return cell;
  }

  /** The value is to be read anew, and that of everything derived from it; all go to `dirty`. */
  markStale(dirty) {
    this.#fresh = false;
    dirty.add(this);
    for (const cell of this.#dependents) cell.markStale(dirty);
  }

  /** Tells `value` to the watchers that were told something else last. */
  notify(value) {
    for (const watcher of this.#watchers) {
      if (Object.is(watcher.last, value)) continue;
      watcher.last = value;
      runIsolated(() => watcher.next(value), 'subscriber');
    }
  }

  /** Tells the current value, if anybody watches. */
  notifyCurrent() {
    if (this.#watchers.size > 0) this.notify(this.value);
  }

  /** Calls `next` at once and after each change, until the returned function is called. */
  watch(next) {
    const watcher = { next, last: this.value };
    this.#watchers.add(watcher);
    runIsolated(() => next(watcher.last), 'subscriber');
    return () => this.#watchers.delete(watcher);
  }
}

export class StateObservable {
  #cell;

  constructor(cell) {
    this.#cell = cell;
    // The symbol is not standard: a polyfill may bring it. RxJS takes the key below without it.
    if (Symbol.observable) this[Symbol.observable] = () => this;
  }

  get value() {
    return this.#cell.value;
  }

  subscribe(observer) {
    const next = typeof observer === 'function' ? observer : (value) => observer?.next?.(value);
    return { unsubscribe: this.#cell.watch(next) };
  }

  ['@@observable']() {
    return this;
  }
}

/** Gives every object of a class a getter and an observable for each cell that `cellsOf` knows. */
export function defineFields(Class, names, cellsOf) {
  for (const name of names) {
    Object.defineProperties(Class.prototype, {
      [name]: {
        get() {
          return cellsOf(this)[name].value;
        },
        enumerable: true,
      },
      [`${name}$`]: {
        get() {
          return cellsOf(this)[name].observable;
        },
        enumerable: true,
      },
    });
  }
}

/** Whether two lists hold the same items in the same order. */
export function sameItems(a, b) {
  return a.length === b.length && a.every((item, place) => item === b[place]);
}
