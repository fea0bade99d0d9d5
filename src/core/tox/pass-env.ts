/** The variables to pass on to the tests, beyond those that the configuration of tox names. */
export interface PassedNames {
  readonly names: readonly string[];
  /** What each environment passes on already, as tox 4 reports it. No other environment gets the names. */
  readonly passEnv: ReadonlyMap<string, readonly string[]>;
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
export function composeOverrides({ names, passEnv }: PassedNames): readonly string[] {
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
