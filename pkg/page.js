import { listen } from './listen.js';

/** Watches whether the browser is online and the page is there. */
export class Page {
  /** Ends it. */
  close = () => {};

  /** @param reporter where the core hears of it */
  constructor(reporter) {
    // Outside of pages there is nothing to listen to.
    if (!globalThis.addEventListener) return;
    this.close = listen(globalThis, {
      online: () => reporter.online(true),
      offline: () => reporter.online(false),
      pagehide: ({ persisted }) => {
        // A page in the back-forward cache may come back as it was.
        if (!persisted) reporter.pageHidden();
      },
    });
  }
}
