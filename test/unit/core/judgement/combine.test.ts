import { describe, expect, test } from '@jest/globals';
import type { Figure } from '../../../../src/core/figures/figure.js';
import { combineFiles, type ReadFile } from '../../../../src/core/judgement/combine.js';

const file = (name: string, figures: readonly Figure[], more: Partial<ReadFile['reading']> = {}): ReadFile => ({
  name,
  reading: { figures, unusable: [], problems: [], ...more },
});

describe('Files of one run', () => {
  test('count as one value each, the median of what one process measured', () => {
    const files = [[1, 2, 9], [4]].map((samples, at) => file(`${at}`, [{ name: 'a', unit: 'ms', samples }]));
    expect(combineFiles(files).figures).toEqual([{ name: 'a', unit: 'ms', samples: [2, 4] }]);
    expect(combineFiles(files.slice(0, 1)).figures[0]!.samples).toEqual([1, 2, 9]);
  });

  test('count as all their samples, where each is of a process of its own', () => {
    const files = [[1, 2], [3]].map((samples, at) => file(`${at}`, [{ name: 'a', samples, areRuns: true }]));
    expect(combineFiles(files).figures[0]!.samples).toEqual([1, 2, 3]);
  });

  test('are converted to the unit of the first, or refused by name', () => {
    const first = file('1', [{ name: 'a', unit: 'ms', samples: [5] }]);
    const seconds = file('2', [{ name: 'a', unit: 's', samples: [0.004] }]);
    expect(combineFiles([first, seconds]).figures[0]!.samples).toEqual([5, 4]);
    const { figures, unusable } = combineFiles([first, file('2', [{ name: 'a', unit: 'MB', samples: [1] }])]);
    expect([figures, unusable]).toEqual([[], [{ name: 'a', given: 'in MB in 2 and in ms in 1' }]]);
  });

  test('make a figure unusable that one of them cannot give, and name the file of a problem', () => {
    const bad = file('2', [], { unusable: [{ name: 'a', given: 'NaN' }], problems: ['3 requests failed'] });
    const { figures, unusable, problems } = combineFiles([file('1', [{ name: 'a', samples: [1] }]), bad]);
    expect([figures, unusable, problems]).toEqual([[], [{ name: 'a', given: 'NaN' }], ['2: 3 requests failed']]);
    expect(combineFiles([bad]).problems).toEqual(['3 requests failed']);
  });
});
