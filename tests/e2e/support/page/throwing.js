// Instances of the SDK whose imports throw when they are told to. What they import is what the module's
// own import object has; each part of a scenario calls some of it.

/**
 * @typedef {object} Setting what parts run in
 * @property {string} apiKey
 * @property {string} baseURL
 * @property {string} token of `userId`
 * @property {string} userId
 * @property {string} callId of a call in which somebody sends camera, microphone and screen
 *
 * @typedef {object} Import something that the module calls
 * @property {string} key as the module has it
 * @property {string} name the same without what makes it unique
 * @property {string} does the glue's code, on one line
 * @property {boolean} isCaught whether the glue gives what is thrown to Rust
 *
 * @typedef {object} Attempt
 * @property {string} part of the scenario
 * @property {string} [key] of the import that throws; nothing throws without
 * @property {number} [turn] at which call of it, from 1
 * @property {number} [value] which of the values it throws
 */

const compiled = WebAssembly.compileStreaming(fetch('/pkg/trunkline_bg.wasm'));
const { instantiate } = WebAssembly;

/** What may be thrown. Only the first is an `Error`. */
const THROWN = [
  () => new DOMException('thrown on purpose', 'InvalidStateError'),
  () => 'thrown on purpose',
  () => Object.freeze(Object.create(null)),
  () => undefined,
];

/** The imports of an instance. The one that is armed throws once. */
class Imports {
  /** @type {Import[]} */
  list = [];
  /** How often each was called. @type {Record<string, number>} */
  calls = {};
  /** @type {{ key: string, turn: number, value: unknown } | undefined} */
  armed;
  hasThrown = false;

  /**
   * @param {WebAssembly.Module} module
   * @param {any} object what it imports from
   */
  wrap(module, object) {
    /** @type {any} */
    const wrapped = {};
    for (const { module: place, name, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== 'function') throw new Error(`${name} is a ${kind}`);
      (wrapped[place] ??= {})[name] = this.#wrapOne(name, object[place][name]);
    }
    return wrapped;
  }

  /**
   * @param {string} name
   * @param {Function} run
   */
  #wrapOne(name, run) {
    const text = String(run).replaceAll(/\s+/g, ' ');
    const isCaught = text.includes('return handleError(function');
    this.list.push({ name: name.replace(/_[0-9a-f]{16}$/, ''), does: body(text), isCaught, key: name });
    return (/** @type {unknown[]} */ ...args) => {
      const turn = (this.calls[name] = (this.calls[name] ?? 0) + 1);
      if (this.armed?.key !== name || this.armed.turn !== turn) return run(...args);
      this.hasThrown = true;
      if (!isCaught) throw this.armed.value;
      return throwInside(() => run(...args), this.armed.value);
    };
  }
}

/** What the glue does, without how it passes that on. */
function body(/** @type {string} */ text) {
  return text
    .replace(/^function ?\([^)]*\) \{ (return handleError\(function \([^)]*\) \{ )?/, '')
    .replace(/^(const|let|var) ret = /, '')
    .replace(/; .*$/, '');
}

/**
 * Has the glue's `handleError` catch something in place of what it runs: it runs it by way of `apply`.
 *
 * @param {() => unknown} run
 * @param {unknown} value
 */
function throwInside(run, value) {
  const { apply } = Function.prototype;
  Function.prototype.apply = function () {
    Function.prototype.apply = apply;
    throw value;
  };
  try {
    return run();
  } finally {
    if (Function.prototype.apply !== apply) {
      Function.prototype.apply = apply;
      throw new Error('handleError does not apply what it runs any more');
    }
  }
}

/** All that were opened. @type {WebSocket[]} */
const sockets = [];
globalThis.WebSocket = class extends WebSocket {
  /** @param {[string | URL, (string | string[])?]} args */
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }

  /** @param {[number?, string?]} args */
  close(...args) {
    // As browsers do for codes and reasons that they do not take.
    if (args.length > 1) throw new DOMException('no such code', 'InvalidAccessError');
    super.close(...args);
  }
};

