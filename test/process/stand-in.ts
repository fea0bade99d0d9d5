import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PATIENCE_MS } from '../worlds/patience.js';
import type { GitHubSandbox } from '../worlds/sandbox/github.js';

const PROGRAM = fileURLToPath(new URL('../../sandbox/stand-in-runner/', import.meta.url));

export interface StandIn {
  readonly home: string;
  readonly process: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

const started: StandIn[] = [];
const folders: string[] = [];

/** A folder that {@link removeRunners} removes after the test. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  folders.push(folder);
  return folder;
}

/** A copy of the runner program in a folder of its own. */
export function installRunner(): string {
  const home = makeFolder('stand-in-runner');
  cpSync(PROGRAM, home, { recursive: true });
  return home;
}

/** Runs `run.sh`, or another program of the runner's folder. */
export function runRunner(about: {
  home?: string;
  jitConfig?: string;
  env?: Record<string, string>;
  command?: readonly string[];
}): StandIn {
  const { home = installRunner(), jitConfig, env = {}, command = ['run.sh'] } = about;
  const [program = '', ...args] = command;
  const child = spawn(join(home, program), args, {
    detached: true,
    env: {
      PATH: process.env['PATH'],
      RUNNER_ALLOW_RUNASROOT: '1',
      ...(jitConfig && { ACTIONS_RUNNER_INPUT_JITCONFIG: jitConfig }),
      ...env,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (piece) => (text += piece));
  const ended = new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal ?? '')),
  );
  const standIn = { home, process: child, output: () => text, ended };
  started.push(standIn);
  return standIn;
}

/** Kills the whole process group at once, like a loss of power. */
export function pullThePlug({ process: child }: StandIn): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    process.kill(-child.pid, 'SIGKILL');
}

export async function removeRunners(): Promise<void> {
  for (const standIn of started.splice(0)) {
    pullThePlug(standIn);
    await standIn.ended;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Registers a just-in-time runner of the repository. */
export async function register(sandbox: GitHubSandbox, name: string, labels: string[] = [name]) {
  const [owner = '', repo = ''] = sandbox.github.repository.split('/');
  const request = { owner, repo, name, runner_group_id: 1, labels };
  const { data } = await sandbox.octokit().rest.actions.generateRunnerJitconfigForRepo(request);
  return { id: data.runner.id, jitConfig: data.encoded_jit_config };
}

/** Checks every few milliseconds. Throws after {@link PATIENCE_MS}. */
export async function until(what: string, holds: () => unknown): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`It never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Starts a runner and waits until it listens. */
export async function startListening(
  sandbox: GitHubSandbox,
  name: string,
  about: Parameters<typeof runRunner>[0] = {},
): Promise<StandIn & { id: number }> {
  const { id, jitConfig } = await register(sandbox, name);
  const runner = runRunner({ jitConfig, ...about });
  await until('Listening for Jobs', () => runner.output().includes('Listening for Jobs'));
  return { ...runner, id };
}
