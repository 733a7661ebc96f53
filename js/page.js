import { listen } from './listen.js';
import { NOTHING, ONLINE, PAGE_HIDDEN } from './reports.js';

/** Watches whether the browser is online and the page is there. */
export class Page {
  /** Ends it. */
  close = () => {};

  /** @param reporter where the core hears of it */
  constructor(reporter) {
    // Outside of pages there is nothing to listen to.
    if (!globalThis.addEventListener) return;
    this.close = listen(globalThis, {
      online: () => reporter.report(ONLINE, NOTHING, 1),
      offline: () => reporter.report(ONLINE, NOTHING, 0),
      pagehide: ({ persisted }) => {
        // A page in the back-forward cache may come back as it was.
        if (!persisted) reporter.report(PAGE_HIDDEN, NOTHING, 0);
      },
    });
  }
}
