// How long the demo keeps its main thread from the click on join to a minute later, in a call of a
// thousand with five videos; beside it the same page in a call with nobody else. Server, crowd,
// browser and page share the cores of this machine, so a task may also be long because it waits.
import { loadavg } from 'node:os';

import { button } from './support/demo.mjs';
import { end } from './support/processes.mjs';
import { unique, World } from './support/world.mjs';

/**
 * What the page notes: when join was clicked, and each long task, in ms.
 *
 * @typedef {{ clicked: number, tasks: { at: number, took: number }[] }} Seen
 */

const CROWD = { participants: 1000, speakers: 5, media: 5, churn: 1 };
/** ms */
const SPAN = 60_000;

/** Everybody is to know everybody. */
const world = new World(undefined, ['--large-call', '100000']);
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
    const seen = /** @type {Seen} */ ({ clicked: Infinity, tasks: [] });
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
  const { tasks, videos } = await person.page.evaluate(look, SPAN);
  const all = tasks.map(({ took }) => took);
  const sum = all.reduce((one, other) => one + other, 0);
  const cells = [
    String(others).padStart(6),
    String(videos).padStart(6),
    String(tasks.length).padStart(16),
    `${Math.round(Math.max(0, ...all))} ms`.padStart(8),
    `${Math.round(sum)} ms`.padStart(8),
    (loadavg()[0] ?? 0).toFixed(1).padStart(5),
  ];
  console.log(cells.join('  '));
  for (const { at, took } of tasks) {
    console.log(
      `${' '.repeat(16)}${Math.round(took)} ms, ${(at / 1000).toFixed(1)} s after the click`,
    );
  }
  await person.close();
}

/**
 * Runs in the page: waits, and gives the long tasks since the click, and how many videos play.
 *
 * @param {number} span ms
 */
async function look(span) {
  await new Promise((resolve) => setTimeout(resolve, span));
  const { seen } = /** @type {{ seen: Seen }} */ (/** @type {unknown} */ (globalThis));
  const since = seen.tasks.filter(({ at, took }) => at + took > seen.clicked);
  return {
    tasks: since.map(({ at, took }) => ({ at: at - seen.clicked, took })),
    videos: [...document.querySelectorAll('video')].filter((video) => video.currentTime > 1).length,
  };
}