/** The page's time, which runs faster while somebody waits for a deadline. */
const time = (() => {
  const { setTimeout, clearTimeout } = globalThis;
  const realNow = performance.now.bind(performance);
  let [speed, real, virtual] = [1, realNow(), realNow()];
  const now = () => virtual + (realNow() - real) * speed;
  /** @type {Map<number, { due: number, run: Function, every?: number, handle?: any }>} */
  const timers = new Map();
  let last = 1_000_000;
  const arm = (/** @type {number} */ id) => {
    const timer = timers.get(id);
    if (!timer) return;
    clearTimeout(timer.handle);
    timer.handle = setTimeout(() => {
      if (timer.every === undefined) timers.delete(id);
      else {
        timer.due = now() + timer.every;
        arm(id);
      }
      timer.run();
    }, (timer.due - now()) / speed);
  };
  const add = (/** @type {Function} */ run, /** @type {number} */ delay, isRepeated = false) => {
    timers.set((last += 1), { due: now() + delay, run, ...(isRepeated && { every: delay }) });
    arm(last);
    return last;
  };
  const remove = (/** @type {number} */ id) => {
    clearTimeout(timers.get(id)?.handle ?? id);
    timers.delete(id);
  };
  performance.now = now;
  Object.assign(globalThis, {
    setTimeout: (/** @type {Function} */ run, delay = 0) => add(run, delay),
    setInterval: (/** @type {Function} */ run, delay = 0) => add(run, delay, true),
    clearTimeout: remove,
    clearInterval: remove,
  });
  return {
    now,
    after: setTimeout,
    /** @param {number} factor */
    run(factor) {
      [virtual, real, speed] = [now(), realNow(), factor];
      for (const id of timers.keys()) arm(id);
    },
  };
})();

/** ms for which time runs as it does, in what takes no deadline to end. */
const SOON = 400;
/** How much faster it runs then. */
const HASTE = 20;
/** ms after which nothing ends any more; the longest deadline of the SDK is shorter. */
const NEVER = 120_000;

/**
 * What a promise comes to, which takes at most so long in the page's time.
 *
 * @param {unknown} promise
 * @param {string} what
 */
