/** Notes that are kept. */
const LIMIT = 100;

/** The last things that happened, each with its time, for a report of a problem. */
export class Notes {
  #kept = [];

  add(note) {
    this.#kept = [...this.#kept.slice(1 - LIMIT), { at: new Date().toISOString(), ...note }];
  }

  get kept() {
    return [...this.#kept];
  }
}
