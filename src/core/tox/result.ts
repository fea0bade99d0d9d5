/** One command that tox ran for an environment. */
export interface CommandRun {
  readonly argv: readonly string[];
  readonly output: string;
  /** A negative code is the number of the signal that ended the command. */
  readonly code: number;
}

/** One environment in the file of `tox --result-json`. */
export interface EnvironmentRun {
  readonly name: string;
  readonly skipped: boolean;
  /** `undefined` with tox 3, which does not write it. */
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
    // tox 4 also lists environments that it did not run, as empty entries. Package environments run no tests.
    environments: Object.entries(testenvs)
      .filter(([name, entry]) => !name.startsWith('.') && Object.keys(entry).length > 0)
      .map(([name, entry]) => readEnvironment(name, entry)),
  };
}

function readEnvironment(name: string, { result, test = [] }: Entry): EnvironmentRun {
  // tox 4 can repeat a failed command. Its last run counts.
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
