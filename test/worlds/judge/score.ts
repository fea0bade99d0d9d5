/** How well a program finds the steps of histories. */
import type { HistoryRun } from '../../../src/core/judge/history-series.js';
import { median } from '../../../src/core/figures/statistics.js';
import { GEN_B, type History } from './histories.js';

export interface Answer {
  /** The first run at each new level. */
  readonly changePoints: readonly number[];
  readonly newest?: { readonly outcome: string; readonly before?: number; readonly after?: number };
}
/** Shares, from 0 to 1. */
export interface Score {
  /** Of histories without a step: those for which one is reported. */
  readonly falseAlarms: number;
  /** Of the reported steps: those that are one, at the right place and in the right direction. */
  readonly precision: number;
  /** Of the steps, by their z: `clear` from 6, `visible` from 4. */
  readonly found: { readonly clear: number; readonly visible: number };
  readonly newestFalseAlarms: number;
  readonly newestFound: number;
  /** How many of each there are. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Smaller reported steps do not count, as in the cases of the seed systems. */
const MINIMUM_CHANGE = 0.02;

class Share {
  hits = 0;
  count = 0;

  add(isHit: boolean): void {
    this.count++;
    if (isHit) this.hits++;
  }

  get value(): number {
    return this.count === 0 ? 0 : this.hits / this.count;
  }
}

export function scoreHistories(
  histories: readonly History[],
  answer: (runs: readonly HistoryRun[], history: History) => Answer,
): Score {
  const shares = Object.fromEntries(
    ['falseAlarms', 'precision', 'clear', 'visible', 'newestFalseAlarms', 'newestFound'].map((name) => [
      name,
      new Share(),
    ]),
  ) as Record<string, Share>;
  for (const history of histories) {
    const runs = history.values.map((value, index) => ({
      value,
      ...(history.machines && { machine: history.machines[index]! }),
    }));
    const { changePoints, newest } = answer(runs, history);
    scoreSteps(history, keepLarge(history, changePoints), shares);
    const isFound = newest?.outcome === 'change';
    if (history.position === 'none') shares['newestFalseAlarms']!.add(isFound);
    if (history.position !== 'end') continue;
    const { before = 0, after = 0 } = newest ?? {};
    const isRight = after > before === history.steps[0]!.relative > 0;
    shares['newestFound']!.add(isFound && isRight);
  }
  const { clear, visible, ...others } = Object.fromEntries(
    Object.entries(shares).map(([name, { value }]) => [name, value]),
  );
  const counts = Object.fromEntries(Object.entries(shares).map(([name, { count }]) => [name, count]));
  return { ...others, found: { clear, visible }, counts } as unknown as Score;
}

interface Found {
  readonly index: number;
  readonly relative: number;
}

/** The reported steps that are large enough, by the medians on both sides on one machine type. */
function keepLarge({ values, machines }: History, changePoints: readonly number[]): readonly Found[] {
  const even = values.map((value, index) => (machines?.[index] === 'gen-b' ? value / GEN_B : value));
  const inside = [...new Set(changePoints)]
    .filter((index) => index > 0 && index < values.length)
    .toSorted((one, other) => one - other);
  const bounds = [0, ...inside, values.length];
  return inside
    .map((index, place) => ({
      index,
      relative: median(even.slice(index, bounds[place + 2])) / median(even.slice(bounds[place], index)) - 1,
    }))
    .filter(({ relative }) => Math.abs(relative) >= MINIMUM_CHANGE);
}

function scoreSteps({ steps, tolerance }: History, found: readonly Found[], shares: Record<string, Share>): void {
  if (steps.length === 0) {
    shares['falseAlarms']!.add(found.length > 0);
    return;
  }
  const used = new Set<Found>();
  for (const step of steps) {
    const match = found.find(
      (one) => !used.has(one) && Math.abs(one.index - step.index) <= tolerance && one.relative * step.relative > 0,
    );
    if (match) used.add(match);
    if (step.z >= 6) shares['clear']!.add(match !== undefined);
    else if (step.z >= 4) shares['visible']!.add(match !== undefined);
  }
  for (const one of found) shares['precision']!.add(used.has(one));
}
