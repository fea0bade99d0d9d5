/** The statistics of judge-results beside scipy, and its change points beside Otava and MongoDB's E-divisive. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { findChangePoints } from '../../src/core/judge/change-points.js';
import { compareSamples } from '../../src/core/judge/compare.js';
import type { HistoryRun } from '../../src/core/judge/history-series.js';
import { judgeBesideHistory } from '../../src/core/judge/recent-level.js';
import { upperTail } from '../../src/core/judge/normal.js';
import { testRanks } from '../../src/core/judge/rank-test.js';
import { type History, writeHistories } from '../worlds/judge/histories.js';
import { type Answer, type Score, scoreHistories } from '../worlds/judge/score.js';
import { JUDGING, readJudgingFigures } from '../../scripts/print/judging-plot.js';
import { scoreReleases } from '../worlds/judge/score-releases.js';
import { createRandom } from '../worlds/random.js';
import { readHistories, readJudgeCases } from './judge/cases.js';
import { askPython, casesFolder } from './judge/python.js';

const LIMITS = { minimumChange: 0.02, metrics: 1 };
const inCases = casesFolder === undefined ? test.skip : test;
const inFull = process.env['TEST_PART'] === undefined ? test : test.skip;

function answer(runs: readonly HistoryRun[], { last }: History): Answer {
  return {
    changePoints: findChangePoints(runs, LIMITS).map(({ run }) => run),
    newest: judgeBesideHistory(runs, { ...LIMITS, newest: last }),
  };
}

function describeScore(name: string, score: Score): string {
  const { falseAlarms, precision, found, newestFalseAlarms, newestFound } = score;
  const shares = [falseAlarms, precision, found.clear, found.visible, newestFalseAlarms, newestFound];
  return `${name.padEnd(30)} ${shares.map((share) => share.toFixed(3).padStart(9)).join(' ')}`;
}
const HEAD = `${''.padEnd(30)}  f.alarms precision      z>=6    z 4..6  newest f.  newest found`;

/** The bars: of change points, and of the newest run. */
function expectBars({ falseAlarms, precision, found, newestFalseAlarms, newestFound }: Score): void {
  expect(falseAlarms).toBeLessThanOrEqual(0.05);
  expect(precision).toBeGreaterThanOrEqual(0.9);
  expect(found.clear).toBeGreaterThanOrEqual(0.97);
  expect(found.visible).toBeGreaterThanOrEqual(0.7);
  expect(newestFalseAlarms).toBeLessThanOrEqual(0.015);
  expect(newestFound).toBeGreaterThanOrEqual(0.68);
}

describe('Change points and newest runs', () => {
  inCases('of the cases are right', () => {
    const score = scoreHistories(readHistories(), answer);
    process.stdout.write(`${HEAD}\n${describeScore('judge-results, cases', score)}\n`);
    expectBars(score);
  });

  // No seed with which the limits were measured (1 to 20, 101 to 140).
  const histories = Array.from({ length: 20 }, (_, index) => writeHistories(201 + index)).flat();

  test('of further histories are right', () => {
    const score = scoreHistories(histories, answer);
    process.stdout.write(`${HEAD}\n${describeScore('judge-results, 1,200', score)}\n`);
    expectBars(score);
  });

  test('beside those of a release are right', () => {
    const falseAlarms = scoreReleases(histories, 0);
    const found = [0.1, 0.3].map((rise) => scoreReleases(histories.slice(0, 600), rise));
    process.stdout.write(`Beside a release: false alarms ${falseAlarms}, found of +10, +30 %: ${found.join(', ')}\n`);
    expect(falseAlarms).toBeLessThanOrEqual(0.015);
    // A release of one run, and one new run, cannot show 10 % beside a noise of 5 %.
    for (const [index, bar] of [0.6, 0.85].entries()) expect(found[index]).toBeGreaterThanOrEqual(bar);
  });

  // Takes minutes, and the answers of released programs do not change.
  inFull('are right more often than those of Otava and MongoDB', () => {
    const others = askPython('statistics.py', { series: histories.map(({ values }) => values) }) as Record<
      'otava' | 'mongodb',
      readonly number[][]
    >;
    const places = new Map(histories.map((history, index) => [history, index]));
    const scoreOther = (points: readonly number[][]): Score =>
      scoreHistories(histories, (_, history) => ({ changePoints: points[places.get(history)!]! }));
    const ours = scoreHistories(histories, answer);
    const [otava, mongodb] = [scoreOther(others.otava), scoreOther(others.mongodb)];
    process.stdout.write(
      `${[HEAD, describeScore('Otava 0.8.0', otava), describeScore("MongoDB's E-divisive 2.1.6", mongodb)].join('\n')}\n`,
    );
    const documented = readJudgingFigures(readFileSync(new URL(`../../${JUDGING}`, import.meta.url), 'utf8'));
    // The permutations of E-divisive have no seed.
    const all = [
      [ours, 0.0006],
      [otava, 0.0006],
      [mongodb, 0.04],
    ] as const;
    for (const [at, [, shares]] of [...documented].entries()) {
      const [{ falseAlarms, precision, found }, tolerance] = all[at]!;
      const measured = [falseAlarms, precision, found.clear, found.visible];
      for (const [index, share] of Object.values(shares).entries()) {
        expect(Math.abs(share - measured[index]!)).toBeLessThan(tolerance);
      }
    }
    for (const other of [otava, mongodb]) {
      expect(ours.falseAlarms).toBeLessThan(other.falseAlarms);
      expect(ours.precision).toBeGreaterThan(other.precision);
      expect(ours.found.clear).toBeGreaterThan(other.found.clear);
    }
  });
});

