import { describe, expect, test } from '@jest/globals';
import sax from 'sax';
import { markdown } from '../../../../src/core/kernel/markdown.js';
import { tableOfFigures, type FigureRow } from '../../../../src/core/plot/figure-table.js';
import { drawHistory, type HistoryPlot } from '../../../../src/core/plot/history-plot.js';
import { writeChange, writeQuantity } from '../../../../src/core/figures/quantity.js';
import { drawSamples } from '../../../../src/core/plot/samples-plot.js';
import { contrast } from '../../../worlds/contrast.js';

const DAY_MS = 86_400_000;

const history = (values: readonly number[], more: Partial<HistoryPlot> = {}): string =>
  drawHistory({
    name: 'latency_avg',
    unit: 's',
    better: 'lower',
    points: values.map((value, index) => ({ value, at: index * DAY_MS, label: `c${index}`, machine: 'm7g.xlarge' })),
    ...more,
  });

const texts = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, words]) => words!);
const dots = (svg: string): { tone: string; y: number; r: number }[] =>
  [...svg.matchAll(/<circle class="([\w-]+)" cx="[^"]*" cy="([^"]*)" r="([^"]*)"[^>]*><title>/g)].map(
    ([, tone, y, r]) => ({
      tone: tone!,
      y: Number(y),
      r: Number(r),
    }),
  );

/** @throws for what is not well-formed */
function isXml(svg: string): boolean {
  sax.parser(true).write(svg).close();
  return true;
}

describe('The history of a figure shows', () => {
  const steps = [0.4, 0.41, 0.4, 0.5, 0.51, 0.5];

  test('each run in the color of its machine type, and the newest larger', () => {
    const points = steps.map((value, index) => ({
      value,
      at: index * DAY_MS,
      label: 'c',
      ...(index < 2 && { machine: 'c7g' }),
    }));
    const svg = history([], { points });
    expect(dots(svg).map(({ tone, r }) => [tone, r])).toEqual([
      ['series-0', 3],
      ['series-0', 3],
      ['series-1', 3],
      ['series-1', 3],
      ['series-1', 3],
      ['series-1', 5],
    ]);
    expect(texts(svg)).toEqual(expect.arrayContaining(['c7g', 'unknown machine']));
    expect(svg).toContain('<title>c, 1970-01-01: 400 ms</title>');
  });

  test('higher values higher, in the unit that is easy to read', () => {
    const svg = history(steps);
    expect(dots(svg)[3]!.y).toBeLessThan(dots(svg)[0]!.y);
    expect(texts(svg)).toEqual(expect.arrayContaining(['ms', '400', '500', 'latency_avg', '1970-01-01', '1970-01-06']));
  });

  test('changes with their size, and whether they are worse', () => {
    const toneOf = (svg: string, words: string) =>
      new RegExp(`<text class="(\\w+) halo"[^>]*>${words.replace('+', '\\+')}<`).exec(svg)?.[1];
    expect(toneOf(history(steps, { changes: [{ run: 3, relative: 0.25 }] }), '+25.0 %')).toBe('bad');
    expect(toneOf(history(steps, { changes: [{ run: 3, relative: 0.25 }], better: 'higher' }), '+25.0 %')).toBe('good');
    const { name, points } = { name: 'a', points: [0, 0, 5].map((value, at) => ({ value, at, label: '' })) };
    expect(texts(drawHistory({ name, points, changes: [{ run: 2 }] }))).toContain('changed');
    expect(texts(drawHistory({ name, points }))).not.toContain('changed');
  });

  test('a near threshold as a line, and a far one at the edge', () => {
    const svg = history(steps, {
      thresholds: [
        { value: 0.55, label: '< 0.55' },
        { value: 3.3, label: '< 3.3' },
        { value: -9, label: '> -9' },
      ],
    });
    expect(texts(svg)).toEqual(expect.arrayContaining(['&lt; 0.55', '&lt; 3.3 ↑', '&gt; -9 ↓']));
    expect(svg.match(/class="line-limit"/g)).toHaveLength(1);
    expect(new Set(dots(svg).map(({ y }) => y)).size).toBeGreaterThan(2);
  });

  test('the newest runs of very many', () => {
    const svg = history(
      Array.from({ length: 2_000 }, (_, index) => index),
      {
        changes: [
          { run: 10, relative: 1 },
          { run: 1_990, relative: 0.5 },
        ],
      },
    );
    expect(dots(svg)).toHaveLength(600);
    expect(svg.match(/class="line-bad"/g)).toHaveLength(1);
    expect(svg.length).toBeLessThan(120_000);
  });

  test.each([[[0.4]], [[0, 0, 0]], [[-3, -4]], [[1e-9, 2e-9]], [[1e12, 1e12 + 1]]])('%j without NaN', (values) => {
    const svg = history(values);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(isXml(svg)).toBe(true);
  });
});

