// What the bench runs, and what the results are held against.

/**
 * @typedef {import('./page/driver.js').Cell} Cell
 *
 * @typedef {object} Row cells that are compared with one another
 * @property {string} key
 * @property {string} label
 * @property {Cell['contender'][]} contenders
 * @property {Omit<Cell, 'contender' | 'seed'>} cell
 */

/**
 * Events before the window, and in it: as many in all sizes, as with fewer before it the browser is still
 * compiling what runs often, and the sizes could not be compared.
 */
const [WARM_UP, EVENTS] = [2000, 600];
const SINGLE = /** @type {const} */ ({
  levels: 'levels of 50',
  dominant: 'dominant speaker',
  quality: 'quality of 20',
  publish: 'publish and unpublish',
  joinleave: 'join and leave',
  rename: 'rename',
});

/**
 * @param {boolean} quick
 * @returns {Row[]}
 */
export function plan(quick) {
  const sizes = quick ? [100, 1000] : [100, 1000, 5000];
  /** @type {Row[]} */
  const rows = [];
  /** @param {string} key @param {string} label @param {Cell['contender'][]} contenders @param {Partial<Cell>} cell */
  const add = (key, label, contenders, cell) => {
    const part = quick ? 1 / 3 : 1;
    rows.push({
      key,
      label,
      contenders,
      cell: {
        ...{ what: 'events', workload: 'mix', reader: 'first', people: 1000 },
        ...{ warmUp: Math.ceil(part * WARM_UP), events: Math.ceil(part * EVENTS) },
        ...cell,
      },
    });
  };
  for (const people of sizes) {
    const first = /** @type {Cell['contender'][]} */ (['ours', 'shipped', 'sorted', 'map', 'twin']);
    add(`mix-first-${people}`, `mix, first 25 read, ${people}`, first, { people });
    const none = /** @type {Cell['contender'][]} */ (['ours', 'sorted', 'twin']);
    add(`mix-none-${people}`, `mix, nobody reads, ${people}`, none, { people, reader: 'none' });
    const all = /** @type {Cell['contender'][]} */ (['ours', 'sorted', 'map', 'twin']);
    add(`mix-all-${people}`, `mix, all read, ${people}`, all, { people, reader: 'all' });
  }
  for (const [workload, label] of Object.entries(SINGLE)) {
    add(`${workload}-first-1000`, `${label}, first 25 read, 1000`, ['ours', 'sorted', 'twin'], {
      workload: /** @type {Cell['workload']} */ (workload),
    });
  }
  const many = quick ? 1000 : 5000;
  add(`growth-${many}`, `growth one by one to ${many}`, ['ours', 'sorted', 'twin'], {
    ...{ workload: 'growth', people: 0, warmUp: 0, events: many },
  });
  add(`join-${many}`, `join response of ${many}`, ['ours', 'sorted', 'twin'], {
    ...{ what: 'join', people: many, warmUp: 0, events: 0 },
  });
  for (const people of [10, 1000]) {
    add(`memory-${people}`, `memory, ${people}`, ['ours', 'sorted', 'twin'], {
      ...{ what: 'memory', people, warmUp: 0, events: 0, reader: 'all' },
    });
  }
  return rows;
}

/** How often each cell is run; growth and the biggest calls take long and vary little. */
export function runs(/** @type {Row} */ { cell }, /** @type {boolean} */ quick) {
  if (quick) return 1;
  return cell.workload === 'growth' || cell.what === 'memory' ? 3 : 5;
}

/**
 * Each goal: how many times less ours takes than the other, in that row.
 *
 * @type {[string, Cell['contender'], number][]}
 */
export const GOALS = [
  ['mix-first-100', 'sorted', 2],
  ['mix-first-1000', 'sorted', 10],
  ['mix-first-5000', 'sorted', 25],
  ['mix-first-100', 'map', 1],
  ['mix-first-1000', 'map', 2],
  ['mix-first-5000', 'map', 3],
  ['mix-none-100', 'sorted', 1],
  ['mix-none-1000', 'sorted', 3],
  ['mix-none-5000', 'sorted', 5],
  ...Object.keys(SINGLE).map((workload) => {
    return /** @type {[string, Cell['contender'], number]} */ ([
      `${workload}-first-1000`,
      'sorted',
      3,
    ]);
  }),
  ['growth-5000', 'sorted', 8],
  ['join-5000', 'sorted', 2],
  ['memory-1000', 'sorted', 2],
];
