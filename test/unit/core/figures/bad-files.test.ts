import { describe, expect, test } from '@jest/globals';
import { FigureCollector } from '../../../../src/core/figures/collector.js';
import type { FormatName } from '../../../../src/core/figures/formats.js';
import { readFigures } from '../../../../src/core/figures/read-figures.js';
import { pieces, read, samplesOf } from '../../../worlds/result-files.js';

const refusal = async (content: string | Uint8Array, format?: FormatName): Promise<string> => {
  const error = await read(content, format).then(
    () => undefined,
    (thrown: unknown) => thrown as { code?: string; message: string },
  );
  expect(error?.code).toBe('results-unreadable');
  return error!.message;
};

describe('A file is refused with the reason that', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['it is empty', ' \n', 'results.json is empty.'],
    [
      'it is an HTML page',
      '\n<!DOCTYPE html><html>Sign in',
      'results.json is an HTML page, such as a login or an error page.',
    ],
    ['it is compressed', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'results.json is not a text file.'],
    [
      'it is of no known format',
      '{"hello": 1}',
      String.raw`results.json is of no known format: it begins with "{\"hello\": 1}".`,
    ],
    ['it is cut off', '{"results": [{"command": "a", "times": [1, 2', 'results.json is cut off in results[0].'],
    ['it is cut off between elements', '{"data": [{"spans": []},', 'results.json has no "spans" in data[0].'],
    [
      'it is cut off after the first line',
      '{"name":"a","value":1}\n{"name":"a","va',
      'results.json has no JSON in line 2: ',
    ],
    [
      'a line has no name',
      '{"name":"a","value":1}\n{"value":1}',
      'results.json has no object with a "name" in line 2.',
    ],
    ['a name is blank', '{"name":" ","value":1}', 'results.json has a figure without a name.'],
    [
      'a name is too long',
      `{"name":"${'a'.repeat(2_001)}","value":1}`,
      'with a name of 2001 characters; at most 2000 are allowed.',
    ],
    [
      'a line has two kinds of values',
      '{"name":"a","value":1,"samples":[1]}',
      'has both "value" and "samples" in line 1; one of them is allowed.',
    ],
    [
      'a direction is misspelled',
      '{"name":"a","value":1,"better":"less"}',
      'has the "better" "less" in line 1; lower and higher are allowed.',
    ],
    ['a unit is no text', '{"name":"a","value":1,"unit":3}', 'has a "unit" that is no text in line 1.'],
    ['its XML is cut off', '<testsuite><testcase name="a" time="1"/>', 'is not a JUnit report: '],
    ['its XML is something else', '<?xml version="1.0"?><coverage/>', 'it begins with <coverage>'],
    [
      'its benchmark failed',
      '{"error": "timeout_limit_exceded:300"}',
      'has no figures, but the error "timeout_limit_exceded:300".',
    ],
    [
      'its benchmark is not finished',
      '{"result": null, "status": "RUNNING"}',
      'has the result null: the benchmark is not finished.',
    ],
    [
      'a row of its CSV is too short',
      'Type,Name,Request Count,Failure Count,Median Response Time\nGET,/',
      'has 2 fields in line 2; the header has 5.',
    ],
  ])('%s', async (_, content, message) => {
    expect(await refusal(content)).toContain(message);
  });

  test('it is not of the format that the user names', async () => {
    expect(await refusal('{"benchmarks": []}', 'hyperfine')).toBe('results.json has no key "results".');
    expect(await refusal('{"name":"a","value":1}', 'locust-csv')).toContain('has no column "Type", "Name"');
    expect(await refusal('{"results": {}}', 'k6-results')).toContain('has no key "results" with "metrics"');
  });
});

describe('What is no finite number makes its figure unusable, and no other:', () => {
  test.each([
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    ['1e999', 'Infinity'],
    ['null', 'null'],
    ['true', 'true'],
    ['"2"', 'the text "2"'],
    ['[1]', 'a list'],
    ['{}', 'an object'],
  ])('%s', async (value, given) => {
    const text = `{"name":"a \\"NaN\\"","value":${value}}\n{"name":"a \\"NaN\\"","value":1}\n{"name":"b","value":2}`;
    expect(await read(text)).toEqual({
      figures: [{ name: 'b', samples: [2] }],
      unusable: [{ name: 'a "NaN"', given }],
      problems: [],
    });
  });

  test('a missing value and an empty list', async () => {
    const { unusable } = await read('{"name":"a","value":1}\n{"name":"b","samples":[]}\n{"name":"c"}');
    expect(unusable).toEqual([
      { name: 'b', given: 'an empty list' },
      { name: 'c', given: 'nothing' },
    ]);
  });
});

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
  expect(figures).toEqual([{ name: 'latency_std', samples: [4] }]);
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
    { name: 'latency_std', given: 'only one trace' },
    { name: 'throughput_fps', given: 'traces of no duration' },
  ]);
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
