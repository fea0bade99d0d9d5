import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { PhaseHost, PhaseProgram, PhaseProgramEnd } from '../core/phases/host.js';
import { FAILURE } from '../core/phases/layout.js';
import { messageOf } from '../core/kernel/failure.js';
import type { Environment } from '../core/ports/programs.js';
import { type BoundedLog, openBoundedLog } from './bounded-log.js';
import { isMask } from './masks.js';
import { findNamed, listFiles, measureFiles, readFirstLine } from './phase-files.js';
import type { PhaseMasks } from './phase-masks.js';
import { PhasePrinter, Room } from './phase-printer.js';
import { runProgram } from './programs.js';
import { composeEnvironment, print } from './setup.js';
import { watchStepFiles } from './step-files.js';

/** Of each log in the artifacts. */
const MOST_LOG_BYTES = 64 * 1024 * 1024;
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
  /** The variables GITHUB_ENV and GITHUB_PATH, with files that hold for these phases alone. Default: those of the step. */
  readonly stepFiles?: Readonly<Record<string, string>>;
  /** Files that each phase finds in its folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Texts that are replaced in the files of ours, because GitHub masks only what it shows itself. Phases add to them. */
  readonly masks: PhaseMasks;
}

/** The folder for what phases hand over to each other, which is no artifact. */
export function locateShared(artifacts: string): string {
  return `${artifacts}.shared`;
}

/** @throws Error if the folders cannot be made */
export function openPhaseHost(place: PhasePlace): PhaseHost {
  const { artifacts, directory, shared, variables, masks, stepFiles, files = {} } = place;
  for (const folder of [artifacts, shared]) mkdirSync(folder, { recursive: true });
  const env: Environment = { SHARED_DIR: shared, ...composeEnvironment(variables), ...stepFiles, ARTIFACTS: artifacts };
  const readStepFiles = watchStepFiles(env, stepFiles !== undefined);
  const at = (name: string): string => join(artifacts, name);
  const room = new Room();
  return {
    artifacts,
    listArtifacts: () => readdirSync(artifacts).sort(),
    makeFolder: (name) => void mkdirSync(at(name), { recursive: true }),
    writeFile: (name, text) => writeFileSync(clear(at(name)), masks.hide(text)),
    writeShared: (name, text) => writeFileSync(join(shared, name), text),
    appendLine: (name, line) => appendFileSync(clear(at(name)), `${masks.hide(line)}\n`),
    readFile: (name) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : ''),
    readFirstLine: (name) => readFirstLine(at(name)),
    removeFile: (name) => rmSync(at(name), { force: true, recursive: true }),
    listFiles: (folder, most, first) => listFiles(at(folder), most, first),
    findFailures: (folder) => findNamed(at(folder), FAILURE).map((path) => `${folder}/${path}`),
    findFiles: (pattern, folder) => measureFiles(folder === undefined ? directory : at(folder), pattern),
    run(program) {
      const { title, prefix } = program;
      const printer = new PhasePrinter({ title, prefix, log: at(program.log) }, room);
      // As in the steps of a job, what a phase wrote to GITHUB_ENV and GITHUB_PATH holds for those that begin later.
      const { variables: written, prepend } = readStepFiles();
      const path = { PATH: prepend(written['PATH'] ?? env['PATH'] ?? '') };
      const whole = { ...env, ...written, ...path, ...program.env };
      for (const [name, text] of Object.entries(files)) put(join(dirname(at(program.log)), name), masks.hide(text));
      return run(program, { directory, env: whole, log: at(program.log), masks, printer });
    },
  };
}

interface Surroundings {
  readonly directory: string;
  readonly env: Environment;
  /** The path of the log. */
  readonly log: string;
  readonly masks: PhaseMasks;
  readonly printer: PhasePrinter;
}

async function run(program: PhaseProgram, around: Surroundings): Promise<PhaseProgramEnd> {
  const { commands, boundMs, signal } = program;
  const { directory: cwd, env, masks, printer } = around;
  const lastLines: string[] = [];
  const log = openLog(around.log);
  const onLine = (line: string): void => {
    masks.note(line);
    printer.print(line);
    // A value of several lines is written in one, so it would not be found.
    if (isMask(line)) return log.write(MASKED);
    log.write(masks.hide(line));
    if (line.trim() === '') return;
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
  };
  const args = ['-eo', 'pipefail', '-c', commands];
  let logProblem: string | undefined;
  try {
    restore(cwd);
    const ended = await runProgram({ command: 'bash', args, cwd, env, boundMs, signal, onLine });
    printer.end();
    logProblem = log.close() ?? (isFile(around.log) ? undefined : 'the phase removed it');
    const shown = lastLines.map((line) => masks.hide(readable(line))).filter((line) => line !== '');
    return { ...ended, lastLines: shown, ...(logProblem && { logProblem }) };
  } finally {
    log.close();
  }
}

/** What a log has in place of a line that masks a text. */
const MASKED = '::add-mask::***';

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Removes what a program put in the place of a file: a pipe would wait for a reader, a link lead elsewhere. @returns the path */
function clear(path: string): string {
  if (!isFile(path)) rmSync(path, { force: true, recursive: true });
  return path;
}

/** A disk that is full must not end a cleanup. */
function put(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    print(`${path} cannot be written: ${messageOf(error)}.`);
  }
}

/** A phase may remove the checkout, for example to make it anew. Without a working directory, no cleanup could begin. */
function restore(directory: string): void {
  if (existsSync(directory)) return;
  print(`${directory} was removed by an earlier phase. It is made again, and is empty.`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch {
    // The program cannot be started then, and that is reported.
  }
}

/** A line without colors, as a terminal shows it at last: a progress bar returns to its beginning. */
function readable(line: string): string {
  const text = line.trimEnd();
  const from = text.lastIndexOf('\r') + 1;
  const shown = stripVTControlCharacters(text.slice(from, from + LONGEST_LINE * 4)).trimEnd();
  return shown.length > LONGEST_LINE ? `${shown.slice(0, LONGEST_LINE)}…` : shown;
}

/** Without a log, because the disk is full or the folder was removed, the phase runs nevertheless. */
function openLog(path: string): BoundedLog {
  try {
    return openBoundedLog(path, MOST_LOG_BYTES);
  } catch (error) {
    const problem = messageOf(error);
    print(`No log can be written to ${path}: ${problem}.`);
    return { write: () => undefined, close: () => problem };
  }
}
