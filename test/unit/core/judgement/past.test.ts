import { describe, expect, test } from '@jest/globals';
import { renderRun, type PastRun } from '../../../../src/core/history/entry.js';
import { choosePast, chooseRelease } from '../../../../src/core/judgement/past.js';
import { runOf } from '../../../worlds/past-runs.js';

const bytesOf = (runs: readonly PastRun[]): Uint8Array => Buffer.from(runs.map(renderRun).join(''));
const own = { name: 'benchmark', exceptRun: '99' };
const main = { name: 'main', isTag: false };
const days = (count: number, more: Partial<PastRun> = {}) =>
  Array.from({ length: count }, (_, day) => runOf(day, { ...more, id: `${day}-1-${more.branch ?? 'main'}` }));

describe('The runs to compare with', () => {
  test('are those of the base of a pull request, whatever its own branch has', () => {
    const bytes = bytesOf([...days(6), ...days(9, { branch: 'feature' })]);
    const { described } = choosePast(bytes, own, { name: 'feature', isTag: false, base: 'main', defaultBranch: 'x' });
    expect(described).toBe('6 runs of main, the last one at c5');
  });

  test.each([
    [9, '9 runs of feature'],
    [4, '6 runs of main'],
    [0, '6 runs of main'],
  ])('are those of the own branch, or of the default branch beside %i of its own', (count, expected) => {
    const bytes = bytesOf([...days(6), ...days(count, { branch: 'feature' })]);
    const place = { name: 'feature', isTag: false, defaultBranch: 'main' };
    expect(choosePast(bytes, own, place).described).toMatch(expected);
  });

  test('are not those of this run: neither of an earlier attempt nor of another job', () => {
    const bytes = bytesOf([...days(3), runOf(4, { id: '99-1-benchmark' }), runOf(5, { id: '99-2-other' })]);
    expect(choosePast(bytes, own, main).runs.map(({ id }) => id)).toEqual(['0-1-main', '1-1-main', '2-1-main']);
  });

  test('are none of another name, and that is said', () => {
    const past = choosePast(bytesOf(days(2, { name: 'other' })), own, main);
    expect(past.runs).toEqual([]);
    expect(past.notes).toEqual([
      'The history has no run of benchmark to compare with, but 2 other runs: other on main.',
    ]);
    expect(choosePast(undefined, own, main)).toMatchObject({ runs: [], notes: [] });
  });

  test('are those of the newest version, whose metrics are expected', () => {
    const tagged = (tag: string, day: number) => runOf(day, { id: `${tag}-1`, branch: tag, tag });
    const bytes = bytesOf([...days(6), tagged('v1.9.0', 7), tagged('v1.10.0', 8), ...days(2, { branch: 'feature' })]);
    const past = chooseRelease(bytes, own, main);
    expect([past.described, past.last?.tag, past.runs.length]).toEqual(['1 run of the release v1.10.0', 'v1.10.0', 8]);
    expect(chooseRelease(bytes, own, { name: 'v1.10.0', isTag: true, defaultBranch: 'main' }).last?.tag).toBe('v1.9.0');
  });

  test('lose damaged and newer lines, and say how many', () => {
    const bytes = Buffer.concat([
      bytesOf(days(2)),
      Buffer.from('garbage\n{"schema":9,"branch":"main"}\n{"schema":1,"id"'),
    ]);
    const { runs, notes } = choosePast(bytes, own, main);
    expect(runs).toHaveLength(2);
    expect(notes.join(' ')).toMatch(/damaged: 1 line\..*later version wrote them: 1 line\..*cut off/);
  });
});
