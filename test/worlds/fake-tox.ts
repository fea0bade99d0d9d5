import { compilePatterns } from '../../src/core/inputs/file-patterns.js';
import type { Log } from '../../src/core/ports/process.js';
import type { Environment } from '../../src/core/ports/programs.js';
import type { PytestReport, ToxMachine } from '../../src/core/tox/ports.js';
import type { ToxRequest } from '../../src/core/tox/request.js';
import { runTox } from '../../src/core/tox/run.js';
import type { TestCase } from '../../src/core/verdict/results.js';
import { quiet } from './log.js';
import { resultsOf } from './test-cases.js';

/** A machine with tox 4, in memory. A test changes its fields before it calls {@link FakeTox.run}. */
export class FakeTox {
  /** What tox prints when it runs the tests. */
  output: readonly string[] = [];
  exitCode = 0;
  /** What tox prints for `config -k pass_env`. */
  passEnv: readonly string[] = ['[testenv:a]', 'pass_env =', '  OWN'];
  /** The `testenvs` of the result file; absent: tox writes none. */
  testenvs: Readonly<Record<string, unknown>> | undefined;
  /** The content of configuration files, by name. */
  files: Readonly<Record<string, string>> = {};
  pytestReports: readonly PytestReport[] = [];
  /** The cases of JUnit files, by path; a file without an entry is unreadable. */
  junit: Readonly<Record<string, readonly TestCase[]>> = {};
  /** JUnit files that an earlier run wrote. */
  staleFiles: readonly string[] = [];
  env: Environment = {};
  setVariables: readonly string[] = [];

  /** The arguments of the run of the tests, and its environment. */
  args: readonly string[] = [];
  runEnv: Environment = {};
  readonly warnings: string[] = [];

  run(more: Partial<ToxRequest> = {}) {
    const request: ToxRequest = {
      environments: 'a',
      posargs: undefined,
      pythonVersion: undefined,
      toxVersion: undefined,
      passEnv: true,
      report: undefined,
      allowSkipped: false,
      allowIgnored: false,
      ...more,
    };
    const log: Log = { ...quiet, warning: (sentence) => void this.warnings.push(sentence) };
    return runTox(request, this.createMachine(), log);
  }

  private createMachine(): ToxMachine {
    const readJunit = async (path: string) => this.junit[path] && resultsOf(this.junit[path]);
    return {
      directory: '/w',
      env: this.env,
      setVariables: this.setVariables,
      resultFile: '/t/result.json',
      reportFolder: '/t/reports',
      hasProgram: (name) => name === 'tox',
      run: async ({ args }, { env, onLine }) => {
        const isRun = args.includes('--result-json');
        if (isRun) [this.args, this.runEnv] = [args, env];
        for (const line of isRun ? this.output : this.answer(args)) onLine(line);
        return { code: isRun ? this.exitCode : 0 };
      },
      print: () => undefined,
      readFiles: (paths) => paths.flatMap((path) => this.files[path] ?? []),
      exists: (path) => path in this.files,
      resolve: (path) => (path.startsWith('/') ? path : `/w/${path}`),
      isFresh: (path) => path in this.junit && !this.staleFiles.includes(path),
      readResult: () => this.testenvs && JSON.stringify({ toxversion: '4.9.0', testenvs: this.testenvs }),
      listPytestReports: () => this.pytestReports,
      readJunit,
      listReports: async () => new Map(),
      readReports: async (patterns) => {
        const files = Object.keys(this.junit).filter((path) => patterns.matches(path.replace('/w/', '')));
        const results = resultsOf(files.flatMap((path) => this.junit[path]!));
        return { pattern: patterns.texts.join(), results, files, stale: [], broken: [], unreadable: [] };
      },
    };
  }

  private answer(args: readonly string[]): readonly string[] {
    if (args.includes('--version')) return ['4.9.0 from /x/tox/__init__.py'];
    return args.includes('config') ? this.passEnv : ['a', 'unit'];
  }
}

/** Patterns of the input `report`. */
export const patterns = (...texts: string[]) => compilePatterns(texts);

/** One environment in the result file. */
export const ran = (...commands: { command: string; output?: string; retcode?: number }[]) => ({
  result: { success: commands.every(({ retcode = 0 }) => retcode === 0) },
  test: commands.map(({ command, output = '', retcode = 0 }, at) => ({
    command: command.split(' '),
    output,
    retcode,
    run_id: `commands[${at}]`,
  })),
});
