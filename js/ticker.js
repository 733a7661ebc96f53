/**
 * Browsers hold back the timers of a page in the background, up to a minute, but not those of its
 * workers. So while the page is hidden a worker wakes it once a second.
 */
export class Ticker {
  #tick;
  #worker;

  /** @param {() => boolean} tick is called each second; `false` ends it */
  constructor(tick) {
    this.#tick = tick;
  }

  start() {
    globalThis.document?.addEventListener('visibilitychange', this.#follow);
    this.#follow();
  }

  stop() {
    globalThis.document?.removeEventListener('visibilitychange', this.#follow);
    this.#end();
  }

  #follow = () => {
    this.#end();
    if (!globalThis.document?.hidden) return;
    try {
      const url = URL.createObjectURL(new Blob([`setInterval(postMessage, 1000)`]));
      this.#worker = new Worker(url);
      this.#worker.onmessage = () => {
        // It has begun, so the address is not needed any more.
        URL.revokeObjectURL(url);
        if (!this.#tick()) this.stop();
      };
    } catch {
      // There are no workers, or the page forbids them: its timers come late, which is not taken
      // for a dead peer.
    }
  };

  #end() {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
