import type { TestOutcome } from './results.js';

/** The parts of a test case that decide its outcome. */
interface CaseParts {
  readonly failure: unknown;
  /** The attribute `type` of the reason to skip. */
  readonly skipped: { readonly type: string } | undefined;
  readonly status: ReturnType<typeof readStatus>;
}

export function judge({ failure, skipped, status }: CaseParts): TestOutcome {
  // Node reports a todo test as skipped, together with its failure, and does not count the failure.
  if (skipped?.type === 'todo') return 'skipped';
  if (failure || status === 'failed') return 'failed';
  // pytest reports an expected failure as skipped, although the test ran.
  if (skipped?.type === 'pytest.xfail') return 'passed';
  return skipped || status === 'skipped' ? 'skipped' : 'passed';
}

const FAILED = /^(failed|fail|failure|error|errored|broken|aborted|crash(ed)?|killed|time[ds]?[ _-]?out)$/i;
const SKIPPED = /^(notrun|not_run|not run|skipped|skip|ignored|disabled|suppressed|pending|todo)$/i;

/** The status in a test case's attributes. googletest, NUnit and others write no element for it. */
export function readStatus({
  status = '',
  result = '',
  success = '',
  executed = '',
}: Readonly<Record<string, string>>) {
  if (FAILED.test(status) || FAILED.test(result) || /^false$/i.test(success)) return 'failed';
  if (SKIPPED.test(status) || SKIPPED.test(result) || /^false$/i.test(executed)) return 'skipped';
  return undefined;
}

/**
 * Reads seconds with any separators: `1,000.5`, `1.000,5`, `0,125`. A comma before three digits is a decimal comma only
 * after 0.
 */
export function readSeconds(time: string): number {
  const last = Math.max(time.lastIndexOf(','), time.lastIndexOf('.'));
  const isThousands = time[last] === ',' && /^[1-9]\d*(,\d{3})+$/.test(time);
  if (last < 0 || isThousands) return Number(time.replaceAll(',', '')) || 0;
  return Number(`${time.slice(0, last).replace(/[.,]/g, '')}.${time.slice(last + 1)}`) || 0;
}
