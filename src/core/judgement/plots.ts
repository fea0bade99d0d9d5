import { createHash } from 'node:crypto';
import { drawHistory } from '../plot/history-plot.js';
import { drawSamples } from '../plot/samples-plot.js';
import type { JudgedMetric, Judgement } from './judgement.js';
import { listLimits } from './limits.js';

/** A picture of a metric: its earlier runs, or the runs of base and head side by side. */
export interface Plot {
  readonly metric: string;
  readonly kind: PlotKind;
  /** The name of its file, which is the same in each run. */
  readonly file: string;
  readonly svg: string;
}
export type PlotKind = 'history' | 'sides';

/** All plots together. Those of the worst metrics come first. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
const LONGEST_SLUG = 60;
const SHOWN_COMMIT = 12;

/** The plots of a judgement, those of the worst metrics first, as many as fit into 16 Mi characters. */
export function drawPlots({ metrics }: Judgement): readonly Plot[] {
  const plots: Plot[] = [];
  let room = MOST_CHARACTERS;
  for (const metric of metrics) {
    for (const { kind, file } of listPlots(metric)) {
      const svg = kind === 'history' ? drawRuns(metric) : drawSides(metric);
      room -= svg.length;
      if (room < 0) return plots;
      plots.push({ metric: metric.verdict.name, kind, file, svg });
    }
  }
  return plots;
}

/** Which plots a metric has, without drawing them. */
export function listPlots({ verdict: { name }, series, sides }: JudgedMetric): readonly Omit<Plot, 'svg' | 'metric'>[] {
  const kinds: PlotKind[] = [
    ...(sides?.some(({ samples }) => samples.length > 0) ? (['sides'] as const) : []),
    ...(series && series.points.length > 1 ? (['history'] as const) : []),
  ];
  return kinds.map((kind) => ({ kind, file: `${toFileName(name)}.${kind}.svg` }));
}

/** A name that any file system takes, and that no other metric has: the hash is of the whole name. */
function toFileName(metric: string): string {
  const slug = metric
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^[-.]+|[-.]+$/g, '');
  const hash = createHash('sha256').update(metric).digest('hex').slice(0, 10);
  return slug === '' ? hash : `${slug}-${hash}`;
}

function drawRuns(metric: JudgedMetric): string {
  const { verdict, series, changes } = metric;
  const better = metric.better ?? series!.better;
  return drawHistory({
    name: verdict.name,
    ...(series!.unit !== undefined && { unit: series!.unit }),
    ...(better && { better }),
    points: series!.points.map(({ value, at, commit, machine }) => ({
      value,
      at,
      label: commit.slice(0, SHOWN_COMMIT),
      ...(machine.type !== undefined && { machine: machine.type }),
    })),
    changes,
    thresholds: listLimits(verdict),
  });
}

function drawSides({ verdict: { name, unit }, sides = [] }: JudgedMetric): string {
  const groups = sides.filter(({ samples }) => samples.length > 0);
  return drawSamples({ name, ...(unit !== undefined && { unit }), groups });
}
