import { element, setAttribute, setText } from './dom.js';

/** Two lines over time. */
export interface Chart {
  element: HTMLElement;
  /** Adds one measurement; `undefined` leaves a gap. */
  add(sent: number | undefined, received: number | undefined): void;
}

/** Makes an empty chart. */
export function chart(title: string, unit: string): Chart {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', `0 0 ${MOST - 1} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `${title}: not measured yet`);
  const lines = ['stats-sent', 'stats-received'].map((name) => {
    const path = document.createElementNS(NAMESPACE, 'path');
    path.setAttribute('class', name);
    svg.append(path);
    return { path, values: [] as (number | undefined)[] };
  });
  const sent = element('span', { class: 'stats-sent' });
  const received = element('span', { class: 'stats-received' });
  const most = element('span', { class: 'stats-most', 'aria-hidden': 'true' });
  return {
    element: element(
      'figure',
      { class: 'stats-chart' },
      element(
        'figcaption',
        { 'aria-hidden': 'true' },
        element('span', { class: 'stats-title' }, title),
        sent,
        received,
      ),
      element('div', { class: 'stats-plot' }, svg, most),
    ),
    add(...measured) {
      lines.forEach(({ values }, index) => {
        values.push(measured[index]);
        if (values.length > MOST) values.shift();
      });
      const known = lines.flatMap(({ values }) => values).filter((value) => value !== undefined);
      const top = roundUp(Math.max(...known, 0));
      for (const { path, values } of lines) path.setAttribute('d', draw(values, top));
      const [up, down] = measured.map((value) =>
        value === undefined ? undefined : `${format(value)} ${unit}`,
      );
      setText(sent, up ?? '');
      setText(received, down ?? '');
      setText(most, format(top));
      const words = [up && `${up} sent`, down && `${down} received`].filter(Boolean);
      setAttribute(svg, 'aria-label', `${title}: ${words.join(', ') || 'not measured yet'}`);
    },
  };
}

/** The newest value is at the right edge. */
function draw(values: readonly (number | undefined)[], top: number): string {
  let isDown = false;
  const steps = values.map((value, index) => {
    const wasDown = isDown;
    isDown = value !== undefined;
    if (value === undefined) return '';
    const x = MOST - values.length + index;
    const y = HEIGHT - (HEIGHT * value) / top;
    return `${wasDown ? 'L' : 'M'}${x} ${y.toFixed(2)}`;
  });
  return steps.join('');
}

/** The next round number, so that the scale does not change with every value. */
function roundUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function format(value: number): string {
  return value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);
}

const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Measurements that are shown: two minutes of them. */
const MOST = 60;
const HEIGHT = 40;
