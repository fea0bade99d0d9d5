/** The collected result files, and the figures that Benchmark Tools computes from traces. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Figure } from '../../src/core/figures/figure.js';
import type { Reading } from '../../src/core/figures/reading.js';
import { median } from '../../src/core/figures/statistics.js';
import { Failure } from '../../src/core/kernel/failure.js';
import { read, readFile } from '../worlds/result-files.js';

const folder = ['../../../shared', '../../../../shared']
  .map((path) => fileURLToPath(new URL(`${path}/cases`, import.meta.url)))
  .find(existsSync);

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly direction: string;
  readonly samples?: readonly number[];
  readonly value: number;
  readonly optional?: boolean;
}

interface ResultCase {
  readonly id: string;
  readonly files: readonly string[];
  readonly optional?: boolean;
  readonly expected: { readonly metrics?: readonly Metric[]; readonly problems: readonly string[] };
}

interface TraceCase {
  readonly id: string;
  readonly suite: string;
  readonly kind: string;
  readonly input: { readonly metric: string; readonly service: string | null; readonly traces: readonly unknown[] };
  readonly expected: Readonly<Record<string, number>> & { readonly error?: string };
}

const results = folder === undefined ? [] : (load('judge/results/cases.json') as { cases: ResultCase[] }).cases;
const traces = folder === undefined ? [] : (load('bpc/cases.json') as TraceCase[]);

/** A text for people, of which the folder beside it has all figures. */
const NOT_READ = ['criterion-text'];
/** Units that are in another file, asv's benchmarks.json. */
const WITHOUT_UNIT = ['b.track_ratio'];

function load(path: string): unknown {
  return JSON.parse(readFileSync(`${folder}/${path}`, 'utf8'));
}

function expectMetric(metric: Metric, { figures }: Reading): void {
  const figure = figures.find(({ name }) => name === metric.name);
  if (!figure && metric.optional) return;
  expect({ name: figure?.name, ...(!metric.optional && { better: figure?.better ?? 'unknown' }) }).toEqual({
    name: metric.name,
    ...(!metric.optional && { better: metric.direction }),
  });
  if (!WITHOUT_UNIT.includes(metric.name)) expect(figure!.unit ?? '').toBe(metric.unit);
  const value = median(figure!.samples);
  expect(Math.abs(value - metric.value)).toBeLessThanOrEqual(
    Math.max(Math.abs(metric.value) * 1e-9, toleranceOf(figure!)),
  );
  if (metric.samples && figure!.samples.length > 1) expect(figure!.samples).toEqual(metric.samples);
}

/** The files of one run. */
async function readAll(files: readonly string[]): Promise<Reading> {
  const readings = await Promise.all(files.map((file) => readFile(`${folder}/judge/results/${file}`)));
  return {
    figures: readings.flatMap(({ figures }) => figures),
    unusable: readings.flatMap(({ unusable }) => unusable),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

/** locust rounds the times of its histogram to a millisecond, and takes the lower of two middle values. */
function toleranceOf({ name, unit }: Figure): number {
  return unit === 'ms' && name.startsWith('GET ') ? 1 : 0;
}

afterAll(() => {
  if (folder === undefined) console.log('The collected results are left out: ../shared/cases does not exist.');
});

describe('The collected result files', () => {
  test.each(
    results
      .filter(({ id, expected }) => expected.metrics && !NOT_READ.includes(id))
      .map((one) => [one.id, one] as const),
  )('%s gives the right figures', async (_, { files, expected }) => {
    const reading = await readAll(files).catch((error: unknown) => error as Failure);
    if (reading instanceof Failure) {
      expect(reading.code).toBe('results-unreadable');
      expect(expected.metrics ?? []).toEqual([]);
      return;
    }
    for (const metric of expected.metrics ?? []) expectMetric(metric, reading);
    const noted = reading.unusable.length + reading.problems.length;
    if (expected.problems.length === 0) expect(noted).toBe(0);
    // What has no figures is missing to the thresholds; entities are read without being expanded.
    else expect(noted > 0 || reading.figures.length <= 1).toBe(true);
  });

  test.each(results.filter(({ id }) => NOT_READ.includes(id)).map((one) => [one.id, one.files] as const))(
    '%s is refused, not misread',
    async (_, files) => {
      for (const file of files) {
        await expect(readFile(`${folder}/judge/results/${file}`)).rejects.toMatchObject({ code: 'results-unreadable' });
      }
    },
  );
});

describe('Traces', () => {
  test.each(traces.filter(({ kind }) => kind === 'traces').map((one) => [one.id, one] as const))(
    '%s give the figures of Benchmark Tools',
    async (_, { input, expected }) => {
      const { figures, unusable } = await read(JSON.stringify({ data: input.traces }));
      const { error, ...right } = expected;
      // The original fails without a trace. Here the figures are unusable, each by name.
      if (error !== undefined) expect(unusable.map(({ given }) => given)).toContain('no trace');
      for (const [name, value] of Object.entries(right)) {
        expect({ [name]: figures.find((one) => one.name === name)?.samples[0] }).toEqual({
          [name]: expect.closeTo(value, 12) as unknown,
        });
      }
    },
  );
});
