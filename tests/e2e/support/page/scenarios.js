// What apps see of failures, promises and their own mistakes. A scenario fails by throwing.
import { Client, DeviceError, ErrorFromResponse, VideoError } from 'trunkline';

const USER = { id: 'anna' };

/** @type {Record<string, () => Promise<void>>} */
const scenarios = {
  async failures_say_what_to_do() {
    const call = new Client('key').call('default', 'a');

    const early = await rejection(call.get());
    equal(early.constructor, VideoError);
    equal(early.name, 'VideoError');
    equal([early.code, early.category, early.retryable], ['not-connected', 'auth', false]);
    ok(early.hint.includes('connectUser'), early.hint);
    ok(Object.isFrozen(early.attempts) && early.attempts.length === 0);
    ok(!('cause' in early) && !('status' in early));

    const lost = await rejection((await anonymous(NOBODY)).call('default', 'a').get());
    equal([lost.code, lost.category, lost.retryable], ['network', 'network', true]);
    equal(lost.cause.constructor, TypeError);

    for (const [type, id] of /** @type {[any, string][]} */ ([
      ['', 'a'],
      ['default', ''],
      ['a:b', 'a'],
      [1, 'a'],
    ])) {
      const wrong = thrown(() => new Client('key').call(type, id));
      equal([wrong.constructor, wrong.code], [VideoError, 'invalid-argument']);
    }
  },

  async refusals_of_the_server_carry_what_it_said() {
    const client = await anonymous(counterpart('/status/404'));

    const refused = await rejection(client.call('default', 'a').get());

    equal(refused.constructor, ErrorFromResponse);
    equal([refused.status, refused.serverCode], [404, 4]);
    ok(refused.message.endsWith('no'), refused.message);
    ok(refused.requestId.length > 0);
  },

  async answers_that_are_none_are_failures() {
    const client = await anonymous(counterpart('/html/502'));

    const failed = await rejection(client.call('default', 'a').get());

    ok(failed instanceof VideoError);
    equal(failed.status, 502);
  },

  async each_promise_settles_once() {
    const client = await anonymous(counterpart('/hang/once'));
    const call = client.call('default', 'a');
    let settled = 0;
    const pending = [call.get(), call.getOrCreate(), call.update({}), call.join()];
    for (const promise of pending) promise.then(...Array(2).fill(() => (settled += 1)));
    await turn();
    equal(settled, 0);

    equal(client.dispose(), client.dispose());
    await client.dispose();

    for (const promise of pending) ok((await rejection(promise)) instanceof VideoError);
    await turn();
    equal(settled, pending.length);
    for (const late of [call.get(), call.join(), client.connectUser({ type: 'anonymous' })]) {
      equal((await rejection(late)).code, 'disposed');
    }
    equal(thrown(() => client.call('default', 'b')).code, 'disposed');
  },

  async a_second_join_is_the_first() {
    const client = await anonymous(NOBODY);
    const call = client.call('default', 'a');

    const first = call.join({ maxJoinRetries: 1 });

    equal(call.join(), first);
    await rejection(first);
    ok(call.join({ maxJoinRetries: 1 }) !== first, 'a settled join is over');
    await client.dispose();
  },

  async throwing_listeners_stop_nobody() {
    const client = new Client('key');
    /** @type {unknown[]} */
    const seen = [];
    client.on('network.changed', () => {
      throw new Error('mine');
    });
    client.on('network.changed', async () => {
      throw new Error('mine, later');
    });
    client.on('network.changed', ({ type, online }) => {
      seen.push([type, online]);
      // Any method may be called from here.
      client.call('default', 'a').leave();
    });

    const reported = await errorsOf(async () => {
      dispatchEvent(new Event('offline'));
      dispatchEvent(new Event('online'));
      await turn();
    });

    equal(seen, [
      ['network.changed', false],
      ['network.changed', true],
    ]);
    equal(reported.sort(), ['mine', 'mine', 'mine, later', 'mine, later']);
    await client.dispose();
  },

  async a_throwing_logger_stops_nothing() {
    const logger = () => {
      throw new Error('mine');
    };
    const options = {
      baseURL: NOBODY,
      maxConnectUserRetries: 1,
      clientEventsReportingEnabled: true,
      logger,
    };

    const reported = await errorsOf(async () => {
      const client = new Client({ apiKey: 'key', user: USER, token: token(USER.id), options });
      ok((await rejection(client.connected)) instanceof VideoError);
      await turn();
    });

    // That an option has no effect, and that the user could not be connected.
    ok(reported.length >= 2, reported);
    ok(reported.every((message) => message === 'mine'));
  },

  async a_throwing_token_provider_fails_the_connecting() {
    const mine = new Error('mine');
    for (const [provider, cause] of /** @type {[() => Promise<string>, unknown][]} */ ([
      [async () => Promise.reject(mine), mine],
      [
        () => {
          throw mine;
        },
        mine,
      ],
      [() => Promise.reject('a text'), 'a text'],
      [() => Promise.reject(), undefined],
    ])) {
      const client = new Client('key', { baseURL: NOBODY, maxConnectUserRetries: 1 });
      const failed = await rejection(client.connectUser(USER, provider));
      equal([failed.code, failed.category], ['auth-provider-failed', 'auth']);
      equal(failed.cause, cause);
      await client.dispose();
    }
    for (const provider of /** @type {any[]} */ ([() => 7, () => undefined, async () => null])) {
      const client = new Client('key', { baseURL: NOBODY, maxConnectUserRetries: 1 });
      const failed = await rejection(client.connectUser(USER, provider));
      equal([failed.code, failed.cause.constructor], ['auth-provider-failed', TypeError]);
      await client.dispose();
    }
  },

  async throwing_subscribers_stop_nobody() {
    const client = await anonymous(NOBODY);
    const call = client.call('default', 'a');
    /** @type {string[]} */
    const seen = [];

    const reported = await errorsOf(async () => {
      call.state.callingState$.subscribe(() => {
        throw new Error('mine');
      });
      call.state.callingState$.subscribe((state) => seen.push(state));
      await rejection(call.join({ maxJoinRetries: 1 }));
    });

    equal(seen, ['idle', 'joining', 'idle']);
    equal(reported, ['mine', 'mine', 'mine']);
    await client.dispose();
  },

  async devices_are_turned_on_and_off() {
    const { camera } = new Client('key').call('default', 'a');
    /** @type {unknown[]} */
    const seen = [];
    camera.state.status$.subscribe((status) => seen.push(status));

    await camera.enable();
    const [track] = camera.state.mediaStream?.getTracks() ?? [];
    equal([track?.kind, track?.readyState], ['video', 'live']);
    await camera.toggle();

    equal(track?.readyState, 'ended');
    equal(camera.state.mediaStream, undefined);
    equal(seen, [undefined, 'enabled', 'disabled']);
  },

  async a_denied_device_is_a_failure_of_its_own_class() {
    const { microphone } = new Client('key').call('default', 'a');
    const denied = new DOMException('no', 'NotAllowedError');
    navigator.mediaDevices.getUserMedia = async () => {
      throw denied;
    };
    try {
      const failed = await rejection(microphone.enable());

      equal([failed.constructor, failed.code], [DeviceError, 'permission-denied']);
      equal(failed.cause, denied);
      equal(microphone.state.error?.cause, denied);
      equal(microphone.state.error, microphone.state.error);
      equal(microphone.state.mediaStream, undefined);
    } finally {
      // The browser's own is on the prototype.
      Reflect.deleteProperty(navigator.mediaDevices, 'getUserMedia');
    }
    await microphone.enable();
    equal(microphone.state.error, undefined);
    await microphone.disable();
  },

  async a_hidden_page_is_woken_as_long_as_there_is_a_user() {
    /** @type {{ isRunning: boolean }[]} */
    const workers = [];
    const { Worker } = globalThis;
    const Fake = class extends EventTarget {
      isRunning = true;
      constructor() {
        super();
        workers.push(this);
      }
      terminate() {
        this.isRunning = false;
      }
    };
    globalThis.Worker = /** @type {any} */ (Fake);
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    const running = () => workers.filter(({ isRunning }) => isRunning).length;
    try {
      const client = new Client('key', { baseURL: NOBODY });
      equal(running(), 0);
      await client.connectUser({ type: 'anonymous' });
      equal(running(), 1);
      await client.disconnectUser();
      equal(running(), 0);
      await rejection(client.connectUser({ id: '' }));
      equal(running(), 0);
      await client.connectUser({ type: 'anonymous' });
      await client.dispose();
      equal([running(), workers.length], [0, 2]);

      const content = new Client('key', { baseURL: NOBODY, enableTimerWorker: false });
      await content.connectUser({ type: 'anonymous' });
      equal(workers.length, 2);
      await content.dispose();
    } finally {
      globalThis.Worker = Worker;
      Reflect.deleteProperty(document, 'hidden');
    }
  },
};

