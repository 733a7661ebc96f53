// How long the bad moments of a network last: a proxy and a relay stand between one page and the
// server. Every line is in ms, from the fault, or from its end where it takes a time of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import { detour, freeMediaPort, Proxy, Relay } from './support/network.mjs';
import { NO_DEVICES, unique, World } from './support/world.mjs';

const ROUNDS = process.argv.includes('--quick') ? 2 : 10;
/** How long a path is silent, or the server away, in ms. */
const SILENCE = 3_000;
const ABSENCE = 8_000;
/** ms that a picture is watched after a fault of which nothing but a freeze is seen. */
const SPAN = 6_000;
/** ms after which the bench gives up. */
const LONGEST = 120_000;
const BETWEEN_LOOKS = 20;

/** @typedef {{ row: number, label: string, limit: number, values: number[] }} Line */
/** @type {Line[]} */
const lines = [];

const media = await freeMediaPort();
const world = new World([], ['--udp', `127.0.0.1:${media}`]);
await world.start();
const proxy = new Proxy(Number(new URL(world.server.url).port));
const relay = new Relay(media);
try {
  await Promise.all([proxy.open(), relay.open()]);
  const anna = await world.person('Anna');
  const ben = await world.login(
    await world.stranger({}, detour(media, relay.port)),
    { id: unique('Ben'), name: 'Ben' },
    {},
    { baseURL: proxy.url },
  );
  for (const person of [anna, ben]) await person.run(watchFrames);
  await first(anna, ben);
  await paths(anna, ben);
  await server(anna, ben);
  await farewells(anna, ben);
} finally {
  // What was measured until something went wrong, too.
  await report();
  await world.stop();
  await proxy.close();
  relay.close();
}

/** @typedef {import('./support/world.mjs').Person} Person */

/**
 * The first picture of somebody who is there, at a newcomer.
 *
 * @param {Person} anna
 * @param {Person} ben
 */
async function first(anna, ben) {
  const callId = unique('faults');
  await anna.join(callId);
  await anna.until(() => spy.open().tracks === 2, undefined, 'camera and microphone are on');
  const clear = line(38, 'joined → first picture of somebody who is there', 250);
  const lossy = line(39, 'the same where one packet in ten is lost', 1_000);
  for (const [loss, values] of /** @type {const} */ ([
    [0, clear],
    [0.1, lossy],
  ])) {
    relay.loss = loss;
    for (let round = 0; round < ROUNDS; round += 1) {
      const joined = await joins(ben, callId);
      values.push(await frameAfter(ben, joined));
      await ben.run(() => call.leave());
      await anna.until(() => call.state.participants.length === 1, undefined, 'the other is gone');
    }
  }
  relay.loss = 0;
  await joins(ben, callId);
  await bothSee(anna, ben);
}

/**
 * @param {Person} anna
 * @param {Person} ben
 */
async function paths(anna, ben) {
  const cut = line(38, 'sockets cut → longest freeze of what I see', 300);
  const own = line(39, `media silent for ${SILENCE} ms, then back → what I see`, 1_000);
  const others = line(39, `media silent for ${SILENCE} ms, then back → what others see`, 1_000);
  const ownMoved = line(37, 'address changed → what I see', 5_000);
  const othersMoved = line(37, 'address changed → what others see', 5_000);
  for (let round = 0; round < ROUNDS; round += 1) {
    let since = Date.now();
    proxy.cut();
    await setTimeout(SPAN);
    cut.push(await ben.run(longestFreeze, since));
    await bothSee(anna, ben);

    relay.isSilent = true;
    await setTimeout(SILENCE);
    since = Date.now();
    relay.isSilent = false;
    const back = await Promise.all([frameAfter(ben, since), frameAfter(anna, since)]);
    own.push(back[0]);
    others.push(back[1]);
    await bothSee(anna, ben);

    since = Date.now();
    relay.move();
    // What was on its way has come by then.
    const moved = since + 500;
    const found = await Promise.all([frameAfter(ben, moved), frameAfter(anna, moved)]);
    ownMoved.push(found[0] + 500);
    othersMoved.push(found[1] + 500);
    await bothSee(anna, ben);
  }
}

/**
 * @param {Person} anna
 * @param {Person} ben
 */
async function server(anna, ben) {
  const away = line(40, `server away for ${ABSENCE} ms, then back → joined`, 3_000);
  const deaf = line(42, 'pings lost → noticed', 14_000);
  for (let round = 0; round < ROUNDS; round += 1) {
    await proxy.close();
    await setTimeout(ABSENCE);
    await proxy.open();
    away.push(await stateAfter(ben, 'joined', Date.now()));
    await bothSee(anna, ben);

    const since = Date.now();
    proxy.condition = 'deaf';
    deaf.push(await stateAfter(ben, 'reconnecting', since));
    proxy.condition = 'open';
    proxy.cut();
    await stateAfter(ben, 'joined', Date.now());
    await bothSee(anna, ben);
  }
  // Once, as it takes long: a call whose server is away is kept for two minutes.
  const long = line(41, 'server away for 45 s, then back → joined', 3_000);
  await proxy.close();
  await setTimeout(45_000);
  await proxy.open();
  long.push(await stateAfter(ben, 'joined', Date.now()));
  await ben.run(() => call.leave());
}

