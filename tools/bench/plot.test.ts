import { describe, expect, test } from '@jest/globals';
import type { Figure } from './figures.js';
import { renderPlot } from '../../src/core/plot/grouped-plot.js';
import { drawPlots } from './plots.js';

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
  const colorOf = (svg: string, name: string) =>
    new RegExp(`class="(series-\\d)" [^>]*/>\n<text [^>]*>${name}<`).exec(svg)?.[1];
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
