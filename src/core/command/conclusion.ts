import { shorten } from '../kernel/markdown.js';

/** A job of the run, as in GitHub's `needs` context. */
export interface ConcludedJob {
  readonly name: string;
  /** success, failure, cancelled or skipped */
  readonly result: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** `false`: the job's success is enough, as for a job that is the user's own. Default: true. */
  readonly needsVerdict?: boolean;
  /** `true`: the command may not be about this job, which GitHub then skips. Default: false. */
  readonly mayBeSkipped?: boolean;
  /** The job's page with its log. */
  readonly url?: string;
}

export interface ConcludedRow {
  readonly name: string;
  /** `partly`: what ran has passed. `not asked for`: see {@link ConcludedJob.mayBeSkipped}. */
  readonly kind: 'passed' | 'failed' | 'error' | 'canceled' | 'partly' | 'skipped' | 'not asked for';
  /** Why, for kinds other than `passed`; '' if the job gives no reason. */
  readonly why: string;
  /** The phase of a Compose project that decided, if the job failed there. */
  readonly phase?: string;
  /** Of the job's output `minutes`; absent if there is none. */
  readonly minutes?: number;
  readonly machine: string;
  /** US dollars; absent if not known, or if there was no machine. */
  readonly cost?: number;
  readonly url?: string;
  /** Of the job's output `export-url`: a page of AWS, where its artifacts are. */
  readonly artifacts?: string;
}

/** What became of a command. */
export interface Conclusion {
  /** For the commit status. */
  readonly state: 'success' | 'failure' | 'error';
  /** Two or three words. */
  readonly title: string;
  /** For the commit status: at most 140 characters, which is what GitHub accepts. */
  readonly description: string;
  readonly rows: readonly ConcludedRow[];
  /** Epoch ms. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

export interface ConcludeOptions {
  /** The job that read the command, which tests nothing. A job with the output `answer` is that job, too. */
  readonly planJob?: string;
  /** Epoch ms. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

const LONGEST_DESCRIPTION = 140;

/**
 * One verdict on all jobs of a run. Green needs evidence: each job has succeeded, with a verdict, and nothing was skipped.
 *
 * @example conclude([{ name: 'unit', result: 'success', outputs: { verdict: 'passed' } }]).state // 'success'
 */
export function conclude(jobs: readonly ConcludedJob[], options: ConcludeOptions = {}): Conclusion {
  const { planJob, ...times } = options;
  const counted = jobs.filter(({ name, outputs }) => name !== planJob && !('answer' in outputs));
  const rows = counted.map(toRow);
  const { state, title, text } = sumUp(rows.filter(({ kind }) => kind !== 'not asked for'));
  const description = shorten(text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), LONGEST_DESCRIPTION);
  return { state, title, description, rows, ...times };
}

type Judgment = Pick<ConcludedRow, 'kind' | 'why' | 'phase'>;

function toRow(job: ConcludedJob): ConcludedRow {
  const { name, outputs, url } = job;
  const [minutes, cost] = [outputs['minutes'], outputs['cost']].map(readNumber);
  return {
    name,
    ...judge(job),
    machine: outputs['machine'] ?? '',
    ...(minutes === undefined ? {} : { minutes }),
    ...(cost === undefined ? {} : { cost }),
    ...(url === undefined ? {} : { url }),
    ...readArtifacts(outputs['export-url']),
  };
}

/** The tested program may have set the output, so no other site is linked. */
const OF_AWS = /^https:\/\/[a-z0-9.-]+\.(amazon|amazonaws|amazonaws-us-gov)\.(com|cn|com\.cn)\//;

function readArtifacts(url = ''): Pick<ConcludedRow, 'artifacts'> {
  return OF_AWS.test(url) ? { artifacts: url } : {};
}

