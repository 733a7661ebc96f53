// The page of the bench: a fresh one for each cell, with its processor time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { launch } from '../e2e/support/browser.mjs';
import { serveBlankPage } from '../e2e/support/static.mjs';

/**
 * @typedef {import('./page/driver.js').Cell} Cell
 *
 * @typedef {object} Taken of one cell
 * @property {number} cpu ms for which the page's main thread kept a processor busy
 * @property {number} wall ms
 * @property {number} longest ms of the longest task, if that is 50 or more
 * @property {number} checksum of what was read
 * @property {number} heap bytes of JavaScript
 * @property {number} wasm bytes of the module's memory
 */

const HERE = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <link rel="icon" href="data:," />
    <title>bench</title>
    <script type="importmap">
      {
        "imports": {
          "trunkline": "/pkg/index.js",
          "livekit-client": "/livekit/livekit-client.esm.mjs",
          "peer-frames": "/bundle/peer-frames.js"
        }
      }
    </script>
  </head>
</html>
`;

/** Where cells are run. */
export class Bench {
  static async start() {
    const bundle = await mkdtemp(join(tmpdir(), 'trunkline-bench-'));
    // Only what makes the peer's frames. The peer itself is served as it was published.
    await build({
      entryPoints: [HERE('page/peer-frames.js')],
      outdir: bundle,
      bundle: true,
      format: 'esm',
      minify: true,
    });
    const origin = await serveBlankPage(
      {
        '/bench/': HERE('page/'),
        '/livekit/': HERE('node_modules/livekit-client/dist/'),
        '/bundle/': `${bundle}/`,
      },
      PAGE,
    );
    return new Bench(await launch(), origin, bundle);
  }

  /**
   * @param {import('playwright-core').Browser} browser
   * @param {{ url: string, close(): Promise<void> }} origin
   * @param {string} bundle
   */
  constructor(browser, origin, bundle) {
    this.browser = browser;
    this.origin = origin;
    this.bundle = bundle;
  }

  async stop() {
    await this.browser.close();
    await this.origin.close();
    await rm(this.bundle, { recursive: true });
  }

  /**
   * Runs a cell in a page of its own: processor time of the page's main thread, and what was read.
   *
   * @param {Cell} cell
   * @returns {Promise<Taken>}
   */
  async run(cell) {
    const page = await this.#open(cell);
    try {
      const before = await page.threadTime();
      await page.evaluate('bench.run()');
      const cpu = (await page.threadTime()) - before;
      const result = await page.evaluate('bench.result()');
      check(cell, result);
      const { wall, longest } = result;
      return { cpu, wall, longest, checksum: result.read, heap: 0, wasm: 0 };
    } finally {
      await page.close();
    }
  }

  /**
   * Profiles a cell: ms of each function itself, and the heaviest first.
   *
   * @param {Cell} cell
   */
  async profile(cell) {
    const page = await this.#open(cell);
    try {
      await page.session.send('Profiler.enable');
      await page.session.send('Profiler.setSamplingInterval', { interval: 100 });
      await page.session.send('Profiler.start');
      await page.evaluate('bench.run()');
      const { profile } = await page.session.send('Profiler.stop');
      return selfTimes(profile);
    } finally {
      await page.close();
    }
  }

  /**
   * Bytes that a page holds after its garbage was collected.
   *
   * @param {Cell} cell
   * @returns {Promise<Taken>}
   */
  async weigh(cell) {
    const page = await this.#open(cell);
    try {
      for (let round = 0; round < 3; round += 1) {
        await page.session.send('HeapProfiler.collectGarbage');
      }
      const { usedSize, embedderHeapUsedSize = 0 } =
        await page.session.send('Runtime.getHeapUsage');
      const wasm = await page.evaluate('bench.wasmBytes()');
      const heap = usedSize + embedderHeapUsedSize;
      return { cpu: 0, wall: 0, longest: 0, checksum: 0, heap, wasm };
    } finally {
      await page.close();
    }
  }

  /** @param {Cell} cell */
  async #open(cell) {
    const context = await this.browser.newContext();
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(this.origin.url);
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    const evaluate = async (/** @type {string} */ expression) => {
      const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) {
        const { exception, text } = exceptionDetails;
        throw new Error([exception?.description ?? text, ...complaints].join('\n'));
      }
      return result.value;
    };
    await evaluate('import("/bench/driver.js").then(() => {})');
    await evaluate(`bench.prepare(${JSON.stringify(cell)})`);
    return {
      session,
      evaluate,
      /** ms for which the page's main thread has kept a processor busy. */
      threadTime: async () => {
        const { metrics } = await session.send('Performance.getMetrics');
        return 1000 * (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN);
      },
      close: () => context.close(),
    };
  }
}

/** @param {Cell} cell @param {Record<string, number>} result */
function check(cell, { read, expected, last, expectedLast }) {
  if (read === expected && last === expectedLast) return;
  const what = read === expected ? 'what there is at last' : 'what was read';
  throw new Error(`${what} is not what the model says: ${JSON.stringify(cell)}`);
}

/** @param {import('playwright-core').Protocol.Profiler.Profile} profile */
function selfTimes({ nodes, samples = [], timeDeltas = [] }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<string, number>} */
  const times = new Map();
  samples.forEach((id, at) => {
    const frame = names.get(id);
    const name = `${frame?.functionName || '(anonymous)'} ${frame?.url.split('/').at(-1)}`;
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[at] ?? 0) / 1000);
  });
  return [...times].sort(([, a], [, b]) => b - a);
}
