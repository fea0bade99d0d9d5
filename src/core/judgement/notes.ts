import type { MeasuringMachine } from '../figures/machine.js';
import type { Series } from '../history/series.js';
import type { ChangePoint } from '../judge/change-points.js';
import { describeChange } from '../judge/describe-verdict.js';
import type { Figure } from '../figures/figure.js';
import { findThresholds, type Threshold } from '../judge/threshold.js';
import { plural } from '../kernel/plural.js';
import type { HistoryAnswer } from './compare-history.js';
import type { Measured } from './measured.js';

/** From so many metrics on, some of them differ by chance in every comparison of base and head. */
const MANY = 20;
/** How many of unchanged metrics differ by chance, at 99 % and 2 %. Measured on pairs of five runs. */
const BY_CHANCE = 0.0025;

/** What readers must know of a comparison with the base: sentences. */
export function describeBase({ base, isInterleaved }: Measured, metrics: number): readonly string[] {
  if (!base) return [];
  return [
    ...(isInterleaved
      ? []
      : [
          'Nothing says that base and head were measured in turn on one machine. The input `interleave` of run-compose and run-phases does that.',
        ]),
    ...(metrics < MANY
      ? []
      : [
          `Of ${plural(metrics, 'metric')} without any change, about ${Number((metrics * BY_CHANCE).toPrecision(1))} differ by chance. A second run shows which ones do.`,
        ]),
  ];
}

/** A change is news for so many runs. */
const RECENT = 10;
const MOST_CHANGES = 5;

/** Levels that changed a short time ago: the verdict compares with the new level, and says nothing of the old one. */
export function describeRecentChanges(
  answers: readonly { readonly series: Series; readonly changes: readonly ChangePoint[] }[],
): readonly string[] {
  const recent = answers.flatMap(({ series: { name, unit, better, points }, changes }) => {
    const last = changes.findLast(({ run }) => run < points.length - 1);
    const runs = last === undefined ? Infinity : points.length - 1 - last.run;
    if (last === undefined || runs > RECENT) return [];
    const ago = `${plural(runs, 'run')} ago, at ${points[last.run]!.commit.slice(0, 12) || 'an unknown commit'}`;
    const isUp = last.after > last.before;
    const what =
      better === undefined ? 'changed its level' : isUp === (better === 'lower') ? 'became worse' : 'became better';
    return [`${name} ${what} ${ago}: ${describeChange(last, unit)}.`];
  });
  const more = recent.length - MOST_CHANGES;
  return [...recent.slice(0, MOST_CHANGES), ...(more > 0 ? [`${plural(more, 'more metric')} changed recently.`] : [])];
}

/** What became of runs on other machine types: sentences. */
export function describeOffsets(answers: readonly HistoryAnswer[], { type }: MeasuringMachine): readonly string[] {
  const own = type ?? 'an unknown machine type';
  const leftOut = [...new Set(answers.flatMap((one) => one.leftOut))];
  const adjusted = [...new Set(answers.flatMap((one) => one.adjusted))];
  return [
    ...(leftOut.length === 0
      ? []
      : [
          `Earlier runs on ${leftOut.join(', ')} are not compared with this one on ${own}: they did not alternate with runs on it often enough to tell the machines apart from changes.`,
        ]),
    ...(adjusted.length === 0
      ? []
      : [`Earlier runs on ${adjusted.join(', ')} count without what these machines measure more than ${own}.`]),
  ];
}

/** Every threshold is compared with every metric. */
const MOST_SEARCHED = 10_000;

/** Thresholds that are about metrics, and judge none, because others come first: sentences. */
export function describeShadowed(thresholds: readonly Threshold[], figures: readonly Figure[]): readonly string[] {
  if (thresholds.length < 2 || figures.length > MOST_SEARCHED) return [];
  const used = new Set(figures.flatMap((figure) => findThresholds(thresholds, figure)));
  const shadowed = thresholds.filter((one) => !used.has(one) && figures.some((figure) => one.isFor(figure)));
  if (shadowed.length === 0) return [];
  const keys = shadowed.slice(0, MOST_CHANGES).map(({ key }) => key);
  const more = shadowed.length - keys.length;
  return [
    `Thresholds that judge no metric, because another key comes first: ${[...keys, ...(more > 0 ? [`${more} more`] : [])].join(', ')}.`,
  ];
}
