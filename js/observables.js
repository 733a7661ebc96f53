/**
 * The values of one object that are current and observable: `object.x` and `object.x$`. The object
 * is Rust's and makes its values; here they are kept until they change, and told to whoever watches
 * them.
 *
 * JavaScript, because the garbage collector sees what watchers mention only where they hang on the
 * object itself.
 */
import { runIsolated } from './listeners.js';

/** By the object whose values they are. */
const observablesOf = new WeakMap();

export class Observables {
  #owner;
  #onWatched;
  /** @type {Map<string, Value>} */
  #values = new Map();
  /** What changed, and watchers have not heard of. */
  #marked = new Set();
  /** What changed, and watchers are to hear of later. */
  #late = new Set();
  /**
   * The answers of methods that are watched, by the name of the method and by what they are about.
   *
   * @type {Map<string, Map<unknown, Set<Answer>>>}
   */
  #answers = new Map();
  /** Answers that may be others by now, of which watchers have not heard; or are to hear later. */
  #markedAnswers = new Set();
  #lateAnswers = new Set();
  /** The whole, for those who watch all of it. */
  #pulse = new Value();

  /**
   * @param {object} owner has a getter for each value
   * @param {(name: string, isWatched: boolean) => void} [onWatched] hears of the first watcher of a
   * value, and of the end of the last one; whoever watches all of it watches `everything`
   */
  constructor(owner, onWatched) {
    this.#owner = owner;
    this.#onWatched = onWatched;
    observablesOf.set(owner, this);
  }

  /**
   * The value as it was made last, if nothing changed since; `undefined` says to make it. Code of the
   * app may run while it is made: for that code it is the one before, and what that code changes
   * counts.
   */
  fresh(name) {
    const value = this.#value(name);
    if (value.isFresh || value.isBeingMade) return value.last;
    value.isFresh = value.isBeingMade = true;
    return undefined;
  }

  /** The value as it was made last, so that an equal one can be kept. */
  last(name) {
    return this.#values.get(name)?.last;
  }

  /** Takes in a value that was made, and gives it back. */
  keep(name, made) {
    const value = this.#value(name);
    value.last = made;
    value.isBeingMade = false;
    return made;
  }

  /** The same with a list, in place of which the last one stays if it has the same items. */
  keepList(name, made) {
    const last = this.last(name);
    return this.keep(name, isSameList(last, made) ? last : Object.freeze(made));
  }

  /** These have changed: they are to be made anew when somebody reads them. */
  mark(...names) {
    for (const name of names) {
      this.#value(name).isFresh = false;
      this.#marked.add(name);
    }
  }

  /** The same for some of which watchers hear after the next `markLate`. */
  markLater(...names) {
    for (const name of names) {
      this.#value(name).isFresh = false;
      this.#late.add(name);
    }
  }

  /** A method may answer something else, if it is asked about that. */
  markAnswer(method, about) {
    for (const answer of this.#answers.get(method)?.get(about) ?? []) {
      this.#markedAnswers.add(answer);
    }
  }