/**
 * @param {Person} anna
 * @param {Person} ben
 */
async function farewells(anna, ben) {
  const rejects = line(43, 'leave({ reject }) of a ringing call, network dead', 2_000);
  const joins = line(43, 'join() while the server refuses → its reason', 15_000);
  for (let round = 0; round < ROUNDS; round += 1) {
    // Whoever waits to try again hears of no ring.
    await ben.listen();
    proxy.cut();
    await patiently(ben, () => Number(heard.some(({ type }) => type === 'connection.ok')), 0);
    await anna.open(unique('ring'));
    await anna.run(
      ({ settings_override, ben }) =>
        call.getOrCreate({ ring: true, data: { members: [{ user_id: ben }], settings_override } }),
      { settings_override: NO_DEVICES, ben: ben.id },
    );
    await ben.until(
      (cid) => {
        const found = client.state.calls.find((known) => known.cid === cid && known.ringing);
        if (found) globalThis.call = found;
        return found?.state.callingState === 'ringing';
      },
      await anna.run(() => call.cid),
      'it rings',
    );
    proxy.condition = 'stalled';
    rejects.push(await timeOf(ben, () => call.leave({ reject: true })));
    proxy.condition = 'open';
    proxy.cut();
    await anna.run(() => call.leave());

    await ben.open(unique('refused'));
    await proxy.close();
    joins.push(await timeOf(ben, () => call.join()));
    await proxy.open();
  }
}

/**
 * How long something takes in a page, however it ends, and longer than a step of a test may.
 *
 * @param {Person} person
 * @param {() => Promise<unknown>} action
 */
async function timeOf(person, action) {
  const started = Date.now();
  await person.page.evaluate(action).catch(() => {});
  return Date.now() - started;
}

/**
 * Joins with the devices on, and shows everybody. Returns when the call was joined.
 *
 * @param {Person} person
 * @param {string} callId
 */
async function joins(person, callId) {
  await person.open(callId);
  return person.run(async () => {
    document.body.replaceChildren();
    showEverybody(call);
    await call.join();
    return Date.now();
  });
}

/** Runs in the page: keeps when each picture is shown. */
function watchFrames() {
  globalThis.shownAt = [];
  const watched = new WeakSet();
  const watch = () => {
    for (const video of document.querySelectorAll('video')) {
      if (watched.has(video)) continue;
      watched.add(video);
      const next = () => {
        shownAt.push(Date.now());
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    }
  };
  new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
  watch();
}

/**
 * Runs in the page: the longest time without a picture since a moment.
 *
 * @param {number} since
 */
function longestFreeze(since) {
  const moments = [...shownAt.filter((at) => at > since), Date.now()];
  let last = shownAt.findLast((at) => at <= since) ?? since;
  return moments.reduce((longest, at) => {
    const freeze = at - last;
    last = at;
    return Math.max(longest, freeze);
  }, 0);
}

/**
 * ms from a moment to the first picture after it.
 *
 * @param {Person} person
 * @param {number} since
 */
async function frameAfter(person, since) {
  return patiently(person, (since) => shownAt.find((at) => at > since), since);
}

/**
 * ms from a moment until the call is in a state.
 *
 * @param {Person} person
 * @param {string} state
 * @param {number} since
 */
async function stateAfter(person, state, since) {
  const isIn = (/** @type {string} */ state) => call.state.callingState === state && Date.now();
  return patiently(person, isIn, state, since);
}

/**
 * @template Arg
 * @param {Person} person
 * @param {(arg: Arg) => number | false | undefined} look gives the time at which it was so
 * @param {Arg} arg
 * @param {number} since
 */
async function patiently(person, look, arg, since = Number(arg)) {
  for (let left = LONGEST; left > 0; left -= BETWEEN_LOOKS) {
    const at = await person.run(look, arg);
    if (at) return at - since;
    await setTimeout(BETWEEN_LOOKS);
  }
  throw new Error(`${person.id}: not in ${LONGEST} ms: ${look}`);
}

/**
 * Waits until both see each other, for a second without a fault.
 *
 * @param {Person} anna
 * @param {Person} ben
 */
async function bothSee(anna, ben) {
  for (const person of [anna, ben]) {
    await patiently(
      person,
      () => {
        const now = Date.now();
        return shownAt.filter((at) => at > now - 1_000).length > 5 && now;
      },
      0,
    );
  }
}

/**
 * @param {number} row of issue 11
 * @param {string} label
 * @param {number} limit ms
 */
function line(row, label, limit) {
  const values = /** @type {number[]} */ ([]);
  lines.push({ row, label, limit, values });
  return values;
}

async function report() {
  console.log(`${'ms'.padEnd(66)}  median     p95   worst   limit   n`);
  const measured = lines.map(({ row, label, limit, values }) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (/** @type {number} */ share) =>
      sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
    const [median, p95, worst] = [at(0.5), at(0.95), at(1)];
    const cells = [median, p95, worst, limit].map((ms) => ms.toFixed(0).padStart(8)).join('');
    console.log(`${row} ${label}`.padEnd(66) + cells + String(sorted.length).padStart(4));
    return { row, label, limit, median, p95, worst, n: sorted.length, values };
  });
  const folder = new URL('../../target/bench/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('faults.json', folder), `${JSON.stringify(measured, undefined, 2)}\n`);
}
