import { expect, test } from '@jest/globals';
import { judgeResults, type JudgeRules } from '../../../../src/core/judgement/judge.js';
import type { Measured } from '../../../../src/core/judgement/measured.js';

const rules: JudgeRules = {
  name: 'benchmark',
  thresholds: [],
  requireThresholds: false,
  directions: [],
  minimumChange: 0.02,
  confidence: 0.99,
  minSamples: 5,
  areSuspected: false,
};

test('the sides of a metric have every run of a tool that starts a process for each sample', () => {
  const file = (name: string, level: number) => ({
    name,
    reading: {
      figures: [{ name: 'sort', better: 'lower', areRuns: true, samples: [1, 2, 3, 4, 5].map((one) => level + one) }],
      unusable: [],
      problems: [],
    } as const,
  });
  const measured: Measured = {
    base: [file('base.json', 100)],
    head: [file('head.json', 200)],
    labels: ['base', 'head'],
    isInterleaved: false,
  };
  const run = { id: '1', at: 0, commit: 'c', machine: {} };
  const [metric] = judgeResults(measured, { rules, run }).metrics;
  expect(metric!.verdict.state).toBe('regression');
  expect(metric!.sides?.map(({ samples }) => samples.length)).toEqual([5, 5]);
});
