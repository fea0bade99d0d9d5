/** Parses the output of `act --json` into jobs and steps of a workflow run. */
import { stripVTControlCharacters } from 'node:util';

/** One line of act's output, or of another act that replaces the call of a workflow. */
interface ActRecord {
  readonly level: string;
  readonly msg: string;
  readonly job?: string;
  readonly jobID?: string;
  readonly matrix?: Readonly<Record<string, unknown>>;
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stage?: 'Pre' | 'Main' | 'Post';
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly content?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly executionTime?: number;
}

export interface StepRun {
  readonly name: string;
  readonly stage: string;
  readonly result: 'success' | 'failure';
  readonly seconds: number;
}

export interface JobRun {
  /** The job's id, after its caller's name (`Unit tests/test`) or, with `calls: 'apart'`, its caller's id (`unit/test`). */
  readonly path: string;
  /** `undefined` if act ended before the job did. */
  result: 'success' | 'failure' | undefined;
  readonly steps: StepRun[];
  /** The output of the job's steps. */
  readonly lines: string[];
  /** The outputs of the job's steps, by the step's id. */
  readonly outputs: Record<string, Record<string, string>>;
  /** The job summary that the steps wrote. */
  summary: string;
}

/** A line of a run's log with its time, for the timeline. */
export interface Moment {
  readonly atMs: number;
  readonly job: string;
  readonly text: string;
}

/** act's messages about where it finds actions. */
const NOISE = /^LocalRepositoryCache /;

export class ActLog {
  /** In the order in which the jobs began. Skipped jobs are missing, because act does not log them. */
  readonly jobs: JobRun[] = [];
  readonly moments: Moment[] = [];
  /** Readable lines, each with its job. */
  readonly lines: string[] = [];

  /** @param atMs when the line was read */
  read(line: string, atMs: number): void {
    const record = parseRecord(line);
    if (record) this.add(record, [], atMs);
    else if (line.trim() !== '') this.lines.push(line);
  }

  find(path: string): JobRun | undefined {
    return this.jobs.find((job) => job.path === path);
  }

  /** All job summaries, each below the name of its job. */
  get summaries(): string {
    return this.jobs
      .filter(({ summary }) => summary !== '')
      .map(({ path, summary }) => `── summary of ${path}\n${summary.trimEnd()}`)
      .join('\n');
  }

  private add(record: ActRecord, callers: readonly string[], atMs: number): void {
    const path = [...callers, ...jobPath(record)];
    const inner = record.raw_output ? parseRecord(record.msg) : undefined;
    if (inner) return this.add(inner, path, atMs);
    const text = stripVTControlCharacters(record.msg).trimEnd();
    if (NOISE.test(text)) return;
    this.lines.push(`[${path.join('/')}] ${record.raw_output ? '| ' : ''}${text}`);
    if (path.length === 0) return;
    this.moments.push({ atMs, job: path.join('/'), text });
    this.store(this.jobAt(path.join('/')), record, text);
  }

  private store(job: JobRun, record: ActRecord, text: string): void {
    const { step, stage, stepResult, executionTime } = record;
    if (record.raw_output) job.lines.push(text);
    if (record.command === 'set-output') {
      const step = (job.outputs[record.stepID?.at(-1) ?? ''] ??= {});
      step[record.name ?? ''] = record.arg ?? '';
    }
    if (record.command === 'summary') job.summary += record.content ?? '';
    if (record.jobResult === 'success' || record.jobResult === 'failure') job.result = record.jobResult;
    if (step !== undefined && stage !== undefined && (stepResult === 'success' || stepResult === 'failure'))
      job.steps.push({ name: step, stage, result: stepResult, seconds: (executionTime ?? 0) / 1e9 });
  }

  private jobAt(path: string): JobRun {
    const found = this.find(path);
    if (found) return found;
    const job: JobRun = { path, result: undefined, steps: [], lines: [], outputs: {}, summary: '' };
    this.jobs.push(job);
    return job;
  }
}

function parseRecord(line: string): ActRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const record = JSON.parse(line) as ActRecord;
    return typeof record.msg === 'string' && typeof record.level === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

/** act names a job `caller's job/workflow/job`, padded with spaces. If callers are nested, it names only the last. */
function jobPath({ job, jobID, matrix = {} }: ActRecord): string[] {
  if (job === undefined || jobID === undefined) return [];
  const parts = job.split('/');
  const leg = Object.keys(matrix).length > 0 ? `${jobID} ${JSON.stringify(matrix)}` : jobID;
  return parts.length > 2 ? [parts[0]!.trim(), leg] : [leg];
}
