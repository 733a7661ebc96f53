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
  /** Values that are to be told after the one that is being told. */
  #pending;

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

  /**
   * Tells `value` to the watchers that were told something else last. When a watcher's own doing
   * changes the value, everybody hears of that after they have heard of what caused it.
   */
  notify(value) {
    if (this.#pending) return void this.#pending.push(value);
    this.#pending = [value];
    for (const current of this.#pending) {
      for (const watcher of this.#watchers) {
        if (!Object.is(watcher.last, current)) watcher.tell(current);
      }
    }
    this.#pending = undefined;
  }

  /** Tells the current value, if anybody watches. */
  notifyCurrent() {
    if (this.#watchers.size > 0) this.notify(this.value);
  }

  /** Calls `next` at once and after each change, until the returned function is called. */
  watch(next) {
    const watcher = new Watcher(next);
    this.#watchers.add(watcher);
    watcher.tell(this.value);
    return () => {
      this.#watchers.delete(watcher);
      watcher.end();
    };
  }
}

/** Somebody who is told values, one after the other: never a second one from within the first. */
class Watcher {
  #next;
  #pending = [];
  #isBusy = false;
  /** What was told last, or is about to be. */
  last;

  constructor(next) {
    this.#next = next;
  }

  tell(value) {
    this.last = value;
    this.#pending.push(value);
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#pending.length > 0) {
      const value = this.#pending.shift();
      runIsolated(() => this.#next?.(value), 'subscriber');
    }
    this.#isBusy = false;
  }

  end() {
    this.#next = undefined;
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

/** A cell whose value is set by hand. */
export function makeValue(value) {
  const cell = new Cell(() => value);
  const set = (next) => {
    if (Object.is(value, next)) return;
    value = next;
    const dirty = new Set();
    cell.markStale(dirty);
    for (const each of dirty) each.notifyCurrent();
  };
  return { cell, set };
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
