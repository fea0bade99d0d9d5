import { parse } from 'yaml';

export type Values = Readonly<Record<string, string | number | boolean>>;

/** The parts of a workflow that {@link playWorkflow} understands. */
export interface WorkflowStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Values;
  readonly env?: Values;
  readonly run?: string;
}
export interface WorkflowJob {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
  readonly if?: string;
  readonly 'runs-on': string;
  readonly env?: Values;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
}
export interface Workflow {
  readonly env: Values;
  readonly jobs: readonly WorkflowJob[];
}

export function readWorkflow(text: string): Workflow {
  const { env = {}, jobs } = parse(text) as {
    env?: Workflow['env'];
    jobs: Record<string, Omit<WorkflowJob, 'id' | 'needs'> & { needs?: string | string[] }>;
  };
  return { env, jobs: Object.entries(jobs).map(([id, job]) => ({ ...job, id, needs: [job.needs ?? []].flat() })) };
}

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';
export interface JobResult {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
  /** The runner's name; `undefined` for a hosted job and one that did not begin. */
  readonly runner?: string;
  /** What its steps wrote into the job summary. Hosted jobs alone. */
  readonly summary?: string;
}

/** Everything that one step of a hosted job or a job on a machine left. */
export interface Outcome extends JobResult {
  readonly steps: Readonly<Record<string, { readonly outputs: Readonly<Record<string, string>> }>>;
}
