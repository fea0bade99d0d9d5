import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { ComposeHost } from '../core/compose/host.js';
import { compilePatterns } from '../core/inputs/file-patterns.js';
import type { Environment } from '../core/ports/programs.js';
import { openBoundedLog } from './bounded-log.js';
import { copyTree } from './copy-tree.js';
import { findFiles } from './find-files.js';
import { hider } from './hide.js';
import { locateArtifacts } from './locate-artifacts.js';
import { findProgram, runProgram } from './programs.js';
import { openWebhook } from './result-webhook.js';
import { composeEnvironment, print } from './setup.js';
import { watchStepFiles } from './step-files.js';

const MIB = 1024 * 1024;
/** Of each log in the artifacts. */
export const MOST_LOG_BYTES = 64 * MIB;
/** Of each phase in the log of the step. A page of GitHub's shows no more in reasonable time. */
const MOST_PRINTED = 4 * MIB;

/** Where a project runs. */
export interface ComposePlace {
  /** Absolute. */
  readonly directory: string;
  readonly workspace: string;
  readonly projectName: string;
  /** The folder for artifacts, absolute. Default: one that has the name of the project. */
  readonly artifacts?: string;
  /** What the user set by inputs. */
  readonly variables: Environment;
  /** Texts that are replaced in the artifacts: GitHub masks only what it shows itself. */
  readonly secrets: readonly string[];
}

export function openComposeHost(where: ComposePlace): ComposeHost {
  const { directory, workspace, projectName, variables, secrets } = where;
  const { artifacts = locateArtifacts(projectName) } = where;
  mkdirSync(artifacts, { recursive: true });
  const locate = (path: string): string => resolve(directory, path);
  const printer = new BoundedPrinter(artifacts);
  let env: Environment = { ...composeEnvironment(variables), ARTIFACTS: artifacts };
  const hide = hider(secrets);
  const place = (name: string): string => makeParents(join(artifacts, name));
  return {
    directory,
    workspace,
    artifacts,
    variables,
    get env() {
      return env;
    },
    async runScript(commands, options) {
      const readFiles = watchStepFiles(env);
      const args = ['-eo', 'pipefail', '-c', commands];
      const own = { ...env, ...options.env };
      const ended = await runProgram({ ...options, command: 'bash', args, cwd: directory, env: own });
      const { variables, prepend } = readFiles();
      env = { ...env, ...variables, PATH: prepend(variables['PATH'] ?? env['PATH'] ?? '') };
      return ended;
    },
    hasProgram: (name) => findProgram(name, env) !== undefined,
    look(path) {
      const found = statSync(locate(path), { throwIfNoEntry: false });
      if (found === undefined) return 'missing';
      return found.isDirectory() ? 'folder' : 'file';
    },
    resolveLinks: (path) => (existsSync(locate(path)) ? realpathSync(locate(path)) : undefined),
    measure(path) {
      const found = statSync(locate(path), { throwIfNoEntry: false });
      return found?.isFile() ? { bytes: found.size, changedAt: found.mtimeMs } : undefined;
    },
    read: (path) => readFileSync(locate(path), 'utf8'),
    listFolder: (path) => readdirSync(locate(path)).sort(),
    findFiles: (patterns) => findWithSizes(directory, patterns),
    makeFolder(name) {
      const path = join(artifacts, name);
      mkdirSync(path, { recursive: true });
      return path;
    },
    openLog(name) {
      printer.begin();
      const log = openBoundedLog(place(name), MOST_LOG_BYTES);
      return { write: (line) => log.write(hide(line)), close: () => log.close() };
    },
    writeFile: (name, text) => write(place(name), hide(text)),
    writePrivate: (name, text) => write(makeParents(join(locatePrivate(projectName), name)), text),
    copyIn(path, name) {
      if (!existsSync(locate(path))) return false;
      copyTree(locate(path), join(artifacts, name), {
        except: artifacts,
        onSkipped: (what) => printer.print(`Not copied: ${what}`),
      });
      return true;
    },
    connects,
    openWebhook,
    print: (line) => printer.print(line),
  };
}

/** Files that Docker and the session read, with values that no artifact may have. Beside the artifacts, never in them. */
function locatePrivate(projectName: string): string {
  return locateArtifacts(`${projectName}.private`);
}

/** Does nothing if there are none. */
export function removePrivateFiles(projectName: string): void {
  rmSync(locatePrivate(projectName), { recursive: true, force: true });
}

function makeParents(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

function write(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}

async function findWithSizes(directory: string, patterns: readonly string[]): ReturnType<ComposeHost['findFiles']> {
  const { files } = await findFiles(directory, compilePatterns(patterns));
  return files.flatMap(({ path, modifiedAt }) => {
    const size = statSync(join(directory, path), { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ path, bytes: size, changedAt: modifiedAt }];
  });
}

function connects(address: string, port: number, withinMs: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: address, port });
    const end = (isOpen: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      done(isOpen);
    };
    const timer = setTimeout(() => end(false), withinMs);
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** Prints lines to the step's log, for each phase at most {@link MOST_PRINTED}. */
class BoundedPrinter {
  private left = MOST_PRINTED;

  constructor(private readonly artifacts: string) {}

  begin(): void {
    this.left = MOST_PRINTED;
  }

  print(line: string): void {
    if (this.left <= 0) return;
    this.left -= line.length + 1;
    if (this.left > 0) return print(line);
    print(`… This log shows the first ${MOST_PRINTED / MIB} MiB of the phase. More is in ${this.artifacts}`);
  }
}
