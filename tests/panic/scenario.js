// What an app sees of a call that goes on while the module ends. JavaScript, as an app is.

/**
 * Fails by throwing. `crash` makes the module panic.
 *
 * @param {any} Client
 * @param {() => void} crash
 */
export async function aCallThatWentOnIsLost(Client, crash) {
  const lost = [];
  addEventListener('unhandledrejection', ({ reason }) => lost.push(reason?.stack));
  globalThis.fetch = () => new Promise(() => {});
  const client = new Client('key', { baseURL: 'http://127.0.0.1:2', logger: () => {} });
  await client.connectUser({ type: 'anonymous' });
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

  equal(await codeOf(pending), 'instance-dead');
  await turn();
  equal(seen, ['idle', 'joining', 'reconnecting-failed']);
  equal([call.state.callingState, idle.state.callingState], ['reconnecting-failed', 'idle']);
  equal(told, 1);
  equal(call.state.custom, custom);
  for (const { state } of [call, idle, client]) {
    for (const name of gettersOf(state)) void state[name];
    state.snapshot();
    state.subscribe(() => {})();
  }
  equal(idle.state.participants.length, 0);
  equal([call.ringing, call.ringingState], [false, undefined]);
  call.setSortParticipantsBy(() => 0);
  call.updateClosedCaptionSettings({ maxVisibleCaptions: 1 });
  equal(call.state.findParticipantBySessionId('nobody'), undefined);
  call.state.callStatsReport$.subscribe(() => {}).unsubscribe();
  equal(await codeOf(call.join()), 'instance-dead');
  await turn();
  equal(lost, []);
}

/** @param {Promise<unknown>} promise */
async function codeOf(promise) {
  return promise.then(
    (value) => `resolved with ${JSON.stringify(value)}`,
    (error) => error?.code ?? String(error),
  );
}

/** @param {object} object */
function gettersOf(object) {
  const members = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)));
  return members.filter(([, { get }]) => get).map(([name]) => name);
}

/** Lets the browser do what it has queued so far. */
async function turn() {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setTimeout(resolve));
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function equal(actual, expected) {
  const isSame = Array.isArray(expected)
    ? String(actual) === String(expected)
    : Object.is(actual, expected);
  if (!isSame) throw new Error(`${actual} is not ${expected}`);
}
