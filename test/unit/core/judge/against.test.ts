import { describe, expect, test } from '@jest/globals';
import { judgeAgainst, type AgainstLimits } from '../../../../src/core/judge/against.js';
import type { HistoryRun } from '../../../../src/core/judge/history-series.js';
import { createRandom } from '../../../../src/core/kernel/random.js';
import { writeHistories } from '../../../worlds/judge/histories.js';
import { scoreReleases } from '../../../worlds/judge/score-releases.js';

const LIMITS = { minimumChange: 0.02, metrics: 1, newest: 1 };
/** Runs at 100 with a noise of one percent (uniform). */
function play(count: number, level = 100, seed = 1): HistoryRun[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({ value: level * (1 + (random() - 0.5) / 30) }));
}
const judge = (runs: readonly HistoryRun[], limits: Partial<AgainstLimits>) =>
  judgeAgainst(runs, { ...LIMITS, baseline: [], ...limits });

describe('The newest run beside those of a release', () => {
  test('is at another level, whatever the runs in between', () => {
    const runs = [...play(20), ...play(20, 110, 2), ...play(1, 110, 3)];
    expect(judge(runs, { baseline: [4, 5, 6] })).toEqual({
      outcome: 'change',
      before: expect.closeTo(100, -1),
      after: expect.closeTo(110, -1),
      relative: expect.closeTo(0.1, 1),
      interval: [expect.closeTo(0.08, 1), expect.closeTo(0.12, 1)],
      z: expect.any(Number),
      runs: 3,
    });
    expect(judge(runs, { baseline: [24, 25, 26] }).outcome).toBe('no-change');
  });

  test('is at its level, although the runs in between are not', () => {
    const runs = [...play(20), ...play(20, 110, 2), ...play(6, 100, 3)];
    expect(judge(runs, { baseline: [4, 5], newest: 5 }).outcome).toBe('no-change');
    expect(judge(runs, { baseline: [30, 31], newest: 5 }).outcome).toBe('change');
  });

  test('is compared with runs before those that change points are searched in', () => {
    const runs = [...play(100), ...play(1_100, 110, 2)];
    expect(judge(runs, { baseline: [0], newest: 3 }).outcome).toBe('change');
    expect(judge(runs, { baseline: [150], newest: 3 }).outcome).toBe('no-change');
  });

  test.each<[string, HistoryRun[], readonly number[], string]>([
    ['no run of the release', play(20), [], 'the baseline has no run'],
    ['the run itself', play(20), [19], 'the baseline has no run'],
    ['a short history', play(5), [0], 'a comparison needs 5 earlier runs, and the history has 4'],
    [
      'another machine type',
      play(40).map((run, index) => ({ ...run, machine: index < 20 ? 'a' : 'b' })),
      [3],
      'no run of the baseline can be compared with the machine type of the newest one',
    ],
    [
      'outliers',
      play(61).map(({ value }, index) => ({ value: index % 12 === 0 ? value * 1.5 : value })),
      [3],
      'the newest run is as far from the others as single runs before it that were outliers',
    ],
  ])('is undecided with %s', (_, runs, baseline, reason) => {
    expect(judge(runs, { baseline })).toMatchObject({ outcome: 'undecided', reason });
  });

  test('is judged on constant values, zeros and negative values', () => {
    const of = (...parts: readonly (readonly [number, number])[]): HistoryRun[] =>
      parts.flatMap(([value, count]) => Array.from({ length: count }, () => ({ value })));
    expect(judge(of([5, 20], [6, 1]), { baseline: [3] }).outcome).toBe('change');
    expect(judge(of([5, 21]), { baseline: [3] })).toMatchObject({ outcome: 'no-change', z: 0 });
    const fromZero = judge(of([0, 20], [6, 1]), { baseline: [3] });
    expect(fromZero.outcome).toBe('change');
    expect(fromZero).not.toHaveProperty('relative');
    expect(judge(of([-5, 20], [-4, 1]), { baseline: [3] })).toMatchObject({
      outcome: 'change',
      relative: expect.closeTo(0.2, 10),
    });
  });

  test('must be further away where many metrics are judged', () => {
    const runs = [...play(40), { value: 105 }];
    const judged = [1, 1e6].map((metrics) => judge(runs, { baseline: [3, 4, 5, 6], metrics }).outcome);
    expect(judged).toEqual(['change', 'no-change']);
  });
});

describe('On histories with the noise of CI', () => {
  const histories = [401, 402, 403].flatMap(writeHistories);

  // Wider than the bars that test/peers/judge-histories.test.ts holds on more histories: these are few.
  test('a change is hardly ever found where there is none', () => {
    expect(scoreReleases(histories, 0)).toBeLessThan(0.03);
  });

  test('changes are found', () => {
    expect(scoreReleases(histories, 0.3)).toBeGreaterThan(0.85);
    expect(scoreReleases(histories, 0.1)).toBeGreaterThan(0.6);
  });
});
