import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';

export interface ToxRequest {
  readonly pythonVersion: string | undefined;
  readonly toxVersion: string | undefined;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** What is handed on to the tests, beyond what the configuration of tox names. */
export interface HandedOn {
  readonly names: readonly string[];
  /** What each environment passes on already, as tox 4 reports it; nothing is handed on to another one. */
  readonly passEnv: ReadonlyMap<string, readonly string[]>;
}

/**
 * The machine's own tox when no version is asked for; else uv, which brings tox and, where the machine lacks it, the
 * Python that tox runs with.
 *
 * @throws Failure `tox-not-found`
 */
export function chooseTox({ pythonVersion, toxVersion }: ToxRequest, has: { tox: boolean; uv: boolean }): Command {
  const anyVersion = pythonVersion === undefined && toxVersion === undefined;
  if (anyVersion && has.tox) return { command: 'tox', args: [] };
  if (has.uv) {
    const tox = toxVersion === undefined ? 'tox' : `tox==${toxVersion}`;
    const python = pythonVersion === undefined ? [] : ['--python', pythonVersion];
    return { command: 'uv', args: ['tool', 'run', ...python, `--from=${tox}`, 'tox'] };
  }
  throw new Failure(
    'tox-not-found',
    `This machine has ${has.tox ? 'tox, but no uv to bring other versions' : 'neither tox nor uv'}.`,
    {
      hint: advice.BRING_TOX,
    },
  );
}

/** The major version in what `tox --version` printed; `undefined` when it is not there. */
export function readMajorVersion(lines: readonly string[]): number | undefined {
  const found = lines.flatMap((line) => /^(\d+)\.\d+\S* /.exec(line)?.[1] ?? []);
  return found.length === 0 ? undefined : Number(found[0]);
}

/** The question whose answer {@link readPassEnv} reads. tox 3 has no `config`: it would run the tests. */
export function askPassEnv(major: number, environments: string): readonly string[] {
  return major < 4 ? ['--showconfig', '-e', environments] : ['config', '-e', environments, '-k', 'pass_env'];
}

/** What each environment passes on, out of the answer of tox 3 or 4. */
export function readPassEnv(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let names: string[] | undefined;
  let inside = false;
  for (const line of lines) {
    const [, section] = /^\[(?:testenv:|(?:tool\.tox\.)?env\.)(.+)\]$/.exec(line) ?? [];
    if (line.startsWith('[')) names = undefined;
    if (section !== undefined) found.set(section, (names = []));
    inside = (inside && line.startsWith(' ')) || /^pass_?env =/.test(line);
    if (inside)
      names?.push(
        ...line
          .replace(/^pass_?env =/, '')
          .split(/[\s,'"{}[\]]+/)
          .filter((name) => name !== ''),
      );
  }
  return found;
}

/** Which of the names an environment does not pass on, with its patterns such as `AWS_*`. */
export function findUnpassed(names: readonly string[], passed: readonly string[]): readonly string[] {
  const fits = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
      'i',
    );
  const patterns = passed.map(fits);
  return names.filter((name) => !patterns.some((pattern) => pattern.test(name)));
}

/**
 * The arguments by which tox 4 passes on more names. `pass_env+=` would do in the newest releases; older ones lose what
 * the configuration names in other ways, or under the old name `passenv`. The whole list survives in all of them. An
 * environment without a section of its own takes the base's, which in turn gets what all of them pass on.
 */
export function composeOverrides({ names, passEnv }: HandedOn): readonly string[] {
  if (names.length === 0 || passEnv.size === 0) return [];
  const all = new Set([...passEnv.values()].flat());
  const base = ['testenv', 'env_run_base', 'tool.tox.env_run_base'].map((section) => [section, all] as const);
  const own = [...passEnv].flatMap(([name, passed]) => {
    const escaped = name.replaceAll('.', '\\.');
    // An INI file takes the name as it is in older releases, TOML has its dots escaped in all.
    const sections = new Set([`testenv:${name}`, `testenv:${escaped}`, `env.${escaped}`, `tool.tox.env.${escaped}`]);
    return [...sections].map((section) => [section, passed] as const);
  });
  return [...base, ...own].flatMap(([section, passed]) => {
    return ['-x', `${section}.pass_env=${[...new Set([...passed, ...names])].join(',')}`];
  });
}
