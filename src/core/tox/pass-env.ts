/** The variables to pass on to the tests, beyond those that the configuration of tox names. */
export interface PassedNames {
  readonly names: readonly string[];
  /** What each environment passes on already, as tox 4 reports it. No other environment gets the names. */
  readonly passEnv: ReadonlyMap<string, readonly string[]>;
}

/** The arguments that make tox print what {@link readPassEnv} reads. tox 3 has no `config` and would run the tests. */
export function askPassEnv(major: number, environments: string): readonly string[] {
  return major < 4 ? ['--showconfig', '-e', environments] : ['config', '-e', environments, '-k', 'pass_env'];
}

/** What each environment passes on, from the output of tox 3 or 4. */
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

/** The names that an environment does not pass on. @param passed names and patterns such as `AWS_*` */
export function findUnpassed(names: readonly string[], passed: readonly string[]): readonly string[] {
  const toRegExp = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
      'i',
    );
  const patterns = passed.map(toRegExp);
  return names.filter((name) => !patterns.some((pattern) => pattern.test(name)));
}

/**
 * The arguments that make tox 4 pass on more names. The newest releases accept `pass_env+=`. Older releases then lose
 * names that the configuration lists in other ways, or as `passenv`, so the arguments repeat the whole list, which
 * works in all releases. An environment without its own section inherits from the base section, so the base section
 * gets the names of all environments.
 */
export function composeOverrides({ names, passEnv }: PassedNames): readonly string[] {
  if (names.length === 0 || passEnv.size === 0) return [];
  const all = new Set([...passEnv.values()].flat());
  const base = ['testenv', 'env_run_base', 'tool.tox.env_run_base'].map((section) => [section, all] as const);
  const own = [...passEnv].flatMap(([name, passed]) => {
    const escaped = name.replaceAll('.', '\\.');
    // Older releases expect the plain name for an INI file. For TOML, all releases expect escaped dots.
    const sections = new Set([`testenv:${name}`, `testenv:${escaped}`, `env.${escaped}`, `tool.tox.env.${escaped}`]);
    return [...sections].map((section) => [section, passed] as const);
  });
  return [...base, ...own].flatMap(([section, passed]) => {
    return ['-x', `${section}.pass_env=${[...new Set([...passed, ...names])].join(',')}`];
  });
}