async function inTime(promise, what) {
  const never = time.now() + NEVER;
  /** @type {any} */
  let timer;
  const late = new Promise((_, reject) => {
    const look = () => {
      if (time.now() > never) return reject(new Error(`${what} never ends`));
      time.run(HASTE);
      timer = time.after(look, 200);
    };
    timer = time.after(look, SOON);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    time.run(1);
  }
}

/** What was thrown left nothing to take further steps with. */
class Over extends Error {}

/** Takes the steps of a part. */
class Run {
  /** @type {string[]} */
  problems = [];
  /** @type {any} */
  client;

  /**
   * @param {any} sdk
   * @param {Setting} setting
   * @param {boolean} isArmed
   */
  constructor(sdk, setting, isArmed) {
    this.sdk = sdk;
    this.setting = setting;
    this.isArmed = isArmed;
  }

  /**
   * Does something, which may fail for what was thrown, with an error that says what failed.
   *
   * @param {string} what
   * @param {() => any} act
   */
  async step(what, act) {
    try {
      return await inTime(act(), what);
    } catch (error) {
      if (!this.#isTyped(error) || !this.isArmed) this.problems.push(`${what}: ${describe(error)}`);
      return undefined;
    }
  }

  /**
   * Does something wrong, which fails in any case.
   *
   * @param {string} what
   * @param {() => any} act
   */
  async wrong(what, act) {
    try {
      await inTime(act(), what);
      if (!this.isArmed) this.problems.push(`${what} does not fail`);
    } catch (error) {
      if (!this.#isTyped(error)) this.problems.push(`${what}: ${describe(error)}`);
    }
  }

  #isTyped(/** @type {unknown} */ error) {
    return error instanceof this.sdk.VideoError && Object(error).code !== 'instance-dead';
  }

  /**
   * Waits until something is so, which the throw may prevent.
   *
   * @param {() => unknown} condition
   */
  async settles(condition) {
    for (let i = 0; i < 40 && !isSo(condition); i += 1) {
      await new Promise((resolve) => time.after(resolve, 25));
    }
  }

  async connect(options = {}) {
    const { apiKey, baseURL, userId, token } = this.setting;
    const all = { baseURL, location: 'LCL', logger: () => {}, ...options };
    await this.step('new Client', () => (this.client = new this.sdk.Client(apiKey, all)));
    if (!this.client) throw new Over();
    await this.step('connectUser', () => this.client.connectUser({ id: userId }, () => token));
  }

  /** @param {string} [id] */
  async open(id = `throwing-${crypto.randomUUID()}`) {
    const call = await this.step('call', () => this.client.call('default', id));
    if (!call) throw new Over();
    return call;
  }

  /** On the same instance, with the same client if there is one: what was thrown stops nothing. */
  async goesOn() {
    const { apiKey, baseURL, userId, token } = this.setting;
    const must = async (/** @type {string} */ what, /** @type {() => any} */ act) => {
      try {
        return await inTime(act(), what);
      } catch (error) {
        this.problems.push(`afterwards, ${what}: ${describe(error)}`);
        return undefined;
      }
    };
    this.client ??= await must('new Client', () => {
      return new this.sdk.Client(apiKey, { baseURL, location: 'LCL', logger: () => {} });
    });
    await must('disconnectUser', () => this.client.disconnectUser());
    await must('connectUser', () => this.client.connectUser({ id: userId }, token));
    const call = await must('call', () => this.client.call('default', crypto.randomUUID()));
    await must('getOrCreate', () => call.getOrCreate());
    await must('leave', () => call.leave());
    await must('dispose', () => this.client.dispose());
  }
}

/** A candidate as the SFU tells it to the publisher. */
function trickle(/** @type {object} */ candidate) {
  const text = [...new TextEncoder().encode(JSON.stringify(candidate))];
  const inner = [(2 << 3) | 2, text.length, ...text];
  return new Uint8Array([(5 << 3) | 2, inner.length, ...inner]).buffer;
}

/** Code of the app that throws. */
function fail(/** @type {string} */ what) {
  return () => {
    throw new Error(`${what} of the app`);
  };
}

/** What cannot even be described. */
class Nameless {
  get [Symbol.toStringTag]() {
    throw new Error('a name of the app');
  }
}

function isSo(/** @type {() => unknown} */ condition) {
  try {
    return condition();
  } catch {
    return false;
  }
}

function describe(/** @type {unknown} */ thrown) {
  if (!(thrown instanceof Error)) return `${typeof thrown} thrown`;
  const at = thrown.stack?.match(/ at .*/g)?.slice(0, 3).join(' <') ?? '';
  return `${thrown.name} ${Object(thrown).code ?? ''} ${thrown.message} ${at}`;
}

/** Reads everything that an object shows. */
function readAll(/** @type {any} */ object) {
  for (let at = Object.getPrototypeOf(object); at && at !== Object.prototype; ) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (get) void object[name];
    }
    at = Object.getPrototypeOf(at);
  }
}

