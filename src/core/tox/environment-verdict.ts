import { plural } from '../kernel/plural.js';
import { describeFailedTests } from '../verdict/results.js';
import { nameTestProgram } from '../verdict/test-programs.js';
import type { CommandFacts, EnvironmentFacts } from './facts.js';

export interface EnvironmentVerdict {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'untested' | 'skipped';
  /** Why the environment did not pass, or what users should know although it passed. */
  readonly message: string;
  /** What the verdict rests on. */
  readonly evidence: string;
  /** Its own reports or closing lines show that tests were executed. */
  readonly isTested: boolean;
}

/** What the whole run shows about one of its environments. */
interface RunWideFacts {
  /** tox ended with exit code 0. */
  readonly toxSucceeded: boolean;
  /** `report` has executed tests, and they may be those of this environment. */
  readonly isReported: boolean;
  /** `report` is set, so it decides when nothing else is known. */
  readonly isReportRequested: boolean;
  /** Failed tests in `report` that can only be those of this environment. */
  readonly reportedFailures: number;
  readonly allowIgnored: boolean;
}

/** Judges one environment by its own commands, reports and closing lines. */
export function judgeEnvironment(run: EnvironmentFacts, runWide: RunWideFacts): EnvironmentVerdict {
  const findings = examine(run, runWide);
  const as = (state: EnvironmentVerdict['state'], message: string): EnvironmentVerdict => ({
    name: run.name,
    state,
    message,
    evidence: describeEvidence(run, runWide.isReported),
    isTested: findings.isTested,
  });
  if (run.skipped) return as('skipped', 'tox skipped it');
  if (!runWide.toxSucceeded && findings.isFailed)
    return findings.isUntested
      ? as('untested', findings.reason)
      : as('failed', findings.reason || 'tox failed before its commands');
  if (run.commands?.length === 0) return as('untested', 'no command ran');
  // Without known commands, a failure of tox counts for all environments.
  if (!runWide.toxSucceeded && run.commands === undefined && !findings.isTested)
    return as('failed', 'tox failed before its commands');
  if (run.commands === undefined && !findings.isTested && !runWide.isReportRequested && findings.reason === '')
    return as('untested', 'tox left no result, so nothing shows that a command ran');
  if (findings.isOpen) return as('failed', 'pytest started but did not finish');
  if (findings.isUntested) return as('untested', findings.reason);
  const ignored = findings.ignored === '' ? '' : `tox ignored: ${findings.ignored}`;
  return as(ignored === '' || runWide.allowIgnored ? 'passed' : 'failed', ignored);
}

interface Findings {
  readonly isTested: boolean;
  readonly isUntested: boolean;
  /** A pytest session started and did not finish. */
  readonly isOpen: boolean;
  readonly isFailed: boolean;
  /** The failures that tox ignored; '' when it ignored none. */
  readonly ignored: string;
  /** Why the environment failed, or was not tested. */
  readonly reason: string;
}

function examine(run: EnvironmentFacts, runWide: RunWideFacts): Findings {
  const { commands = [], closing, results, files } = run;
  const failing = commands.filter(({ code }) => code !== 0);
  const failedCases = Math.max(results.count('failed'), runWide.reportedFailures);
  const testsFailed = failedCases > 0 || closing.failed;
  // Whether anything shows which test program ran.
  const isKnown = files.length > 0 || closing.lines.length > 0 || closing.sessions > 0 || listPrograms(run).length > 0;
  const isTested = results.executed > 0 || (isKnown && closing.executed);
  const endings = run.commands ? commands.flatMap(({ code, ending }) => (code === 0 && ending) || []) : [closing];
  // A command may hide failed tests: `unittest || true`. Its last closing line counts, because earlier ones may come
  // from runs inside its tests.
  const hidden = endings.flatMap(({ lastFailure }) => (lastFailure === '' ? [] : [`“${lastFailure}”`]));
  const failures = [
    ...(failedCases > 0 ? [describeFailedTests(failedCases)] : []),
    ...failing.map(describeCommand),
    ...hidden,
  ];
  // Plugins may replace the closing line. Then one report per session shows that each session ended.
  const isUnreported = files.length < closing.sessions;
  const isUntested =
    isKnown &&
    !(runWide.isReported || isTested) &&
    !testsFailed &&
    !failing.some(isKilled) &&
    !(isUnreported && closing.isOpen);
  const isTestFailure = failedCases > 0 || hidden.length > 0 || hasFailingTests(run, { failing, isKnown });
  const isIgnored = (runWide.toxSucceeded || run.success === true) && (run.success === false || isTestFailure);
  return {
    isTested,
    isUntested,
    isOpen: isUnreported && endings.some(({ isOpen }) => isOpen),
    isFailed: run.success === false || (run.success === undefined && failing.length > 0) || testsFailed,
    ignored: isIgnored ? failures.join(', ') || 'its failure' : '',
    reason: isUntested ? [describeUntested(run), ...failures].join('; ') : failures.join(', '),
  };
}

/**
 * Whether a failing command may mean failed tests. A command such as `- rm FILE` may fail: it counts only when it runs
 * a test program, when tests failed, or when nothing else shows what was tested.
 */
function hasFailingTests(
  { closing }: EnvironmentFacts,
  { failing, isKnown }: { failing: readonly CommandFacts[]; isKnown: boolean },
): boolean {
  return failing.some(({ argv }) => !isKnown || closing.failed || nameTestProgram(argv) !== undefined);
}

/** pytest exits with 1 only after it executed tests; pytest-timeout ends it with 1 too. */
function isKilled({ argv, code }: CommandFacts): boolean {
  return code < 0 || code > 128 || (code === 1 && nameTestProgram(argv) === 'pytest');
}

function listPrograms({ commands = [] }: EnvironmentFacts): readonly string[] {
  return commands.flatMap(({ argv }) => nameTestProgram(argv) ?? []);
}

function describeUntested({ results, closing }: EnvironmentFacts): string {
  if (results.total > 0) return `all tests were skipped (${results.total})`;
  const [line] = closing.lines;
  return line === undefined ? 'no test was executed' : `no test was executed (“${line}”)`;
}

const SIGNALS: Readonly<Record<number, string>> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };

function describeCommand({ argv, code }: CommandFacts): string {
  const [first = ''] = argv;
  const name = nameTestProgram(argv) ?? first.slice(first.lastIndexOf('/') + 1);
  const signal = code < 0 ? -code : code > 128 ? code - 128 : 0;
  if (signal > 0 && signal < 65) return `${name} was ended by ${SIGNALS[signal] ?? `signal ${signal}`}`;
  return `${name} ended with exit code ${code}`;
}

function describeEvidence(run: EnvironmentFacts, isReported: boolean): string {
  const { files, results, closing, commands } = run;
  const programs = listPrograms(run);
  const kinds = [
    ...(files.length > 0 ? [`JUnit of the test program (${plural(results.total, 'test')})`] : []),
    ...(isReported ? ['the files of `report`'] : []),
  ];
  const quoted = `closing lines (“${closing.lines.slice(0, 3).join('”, “')}”)`;
  // When the reports have no executed test, the closing lines are the evidence.
  if (kinds.length > 0 && !isReported && results.executed === 0 && closing.executed && closing.lines.length > 0)
    kinds.push(quoted);
  if (kinds.length > 0) return kinds.join(', ');
  if (closing.lines.length > 0) return quoted;
  if (programs.length > 0)
    return closing.executed ? 'progress of single tests' : `exit codes of ${programs.join(', ')}`;
  return commands === undefined || commands.length === 0
    ? ''
    : 'exit codes: no test program is known among its commands';
}
