import type { FailureCode } from './failure-codes.js';
import type { Tally } from './test-output.js';
import type { TestResults } from './test-results.js';

/** All that is known of a run of tox. */
export interface Evidence {
  readonly exitCode: number;
  readonly tally: Tally;
  /** Absent when no report was asked for. */
  readonly reports?: Reports;
}

/** The JUnit files of a run. */
export interface Reports {
  readonly pattern: string;
  readonly results: TestResults;
  /** Files that match the pattern and were written by this run. */
  readonly files: readonly string[];
  /** Files that are older than this run. */
  readonly stale: readonly string[];
  /** Files that are no JUnit file to their end, and why. */
  readonly broken: readonly string[];
  /** Folders that may not be read, and why. */
  readonly unreadable: readonly string[];
}

export interface Verdict {
  /** What makes it red; absent when the tests passed. */
  readonly failure?: { readonly code: FailureCode; readonly message: string; readonly hint: string };
}

/** pytest's exit code when it has collected nothing, which tox hands on. */
const NOTHING_COLLECTED = 5;

/**
 * Passed is only what is known to have been tested: an exit code of 0 alone does not say so. A program whose output
 * is not known, without a report, is taken at its word.
 */
export function judgeTests(evidence: Evidence): Verdict {
  return { ...(findFailure(evidence) && { failure: findFailure(evidence)! }) };
}

function findFailure({ exitCode, tally, reports }: Evidence): Verdict['failure'] {
  const failed = reports?.results.count('failed') ?? 0;
  if (exitCode === NOTHING_COLLECTED && failed === 0) {
    return nothing('No test was collected (exit code 5).', 'Check which tests the command in tox.ini selects.');
  }
  if (exitCode !== 0 || failed > 0) {
    const ended = exitCode === 0 ? 'tox ended well' : `tox ended with exit code ${exitCode}`;
    const message = failed > 0 ? `${failed} ${failed === 1 ? 'test' : 'tests'} failed (${ended}).` : `${ended}.`;
    return { code: 'tests-failed', message, hint: 'See the failing tests in the job’s summary, or the log above.' };
  }
  return reports ? judgeReports(reports) : judgeTally(tally);
}

function judgeReports({ pattern, results, files, stale, broken, unreadable }: Reports): Verdict['failure'] {
  if (results.count('passed') > 0) return undefined;
  if (broken.length > 0)
    return nothing(`A report cannot be read: ${broken.join('; ')}.`, 'Let the tests write JUnit XML.');
  if (files.length === 0) {
    const old = stale.length > 0 ? ` ${stale.join(', ')} was there before the tests began, and does not count.` : '';
    const closed = unreadable.length > 0 ? ` Not searched: ${unreadable.join(', ')}.` : '';
    return nothing(
      `\`report\` is "${pattern}", and the tests wrote no such file.${old}${closed}`,
      'Let the tests write it, for example by `pytest --junitxml=FILE`, or correct the path, which is relative to the working directory.',
    );
  }
  if (results.total === 0)
    return nothing(`${files.join(', ')} has no test in it.`, 'Check which tests the command in tox.ini selects.');
  return nothing(`All ${results.total} tests were skipped.`, 'See in the summary why they were skipped.');
}

function judgeTally({ executed, skipped, lines, leftOut }: Tally): Verdict['failure'] {
  if (leftOut)
    return nothing(
      'tox skipped the environment.',
      'See in the log why: a platform that does not fit, or a Python that is not there.',
    );
  if (lines === 0 || executed > 0) return undefined;
  return nothing(
    skipped > 0 ? `All ${skipped} tests were skipped.` : 'No test was run.',
    'Check which tests the command in tox.ini selects, and why tests are skipped.',
  );
}

function nothing(message: string, hint: string): NonNullable<Verdict['failure']> {
  return { code: 'nothing-tested', message, hint };
}
