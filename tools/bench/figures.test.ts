import { describe, expect, test } from '@jest/globals';
import { compare, missesBar, renderTable, type Figure, type Series } from './figures.js';
import { worst } from './statistics.js';

const figure = (details: Partial<Figure>): Figure => ({
  id: 'any',
  measure: 'Anything',
  unit: '',
  value: 1,
  ...details,
});

describe('A bar', () => {
  test.each([
    [1.5, 1.5, false],
    [1.49, 1.5, false],
    [1.51, 1.5, true],
    [0, 0, false],
    [1, 0, true],
    [Number.NaN, 1, true],
  ])('%d of at most %d: missed is %s', (value, bar, missed) => {
    expect(missesBar(figure({ value, bar }))).toBe(missed);
  });

  test('cannot be missed if there is none', () => {
    expect(missesBar(figure({ value: 1e9 }))).toBe(false);
  });
});

test('programs are compared by their medians, and every sample is kept', () => {
  const series: [Series<{ ms: number }>, Series<{ ms: number }>] = [
    { name: 'ours', samples: [{ ms: 3 }, { ms: 1 }, { ms: 2 }] },
    { name: 'theirs', samples: [{ ms: 10 }, { ms: 20 }] },
  ];
  expect(compare({ id: 'x', measure: 'X', unit: 'ms', bar: 5 }, series, ({ ms }) => ms)).toEqual({
    id: 'x',
    measure: 'X',
    unit: 'ms',
    bar: 5,
    value: 2,
    samples: [3, 1, 2],
    beside: [{ name: 'theirs', value: 15, samples: [10, 20] }],
  });
});

test('if every sample must meet the bar, the worst one counts', () => {
  const series: [Series<number>, Series<number>] = [
    { name: 'ours', samples: [8, 11, 9] },
    { name: 'theirs', samples: [3, 4, 3] },
  ];
  const figure = compare({ id: 'x', measure: 'X', unit: '', bar: 10 }, series, (requests) => requests, worst);
  expect([figure.value, figure.beside?.[0]?.value, missesBar(figure)]).toEqual([11, 4, true]);
});

test('the table has a line for each comparison of a figure', () => {
  const table = renderTable([
    figure({
      measure: 'Start',
      unit: 's',
      value: 1.2,
      samples: [0.8, 1.2, 1.6],
      bar: 1.5,
      beside: [{ name: 'peer', value: 30 }],
    }),
    figure({ measure: 'Size', unit: 'kB', value: 2, bar: 1 }),
    figure({ measure: 'Throttled', value: 0, samples: [0, 0], bar: 0 }),
    figure({ measure: 'Wall time', unit: 's', value: 50 }),
  ]);
  expect(table.split('\n')).toEqual([
    'measure    ours                        against         ratio  result',
    '────────────────────────────────────────────────────────────────────',
    'Start      1.20 s (0.80 to 1.60, n=3)  at most 1.50 s   0.80  met',
    '                                       peer: 30.00 s    0.04',
    'Size       2 kB                        at most 1 kB     2.00  MISSED',
    'Throttled  0                           at most 0              met',
    'Wall time  50.00 s',
  ]);
});

test.each([
  [8, '', '8'],
  [0.941, '', '0.94'],
  [71.6, 'ms', '72 ms'],
  [-0.2, 'ms', '0 ms'],
  [97.4, 'MiB', '97 MiB'],
  [671.9, 'kB', '672 kB'],
] as const)('%d with the unit "%s" is written %s', (value, unit, text) => {
  expect(renderTable([figure({ measure: 'X', unit, value })]).split('\n')[2]).toBe(`X        ${text}`);
});
