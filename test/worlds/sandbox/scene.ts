import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { parse } from 'yaml';
import type { ActionName } from '../../../actions/index.js';
import { startSandbox, type Job, type Sandbox, type SandboxOptions } from '../../../sandbox/sandbox.js';
import { runStep, type Step, type StepResult } from '../../../sandbox/step.js';
import { findNode24 } from '../../node24/nodes.js';
import { listLeftBehind, waitUntil } from './left-behind.js';
import { findLeaks, findObjections, type Performance } from './step-checks.js';

export type Inputs = Readonly<Record<string, string>>;
/** Options of one step. An environment variable that is `undefined` is removed. */
export type How = Partial<Pick<Step, 'node' | 'state' | 'event' | 'onLine' | 'onStart'>> & {
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

const root = new URL('../../../', import.meta.url);
const node24 = findNode24();

/** One sandbox in which steps of a workflow run: the files in `dist/` that each action.yml names. */
export class Scene {
  readonly performances: Performance[] = [];
  /** The empty folder in which a workflow would check out its repository. */
  readonly workspace: string;
  readonly home: string;

  private constructor(
    readonly sandbox: Sandbox,
    readonly directory: string,
  ) {
    this.workspace = join(directory, 'workspace');
    this.home = join(directory, 'home');
    for (const folder of [this.workspace, this.home]) mkdirSync(folder);
  }

  static async open(options: SandboxOptions): Promise<Scene> {
    const directory = mkdtempSync(join(tmpdir(), 'ci-actions-scene-'));
    chmodSync(directory, 0o755); // A runner may run as any user.
    return new Scene(await startSandbox({ ...options, directory: join(directory, 'disks') }), directory);
  }

  start(inputs: Inputs = {}, how: How = {}): Promise<StepResult> {
    return this.perform({ action: 'start-runner', step: 'main' }, inputs, how);
  }

  /** Runs start-runner's post step, with the state of its main step. */
  finish(main: StepResult, inputs: Inputs = {}): Promise<StepResult> {
    return this.perform({ action: 'start-runner', step: 'post' }, inputs, { state: main.state });
  }

  stop(inputs: Inputs = {}, how: How = {}): Promise<StepResult> {
    return this.perform({ action: 'stop-runner', step: 'main' }, inputs, how);
  }

  reap(inputs: Inputs = {}, how: How = {}): Promise<StepResult> {
    return this.perform({ action: 'reap-runners', step: 'main' }, inputs, how);
  }

  fillPool(inputs: Inputs = {}, how: How = {}): Promise<StepResult> {
    return this.perform({ action: 'fill-pool', step: 'main' }, inputs, how);
  }

  planRun(inputs: Inputs = {}, how: How = {}): Promise<StepResult> {
    return this.perform({ action: 'plan-run', step: 'main' }, inputs, how);
  }

  /** Queues a job of this run. */
  queue(label: string | undefined, steps: readonly string[] = ['echo "I am $RUNNER_NAME"'], name = 'test'): Job {
    return this.sandbox.github.queueJob({ labels: [label ?? 'start-runner has no label output'], name, steps });
  }

  /** The number of requests for an operation. */
  count(operation: string | RegExp): number {
    const fits = (name: string) => (typeof operation === 'string' ? name === operation : operation.test(name));
    return this.sandbox.requests.filter((request) => fits(request.operation)).length;
  }

  /** The parameters of every RunInstances request. */
  launches(): readonly URLSearchParams[] {
    return this.sandbox.requests
      .filter(({ operation }) => operation === 'RunInstances')
      .map(({ body }) => new URLSearchParams(body));
  }

  /** Waits for everything to be gone, with a bound. */
  async expectNothingIsLeft(): Promise<void> {
    await this.until(() => this.listLeftBehind().length === 0);
    expect(this.listLeftBehind()).toEqual([]);
  }

  /** See {@link waitUntil}. */
  until(isTrue: () => boolean): Promise<void> {
    return waitUntil(this.sandbox, isTrue);
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  private async perform(part: Part, inputs: Inputs, how: How): Promise<StepResult> {
    const { script, declared } = readAction(part);
    const { environment, ...rest } = how;
    const passed = { 'github-token': this.sandbox.token, ...inputs };
    const result = await runStep({
      node: node24,
      ...rest,
      script,
      // GitHub passes every declared input. An input that the workflow leaves out arrives as ''.
      inputs: { ...declared, ...passed },
      environment: withoutUndefined({
        ...this.sandbox.environment,
        HOME: this.home,
        GITHUB_WORKSPACE: this.workspace,
        ...environment,
      }),
    });
    this.performances.push({ inputs: passed, result });
    return result;
  }

  private listLeftBehind(): string[] {
    return listLeftBehind(this.sandbox, join(this.directory, 'disks'));
  }
}

/** Runs a test in a sandbox of its own, then checks all its steps: see {@link expectCleanRecord}. */
export async function inSandbox(options: SandboxOptions, play: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await Scene.open(options);
  try {
    await play(scene);
    expectCleanRecord(scene);
  } finally {
    await scene.close();
  }
}

/** GitHub's API description allows every request and answer, and no step has printed a secret. */
export function expectCleanRecord({ sandbox, performances }: Scene): void {
  expect(findObjections(sandbox.requests)).toEqual([]);
  expect(findLeaks(performances, sandbox.requests)).toEqual([]);
}

/**
 * The error annotations of a failed step, as GitHub shows them: what, why, what to do, code. Checks that each code is
 * followed by the link of its page, and leaves the link out.
 */
export function errorOf(result: StepResult): string {
  const errors = result.lines.filter((line) => line.startsWith('::error'));
  return errors.map((line) => withoutLink(line.replace(/^::error[^:]*::/, '').replaceAll('%0A', '\n'))).join('\n');
}

function withoutLink(error: string): string {
  const [, code] = /^Code: ([a-z-]+)/m.exec(error) ?? [];
  if (code === undefined) return error;
  const link = new RegExp(`\nMore: \\S*docs/errors\\.md#${code}$`);
  expect(error).toMatch(link);
  return error.replace(link, '');
}

/** The log as GitHub shows it. */
export function logOf(result: StepResult): string {
  return result.lines.filter((line) => !/^::(add-mask|debug)::/.test(line)).join('\n');
}

interface Part {
  readonly action: ActionName;
  readonly step: 'main' | 'post';
}

function readAction({ action, step }: Part): { script: string; declared: Inputs } {
  const file = new URL(`${action}/action.yml`, root);
  const { inputs, runs } = parse(readFileSync(file, 'utf8')) as {
    inputs: Readonly<Record<string, { default?: string } | null>>;
    runs: Readonly<Record<string, string>>;
  };
  const declared = Object.entries(inputs).map(([name, input]) => [name, input?.default ?? '']);
  return { script: fileURLToPath(new URL(runs[step] ?? '', file)), declared: Object.fromEntries(declared) };
}

function withoutUndefined(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}
