/**
 * The open WebSockets of a client, by the numbers that the core gives them.
 */
import { listen } from './listen.js';
import { SOCKET_CLOSED, SOCKET_JSON, SOCKET_OPENED } from './reports.js';

export class Sockets {
  #reporter;
  #open = new Map();

  /** @param reporter where the core hears what happened */
  constructor(reporter) {
    this.#reporter = reporter;
  }

  get size() {
    return this.#open.size;
  }

  open(id, url) {
    const reporter = this.#reporter;
    let socket;
    try {
      socket = new WebSocket(url);
    } catch {
      // The address is none, or the page's policy forbids it.
      reporter.report(SOCKET_CLOSED, id, NO_CLOSE_FRAME, '');
      return;
    }
    socket.binaryType = 'arraybuffer';
    const unlisten = listen(socket, {
      open: () => reporter.report(SOCKET_OPENED, id, 0),
      message: ({ data }) => {
        if (typeof data !== 'string') {
          reporter.socketBytes(id, new Uint8Array(data));
          return;
        }
        let json;
        try {
          json = JSON.parse(data);
        } catch {
          // Nothing that a server of ours would say.
          return;
        }
        reporter.report(SOCKET_JSON, id, 0, undefined, json);
      },
      close: ({ code, reason }) => {
        this.#take(id);
        reporter.report(SOCKET_CLOSED, id, code, reason);
      },
    });
    this.#open.set(id, { socket, unlisten });
  }

  /** Sends a frame, if the socket is open. */
  send(id, data) {
    try {
      this.#open.get(id)?.socket.send(data);
    } catch {
      // A socket that is not open any more reports its close next.
    }
  }

  /** Closes a socket in whatever state it is and forgets it. */
  close(id, code, reason) {
    const socket = this.#take(id);
    try {
      socket?.close(code, reason);
    } catch {
      // The browser takes no other codes and no longer reasons; without them it takes anything.
      socket.close();
    }
  }

  closeAll() {
    for (const id of this.#open.keys()) this.close(id, NORMAL, '');
  }

  #take(id) {
    const entry = this.#open.get(id);
    this.#open.delete(id);
    entry?.unlisten();
    return entry?.socket;
  }
}

/** What a socket's close event says when the other side sent no close frame. */
const NO_CLOSE_FRAME = 1006;
const NORMAL = 1000;
