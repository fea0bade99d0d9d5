/** The readers of load tests and of Go on files that the real programs wrote, beside a second output of the same run. */
import { describe, expect, test } from '@jest/globals';
import { median } from '../../../../src/core/figures/statistics.js';
import { fixture, readFixture, rowsOf, samplesOf } from '../../../worlds/result-files.js';

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
    expect(points.figures.find(({ name }) => name === 'data_sent [rate]')).toMatchObject({ unit: 'bytes/s' });
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
