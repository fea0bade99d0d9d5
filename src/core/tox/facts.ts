import { readClosingLines, type ClosingLines } from '../verdict/closing-lines.js';
import type { ReportFiles } from '../verdict/report-files.js';
import { TestResults } from '../verdict/results.js';
import { findJunitOption } from '../verdict/test-programs.js';
import type { ToxOutput } from './output.js';
import type { ToxRequest } from './request.js';
import type { EnvironmentRun, ToxResult } from './result.js';

/** All that is known of a run of tox. */
export interface RunFacts {
  readonly exitCode: number;
  /** In the order of the request. */
  readonly environments: readonly EnvironmentFacts[];
  /** Absent when the input `report` is empty. */
  readonly reports?: ReportFiles;
  readonly allow: Pick<ToxRequest, 'allowSkipped' | 'allowIgnored'>;
}

/** All that is known of one environment of a run. */
export interface EnvironmentFacts extends Omit<EnvironmentRun, 'commands'> {
  /** Absent when tox wrote no result: then it is unknown what ran. */
  readonly commands?: undefined | readonly CommandFacts[];
  /** The closing lines of all commands. */
  readonly closing: ClosingLines;
  /** JUnit files that test programs wrote for this step, or where the commands or pytest's configuration name them. */
  readonly files: readonly string[];
  readonly results: TestResults;
}

export interface CommandFacts {
  readonly argv: readonly string[];
  readonly code: number;
  /** The closing lines of this command alone. */
  readonly ending?: Pick<ClosingLines, 'lastFailure' | 'isOpen'>;
}

/** A JUnit file that belongs to one environment. */
export interface EnvironmentReport {
  readonly environment: string;
  readonly path: string;
  readonly results: TestResults;
}

/** One run for each requested environment, even if tox reports nothing about it. */
export function listRuns(
  requested: readonly string[],
  output: ToxOutput,
  result: ToxResult | undefined,
): readonly EnvironmentRun[] {
  const names = requested.includes('ALL')
    ? [...(result?.environments ?? []).map(({ name }) => name), ...output.skipped]
    : requested;
  return [...new Set(names)].map((name) => {
    const run = result?.environments.find((one) => one.name === name);
    const success = run?.success ?? output.success.get(name);
    const skipped = run?.skipped === true || ((run?.commands.length ?? 0) === 0 && output.skipped.includes(name));
    return { name, skipped, success, commands: run?.commands ?? [] };
  });
}

/** The JUnit files that commands name, and the one that pytest's configuration names. */
export function listNamedReports(
  runs: readonly EnvironmentRun[],
  configured: string | undefined,
): readonly Pick<EnvironmentReport, 'environment' | 'path'>[] {
  // A file that several environments name belongs to the last one, because each overwrites it.
  const byPath = new Map<string, { environment: string; path: string }>();
  for (const { name, commands } of runs) {
    const named = commands.flatMap(({ argv }) => findJunitOption(argv) ?? []);
    const isConfigured = configured !== undefined && commands.length > 0;
    for (const path of [...named, ...(isConfigured ? [configured] : [])]) byPath.set(path, { environment: name, path });
  }
  return [...byPath.values()];
}

export function describeRun(run: EnvironmentRun, reports: readonly EnvironmentReport[]): EnvironmentFacts {
  const { all, each } = readClosingLines(run.commands.map(({ output }) => output));
  return {
    ...run,
    commands: run.commands.map(({ argv, code }, at) => ({ argv, code, ending: each[at]! })),
    closing: all,
    ...combine(reports.filter(({ environment }) => environment === run.name)),
  };
}

/** The one row for all environments when tox wrote no result. */
export function describeUnreported(
  requested: readonly string[],
  { output, closing }: { readonly output: ToxOutput; readonly closing: ClosingLines },
  reports: readonly EnvironmentReport[],
): EnvironmentFacts {
  const skipped = requested.every((name) => output.skipped.includes(name));
  return { name: requested.join(','), skipped, success: undefined, closing, ...combine(reports) };
}

function combine(reports: readonly EnvironmentReport[]): Pick<EnvironmentFacts, 'files' | 'results'> {
  const all = new TestResults();
  for (const { results } of reports) all.include(results);
  return { files: reports.map(({ path }) => path), results: all };
}
