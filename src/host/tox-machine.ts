import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ToxMachine } from '../core/tox/ports.js';
import { CLOCK_GRACE_MS, listReports, readHead, readReports, readJunitFile } from './junit-files.js';
import { findProgram, runProgram } from './programs.js';
import { openResultFolder } from './result-folder.js';
import { print, type ProgramContext } from './setup.js';

/** A larger result file may not fit into a string. Then the closing lines that tox printed are used instead. */
const LARGEST_RESULT = 256 * 1024 * 1024;

/** The machine for one run of tox. @returns also `close`, which removes the files of the run */
export function openToxMachine(context: ProgramContext): ToxMachine & { close(): void } {
  const { cwd, env, signal, setVariables } = context;
  const folder = openResultFolder(env);
  const beganAt = Date.now();
  const locate = (path: string): string => resolve(cwd, path);
  return {
    directory: cwd,
    env,
    setVariables,
    resultFile: folder.result,
    reportFolder: folder.reports,
    hasProgram: (name) => findProgram(name, env) !== undefined,
    async run(command, options) {
      const ended = await runProgram({ ...command, ...options, cwd, signal });
      signal.throwIfAborted();
      return ended;
    },
    print,
    readFiles: (paths) =>
      paths
        .map(locate)
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path, 'utf8')),
    exists: (path) => existsSync(locate(path)),
    resolve: locate,
    isFresh: (path) => (statSync(locate(path), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= beganAt - CLOCK_GRACE_MS,
    readResult() {
      const size = statSync(folder.result, { throwIfNoEntry: false })?.size ?? 0;
      return size === 0 || size > LARGEST_RESULT ? undefined : readFileSync(folder.result, 'utf8');
    },
    listPytestReports: () => folder.list().map((one) => ({ ...one, head: readHead(one.path) })),
    readJunit: readJunitFile,
    listReports: (patterns) => listReports(patterns, cwd),
    readReports: (patterns, before) => readReports(patterns, cwd, before),
    close: () => folder.close(),
  };
}
