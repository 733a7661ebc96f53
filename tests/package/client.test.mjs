// Clients in Node, where nothing can be reached: what is decided before anything is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client, init } from 'trunkline';

await init();

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (userId) => `${part({ alg: 'HS256' })}.${part({ user_id: userId })}.signature`;
// Nobody listens there.
const options = { baseURL: 'http://127.0.0.1:9/video', logger: () => {} };
const argsFor = (id, more = {}) => ({
  apiKey: 'key',
  user: { id },
  token: token(id),
  options: { ...options, ...more },
});

test('there is one instance per app and user, until the user is disconnected', async () => {
  const first = Client.getOrCreateInstance(argsFor('anna'));
  assert.ok(first instanceof Client);
  assert.equal(Client.getOrCreateInstance(argsFor('anna')), first);
  const others = [argsFor('ben'), { ...argsFor('anna'), apiKey: 'other' }].map((args) =>
    Client.getOrCreateInstance(args),
  );
  assert.equal(new Set([first, ...others]).size, 3);

  await first.disconnectUser();
  const next = Client.getOrCreateInstance(argsFor('anna'));

  assert.notEqual(next, first);
  const failures = [first, next, ...others].map((client) => assert.rejects(client.connected));
  await Promise.all([next, ...others].map((client) => client.dispose()));
  await Promise.all(failures);
});

test('an instance that could not be connected is not given out again', async () => {
  const args = { ...argsFor('anna'), token: token('somebody else') };
  const first = Client.getOrCreateInstance(args);
  await assert.rejects(first.connected, { code: 'auth-token-invalid' });

  const next = Client.getOrCreateInstance(args);

  assert.notEqual(next, first);
  await assert.rejects(next.connected);
});

test('an instance needs a user id and something to get a token from', () => {
  for (const args of [
    { apiKey: 'key' },
    { apiKey: 'key', user: {} },
    { apiKey: 'key', user: { id: 'anna' } },
    { apiKey: 'key', user: { type: 'guest', id: 'gil' }, token: 'x' },
  ]) {
    assert.throws(() => Client.getOrCreateInstance(args), { code: 'invalid-argument' });
  }
});

test('a second client for the same user is made, with a warning', async () => {
  const warnings = [];
  const logger = (level, message) => level === 'warn' && warnings.push(message);
  const first = new Client(argsFor('anna', { logger }));
  const second = new Client(argsFor('anna', { logger }));

  assert.notEqual(first, second);
  assert.equal(warnings.length, 1);
  const failures = [first, second].map((client) => assert.rejects(client.connected));
  await Promise.all([first.dispose(), second.dispose()]);
  await Promise.all(failures);
});

test('the app hears of a failed connecting, with all attempts', async () => {
  const heard = [];
  const onConnectUserError = (last, all) => heard.push([last, all]);
  const client = new Client({
    ...argsFor('anna', { onConnectUserError }),
    token: token('somebody else'),
  });

  const error = await client.connected.then(assert.fail, (error) => error);

  assert.deepEqual(heard, [[error, [error]]]);
});

test('requests of a client need a user, and say so', async () => {
  const client = new Client('key', options);

  for (const [name, ...args] of [
    ['queryCalls'],
    ['edges'],
    ['getDevices'],
    ['addDevice', 'd', 'firebase'],
    ['removeDevice', 'd'],
    ['queryCallStats', {}],
    ['onRingingCall', 'default:a'],
  ]) {
    await assert.rejects(client[name](...args), { code: 'not-connected' }, name);
  }
  for (const [name, ...args] of [
    ['queryCalls', 'all'],
    ['removeDevice'],
    ['onRingingCall', 'a'],
    ['onRingingCall'],
    ['createGuestUser', 7],
  ]) {
    await assert.rejects(client[name](...args), { code: 'invalid-argument' }, name);
  }
  await assert.rejects(client.createGuestUser({ user: { id: 'gil' } }), { category: 'network' });
  assert.deepEqual(client.state.calls, [], 'a ring that could not be loaded leaves nothing behind');
  await client.dispose();
});

test('each part of the SDK logs as the app wants, and a wrong wish is named', async () => {
  const [all, own] = [[], []];
  const logOptions = { client: { level: 'trace', sink: (...line) => own.push(line) } };
  const logger = (...line) => all.push(line);
  const config = { ...options, logger, logLevel: 'error', clientAppIdentifier: {}, logOptions };
  new Client('key', config);
  assert.deepEqual(own, [['warn', 'options.clientAppIdentifier has no effect']]);
  new Client('key', { ...config, logOptions: {} });
  new Client('key', { ...config, logOptions: { devices: { level: 'trace' } } });
  assert.deepEqual(all, [], 'warnings are below what the app wants of all others');
  for (const wrong of [{ sfu: {} }, { core: { level: 'loud' } }, { core: { sink: 7 } }, 7]) {
    const make = () => new Client('key', { ...options, logOptions: wrong });
    assert.throws(make, { code: 'invalid-argument', message: /logOptions/ });
  }
});

test('a client that is only made asks nobody for anything, wherever its server is', async () => {
  const { fetch } = globalThis;
  const asked = [];
  globalThis.fetch = async (request) => {
    asked.push(new URL(request.url ?? request).host);
    throw new TypeError('no network');
  };
  try {
    const made = new Client('key', { logger: () => {} });
    made.call('default', 'standup');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(asked, []);

    // Who connects without a `baseURL` means the cloud.
    const connecting = new Client({
      ...argsFor('zoe'),
      options: { logger: () => {}, maxConnectUserRetries: 1, defaultWsTimeout: 1 },
    });
    await assert.rejects(connecting.connected);
    assert.ok(asked.length > 0, 'now it may ask');
    await Promise.all([made.dispose(), connecting.dispose()]);
  } finally {
    globalThis.fetch = fetch;
  }
});
