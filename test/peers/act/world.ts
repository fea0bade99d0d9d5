import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowEvent } from '../../../sandbox/github/pull-requests.js';
import { listProcesses } from '../../../sandbox/machine/processes.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/sandbox.js';
import { findNode24 } from '../../node24/nodes.js';
import { ACT, runAct, type ActOptions, type ActRun } from './act.js';
import { createRepository, type Branches } from './repository.js';
import { HOST } from './substitute.js';
import { copyActions, copyWorkflows, type CopyOptions } from './suite-copy.js';

const peers = fileURLToPath(new URL('../../../.peers', import.meta.url));
/** The GitHub-hosted labels that the workflows name. */
const HOSTED = ['ubuntu-24.04', 'ubuntu-latest'];
/** The programs of .peers/venv that are installed on the machines. */
const INSTALLED = ['tox', 'uv', 'virtualenv'];
const LIMIT_MS = 150_000;

/** Names a requirement of a world that is not installed, and how to install it. `undefined`: none is missing. */
export function findMissing(): string | undefined {
  const needed = [ACT, join(peers, 'wheels'), ...INSTALLED.map((program) => join(peers, 'venv/bin', program))];
  const missing = needed.find((path) => !existsSync(path));
  if (missing !== undefined) return `${missing} does not exist: run scripts/peers.sh first.`;
  try {
    findNode24();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const DISPATCH = 'workflow_dispatch';
/** Jobs run in parallel, as on GitHub. act downloads nothing. */
const FIXED = '--json --no-cache-server --no-skip-checkout --action-offline-mode --concurrent-jobs 16';

type Values = Readonly<Record<string, string | undefined>>;

export interface Dispatch extends Pick<ActOptions, 'onLine' | 'kill'>, Partial<CopyOptions> {
  /** A file in .github/workflows. */
  readonly workflow: string;
  readonly inputs?: Values;
  /** In addition to the token and the AWS keys. `undefined` removes one of these. */
  readonly secrets?: Values;
  /** The branch of the dispatch. Default: main. */
  readonly branch?: string;
  /** What starts the run. Default: a dispatch. Calls with `calls: 'apart'` are dispatched in any case. */
  readonly event?: WorkflowEvent;
  /** Default: the first attempt of a new run. */
  readonly run?: { readonly id: number; readonly attempt: number };
}

export interface DispatchedRun extends ActRun {
  readonly id: number;
}

/** A GitHub repository with the printed workflows and the project with six tox environments, and an EC2 sandbox. */
export class ActWorld {
  private dispatched = 0;
  /** act's options with the folders of the actions. */
  private readonly actions: readonly string[];

  private constructor(
    readonly sandbox: Sandbox,
    readonly folder: string,
    readonly branches: Branches,
    private readonly workflows: readonly string[],
  ) {
    this.actions = copyActions(folder, workflows);
  }

  /** @param workflows files in .github/workflows */
  static async open(workflows: readonly string[], options: SandboxOptions = {}): Promise<ActWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'ci-actions-act-'));
    const sandbox = await startSandbox({ ...options, directory: join(folder, 'disks') });
    const branches = createRepository(join(folder, 'git', `${sandbox.github.repository}.git`));
    for (const part of ['home', 'bin', 'artifacts']) mkdirSync(join(folder, part));
    // Replaces the git server: git reads the bare repositories through file:// URLs.
    const servers = [sandbox.githubUrl, 'https://github.com'].map((url) => `\tinsteadOf = ${url}/\n`).join('');
    writeFileSync(join(folder, 'home/.gitconfig'), `[url "file://${join(folder, 'git')}/"]\n${servers}`);
    // tox 3 does not pass PIP_* to its commands. It does pass HOME if tox.ini lists HOME in passenv.
    mkdirSync(join(folder, 'home/.config/pip'), { recursive: true });
    const pipConfig = `[global]\nno-index = true\nfind-links = ${join(peers, 'wheels')}\n`;
    writeFileSync(join(folder, 'home/.config/pip/pip.conf'), pipConfig);
    symlinkSync(findNode24(), join(folder, 'bin/node'));
    for (const program of INSTALLED) symlinkSync(join(peers, 'venv/bin', program), join(folder, 'bin', program));
    return new ActWorld(sandbox, folder, branches, workflows);
  }

  /** Starts one workflow by `workflow_dispatch` or by another event, and waits for its end. */
  async dispatch({ workflow, inputs = {}, secrets = {}, event, ...how }: Dispatch): Promise<DispatchedRun> {
    const folder = join(this.folder, `run-${(this.dispatched += 1)}`);
    const run = how.run ?? this.beginRun();
    Object.assign(this.sandbox.github.runs.get(run.id)!, { attempt: run.attempt, status: 'in_progress' });
    const workspace = join(folder, 'workspace');
    copyWorkflows(workspace, this.workflows, { calls: 'own', ...how });
    // JSON is valid YAML, and JSON.stringify omits undefined values.
    const write = (name: string, values: object): string => {
      writeFileSync(join(folder, name), JSON.stringify(values));
      return join(folder, name);
    };
    const secretFile = write('secrets.yml', { ...this.secrets(), ...secrets });
    const platforms = [...HOSTED, HOST].flatMap((label) => ['--platform', `${label}=-self-hosted`]);
    const files = [
      '--var-file',
      write('vars.yml', {}),
      '--env-file',
      write('env.yml', this.describeRun(run, how.branch)),
    ];
    const places = ['--directory', workspace, '--action-cache-path', join(folder, 'cache')];
    const shared = [...FIXED.split(' '), ...platforms, ...files, ...places, ...this.actions];
    const payload = event ? ['--eventpath', write('event.json', event.payload)] : [];
    const own = [...payload, '--input-file', write('inputs.yml', inputs), '--secret-file', secretFile];
    const result = await runAct({
      args: [event?.name ?? DISPATCH, ...shared, ...own, '--workflows', join(workspace, '.github/workflows', workflow)],
      environment: this.describeMachine({ program: ACT, args: [DISPATCH, ...shared], secretFile }),
      limitMs: LIMIT_MS,
      ...how,
    });
    const conclusion = result.code === 0 ? 'success' : 'failure';
    Object.assign(this.sandbox.github.runs.get(run.id)!, { status: 'completed', conclusion });
    return { ...result, id: run.id };
  }

  /** The file in which run-tox looks for EC2's notice, in place of the one that a machine's boot agent writes. */
  get notice(): string {
    return join(this.folder, 'interrupted');
  }

  /** The ids of act's process and of all processes that it started. */
  processes(): number[] {
    return listProcesses({ marker: `HOME=${join(this.folder, 'home')}` });
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private beginRun(): { id: number; attempt: number } {
    const { runs, runId } = this.sandbox.github;
    const first = runs.get(runId)!;
    const id = runId + this.dispatched;
    runs.set(id, { ...first, id, headSha: this.branches.main, createdAt: Date.now() });
    return { id, attempt: 1 };
  }

  private secrets(): Values {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = this.sandbox.environment;
    const { token } = this.sandbox;
    return { GITHUB_TOKEN: token, RUNNER_TOKEN: token, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  }

  /** The variables that GitHub sets for every step. Keys and the token are omitted: the workflow itself passes those. */
  private describeRun(run: { id: number; attempt: number }, branch = 'main'): Values {
    const { main } = this.branches;
    return {
      ...this.sandbox.environment,
      ...Object.fromEntries(OMITTED.map((name) => [name, undefined])),
      GITHUB_REF: `refs/heads/${branch}`,
      GITHUB_REF_NAME: branch,
      GITHUB_RUN_ID: `${run.id}`,
      GITHUB_RUN_ATTEMPT: `${run.attempt}`,
      GITHUB_SHA: main,
      SHA_REF: main, // act reads the commit from this variable.
    };
  }

  /** The environment of the machines, which are all this host. */
  private describeMachine(command: { program: string; args: string[]; secretFile: string }): Record<string, string> {
    return {
      PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: join(this.folder, 'home'),
      ACT_COMMAND: JSON.stringify(command),
      CI_ACTIONS_INTERRUPTION: this.notice,
      ACT_ARTIFACTS: join(this.folder, 'artifacts'),
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: join(peers, 'wheels'),
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      UV_OFFLINE: '1',
      UV_NO_INDEX: '1',
      UV_FIND_LINKS: join(peers, 'wheels'),
      VIRTUALENV_NO_PERIODIC_UPDATE: '1',
      DOCKER_HOST: process.env['DOCKER_HOST'] ?? '',
      DOCKER_CONFIG: process.env['DOCKER_CONFIG'] ?? '',
    };
  }
}

/** Variables of a single step, and those that a job gets only from its own steps. */
const OMITTED = (
  'GITHUB_ACTION GITHUB_ACTIONS GITHUB_EVENT_NAME GITHUB_JOB GITHUB_WORKFLOW ' +
  'AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_REGION AWS_SECRET_ACCESS_KEY'
).split(' ');
