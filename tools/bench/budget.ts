import { readFileSync } from 'node:fs';

/** The limits for the bundles, from `tools/bench/budget.json`. CI checks every change against them. */
export interface Budget {
  /** All JavaScript in `dist/`, without what the next limits but {@link startBytes} are for. */
  readonly bundleBytes: number;
  /** What run-compose alone reads of it. */
  readonly composeBytes: number;
  /** What run-phases reads of it only for an export. */
  readonly exportBytes: number;
  /** What run-compose and run-phases read of it only with `interleave` or `program`. */
  readonly lateRunBytes: number;
  /** What run-phases alone reads of it, whenever it runs. */
  readonly phasesBytes: number;
  /** What plan-run alone reads of it. */
  readonly planBytes: number;
  /** What only judge-results and collect-results read of it. */
  readonly resultsBytes: number;
  /** What a plain start reads of it. */
  readonly startBytes: number;
  /** From process start to the first request, minus the same time of bare Node. */
  readonly coldStartMs: number;
  /** The first request of bare Node, from process start, on the machine that `coldStartMs` was measured on. */
  readonly bareRequestMs: number;
  /** Largest resident set of one start. */
  readonly memoryMiB: number;
}

/** The files in `dist/` of each limit in {@link Budget}. */
export const code = {
  ofAll:
    /^(?!.*\b((run|by)-(compose|phases)|phases-export|connect|interleave(d|-compose|-phases)|entry-points|plan-run|by-plans|(judge|collect|by)-results|judge-(history|comment)|s3-place)\b).*\.[cm]?js$/,
  ofCompose: /\b(run|by)-compose(-post)?\.[cm]?js$/,
  ofExport: /\b(phases-export|connect)\.[cm]?js$/,
  ofLateRuns: /\b(interleave(d|-compose|-phases)|entry-points)\.[cm]?js$/,
  ofPhases: /\b(run|by)-phases(-post)?\.[cm]?js$/,
  ofPlan: /\b(plan-run|by-plans)\.[cm]?js$/,
  ofResults: /\b((judge|collect|by)-results|judge-(history|comment)|s3-place)\.[cm]?js$/,
} as const;

export const budget = readBudget(readFileSync(new URL('./budget.json', import.meta.url), 'utf8'));

/** @throws Error for a budget that no change could exceed */
export function readBudget(text: string): Budget {
  const given = JSON.parse(text) as Record<string, unknown>;
  const read = (name: keyof Budget): number => {
    const value = given[name];
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new Error(`tools/bench/budget.json: ${name} is ${JSON.stringify(value)}; allowed: a number above 0.`);
  };
  return {
    bundleBytes: read('bundleBytes'),
    composeBytes: read('composeBytes'),
    exportBytes: read('exportBytes'),
    lateRunBytes: read('lateRunBytes'),
    phasesBytes: read('phasesBytes'),
    planBytes: read('planBytes'),
    resultsBytes: read('resultsBytes'),
    startBytes: read('startBytes'),
    coldStartMs: read('coldStartMs'),
    bareRequestMs: read('bareRequestMs'),
    memoryMiB: read('memoryMiB'),
  };
}
