/** Each reader on a file that the real program wrote, beside a second output of the same run. */
import { describe, expect, test } from '@jest/globals';
import { fixture, readFixture, rowsOf, samplesOf } from '../../../worlds/result-files.js';

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
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

describe('k6', () => {
  test('has in its points what its summary of the same run has', async () => {
    const points = await readFixture('k6/points.json');
    const [summary, handled] = [
      await readFixture('k6/summary-export.json'),
      await readFixture('k6/handle-summary.json'),
    ];
    const [fromPoints, fromSummary] = [samplesOf(points), samplesOf(summary)];
    const shared = Object.keys(fromSummary).filter((name) => !name.includes('{'));
    expect(shared).toEqual(
      expect.arrayContaining(['http_req_duration', 'http_req_duration [p(95)]', 'own_errors [rate]', 'checks']),
    );
    expect(Object.keys(fromPoints).toSorted()).toEqual(shared.toSorted());
    for (const name of shared) {
      const [from, to] = [median(fromPoints[name]!), fromSummary[name]![0]!];
      // The points do not say when the test began and ended.
      if (name.endsWith('[rate]')) expect(Math.abs(from / to - 1)).toBeLessThan(0.05);
      else expect(from).toBeCloseTo(to, 9);
    }
    expect(samplesOf(handled)).toEqual(fromSummary);
    expect(points.figures.find(({ name }) => name === 'own_wait')).toMatchObject({ unit: 'ms', better: 'lower' });
  });

  test('has as many samples as its CSV has points', async () => {
    const samples = samplesOf(await readFixture('k6/points.json'));
    const rows = rowsOf(fixture('k6/points.csv'));
    const values = (metric: string) =>
      rows.filter((row) => row['metric_name'] === metric).map((row) => Number(row['metric_value']));
    for (const metric of ['http_req_duration', 'own_size', 'iteration_duration']) {
      expect(samples[metric]!.map((value) => value.toFixed(6))).toEqual(
        values(metric).map((value) => value.toFixed(6)),
      );
    }
    expect(samples['http_req_failed']).toEqual([
      values('http_req_failed').reduce((sum, one) => sum + one) / values('http_req_failed').length,
    ]);
  });

  test.each(['summary-export.json', 'handle-summary.json'])(
    'reports crossed thresholds and failed checks of %s',
    async (file) => {
      const { problems } = await readFixture(`k6/${file}`);
      expect(problems.toSorted()).toEqual([
        'checks: 2 of 5 checks failed',
        'http_req_duration crossed its own threshold in k6, max<1',
      ]);
    },
  );

  test('has in its machine-readable summary what its console shows', async () => {
    const samples = samplesOf(await readFixture('k6/machine-readable.json'));
    const printed = fixture('k6/machine-readable.txt');
    const row = (name: string): string => printed.split('\n').find((line) => line.trim().startsWith(`${name}.`))!;
    const duration = row('http_req_duration');
    for (const [part, name] of [
      ['med', ''],
      ['avg', ' [avg]'],
      ['p(95)', ' [p(95)]'],
    ] as const) {
      const shown = Number(duration.split(`${part}=`)[1]!.split('ms')[0]);
      expect(samples[`http_req_duration${name}`]![0]).toBeCloseTo(shown, 1);
    }
    expect(samples['http_reqs [rate]']![0]).toBeCloseTo(Number(/([\d.]+)\/s/.exec(row('http_reqs'))![1]), 3);
    expect(samples['checks']![0]! * 100).toBeCloseTo(Number(/([\d.]+)%/.exec(row('checks_succeeded'))![1]), 2);
  });
});

describe('locust', () => {
  test('has in its CSV what its console shows, and the failures', async () => {
    const reading = await readFixture('locust/out_stats.csv');
    const samples = samplesOf(reading);
    const rows = [
      ...fixture('locust/console.txt').matchAll(
        /^(GET {6}\S.*?|\s+Aggregated) +(\d+) +(\d+)\(.*?\) \| +(\d+) +(\d+) +(\d+) +(\d+)/gm,
      ),
    ];
    expect(rows).toHaveLength(4);
    for (const [, id, requests, failures, average, , , middle] of rows) {
      const name = id!.trim().replace(/ +/, ' ');
      expect(samples[name]).toEqual([Number(middle)]);
      expect(Math.floor(samples[`${name} [avg]`]![0]!)).toBe(Number(average));
      expect(samples[`${name} [failure ratio]`]![0]).toBeCloseTo(Number(failures) / Number(requests), 12);
    }
    expect(reading.problems).toContain('GET /bad: 28 of 28 requests failed, and their times count as well');
  });

  test('has in its JSON the medians and averages of its CSV', async () => {
    const [json, csv] = [
      samplesOf(await readFixture('locust/out.json')),
      samplesOf(await readFixture('locust/out_stats.csv')),
    ];
    for (const name of ['GET /fast', 'GET /slow "x", y', 'GET /bad']) {
      expect(Math.abs(json[name]![0]! - csv[name]![0]!)).toBeLessThanOrEqual(1);
      expect(json[`${name} [avg]`]![0]).toBeCloseTo(csv[`${name} [avg]`]![0]!, 9);
    }
  });

  test.each(['out_stats_history.csv', 'out_failures.csv', 'out_exceptions.csv'])(
    'has no figures in %s',
    async (file) => {
      expect(await readFixture(`locust/${file}`)).toEqual({ figures: [], unusable: [], problems: [] });
    },
  );
});

describe('go test -bench', () => {
  test('has each count, with the medians of benchstat', async () => {
    const { figures, unusable } = await readFixture('go/run.txt');
    const samples = samplesOf({ figures, unusable, problems: [] });
    const printed = [...fixture('go/benchstat.csv').matchAll(/^(\S+-2),([^,]+),/gm)].map(
      ([, name, value]) => [`Benchmark${name}`, Number(value)] as const,
    );
    const ours = ['Join', 'Sort/n=10', 'Copy'].map(
      (name) => [`Benchmark${name}-2`, median(samples[`Benchmark${name}-2 [ns/op]`]!)] as const,
    );
    for (const [index, [name, value]] of ours.entries()) {
      expect(printed[index]![0]).toBe(name);
      expect(value * 1e-9).toBeCloseTo(printed[index]![1], 15);
    }
    expect(figures.find(({ name }) => name === 'BenchmarkCopy-2 [MB/s]')).toMatchObject({ better: 'higher' });
    expect(unusable).toEqual([{ name: 'BenchmarkBad', given: 'a failure of the benchmark' }]);
  });

  test('has the same in events, which split lines', async () => {
    const samples = samplesOf(await readFixture('go/events.jsonl'));
    expect(samples['BenchmarkJoin-2 [ns/op]']).toEqual([106.3, 111.9]);
    expect(Object.keys(samples)).toEqual(expect.arrayContaining(['BenchmarkJoin-2 [B/op]', 'BenchmarkCopy-2 [MB/s]']));
  });
});
