import { plural } from '../kernel/plural.js';
import { describeFailedTests } from '../verdict/results.js';
import { nameTestProgram } from '../verdict/test-programs.js';
import type { CommandFacts, EnvironmentFacts } from './facts.js';

export interface EnvironmentVerdict {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'untested' | 'skipped';
  /** Why it did not pass, or what is worth knowing though it did. */
  readonly message: string;
  /** What the verdict rests on. */
  readonly evidence: string;
  /** Its own reports or closing lines show that tests were executed. */
  readonly isTested: boolean;
}

interface RunWideFacts {
  readonly toxEndedWell: boolean;
  /** `report` has tests that were executed, and they can be those of this environment. */
  readonly isReported: boolean;
  /** `report` is given, and decides where nothing else is known. */
  readonly isReportAsked: boolean;
  /** Tests that failed in `report`, where they can only be those of this environment. */
  readonly reportedFailures: number;
  readonly allowIgnored: boolean;
}

/** Judges one environment by its own commands, reports and closing lines. */
export function judgeEnvironment(run: EnvironmentFacts, about: RunWideFacts): EnvironmentVerdict {
  const facts = establish(run, about);
  const as = (state: EnvironmentVerdict['state'], message: string): EnvironmentVerdict => ({
    name: run.name,
    state,
    message,
    evidence: facts.evidence,
    isTested: facts.isTested,
  });
  if (run.skipped) return as('skipped', 'tox skipped it');
  if (!about.toxEndedWell && facts.isFailed)
    return facts.isUntested
      ? as('untested', facts.said)
      : as('failed', facts.said || 'it did not come to its commands');
  if (run.commands?.length === 0) return as('untested', 'no command ran');
  // Where nothing is known of the commands, an error of tox is that of all its environments.
  if (!about.toxEndedWell && run.commands === undefined && !facts.isTested)
    return as('failed', 'it did not come to its commands');
  if (run.commands === undefined && !facts.isTested && !about.isReportAsked && facts.said === '')
    return as('untested', 'tox left no result, so nothing shows that a command ran');
  if (facts.isOpen) return as('failed', 'pytest began, and did not come to its end');
  if (facts.isUntested) return as('untested', facts.said);
  const ignored = facts.ignored === '' ? '' : `tox ignored: ${facts.ignored}`;
  return as(ignored === '' || about.allowIgnored ? 'passed' : 'failed', ignored);
}

function establish(run: EnvironmentFacts, about: RunWideFacts) {
  const { commands = [], closing, results, files } = run;
  const failing = commands.filter(({ code }) => code !== 0);
  const failedCases = Math.max(results.count('failed'), about.reportedFailures);
  const testsFailed = failedCases > 0 || closing.failed;
  const programs = commands.flatMap(({ argv }) => nameTestProgram(argv) ?? []);
  const isKnown = files.length > 0 || closing.lines.length > 0 || closing.sessions > 0 || programs.length > 0;
  const isTested = results.executed > 0 || (isKnown && closing.executed);
  const isExecuted = about.isReported || isTested;
  const words = failing.map(describeCommand);
  const endings = run.commands ? commands.flatMap(({ code, ending }) => (code === 0 && ending) || []) : [closing];
  // A program may hide that its tests failed: `unittest || true`. Its last closing line is not that of a run within it.
  const hidden = endings.flatMap(({ lastFailure }) => (lastFailure === '' ? [] : [`“${lastFailure}”`]));
  words.push(...hidden);
  if (failedCases > 0) words.unshift(describeFailedTests(failedCases));
  // `- rm FILE` may fail. A failure counts as one of tests where it is, or where nothing else shows what was tested.
  const isIgnored =
    (about.toxEndedWell || run.success === true) &&
    (run.success === false ||
      failedCases > 0 ||
      hidden.length > 0 ||
      failing.some(({ argv }) => !isKnown || closing.failed || nameTestProgram(argv) !== undefined));
  // Plugins may put their own words in place of the closing line; then the reports show that each run ended.
  const isUnreported = files.length < closing.sessions;
  // pytest ends with 1 only where tests were executed; pytest-timeout ends it so.
  const isKilled = failing.some(
    ({ argv, code }) => code < 0 || code > 128 || (code === 1 && nameTestProgram(argv) === 'pytest'),
  );
  const isUntested = isKnown && !isExecuted && !testsFailed && !isKilled && !(isUnreported && closing.isOpen);
  return {
    isTested,
    isUntested,
    isOpen: isUnreported && endings.some(({ isOpen }) => isOpen),
    isFailed: run.success === false || (run.success === undefined && failing.length > 0) || testsFailed,
    ignored: isIgnored ? words.join(', ') || 'its failure' : '',
    said: isUntested ? [describeNothing(run), ...words].join('; ') : words.join(', '),
    evidence: describeEvidence(run, { programs, isReported: about.isReported }),
  };
}

function describeNothing({ results, closing }: EnvironmentFacts): string {
  if (results.total > 0) return `all ${results.total} tests were skipped`;
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

function describeEvidence(
  { files, results, closing, commands }: EnvironmentFacts,
  { programs, isReported }: { programs: readonly string[]; isReported: boolean },
): string {
  const kinds = [
    ...(files.length > 0 ? [`JUnit of the test program (${plural(results.total, 'test')})`] : []),
    ...(isReported ? ['the files of `report`'] : []),
  ];
  const quoted = `closing lines (“${closing.lines.slice(0, 3).join('”, “')}”)`;
  // Where the reports have no test that was executed, it is the lines that say so.
  if (kinds.length > 0 && !isReported && results.executed === 0 && closing.executed && closing.lines.length > 0)
    kinds.push(quoted);
  if (kinds.length > 0) return kinds.join(', ');
  if (closing.lines.length > 0) return quoted;
  if (programs.length > 0)
    return closing.executed ? 'the signs of single tests' : `exit codes of ${programs.join(', ')}`;
  return commands === undefined || commands.length === 0
    ? ''
    : 'exit codes: no test program is known among its commands';
}