describe('scipy', () => {
  const random = createRandom(5);
  const draw = (length: number, grid: number): number[] =>
    Array.from({ length }, () => Math.round(random() * grid) / grid);
  const sizes = [
    [5, 5],
    [3, 7],
    [6, 6],
    [10, 10],
    [20, 20],
    [12, 18],
  ] as const;
  const pairs = [
    ...sizes.map(([base, head]) => [draw(base, 1e9), draw(head, 1e9)]),
    ...sizes.slice(0, 3).flatMap(([base, head]) => [3, 8].map((grid) => [draw(base, grid), draw(head, grid)])),
  ] as [number[], number[]][];
  const large = [1e9, 50].map((grid) => [draw(3000, grid), draw(2500, grid)]) as [number[], number[]][];
  const tails = [0, 0.5, 1.96, 3.4, 5, 10];
  const theirs = askPython('statistics.py', { pairs, large, tails }) as {
    readonly ranks: readonly number[];
    readonly large: readonly number[];
    readonly tails: readonly number[];
  };

  test('gives the same p-values', () => {
    for (const [index, pair] of pairs.entries()) {
      expect(testRanks(...pair)).toEqual({ p: expect.closeTo(theirs.ranks[index]!, 7), method: 'exact' });
    }
    for (const [index, pair] of large.entries()) expect(testRanks(...pair).p).toBeCloseTo(theirs.large[index]!, 6);
    for (const [index, z] of tails.entries()) expect(upperTail(z) / theirs.tails[index]!).toBeCloseTo(1, 6);
  });

  inCases('and the pairs of the cases have the same p-values and verdicts', () => {
    const { pairs: cases } = readJudgeCases();
    for (const { id, base, head, direction, min_change, expected, reference } of cases) {
      const limits = { minimumChange: min_change, confidence: 0.99, minSamples: 5 };
      const { outcome, before = 0, after = 0, p } = compareSamples(base, head, limits);
      const isWorse = after > before === (direction === 'lower');
      const verdict = outcome === 'change' ? (isWorse ? 'regression' : 'improvement') : outcome;
      // Fewer than five runs are undecided here, whatever they are.
      const isFew = base.length < 5;
      const right = isFew ? 'undecided' : expected.verdict === 'no change shown' ? 'no-change' : expected.verdict;
      expect([id, verdict]).toEqual([id, right]);
      if (p === undefined || reference.mannwhitney_exact === undefined) continue;
      const { method } = testRanks(base, head);
      if (method === 'exact') expect(p).toBeCloseTo(reference.mannwhitney_exact, 7);
      else expect(Math.abs(p - reference.mannwhitney_exact)).toBeLessThan(0.03);
    }
  });
});
