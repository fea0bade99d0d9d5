/** One command that tox ran for an environment. */
export interface CommandRun {
  readonly argv: readonly string[];
  readonly output: string;
  /** Negative: the number of the signal that ended it. */
  readonly code: number;
}

/** One environment as the file of `tox --result-json` has it. */
export interface EnvironmentRun {
  readonly name: string;
  readonly skipped: boolean;
  /** What it came to; `undefined` with tox 3, which does not report it. */
  readonly success: boolean | undefined;
  readonly commands: readonly CommandRun[];
}

export interface ToxResult {
  readonly major: number;
  readonly environments: readonly EnvironmentRun[];
}

interface Entry {
  readonly result?: { readonly success?: boolean; readonly skipped?: boolean };
  readonly test?: readonly {
    readonly command?: readonly string[] | string;
    readonly output?: string;
    readonly err?: string;
    readonly retcode?: number;
    readonly run_id?: string;
  }[];
}

/** @throws SyntaxError when the text is not JSON */
export function parseToxResult(text: string): ToxResult {
  const { toxversion = '', testenvs = {} } = JSON.parse(text) as {
    toxversion?: string;
    testenvs?: Record<string, Entry>;
  };
  return {
    major: Number.parseInt(toxversion, 10) || 0,
    // What tox 4 was not asked to run is there, too, and empty; package environments run no tests.
    environments: Object.entries(testenvs)
      .filter(([name, entry]) => !name.startsWith('.') && Object.keys(entry).length > 0)
      .map(([name, entry]) => readEnvironment(name, entry)),
  };
}

function readEnvironment(name: string, { result, test = [] }: Entry): EnvironmentRun {
  // tox 4 can repeat a failed command; the last run of it counts.
  const last = new Map(test.map((one, at) => [one.run_id ?? String(at), one]));
  const commands = [...last].filter(([id]) => /^(commands\[|\d+$)/.test(id));
  return {
    name,
    skipped: result?.skipped === true,
    success: result?.success,
    commands: commands.map(([, { command = [], output = '', err = '', retcode = 0 }]) => ({
      argv: [command].flat(),
      output: `${output}\n${err}`,
      code: retcode,
    })),
  };
}

const RUNNERS = /^(pytest|py\.test|stestr|trial|nose2|nosetests|unittest|twisted\.trial)$/;
const WRAPPERS = /^(coverage|uv|poetry|pdm|hatch|env|timeout|nice|time|xvfb-run|sudo)$/;

/** The test program that a command runs, as far as it is one whose name is known, maybe behind another program. */
export function nameTestProgram(argv: readonly string[]): string | undefined {
  const [first = '', ...rest] = argv.map((word) => word.slice(word.lastIndexOf('/') + 1));
  if (RUNNERS.test(first)) return first;
  const module = rest[rest.indexOf('-m') + 1];
  const isPython = /^(python|pypy)[\d.]*$/.test(first);
  if (!isPython && !WRAPPERS.test(first)) return undefined;
  if (rest.includes('-m') && module !== undefined && RUNNERS.test(module)) return module;
  // `python -m coverage run -m pytest`: what a wrapping module runs comes after it.
  if (isPython && module !== undefined && WRAPPERS.test(module))
    return nameTestProgram(rest.slice(rest.indexOf('-m') + 1));
  const end = isPython ? rest.slice(0, 1) : rest;
  return end.find((word) => RUNNERS.test(word));
}

/** The JUnit file that a command of pytest names itself. */
export function findJunitOption(argv: readonly string[]): string | undefined {
  const at = argv.findLastIndex((word) => /^--junit-?xml(=|$)/.test(word));
  if (at < 0) return undefined;
  const [, path] = argv[at]!.split(/=(.*)/s);
  return path ?? argv[at + 1];
}