function readNumber(text = ''): number | undefined {
  return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The outputs of a job that did not run to its end mean nothing, except a verdict that explains its failure. */
function judge({ result, outputs, mayBeSkipped = false, needsVerdict = true }: ConcludedJob): Judgment {
  const { verdict = '' } = outputs;
  if (result === 'skipped') {
    return mayBeSkipped ? { kind: 'not asked for', why: '' } : { kind: 'skipped', why: 'the job did not run' };
  }
  if (result === 'cancelled') return { kind: 'canceled', why: '' };
  if (result === 'failure') return { kind: verdict === 'error' ? 'error' : 'failed', ...explain(outputs) };
  if (result !== 'success') return { kind: 'error', why: result === '' ? 'no result' : `the result "${result}"` };
  if (verdict !== '') return judgeVerdict(verdict, outputs);
  if (!needsVerdict) return { kind: 'passed', why: '' };
  return { kind: 'error', why: 'it succeeded without the output `verdict`' };
}

/** The words of run-tox and of run-compose. */
function judgeVerdict(verdict: string, outputs: ConcludedJob['outputs']): Judgment {
  const { skipped = '', reason = '' } = outputs;
  switch (verdict) {
    case 'passed':
    case 'pass':
      return skipped === '' ? { kind: 'passed', why: '' } : { kind: 'partly', why: skipped };
    case 'failed':
    case 'fail':
      return { kind: 'failed', ...explain(outputs) };
    case 'skipped':
      return { kind: 'skipped', why: skipped || reason };
    case 'error':
      return { kind: 'error', ...explain(outputs) };
    default:
      return { kind: 'error', why: `the unknown verdict "${verdict}"` };
  }
}

function explain({ phase = '', reason = '' }: ConcludedJob['outputs']): Omit<Judgment, 'kind'> {
  return { why: reason, ...(phase === '' || phase === 'done' ? {} : { phase }) };
}

/** The worst kind decides. @param rows without those that were not asked for */
function sumUp(rows: readonly ConcludedRow[]): Pick<Conclusion, 'state' | 'title'> & { readonly text: string } {
  const of = (...kinds: readonly ConcludedRow['kind'][]) => rows.filter(({ kind }) => kinds.includes(kind));
  const [failed, errors, canceled, unrun] = [of('failed'), of('error'), of('canceled'), of('partly', 'skipped')];
  if (failed.length > 0) return { state: 'failure', title: 'Failed', text: `Tests failed${nameSome(failed, rows)}` };
  if (errors.length > 0) return { state: 'error', title: 'No verdict', text: `No verdict: ${listReasons(errors)}` };
  if (canceled.length > 0) return { state: 'error', title: 'Canceled', text: `Canceled${nameSome(canceled, rows)}` };
  const hasPassed = of('passed', 'partly').length > 0;
  if (unrun.length > 0 && hasPassed) {
    return { state: 'error', title: 'Passed, but not all ran', text: `Passed, but not run: ${listReasons(unrun)}` };
  }
  if (unrun.length > 0) return { state: 'error', title: 'Not run', text: `Not run: ${listReasons(unrun)}` };
  if (hasPassed) return { state: 'success', title: 'Passed', text: 'All tests passed' };
  return { state: 'error', title: 'Not run', text: 'Not run: no job has a result' };
}

/** The jobs' names, where others had another end. */
function nameSome(chosen: readonly ConcludedRow[], all: readonly ConcludedRow[]): string {
  return chosen.length === all.length ? '' : `: ${chosen.map((row) => cut(row.name)).join(', ')}`;
}

/** `s2search (no secret)`. The reason of `partly` has the names of the environments in it. */
function listReasons(rows: readonly ConcludedRow[]): string {
  return rows
    .map((row) => (row.kind === 'partly' ? cut(row.why) : `${cut(row.name)}${describeReason(row)}`))
    .join(', ');
}

function describeReason({ why, phase }: ConcludedRow): string {
  const parts = [phase === undefined ? '' : `in ${phase}`, why].filter((one) => one !== '');
  return parts.length === 0 ? '' : ` (${cut(parts.join(': '))})`;
}

/** More than a description shows is not worth joining. */
function cut(text: string): string {
  return shorten(text, LONGEST_DESCRIPTION);
}
