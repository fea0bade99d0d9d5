import * as advice from '../src/core/kernel/advice.js';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EnvironmentEvidence } from '../src/core/verdict/environment-verdict.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { ValuesOf } from '../src/core/inputs/inputs.js';
import { createTally, createToxReader, type Tally, type ToxWords } from '../src/core/verdict/test-output.js';
import { TestResults } from '../src/core/verdict/test-results.js';
import type { Evidence } from '../src/core/verdict/test-verdict.js';
import { chooseTox, type Command } from '../src/core/tox/tox-command.js';
import {
  findJunitOption,
  parseToxResult,
  type EnvironmentRun,
  type ToxResult,
} from '../src/core/verdict/tox-result.js';
import { describeUnconfigured, describeUndefined } from '../src/core/tox/undefined-environments.js';
import { openOwnFolder, type OwnFolder } from '../src/host/own-reports.js';
import { findProgram, runProgram } from '../src/host/programs.js';
import { listReports, readReports } from '../src/host/read-reports.js';
import { ask, handOn, type HandedOn } from './run-tox-hand-on.js';
import { refuseCancelled, say, type Place } from './run-tox-place.js';
import { readNamedReports, readOwnReports, type EnvironmentReport } from './run-tox-reports.js';
import type { inputs } from './run-tox.inputs.js';

type Values = ValuesOf<typeof inputs>;

/** A larger result holds more output than a text can; then the closing lines that passed by have to do. */
const LARGEST_RESULT = 256 * 1024 * 1024;

/** Runs tox, and gathers all that shows what was tested. @throws Failure when tox refused to run anything */
export async function runTests(values: Values, place: Place): Promise<Evidence> {
  const folder = openOwnFolder(place.env);
  try {
    const beganAt = Date.now();
    const tox = chooseTox(
      { pythonVersion: values['python-version'], toxVersion: values['tox-version'] },
      { tox: findProgram('tox', place.env) !== undefined, uv: findProgram('uv', place.env) !== undefined },
    );
    const asked = values['tox-env']!.split(',');
    const before = values.report && (await listReports(values.report, place.cwd));
    const ran = await runTox(tox, values, { place, folder });
    await refuseUndefined(ran, { tox, asked, place });
    const reports = values.report && (await readReports(values.report, place.cwd, before ?? new Map()));
    const result = readResult(folder.result);
    const runs = listRuns(asked, ran.words, result);
    warnOfWords(values, { ran, result, place });
    const own = [
      ...(await readOwnReports(folder)),
      ...(await readNamedReports(listNamed(runs, ran.junit), {
        cwd: place.cwd,
        beganAt,
        except: reports?.files ?? [],
      })),
    ];
    return {
      exitCode: ran.exitCode,
      environments: result ? runs.map((run) => describeRun(run, own)) : [describeUnreported(asked, ran, own)],
      ...(reports && { reports }),
      allow: { skipped: values['allow-skipped'], ignored: values['allow-ignored-failures'] },
    };
  } finally {
    folder.close();
  }
}

interface Ran extends Omit<HandedOn, 'env'> {
  readonly exitCode: number;
  readonly tally: Tally;
  readonly words: ToxWords;
}

async function runTox(
  tox: Command,
  values: Values,
  { place, folder }: { place: Place; folder: OwnFolder },
): Promise<Ran> {
  const { env, overrides, junit } = await handOn(tox, values, { place, reports: folder.reports });
  const [tally, words] = [createTally(), createToxReader()];
  const shown = [...tox.args, '-e', values['tox-env']!];
  const posargs = values.posargs === undefined ? [] : ['--', ...values.posargs];
  say([tox.command, ...shown, ...posargs].join(' '));
  const args = [...shown, '--result-json', folder.result, ...overrides, ...posargs];
  const onLine = (line: string): void => {
    tally.read(line);
    words.read(line);
    say(line);
  };
  const ended = await runProgram({ ...place, command: tox.command, args, env, onLine });
  refuseCancelled(place);
  if (ended.code !== undefined)
    return { exitCode: ended.code, tally: tally.result(), words: words.result(), overrides, junit };
  throw new Failure('tests-failed', `tox did not come to its end: ${ended.why}.`, {
    hint: advice.TAKE_LARGER_MACHINE,
  });
}

