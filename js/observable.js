/**
 * Values that are current and observable. Types and documentation: `types/observable.d.ts`.
 */
import { runIsolated } from './listeners.js';

/**
 * A value that is read when somebody asks for it, kept until it is marked stale, and told to
 * whoever watches it. What nobody reads costs nothing.
 *
 * @template T
 */
export class Cell {
  #read;
  #onWatched;
  #value;
  #fresh = false;
  #isBeingRead = false;
  #dependents = [];
  #watchers = new Set();
  /** Values that are to be told after the one that is being told. */
  #pending;

  /** What apps get of this cell. */
  observable = new StateObservable(this);

  /**
   * @param {(before: T | undefined) => T} read gives the value before, to keep it if it is equal
   * @param {(isWatched: boolean) => void} [onWatched] hears of the first watcher, and of the end of
   * the last one
   */
  constructor(read, onWatched) {
    this.#read = read;
    this.#onWatched = onWatched;
  }

  /** Code of the app may run while the value is read; for that code it is the one before. */
  get value() {
    if (!this.#fresh && !this.#isBeingRead) {
      this.#isBeingRead = true;
      this.#fresh = true;
      try {
        this.#value = this.#read(this.#value);
      } finally {
        this.#isBeingRead = false;
      }
    }
    return this.#value;
  }

  /** A cell whose value follows from this one's. */
  derive(select) {
    return Cell.from([this], select);
  }

  /** A cell whose value follows from those of others. */
  static from(sources, select) {
    const cell = new Cell((before) => select(...sources.map((source) => source.value), before));
    // Weakly, as some sources belong to the page.
    for (const source of sources) source.#dependents.push(new WeakRef(cell));
    return cell;
  }

  /** The value is to be read anew, and that of everything derived from it; all go to `dirty`. */
  markStale(dirty) {
    this.#fresh = false;
    dirty.add(this);
    this.#dependents = this.#dependents.filter((known) => known.deref());
    for (const known of this.#dependents) known.deref()?.markStale(dirty);
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
    if (this.#watchers.size === 1) this.#onWatched?.(true);
    watcher.tell(this.value);
    return () => {
      const isLast = this.#watchers.delete(watcher) && this.#watchers.size === 0;
      if (isLast) this.#onWatched?.(false);
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

/** What a state is made of. */
let cellsOf;

/** Values by name, each of them a getter and an observable; see {@link defineFields}. */
export class State {
  static {
    cellsOf = (state) => state.#cells;
  }

  #cells;
  /** Has another value after each change of anything. */
  #pulse;

  constructor(cells, pulse) {
    this.#cells = cells;
    this.#pulse = pulse;
  }

  subscribe(listener) {
    return this.#pulse.watch(() => listener(this));
  }

  select(selector, listener, equals = Object.is) {
    let last;
    let told = false;
    return this.subscribe(() => {
      const selected = selector(this);
      if (told && equals(last, selected)) return;
      told = true;
      last = selected;
      listener(selected);
    });
  }

  snapshot() {
    const values = Object.entries(this.#cells).map(([name, cell]) => [name, cell.value]);
    // Streams are no data.
    const plain = (_, value) => (value?.getTracks ? value.id : value);
    return JSON.parse(JSON.stringify(Object.fromEntries(values), plain));
  }
}

/** Keeps cells in step with the core: notes which ones changed, and tells their watchers. */
export class Store {
  #dirty = new Set();
  pulse = new Cell(() => ({}));

  /** @param cells by name, also those that the state does not show */
  constructor(cells) {
    this.cells = cells;
  }

  /** The cell changed. */
  markStale(name) {
    this.cells[name].markStale(this.#dirty);
  }

  /** Tells the watchers of everything that was marked. */
  flush() {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    if (dirty.length > 0) this.tell(dirty);
  }

  /** Tells the watchers of `cells`, and those of the whole. */
  tell(cells) {
    for (const cell of cells) cell.notifyCurrent();
    this.pulse.markStale(new Set());
    this.pulse.notifyCurrent();
  }
}

/** Gives every object of a class a getter and an observable for each cell with one of the names. */
export function defineFields(Class, names, find = cellsOf) {
  for (const name of names) {
    Object.defineProperties(Class.prototype, {
      [name]: {
        get() {
          return find(this)[name].value;
        },
        enumerable: true,
      },
      [`${name}$`]: {
        get() {
          return find(this)[name].observable;
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
