/** What an act says with `--json`, in the terms of a workflow run. */
import { stripVTControlCharacters } from 'node:util';

/** One line of act's, and of an act that it started in place of a call. */
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
  /** The job's id; after its caller's name where act itself calls, or its caller's id: `Unit tests/test`, `unit/test`. */
  readonly path: string;
  /** `undefined` when act ended before the job. */
  result: 'success' | 'failure' | undefined;
  readonly steps: StepRun[];
  /** What its steps printed. */
  readonly lines: string[];
  /** The outputs of its steps, by the step's id. */
  readonly outputs: Record<string, Record<string, string>>;
  /** What its steps wrote for the run's page. */
  summary: string;
}

/** A moment of a run, for its timeline. */
export interface Moment {
  readonly atMs: number;
  readonly job: string;
  readonly text: string;
}

/** act's account of where it finds actions. */
const NOISE = /^LocalRepositoryCache /;

export class ActLog {
  /** In the order in which they began. A skipped job is not among them: act does not mention it. */
  readonly jobs: JobRun[] = [];
  readonly moments: Moment[] = [];
  /** As a person would read it. */
  readonly lines: string[] = [];

  /** @param atMs when the line came */
  read(line: string, atMs: number): void {
    const record = parseRecord(line);
    if (record) this.take(record, [], atMs);
    else if (line.trim() !== '') this.lines.push(line);
  }

  find(path: string): JobRun | undefined {
    return this.jobs.find((job) => job.path === path);
  }

  /** The job summaries, one after the other, each under its job. */
  get summaries(): string {
    return this.jobs
      .filter(({ summary }) => summary !== '')
      .map(({ path, summary }) => `── summary of ${path}\n${summary.trimEnd()}`)
      .join('\n');
  }

  private take(record: ActRecord, callers: readonly string[], atMs: number): void {
    const path = [...callers, ...jobPath(record)];
    const inner = record.raw_output ? parseRecord(record.msg) : undefined;
    if (inner) return this.take(inner, path, atMs);
    const text = stripVTControlCharacters(record.msg).trimEnd();
    if (NOISE.test(text)) return;
    this.lines.push(`[${path.join('/')}] ${record.raw_output ? '| ' : ''}${text}`);
    if (path.length === 0) return;
    this.moments.push({ atMs, job: path.join('/'), text });
    this.keep(this.jobAt(path.join('/')), record, text);
  }

  private keep(job: JobRun, record: ActRecord, text: string): void {
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

/** act names a job `caller's job/workflow/job`, padded; of more callers it names the last. */
function jobPath({ job, jobID, matrix = {} }: ActRecord): string[] {
  if (job === undefined || jobID === undefined) return [];
  const parts = job.split('/');
  const leg = Object.keys(matrix).length > 0 ? `${jobID} ${JSON.stringify(matrix)}` : jobID;
  return parts.length > 2 ? [parts[0]!.trim(), leg] : [leg];
}
