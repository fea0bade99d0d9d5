import { describe, expect, test } from '@jest/globals';
import { conclude, type ConcludedJob } from '../../../../src/core/command/conclusion.js';
import { describeConclusion } from '../../../../src/core/command/describe-conclusion.js';
import { RUN_URL } from '../../../worlds/answers.js';

const JOB_URL = `${RUN_URL}/job/5`;
const jobs: readonly ConcludedJob[] = [
  { name: 'unit', result: 'success', outputs: { verdict: 'passed', minutes: '3.14' } },
  { name: 'own', result: 'skipped', outputs: {}, mayBeSkipped: true },
  { name: 'all', result: 'success', outputs: { verdict: 'passed', skipped: 's2 (no secret)' } },
  {
    name: 'cuda',
    result: 'failure',
    outputs: { verdict: 'failed', machine: 'g4dn.xlarge', cost: '0.5' },
    url: JOB_URL,
  },
  { name: 'late', result: 'cancelled', outputs: {} },
  { name: 'smoke', result: 'failure', outputs: { verdict: 'error', phase: 'ready' } },
  { name: 'more', result: 'skipped', outputs: {} },
];

describe('A verdict', () => {
  test('has the jobs in the order in which a reader needs them, and the logs of failed ones', () => {
    expect(describeConclusion(conclude(jobs), RUN_URL)).toEqual([
      '### 🔴 Failed',
      '',
      '| Job | Verdict | Minutes | Machine | Cost |',
      '| --- | --- | ---: | --- | ---: |',
      `| [\`cuda\`](${JOB_URL}) | 🔴 failed ([log](${JOB_URL})) |  | \`g4dn.xlarge\` | <span>$</span>0.5000 |`,
      '| `smoke` | 🔴 no verdict in `ready` |  |  |  |',
      '| `late` | ⚪ canceled |  |  |  |',
      '| `more` | ⚪ not run: the job did not run |  |  |  |',
      '| `all` | ⚪ passed, but not run: s2 (no secret) |  |  |  |',
      '| `unit` | 🟢 passed | 3.1 |  |  |',
      '| `own` | ⚪ not asked for |  |  |  |',
      '',
      `Details, logs and artifacts: [the run](${RUN_URL})`,
    ]);
  });

  test('links to the log of a job that failed or gave no verdict, and not of one that passed', () => {
    const logs = (at: number) => describeConclusion(conclude([{ ...jobs[at]!, url: JOB_URL }]), RUN_URL)[4]!;
    expect([0, 3, 4, 5].map((at) => logs(at).includes('[log]'))).toEqual([false, true, false, true]);
  });

  test('has no column without a value, and no table without a job', () => {
    expect(describeConclusion(conclude([jobs[4]!]), RUN_URL).slice(0, 5)).toEqual([
      '### ⚪ Canceled',
      '',
      '| Job | Verdict |',
      '| --- | --- |',
      '| `late` | ⚪ canceled |',
    ]);
    expect(describeConclusion(conclude([]), RUN_URL)[2]).toContain('Details');
  });

  test('links to the artifacts of a job that exported them', () => {
    const url = 'https://eu-west-1.console.aws.amazon.com/s3/buckets/b?prefix=a/1/';
    const outputs = { verdict: 'failed', 'export-url': url };
    const lines = describeConclusion(conclude([{ name: 'phases', result: 'failure', outputs }]), RUN_URL);
    expect(lines[2]).toBe('| Job | Verdict | Artifacts |');
    expect(lines[4]).toContain(`[on S3](${url})`);
  });

  test('folds what is beyond ten jobs, which are the passed ones', () => {
    const many = Array.from({ length: 12 }, (_, at) => ({ ...jobs[0]!, name: `u${at}` }));
    const lines = describeConclusion(conclude([...many, jobs[3]!]), RUN_URL);
    expect(lines[4]).toContain('cuda');
    expect(lines.filter((line) => line.startsWith('| Job'))).toHaveLength(2);
    expect(lines).toContain('<details><summary>3 more</summary>');
  });

  test.each([
    [0, ' in 0 s'],
    [89_000, ' in 89 s'],
    [90_000, ' in 2 min'],
    [12 * 60_000, ' in 12 min'],
    [119 * 60_000, ' in 119 min'],
    [125 * 60_000, ' in 2 h 5 min'],
    [-1, ''],
  ])('after %d ms says %j', (took, words) => {
    const times = { startedAt: 1_000, endedAt: 1_000 + took };
    expect(describeConclusion(conclude([jobs[0]!], times), RUN_URL)[0]).toBe(`### 🟢 Passed${words}`);
  });

  test('where nothing passed and nothing failed is neither green nor red', () => {
    expect(describeConclusion(conclude([jobs[2]!]), RUN_URL)[0]).toBe('### ⚪ Passed, but not all ran');
    expect(describeConclusion(conclude([jobs[5]!]), RUN_URL)[0]).toBe('### 🔴 No verdict');
  });
});
