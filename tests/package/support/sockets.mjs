// Sockets of a coordinator that lets everybody in, in place of the network.

/** Those that were opened, the last one last. Each greets unless `refuse` holds an error for it. */
export function fakeSockets() {
  const { WebSocket } = globalThis;
  const fakes = { opened: [], refuse: undefined, end: () => (globalThis.WebSocket = WebSocket) };
  globalThis.WebSocket = class extends EventTarget {
    constructor() {
      super();
      fakes.opened.push(this);
      queueMicrotask(() => this.dispatchEvent(new Event('open')));
    }
    send() {
      const { refuse: error } = fakes;
      fakes.refuse = undefined;
      if (error) this.hear({ type: 'connection.error', error });
      else this.hear({ type: 'connection.ok', connection_id: 'c', me: { id: 'anna' } });
    }
    /** Has the client receive that. */
    hear(json) {
      const data = JSON.stringify(json);
      queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
    }
    close() {
      this.closed = true;
    }
  };
  return fakes;
}
