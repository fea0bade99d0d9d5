import { evaluate, interpolate, type Contexts } from '../expressions.js';
import { HostedJob } from './hosted-job.js';
import { MachineJob, type Stage } from './machine-job.js';
import type { Scene } from './scene.js';
import { readWorkflow, type JobResult, type Values, type WorkflowJob } from './workflow.js';

export interface Play extends Stage {
  readonly scene: Scene;
  /** The workflow's text. */
  readonly text: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly runId: number;
}

/**
 * Plays a workflow as GitHub does: its own evaluator computes conditions, labels and inputs; hosted jobs run here, the others
 * wait until the sandbox's GitHub has a runner with their labels. All steps are known: `run`, actions of this suite,
 * actions/checkout, and configure-aws-credentials, which does nothing.
 */
export class WorkflowPlay {
  readonly jobs: Record<string, JobResult> = {};
  private readonly running = new Map<string, { cancel(): void }>();
  private cancelled = false;
  private forced = false;
  private readonly workflow;

  constructor(private readonly play: Play) {
    this.workflow = readWorkflow(play.text);
  }

  /** Resolves when all jobs have ended. @returns whether the run is green */
  async toEnd(): Promise<boolean> {
    const { scene, runId } = this.play;
    const { runs, runId: first } = scene.sandbox.github;
    if (!runs.has(runId)) runs.set(runId, { ...runs.get(first)!, id: runId, createdAt: Date.now() });
    Object.assign(runs.get(runId)!, { status: 'in_progress', conclusion: null });
    const ends = new Map<string, Promise<void>>();
    // A job stands below those that it needs.
    for (const job of this.workflow.jobs) {
      const needed = job.needs.map(
        (id) => ends.get(id) ?? Promise.reject(new Error(`${id} does not stand above ${job.id}.`)),
      );
      ends.set(
        job.id,
        Promise.all(needed).then(async () => void (this.jobs[job.id] = await this.perform(job))),
      );
    }
    await Promise.all(ends.values());
    const green = Object.values(this.jobs).every(({ result }) => result === 'success' || result === 'skipped');
    Object.assign(runs.get(runId)!, { status: 'completed', conclusion: green ? 'success' : 'failure' });
    return green;
  }

  /** Cancels the run: jobs that wait or run end. Jobs with `if: always()` still run, unless the cancellation is forced. */
  cancel(how: 'gently' | 'by force' = 'gently'): void {
    this.cancelled = true;
    this.forced = how === 'by force';
    for (const job of this.running.values()) job.cancel();
  }

  private async perform(job: WorkflowJob): Promise<JobResult> {
    if (this.forced) return { result: 'cancelled', outputs: {}, log: '' };
    const contexts = this.contextsOf(job);
    const results = job.needs.map((id) => this.jobs[id]!.result);
    const success = !this.cancelled && results.every((one) => one === 'success');
    const condition = job.if ?? 'success()';
    const status = { always: true, success, cancelled: this.cancelled, failure: results.includes('failure') };
    if (evaluate(condition, contexts, status) !== true)
      return { result: this.cancelled ? 'cancelled' : 'skipped', outputs: {}, log: '' };
    const place = interpolate(job['runs-on'], contexts);
    const env = this.interpolateAll({ ...this.workflow.env, ...job.env }, contexts);
    const request = { job, contexts, env, stage: this.play };
    const one = place.startsWith('ubuntu')
      ? new HostedJob(this.play.scene, request)
      : new MachineJob(this.play.scene, { ...request, labels: JSON.parse(place) as string[] });
    this.running.set(job.id, one);
    const { steps, ...outcome } = await one.run().finally(() => this.running.delete(job.id));
    return { ...outcome, outputs: this.interpolateAll(job.outputs ?? {}, { ...contexts, steps }) };
  }

  private contextsOf({ needs }: WorkflowJob): Contexts {
    const { inputs = {}, vars = {}, secrets = {}, runId } = this.play;
    const ofNeeds = needs.map((id) => [id, { result: this.jobs[id]!.result, outputs: this.jobs[id]!.outputs }]);
    const { repository } = this.play.scene.sandbox.github;
    const github = { run_id: `${runId}`, run_attempt: '1', repository };
    return { github, inputs, vars, secrets, needs: Object.fromEntries(ofNeeds) as Record<string, unknown> };
  }

  private interpolateAll(values: Values, contexts: Contexts): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, interpolate(String(value), contexts)]),
    );
  }
}
