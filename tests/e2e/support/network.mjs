// A network that can be made bad, between a page and the server: a proxy for what goes over TCP, and
// a relay for media.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * What becomes of the connections: `open`; `deaf`, where nothing of the page reaches the server;
 * `stalled`, where nothing gets through at all, and nobody is told.
 *
 * @typedef {'open' | 'deaf' | 'stalled'} Condition
 */

/** Requests and sockets, to one server. */
export class Proxy {
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #server;
  #port = 0;
  /** @type {Condition} */
  condition = 'open';

  /** @param {number} port of the server */
  constructor(port) {
    this.#server = createServer((page) => {
      const server = connect(port, HOST);
      for (const [from, to] of /** @type {const} */ ([
        [page, server],
        [server, page],
      ])) {
        this.#sockets.add(from);
        from.on('data', (bytes) => {
          const passes =
            this.condition === 'open' || (this.condition === 'deaf' && from === server);
          if (passes) to.write(bytes);
        });
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  get url() {
    return `http://${HOST}:${this.#port}/video`;
  }

  /** Accepts connections, always on the same port. */
  async open() {
    this.#server.listen(this.#port, HOST);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address && typeof address !== 'string') this.#port = address.port;
  }

  /** Breaks all connections; new ones can be made. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Refuses connections, until it is opened again. */
  async close() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }
}

/** Media, to one server. */
export class Relay {
  #front = createSocket('udp4');
  /** By the port of the page. @type {Map<number, import('node:dgram').Socket>} */
  #backs = new Map();
  /** Ports of the page that nothing comes from or reaches any more. @type {Set<number>} */
  #left = new Set();
  #port;
  /** Whether nothing gets through. */
  isSilent = false;
  /** Share of the datagrams that is lost. */
  loss = 0;

  /** @param {number} port of the server */
  constructor(port) {
    this.#port = port;
    this.#front.on('message', (datagram, { port }) => {
      if (this.#passes(port)) this.#back(port).send(datagram, this.#port, HOST);
    });
  }

  async open() {
    this.#front.bind(0, HOST);
    await once(this.#front, 'listening');
  }

  get port() {
    return this.#front.address().port;
  }

  /** The page is in another network: its old addresses lead nowhere. */
  move() {
    for (const port of this.#backs.keys()) this.#left.add(port);
  }

  close() {
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }

  /** @param {number} port */
  #passes(port) {
    return !this.isSilent && !this.#left.has(port) && Math.random() >= this.loss;
  }

  /** @param {number} port */
  #back(port) {
    const known = this.#backs.get(port);
    if (known) return known;
    const back = createSocket('udp4');
    back.on('message', (datagram) => {
      if (this.#passes(port)) this.#front.send(datagram, port, HOST);
    });
    this.#backs.set(port, back);
    return back;
  }
}

/** A port that was free a moment ago, for the media of a server. */
export async function freeMediaPort() {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(() => resolve(undefined)));
  return port;
}

/**
 * What has a page send its media to a relay in place of the server; runs before anything else in it.
 *
 * @param {number} server port
 * @param {number} relay port
 */
export function detour(server, relay) {
  const body = `
    const original = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
      const lines = sdp.split('\\r\\n').flatMap((line) => {
        if (!line.startsWith('a=candidate:') || !line.includes(' ${server} typ ')) return [line];
        return line.includes(' ${HOST} ') ? [line.replace(' ${server} typ ', ' ${relay} typ ')] : [];
      });
      return original.call(this, { type, sdp: lines.join('\\r\\n') });
    };`;
  return /** @type {() => void} */ (new Function(body));
}
