import { judgeAgainst } from './against.js';
import { FEWEST_BEFORE, findChangePoints } from './change-points.js';
import type { HistoryRun } from './history-series.js';
import { judgeNewest, type NewestAnswer, type NewestLimits } from './newest.js';

/**
 * Whether the newest runs are worse than their history. After a change of the level, a few runs are not enough to know the
 * new one: one of them may be an outlier. So the newest runs must then differ from the level before the change, too. A
 * change is reported once, and not by each run that follows it.
 *
 * @param runs oldest first, the newest included
 */
export function judgeBesideHistory(runs: readonly HistoryRun[], limits: NewestLimits): NewestAnswer {
  const { newest, minimumChange } = limits;
  const end = runs.length - newest;
  const start = findChangePoints(runs.slice(0, end), { minimumChange, metrics: 1 }).at(-1)?.run ?? 0;
  if (start === 0 || end - start >= FEWEST_BEFORE) return judgeNewest(runs, limits);
  const baseline = Array.from({ length: end - start }, (_, index) => start + index);
  const recent = judgeAgainst(runs, { ...limits, baseline });
  if (recent.outcome !== 'change') return recent;
  const before = judgeNewest([...runs.slice(0, start), ...runs.slice(end)], limits);
  const isBoth = before.outcome === 'change' && isUp(before) === isUp(recent);
  return isBoth ? recent : { ...recent, outcome: 'no-change' };
}

function isUp({ before, after }: { readonly before: number; readonly after: number }): boolean {
  return after > before;
}
