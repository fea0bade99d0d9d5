import { readFileSync } from 'node:fs';

/** What the bundles may cost: `tools/bench/budget.json`, which CI holds every change to. */
export interface Budget {
  /** All JavaScript in `dist/`. */
  readonly bundleBytes: number;
  /** From process start to first request, beyond bare Node's. */
  readonly coldStartMs: number;
  /** Largest resident set of one start. */
  readonly memoryMiB: number;
}

export const budget = readBudget(readFileSync(new URL('./budget.json', import.meta.url), 'utf8'));

/** @throws Error for a budget that would hold nobody to anything */
export function readBudget(text: string): Budget {
  const given = JSON.parse(text) as Record<string, unknown>;
  const read = (name: keyof Budget): number => {
    const value = given[name];
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new Error(`tools/bench/budget.json: ${name} is ${JSON.stringify(value)}; allowed: a number above 0.`);
  };
  return { bundleBytes: read('bundleBytes'), coldStartMs: read('coldStartMs'), memoryMiB: read('memoryMiB') };
}
