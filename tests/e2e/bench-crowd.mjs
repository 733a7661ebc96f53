// How long the demo keeps its main thread from the click on join to a minute later, in a call of a
// thousand with five videos; beside it the same page in a call with nobody else. Server, crowd,
// browser and page share the cores of this machine, so a task may also be long because it waits.
import { loadavg } from 'node:os';

import { button } from './support/demo.mjs';
import { end } from './support/processes.mjs';
import { unique, World } from './support/world.mjs';

const CROWD = { participants: 1000, speakers: 5, media: 5, churn: 1 };
/** ms */
const SPAN = 60_000;

/** The crowd comes from one address, and everybody is to know everybody. */
const world = new World(undefined, [
  '--rate-limit',
  '0',
  '--app-rate-limit',
  '0',
  '--large-call',
  '100000',
]);
try {
  await world.start();
  console.log('others  videos  tasks over 50 ms   longest  together   load');
  await measure(0);
  const callId = unique('crowd');
  // What it does must not take the page's place.
  const crowd = await world.server.crowd(callId, CROWD, ['nice', '-n', '19']);
  await measure(CROWD.participants, callId);
  await end(crowd);
} finally {
  await world.stop();
}

/**
 * @param {number} others who are in the call
 * @param {string} callId
 */
async function measure(others, callId = unique('alone')) {
  const viewport = { width: 1280, height: 800 };
  const url = others > 0 ? `${world.server.url}/?call=${callId}` : world.server.url;
  const person = await world.visitor({ viewport }, url);
  await person.page.getByLabel('Your name').fill('Ada');
  await person.run(() => {
    const seen = { clicked: Infinity, tasks: /** @type {{ at: number, took: number }[]} */ ([]) };
    Object.assign(globalThis, { seen });
    addEventListener('click', () => (seen.clicked = performance.now()), {
      once: true,
      capture: true,
    });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        seen.tasks.push({ at: startTime, took: duration });
      }
    }).observe({ type: 'longtask' });
  });
  await button(person, others > 0 ? 'Join call' : 'Start call').click();
  const { tasks, videos } = await person.page.evaluate(async (span) => {
    const { seen } = /** @type {any} */ (globalThis);
    await new Promise((resolve) => setTimeout(resolve, span));
    const videos = [...document.querySelectorAll('video')].filter((video) => video.currentTime > 1);
    const tasks = seen.tasks.filter((/** @type {any} */ { at, took }) => at + took > seen.clicked);
    return { tasks: tasks.map((/** @type {any} */ { took }) => took), videos: videos.length };
  }, SPAN);
  const whole = (/** @type {number} */ ms, /** @type {number} */ width) =>
    `${Math.round(ms)}`.padStart(width);
  const sum = tasks.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
  console.log(
    `${whole(others, 6)}  ${whole(videos, 6)}  ${whole(tasks.length, 16)}` +
      `  ${whole(Math.max(0, ...tasks), 5)} ms  ${whole(sum, 5)} ms  ${(loadavg()[0] ?? 0).toFixed(1).padStart(5)}`,
  );
  await person.close();
}
