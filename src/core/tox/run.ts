import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import type { Command } from '../ports/programs.js';
import { ClosingLineReader, type ClosingLines } from '../verdict/closing-lines.js';
import { chooseTox } from './choose-tox.js';
import { describeUnconfigured, describeUndefined } from './configuration-failures.js';
import {
  describeRun,
  describeUnreported,
  listNamedReports,
  listRuns,
  type EnvironmentReport,
  type RunFacts,
} from './facts.js';
import { createToxReader, type ToxOutput } from './output.js';
import { ask, passOn, type PassedOn } from './pass-on.js';
import type { ToxMachine } from './ports.js';
import { leaveOutNested } from './pytest-reports.js';
import type { ToxRequest } from './request.js';
import { parseToxResult, type EnvironmentRun, type ToxResult } from './result.js';

/** Runs tox, and collects everything that shows what was tested. @throws Failure when tox refused to run anything */
export async function runTox(request: ToxRequest, machine: ToxMachine, log: Log): Promise<RunFacts> {
  const tox = chooseTox(request, { tox: machine.hasProgram('tox'), uv: machine.hasProgram('uv') });
  const requested = request.environments.split(',');
  const before = request.report && (await machine.listReports(request.report));
  const passed = await passOn(tox, request, { machine, log });
  const ended = await runProgram(tox, request, { machine, passed });
  await refuseMisconfigured(ended, requested, { tox, machine });
  const reports = request.report && (await machine.readReports(request.report, before ?? new Map()));
  const result = readResult(machine);
  const runs = listRuns(requested, ended.output, result);
  if (result) warnOfLost(request, { result, passed, machine, log });
  const own = await readEnvironmentReports(runs, { junit: passed.junit, except: reports?.files ?? [] }, machine);
  return {
    exitCode: ended.exitCode,
    environments: result ? runs.map((run) => describeRun(run, own)) : [describeUnreported(requested, ended, own)],
    ...(reports && { reports }),
    allow: request,
  };
}

interface Ended {
  readonly exitCode: number;
  readonly closing: ClosingLines;
  readonly output: ToxOutput;
}

async function runProgram(
  tox: Command,
  request: ToxRequest,
  { machine, passed: { env, overrides } }: { machine: ToxMachine; passed: PassedOn },
): Promise<Ended> {
  const [closing, output] = [new ClosingLineReader(), createToxReader()];
  const shown = [...tox.args, '-e', request.environments];
  const posargs = request.posargs === undefined ? [] : ['--', ...request.posargs];
  machine.print([tox.command, ...shown, ...posargs].join(' '));
  const args = [...shown, '--result-json', machine.resultFile, ...overrides, ...posargs];
  const onLine = (line: string): void => {
    closing.read(line);
    output.read(line);
    machine.print(line);
  };
  const ended = await machine.run({ command: tox.command, args }, { env, onLine });
  if (ended.code !== undefined) return { exitCode: ended.code, closing: closing.result(), output: output.result() };
  throw new Failure('tests-failed', `tox did not finish: ${ended.why}.`, {
    hint: advice.TAKE_LARGER_MACHINE,
  });
}

async function refuseMisconfigured(
  { output, exitCode, closing }: Ended,
  requested: readonly string[],
  { tox, machine }: { tox: Command; machine: ToxMachine },
): Promise<void> {
  if (output.unconfigured && (exitCode !== 0 || closing.lines.length === 0))
    throw describeUnconfigured(machine.directory);
  if (!output.undefinedEnvironment || exitCode === 0) return;
  const lines = await ask(tox, ['-a', '-q'], machine);
  throw describeUndefined(
    requested,
    lines.filter((line) => /^[\w.-]+$/.test(line)),
  );
}

function readResult(machine: ToxMachine): ToxResult | undefined {
  try {
    const text = machine.readResult();
    return text === undefined ? undefined : parseToxResult(text);
  } catch {
    return undefined;
  }
}

/** The reports that pytest wrote for this step, and those that commands or pytest's configuration name. */
async function readEnvironmentReports(
  runs: readonly EnvironmentRun[],
  { junit, except }: { junit: string | undefined; except: readonly string[] },
  machine: ToxMachine,
): Promise<readonly EnvironmentReport[]> {
  const excluded = except.map((path) => machine.resolve(path));
  const named = listNamedReports(runs, junit)
    .map(({ environment, path }) => ({ environment, path: machine.resolve(path) }))
    .filter(({ path }) => machine.isFresh(path) && !excluded.includes(path));
  const reports: EnvironmentReport[] = [];
  for (const { environment, path } of [...leaveOutNested(machine.listPytestReports()), ...named]) {
    // A file that cannot be read proves nothing, and is left out.
    const results = await machine.readJunit(path);
    if (results) reports.push({ environment, path, results });
  }
  return reports;
}

/** Warns of variables and posargs that may not have reached the tests. */
function warnOfLost(
  request: ToxRequest,
  { result, passed, machine, log }: { result: ToxResult; passed: PassedOn; machine: ToxMachine; log: Log },
): void {
  const { setVariables } = machine;
  if (request.passEnv && result.major >= 4 && passed.overrides.length === 0 && setVariables.length > 0)
    log.warning(
      `${setVariables.join(', ')} may not have reached the tests: tox did not report what its environments pass on. Name them in \`pass_env\`.`,
    );
  const words = result.environments.flatMap(({ commands }) => commands.flatMap(({ argv }) => argv));
  // tox rewrites paths for its `change_dir`.
  const isPath = (one: string): boolean => machine.exists(one.replace(/::.*/s, ''));
  const lost = (request.posargs ?? []).filter((one) => !words.some((word) => word.includes(one)) && !isPath(one));
  if (lost.length > 0 && words.length > 0)
    log.warning('`posargs` reached no command: the configuration of tox has no {posargs} in these environments.');
}
