// Whether a call would work, asked before there is one.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { testWith } from './support/browser.mjs';
import { API_KEY } from './support/server.mjs';
import { freePort, Turn } from './support/turn.mjs';
import { NO_DEVICES, unique, World, world } from './support/world.mjs';

const turn = await Turn.start();
after(() => turn.stop());

/** @type {import('./support/world.mjs').Person} */
let ann;
/** @type {import('./support/world.mjs').Person} */
let ben;
const callId = unique('connectivity');
world(
  async (world) => {
    [ann, ben] = await Promise.all([world.person('Ann'), world.person('Ben')]);
    await ben.listen();
    await ben.joinSilently(callId);
    await ann.open(callId);
  },
  [],
  ['--turn', turn.option],
);

/** What a report says, without its times and errors. */
const told = (/** @type {import('./support/world.mjs').Person} */ person, withCall = true) =>
  person.run(async (withCall) => {
    const { ok, ...parts } = await client.testConnectivity(withCall ? { call } : undefined);
    const told = Object.entries(parts).map(([name, { ok, skipped, time, reason }]) => {
      const { code, hint, ice } = reason ?? {};
      return [
        name,
        { ok, skipped, timed: time >= 0 && (skipped ? time === 0 : true), code, hint, ice },
      ];
    });
    return { ok, peers: spy.peers().length, parts: Object.fromEntries(told) };
  }, withCall);

test('all parts work here, and nobody sees that somebody asks', async () => {
  const { ok, peers, parts } = await told(ann);

  const fine = { ok: true, skipped: false };
  const states = Object.entries(parts).map(([name, { ok, skipped }]) => [name, { ok, skipped }]);
  assert.deepEqual(states, [
    ['rest', fine],
    ['socket', fine],
    ['sfu', fine],
    ['udp', fine],
    ['turn', fine],
  ]);
  assert.equal(ok, true);
  assert.equal(peers, 0, 'no connection stays open');
  assert.equal(await ann.run(() => call.state.callingState), 'idle');
  const seen = await ben.run(() => call.state.participants.map((who) => who.userId));
  assert.deepEqual(seen, [ben.id]);
  const came = await ben.run(() =>
    heard.filter((event) => event.type === 'call.session_participant_joined'),
  );
  assert.equal(came.filter((event) => !JSON.stringify(event).includes(ben.id)).length, 0);
});

test('without a call its parts are skipped, with the reason', async () => {
  const { ok, parts } = await told(ann, false);

  assert.equal(ok, true);
  assert.deepEqual([parts.rest?.ok, parts.socket?.ok], [true, true]);
  for (const part of [parts.sfu, parts.udp, parts.turn]) {
    assert.deepEqual([part?.ok, part?.skipped, part?.code], [false, true, 'not-tested']);
    assert.match(part?.hint ?? '', /testConnectivity\(\{ call \}\)/);
  }
});

test('a call that there is not is the reason why its SFU is not asked', async () => {
  const { code, skipped } = await ben.run(async () => {
    const nowhere = client.call('default', 'nowhere');
    const { sfu } = await client.testConnectivity({ call: nowhere });
    return { code: sfu.reason?.code, skipped: sfu.skipped };
  });
  assert.deepEqual([code, skipped], ['not-found', true]);
});

testWith('ipPolicy', 'a network without UDP is told apart, and TURN gets through', async () => {
  const blocked = new World(
    ['--webrtc-ip-handling-policy=disable_non_proxied_udp'],
    ['--turn', turn.option],
  );
  await blocked.start();
  try {
    const carl = await blocked.person('Carl');
    await carl.open(unique('blocked'));
    await carl.run(
      (settings_override) => call.getOrCreate({ data: { settings_override } }),
      NO_DEVICES,
    );
    const { ok, parts } = await told(carl);

    assert.equal(ok, true, 'a call would work');
    assert.deepEqual([parts.turn?.ok, parts.udp?.ok], [true, false]);
    assert.equal(parts.udp?.code, 'media-unreachable');
    assert.match(parts.udp?.hint ?? '', /block UDP.*TURN server instead/);
    assert.deepEqual([parts.udp?.ice?.udp, parts.udp?.ice?.turn], ['blocked', 'relay']);
  } finally {
    await blocked.stop();
  }
});

test('a server that is away is told of, and takes no longer than it may', async () => {
  const away = { apiKey: API_KEY, baseURL: `http://127.0.0.1:${await freePort()}/video` };
  const result = await ann.run(async ({ apiKey, baseURL }) => {
    const options = { baseURL };
    const stranger = new trunkline.Client(apiKey, options);
    const { ok, rest, socket, udp } = await stranger.testConnectivity({ call });
    await stranger.dispose();
    return { ok, rest: rest.reason?.code, socket: socket.reason?.code, udp: udp.skipped };
  }, away);

  assert.deepEqual(result, { ok: false, rest: 'network', socket: 'ws-closed', udp: true });
});

test('it can be given up, and wrong options are refused before anything is sent', async () => {
  const result = await ann.run(async () => {
    const outcome = async (/** @type {unknown} */ options) => {
      try {
        await client.testConnectivity(/** @type {never} */ (options));
        return 'resolved';
      } catch (error) {
        const { name, code } = /** @type {import('trunkline').VideoError} */ (error);
        return `${name} ${code}`;
      }
    };
    const given = new AbortController();
    const pending = outcome({ call, signal: given.signal });
    given.abort();
    return {
      aborted: [await pending, await outcome({ signal: given.signal })],
      wrong: [await outcome(1), await outcome({ call: {} }), await outcome({ calls: call })],
      peers: spy.peers().length,
    };
  });
  assert.deepEqual(result.aborted, ['AbortError aborted', 'AbortError aborted']);
  assert.deepEqual(result.wrong, Array(3).fill('VideoError invalid-argument'));
  assert.equal(result.peers, 0);
  const { ok } = await told(ann);
  assert.equal(ok, true, 'it can be asked again');
});

test('nothing was complained about but what was wrong on purpose', () => {
  const expected =
    /ERR_CONNECTION_REFUSED|404|closed before the connection is|establish a connection|CORS request did|was interrupted/;
  const complaints = [ann, ben].flatMap((person) => person.complaints);
  assert.deepEqual(
    complaints.filter((text) => !expected.test(text)),
    [],
  );
});
