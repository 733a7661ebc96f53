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
