// `cargo xtask bench --only state`: what the state of a call costs the page, beside livekit-client and beside
// the same algorithm in JavaScript. docs/performance.md explains how it is measured.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { Bench } from './browser.mjs';
import { chart } from './chart.mjs';
import { GOALS, plan, runs } from './plan.mjs';

/**
 * @typedef {import('./plan.mjs').Row} Row
 * @typedef {import('./page/driver.js').Cell['contender']} Contender
 *
 * @typedef {object} Figure
 * @property {number} median ms per event, ms in all, or bytes per participant
 * @property {number} low
 * @property {number} high
 *
 * @typedef {object} Result of one row
 * @property {string} key
 * @property {string} label
 * @property {string} unit
 * @property {number} runs
 * @property {Partial<Record<Contender, Figure>>} figures
 * @property {number} [ofWhichWasm] bytes per participant of ours that are the module's
 * @property {Partial<Record<Contender, number>>} [longestTask] ms, the longest of all runs
 */

const NAMES = /** @type {Record<Contender, string>} */ ({
  ours: 'ours',
  shipped: 'ours, as they came',
  sorted: 'livekit-client, sorted list',
  map: 'livekit-client, its map',
  twin: 'JavaScript twin',
  nobody: 'the bench itself',
});
/** Two runs with the same seed see the same. */
const SEED = 2026;

const quick = process.argv.includes('--quick');
const only = process.argv.find((arg) => arg.startsWith('--rows='))?.slice('--rows='.length);
const profiled = process.argv
  .find((arg) => arg.startsWith('--profile='))
  ?.slice('--profile='.length);
const rows = plan(quick).filter(({ key }) => !only || new RegExp(only).test(key));

const bench = await Bench.start();
try {
  if (profiled) await profile(profiled);
  else await measure();
} finally {
  await bench.stop();
}

async function measure() {
  const taken = await run();
  const results = rows.map((row) => summary(row, taken));
  const measured = {
    quick,
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    rustc: execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim(),
    chromium: bench.browser.version(),
    peer: `livekit-client ${await peerVersion()}`,
    results: results.filter(({ key }) => key !== 'memory-10'),
    goals: goals(results),
  };
  print(measured.results);
  for (const { label, atLeast, ratio, met } of measured.goals) {
    const found = `${ratio.toFixed(2)} ×`.padStart(10);
    console.log(`${met ? 'met    ' : 'NOT MET'} ${found}, goal ${atLeast} ×: ${label}`);
  }
  // What somebody looks into while they work does not replace what is shown.
  const folder = new URL(
    quick || only ? '../../target/bench/' : '../../docs/bench/',
    import.meta.url,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('state.json', folder), `${JSON.stringify(measured, undefined, 2)}\n`);
  await writeFile(new URL('state.svg', folder), chart(measured));
  console.log(`Written to ${fileURLToPath(folder)}`);
}

/** Runs all cells, each contender after the other, round by round. */
async function run() {
  /** @type {Map<string, import('./browser.mjs').Taken[]>} by row and contender */
  const taken = new Map();
  const rounds = Math.max(...rows.map((row) => runs(row, quick)));
  for (let round = 0; round < rounds; round += 1) {
    for (const row of rows.filter((row) => round < runs(row, quick))) {
      const checksums = new Set();
      const line = [];
      for (const contender of [...contenders(row)]) {
        const cell = { ...row.cell, contender, seed: SEED + round };
        const result = row.cell.what === 'memory' ? await bench.weigh(cell) : await bench.run(cell);
        const key = `${row.key} ${contender}`;
        taken.set(key, [...(taken.get(key) ?? []), result]);
        // These show the same list, and have to show the same in it.
        if (['ours', 'sorted', 'twin'].includes(contender)) checksums.add(result.checksum);
        line.push(`${contender} ${(result.cpu / (row.cell.events || 1)).toFixed(3)}`);
      }
      if (checksums.size !== 1) throw new Error(`${row.key}: not everybody read the same`);
      console.log(`${round + 1}/${runs(row, quick)} ${row.key}: ${line.join(', ')}`);
    }
  }
  return taken;
}

/** Those of a row, and what the bench itself costs there. @param {Row} row @returns {Contender[]} */
function contenders({ contenders, cell }) {
  return cell.what === 'memory' ? contenders : [...contenders, 'nobody'];
}