describe('A picture', () => {
  test('is readable in light and dark, with a background of its own', () => {
    const svg = history([1, 2]);
    const [light, dark] = svg.split('@media (prefers-color-scheme: dark)') as [string, string];
    expect(light).toContain('.background{fill:#ffffff}');
    expect(dark).toContain('.background{fill:#0d1117}');
    const rules = (text: string): Map<string, string> =>
      new Map([...text.matchAll(/\.([\w-]+)\{fill:(#\w{6})\}/g)].map(([, name, color]) => [name!, color!]));
    for (const colors of [rules(light), rules(dark)]) {
      for (const name of [
        'ink',
        'muted',
        'limit',
        'good',
        'bad',
        'series-0',
        'series-1',
        'series-2',
        'series-3',
        'series-4',
      ]) {
        expect(contrast(colors.get(name)!, colors.get('background')!)).toBeGreaterThan(4.5);
      }
    }
  });

  test('is XML, whatever the names are', () => {
    const name = 'a|b `x` <img src=x onerror=alert(1)> & "q" \u0000\u001b[1m \ud800 ✓';
    const groups = [{ label: name, samples: [1, 2] }];
    for (const svg of [
      history([1, 2], { name, thresholds: [{ value: 1, label: name }] }),
      drawSamples({ name, groups }),
    ]) {
      expect(isXml(svg)).toBe(true);
      expect(svg).not.toContain('<img');
      // oxlint-disable-next-line no-control-regex
      expect(svg).not.toMatch(/[\u0000-\u0008\u001b]|[\ud800-\udbff](?![\udc00-\udfff])/);
    }
  });
});

describe('Samples side by side', () => {
  test('have a dot each, their number and their median', () => {
    const svg = drawSamples({
      name: 'latency',
      unit: 'ms',
      groups: [
        { label: 'base', samples: [10, 11, 12] },
        { label: 'head', samples: [20, 21, 22, 23] },
      ],
    });
    expect(svg.match(/<circle class="series-[01]"/g)).toHaveLength(7);
    expect(texts(svg)).toEqual(expect.arrayContaining(['base (3)', 'head (4)', '11 ms', '21.5 ms']));
  });

  test('of very many samples show quantiles, with the count of all', () => {
    const samples = Array.from({ length: 100_000 }, (_, index) => index);
    const svg = drawSamples({ name: 'a', groups: [{ label: 'now', samples }] });
    expect(svg.match(/<circle/g)).toHaveLength(300);
    expect(texts(svg)).toContain('now (100000)');
  });

  test('may be a single one', () => {
    expect(drawSamples({ name: 'a', groups: [{ label: 'now', samples: [0] }] })).not.toMatch(/NaN|Infinity/);
  });
});

describe('The table of figures', () => {
  const tabulate = (rows: readonly FigureRow[]): string[] => tableOfFigures(rows, (row) => row);

  test('has the values in readable units, the change and the verdict', () => {
    const lines = tabulate([
      {
        name: 'latency',
        unit: 's',
        now: 0.0412,
        baseline: 0.04,
        change: 0.03,
        interval: [0.011, 0.052],
        history: '▁▁█',
        verdict: markdown('**regression**'),
      },
      { name: 'a|b <img> @me', verdict: markdown('missing') },
    ]);
    expect(lines).toEqual([
      '| Metric | Verdict | Now | Baseline | Change | Interval | History |',
      '| --- | --- | ---: | ---: | ---: | ---: | --- |',
      '| `latency` | **regression** | 41.2\u00a0ms | 40\u00a0ms | +3.0\u00a0% | +1.1\u00a0…\u00a0+5.2\u00a0% | ▁▁█ |',
      '| `a\\|b <img> @me` | missing |  |  |  |  |  |',
    ]);
  });

  test('has no column without values', () => {
    expect(tabulate([{ name: 'a', now: 1, verdict: markdown('passed') }])).toEqual([
      '| Metric | Verdict | Now |',
      '| --- | --- | ---: |',
      '| `a` | passed | 1 |',
    ]);
  });

  test('has the first rows of very many, or as many as fit', () => {
    const toRow = (name: number): FigureRow => ({ name: `f${name}`, verdict: markdown('passed') });
    const all = Array.from({ length: 501 }, (_, index) => index);
    expect(tableOfFigures(all, toRow).slice(-2)).toEqual(['', 'And 1 more metric, which the report lists.']);
    expect(tableOfFigures(all, toRow, { rows: 500, bytes: 40 })).toEqual([
      '| Metric | Verdict |',
      '| --- | --- |',
      '| `f0` | passed |',
      '| `f1` | passed |',
      '',
      'And 499 more metrics, which the report lists.',
    ]);
  });
});

test.each([
  [0.000_412, 's', '412 µs'],
  [1_500, 'ms', '1.5 s'],
  [250, 'us', '250 us'],
  [0, 's', '0 s'],
  [-0.5, 's', '-500 ms'],
  [123_456, undefined, '123456'],
  [0.123_456, undefined, '0.1235'],
  [2_500_000, 'bytes', '2.5 MB'],
  [8.087e9, 'bytes/s', '8.087 GB/s'],
  [1e-9, 'ratio', '1.00e-9 ratio'],
  [12_345_678, undefined, '1.23e+7'],
  [77.83, 'ns/op', '77.83 ns/op'],
])('%d %s is written %s', (value, unit, text) => {
  expect(writeQuantity(value, unit)).toBe(text);
});

test.each([
  [0.031, '+3.1 %'],
  [-0.25, '−25.0 %'],
  [0.000_1, '±0.0 %'],
  [2.5, '+250 %'],
])('a change of %d is written %s', (change, text) => {
  expect(writeChange(change)).toBe(text);
});
