import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValuesOf } from '../src/core/inputs/inputs.js';
import { composeAddOptions, CONFIGURATION_FILES, findObstacle } from '../src/core/tox/own-reports.js';
import {
  askPassEnv,
  composeOverrides,
  findUnpassed,
  readMajorVersion,
  readPassEnv,
  type Command,
} from '../src/core/tox/tox-command.js';
import { runProgram } from '../src/host/programs.js';
import { refuseCancelled, type Place } from './run-tox-place.js';
import type { inputs } from './run-tox.inputs.js';

type Values = ValuesOf<typeof inputs>;
type PassEnv = ReturnType<typeof readPassEnv>;

/** Questions to tox may bring its own requirements first. */
const ASK_BOUND_MS = 600_000;

export interface HandedOn {
  readonly env: NodeJS.ProcessEnv;
  /** Arguments of tox 4; none when it could not say what its environments pass on. */
  readonly overrides: readonly string[];
  /** The JUnit file that pytest's own configuration names. */
  readonly junit: string | undefined;
}

/** Finds the way in which tox hands on what the tests need. @param reports the folder for JUnit */
export async function handOn(
  tox: Command,
  values: Values,
  { place, reports }: { place: Place; reports: string },
): Promise<HandedOn> {
  const obstacle = findObstacle(readConfiguration(place.cwd));
  const isReporting = values['pass-env'] && obstacle === undefined;
  const names = values['pass-env'] ? [...place.names, ...(isReporting ? ['PYTEST_ADDOPTS'] : [])] : [];
  const passed = await askWhatIsPassed(tox, values, { place, needed: names.length > 0 || place.names.length > 0 });
  if (!values['pass-env']) warnOfUnpassed(passed.found, place);
  const own = passed.major >= 4 ? composeOverrides({ names, passEnv: passed.found }) : [];
  const { TOX_OVERRIDE = '', ...env } = place.env;
  // Older releases leave the variable aside where there are arguments, newer ones would take its entries twice.
  const given = TOX_OVERRIDE.split(';').filter((entry) => entry.trim() !== '');
  return {
    overrides: own.length === 0 ? [] : [...given.flatMap((entry) => ['-x', entry]), ...own],
    env: {
      ...(own.length === 0 ? place.env : env),
      ...(isReporting && { PYTEST_ADDOPTS: composeAddOptions(place.env['PYTEST_ADDOPTS'], reports) }),
      // tox 3 takes them from here; tox 4 does not look at it.
      ...(names.length > 0 && {
        TOX_TESTENV_PASSENV: [place.env['TOX_TESTENV_PASSENV'] ?? '', ...names].join(' ').trim(),
      }),
    },
    junit: obstacle?.path,
  };
}

async function askWhatIsPassed(
  tox: Command,
  values: Values,
  { place, needed }: { place: Place; needed: boolean },
): Promise<{ major: number; found: PassEnv }> {
  if (!needed) return { major: 0, found: new Map() };
  const version = values['tox-version'] ?? '';
  const major = Number.parseInt(version, 10) || readMajorVersion(await ask(tox, ['--version'], place)) || 0;
  // What tox 3 passes on is only of interest where nothing is handed on.
  if (major < 3 || (major === 3 && values['pass-env'])) return { major, found: new Map() };
  return { major, found: readPassEnv(await ask(tox, askPassEnv(major, values['tox-env']!), place)) };
}

/** What tox answers; what it says against a question, it says again when it runs. */
export async function ask(tox: Command, args: readonly string[], place: Place): Promise<string[]> {
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  await runProgram({ ...place, command: tox.command, args: [...tox.args, ...args], boundMs: ASK_BOUND_MS, onLine });
  refuseCancelled(place);
  return lines;
}

function readConfiguration(cwd: string): string[] {
  return CONFIGURATION_FILES.map((name) => join(cwd, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
}

function warnOfUnpassed(found: PassEnv, { log, names }: Place): void {
  for (const [environment, passed] of found) {
    const unpassed = findUnpassed(names, passed);
    if (unpassed.length > 0)
      log.warning(
        `${environment} does not pass ${unpassed.join(', ')} on to its tests. Name them in \`pass_env\`, or leave \`pass-env: false\` out.`,
      );
  }
}
