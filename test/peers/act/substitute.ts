/**
 * Replaces the parts of a workflow that act cannot run as GitHub does. docs/inside/testing.md lists every replacement. The
 * rest of a printed workflow is not changed.
 */
import { parse, stringify } from 'yaml';
import { ownRepository, toLocal } from '../../worlds/own-repository.js';

type Fields = Record<string, unknown>;
type Step = Fields & { uses?: string; if?: string };
type Job = Fields & { uses?: string; if?: string; steps?: Step[] };

export interface Substitutions {
  /** Reads the text of a called workflow. */
  readonly read: (path: string) => string;
  /** `own`: act itself calls workflows. `apart`: each call runs in a separate act, and its failure does not end the caller. */
  readonly calls: 'own' | 'apart';
  /** Adds `if: always()` also to the steps of `if: always()` jobs. Otherwise a cancelled act skips these steps. */
  readonly cancelled?: boolean;
  /**
   * For a later attempt: the jobs that succeeded in the first attempt, with the outputs of their steps. "Re-run failed
   * jobs" does not run these jobs again, and keeps their outputs.
   */
  readonly kept?: Readonly<Record<string, KeptOutputs>>;
}

/** Outputs by the step's id. */
export type KeptOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The label for jobs whose `runs-on` is an expression, which act evaluates only when the job begins. */
export const HOST = 'act-host';
/** This suite's actions in act's local repositories, at the ref REF. */
export const SUITE = ownRepository;
const REF = 'act';
const CALL = 'act/call@act';

export function substituteWorkflow(text: string, how: Substitutions): string {
  const workflow = parse(guardOutputs(text)) as Fields & { jobs: Record<string, Job> };
  for (const [id, job] of Object.entries(workflow.jobs)) {
    const outputs = how.kept?.[id];
    if (outputs) keepOutputs(job, outputs);
    substituteJob(job, how);
  }
  if (how.calls === 'apart') exposeOutputs(workflow);
  return stringify(workflow, { lineWidth: 0 });
}

/** On GitHub the outputs of a skipped job are empty. act returns the text of their expressions. */
function guardOutputs(text: string): string {
  return text.replaceAll(
    /\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g,
    "(needs.$1.result != 'skipped' && needs.$1.outputs.$2 || '')",
  );
}

/** Replaces the steps of a composite action. */
export function substituteAction(text: string): string {
  const action = parse(text) as Fields & { runs: { steps?: Step[] } };
  action.runs.steps?.forEach(substituteStep);
  return stringify(action, { lineWidth: 0 });
}

/** `owner/name@ref` of all actions that a workflow or action uses, including this suite's. */
export function listActions(text: string): string[] {
  const { jobs = {}, runs } = parse(text) as {
    jobs?: Record<string, Job>;
    runs?: { steps?: Step[] };
  };
  const steps = [...Object.values(jobs).flatMap((job) => job.steps ?? []), ...(runs?.steps ?? [])];
  return steps.flatMap(({ uses = '' }) => {
    const [, action, ref] = /^([^./$][^/]*\/[^/@]+)[^@]*@(.+)$/.exec(uses) ?? [];
    return action ? [`${action}@${ref}`] : [];
  });
}

function substituteJob(job: Job, { calls, cancelled = false, read }: Substitutions): void {
  const runsOn = job['runs-on'];
  // If there are several labels, act uses the first that it knows.
  if (typeof runsOn === 'string' && runsOn.includes('${{')) job['runs-on'] = [HOST, runsOn];
  if (job.uses !== undefined) {
    // `$/…` and `org/ci-actions/…@v1` both refer to the copies beside the workflow.
    job.uses = toLocal(job.uses);
    if (calls === 'apart') callApart(job, read);
  }
  const always = cancelled && job.if?.includes('always()');
  for (const step of job.steps ?? []) {
    substituteStep(step);
    if (always) step.if ??= 'always()';
  }
}

/** `$/folder` is this repository at this commit. Workflows of other repositories use `org/ci-actions/folder@v1`. */
function substituteStep(step: Step): void {
  if (step.uses === undefined) return;
  const local = toLocal(step.uses);
  if (local !== step.uses) step.uses = `${SUITE}/${local.slice('./'.length)}@${REF}`;
}

/** Replaces the job's steps with steps that only set the kept outputs, from which the job's outputs are computed again. */
function keepOutputs(job: Job, outputs: KeptOutputs): void {
  job.steps = Object.entries(outputs).map(([id, values]) => ({
    id,
    env: { VALUES: JSON.stringify(values) },
    run: `node -e 'for (const [name, text] of Object.entries(JSON.parse(process.env.VALUES))) fs.appendFileSync(process.env.GITHUB_OUTPUT, name + "<<end\\n" + text + "\\nend\\n")'`,
  }));
  job['outputs'] = mapValues(job['outputs'] as Record<string, string>, (text) =>
    text.replaceAll('github.run_attempt', "'1'"),
  );
}

function callApart(job: Job, read: Substitutions['read']): void {
  const {
    uses,
    with: inputs = {},
    secrets = {},
  } = job as { uses: string; with?: Fields; secrets?: Fields | 'inherit' };
  for (const key of ['uses', 'with', 'secrets']) delete job[key];
  const passedSecrets = secrets === 'inherit' ? { CALL_SECRETS: secrets } : prefix('CALL_SECRET:', secrets);
  job['runs-on'] = HOST;
  job['outputs'] = mapValues(callOf(parse(read(uses)))?.outputs, (_, name) => `\${{ steps.call.outputs.${name} }}`);
  job.steps = [
    { id: 'call', uses: CALL, with: { workflow: uses }, env: { ...prefix('CALL_INPUT:', inputs), ...passedSecrets } },
  ];
}

/** Lets a called workflow run separately, with a last job that prints its outputs for {@link CALL}. */
function exposeOutputs(workflow: Fields & { jobs: Record<string, Job> }): void {
  const call = callOf(workflow);
  if (!call) return;
  (workflow['on'] as Fields)['workflow_dispatch'] = { inputs: call.inputs };
  const env = mapValues(call.outputs, ({ value }) => guardOutputs(value.replaceAll(/\bjobs\./g, 'needs.')));
  const run = `node -e 'console.log("act-outputs " + JSON.stringify(JSON.parse(process.env.NAMES).reduce((all, name) => ({ ...all, [name]: process.env["OUTPUT:" + name] }), {})))'`;
  workflow.jobs['act-outputs'] = {
    needs: Object.keys(workflow.jobs),
    if: 'always()',
    'runs-on': HOST,
    steps: [{ run, env: { NAMES: JSON.stringify(Object.keys(env)), ...prefix('OUTPUT:', env) } }],
  };
}

interface WorkflowCall {
  readonly inputs?: Fields;
  readonly outputs?: Readonly<Record<string, { readonly value: string }>>;
}

function callOf(workflow: Fields): WorkflowCall | undefined {
  return (workflow['on'] as { workflow_call?: WorkflowCall }).workflow_call;
}

function prefix(text: string, values: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${text}${name}`, String(value)]));
}

function mapValues<T>(
  values: Readonly<Record<string, T>> = {},
  map: (value: T, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}
