// Runs in a page before anything else: keeps account of what the SDK opens, so that tests can see
// that it is closed.
(() => {
  /** @type {WebSocket[]} */
  const sockets = [];
  /** @type {RTCPeerConnection[]} */
  const peers = [];
  /** @type {MediaStreamTrack[]} */
  const tracks = [];
  /** @type {Set<unknown>} */
  const timers = new Set();
  /** @type {{ method: string, url: string }[]} */
  const requests = [];
  const moments = new EventTarget();
  const tell = (/** @type {string} */ moment) => moments.dispatchEvent(new Event(moment));

  globalThis.WebSocket = class extends WebSocket {
    /**
     * @param {string | URL} url
     * @param {string | string[]} [protocols]
     */
    constructor(url, protocols) {
      super(url, protocols);
      sockets.push(this);
      requests.push({ method: 'SOCKET', url: String(url) });
      if (!isOfSfu(this)) return;
      this.addEventListener('open', () => tell('sfu-open'));
      // The SDK shall have the socket in its hands.
      queueMicrotask(() => tell('sfu-connecting'));
    }
  };

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super(configuration);
      peers.push(this);
    }
  };

  const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let captures = 0;
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    captures += 1;
    try {
      const stream = await capture(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    } finally {
      captures -= 1;
    }
  };
  const share = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getDisplayMedia = async (options) => {
    captures += 1;
    try {
      const stream = await share(options);
      tracks.push(...stream.getTracks());
      return stream;
    } finally {
      captures -= 1;
    }
  };
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    tracks.push(copy);
    return copy;
  };

  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  Object.assign(globalThis, {
    setTimeout(/** @type {Function} */ run, /** @type {number} */ delay) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, delay);
      timers.add(timer);
      return timer;
    },
    clearTimeout(/** @type {number} */ timer) {
      timers.delete(timer);
      clearTimeout(timer);
    },
    setInterval(/** @type {Function} */ run, /** @type {number} */ delay) {
      const timer = setInterval(run, delay);
      timers.add(timer);
      return timer;
    },
    clearInterval(/** @type {number} */ timer) {
      timers.delete(timer);
      clearInterval(timer);
    },
  });

  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const { method, url } = input instanceof Request ? input : new Request(input, init);
    requests.push({ method, url });
    if (isJoin(url)) tell('join-asked');
    const response = await send(input, init);
    if (isJoin(url)) tell('join-answered');
    return response;
  };

  /** @param {string} url */
  function isJoin(url) {
    return new URL(url).pathname.endsWith('/join');
  }

  /** @param {WebSocket} socket */
  function isOfSfu(socket) {
    return new URL(socket.url).pathname.includes('/sfu');
  }

  globalThis.spy = {
    requests,
    moments,
    peers: () => peers.filter((peer) => peer.connectionState !== 'closed'),
    open: () => {
      const live = sockets.filter((socket) => socket.readyState < WebSocket.CLOSING);
      return {
        sfuSockets: live.filter(isOfSfu).length,
        coordinatorSockets: live.filter((socket) => !isOfSfu(socket)).length,
        peers: peers.filter((peer) => peer.connectionState !== 'closed').length,
        tracks: tracks.filter((track) => track.readyState === 'live').length,
        captures,
        timers: timers.size,
      };
    },
  };
})();
