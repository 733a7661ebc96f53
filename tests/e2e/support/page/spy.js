// Runs in a page before anything else: keeps account of what the SDK opens, so that tests can see
// that it is closed.
(() => {
  /** @type {WebSocket[]} */
  const sockets = [];
  /**
   * Weak, as a browser has a bound on peer connections that are not collected, too.
   *
   * @type {WeakRef<RTCPeerConnection>[]}
   */
  const peers = [];
  const openPeers = () =>
    peers
      .map((peer) => peer.deref())
      .filter((peer) => peer !== undefined)
      .filter((peer) => peer.connectionState !== 'closed');
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
      peers.push(new WeakRef(this));
    }
  };

  let captures = 0;
  /** @param {'getUserMedia' | 'getDisplayMedia'} method */
  const watch = (method) => {
    const capture = navigator.mediaDevices[method].bind(navigator.mediaDevices);
    navigator.mediaDevices[method] = async (constraints) => {
      captures += 1;
      try {
        const stream = await capture(constraints);
        tracks.push(...stream.getTracks());
        return stream;
      } finally {
        captures -= 1;
      }
    };
  };
  // Firefox has no devices on the page that is there before the first one.
  if (navigator.mediaDevices) {
    watch('getUserMedia');
    watch('getDisplayMedia');
  }
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

  /** What outlives every call, and so would collect what calls leave there. */
  const lasting = [globalThis, document, navigator.mediaDevices];
  /** @type {Set<string>[]} */
  const listeners = lasting.map(() => new Set());
  // Weak, as what is not listened to any more is to be collected.
  /** @type {WeakMap<object, number>} */
  const numbers = new WeakMap();
  let heardOf = 0;
  const key = (/** @type {unknown} */ type, /** @type {object} */ listener) => {
    if (!numbers.has(listener)) numbers.set(listener, (heardOf += 1));
    return `${type} ${numbers.get(listener)}`;
  };
  lasting.forEach((target, index) => {
    if (!target) return;
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (/** @type {any[]} */ ...args) => {
      listeners[index]?.add(key(args[0], args[1]));
      return addEventListener.apply(target, /** @type {any} */ (args));
    };
    target.removeEventListener = (/** @type {any[]} */ ...args) => {
      listeners[index]?.delete(key(args[0], args[1]));
      return removeEventListener.apply(target, /** @type {any} */ (args));
    };
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

  /** @type {WebAssembly.Memory | undefined} */
  let memory;
  const { Instance, instantiate } = WebAssembly;
  const remember = (/** @type {WebAssembly.Instance} */ instance) => {
    if (instance.exports.memory instanceof WebAssembly.Memory) memory = instance.exports.memory;
    return instance;
  };
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (of, args, target) => remember(Reflect.construct(of, args, target)),
  });
  WebAssembly.instantiate = async (/** @type {any[]} */ ...args) => {
    const made = await Reflect.apply(instantiate, WebAssembly, args);
    remember(made instanceof Instance ? made : made.instance);
    return made;
  };

  globalThis.spy = {
    requests,
    moments,
    listeners: () => listeners.reduce((sum, { size }) => sum + size, 0),
    peers: openPeers,
    memory: () => memory?.buffer.byteLength ?? 0,
    open: () => {
      const live = sockets.filter((socket) => socket.readyState < WebSocket.CLOSING);
      return {
        sfuSockets: live.filter(isOfSfu).length,
        coordinatorSockets: live.filter((socket) => !isOfSfu(socket)).length,
        peers: openPeers().length,
        tracks: tracks.filter((track) => track.readyState === 'live').length,
        captures,
        timers: timers.size,
      };
    },
  };
})();
