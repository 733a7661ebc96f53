/**
 * What apps see of failures, promises and their own mistakes. A scenario fails by throwing.
 */
import { DeviceError, ErrorFromResponse, VideoError } from '/pkg/errors.js';

const USER = { id: 'anna' };

const scenarios = {
  async failures_say_what_to_do(Client) {
    const call = new Client('key').call('default', 'a');

    const early = await rejection(call.get());
    equal(early.constructor, VideoError);
    equal(early.name, 'VideoError');
    equal([early.code, early.category, early.retryable], ['not-connected', 'auth', false]);
    ok(early.hint.includes('connectUser'), early.hint);
    ok(Object.isFrozen(early.attempts) && early.attempts.length === 0);
    ok(!('cause' in early) && !('status' in early));

    const lost = await rejection((await anonymous(Client, NOBODY)).call('default', 'a').get());
    equal([lost.code, lost.category, lost.retryable], ['network', 'network', true]);
    equal(lost.cause.constructor, TypeError);

    for (const [type, id] of [
      ['', 'a'],
      ['default', ''],
      ['a:b', 'a'],
      [1, 'a'],
    ]) {
      const wrong = thrown(() => new Client('key').call(type, id));
      equal([wrong.constructor, wrong.code], [VideoError, 'invalid-argument']);
    }
  },

  async refusals_of_the_server_carry_what_it_said(Client) {
    const client = await anonymous(Client, await counterpart('/status/404'));

    const refused = await rejection(client.call('default', 'a').get());

    equal(refused.constructor, ErrorFromResponse);
    equal([refused.status, refused.serverCode], [404, 4]);
    ok(refused.message.endsWith('no'), refused.message);
    ok(refused.requestId.length > 0);
  },

  async answers_that_are_none_are_failures(Client) {
    const client = await anonymous(Client, await counterpart('/html/502'));

    const failed = await rejection(client.call('default', 'a').get());

    ok(failed instanceof VideoError);
    equal(failed.status, 502);
  },

  async each_promise_settles_once(Client) {
    const client = await anonymous(Client, await counterpart('/hang/once'));
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

  async a_second_join_is_the_first(Client) {
    const client = await anonymous(Client, NOBODY);
    const call = client.call('default', 'a');

    const first = call.join({ maxJoinRetries: 1 });

    equal(call.join(), first);
    await rejection(first);
    ok(call.join({ maxJoinRetries: 1 }) !== first, 'a settled join is over');
    await client.dispose();
  },

  async throwing_listeners_stop_nobody(Client) {
    const client = new Client('key');
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

  async a_throwing_logger_stops_nothing(Client) {
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

  async a_throwing_token_provider_fails_the_connecting(Client) {
    const mine = new Error('mine');
    for (const [provider, cause] of [
      [async () => Promise.reject(mine), mine],
      [
        () => {
          throw mine;
        },
        mine,
      ],
      [() => Promise.reject('a text'), 'a text'],
      [() => Promise.reject(), undefined],
    ]) {
      const client = new Client('key', { baseURL: NOBODY, maxConnectUserRetries: 1 });
      const failed = await rejection(client.connectUser(USER, provider));
      equal([failed.code, failed.category], ['auth-provider-failed', 'auth']);
      equal(failed.cause, cause);
      await client.dispose();
    }
    for (const provider of [() => 7, () => undefined, async () => null]) {
      const client = new Client('key', { baseURL: NOBODY, maxConnectUserRetries: 1 });
      const failed = await rejection(client.connectUser(USER, provider));
      equal([failed.code, failed.cause.constructor], ['auth-provider-failed', TypeError]);
      await client.dispose();
    }
  },

  async throwing_subscribers_stop_nobody(Client) {
    const client = await anonymous(Client, NOBODY);
    const call = client.call('default', 'a');
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

  async devices_are_turned_on_and_off(Client) {
    const { camera } = new Client('key').call('default', 'a');
    const seen = [];
    camera.state.status$.subscribe((status) => seen.push(status));

    await camera.enable();
    const [track] = camera.state.mediaStream.getTracks();
    equal([track.kind, track.readyState], ['video', 'live']);
    await camera.toggle();

    equal(track.readyState, 'ended');
    equal(camera.state.mediaStream, undefined);
    equal(seen, [undefined, 'enabled', 'disabled']);
  },

  async a_denied_device_is_a_failure_of_its_own_class(Client) {
    const { microphone } = new Client('key').call('default', 'a');
    const denied = new DOMException('no', 'NotAllowedError');
    navigator.mediaDevices.getUserMedia = async () => {
      throw denied;
    };
    try {
      const failed = await rejection(microphone.enable());

      equal([failed.constructor, failed.code], [DeviceError, 'permission-denied']);
      equal(failed.cause, denied);
      equal(microphone.state.error.cause, denied);
      equal(microphone.state.error, microphone.state.error);
      equal(microphone.state.mediaStream, undefined);
    } finally {
      // The browser's own is on the prototype.
      delete navigator.mediaDevices.getUserMedia;
    }
    await microphone.enable();
    equal(microphone.state.error, undefined);
    await microphone.disable();
  },

  /** Only where nothing comes afterwards: `crash` ends the module. */
  async a_call_that_went_on_is_lost(Client) {
    const client = await anonymous(Client, await counterpart('/hang/panic'));
    const [call, idle] = ['a', 'b'].map((id) => client.call('default', id));
    const seen = [];
    call.state.callingState$.subscribe((state) => {
      seen.push(state);
      if (state === 'reconnecting-failed') call.leave().catch(() => {});
    });
    let told = 0;
    call.state.subscribe(() => (told += 1));
    const pending = call.join();
    const { custom } = call.state;
    told = 0;

    try {
      crash();
    } catch {
      // What is left of it.
    }

    equal((await rejection(pending)).code, 'instance-dead');
    await turn();
    equal(seen, ['idle', 'joining', 'reconnecting-failed']);
    equal([call.state.callingState, idle.state.callingState], ['reconnecting-failed', 'idle']);
    equal(told, 1);
    equal(call.state.custom, custom);
    for (const { state } of [call, idle, client]) {
      for (const name of membersOf(state)) void state[name];
      state.snapshot();
      state.subscribe(() => {})();
    }
    equal(idle.state.participants.length, 0);
    equal([call.ringing, call.ringingState], [false, undefined]);
    call.setSortParticipantsBy(() => 0);
    call.updateClosedCaptionSettings({ maxVisibleCaptions: 1 });
    equal(call.state.findParticipantBySessionId('nobody'), undefined);
    call.state.callStatsReport$.subscribe(() => {}).unsubscribe();
    equal((await rejection(call.join())).code, 'instance-dead');
  },
};

/** Where nobody listens. */
const NOBODY = 'http://127.0.0.1:2';

export async function run(name, Client) {
  const lost = [];
  const onLost = (event) => lost.push(event.reason);
  addEventListener('unhandledrejection', onLost);
  try {
    await scenarios[name](Client);
    await turn();
    equal(lost.map(String), []);
  } catch (error) {
    throw new Error(`${name}: ${error?.stack ?? error}`);
  } finally {
    removeEventListener('unhandledrejection', onLost);
  }
}

async function anonymous(Client, baseURL) {
  const client = new Client('key', { baseURL, logger: () => {} });
  await client.connectUser({ type: 'anonymous' });
  return client;
}

async function counterpart(path) {
  const port = await (await fetch('/target/counterpart-port')).text();
  return `http://127.0.0.1:${port}${path}`;
}

/** A token of the right form; nobody here checks its signature. */
function token(userId) {
  const part = (value) => btoa(JSON.stringify(value)).replaceAll('=', '');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user_id: userId })}.signature`;
}

/** What is reported to the console while `work` runs: the messages of the errors. */
async function errorsOf(work) {
  const messages = [];
  const { error } = console;
  console.error = (...all) => messages.push(all.find((one) => one instanceof Error)?.message);
  try {
    await work();
  } finally {
    console.error = error;
  }
  return messages;
}

async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`resolved with ${JSON.stringify(value)}`);
}

/** The names of the getters of an object. */
function membersOf(object) {
  const members = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)));
  return members.filter(([, { get }]) => get).map(([name]) => name);
}

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

function ok(value, message = 'not true') {
  if (!value) throw new Error(message);
}

function equal(actual, expected) {
  const same =
    Array.isArray(expected) && Array.isArray(actual)
      ? actual.length === expected.length && expected.every((one, i) => isSame(actual[i], one))
      : isSame(actual, expected);
  if (!same) throw new Error(`${show(actual)} is not ${show(expected)}`);
}

function isSame(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) return String(a) === String(b);
  return Object.is(a, b);
}

function show(value) {
  return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : String(value?.name ?? value);
}
