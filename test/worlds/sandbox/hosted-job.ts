import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepResult } from '../../../sandbox/step.js';
import { evaluate, interpolate } from '../expressions.js';
import { toLocal } from '../own-repository.js';
import type { JobOf } from './machine-job.js';
import type { Scene } from './scene.js';
import type { Outcome, Result, WorkflowStep } from './workflow.js';

/** A job on GitHub's own machine: actions of this suite run as steps of the scene, scripts in an empty folder. */
export class HostedJob {
  private readonly lines: string[] = [];
  private readonly steps: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  private readonly folder: string;
  private kill: (signal: NodeJS.Signals) => void = () => undefined;
  private cancelled = false;
  private summary = '';

  constructor(
    private readonly scene: Scene,
    private readonly request: JobOf,
  ) {
    mkdirSync(join(scene.directory, 'hosted'), { recursive: true });
    this.folder = mkdtempSync(join(scene.directory, 'hosted', `${request.job.id}-`));
  }

  async run(): Promise<Outcome> {
    const after: (() => Promise<StepResult>)[] = [];
    let result: Result = 'success';
    for (const step of this.request.job.steps) {
      if (result !== 'success') break;
      if (step.if !== undefined && evaluate(step.if, this.contexts) !== true) continue;
      const code = await this.perform(step, after);
      if (code !== 0) result = this.cancelled ? 'cancelled' : 'failure';
    }
    for (const post of after) this.lines.push(...(await post()).lines);
    return { result, outputs: {}, log: this.lines.join('\n'), summary: this.summary, steps: this.steps };
  }

  /** A job with `if: always()` is not canceled by the run's cancellation. */
  cancel(): void {
    if (this.request.job.if?.includes('always()')) return;
    this.cancelled = true;
    this.kill('SIGINT');
  }

  private get contexts() {
    return { ...this.request.contexts, steps: this.steps, runner: { environment: 'github-hosted' } };
  }

  private async perform(step: WorkflowStep, after: (() => Promise<StepResult>)[]): Promise<number | null> {
    const { uses = '' } = step;
    if (uses.startsWith('actions/checkout@')) cpSync(this.request.stage.repository, this.folder, { recursive: true });
    if (step.run !== undefined) return this.runScript(step.run, step.env);
    const inputs = Object.fromEntries(
      Object.entries(step.with ?? {}).map(([name, value]) => [name, interpolate(String(value), this.contexts)]),
    );
    const how = {
      environment: { GITHUB_RUN_ID: `${this.request.stage.runId}`, GITHUB_JOB: this.request.job.id },
      onStart: (kill: (signal: NodeJS.Signals) => void) => void (this.kill = kill),
      onLine: (line: string) => void this.lines.push(line),
    };
    const action = toLocal(uses);
    if (action !== './start-runner' && action !== './stop-runner') return 0;
    const done = await (action === './start-runner' ? this.scene.start(inputs, how) : this.scene.stop(inputs, how));
    if (action === './start-runner') after.push(() => this.scene.finish(done, inputs));
    if (step.id !== undefined) this.steps[step.id] = { outputs: done.outputs };
    this.summary += done.summary;
    return done.code;
  }

  private async runScript(script: string, env: WorkflowStep['env'] = {}): Promise<number | null> {
    const summary = join(this.folder, '.summary');
    writeFileSync(summary, '');
    const own = Object.entries(env).map(([name, value]) => [name, interpolate(String(value), this.contexts)]);
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: this.folder,
      // Bash reads .bashrc of the user if its input is a socket.
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        ...this.request.env,
        ...(Object.fromEntries(own) as Record<string, string>),
        GITHUB_STEP_SUMMARY: summary,
      },
    });
    this.kill = (signal) => child.kill(signal);
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => this.lines.push(text.trimEnd()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    this.summary += readFileSync(summary, 'utf8');
    return code;
  }
}
