import * as advice from '../kernel/advice.js';
import type { FailureCode } from '../kernel/failure-codes.js';
import type { ReportFiles } from '../verdict/report-files.js';
import { describeFailedTests, TestResults } from '../verdict/results.js';
import { judgeEnvironment, type EnvironmentVerdict } from './environment-verdict.js';
import type { RunFacts } from './facts.js';

export interface TestVerdict {
  /** Why the step fails; absent when the tests passed. */
  readonly failure?: { readonly code: FailureCode; readonly message: string; readonly hint: string };
  readonly environments: readonly EnvironmentVerdict[];
  /** What users should know although the tests passed. */
  readonly warnings: readonly string[];
}

/**
 * Judges a run of tox. An environment passes only with evidence that something was tested: exit code 0 alone is no
 * evidence. The exception is an environment without a report and without a known test program: its exit codes count,
 * and its row names them as the evidence.
 */
export function judgeTests(facts: RunFacts): TestVerdict {
  const { exitCode, reports, allow } = facts;
  const isReported = (reports?.results.executed ?? 0) > 0;
  const isAlone = facts.environments.length === 1;
  const environments = facts.environments.map((run) =>
    judgeEnvironment(run, {
      toxSucceeded: exitCode === 0,
      // Among several environments, `report` proves nothing for one whose own files or lines show what it tested.
      isReported: isReported && (isAlone || (run.files.length === 0 && run.closing.lines.length === 0)),
      reportedFailures: isAlone ? (reports?.results.count('failed') ?? 0) : 0,
      isReportRequested: reports !== undefined,
      allowIgnored: allow.allowIgnored,
    }),
  );
  const failure = findFailure(facts, environments);
  return { ...(failure && { failure }), environments, warnings: listWarnings(facts, environments) };
}

function findFailure(facts: RunFacts, rows: readonly EnvironmentVerdict[]): TestVerdict['failure'] {
  const { exitCode, reports, allow } = facts;
  const failed = collectResults(facts).count('failed');
  const [bad, untested, skipped] = (['failed', 'untested', 'skipped'] as const).map((state) =>
    rows.filter((row) => row.state === state),
  ) as [EnvironmentVerdict[], EnvironmentVerdict[], EnvironmentVerdict[]];
  if (bad.length > 0 || (failed > 0 && (exitCode !== 0 || !allow.allowIgnored)))
    return describeFailed(failed, exitCode, bad);
  const ended = exitCode === 0 ? '' : ` tox ended with exit code ${exitCode}.`;
  if (untested.length > 0) return nothingTested(`${listRows(untested)}.${ended}`, advice.CHECK_TEST_SELECTION);
  if (skipped.length > 0 && (skipped.length === rows.length || !allow.allowSkipped)) {
    const hint = skipped.length === rows.length ? '' : ' If tox may skip environments, set `allow-skipped: true`.';
    return nothingTested(
      `tox skipped ${skipped.map(({ name }) => name).join(', ')}.`,
      `See the reason in the log: another platform, or a missing Python.${hint}`,
    );
  }
  if (exitCode !== 0) return describeFailed(0, exitCode, []);
  return reports && judgeReports(reports, rows);
}

function describeFailed(
  failed: number,
  exitCode: number,
  rows: readonly EnvironmentVerdict[],
): NonNullable<TestVerdict['failure']> {
  const ended = `tox ended with exit code ${exitCode}`;
  const isIgnored = failed > 0 || rows.some(({ message }) => message.startsWith('tox ignored'));
  const ignores = exitCode === 0 && isIgnored ? ' If they may fail, set `allow-ignored-failures: true`.' : '';
  const explained = rows.filter(({ message }) => message !== '');
  const why = explained.length > 0 ? ` ${listRows(explained)}.` : '';
  const message = failed > 0 ? `${describeFailedTests(failed)} (${ended}).` : `${ended}.${why}`;
  const killed = /SIGKILL/.test(why) ? ` ${advice.TAKE_LARGER_MACHINE}` : '';
  const hint = `${advice.READ_FAILING_TESTS}${ignores}${killed}`;
  return { code: 'tests-failed', message, hint };
}

function judgeReports(reports: ReportFiles, rows: readonly EnvironmentVerdict[]): TestVerdict['failure'] {
  const { pattern, results, files, stale, broken, unreadable } = reports;
  const isProven = rows.some(({ isTested }) => isTested) || results.total > 0;
  if (broken.length > 0 && !isProven)
    return nothingTested(`A report cannot be read: ${broken.join('; ')}.`, 'Let the tests write JUnit XML.');
  if (files.length === 0) {
    const old = stale.length > 0 ? ` ${stale.join(', ')} existed before the tests started, and does not count.` : '';
    const closed = unreadable.length > 0 ? ` Not searched: ${unreadable.join(', ')}.` : '';
    return nothingTested(
      `\`report\` is "${pattern}", and the tests wrote no such file.${old}${closed}`,
      'Let the tests write it, for example by `pytest --junitxml=FILE`, or correct the path, which is relative to the working directory.',
    );
  }
  if (results.total === 0 && broken.length === 0)
    return nothingTested(`${files.join(', ')} has no test in it.`, advice.CHECK_TEST_SELECTION);
  if (results.total > 0 && results.executed === 0) {
    return nothingTested(`All tests were skipped (${results.total}).`, 'See the reasons in the job summary.');
  }
  return undefined;
}

/** The tests in the files of `report`. Without `report`: the tests of all environments. */
export function collectResults({ reports, environments }: RunFacts): TestResults {
  if (reports) return reports.results;
  const results = new TestResults();
  for (const run of environments) results.include(run.results);
  return results;
}

function listWarnings({ reports }: RunFacts, rows: readonly EnvironmentVerdict[]): string[] {
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

function nothingTested(message: string, hint: string): NonNullable<TestVerdict['failure']> {
  return { code: 'nothing-tested', message, hint };
}