/** @type {Record<string, (run: Run) => Promise<void>>} */
const parts = {
  /** Without media. */
  async talk(run) {
    await run.connect();
    const { client, sdk } = run;
    const call = await run.open();
    await run.step('on', () => client.on('all', () => {}));
    await run.step('call.on', () => call.on('call.updated', () => {}));
    await run.step('subscribe', () => call.state.custom$.subscribe(() => {}));
    await run.step('watch', () => call.state.subscribe(() => {}));
    await run.step('select', () => call.state.select((/** @type {any} */ s) => s.custom, () => {}));
    const data = { custom: { a: [1, null] }, members: [{ user_id: run.setting.userId }] };
    await run.step('getOrCreate', () => call.getOrCreate({ data, ring: false }));
    await run.step('update', () => call.update({ custom: { b: 2 } }));
    await run.settles(() => call.state.custom.b === 2);
    await run.step('sendCustomEvent', () => call.sendCustomEvent({ x: 1 }));
    await run.step('queryMembers', () => call.queryMembers({ limit: 1 }));
    await run.step('get', () => call.get());
    await run.step('state', () => readAll(call.state));
    await run.step('client state', () => readAll(client.state));
    await run.step('snapshot', () => call.state.snapshot());
    await run.step('comparator', () => {
      call.setSortParticipantsBy(sdk.combineComparators(sdk.speaking, sdk.name, () => 0));
    });
    await run.step('off', () => call.off('call.updated', () => {}));
    const { calls } = (await run.step('queryCalls', () => client.queryCalls({ limit: 2 }))) ?? {};
    await run.step('calls', () => calls?.forEach(readAll));
    await run.wrong('nothing such', () => client.call('nothing', 'such').getOrCreate());
    await run.step('leave', () => call.leave());
    await run.step('disconnectUser', () => client.disconnectUser());
  },

  /** Somebody else's media, seen by somebody without any. */
  async watch(run) {
    await run.connect();
    const call = await run.open(run.setting.callId);
    const { sdk } = run;
    await run.step('camera off', () => call.camera.disable());
    await run.step('microphone off', () => call.microphone.disable());
    const dumb = document.createElement('div');
    document.body.append(dumb);
    const shown = [];
    await run.step('attachAudio', () => call.attachAudio(dumb));
    await run.step('setViewport', () => shown.push(call.setViewport(dumb)));
    await run.step('participants$', () => call.state.participants$.subscribe(() => {}));
    await run.step('callStatsReport$', () => call.state.callStatsReport$.subscribe(() => {}));
    await run.step('stats', () => call.setStatsReportingIntervalInMs(500));
    await run.step('join', () => call.join({ maxJoinRetries: 2 }));
    const other = () => call.state.remoteParticipants[0];
    await run.settles(() => other().videoStream && other().audioStream);
    await run.settles(() => other().screenShareStream);
    const video = document.createElement('video');
    const tile = document.createElement('div');
    video.style.cssText = 'width: 320px; height: 240px';
    dumb.append(video, tile);
    const audio = document.createElement('audio');
    await run.step('bindVideo', () => {
      shown.push(call.bindVideoElement(video, other().sessionId, 'videoTrack'));
    });
    await run.step('bindAudio', () => shown.push(call.bindAudioElement(audio, other().sessionId)));
    await run.step('track', () => {
      shown.push(call.trackElementVisibility(tile, other().sessionId, 'videoTrack'));
    });
    await run.settles(() => video.videoWidth > 0);
    await run.step('sizes', () => {
      call.setPreferredIncomingVideoResolution({ width: 64, height: 48 });
      call.setPreferredIncomingVideoResolution(undefined);
      call.setIncomingVideoEnabled(false);
      call.setIncomingVideoEnabled(true);
    });
    await run.step('own order', () => {
      call.setSortParticipantsBy(sdk.combineComparators(sdk.speaking, () => 0));
      void call.state.participants;
    });
    await run.step('pin', () => call.pin(other().sessionId));
    await run.step('volume', () => call.speaker.setParticipantVolume(other().sessionId, 0.5));
    await run.step('speakers', () => call.speaker.setVolume(0.5));
    await run.step('speaker', () => call.speaker.select(''));
    await run.step('resumeAudio', () => call.resumeAudio());
    await run.step('reporting', () => call.startReportingStatsFor(other().sessionId));
    await run.settles(() => call.state.callStatsReport);
    await run.step('state', () => readAll(call.state));
    await run.step('participant', () => readAll(other()));
    await run.step('snapshot', () => call.state.snapshot());
    await run.step('can$', () => call.can$?.('send-audio').subscribe(() => {}));
    await run.step('dumpDiagnostics', () => call.dumpDiagnostics());
    await run.step('peers', () => [call.publisher, call.subscriber]);
    await run.step('unbind', () => shown.forEach((end) => end?.()));
    await run.settles(() => call.state.participants.some((/** @type {any} */ p) => p.audioLevel > 0));
    await run.step('leave', () => call.leave());
    dumb.remove();
  },

  /** One's own media in a call. */
  async publish(run) {
    await run.connect();
    const call = await run.open();
    const { client, sdk } = run;
    await run.step('setSilenceThreshold', () => call.microphone.setSilenceThreshold(100));
    await run.step('track', () => call.state.participants$.subscribe(() => {}));
    const small = { target_resolution: { width: 320, height: 240, bitrate: 500_000 } };
    const data = { settings_override: { video: small } };
    await run.step('join', () => call.join({ create: true, data, maxJoinRetries: 2 }));
    await run.step('camera', () => call.camera.enable());
    await run.step('microphone', () => call.microphone.enable());
    await run.step('screen', () => call.screenShare.enableScreenShareAudio());
    await run.step('screen', () => call.screenShare.enable());
    await run.settles(() => call.state.localParticipant.publishedTracks.length >= 3);
    const { setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = function () {
      RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
      return Promise.reject(new Error('no such description'));
    };
    await run.step('options', () => call.updatePublishOptions({ preferredBitrate: 300_000 }));
    await run.step('candidate', () => {
      const candidate = { candidate: '', sdpMid: '0', usernameFragment: 'none' };
      sockets.at(-1)?.dispatchEvent(new MessageEvent('message', { data: trickle(candidate) }));
    });
    await run.step('mute', () => call.microphone.disable());
    await run.step('unmute', () => call.microphone.enable());
    await run.step('filter', () => {
      const { registered } = call.camera.registerFilter((/** @type {any} */ input) => ({
        output: input.clone(),
        stop: () => {},
      }));
      return registered;
    });
    await run.step('flip', () => call.camera.flip());
    await run.step('camera off', () => call.camera.disable());
    await run.step('screen off', () => call.screenShare.disable());
    await run.step('publish', async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      await call.publish(stream, sdk.SfuModels.TrackType.VIDEO);
      await call.stopPublish(sdk.SfuModels.TrackType.VIDEO);
      sdk.disposeOfMediaStream(stream);
    });
    RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
    await run.wrong('publish', () => call.publish({}, sdk.SfuModels.TrackType.VIDEO));
    await run.step('dumpDiagnostics', () => call.dumpDiagnostics());
    await run.step('endCall', () => call.endCall());
    await run.settles(() => call.state.callingState === 'left');
    await run.step('disconnectUser', () => client.disconnectUser(500));
  },

  /** Devices without a call. */
  async devices(run) {
    await run.connect({ enableTimerWorker: false });
    const call = await run.open();
    const { sdk } = run;
    for (const list of [sdk.getVideoDevices, sdk.getAudioDevices, sdk.getAudioOutputDevices]) {
      await run.step('list', () => list().subscribe(() => {}));
    }
    await run.step('ids', () => sdk.deviceIds().subscribe(() => {}));
    await run.step('getVideoStream', async () => {
      sdk.disposeOfMediaStream(await sdk.getVideoStream({ width: 320 }));
    });
    await run.step('getAudioStream', async () => {
      const stream = await sdk.getAudioStream();
      let isTold = false;
      const end = sdk.createSoundDetector(
        stream,
        () => {
          isTold = true;
          throw new Error('a detector of the app');
        },
        { detectionFrequencyInMs: 20 },
      );
      await run.settles(() => isTold);
      await end();
      sdk.disposeOfMediaStream(stream);
    });
    await run.step('getScreenShareStream', async () => {
      sdk.disposeOfMediaStream(await sdk.getScreenShareStream());
    });
    const { mediaDevices } = navigator;
    Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true });
    await run.wrong('no devices', () => sdk.getVideoStream());
    Object.defineProperty(navigator, 'mediaDevices', { value: mediaDevices, configurable: true });
    const { camera, microphone } = call ?? {};
    await run.step('camera state', () => readAll(camera.state));
    await run.step('status$', () => microphone.state.status$.subscribe(() => {}));
    await run.step('setDefaultConstraints', () => camera.setDefaultConstraints({ frameRate: 10 }));
    await run.step('virtual', () => {
      camera.registerVirtualDevice({
        label: 'drawn',
        getUserMedia: async () => {
          const stream = document.createElement('canvas').captureStream(5);
          return { stream, stop: () => {} };
        },
      });
    });
    const cameras = await run.step('devices', () => camera.devices());
    await run.step('virtual', () => camera.select(cameras?.at(-1)?.deviceId));
    await run.step('camera', () => camera.enable());
    await run.step('select', () => camera.select(cameras?.[0]?.deviceId));
    await run.step('camera off', () => camera.disable());
    await run.step('microphone', () => microphone.enable());
    await run.step('muted speaker', () => microphone.enableSpeakingWhileMutedNotification());
    await run.step('threshold', () => microphone.setSilenceThreshold(500));
    await run.step('microphone off', () => microphone.disable());
    await run.step('devicechange', () => {
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await run.step('settled', () => microphone.statusChangeSettled());
    await run.step('leave', () => call.leave());
  },

  /** What the page itself does, and what apps do wrong. */
  async page(run) {
    const { baseURL } = run.setting;
    const locationHintUrl = new URL('/page/page.js', location.href).href;
    await run.connect({ location: undefined, locationHintUrl, logger: undefined, logLevel: 'error' });
    const { client } = run;
    const call = await run.open();
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    await run.step('hidden', () => document.dispatchEvent(new Event('visibilitychange')));
    await run.step('offline', () => dispatchEvent(new Event('offline')));
    await run.step('online', () => dispatchEvent(new Event('online')));
    await run.step('pagehide', () => {
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    });
    const signal = AbortSignal.abort('never mind');
    await run.wrong('abort', () => call.join({ create: true, signal }));
    const later = new AbortController();
    await run.wrong('abort later', () => {
      const joined = call.join({ create: true, signal: later.signal });
      later.abort();
      return joined;
    });
    await run.wrong('get', () => call.get({ signal: later.signal }));
    const trap = fail('a trap');
    const odd = new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap });
    for (const wrong of [odd, { maxJoinRetries: new Nameless() }, { nothing: 1 }, 5, [odd]]) {
      await run.wrong('wrong options', () => call.join(wrong));
    }
    for (const wrong of [odd, { data: { custom: odd } }, { ring: 'yes' }, 5]) {
      await run.wrong('wrong body', () => call.getOrCreate(wrong));
    }
    await run.wrong('wrong client', () => new run.sdk.Client('key', { baseURL: 5 }));
    await run.wrong('wrong user', () => client.connectUser({ id: 5 }, fail('a provider')));
    const { error } = console;
    console.error = fail('a console');
    await run.step('listener', () => {
      client.on('all', fail('a listener'));
      call.state.custom$.subscribe(fail('a subscriber'));
      call.setSortParticipantsBy(fail('a comparator'));
    });
    await run.step('getOrCreate', () => call.getOrCreate({ data: { custom: { n: 2 ** 60 } } }));
    const lost = sockets.at(-1);
    lost?.close();
    await run.settles(() => sockets.at(-1) !== lost && sockets.at(-1)?.readyState === 1);
    console.error = error;
    const options = { baseURL, location: 'LCL', logger: fail('a logger'), logLevel: 'trace' };
    const guest = await run.step('guest', () => new run.sdk.Client(run.setting.apiKey, options));
    await run.step('connect guest', () => guest.connectUser({ type: 'guest', id: 'guest' }));
    await run.step('dispose guest', () => guest.dispose());
    await run.step('shown', () => {
      delete Object(document).hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await run.step('leave', () => call.leave());
    await run.step('disconnectUser', () => client.disconnectUser());
  },
};

