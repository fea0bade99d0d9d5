import { describe, expect, test } from '@jest/globals';
import { FigureCollector } from '../../../../src/core/figures/collector.js';
import { readFigures } from '../../../../src/core/figures/read-figures.js';
import { average, deviate, median, quantile } from '../../../../src/core/figures/statistics.js';
import { pieces, read, samplesOf } from '../../../worlds/result-files.js';

describe('Samples of one name', () => {
  test('are one figure, in the order of measurement', async () => {
    const { figures } = await read(
      '{"name":"a","value":3,"unit":"ms","better":"lower"}\n\n{"name":"a","samples":[1,2]}\r\n',
    );
    expect(figures).toEqual([{ name: 'a', unit: 'ms', better: 'lower', samples: [3, 1, 2] }]);
  });

  test('are converted to the first unit', async () => {
    const reading = await read(
      '{"name":"a","value":3,"unit":"ms"}\n{"name":"a","value":2,"unit":"s"}\n{"name":"a","value":7,"unit":"us"}',
    );
    expect(samplesOf(reading)).toEqual({ a: [3, 2_000, 0.007] });
  });

  test('are unusable in units that do not fit', async () => {
    const { unusable } = await read('{"name":"a","value":3,"unit":"ms"}\n{"name":"a","value":2,"unit":"bytes"}');
    expect(unusable).toEqual([{ name: 'a', given: 'the unit bytes after ms' }]);
  });

  test('of two modules are two figures, each with its module', async () => {
    const metric = (value: number): unknown => ({
      data_points: { value, threshold: 'lambda x: True', passed: true },
      passed: true,
    });
    const evaluations = { passed: true, 'tools.latency_evaluation': metric(1), 'tools.shedding_evaluation': metric(2) };
    for (const text of [{ evaluations }, { result: { evaluations }, status: 'FINISHED' }]) {
      expect(samplesOf(await read(JSON.stringify(text)))).toEqual({
        'latency_evaluation.data_points': [1],
        'shedding_evaluation.data_points': [2],
      });
    }
  });
});

test('a result of Benchmark Tools keeps errors and failed thresholds', async () => {
  const { figures, unusable, problems } = await read(
    JSON.stringify({
      evaluations: {
        passed: false,
        'tools.latency': { passed: false, latency_std: { value: 4, threshold: 'lambda x: x < 3', passed: false } },
        'tools.shedding': { passed: false, error: 'division by zero' },
      },
    }),
  );
  expect(figures).toEqual([{ name: 'latency_std', module: 'latency', samples: [4] }]);
  expect(unusable).toEqual([{ name: 'shedding', given: 'the error "division by zero"' }]);
  expect(problems).toEqual(['latency_std did not pass its own threshold, lambda x: x < 3']);
});

test('a list of objects with names and values, as for github-action-benchmark, is read', async () => {
  expect(await read('[{"name":"a","unit":"s","value":1,"range":"±1"},{"name":"b","value":2}]')).toMatchObject({
    figures: [
      { name: 'a', unit: 's', samples: [1] },
      { name: 'b', samples: [2] },
    ],
  });
});

test('a single trace has no deviation, and traces without duration no throughput', async () => {
  const span = { operationName: 'log_event_load_shedding', processID: 'p1', startTime: 5, duration: 0 };
  const reading = await read(
    JSON.stringify({ data: [{ spans: [span], processes: { p1: { serviceName: 'jaeger-query' } } }] }),
  );
  expect(samplesOf(reading)).toEqual({ data_points: [1], latency: [0], latency_avg: [0], load_shedding_rate: [1] });
  expect(reading.unusable).toEqual([
    { name: 'latency_std', given: 'only one trace', module: 'latency_evaluation' },
    { name: 'throughput_fps', given: 'traces of no duration', module: 'throughput_evaluation' },
  ]);
});

test('the spans of a trace count by their times, in whichever order Jaeger lists them', async () => {
  const span = (operationName: string, startTime: number, duration: number) => ({
    operationName,
    processID: 'p1',
    startTime,
    duration,
  });
  const processes = { p1: { serviceName: 'A' } };
  const spans = [
    span('end', 5_000_000, 1_000_000),
    span('begin', 1_000_000, 500_000),
    span('long', 2_000_000, 6_000_000),
  ];
  const samples = samplesOf(
    await read(
      JSON.stringify({
        data: [
          { spans, processes },
          { spans: [span('begin', 3_000_000, 1)], processes },
        ],
      }),
    ),
  );
  expect(samples).toMatchObject({
    latency: [7, 0.000_001],
    throughput_fps: [2 / 7],
    A_begin_avg: [0.250_000_5],
    A_long_avg: [6],
  });
});

