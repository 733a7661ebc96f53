import { sameItems } from './observable.js';

/**
 * The captions that are shown at the moment: the newest few, each for a while.
 */
export class Captions {
  #shown = [];
  #changed;
  #visibleFor = 2_700;
  #limit = 2;

  /** @param {() => void} changed is called after each change of {@link shown} */
  constructor(changed) {
    this.#changed = changed;
  }

  get shown() {
    return this.#shown.map(({ caption }) => caption);
  }

  configure(visibleFor = this.#visibleFor, limit = this.#limit) {
    this.#visibleFor = visibleFor;
    this.#limit = limit;
    this.#keep(this.#shown);
  }

  /** One that is known, by speaker and start, is not shown twice. */
  add(caption) {
    const key = `${caption.speaker_id}/${caption.start_time}`;
    if (this.#shown.some((known) => known.key === key)) return;
    const entry = { key, caption };
    entry.timer = setTimeout(
      () => this.#keep(this.#shown.filter((known) => known !== entry)),
      this.#visibleFor,
    );
    this.#keep([...this.#shown, entry]);
  }

  clear() {
    this.#keep([]);
  }

  /** Shows the newest of `entries`. */
  #keep(entries) {
    const from = Math.max(0, entries.length - this.#limit);
    const kept = entries.slice(from);
    for (const entry of [...this.#shown, ...entries]) {
      if (!kept.includes(entry)) clearTimeout(entry.timer);
    }
    if (sameItems(kept, this.#shown)) return;
    this.#shown = kept;
    this.#changed();
  }
}