async function refuseUndefined(
  { words, exitCode, tally }: Ran,
  { tox, asked, place }: { tox: Command; asked: readonly string[]; place: Place },
): Promise<void> {
  if (words.unconfigured && (exitCode !== 0 || tally.lines.length === 0)) throw describeUnconfigured(place.cwd);
  if (!words.undefinedEnvironment || exitCode === 0) return;
  const lines = await ask(tox, ['-a', '-q'], place);
  throw describeUndefined(
    asked,
    lines.filter((line) => /^[\w.-]+$/.test(line)),
  );
}

function readResult(path: string): ToxResult | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size > LARGEST_RESULT) return undefined;
  try {
    return parseToxResult(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** One for each environment that was asked for, also where tox says nothing of it. */
function listRuns(asked: readonly string[], words: ToxWords, result: ToxResult | undefined): readonly EnvironmentRun[] {
  const names = asked.includes('ALL')
    ? [...(result?.environments ?? []).map(({ name }) => name), ...words.skipped]
    : asked;
  return [...new Set(names)].map((name) => {
    const run = result?.environments.find((one) => one.name === name);
    const success = run?.success ?? words.success.get(name);
    const skipped = run?.skipped === true || ((run?.commands.length ?? 0) === 0 && words.skipped.includes(name));
    return { name, skipped, success, commands: run?.commands ?? [] };
  });
}

function listNamed(runs: readonly EnvironmentRun[], configured: string | undefined) {
  // A file that several environments name is that of the last one: each writes over it.
  const byPath = new Map<string, { environment: string; path: string }>();
  for (const { name, commands } of runs) {
    const named = commands.flatMap(({ argv }) => findJunitOption(argv) ?? []);
    const isConfigured = configured !== undefined && commands.length > 0;
    for (const path of [...named, ...(isConfigured ? [configured] : [])]) byPath.set(path, { environment: name, path });
  }
  return [...byPath.values()];
}

function describeRun(run: EnvironmentRun, reports: readonly EnvironmentReport[]): EnvironmentEvidence {
  const commands = run.commands.map(({ argv, code, output }) => ({ argv, code, ending: readTally([output]) }));
  return {
    ...run,
    commands,
    tally: readTally(run.commands.map(({ output }) => output)),
    ...collect(reports.filter(({ environment }) => environment === run.name)),
  };
}

function readTally(outputs: readonly string[]): Tally {
  const tally = createTally();
  for (const output of outputs) for (const line of output.split(/\r?\n/)) tally.read(line);
  return tally.result();
}

/** When tox left no result: what passed by is all there is. */
function describeUnreported(
  asked: readonly string[],
  { words, tally }: Ran,
  reports: readonly EnvironmentReport[],
): EnvironmentEvidence {
  const skipped = asked.every((name) => words.skipped.includes(name));
  return { name: asked.join(','), skipped, success: undefined, tally, ...collect(reports) };
}

function collect(reports: readonly EnvironmentReport[]): Pick<EnvironmentEvidence, 'files' | 'results'> {
  const all = new TestResults();
  for (const { results } of reports) all.include(results);
  return { files: reports.map(({ path }) => path), results: all };
}

function warnOfWords(
  values: Values,
  { ran, result, place }: { ran: Ran; result: ToxResult | undefined; place: Place },
): void {
  if (result === undefined) return;
  if (values['pass-env'] && result.major >= 4 && ran.overrides.length === 0 && place.names.length > 0)
    place.log.warning(
      `${place.names.join(', ')} may not have reached the tests: tox did not say what its environments pass on. Name them in \`pass_env\`.`,
    );
  const words = result.environments.flatMap(({ commands }) => commands.flatMap(({ argv }) => argv));
  // tox writes paths anew for its `change_dir`.
  const isPath = (one: string): boolean => existsSync(resolve(place.cwd, one.replace(/::.*/s, '')));
  const lost = (values.posargs ?? []).filter((one) => !words.some((word) => word.includes(one)) && !isPath(one));
  if (lost.length > 0 && words.length > 0)
    place.log.warning(`\`posargs\` reached no command: the configuration of tox has no {posargs} there.`);
}