test('a test without a time, as in a report of names, has no figure', async () => {
  const report = '<testsuite><testcase name="a" classname="c"/><testcase name="b" classname="c" time="0"/></testsuite>';
  expect(samplesOf(await read(report))).toEqual({ 'c.b': [0] });
});

test('lines may end as on Windows', async () => {
  const csv = 'command,mean,stddev,median,user,system,min,max,parameter_n\r\nsleep,1,,2,0,0,1,1,5\r\n';
  expect(samplesOf(await read(csv))).toEqual({ 'sleep [n=5]': [2] });
});

describe('asv', () => {
  const results = (row: unknown): string =>
    JSON.stringify({ result_columns: ['result', 'params', 'samples'], results: { 'b.Suite.time_sort': row } });

  test('has a figure for each combination of parameters', async () => {
    const { figures } = await read(
      results([
        [1, 2],
        [['10', '20'], ["'a'"]],
        [[1, 3], null],
      ]),
    );
    expect(figures).toEqual([
      { name: "b.Suite.time_sort(10, 'a')", unit: 'seconds', better: 'lower', samples: [1, 3] },
      { name: "b.Suite.time_sort(20, 'a')", unit: 'seconds', better: 'lower', samples: [2] },
    ]);
  });

  test.each([
    [null, 'b.Suite.time_sort', 'a failure of the benchmark'],
    [[[null], [['1']]], 'b.Suite.time_sort(1)', 'null'],
  ])('names %j as failed', async (row, name, given) => {
    expect((await read(results(row))).unusable).toEqual([{ name, given }]);
  });
});

describe('criterion', () => {
  const sample = '{"sampling_mode":"Flat","iters":[10,20],"times":[100.0,220.0]}';
  const readAs = (name: string) => readFigures({ name, chunks: pieces(sample) });

  test('has the time of an iteration, under the name of the folder', async () => {
    const { figures } = await readAs('criterion/target/criterion/fib/10 x/new/sample.json');
    expect(figures).toEqual([{ name: 'fib/10 x', unit: 'ns', better: 'lower', samples: [10, 11] }]);
  });

  test('is refused where the folder says that it is of the run before', async () => {
    await expect(readAs('target/criterion/fib/base/sample.json')).rejects.toMatchObject({ code: 'results-unreadable' });
  });
});

test('UTF-16, as PowerShell writes it, and single bytes are read', async () => {
  const text = '{"name":"größe","value":1}\n';
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  expect(samplesOf(await read(utf16))).toEqual({ größe: [1] });
  expect(samplesOf(await readFigures({ name: 'a', chunks: pieces(text, 1) }))).toEqual({ größe: [1] });
});

test('a file may have so many figures and samples, and no more', () => {
  const most = { figures: 3, samples: 4 };
  const full = (): FigureCollector => {
    const collector = new FigureCollector(most);
    for (const name of ['a', 'b', 'c', 'c']) collector.add(name, 1);
    return collector;
  };
  expect(full().finish().figures).toHaveLength(3);
  expect(() => full().add('c', 1)).toThrow('has more than 4 samples');
  expect(() => full().add('d', 1)).toThrow('has more than 3 figures');
  const refused = new FigureCollector(most);
  for (const name of ['a', 'b', 'c']) refused.add(name, null);
  expect(() => refused.add('d', null)).toThrow('has more than 3 figures');
});

test('of very many problems, the first are listed and the others counted', () => {
  const collector = new FigureCollector();
  for (let count = 0; count < 1_002; count += 1) collector.report(`problem ${count}`);
  expect(collector.finish().problems.slice(-2)).toEqual(['problem 999', '2 more problems']);
});

test('statistics of samples', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
  expect([average([1, 2, 6]), deviate([2, 4, 4, 4, 5, 5, 7, 9])]).toEqual([3, expect.closeTo(2.138_089_935, 9)]);
  expect(deviate([0.1, 0.1, 0.1])).toBe(0);
  expect([quantile([1, 2, 3, 4], 0.5), quantile([1, 2], 0.9), quantile([5], 0.95)]).toEqual([2.5, 1.9, 5]);
});

test('samples of JSON lines are of processes of their own if all of them are', async () => {
  const line = (name: string, more: object = {}): string => JSON.stringify({ name, value: 1, ...more });
  const runs = { runs: true };
  const lines = [line('a', runs), line('a', runs), line('b', runs), line('b'), line('c'), line('c', runs)];
  const { figures } = await read([...lines, line('d', { runs: false })].join('\n'));
  expect(figures.map(({ name, areRuns }) => [name, areRuns])).toEqual([
    ['a', true],
    ['b', undefined],
    ['c', undefined],
    ['d', undefined],
  ]);
});
