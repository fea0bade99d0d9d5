import * as advice from '../kernel/advice.js';
import { judgeEnvironment, type EnvironmentEvidence, type EnvironmentVerdict } from './environment-verdict.js';
import type { FailureCode } from '../kernel/failure-codes.js';
import { TestResults } from './test-results.js';

/** The files of the input `report`. */
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

/** All that is known of a run of tox. */
export interface Evidence {
  readonly exitCode: number;
  /** In the order in which they were asked for. */
  readonly environments: readonly EnvironmentEvidence[];
  /** Absent when no report was asked for. */
  readonly reports?: Reports;
  readonly allow: { readonly skipped: boolean; readonly ignored: boolean };
}

export interface Verdict {
  /** What makes it red; absent when the tests passed. */
  readonly failure?: { readonly code: FailureCode; readonly message: string; readonly hint: string };
  readonly environments: readonly EnvironmentVerdict[];
  /** What someone should know though the tests passed. */
  readonly warnings: readonly string[];
}

/**
 * Passed is only what is known to have been tested: an exit code of 0 alone does not say so. An environment none of
 * whose commands is a known test program, without a report, is taken at its exit codes; its row says so.
 */
export function judgeTests(evidence: Evidence): Verdict {
  const { exitCode, reports, allow } = evidence;
  const isReported = (reports?.results.executed ?? 0) > 0;
  const isAlone = evidence.environments.length === 1;
  const environments = evidence.environments.map((run) =>
    judgeEnvironment(run, {
      toxEndedWell: exitCode === 0,
      // Of several environments, one that shows by itself that nothing was tested is not proven by the others' reports.
      isReported: isReported && (isAlone || (run.files.length === 0 && run.tally.lines.length === 0)),
      reportedFailures: isAlone ? (reports?.results.count('failed') ?? 0) : 0,
      isReportAsked: reports !== undefined,
      allowIgnored: allow.ignored,
    }),
  );
  const failure = findFailure(evidence, environments);
  return { ...(failure && { failure }), environments, warnings: listWarnings(evidence, environments) };
}

function findFailure(evidence: Evidence, rows: readonly EnvironmentVerdict[]): Verdict['failure'] {
  const { exitCode, reports, allow } = evidence;
  const failed = resultsOf(evidence).count('failed');
  const [bad, untested, skipped] = (['failed', 'untested', 'skipped'] as const).map((state) =>
    rows.filter((row) => row.state === state),
  ) as [EnvironmentVerdict[], EnvironmentVerdict[], EnvironmentVerdict[]];
  if (bad.length > 0 || (failed > 0 && (exitCode !== 0 || !allow.ignored)))
    return describeFailed(failed, exitCode, bad);
  const ended = exitCode === 0 ? '' : ` tox ended with exit code ${exitCode}.`;
  if (untested.length > 0) return nothing(`${listRows(untested)}.${ended}`, advice.CHECK_TEST_SELECTION);
  if (skipped.length > 0 && (skipped.length === rows.length || !allow.skipped)) {
    const hint = skipped.length === rows.length ? '' : ' For those who mean it, there is `allow-skipped: true`.';
    return nothing(
      `tox skipped ${skipped.map(({ name }) => name).join(', ')}.`,
      `See in the log why: a platform that does not fit, or a Python that is not there.${hint}`,
    );
  }
  if (exitCode !== 0) return describeFailed(0, exitCode, []);
  return reports && judgeReports(reports, rows);
}

function describeFailed(
  failed: number,
  exitCode: number,
  rows: readonly EnvironmentVerdict[],
): NonNullable<Verdict['failure']> {
  const ended = exitCode === 0 ? 'tox ended well' : `tox ended with exit code ${exitCode}`;
  const isIgnored = failed > 0 || rows.some(({ message }) => message.startsWith('tox ignored'));
  const ignores = exitCode === 0 && isIgnored ? ' If they may fail, set `allow-ignored-failures: true`.' : '';
  const told = rows.filter(({ message }) => message !== '');
  const why = told.length > 0 ? ` ${listRows(told)}.` : '';
  const message = failed > 0 ? `${failed} ${failed === 1 ? 'test' : 'tests'} failed (${ended}).` : `${ended}.${why}`;
  const killed = /SIGKILL/.test(why) ? ` ${advice.TAKE_LARGER_MACHINE}` : '';
  const hint = `${advice.READ_FAILING_TESTS}${ignores}${killed}`;
  return { code: 'tests-failed', message, hint };
}

function judgeReports(reports: Reports, rows: readonly EnvironmentVerdict[]): Verdict['failure'] {
  const { pattern, results, files, stale, broken, unreadable } = reports;
  const isProven = rows.some(({ isTested }) => isTested) || results.total > 0;
  if (broken.length > 0 && !isProven)
    return nothing(`A report cannot be read: ${broken.join('; ')}.`, 'Let the tests write JUnit XML.');
  if (files.length === 0) {
    const old = stale.length > 0 ? ` ${stale.join(', ')} was there before the tests began, and does not count.` : '';
    const closed = unreadable.length > 0 ? ` Not searched: ${unreadable.join(', ')}.` : '';
    return nothing(
      `\`report\` is "${pattern}", and the tests wrote no such file.${old}${closed}`,
      'Let the tests write it, for example by `pytest --junitxml=FILE`, or correct the path, which is relative to the working directory.',
    );
  }
  if (results.total === 0 && broken.length === 0)
    return nothing(`${files.join(', ')} has no test in it.`, advice.CHECK_TEST_SELECTION);
  if (results.total > 0 && results.executed === 0) {
    return nothing(`All ${results.total} tests were skipped.`, 'See in the summary why they were skipped.');
  }
  return undefined;
}

/** The tests that `report` lists; without it, those of all environments. */
export function resultsOf({ reports, environments }: Evidence): TestResults {
  if (reports) return reports.results;
  const results = new TestResults();
  for (const run of environments) results.include(run.results);
  return results;
}

function listWarnings({ reports }: Evidence, rows: readonly EnvironmentVerdict[]): string[] {
  return [
    ...rows.filter(({ state, message }) => state === 'passed' && message !== '').map((row) => `${listRows([row])}.`),
    ...rows.filter(({ state }) => state === 'skipped').map(({ name }) => `tox skipped ${name}.`),
    ...(reports?.broken ?? []).map((one) => `A report cannot be read to its end: ${one}.`),
    ...(reports?.unreadable ?? []).map((one) => `Not searched for reports: ${one}.`),
  ];
}

function listRows(rows: readonly EnvironmentVerdict[]): string {
  return rows.map(({ name, message }) => `${name}: ${message}`).join('; ');
}

function nothing(message: string, hint: string): NonNullable<Verdict['failure']> {
  return { code: 'nothing-tested', message, hint };
}
