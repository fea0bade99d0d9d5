/** Each reader on a file that the real program wrote, beside a second output of the same run. */
import { describe, expect, test } from '@jest/globals';
import { median } from '../../../../src/core/figures/statistics.js';
import { fixture, readFixture, rowsOf, samplesOf } from '../../../worlds/result-files.js';

const only = (names: readonly string[], part: RegExp): string[] => names.filter((name) => part.test(name));

describe('pytest-benchmark', () => {
  const table = rowsOf(fixture('pytest/compare.csv'));

  test('has the rounds, with the medians of its own comparison', async () => {
    const { figures, problems, unusable } = await readFixture('pytest/run.json');
    expect({ problems, unusable }).toEqual({ problems: [], unusable: [] });
    expect(figures.map(({ name }) => name).toSorted()).toEqual(table.map((row) => row['name']!).toSorted());
    for (const { name, samples, unit, better } of figures) {
      const row = table.find((one) => one['name'] === name)!;
      expect({ unit, better, rounds: samples.length }).toEqual({
        unit: 's',
        better: 'lower',
        rounds: Number(row['rounds']),
      });
      expect(median(samples)).toBeCloseTo(Number(row['median']), 15);
      expect(Math.max(...samples)).toBeCloseTo(Number(row['max']), 15);
    }
  });

  test('has the medians in a file that was saved without rounds', async () => {
    const { figures } = await readFixture('pytest/saved.json');
    const { benchmarks } = JSON.parse(fixture('pytest/saved.json')) as {
      benchmarks: { fullname: string; stats: { median: number } }[];
    };
    expect(figures.map(({ name, samples }) => [name, samples])).toEqual(
      benchmarks.map(({ fullname, stats }) => [fullname, [stats.median]]),
    );
  });
});

test('pytest: the times of a JUnit report are those of --durations', async () => {
  const reading = await readFixture('pytest/junit.xml');
  const printed = [...fixture('pytest/durations.txt').matchAll(/^([\d.]+)s call +(\S.*)$/gm)];
  expect(printed.length).toBeGreaterThan(3);
  const samples = samplesOf(reading);
  for (const [, seconds, id] of printed) {
    const name = id!.replace('.py', '').replaceAll('::', '.');
    expect(samples[name]![0]).toBeCloseTo(Number(seconds), 2);
  }
  expect(reading.unusable).toEqual([{ name: 'test_times.test_fails', given: 'the failure "assert 1 == 2"' }]);
  expect(Object.keys(samples).join()).not.toMatch(/skipped|expected/);
});

describe('hyperfine', () => {
  test('has the runs, with the medians of its CSV', async () => {
    const samples = samplesOf(await readFixture('hyperfine/run.json'));
    const rows = rowsOf(fixture('hyperfine/run.csv'));
    expect(only(Object.keys(samples), /^[^[]*(\[d=[^\]]*\])?$/)).toEqual([
      'sleep 0.01',
      'sleep 0.015 [d=0.01]',
      'sleep 0.02',
      'sleep 0.015 [d=0.02]',
    ]);
    expect(median(samples['sleep 0.01']!)).toBeCloseTo(Number(rows[0]!['median']), 12);
    expect(median(samples['sleep 0.015 [d=0.02]']!)).toBeCloseTo(Number(rows[3]!['median']), 12);
    expect(samples['sleep 0.02 [user]']).toEqual([Number(rows[2]!['user'])]);
    const { figures } = await readFixture('hyperfine/run.json');
    expect(
      only(
        figures.filter(({ areRuns }) => areRuns).map(({ name }) => name),
        /\[(user|system)\]/,
      ),
    ).toEqual([]);
    expect(figures.filter(({ areRuns }) => areRuns)).toHaveLength(4);
  });

  test('has the medians of its CSV alone, with the parameters in the names', async () => {
    const samples = samplesOf(await readFixture('hyperfine/run.csv'));
    expect(samples).toMatchObject({
      'sleep 0.015 [d=0.01]': [0.0168886985],
      'sleep 0.01 [d=0.01]': [0.011955149000000002],
    });
  });

  test('has the times of a command that failed, and says so', async () => {
    const { figures, problems } = await readFixture('hyperfine/failing.json');
    expect(figures[0]!.samples).toHaveLength(3);
    expect(problems).toEqual(['sh -c "sleep 0.01; exit 3": 3 of 3 runs failed (exit code 3)']);
  });
});

describe('Google Benchmark', () => {
  test('has each repetition, as in the CSV of the same run', async () => {
    const { figures, unusable } = await readFixture('google-benchmark/run.json');
    const csv = fixture('google-benchmark/run.csv');
    const rows = rowsOf(csv.slice(csv.indexOf('name,')));
    const named = (name: string) => rows.filter((row) => row['name'] === name);
    for (const name of ['BM_copy/64', 'BM_copy/4096', 'BM_manual/iterations:20/manual_time']) {
      const figure = figures.find((one) => one.name === name)!;
      expect(figure.samples.map((value) => Number(value.toPrecision(6)))).toEqual(
        named(name).map((row) => Number(row['real_time'])),
      );
      expect(figure.unit).toBe(named(name)[0]!['time_unit']);
    }
    expect(figures.find(({ name }) => name === 'BM_copy/64 [bytes_per_second]')).toMatchObject({
      unit: 'bytes/s',
      better: 'higher',
    });
    expect(unusable).toEqual([{ name: 'BM_err', given: 'the error "broken on purpose"' }]);
  });

  test('has the median of aggregates, as its console shows it', async () => {
    const { figures } = await readFixture('google-benchmark/aggregates.json');
    const printed = [...fixture('google-benchmark/aggregates.txt').matchAll(/^(\S+)_median +(\S+) (\S+) +(\S+)/gm)];
    expect(printed).toHaveLength(3);
    for (const [, name, time, unit, cpu] of printed) {
      const [real, own] = [name, `${name} [cpu]`].map((one) => figures.find((figure) => figure.name === one)!);
      expect(Math.abs(real!.samples[0]! - Number(time))).toBeLessThanOrEqual(0.5);
      expect(Math.abs(own!.samples[0]! - Number(cpu))).toBeLessThanOrEqual(0.05);
      expect({ unit: real!.unit, count: real!.samples.length }).toEqual({ unit, count: 1 });
    }
    expect(samplesOf({ figures, unusable: [], problems: [] })['BM_ms [depth]']).toEqual([42]);
  });

  test('is refused where the program itself was aborted in the middle', async () => {
    await expect(readFixture('google-benchmark/cut-off.json')).rejects.toMatchObject({ code: 'results-unreadable' });
  });
});
