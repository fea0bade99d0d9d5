import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { estimateInstance, estimateVolume } from '../../../../src/core/kernel/prices.js';
import type { ReapFinding } from '../../../../src/core/reap/finding.js';
import { listFindings, summarizeReap } from '../../../../src/core/reap/report.js';

const HOUR = 3_600_000;

const orphan: ReapFinding = {
  kind: 'instance',
  id: 'i-1',
  region: 'us-east-1',
  type: 't3.xlarge',
  ageMs: 3 * HOUR,
  estimatedCost: 0.4992,
  why: 'it has no registered runner',
  outcome: 'removed',
};

function rowsOf(findings: readonly ReapFinding[], dryRun = false): string[] {
  const reaped = { findings, kept: [], instancesSeen: 4, runnersSeen: 5, cancelled: false };
  return summarizeReap(reaped, dryRun)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
}

describe('The summary of a sweep', () => {
  test('has a row for each finding', () => {
    const ghost: ReapFinding = {
      kind: 'runner',
      id: '7',
      name: 'ec2-1-1-a-0123abcd-0',
      scope: 'org:octo-org',
      why: 'gone',
      outcome: 'spared',
    };
    expect(rowsOf([orphan, ghost])).toEqual([
      '| orphan (instance) | i-1 | us-east-1 | t3.xlarge | 3.0 h | $0.50 | it has no registered runner | removed |',
      '| ghost (runner) | `ec2-1-1-a-0123abcd-0` (7) | org:octo-org |  |  |  | gone | spared |',
    ]);
  });

  test('shows an unknown cost, and why something failed', () => {
    const { estimatedCost: _, ...rest } = orphan;
    const failure = new Failure('aws-rejected', 'No.', { hint: 'h' });
    const row = rowsOf([{ ...rest, ageMs: 72 * HOUR, outcome: 'failed', failure }])[0];
    expect(row).toContain('| 3.0 days | unknown |');
    expect(row).toMatch(/\| failed: No\. \|$/);
  });

  test('escapes the value of a tag', () => {
    const why = 'its tag is "a | b\n<img src=x> [x](http://evil) `c`", which is not a time';
    const row = rowsOf([{ ...orphan, why, outcome: 'skipped' }])[0]!;
    expect(row).toContain('a \\| b &lt;img src=x&gt; \\[x\\](http://evil) \\`c\\`');
    expect(row.split(/(?<!\\)\|/)).toHaveLength(10);
  });

  test('of a dry run is marked as one', () => {
    expect(rowsOf([{ ...orphan, outcome: 'would-remove' }], true)[0]).toMatch(/\| would be removed \|$/);
    expect(summarizeReap({ findings: [], kept: [], instancesSeen: 0, runnersSeen: 0, cancelled: false }, true)).toMatch(
      /^### Dry run: nothing was removed\n\nSeen: 0 instances and 0 runners\. There is nothing to remove\.\n$/,
    );
  });
});

test('The output has ages in minutes and costs in dollars, and null for what is not known', () => {
  const failure = new Failure('aws-rejected', 'No.', { hint: 'h' });
  const { ageMs: _, estimatedCost: __, ...rest } = orphan;
  expect(listFindings([orphan, { ...rest, outcome: 'failed', failure }])).toEqual([
    {
      kind: 'instance',
      id: 'i-1',
      region: 'us-east-1',
      type: 't3.xlarge',
      why: 'it has no registered runner',
      outcome: 'removed',
      ageMinutes: 180,
      estimatedCostUsd: 0.4992,
    },
    expect.objectContaining({ outcome: 'failed', error: 'No.', ageMinutes: null, estimatedCostUsd: null }),
  ]);
});

describe('An estimate', () => {
  test.each([
    ['t3.xlarge', 0.1664],
    ['t3.nano', 0.0052],
    ['t4g.2xlarge', 0.2688],
    ['m5.24xlarge', 4.608],
    ['a1.xlarge', 0.102],
    ['g4dn.xlarge', 0.526],
    ['g4dn.2xlarge', 0.752],
  ])('of an hour of %s is $%d', (type, price) => {
    expect(estimateInstance(type, HOUR)).toBeCloseTo(price, 4);
  });

  test.each(['g4dn.metal', 'm5.metal', 'z99.xlarge', 'm5', '', 'm5.0xlarge', 'm5.1xlarge', 'toString.xlarge'])(
    'of %j is not known',
    (type) => expect(estimateInstance(type, HOUR)).toBeUndefined(),
  );

  test('of a volume follows its size, if its type has a single price', () => {
    expect(estimateVolume({ type: 'gp3', sizeGiB: 100 }, 730 * HOUR)).toBeCloseTo(8, 6);
    expect(estimateVolume({ type: 'io2', sizeGiB: 100 }, HOUR)).toBeUndefined();
  });
});
