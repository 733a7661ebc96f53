// The network of the page, played: `fetch`, `WebSocket`, `RTCPeerConnection` and `requestAnimationFrame` as
// both SDKs find them. What a socket says comes in by `deliver`, byte for byte as it would from a server.
// JavaScript, because it stands in for objects of the page.

/** Sockets by the part of their address that `serve` names: what they are told, and how they answer. */
const servers = new Map();
/** @type {(request: Request) => unknown} */
let answer = () => ({});
/** @type {Map<number, FrameRequestCallback>} */
const frames = new Map();
let frameCount = 0;

/**
 * Plays the server of sockets whose address contains `part`.
 *
 * @param {string} part
 * @param {{ onOpen?(socket: FakeSocket): void, onMessage?(socket: FakeSocket, data: any): void }} server
 */
export function serve(part, server) {
  servers.set(part, server);
}

/** @param {(request: Request) => unknown} next makes the JSON that requests get */
export function answerWith(next) {
  answer = next;
}

/** Runs what waits for the next frame; a real one costs a tenth of what it is to show. */
export function frame() {
  const due = [...frames];
  frames.clear();
  for (const [, callback] of due) callback(performance.now());
}

const realRequestAnimationFrame = globalThis.requestAnimationFrame.bind(globalThis);

/** Waits for a frame that is shown. */
export function realFrame() {
  return new Promise((resolve) => realRequestAnimationFrame(resolve));
}

/** Opens a socket of nobody's. @param {(event: MessageEvent) => void} onMessage */
export async function open(onMessage) {
  const socket = new FakeSocket('ws://nobody.test');
  socket.onmessage = onMessage;
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return socket;
}

class FakeSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  CONNECTING = 0;
  OPEN = 1;
  CLOSING = 2;
  CLOSED = 3;
  readyState = 0;
  binaryType = 'blob';
  bufferedAmount = 0;
  extensions = '';
  protocol = '';
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;
  #server;

  /** @param {string | URL} url */
  constructor(url) {
    super();
    this.url = String(url);
    this.#server = [...servers].find(([part]) => this.url.includes(part))?.[1];
    for (const type of ['open', 'message', 'error', 'close']) {
      this.addEventListener(type, (event) => this[`on${type}`]?.(event));
    }
    setTimeout(() => {
      this.readyState = FakeSocket.OPEN;
      this.dispatchEvent(new Event('open'));
      this.#server?.onOpen?.(this);
    });
  }

  send(data) {
    this.#server?.onMessage?.(this, data);
  }

  close() {
    this.readyState = FakeSocket.CLOSED;
  }

  /** @param {Uint8Array | string} data */
  deliver(data) {
    // A buffer of its own, as each message has.
    const own = typeof data === 'string' ? data : data.slice().buffer;
    this.dispatchEvent(new MessageEvent('message', { data: own }));
  }
}

/** The browser's own, which makes offers, and says that it is connected without anybody there. */
class FakePeerConnection extends RTCPeerConnection {
  /** @param {RTCConfiguration} [configuration] */
  constructor(configuration) {
    super(configuration);
    // Whoever looks at it now and then, to see whether it is alive, waits to be told at first.
    setTimeout(() => this.dispatchEvent(new Event('connectionstatechange')));
  }

  get connectionState() {
    return 'connected';
  }

  get iceConnectionState() {
    return 'connected';
  }
}

globalThis.WebSocket = /** @type {any} */ (FakeSocket);
globalThis.RTCPeerConnection = FakePeerConnection;
const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  // Its own files come from where they are.
  if (new URL(request.url).origin === location.origin) return realFetch(request);
  return Response.json(answer(request));
};
globalThis.requestAnimationFrame = (callback) => {
  frames.set((frameCount += 1), callback);
  return frameCount;
};
globalThis.cancelAnimationFrame = (number) => void frames.delete(number);
