import { NOTHING, TIMEOUT } from './reports.js';

/** The one timer of a client, armed again and again. */
export class Timer {
  #reporter;
  #armed;

  /** @param reporter where the core hears that it ran out */
  constructor(reporter) {
    this.#reporter = reporter;
  }

  /** Runs out after `delay` ms, or never; what was set before is void. */
  set(delay) {
    clearTimeout(this.#armed);
    if (delay === undefined) return;
    // Longer ones overflow to none at all; the core sets a new one when it runs out early.
    this.#armed = setTimeout(
      () => this.#reporter.report(TIMEOUT, NOTHING, 0),
      Math.min(Math.ceil(delay), LONGEST),
    );
  }
}

const LONGEST = 2 ** 31 - 1;
