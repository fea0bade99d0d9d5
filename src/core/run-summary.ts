import { BadValue, type InputDefinition } from './inputs.js';

/** One job of a run, as GitHub's `needs` context tells of it. */
export interface JobResult {
  readonly name: string;
  /** success, failure, cancelled or skipped */
  readonly result: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The `needs` context as JSON. */
export function needsInput(description: string): InputDefinition<readonly JobResult[] | undefined> {
  const allowed = 'the `needs` context as JSON: `${{ toJSON(needs) }}`';
  return {
    takes: 'JSON',
    description,
    parse(given) {
      try {
        const jobs = Object.entries(
          JSON.parse(given) as Record<string, { result: string; outputs?: Record<string, string> | null }>,
        );
        if (jobs.length > 0 && jobs.every(([, job]) => typeof job.result === 'string')) {
          // Of a skipped job there may be none.
          return jobs.map(([name, { result, outputs }]) => ({ name, result, outputs: outputs ?? {} }));
        }
      } catch {
        // Told below: what it is instead does not matter.
      }
      throw new BadValue(allowed);
    },
  };
}

/** Success and skipped pass. Anything else, also what GitHub may invent one day, does not. */
export function findUnsuccessful(jobs: readonly JobResult[]): readonly JobResult[] {
  return jobs.filter(
    ({ result, outputs }) => !['success', 'skipped'].includes(result) || outputs['verdict'] === 'failed',
  );
}

/** A table of the environments; jobs without a verdict that succeeded only prepared something. */
export function summariseRun(jobs: readonly JobResult[]): string {
  const bad = findUnsuccessful(jobs);
  const rows = jobs
    .filter((job) => bad.includes(job) || job.result === 'skipped' || 'verdict' in job.outputs)
    .map(
      (job) => `| ${job.name} | ${job.outputs['machine'] ?? ''} | ${job.outputs['minutes'] ?? ''} | ${describe(job)} |`,
    );
  const verdict =
    bad.length === 0 ? 'no environment failed' : `${bad.map(({ name }) => name).join(', ')} not successful`;
  return [
    `### All environments: ${verdict}`,
    '',
    '| Environment | Machine | Minutes | Verdict |',
    '| --- | --- | ---: | --- |',
    ...rows,
    '',
  ].join('\n');
}

function describe({ result, outputs }: JobResult): string {
  const { verdict = '', reason = '' } = outputs;
  if (verdict === 'skipped') return `skipped: ${reason.replaceAll('|', '\\|')}`;
  if (result === 'skipped') return 'not chosen';
  if (result === 'success') return verdict || 'success';
  return `**${result}**`;
}