/** @param {Row} row @param {Map<string, import('./browser.mjs').Taken[]>} taken @returns {Result} */
function summary(row, taken) {
  const { key, label, cell } = row;
  const of = (/** @type {string} */ contender) => taken.get(`${key} ${contender}`) ?? [];
  const isMemory = cell.what === 'memory';
  const perEvent = cell.what === 'events' && cell.workload !== 'growth';
  const own = isMemory ? 0 : median(of('nobody').map(({ cpu }) => cpu));
  /** @type {Result} */
  const result = {
    ...{ key, label, runs: of('ours').length, figures: {} },
    unit: isMemory ? 'bytes per participant' : perEvent ? 'ms per event' : 'ms',
  };
  const few = (/** @type {string} */ contender) => taken.get(`memory-10 ${contender}`) ?? [];
  /** Bytes per participant, of a page in which there are many. */
  const each = (
    /** @type {number} */ bytes,
    /** @type {string} */ contender,
    /** @type {(of: import('./browser.mjs').Taken) => number} */ part,
  ) => (bytes - median(few(contender).map(part))) / (cell.people - 10);
  for (const contender of row.contenders) {
    const values = of(contender).map(({ cpu, heap, wasm }) => {
      if (isMemory) return each(heap + wasm, contender, ({ heap, wasm }) => heap + wasm);
      return Math.max(cpu - own, 0) / (perEvent ? cell.events : 1);
    });
    result.figures[contender] = {
      median: median(values),
      low: Math.min(...values),
      high: Math.max(...values),
    };
  }
  if (isMemory) {
    const wasm = median(of('ours').map(({ wasm }) => wasm));
    result.ofWhichWasm = each(wasm, 'ours', ({ wasm }) => wasm);
  }
  if (cell.what === 'join') {
    result.longestTask = Object.fromEntries(
      row.contenders.map((name) => [name, Math.max(...of(name).map(({ longest }) => longest))]),
    );
  }
  if (!isMemory) {
    const value = own / (perEvent ? cell.events : 1);
    result.figures.nobody = { median: value, low: value, high: value };
  }
  return result;
}

/** @param {Result[]} results */
function goals(results) {
  return GOALS.flatMap(([key, other, atLeast]) => {
    const result = results.find((result) => result.key === key);
    const [ours, theirs] = [result?.figures.ours, result?.figures[other]];
    if (!result || !ours || !theirs) return [];
    const ratio = theirs.median / ours.median;
    const label = `${result.label}, against ${NAMES[other]}`;
    return [{ key, label, atLeast, ratio, met: ratio >= atLeast }];
  });
}

/** @param {Result[]} results */
function print(results) {
  for (const { label, unit, runs, figures, longestTask, ofWhichWasm } of results) {
    console.log(`\n${label} (${unit}, ${runs} runs)`);
    for (const [name, { median, low, high }] of Object.entries(figures)) {
      const show = (/** @type {number} */ value) => {
        return value.toFixed(unit === 'ms per event' ? 4 : 0).padStart(10);
      };
      const contender = /** @type {Contender} */ (name);
      const longest = longestTask?.[contender];
      let tail = longest ? `, longest task ${longest.toFixed(0)} ms` : '';
      if (ofWhichWasm && name === 'ours') tail = `, of which the module ${ofWhichWasm.toFixed(0)}`;
      const range = name === 'nobody' ? '' : `  (${show(low).trim()} to ${show(high).trim()})`;
      console.log(`${NAMES[contender].padEnd(30)}${show(median)}${range}${tail}`);
    }
  }
  console.log(
    '\nOf each figure the cost of the bench itself, which is given too, is taken off already.\n',
  );
}

/** Prints where the time of ours goes in a row. @param {string} key */
async function profile(key) {
  const row = rows.find((row) => row.key === key);
  if (!row) throw new Error(`no such row: ${rows.map(({ key }) => key).join(', ')}`);
  const times = await bench.profile({ ...row.cell, contender: 'ours', seed: SEED });
  for (const [name, ms] of times.slice(0, 40)) console.log(ms.toFixed(1).padStart(9), name);
}

async function peerVersion() {
  const manifest = new URL('node_modules/livekit-client/package.json', import.meta.url);
  return JSON.parse(await readFile(manifest, 'utf8')).version;
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
