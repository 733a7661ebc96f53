// Draws the results as SVG: cost per event by the number of people, one line for each contender. Legible on
// light and dark pages, as an image knows only what the reader prefers.

/**
 * @typedef {import('./state.mjs').Result} Result
 * @typedef {import('./state.mjs').Figure} Figure
 */

const SERIES = /** @type {const} */ ([
  ['sorted', 'livekit-client, sorted list', '#d1702a'],
  ['map', 'livekit-client, its map', '#b8962e'],
  ['twin', 'same algorithm in JavaScript', '#7a7fd6'],
  ['ours', 'trunkline', '#1a9c6b'],
]);
const SIZES = [100, 1000, 5000];
const PANELS = [
  { title: 'First 25 in order read after each event', row: 'mix-first-', left: 70 },
  { title: 'Nobody reads', row: 'mix-none-', left: 500 },
];
const [WIDTH, HEIGHT] = [900, 440];
const [TOP, BOTTOM, PANEL] = [70, 330, 350];

/** @param {{ results: Result[], chromium: string, peer: string, machine: string }} measured */
export function chart({ results, chromium, peer, machine }) {
  const figure = (/** @type {string} */ row, /** @type {string} */ name) => {
    const found = results.find(({ key }) => key === row);
    return /** @type {Record<string, Figure>} */ (found?.figures ?? {})[name];
  };
  const all = PANELS.flatMap(({ row }) => {
    return SIZES.flatMap((size) => SERIES.map(([name]) => figure(`${row}${size}`, name)));
  }).filter((found) => found !== undefined);
  const lowest = Math.log10(Math.max(0.001, Math.min(...all.map(({ low }) => low || 0.001))));
  const highest = Math.log10(Math.max(...all.map(({ high }) => high), 0.01));
  const [from, to] = [Math.floor(lowest), Math.ceil(highest)];
  const y = (/** @type {number} */ ms) => {
    const share = (Math.log10(Math.max(ms, 10 ** from)) - from) / (to - from);
    return round(BOTTOM - share * (BOTTOM - TOP));
  };
  const x = (/** @type {number} */ size, /** @type {number} */ left) => {
    const share = (Math.log10(size) - 2) / (Math.log10(5000) - 2);
    return round(left + 30 + share * (PANEL - 60));
  };

  const parts = PANELS.map(({ title, row, left }) => {
    /** @type {{ median: number, colour: string }[]} at the right ends of the lines */
    const ends = [];
    const lines = [`<text class="title" x="${left}" y="46">${title}</text>`];
    for (let power = from; power <= to; power += 1) {
      const at = y(10 ** power);
      lines.push(`<line class="grid" x1="${left}" x2="${left + PANEL}" y1="${at}" y2="${at}"/>`);
      lines.push(
        `<text class="tick" x="${left - 8}" y="${at + 4}" text-anchor="end">${10 ** power}</text>`,
      );
    }
    for (const size of SIZES) {
      const at = x(size, left);
      lines.push(
        `<text class="tick" x="${at}" y="${BOTTOM + 20}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
      );
    }
    lines.push(
      `<text class="axis" x="${left + PANEL / 2}" y="${BOTTOM + 42}" text-anchor="middle">participants</text>`,
    );
    for (const [name, label, colour] of SERIES) {
      const points = SIZES.flatMap((size) => {
        const found = figure(`${row}${size}`, name);
        return found ? [{ size, ...found }] : [];
      });
      if (points.length === 0) continue;
      const path = points.map(({ size, median }) => `${x(size, left)},${y(median)}`).join(' ');
      lines.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
      ends.push({ median: points.at(-1)?.median ?? 0, colour });
      for (const { size, median, low, high } of points) {
        const at = x(size, left);
        lines.push(
          `<line x1="${at}" x2="${at}" y1="${y(low)}" y2="${y(high)}" stroke="${colour}"/>`,
        );
        lines.push(
          `<circle cx="${at}" cy="${y(median)}" r="4" fill="${colour}"><title>${label}, ${size}: ${median.toFixed(4)} ms</title></circle>`,
        );
      }
    }
    let above = -Infinity;
    for (const { median, colour } of ends.sort((a, b) => b.median - a.median)) {
      // Two numbers in one place are none.
      above = Math.max(y(median) + 4, above + 12);
      const value = Number(median.toPrecision(2));
      lines.push(
        `<text class="tick" x="${left + PANEL - 20}" y="${above}" style="fill: ${colour}">${value}</text>`,
      );
    }
    return lines.join('\n');
  });
  const legend = SERIES.map(([, label, colour], at) => {
    const left = 70 + at * 205;
    return `<circle cx="${left}" cy="398" r="5" fill="${colour}"/><text class="tick" x="${left + 11}" y="402">${label}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>Processor time of the page's main thread per event, by the number of participants</title>
<style>
text { font-family: system-ui, sans-serif; fill: #3d444d }
.title { font-size: 15px; font-weight: 600 }
.tick { font-size: 12px }
.axis { font-size: 13px }
.note { font-size: 11px; fill: #6e7781 }
.grid { stroke: #8c959f; stroke-opacity: 0.35 }
@media (prefers-color-scheme: dark) { text { fill: #d1d7e0 } .note { fill: #9198a1 } }
</style>
<text class="axis" x="18" y="${(TOP + BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 18 ${(TOP + BOTTOM) / 2})">ms per event, main thread (log)</text>
${parts.join('\n')}
${legend.join('\n')}
<text class="note" x="70" y="428">Mix of events, median and range. Chromium ${chromium}, ${peer}, ${machine}. Lower is better.</text>
</svg>
`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
