/**
 * What belongs to one call or one client, and hangs on the objects that an app holds of it.
 *
 * JavaScript, because Rust may hold nothing from which such an object can be reached: its table of
 * references is a root of the garbage collector.
 */
import { Listeners } from './listeners.js';

/** By each object that an app holds. Whoever holds one of them holds all. */
const partsOf = new WeakMap();

export class Parts {
  listeners = new Listeners();
  #named = new Map();

  /** One of the objects that an app holds. */
  own(name, object) {
    this.#named.set(name, object);
    partsOf.set(object, this);
  }

  /** Something that goes with them, such as a function of the app; `undefined` forgets it. */
  set(name, value) {
    if (value === undefined) this.#named.delete(name);
    else this.#named.set(name, value);
  }

  get(name) {
    return this.#named.get(name);
  }
}
