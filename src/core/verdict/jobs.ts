import { BadValue, type InputDefinition } from '../inputs/inputs.js';
import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import { cell, markdown, tableLines, type Cell } from '../kernel/markdown.js';
import { COST_HEADINGS, describeTotal, readCosts, renderCosts } from './job-costs.js';

/** One job of a run, as in GitHub's `needs` context. */
export interface JobResult {
  readonly name: string;
  /** success, failure, cancelled or skipped */
  readonly result: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** An input that holds the `needs` context as JSON. */
export function needsInput(description: string): InputDefinition<readonly JobResult[] | undefined> {
  const allowed = 'the `needs` context as JSON: `${{ toJSON(needs) }}`';
  return {
    takes: 'JSON',
    description,
    parse(input) {
      try {
        const jobs = Object.entries(
          JSON.parse(input) as Record<string, { result: string; outputs?: Record<string, string> | null }>,
        );
        if (jobs.length > 0 && jobs.every(([, job]) => typeof job.result === 'string')) {
          // A skipped job may have no outputs.
          return jobs.map(([name, { result, outputs }]) => ({ name, result, outputs: outputs ?? {} }));
        }
      } catch {
        // Reported below.
      }
      throw new BadValue(allowed);
    },
  };
}

/** The verdict on one job. */
export interface JudgedJob {
  readonly job: JobResult;
  /** `prepared`: a job that tests nothing, such as the one that chooses environments. */
  readonly kind: 'passed' | 'failed' | 'skipped' | 'not chosen' | 'prepared';
  /** Why, for `failed` and `skipped`; otherwise ''. */
  readonly why: string;
}

export interface JudgedRun {
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly jobs: readonly JudgedJob[];
}

/**
 * One verdict on all environments of a run. A green run needs the verdict of each environment, because a job may
 * succeed without testing anything.
 *
 * @param chosen names of the jobs that must have a verdict. Default: the names that a job lists in its output
 *   `environments`; without such an output, all jobs
 */
export function judgeRun(jobs: readonly JobResult[], chosen = findChosen(jobs)): JudgedRun {
  const judged = jobs.map((job) => judgeJob(job, chosen?.includes(job.name)));
  for (const name of chosen ?? [])
    if (!jobs.some((job) => job.name === name))
      judged.push({ job: { name, result: '', outputs: {} }, kind: 'failed', why: 'not in `needs`' });
  const has = (kind: JudgedJob['kind']): boolean => judged.some((one) => one.kind === kind);
  if (has('failed')) return { verdict: 'failed', jobs: judged };
  if (has('passed')) return { verdict: 'passed', jobs: judged };
  return { verdict: has('skipped') ? 'skipped' : 'failed', jobs: judged };
}

/** @param isChosen `undefined` when no job lists the chosen environments */
function judgeJob(job: JobResult, isChosen: boolean | undefined): JudgedJob {
  const { result, outputs } = job;
  const { verdict = '', reason = '' } = outputs;
  // The outputs of a job that did not run mean nothing, whatever the runner puts into them.
  if (result === 'skipped') {
    return isChosen ? { job, kind: 'failed', why: 'did not run' } : { job, kind: 'not chosen', why: '' };
  }
  if (result !== 'success') return { job, kind: 'failed', why: result || 'no result' };
  if (verdict === 'passed') return { job, kind: 'passed', why: '' };
  if (verdict === 'skipped') return { job, kind: 'skipped', why: reason };
  if (verdict === 'failed') return { job, kind: 'failed', why: 'failed' };
  if (verdict !== '') return { job, kind: 'failed', why: `the unknown verdict "${verdict}"` };
  // GitHub leaves an empty output out of `needs`, so a job without a verdict did not finish its tests.
  return (isChosen ?? !('environments' in outputs))
    ? { job, kind: 'failed', why: 'no verdict' }
    : { job, kind: 'prepared', why: '' };
}

function findChosen(jobs: readonly JobResult[]): readonly string[] | undefined {
  const text = jobs.map(({ outputs }) => outputs['environments']).find((one) => one !== undefined);
  try {
    const names = JSON.parse(text ?? 'null') as unknown;
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** What report-tests fails with; `undefined` when the run did not fail. */
export function toRunFailure({ verdict, jobs }: JudgedRun): Failure | undefined {
  if (verdict !== 'failed') return undefined;
  const failed = jobs.filter(({ kind }) => kind === 'failed').map(({ job, why }) => `${job.name} (${why})`);
  const message = failed.length > 0 ? `Not successful: ${failed.join(', ')}.` : 'No environment was tested.';
  return new Failure('environments-failed', message, {
    hint: advice.LOOK_AT_FAILED_JOBS,
  });
}

/** A table of the environments. The outputs of jobs are escaped. @param isRerun this is not the run's first attempt */
export function summarizeJobs({ verdict, jobs }: JudgedRun, isRerun = false): string {
  const shown = jobs.filter(({ kind }) => kind !== 'prepared');
  const failed = listJobs(jobs, 'failed');
  const title =
    verdict === 'failed' ? `${failed || 'no environment was tested'}${failed && ' not successful'}` : TITLES[verdict];
  const costs = shown.map(({ job, kind }) => (kind === 'not chosen' ? undefined : readCosts(job.outputs)));
  const total = describeTotal(costs, isRerun);
  return [
    `### All environments: ${title}`,
    '',
    ...tableLines(
      ['Environment', 'Machine', { right: 'Minutes' }, ...(total === undefined ? [] : COST_HEADINGS), 'Verdict'],
      shown.map(({ job, kind, why }, at) => {
        const { machine = '', minutes = '' } = job.outputs;
        const cells = total === undefined ? [] : renderCosts(costs[at]);
        return [job.name, machine, minutes, ...cells, describe(kind, `${why}${describeInterruption(job, kind)}`)];
      }),
    ),
    '',
    ...(total === undefined ? [] : [total, '']),
  ].join('\n');
}

const TITLES = { passed: 'no environment failed', skipped: 'nothing was tested' } as const;

/** The names of the jobs of one kind; a skipped job with its reason. */
export function listJobs(jobs: readonly JudgedJob[], kind: JudgedJob['kind']): string {
  const chosen = jobs.filter((one) => one.kind === kind);
  return chosen.map(({ job, why }) => (kind === 'skipped' ? `${job.name} (${why})` : job.name)).join(', ');
}

function describe(kind: JudgedJob['kind'], why: string): Cell {
  if (kind === 'failed') return markdown(`**${cell(why)}**`);
  return kind === 'skipped' ? `skipped: ${why}` : `${kind}${why}`;
}

/** Why the job's tests ran twice, or did not finish. A job that did not run keeps nothing of this. */
function describeInterruption({ outputs }: JobResult, kind: JudgedJob['kind']): string {
  const { interrupted = '', verdict = '' } = outputs;
  if (interrupted !== 'true' || (kind !== 'passed' && kind !== 'failed')) return '';
  const second = verdict === '' ? '' : 'on a second machine, because ';
  return `, ${second}EC2 took the spot machine away`;
}
