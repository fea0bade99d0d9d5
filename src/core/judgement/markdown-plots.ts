import { fence, shorten } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { escapeText, link } from '../kernel/quoting.js';
import { drawSpread } from '../plot/spark.js';
import { extentOf, median } from '../figures/statistics.js';
import { writeChange, writeQuantity } from '../figures/quantity.js';
import type { JudgedMetric, Judgement } from './judgement.js';
import { quoteName } from './markdown-parts.js';
import { chartOfRuns } from './mermaid.js';
import { listPlots } from './plots.js';
import { isNotable } from './words.js';

export interface PlotOptions {
  /** Which metrics are drawn: those that changed or did not pass, all, or none. */
  readonly plots: 'changed' | 'all' | 'none';
  /**
   * The address of a file of `drawPlots` that GitHub can show, or undefined if the file is at none. Without addresses,
   * the runs are drawn by Mermaid.
   */
  readonly pictureUrl?: (file: string) => string | undefined;
  /** The most pictures. Default: 20. Of charts of Mermaid, a page has three: each is a frame of its own. */
  readonly mostPlots?: number;
}

const MOST_PICTURES = 20;
const MOST_CHARTS = 3;
const LONGEST_LABEL = 20;

/** The plots of the metrics that readers should look at. Markdown. */
export function renderPlots({ metrics }: Judgement, options: PlotOptions): string[] {
  const { plots, mostPlots = MOST_PICTURES } = options;
  if (plots === 'none') return [];
  const drawn: string[][] = [];
  let charts = 0;
  for (const metric of metrics) {
    if (drawn.length >= mostPlots || (charts >= MOST_CHARTS && !options.pictureUrl)) break;
    if (plots === 'changed' && !isNotable(metric)) continue;
    const pictures = listPictures(metric, options);
    if (pictures.length === 0 && charts >= MOST_CHARTS) continue;
    const parts = pictures.length > 0 ? pictures : [...drawSidesAsText(metric), ...chartOfRuns(metric)];
    if (parts.length === 0) continue;
    if (pictures.length === 0) charts++;
    drawn.push([`#### ${describeMetric(metric)}`, '', ...parts]);
  }
  return drawn.flat();
}

function describeMetric({ verdict: { name, unit, value, comparison } }: JudgedMetric): string {
  const now = value === undefined ? '' : `: ${writeQuantity(value, unit)}`;
  const change = comparison?.relative === undefined ? '' : `, ${writeChange(comparison.relative)}`;
  return `${quoteName(name)}${escapeText(`${now}${change}`)}`;
}

function listPictures(metric: JudgedMetric, { pictureUrl }: PlotOptions): string[] {
  return listPlots(metric).flatMap(({ kind, file }) => {
    const url = pictureUrl?.(file);
    if (url === undefined) return [];
    const alt = kind === 'history' ? 'The history of the metric' : 'The runs of base and head';
    return [`!${link(alt, url)}`, ''];
  });
}

/** How the runs of base and head spread, on one scale. A code block. */
function drawSidesAsText({ verdict: { unit }, sides = [] }: JudgedMetric): string[] {
  const groups = sides.filter(({ samples }) => samples.length > 0);
  if (groups.length < 2) return [];
  const range = extentOf(groups.flatMap(({ samples }) => [...samples]));
  const rows = groups.map(({ label, samples }) => ({
    label: shorten(label.replace(/\s+/g, ' '), LONGEST_LABEL),
    spread: drawSpread(samples, range),
    end: `median ${writeQuantity(median(samples), unit)}, ${plural(samples.length, 'run')}`,
  }));
  const width = Math.max(...rows.map(({ label }) => label.length));
  const [from, to] = range.map((value) => writeQuantity(value, unit)) as [string, string];
  const [{ spread }] = rows as [(typeof rows)[number]];
  return fence([
    ...rows.map((row) => `${row.label.padEnd(width)} │${row.spread}│ ${row.end}`),
    `${''.padEnd(width)}  ${from}${to.padStart(Math.max(to.length + 1, spread.length - from.length))}`,
  ]);
}