/** Where nobody listens. */
const NOBODY = 'http://127.0.0.1:2';

/** What they are called. */
export const names = Object.keys(scenarios);

let origin = '';

/**
 * Runs a scenario; `server` is where one answers as its paths say.
 *
 * @param {string} name
 * @param {string} server
 */
export async function run(name, server) {
  origin = server;
  /** @type {unknown[]} */
  const lost = [];
  const onLost = (/** @type {PromiseRejectionEvent} */ event) => lost.push(event.reason);
  addEventListener('unhandledrejection', onLost);
  try {
    const scenario = scenarios[name];
    if (!scenario) throw new Error(`no scenario ${name}`);
    await scenario();
    await turn();
    equal(lost.map(String), []);
  } finally {
    removeEventListener('unhandledrejection', onLost);
  }
}

/** @param {string} baseURL */
async function anonymous(baseURL) {
  const client = new Client('key', { baseURL, logger: () => {} });
  await client.connectUser({ type: 'anonymous' });
  return client;
}

/** @param {string} path */
function counterpart(path) {
  return origin + path;
}

/**
 * A token of the right form; nobody here checks its signature.
 *
 * @param {string} userId
 */
function token(userId) {
  const part = (/** @type {object} */ value) => btoa(JSON.stringify(value)).replaceAll('=', '');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user_id: userId })}.signature`;
}

/**
 * What is reported to the console while `work` runs: the messages of the errors.
 *
 * @param {() => Promise<void>} work
 */
async function errorsOf(work) {
  /** @type {string[]} */
  const messages = [];
  const { error } = console;
  console.error = (...all) => messages.push(all.find((one) => one instanceof Error)?.message ?? '');
  try {
    await work();
  } finally {
    console.error = error;
  }
  return messages;
}

/**
 * @param {Promise<unknown>} promise
 * @returns {Promise<any>}
 */
async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`resolved with ${JSON.stringify(value)}`);
}

/**
 * @param {() => unknown} work
 * @returns {any}
 */
function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Lets the browser do what it has queued so far. */
async function turn() {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setTimeout(resolve));
}

/**
 * @param {unknown} value
 * @param {unknown} [message]
 */
function ok(value, message = 'not true') {
  if (!value) throw new Error(String(message));
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function equal(actual, expected) {
  const same =
    Array.isArray(expected) && Array.isArray(actual)
      ? actual.length === expected.length && expected.every((one, i) => isSame(actual[i], one))
      : isSame(actual, expected);
  if (!same) throw new Error(`${show(actual)} is not ${show(expected)}`);
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
function isSame(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) return String(a) === String(b);
  return Object.is(a, b);
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function show(value) {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  return typeof value === 'function' ? value.name : String(value);
}
