import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { compilePatterns } from '../core/inputs/file-patterns.js';
import { FAILURE } from '../core/phases/layout.js';
import type { FoundFile, PhaseHost, PhaseProgram, PhaseProgramEnd } from '../core/phases/host.js';
import { messageOf } from '../core/kernel/failure.js';
import type { Environment } from '../core/ports/programs.js';
import { openBoundedLog } from './bounded-log.js';
import { findFiles } from './find-files.js';
import { hider } from './hide.js';
import { isMask, readMask } from './masks.js';
import { runProgram } from './programs.js';
import { composeEnvironment, print } from './setup.js';

const MIB = 1024 * 1024;
/** Of each log in the artifacts. */
const MOST_LOG_BYTES = 64 * MIB;
/** Characters of each phase in the log of the step. A page of GitHub's shows no more in reasonable time. */
const MOST_PRINTED = 4 * MIB;
/** The same of all phases together, for lists of many phases. */
const MOST_PRINTED_IN_ALL = 32 * MIB;
/** Lines of a failed phase in its FAILURE. */
const LAST_LINES = 20;
const LONGEST_LINE = 500;

/** Where phases run. */
export interface PhasePlace {
  /** The working directory, absolute. */
  readonly directory: string;
  /** The folder for artifacts, absolute. */
  readonly artifacts: string;
  /** A folder for what phases hand over to each other, absolute. */
  readonly shared: string;
  /** What the user set by inputs. */
  readonly variables: Environment;
  /** Texts that are replaced in the files of ours: GitHub masks only what it shows itself. */
  readonly secrets: readonly string[];
  /** Called with each text that a phase masks. */
  readonly onMask?: (text: string) => void;
}

/** @throws Error if the folders cannot be made */
export function openPhaseHost(place: PhasePlace): PhaseHost {
  const { artifacts, directory, shared, variables } = place;
  for (const folder of [artifacts, shared]) mkdirSync(folder, { recursive: true });
  const hide = openHider(place);
  const env = { SHARED_DIR: shared, ...composeEnvironment(variables), ARTIFACTS: artifacts };
  const at = (name: string): string => join(artifacts, name);
  let left = MOST_PRINTED_IN_ALL;
  return {
    artifacts,
    listArtifacts: () => readdirSync(artifacts).sort(),
    makeFolder: (name) => void mkdirSync(at(name), { recursive: true }),
    writeFile: (name, text) => writeFileSync(at(name), hide.text(text)),
    appendLine: (name, line) => appendFileSync(at(name), `${hide.text(line)}\n`),
    readFile: (name) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : ''),
    removeFile: (name) => rmSync(at(name), { force: true }),
    findFailures: (folder) => findNamed(artifacts, folder),
    findFiles: (pattern, folder) => measureFiles(folder === undefined ? directory : at(folder), pattern),
    run(program) {
      const printer = new Printer(program.prefix, `${artifacts}/${program.log}`);
      const take = (length: number): boolean => (left -= length) > 0;
      return run(program, { directory, env: { ...env, ...program.env }, log: at(program.log), hide, printer, take });
    },
  };
}

interface Surroundings {
  readonly directory: string;
  readonly env: Environment;
  /** The path of the log. */
  readonly log: string;
  readonly hide: Hider;
  readonly printer: Printer;
  /** Whether the log of the step has room for so many characters. */
  readonly take: (length: number) => boolean;
}

async function run(program: PhaseProgram, around: Surroundings): Promise<PhaseProgramEnd> {
  const { commands, boundMs, signal } = program;
  const lastLines: string[] = [];
  const log = openLog(around.log);
  const onLine = (line: string): void => {
    // GitHub must get a mask however much was printed, and finds no command behind a prefix.
    if (around.hide.learn(line)) return void (log.write(MASKED), print(line));
    log.write(around.hide.text(line));
    around.printer.print(line, around.take);
    if (line.trim() === '') return;
    lastLines.push(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
  };
  const args = ['-eo', 'pipefail', '-c', commands];
  const { directory: cwd, env } = around;
  try {
    const ended = await runProgram({ command: 'bash', args, cwd, env, boundMs, signal, onLine });
    return { ...ended, lastLines };
  } finally {
    log.close();
  }
}

/** What a log has in place of a line that masks a text. */
const MASKED = '::add-mask::***';

interface Hider {
  /** Replaces the secrets. */
  text(text: string): string;
  /** Whether the line masks a text, which is replaced from now on. */
  learn(line: string): boolean;
}

function openHider({ secrets, onMask }: PhasePlace): Hider {
  const all = new Set(secrets);
  let hide = hider(secrets);
  return {
    text: (text) => hide(text),
    learn: (line) => {
      for (const text of readMask(line).filter((one) => !all.has(one))) {
        all.add(text);
        onMask?.(text);
        hide = hider([...all]);
      }
      return isMask(line);
    },
  };
}

/** Without a log, because the disk is full or the folder was removed, the phase runs nevertheless. */
function openLog(path: string): { write(line: string): void; close(): void } {
  try {
    return openBoundedLog(path, MOST_LOG_BYTES);
  } catch (error) {
    print(`No log can be written to ${path}: ${messageOf(error)}.`);
    return { write: () => undefined, close: () => undefined };
  }
}

/** Prints the lines of one phase to the step's log, at most {@link MOST_PRINTED} characters. */
class Printer {
  private left = MOST_PRINTED;

  constructor(
    private readonly prefix: string,
    private readonly log: string,
  ) {}

  print(line: string, take: (length: number) => boolean): void {
    if (this.left <= 0) return;
    const length = line.length + this.prefix.length + 1;
    this.left = take(length) ? this.left - length : 0;
    print(
      this.left > 0
        ? `${this.prefix}${line}`
        : `${this.prefix}… This log has no room for more. All of it is in ${this.log}`,
    );
  }
}

/** @returns the files named FAILURE below a folder, relative to the artifacts */
function findNamed(artifacts: string, folder: string): readonly string[] {
  if (!existsSync(join(artifacts, folder))) return [];
  return readdirSync(join(artifacts, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path === FAILURE || path.endsWith(`/${FAILURE}`))
    .map((path) => `${folder}/${path}`)
    .sort();
}

async function measureFiles(folder: string, pattern: string): Promise<readonly FoundFile[]> {
  const { files } = await findFiles(folder, compilePatterns([pattern]));
  return files.flatMap(({ path, modifiedAt }) => {
    const size = statSync(join(folder, path), { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ path, bytes: size, changedAt: modifiedAt }];
  });
}
