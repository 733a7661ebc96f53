import type { Call, CallStatsReport } from 'trunkline';

import { chart } from './chart.js';
import { button, Disposables, element, setText } from './dom.js';
import type { Dispose } from './dom.js';
import { icon } from './icons.js';

/** How the media flow, drawn over time. */
export interface StatsPanel {
  element: HTMLElement;
  /** Measures only while it is open. */
  setOpen(isOpen: boolean): void;
  dispose: Dispose;
}

/** Makes the panel. */
export function statsPanel(call: Call, onClose: () => void): StatsPanel {
  const charts = CHARTS.map(({ title, unit, read }) => ({ read, drawn: chart(title, unit) }));
  const details = element('dl', { class: 'stats-details' });
  const rows = Object.entries(DETAILS).map(([term, read]) => {
    const value = element('dd', {});
    details.append(element('div', {}, element('dt', {}, term), value));
    return { read, value };
  });
  const made = element(
    'aside',
    {
      class: 'panel',
      id: 'statistics',
      'data-testid': 'statistics',
      'aria-labelledby': 'statistics-heading',
      hidden: true,
    },
    element(
      'header',
      {},
      element('h2', { id: 'statistics-heading', tabindex: '-1' }, 'Statistics'),
      button(
        { class: 'icon-button', 'aria-label': 'Close the statistics' },
        onClose,
        icon('close'),
      ),
    ),
    element(
      'div',
      { class: 'stats' },
      element(
        'p',
        { class: 'stats-legend' },
        element('span', { class: 'stats-sent' }, 'Sent'),
        element('span', { class: 'stats-received' }, 'Received'),
      ),
      ...charts.map(({ drawn }) => drawn.element),
      details,
    ),
  );

  const watching = new Disposables();
  let before: CallStatsReport | undefined;
  const show = (report: CallStatsReport | undefined): void => {
    if (!report || report === before) return;
    for (const { read, drawn } of charts) drawn.add(...read(report, before));
    for (const { read, value } of rows) setText(value, read(report));
    before = report;
  };
  return {
    element: made,
    setOpen(isOpen) {
      made.hidden = !isOpen;
      watching.dispose();
      if (isOpen) watching.watch(call.state.callStatsReport$, show);
    },
    dispose: () => watching.dispose(),
  };
}

/** A value for what is sent and one for what is received; `undefined` when it is not known. */
type Pair = [sent: number | undefined, received: number | undefined];

interface ChartOptions {
  title: string;
  unit: string;
  read: (now: CallStatsReport, before: CallStatsReport | undefined) => Pair;
}

const CHARTS: readonly ChartOptions[] = [
  {
    title: 'Bitrate',
    unit: 'kbit/s',
    read: (now, before) =>
      // The first report knows no bitrate yet.
      before
        ? [
            (now.publisherStats.bitrate + now.publisherAudioStats.bitrate) / 1000,
            (now.subscriberStats.bitrate + now.subscriberAudioStats.bitrate) / 1000,
          ]
        : [undefined, undefined],
  },
  {
    title: 'Frame rate',
    unit: 'frames/s',
    read: ({ publisherStats, subscriberStats }) => [
      publisherStats.highestFramesPerSecond,
      subscriberStats.highestFramesPerSecond,
    ],
  },
  {
    title: 'Packet loss',
    unit: '%',
    read: (now, before) => [loss(now, before, 'publisher'), loss(now, before, 'subscriber')],
  },
  {
    title: 'Round trip',
    unit: 'ms',
    read: (now) => [
      Math.max(
        now.publisherStats.averageRoundTripTimeInMs,
        now.publisherAudioStats.averageRoundTripTimeInMs,
      ),
      now.subscriberStats.averageRoundTripTimeInMs,
    ],
  },
  {
    title: 'Jitter',
    unit: 'ms',
    read: (now) => [
      Math.max(now.publisherStats.averageJitterInMs, now.publisherAudioStats.averageJitterInMs),
      Math.max(now.subscriberStats.averageJitterInMs, now.subscriberAudioStats.averageJitterInMs),
    ],
  },
];

const DETAILS: Readonly<Record<string, (report: CallStatsReport) => string>> = {
  'Camera sent': ({ publisherStats }) => describeVideo(publisherStats),
  'Held back by': ({ publisherStats }) =>
    publisherStats.qualityLimitationReasons.join(', ') || 'nothing',
  'Largest received': ({ subscriberStats }) => describeVideo(subscriberStats),
  Sound: ({ publisherAudioStats, subscriberAudioStats }) =>
    publisherAudioStats.codec || subscriberAudioStats.codec || 'none',
  Server: ({ datacenter }) => datacenter,
};

function describeVideo(stats: CallStatsReport['publisherStats']): string {
  const { highestFrameWidth: width, highestFrameHeight: height, codec } = stats;
  return width > 0 ? `${width} × ${height}, ${codec}` : 'nothing';
}

/** Packets lost since the report before, in percent; `undefined` when none were on their way. */
function loss(
  now: CallStatsReport,
  before: CallStatsReport | undefined,
  end: 'publisher' | 'subscriber',
): number | undefined {
  if (!before) return undefined;
  const both = (report: CallStatsReport) => [report[`${end}Stats`], report[`${end}AudioStats`]];
  const sum = (report: CallStatsReport, key: 'packetsLost' | 'totalPackets'): number =>
    both(report).reduce((sum, stats) => sum + stats[key], 0);
  const packets = sum(now, 'totalPackets') - sum(before, 'totalPackets');
  // A packet that is only late counts as lost at first, and then not any more.
  const lost = Math.max(0, sum(now, 'packetsLost') - sum(before, 'packetsLost'));
  return packets > 0 ? Math.min(100, (100 * lost) / (packets + lost)) : undefined;
}
