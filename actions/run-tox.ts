import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure, messageOf } from '../src/core/failure.js';
import { parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs.js';
import { parseJunit, type TestCase } from '../src/core/junit.js';
import { createTally } from '../src/core/test-output.js';
import { summariseTests } from '../src/core/test-report.js';
import { judgeTests, type Evidence } from '../src/core/test-verdict.js';
import { composeTox } from '../src/core/tox-command.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { findFiles } from '../src/host/find-files.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { findProgram, runProgram } from '../src/host/programs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './run-tox.inputs.js';

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Files that were written in the second before the tests began may have a coarse time stamp. */
const CLOCK_GRACE_MS = 1_000;

/** `run-tox`. */
export function runRunTox(): Promise<void> {
  const signal = listenForCancellation('Run the job again: the tests were ended with the step.');
  return runAction(async () => {
    const log = createLog();
    const { values, problems } = parseInputs(inputs, readInputs(inputs));
    const cwd = join(readContext().workspace, values['working-directory'] ?? '');
    const missing =
      values['tox-env'] === undefined && problems.length === 0
        ? ['`tox-env` is empty; allowed: the name of a tox environment.']
        : [];
    const elsewhere = statSync(cwd, { throwIfNoEntry: false })?.isDirectory()
      ? []
      : [
          `\`working-directory\` is "${values['working-directory'] ?? ''}", which is no folder in ${readContext().workspace}. Is the repository checked out?`,
        ];
    refuseProblems([...problems, ...missing, ...elsewhere]);
    const place = { cwd, env: composeEnvironment(values), signal };
    const beganAt = clock.now();
    const say = (verdict: string): void =>
      writeOutputs({ verdict, minutes: ((clock.now() - beganAt) / 60_000).toFixed(1) });
    say('failed');
    if (values.setup !== undefined) await log.group('Setup', () => runSetup(values.setup!, place));
    const evidence = { ...(await runTests(values, place)), ...(await readReports(values.report, cwd, beganAt)) };
    const { failure } = judgeTests(evidence);
    say(failure ? 'failed' : 'passed');
    const title = `tox -e ${values['tox-env']}`;
    const cases = evidence.reports?.cases ?? [];
    // Without a test to show, the failure's own summary says all.
    if (!failure || cases.length > 0)
      await appendSummary(summariseTests(title, failure ? 'failed' : 'passed', cases), log);
    if (failure) throw new Failure(failure.code, failure.message, { hint: failure.hint });
  });
}

function composeEnvironment(values: ValuesOf<typeof inputs>): NodeJS.ProcessEnv {
  // A service has no HOME, and much of what tests call does not work without.
  return { HOME: homedir(), ...process.env, ...values.env, ...values['secret-env'] };
}

async function runSetup(setup: string, place: Place): Promise<void> {
  const ended = await runProgram({ ...place, command: 'bash', args: ['-eo', 'pipefail', '-c', setup], onLine: say });
  refuseCancelled(place);
  if (ended.code === 0) return;
  throw new Failure('setup-failed', `\`setup\` ended with ${ended.why ?? `exit code ${ended.code}`}.`, {
    hint: 'See its last lines above. No test was run.',
  });
}

async function runTests(values: ValuesOf<typeof inputs>, place: Place): Promise<Pick<Evidence, 'exitCode' | 'tally'>> {
  const has = { tox: findProgram('tox', place.env) !== undefined, uv: findProgram('uv', place.env) !== undefined };
  const command = composeTox(
    { toxEnv: values['tox-env']!, pythonVersion: values['python-version'], toxVersion: values['tox-version'] },
    has,
  );
  const tally = createTally();
  say(`${command.command} ${command.args.join(' ')}`);
  const onLine = (line: string): void => {
    tally.read(line);
    say(line);
  };
  const ended = await runProgram({ ...place, ...command, onLine });
  refuseCancelled(place);
  if (ended.code !== undefined) return { exitCode: ended.code, tally: tally.result() };
  throw new Failure('tests-failed', `tox did not come to its end: ${ended.why}.`, {
    hint: 'If the kernel ended it for want of memory, take a larger machine.',
  });
}

/** As it is: tests may annotate their failures by workflow commands, as in any other step. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function refuseCancelled({ signal }: Place): void {
  if (signal.aborted) throw signal.reason as Failure;
}

async function readReports(
  patterns: readonly string[] | undefined,
  cwd: string,
  beganAt: number,
): Promise<Pick<Evidence, 'reports'>> {
  if (patterns === undefined) return {};
  const found = await findFiles(cwd, patterns);
  const fresh = found.filter(({ modifiedAt }) => modifiedAt >= beganAt - CLOCK_GRACE_MS);
  const unreadable: string[] = [];
  const cases: TestCase[] = [];
  for (const { path } of fresh) {
    try {
      cases.push(...parseJunit(await readFile(join(cwd, path), 'utf8')));
    } catch (error) {
      unreadable.push(`${path}: ${messageOf(error)}`);
    }
  }
  const stale = found.filter((one) => !fresh.includes(one)).map(({ path }) => path);
  return { reports: { pattern: patterns.join(', '), cases, files: fresh.map(({ path }) => path), stale, unreadable } };
}
