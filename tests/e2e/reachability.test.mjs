// A network that lets no media pass, and a server without TURN.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unique, world } from './support/world.mjs';

/** Takes UDP away from a page: there is no TURN server that would get it through. */
const noWay = () => {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {RTCConfiguration} [configuration] */
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
    }
  };
};

/** @type {import('./support/world.mjs').Person} */
let blocked;
/** @type {import('./support/world.mjs').Person} */
let other;
const callId = unique('unreachable');
world(async (world) => {
  other = await world.person('Other');
  blocked = await world.person('Blocked', undefined, undefined, undefined, noWay);
  await other.listen();
  await other.join(callId);
  await other.run(() => {
    globalThis.seen = [];
    call.state.participants$.subscribe((all) => {
      for (const { sessionId, isLocalParticipant } of all) {
        if (!isLocalParticipant && !seen.includes(sessionId)) seen.push(sessionId);
      }
    });
  });
});

test('the call ends with what was tried, after two rejoins', async () => {
  await blocked.open(callId);
  await blocked.run(() => {
    globalThis.seen = [];
    call.state.callingState$.subscribe((state) => void seen.push(state));
    call.on('call.reconnecting_failed', ({ error }) => {
      const { code, hint, ice } = error;
      globalThis.kept = { code, hint, udp: ice?.udp, turn: ice?.turn, remote: ice?.remote };
    });
  });
  await blocked.run(() => call.join());

  for (const rejoins of [1, 2]) {
    await blocked.until(
      (rejoins) => seen.filter((state) => state === 'reconnecting').length >= rejoins,
      rejoins,
      `rejoin ${rejoins}`,
    );
  }
  const lost = /** @type {any} */ (
    await blocked.until(() => globalThis.kept, undefined, 'the call is lost')
  );
  assert.equal(lost.code, 'media-unreachable');
  assert.match(lost.hint, /block UDP.*TURN/);
  assert.deepEqual([lost.udp, lost.turn], ['blocked', 'missing']);
  assert.deepEqual(lost.remote, [{ type: 'host', protocol: 'udp' }]);

  const after = await blocked.run(() => ({
    state: call.state.callingState,
    rejoins: seen.filter((state) => state === 'joined').length - 1,
    tracks: spy.open().tracks,
  }));
  assert.deepEqual(after, { state: 'reconnecting-failed', rejoins: 2, tracks: 0 });
});

test('the others saw somebody come once and go once', async () => {
  const cid = `default:${callId}`;
  await other.until(
    (id) =>
      heard.some(
        (event) =>
          event.type === 'call.session_participant_left' && JSON.stringify(event).includes(id),
      ),
    blocked.id,
    'the others hear that somebody has gone',
  );
  const counts = await other.run(
    ({ id, cid }) => {
      const of = (/** @type {string} */ type) =>
        heard.filter(
          (event) =>
            event.type === type && event.call_cid === cid && JSON.stringify(event).includes(id),
        ).length;
      return {
        came: of('call.session_participant_joined'),
        went: of('call.session_participant_left'),
        seen: seen.length,
      };
    },
    { id: blocked.id, cid },
  );
  assert.deepEqual(counts, { came: 1, went: 1, seen: 1 });
  await other.until(() => call.state.participants.length === 1, undefined, 'nobody stays behind');
});

test('whoever has media goes on having it', async () => {
  const state = await other.run(() => call.state.callingState);
  assert.equal(state, 'joined');
});