/**
 * Runs a part in an instance of its own.
 *
 * @param {Setting} setting
 * @param {Attempt} attempt
 */
async function tryOut(setting, { part, key, turn = 1, value = 0 }) {
  const imports = new Imports();
  const module = await compiled;
  WebAssembly.instantiate = /** @type {any} */ (
    (/** @type {any} */ source, /** @type {any} */ wanted) =>
      instantiate(source, imports.wrap(source, wanted))
  );
  const place = `/pkg/trunkline.js?${crypto.randomUUID()}`;
  const sdk = await import(place);
  if (key) imports.armed = { key, turn, value: THROWN[value]?.() };
  /** @type {string[]} */
  const flown = [];
  const fly = (/** @type {any} */ event) => flown.push(describe(event.error ?? event.reason));
  addEventListener('error', fly);
  addEventListener('unhandledrejection', fly);
  const began = performance.now();
  const run = new Run(sdk, setting, key !== undefined);
  await run.step('init', () => sdk.default({ module_or_path: module }));
  try {
    await parts[part]?.(run);
  } catch (error) {
    if (!(error instanceof Over) || !key) run.problems.push(`the part ends: ${describe(error)}`);
  }
  const took = performance.now() - began;
  imports.armed = undefined;
  const calls = { ...imports.calls };
  await run.goesOn();
  await new Promise((resolve) => time.after(resolve));
  removeEventListener('error', fly);
  removeEventListener('unhandledrejection', fly);
  const problems = [...run.problems, ...flown.map((error) => `nobody caught ${error}`)];
  return { problems, hasThrown: imports.hasThrown, calls, list: imports.list, took };
}

Object.assign(globalThis, { throwing: { parts: Object.keys(parts), tryOut } });