  /** The same with answers of which watchers hear after the next `markLate`. */
  markAnswerLater(method, about) {
    for (const answer of this.#answers.get(method)?.get(about) ?? []) this.#lateAnswers.add(answer);
  }

  /** Watchers are to hear of what was marked for later. */
  markLate() {
    for (const name of this.#late) this.#marked.add(name);
    for (const answer of this.#lateAnswers) this.#markedAnswers.add(answer);
    this.#late.clear();
    this.#lateAnswers.clear();
  }

  /** Tells one of several values that a value went through; the newest is what it is now. */
  tell(name, passed) {
    this.#value(name).notify(passed);
  }

  /** Tells the watchers of everything that was marked. */
  flush() {
    const marked = [...this.#marked];
    const answers = [...this.#markedAnswers];
    this.#marked.clear();
    this.#markedAnswers.clear();
    if (marked.length + answers.length === 0) return;
    for (const name of marked) {
      const value = this.#value(name);
      if (value.isWatched) value.notify(this.#owner[name]);
    }
    for (const answer of answers) answer.notify();
    if (this.#pulse.isWatched) this.#pulse.notify({});
  }

  /**
   * Tells the last values of all, as the object's maker has stopped for good; after its last breath,
   * as watchers may call anything.
   */
  tellLast(name, ...values) {
    this.keep(name, values.at(-1));
    queueMicrotask(() => {
      for (const passed of values) this.tell(name, passed);
      if (this.#pulse.isWatched) this.#pulse.notify({});
    });
  }

  isWatched(name) {
    return this.#values.get(name)?.isWatched === true;
  }

  /** What apps get as `object.x$`. */
  observable(name) {
    const value = this.#value(name);
    return (value.observable ??= new StateObservable(
      (next) => this.watch(name, next),
      () => this.#owner[name],
    ));
  }

  /** Calls `next` at once and after each change, until the returned function is called. */
  watch(name, next) {
    return this.#add(this.#value(name), name, next, () => this.#owner[name]);
  }

  #add(value, name, next, read) {
    const unwatch = value.add(next, read, () => this.#onWatched?.(name, true));
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      unwatch();
      if (!value.isWatched) this.#onWatched?.(name, false);
    };
  }

  /** What apps get as the observable of what a method answers; `about` is by what it is marked. */
  answer(method, about, ...args) {
    return new StateObservable(
      (next) => {
        const answer = new Answer(() => this.#owner[method](...args));
        const of = entry(this.#answers, method, () => new Map());
        if (of.size === 0) this.#onWatched?.(method, true);
        const same = entry(of, about, () => new Set());
        same.add(answer);
        const unwatch = answer.add(next);
        return () => {
          if (!same.delete(answer)) return;
          unwatch();
          if (same.size === 0) of.delete(about);
          if (of.size === 0) this.#onWatched?.(method, false);
        };
      },
      () => this.#owner[method](...args),
    );
  }

  /** Calls `listener` with the object at once and after each change of anything. */
  watchAll(listener) {
    return this.#add(
      this.#pulse,
      EVERYTHING,
      () => listener(this.#owner),
      () => ({}),
    );
  }

  /** Calls `listener` with what `selector` takes out of the object, at once and when that changes. */
  select(selector, listener, equals = Object.is) {
    let last;
    let isTold = false;
    return this.watchAll((owner) => {
      const selected = selector(owner);
      if (isTold && equals(last, selected)) return;
      isTold = true;
      last = selected;
      listener(selected);
    });
  }

  /** The values of those names as plain JSON. Streams are no data. */
  snapshot(names) {
    const values = names.map((name) => [name, this.#owner[name]]);
    const plain = (_, value) => (value?.getTracks ? value.id : value);
    return JSON.parse(JSON.stringify(Object.fromEntries(values), plain));
  }

  /** Gives the class of `owner` the getter of an observable for each name, unless it has it. */
  static define(owner, names) {
    const prototype = Object.getPrototypeOf(owner);
    for (const name of names) {
      if (Object.hasOwn(prototype, `${name}$`)) continue;
      Object.defineProperty(prototype, `${name}$`, {
        get() {
          return observablesOf.get(this).observable(name);
        },
        enumerable: true,
        // Unit tests of apps put others in their place, as they can with every getter of a class.
        configurable: true,
      });
    }
  }

  #value(name) {
    return entry(this.#values, name, () => new Value());
  }
}

/** What is watched by those who watch all values. */
const EVERYTHING = 'everything';

/** One value and its watchers. */
class Value {
  last;
  isFresh = false;
  isBeingMade = false;
  observable;
  #watchers = new Set();
  /** Values that are to be told after the one that is being told. */
  #pending;
  /** How many values were told. */
  #told = 0;

  get isWatched() {
    return this.#watchers.size > 0;
  }

  /**
   * Tells `passed` to the watchers that were told something else last. When a watcher's own doing
   * changes the value, everybody hears of that after they have heard of what caused it; whoever
   * comes meanwhile knows all of that already.
   */
  notify(passed) {
    const told = { passed, turn: (this.#told += 1) };
    if (this.#pending) return void this.#pending.push(told);
    this.#pending = [told];
    for (const { passed, turn } of this.#pending) {
      for (const watcher of this.#watchers) {
        if (watcher.since < turn && !Object.is(watcher.last, passed)) watcher.tell(passed);
      }
    }
    this.#pending = undefined;
  }

  add(next, read, onFirst) {
    const watcher = new Watcher(next, this.#told);
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) onFirst?.();
    watcher.tell(read());
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
  /** How many values had been told when it came. */
  since;

  constructor(next, since) {
    this.#next = next;
    this.since = since;
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

/** What a method answers, for one watcher. */
class Answer {
  #read;
  #value = new Value();
  #last;

  constructor(read) {
    this.#read = () => {
      const answer = read();
      // Whoever watches a page of a list hears of it when somebody on the page is another one.
      if (this.#last !== answer && !isSameList(this.#last, answer)) this.#last = answer;
      return this.#last;
    };
  }

  add(next) {
    return this.#value.add(next, this.#read);
  }

  notify() {
    if (this.#value.isWatched) this.#value.notify(this.#read());
  }
}

/** What apps get of a value, or of what a method answers. */
class StateObservable {
  #watch;
  #read;

  constructor(watch, read) {
    this.#watch = watch;
    this.#read = read;
    // The symbol is not standard: a polyfill may bring it. RxJS takes the key below without it.
    if (Symbol.observable) this[Symbol.observable] = () => this;
  }

  get value() {
    return this.#read();
  }

  subscribe(observer) {
    return { unsubscribe: this.#watch(nextOf(observer)) };
  }

  ['@@observable']() {
    return this;
  }
}

const nextOf = (observer) =>
  typeof observer === 'function' ? observer : (value) => observer?.next?.(value);

function isSameList(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  // A loop, as the methods of frozen lists are slow.
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function entry(map, key, make) {
  let known = map.get(key);
  if (!known) map.set(key, (known = make()));
  return known;
}
