import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/sandbox.js';
import { findNode24 } from '../../node24/nodes.js';
import { ACT, runAct, type ActOptions, type ActRun } from './act.js';
import { createRepository, type Branches } from './repository.js';
import { HOST, type Substitutions } from './substitute.js';
import { layOut } from './suite-copy.js';

const peers = fileURLToPath(new URL('../../../.peers', import.meta.url));
/** The GitHub-hosted labels that the workflows name. */
const HOSTED = ['ubuntu-24.04', 'ubuntu-latest', 'ubuntu-24.04-arm'];
const LIMIT_MS = 150_000;

export type Values = Readonly<Record<string, string>>;

export interface Dispatch extends Pick<ActOptions, 'onLine'> {
  /** A file in .github/workflows. */
  readonly workflow: string;
  readonly inputs?: Values;
  /** Besides the token and the AWS keys; `undefined` takes one of these away. */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  readonly calls?: Substitutions['calls'];
  readonly cancelled?: boolean;
}

/** A GitHub repository with the printed workflows and the project with six tox environments; EC2 beside it. */
export class ActWorld {
  private runs = 0;

  private constructor(
    readonly sandbox: Sandbox,
    readonly folder: string,
    readonly branches: Branches,
    private readonly workflows: readonly string[],
  ) {}

  static async open(workflows: readonly string[], options: SandboxOptions = {}): Promise<ActWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'ci-actions-act-'));
    const sandbox = await startSandbox({ ...options, directory: join(folder, 'disks') });
    const branches = createRepository(join(folder, 'git', sandbox.github.repository));
    for (const [name, commit] of Object.entries(branches)) sandbox.github.refs.set(name, commit as string);
    for (const part of ['home', 'bin', 'artifacts']) mkdirSync(join(folder, part));
    symlinkSync(findNode24(), join(folder, 'bin/node'));
    symlinkSync(join(peers, 'venv/bin/virtualenv'), join(folder, 'bin/virtualenv'));
    return new ActWorld(sandbox, folder, branches, workflows);
  }

  /** `workflow_dispatch` of one workflow, to its end. */
  async dispatch({ workflow, inputs = {}, secrets = {}, onLine, ...how }: Dispatch): Promise<ActRun> {
    this.runs += 1;
    const folder = join(this.folder, `run-${this.runs}`);
    const layout = layOut(folder, this.workflows, { calls: how.calls ?? 'own', cancelled: how.cancelled ?? false });
    const write = (name: string, values: Readonly<Record<string, string | undefined>>): string => {
      const path = join(folder, name);
      writeFileSync(path, JSON.stringify(values)); // JSON is YAML, and leaves out what is undefined.
      return path;
    };
    const secretFile = write('secrets.yml', { ...this.secrets(), ...secrets });
    const shared = [
      ...['workflow_dispatch', '--json', '--no-cache-server', '--no-skip-checkout', '--concurrent-jobs', '16'],
      ...[...HOSTED, HOST].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
      ...['--action-cache-path', join(folder, 'cache'), '--action-offline-mode'],
      ...['--var-file', write('vars.yml', {}), '--env-file', write('env.yml', this.runEnvironment())],
      ...layout,
    ];
    const own = ['--input-file', write('inputs.yml', inputs), '--secret-file', secretFile];
    return runAct({
      args: [...shared, ...own, '--workflows', `.github/workflows/${workflow}`],
      environment: this.machineEnvironment({ program: ACT, args: shared, secretFile }),
      limitMs: LIMIT_MS,
      ...(onLine && { onLine }),
    });
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private secrets(): Record<string, string> {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = this.sandbox.environment;
    const { token } = this.sandbox;
    return { GITHUB_TOKEN: token, RUNNER_TOKEN: token, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  }

  /** What GitHub tells every step of the run. No key and no token: those come by the workflow's own wiring. */
  private runEnvironment(): Record<string, string> {
    const { GITHUB_ACTION, GITHUB_JOB, GITHUB_ACTIONS, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, ...rest } =
      this.sandbox.environment;
    const { main } = this.branches;
    // act reads the commit from SHA_REF.
    return { ...rest, GITHUB_SHA: main, SHA_REF: main };
  }

  /** What is installed and set up on the machines that act's one host stands for. */
  private machineEnvironment(command: { program: string; args: string[]; secretFile: string }): Record<string, string> {
    const server = this.sandbox.environment['GITHUB_SERVER_URL'] ?? '';
    return {
      PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: join(this.folder, 'home'),
      ACT_COMMAND: JSON.stringify(command),
      ACT_ARTIFACTS: join(this.folder, 'artifacts'),
      // The project's repository instead of a git server.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${join(this.folder, 'git')}/.insteadOf`,
      GIT_CONFIG_VALUE_0: `${server}/`,
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: join(peers, 'wheels'),
      PIP_DISABLE_PIP_VERSION_CHECK: '1',
      VIRTUALENV_NO_PERIODIC_UPDATE: '1',
    };
  }
}
