import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAxis } from './axis.js';
import type { Figure } from './figures.js';
import { renderPlot } from './plot.js';
import { drawPlots } from './plots.js';

describe('An axis', () => {
  test('begins at zero and has round numbers', () => {
    expect(createAxis([0.84, 1.35, 1.63]).ticks).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(createAxis([39, 22]).ticks).toEqual([0, 10, 20, 30, 40]);
  });

  test('has powers of ten if the values lie far apart', () => {
    const axis = createAxis([0.9, 49]);
    expect(axis.ticks).toEqual([0.1, 1, 10, 100]);
    expect(axis.place(1)).toBeCloseTo(1 / 3);
  });

  test('reaches below zero for negative values', () => {
    expect(createAxis([-4, 16]).ticks).toEqual([-5, 0, 5, 10, 15, 20]);
  });

  test('has room for a single value, and for zeros only', () => {
    expect(createAxis([5]).place(5)).toBe(1);
    expect(createAxis([0]).place(0)).toBe(0);
  });

  test.each([[[]], [[1, Number.NaN]]])('does not exist for %j', (values) => {
    expect(() => createAxis(values)).toThrow(RangeError);
  });

  test('contains every value, larger values higher', () => {
    const hundredths = fc.integer({ min: -1e6, max: 1e8 }).map((number) => number / 100);
    const values = fc.array(hundredths, { minLength: 2 });
    fc.assert(
      fc.property(values, (some) => {
        const { place, ticks } = createAxis(some);
        const places = some.toSorted((one, other) => one - other).map(place);
        expect(places[0]).toBeGreaterThanOrEqual(-1e-9);
        expect(places.at(-1)).toBeLessThanOrEqual(1 + 1e-9);
        expect(places).toEqual(places.toSorted((one, other) => one - other));
        expect(ticks.length).toBeLessThan(12);
      }),
    );
  });
});

const plot = {
  title: 'Start & <stop>',
  xLabel: 'boot',
  yLabel: 'seconds',
  groups: [
    { label: '7 s', series: [{ name: 'ours', samples: [1, 2, 3] }] },
    {
      label: '60 s',
      series: [
        { name: 'ours', samples: [2] },
        { name: 'theirs', samples: [4, 5] },
      ],
    },
  ],
  bars: [{ value: 2.5, label: 'bar' }],
};

const dots = (svg: string) => svg.match(/<circle [^>]*fill-opacity/g)?.length;
const texts = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, words]) => words);

test('a plot shows every sample, each name once, and the axes with their units', () => {
  const svg = renderPlot(plot);
  expect(dots(svg)).toBe(6);
  expect(texts(svg)).toEqual(
    expect.arrayContaining(['ours', 'theirs', '7 s', '60 s', 'boot', 'seconds', 'bar', '4.5']),
  );
  expect(texts(svg).filter((words) => words === 'ours')).toHaveLength(1);
});

test('a name keeps its color, also in a plot without the names before it', () => {
  const colorOf = (svg: string, name: string) => new RegExp(`fill="(#\\w+)"/>\n<text [^>]*>${name}<`).exec(svg)?.[1];
  const [group] = plot.groups;
  const alone = { ...plot, groups: [{ ...group!, series: [{ name: 'theirs', samples: [1] }] }] };
  const order = ['ours', 'theirs'];
  expect(colorOf(renderPlot({ ...alone, order }), 'theirs')).toBe(colorOf(renderPlot(plot), 'theirs'));
  expect(colorOf(renderPlot(alone), 'theirs')).not.toBe(colorOf(renderPlot(plot), 'theirs'));
  expect(texts(renderPlot({ ...alone, order }))).not.toContain('ours');
});

test('text cannot break the picture', () => {
  expect(renderPlot(plot)).toContain('>Start &amp; &lt;stop&gt;<');
});

test('a higher value is drawn higher', () => {
  const [, , , ...heights] = [...renderPlot(plot).matchAll(/cy="([\d.]+)" r="3.2"/g)].map(([, y]) => Number(y));
  expect(heights[1]!).toBeLessThan(heights[0]!);
});

describe('Plots of figures', () => {
  const figure = (id: string, details: Partial<Figure> = {}): Figure => ({
    id,
    measure: id,
    unit: 's',
    value: 1,
    ...details,
  });

  test('show the boots side by side, with the comparisons and the bar', () => {
    const beside = [{ name: 'peer', value: 40, samples: [39, 41] }];
    const figures = [
      figure('start-overhead-7', { samples: [0.9, 1.1], bar: 1, beside }),
      figure('start-overhead-25', { samples: [0.8], bar: 1 }),
      figure('start-overhead-p95-7', { samples: [5] }),
      figure('unheard-of'),
    ];
    const drawn = drawPlots(figures);
    expect([...drawn.keys()]).toEqual(['overhead.svg']);
    expect(dots(drawn.get('overhead.svg')!)).toBe(5);
    expect(texts(drawn.get('overhead.svg')!)).toEqual(
      expect.arrayContaining(['7 s', '25 s', 'peer', 'bar for the median']),
    );
  });

  test('are not drawn without figures', () => {
    expect(drawPlots([]).size).toBe(0);
  });
});
