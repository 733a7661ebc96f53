/**
 * How the media of a call flow. Types and documentation: `types/stats.d.ts`.
 *
 * Nothing is measured while nobody watches.
 */
import { invalidArgument } from './errors.js';
import { Cell } from './observable.js';

export class StatsReporter {
  #port;
  #people;
  #interval = 2_000;
  #timer;
  #isWatched = false;
  #report;
  /** Sessions of which everything is wanted. */
  #detailed = new Set();

  cell = new Cell(
    () => this.#report,
    (isWatched) => {
      this.#isWatched = isWatched;
      // Old figures would be taken for those of now.
      if (!isWatched) this.#show(undefined);
      this.#arm(0);
    },
  );

  /**
   * @param {{ peers }} port gives the name of the SFU, publisher and subscriber of a joined call
   * @param {() => readonly object[]} people gives the participants
   */
  constructor(port, people) {
    this.#port = port;
    this.#people = people;
  }

  setInterval(ms) {
    if (!(Number.isInteger(ms) && ms >= 0 && ms < 2 ** 31)) {
      throw invalidArgument('setStatsReportingIntervalInMs: not a whole number of ms');
    }
    this.#interval = ms;
    this.#arm(ms);
  }

  detail(sessionId, isWanted) {
    if (isWanted) this.#detailed.add(sessionId);
    else this.#detailed.delete(sessionId);
  }

  #arm(ms) {
    clearTimeout(this.#timer);
    if (!this.#isWatched || this.#interval === 0) return;
    this.#timer = setTimeout(() => this.#measure(), ms);
  }

  async #measure() {
    const [datacenter, publisher, subscriber] = this.#port.peers();
    try {
      const { summarise } = await import('./stats-report.js');
      const [sent, received] = await Promise.all([publisher?.getStats(), subscriber?.getStats()]);
      const report =
        subscriber &&
        summarise(datacenter, sent, received, this.#people(), this.#detailed, this.#report);
      if (this.#isWatched) this.#show(report);
    } catch {
      // Closed meanwhile; the next round finds out what is there then.
    }
    this.#arm(this.#interval);
  }

  #show(report) {
    if (report === this.#report) return;
    this.#report = report;
    this.cell.markStale(new Set());
    this.cell.notifyCurrent();
  }
}
