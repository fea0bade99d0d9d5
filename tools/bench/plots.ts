import type { Figure } from './figures.js';
import { renderPlot, type Plot, type PlotGroup } from '../../src/core/plot/grouped-plot.js';

/** A plot of the figures whose ids are `prefix-GROUP`. The groups are in the order of the figures. */
interface Picture extends Omit<Plot, 'groups' | 'bars'> {
  readonly file: string;
  readonly prefix: string;
  readonly group: (name: string) => string;
  /** The label of the figures' bar. */
  readonly bar?: string;
}

const PICTURES: readonly Picture[] = [
  {
    file: 'overhead.svg',
    prefix: 'start-overhead',
    title: 'Start: beyond the boot',
    xLabel: 'boot, from launch to online',
    yLabel: 'seconds beyond it',
    group: (boot) => `${boot} s`,
    bar: 'bar for the median',
  },
  {
    file: 'count-requests.svg',
    prefix: 'count-others',
    title: 'Requests besides one registration and one launch per runner',
    xLabel: 'runners of one start',
    yLabel: 'requests',
    group: (count) => count,
  },
  {
    file: 'count-wall.svg',
    prefix: 'count-overhead',
    title: 'Start of many: beyond the launches and the boots',
    xLabel: 'runners of one start',
    yLabel: 'seconds',
    group: (count) => count,
  },
  {
    file: 'waves-seconds.svg',
    prefix: 'waves-step',
    title: 'Starts side by side, boot of 20 s, under the documented throttles',
    xLabel: 'start processes at a time',
    yLabel: 'seconds of a start',
    group: (size) => size,
  },
  {
    file: 'waves-memory.svg',
    prefix: 'waves-memory',
    title: 'Peak memory of a start process',
    xLabel: 'start processes at a time',
    yLabel: 'MiB',
    group: (size) => size,
    bar: 'bar',
  },
  single('cold-start.svg', 'cold-start', { title: 'From process start to first request', yLabel: 'milliseconds' }),
  single('memory.svg', 'peak-memory', { title: 'Peak memory of a start', yLabel: 'MiB', bar: 'bar' }),
  single('stop.svg', 'stop-effect', { title: 'Stop: until EC2 ends the instance', yLabel: 'seconds' }),
  single('act.svg', 'act-first-line', { title: 'Dispatch to the first test line, through act', yLabel: 'seconds' }),
  single('bytes.svg', 'bundle-code', { title: 'All JavaScript in dist/', yLabel: 'kB', bar: 'bar' }),
];

function single(file: string, id: string, details: Pick<Picture, 'title' | 'yLabel' | 'bar'>): Picture {
  return { file, prefix: id, xLabel: 'every dot one run, the line at their median', group: () => '', ...details };
}

/** Our program and the programs it is compared with. */
const ORDER = ['start-runner', 'ec2-github-runner', 'ec2-github-runner, 1 s waits'];

/** The plots by file name. There is no plot for figures that were not measured. */
export function drawPlots(figures: readonly Figure[]): ReadonlyMap<string, string> {
  const drawn = new Map<string, string>();
  for (const picture of PICTURES) {
    const shown = figures.filter(({ id }) => isOf(id, picture.prefix));
    if (shown.length > 0) drawn.set(picture.file, draw(picture, shown));
  }
  return drawn;
}

function isOf(id: string, prefix: string): boolean {
  return id === prefix || (id.startsWith(`${prefix}-`) && /^\d+$/.test(id.slice(prefix.length + 1)));
}

function draw({ prefix, group, bar, title, xLabel, yLabel }: Picture, shown: readonly Figure[]): string {
  const groups: PlotGroup[] = shown.map(({ id, value, samples = [value], beside = [] }) => ({
    label: group(id.slice(prefix.length + 1)),
    series: [
      { name: 'start-runner', samples },
      ...beside.map((one) => ({ name: one.name, samples: one.samples ?? [one.value] })),
    ],
  }));
  const value = shown[0]?.bar;
  return renderPlot({
    title,
    xLabel,
    yLabel,
    groups,
    order: ORDER,
    ...(bar && value !== undefined && { bars: [{ value, label: bar }] }),
  });
}
