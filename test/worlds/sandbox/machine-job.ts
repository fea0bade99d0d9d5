import type { Job } from '../../../sandbox/sandbox.js';
import { evaluate, interpolate, type Contexts } from '../expressions.js';
import type { Scene } from './scene.js';
import type { Outcome, WorkflowJob, WorkflowStep } from './workflow.js';

/** What jobs find on their machines. */
export interface Stage {
  /** The repository's files, for actions/checkout. */
  readonly repository: string;
  /** Programs that come first in PATH of jobs on machines. */
  readonly programs: string;
}

export interface JobOf {
  readonly job: WorkflowJob;
  readonly contexts: Contexts;
  readonly env: Readonly<Record<string, string>>;
  readonly stage: Stage & { readonly runId: number };
}

/** A line of a job's log with the outputs of the step before. */
const OUTPUTS = /^##\[outputs ([\w-]*)\](\S*)$/gm;

/** A job for a runner with its labels: the sandbox's GitHub places it, and the stand-in runner runs its steps. */
export class MachineJob {
  private queued: Job | undefined;

  constructor(
    private readonly scene: Scene,
    private readonly request: JobOf & { readonly labels: readonly string[] },
  ) {}

  async run(): Promise<Outcome> {
    const { job, labels, env, stage } = this.request;
    const contexts = { ...this.request.contexts, runner: { environment: 'self-hosted' } };
    const steps = job.steps
      .filter((step) => step.if === undefined || evaluate(step.if, contexts) === true)
      .map((step) => this.toScript(step, contexts));
    const { github } = this.scene.sandbox;
    this.queued = github.queueJob({ labels, steps, env, name: job.name, runId: stage.runId });
    const result = await this.queued.finished;
    const { log, runner } = this.queued;
    const outputs = [...log.matchAll(OUTPUTS)].map(([, id = '', encoded = '']) => {
      const text = Buffer.from(encoded, 'base64').toString();
      return [id, { outputs: Object.fromEntries(text.split('\n').map(splitLine)) }] as const;
    });
    return { result, outputs: {}, log, steps: Object.fromEntries(outputs), ...(runner && { runner: runner.name }) };
  }

  cancel(): void {
    this.queued?.cancel();
  }

  private toScript({ id = '', uses, env = {}, run = '' }: WorkflowStep, contexts: Contexts): string {
    const { repository, programs } = this.request.stage;
    const variables = Object.entries(env).map(
      ([name, value]) => `export ${name}=${quote(interpolate(String(value), contexts))}`,
    );
    return [
      // Not the home of the user that runs the tests.
      `export HOME="$CI_ACTIONS_ROOT/root" PATH=${quote(programs)}:"$PATH"`,
      'rm -f "$GITHUB_OUTPUT" && touch "$GITHUB_OUTPUT"',
      `trap 'echo; echo "##[outputs ${id}]$(base64 -w0 <"$GITHUB_OUTPUT")"' EXIT`,
      ...variables,
      uses?.startsWith('actions/checkout@') ? `cp -a ${quote(repository)}/. .` : run,
    ].join('\n');
  }
}

function splitLine(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
