import type { Log } from '../ports/process.js';
import type { Command, Environment } from '../ports/programs.js';
import { readMajorVersion } from './choose-tox.js';
import { askPassEnv, composeOverrides, findUnpassed, readPassEnv } from './pass-env.js';
import type { ToxMachine } from './ports.js';
import { composeAddOptions, CONFIGURATION_FILES, findObstacle } from './pytest-reports.js';
import type { ToxRequest } from './request.js';

type PassEnv = ReturnType<typeof readPassEnv>;

/** A question to tox may first install what tox itself requires. */
const ASK_BOUND_MS = 600_000;

/** How tox passes variables on to the tests. */
export interface PassedOn {
  readonly env: Environment;
  /** Arguments of tox 4; empty when tox did not report what its environments pass on. */
  readonly overrides: readonly string[];
  /** The JUnit file that pytest's own configuration names. */
  readonly junit: string | undefined;
}

/** Finds how this tox passes on the variables of the workflow, and `PYTEST_ADDOPTS` with a report for this step. */
export async function passOn(
  tox: Command,
  request: ToxRequest,
  { machine, log }: { machine: ToxMachine; log: Log },
): Promise<PassedOn> {
  const { env, setVariables } = machine;
  const obstacle = findObstacle(machine.readFiles(CONFIGURATION_FILES));
  const isReporting = request.passEnv && obstacle === undefined;
  const names = request.passEnv ? [...setVariables, ...(isReporting ? ['PYTEST_ADDOPTS'] : [])] : [];
  const needed = names.length > 0 || setVariables.length > 0;
  const { major, passEnv } = needed ? await askPassed(tox, request, machine) : { major: 0, passEnv: new Map() };
  if (!request.passEnv) warnOfUnpassed(passEnv, setVariables, log);
  const own = major >= 4 ? composeOverrides({ names, passEnv }) : [];
  const { TOX_OVERRIDE = '', ...withoutOverride } = env;
  // Older releases ignore the variable when there are arguments; newer ones would apply its entries twice.
  const given = TOX_OVERRIDE.split(';').filter((entry) => entry.trim() !== '');
  return {
    overrides: own.length === 0 ? [] : [...given.flatMap((entry) => ['-x', entry]), ...own],
    env: {
      ...(own.length === 0 ? env : withoutOverride),
      ...(isReporting && { PYTEST_ADDOPTS: composeAddOptions(env['PYTEST_ADDOPTS'], machine.reportFolder) }),
      // tox 3 reads the names from this variable; tox 4 ignores it.
      ...(names.length > 0 && {
        TOX_TESTENV_PASSENV: [env['TOX_TESTENV_PASSENV'] ?? '', ...names].join(' ').trim(),
      }),
    },
    junit: obstacle?.path,
  };
}

async function askPassed(
  tox: Command,
  request: ToxRequest,
  machine: ToxMachine,
): Promise<{ major: number; passEnv: PassEnv }> {
  const version = request.toxVersion ?? '';
  const major = Number.parseInt(version, 10) || readMajorVersion(await ask(tox, ['--version'], machine)) || 0;
  // What tox 3 passes on only matters for the warning without `pass-env`.
  if (major < 3 || (major === 3 && request.passEnv)) return { major, passEnv: new Map() };
  return { major, passEnv: readPassEnv(await ask(tox, askPassEnv(major, request.environments), machine)) };
}

/** The lines that tox prints. Errors are ignored: the run itself shows them again. */
export async function ask(tox: Command, args: readonly string[], machine: ToxMachine): Promise<string[]> {
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const command = { command: tox.command, args: [...tox.args, ...args] };
  await machine.run(command, { env: machine.env, boundMs: ASK_BOUND_MS, onLine });
  return lines;
}

function warnOfUnpassed(passEnv: PassEnv, names: readonly string[], log: Log): void {
  for (const [environment, passed] of passEnv) {
    const unpassed = findUnpassed(names, passed);
    if (unpassed.length > 0)
      log.warning(
        `${environment} does not pass ${unpassed.join(', ')} on to its tests. Name them in \`pass_env\`, or leave \`pass-env: false\` out.`,
      );
  }
}
