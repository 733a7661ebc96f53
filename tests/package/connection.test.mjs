// A connected client, and what the coordinator may say to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client, init } from 'trunkline';

import { turn } from './support/coordinator.mjs';
import { fakeSockets } from './support/sockets.mjs';

await init();

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${part({ alg: 'HS256' })}.${part({ user_id: 'anna' })}.signature`;
const REFUSAL = { code: 2, message: 'no such key' };

/** A client that nobody has connected, its sockets, and what it warns of; gone after the test. */
function setUp(t) {
  const [sockets, warnings] = [fakeSockets(), []];
  const logger = (level, message) => level === 'warn' && warnings.push(message);
  const client = new Client('key', { baseURL: 'http://127.0.0.1:9/video', logger });
  t.after(async () => {
    await client.dispose();
    sockets.end();
  });
  return { client, sockets, warnings };
}

for (const frame of [null, 5, true, 'text', [], [{ type: 'custom' }], {}, { type: 5 }]) {
  test(`the frame ${JSON.stringify(frame)} reaches no listener, and the next event does`, async (t) => {
    const { client, sockets, warnings } = setUp(t);
    await client.connectUser({ id: 'anna' }, TOKEN);
    const call = client.call('default', 'a');
    const heard = [];
    client.on('all', ({ type }) => heard.push(type));

    sockets.opened[0].hear(frame);
    sockets.opened[0].hear({ type: 'of.the.future' });
    await turn();

    assert.deepEqual(heard, ['of.the.future']);
    assert.deepEqual(warnings, ['the coordinator sent a frame that is no event']);
    assert.equal(sockets.opened.length, 1, 'it goes on with the same socket');
    assert.equal(call.state.callingState, 'idle', 'and with the same module');
  });

  test(`the frame ${JSON.stringify(frame)} does not end the connecting`, async (t) => {
    const { client, sockets } = setUp(t);
    const connecting = client.connectUser({ id: 'anna' }, TOKEN);
    sockets.opened[0].hear(frame);

    await connecting;

    assert.equal(client.state.connectedUser.id, 'anna');
  });
}

for (const when of ['at once', 'later']) {
  test(`after the server has refused a user ${when}, the next one is asked for by their own provider`, async (t) => {
    const { client, sockets } = setUp(t);
    const asked = [];
    const provider = (name) => () => {
      asked.push(name);
      return TOKEN;
    };
    if (when === 'at once') sockets.refuse = REFUSAL;

    const connecting = client.connectUser({ id: 'anna' }, provider('first'));
    if (when === 'at once') {
      await assert.rejects(connecting, { name: 'ErrorFromResponse' });
    } else {
      await connecting;
      sockets.opened[0].hear({ type: 'connection.error', error: REFUSAL });
      await turn();
    }
    await client.connectUser({ id: 'anna' }, provider('second'));

    assert.deepEqual(asked, ['first', 'second']);
    await client.connectUser({ id: 'anna' }, provider('third'));
    assert.deepEqual(asked, ['first', 'second'], 'a user who is connected keeps theirs');
  });
}

/** What an app that connects in its arguments hears: failures, and what is logged above notes. */
function listening() {
  const [failures, log] = [[], []];
  const options = {
    baseURL: 'http://127.0.0.1:9/video',
    logger: (level, message) => level !== 'debug' && level !== 'trace' && log.push(message),
    onConnectUserError: (last) => failures.push(last),
  };
  const args = { apiKey: 'key', user: { id: 'anna' }, token: TOKEN, options };
  return { args, failures, log };
}

test('a disconnect that the app asked for while it connects is no failure', async (t) => {
  const sockets = fakeSockets();
  t.after(() => sockets.end());
  for (const end of ['disconnectUser', 'dispose']) {
    const { args, failures, log } = listening();
    const client = new Client(args);

    await client[end]();

    const aborted = { code: 'aborted', category: 'abort', name: 'AbortError', retryable: true };
    await assert.rejects(client.connected, aborted);
    await turn();
    assert.deepEqual([failures, log], [[], []], end);
    await client.dispose();
  }
  // One that nobody asked for is one.
  const { args, failures, log } = listening();
  const client = new Client({ ...args, token: `${part({})}.${part({ user_id: 'ben' })}.x` });
  await assert.rejects(client.connected, { code: 'auth-token-invalid' });
  await turn();
  assert.deepEqual([failures.length, log], [1, ['the user could not be connected']]);
  await client.dispose();
});

test('connect, cleanup, connect: what StrictMode does leaves one connection and no word', async (t) => {
  const sockets = fakeSockets();
  t.after(() => sockets.end());
  const { args, failures, log } = listening();
  const shown = [];
  const effect = () => {
    const controller = new AbortController();
    const connecting = Client.connect({ ...args, signal: controller.signal });
    connecting.then(
      (client) => shown.push(client),
      (error) => error.code === 'aborted' || shown.push(error),
    );
    return () => {
      controller.abort();
      connecting.then(
        (client) => client.dispose(),
        () => {},
      );
    };
  };

  const cleanUp = effect();
  cleanUp();
  const cleanUpAgain = effect();
  await turn();
  await turn();

  assert.equal(shown.length, 1, String(shown));
  assert.ok(shown[0] instanceof Client);
  assert.equal(shown[0].state.connectedUser.id, 'anna');
  assert.equal(sockets.opened.filter(({ closed }) => !closed).length, 1);
  assert.deepEqual([failures, log], [[], []]);
  // When the component goes, so does the client.
  cleanUpAgain();
  await turn();
  assert.equal(sockets.opened.filter(({ closed }) => !closed).length, 0);
});

test('a signal gives up connecting before, during, and not after it', async (t) => {
  const sockets = fakeSockets();
  t.after(() => sockets.end());
  const reason = new Error('enough');
  const aborted = { code: 'aborted', category: 'abort', name: 'AbortError', cause: reason };
  const { args, failures, log } = listening();

  const signal = AbortSignal.abort(reason);
  await assert.rejects(Client.connect({ ...args, signal }), aborted);
  const client = new Client({ ...args, signal });
  await assert.rejects(client.connected, aborted);
  await client.dispose();
  assert.equal(sockets.opened.length, 0, 'nothing was sent');

  const during = new AbortController();
  const connecting = Client.connect({ ...args, signal: during.signal });
  // The module is there: by then the client is made, and its socket.
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  during.abort(reason);
  await assert.rejects(connecting, aborted);
  await turn();
  assert.equal(sockets.opened.filter(({ closed }) => !closed).length, 0);

  const after = new AbortController();
  const connected = await Client.connect({ ...args, signal: after.signal });
  after.abort(reason);
  await turn();
  assert.equal(connected.state.connectedUser.id, 'anna', 'that is what dispose() is for');
  await connected.dispose();

  assert.deepEqual([failures, log], [[], []]);
  for (const wrong of [5, 'now', {}, { aborted: 'no' }]) {
    await assert.rejects(Client.connect({ ...args, signal: wrong }), { code: 'invalid-argument' });
  }
});
