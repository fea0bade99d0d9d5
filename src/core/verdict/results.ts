import { plural } from '../kernel/plural.js';

export type TestOutcome = 'passed' | 'failed' | 'skipped';

export interface TestCase {
  readonly name: string;
  /** Class or file; '' when the report names neither. */
  readonly place: string;
  readonly outcome: TestOutcome;
  readonly seconds: number;
  /** The beginning of the failure message, or of the reason to skip. */
  readonly message: string;
}

/** How many cases of each outcome are kept: no summary shows more. */
const KEPT = 1_000;

/** Counts any number of test cases. Keeps those that a summary shows: the first failures and the slowest others. */
export class TestResults {
  seconds = 0;
  private readonly counts: Record<TestOutcome, number> = { failed: 0, passed: 0, skipped: 0 };
  private readonly kept: Record<TestOutcome, TestCase[]> = { failed: [], passed: [], skipped: [] };

  get total(): number {
    return this.counts.failed + this.counts.passed + this.counts.skipped;
  }

  count(outcome: TestOutcome): number {
    return this.counts[outcome];
  }

  add(one: TestCase): void {
    this.counts[one.outcome] += 1;
    this.seconds += one.seconds;
    this.keep(one);
  }

  /** How many test cases ran: all but the skipped ones. */
  get executed(): number {
    return this.counts.passed + this.counts.failed;
  }

  /** Adds the cases and counts of other results. */
  include(other: TestResults): void {
    for (const outcome of ['failed', 'passed', 'skipped'] as const) {
      for (const one of other.list(outcome)) this.keep(one);
      this.counts[outcome] += other.count(outcome);
    }
    this.seconds += other.seconds;
  }

  /** The kept cases: failures in their order, others the slowest first. */
  list(outcome: TestOutcome): readonly TestCase[] {
    const kept = this.kept[outcome];
    return outcome === 'failed' ? kept : bySeconds(kept).slice(0, KEPT);
  }

  private keep(one: TestCase): void {
    const kept = this.kept[one.outcome];
    if (one.outcome === 'failed' && kept.length >= KEPT) return;
    kept.push(one);
    // Sorting only now and then keeps a million cases cheap in time and memory.
    if (kept.length > 2 * KEPT) kept.splice(0, kept.length, ...bySeconds(kept).slice(0, KEPT));
  }
}

function bySeconds(cases: readonly TestCase[]): TestCase[] {
  return [...cases].sort((one, other) => other.seconds - one.seconds);
}

/** `1 test failed`, `3 tests failed` */
export function describeFailedTests(count: number): string {
  return `${plural(count, 'test')} failed`;
}
