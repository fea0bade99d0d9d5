import { describe, expect, test } from '@jest/globals';
import { BadValue } from '../../../../src/core/inputs/inputs.js';
import { findThreshold, findThresholds, readThresholds } from '../../../../src/core/judge/threshold.js';
import { judgeRun } from '../../../../src/core/judge/verdict.js';
import { readThresholdDocument, readThresholdText } from '../../../../src/core/judgement/threshold-entries.js';
import { parse } from '../../../../src/core/kernel/yaml.js';
import { read } from '../../../worlds/result-files.js';

const readText = (text: string) => readThresholdText(text, parse);

/** What is allowed instead, and the part that is not. */
function refuse(use: () => unknown): readonly (string | undefined)[] {
  try {
    use();
  } catch (error) {
    if (error instanceof BadValue) return [error.allowed, error.part];
    throw error;
  }
  throw new Error('It is not refused.');
}

const evaluation = (module: string, thresholds: Readonly<Record<string, string>>): object => ({
  module: `benchmark_tools.evaluation.${module}`,
  args: [],
  kwargs: { jaeger_api_host: 'http://172.17.0.1:16686', threshold_functions: thresholds },
});
const evaluations = [
  evaluation('latency_evaluation', { latency_avg: 'lambda x: x < (3 * 1.1)', data_points: 'lambda x: x > 5' }),
  evaluation('per_service_speed_evaluation', { '.*': 'lambda x: x < 0.01', data_points: 'lambda x: x > 7' }),
];

describe('A document with thresholds', () => {
  test('is a map from metrics to expressions, or has one in threshold_functions', () => {
    const entries = [['latency', '< 3']];
    expect(readText('latency: "< 3"')).toEqual(entries);
    expect(readText('threshold_functions: {latency: "< 3"}\nlogging_level: DEBUG')).toEqual(entries);
    expect(readThresholdDocument({ latency: '< 3' })).toEqual(entries);
    expect(readThresholdDocument({})).toEqual([]);
    expect(readThresholdDocument(undefined)).toEqual([]);
  });

  test('keeps the order of keys that look like numbers', () => {
    const text = '{"p": "< 1", "99": "< 2", "a": "< 3", "1": "< 4"}';
    expect(readText(text).map(([key]) => key)).toEqual(['p', '99', 'a', '1']);
    expect(readText('p: "< 1"\n500: "< 2"\nnull: "< 3"').map(([key]) => key)).toEqual(['p', '500', 'null']);
  });

  test('is a configuration of Benchmark Tools, or a payload with one', () => {
    const entries = [
      ['latency_avg', 'lambda x: x < (3 * 1.1)', 'latency_evaluation'],
      ['data_points', 'lambda x: x > 5', 'latency_evaluation'],
      ['.*', 'lambda x: x < 0.01', 'per_service_speed_evaluation'],
      ['data_points', 'lambda x: x > 7', 'per_service_speed_evaluation'],
    ];
    for (const document of [
      evaluations,
      { evaluations, tasks: [] },
      { benchmark: { evaluations, tasks: [] }, target_system: {}, result_webhook: 'file://results.json' },
      { target_system: {}, benchmark: { benchmark: { evaluations } } },
    ]) {
      expect(readThresholdDocument(document)).toEqual(entries);
      expect(readText(JSON.stringify(document))).toEqual(entries);
    }
    expect(readThresholdDocument({ evaluations: [{ module: 'a.b' }, { module: 'c', kwargs: {} }] })).toEqual([]);
  });

  test('may be about metrics that have the names of its keys', () => {
    expect(readText('benchmark: "< 3"\nevaluations: "< 4"\nthreshold_functions: "< 5"')).toHaveLength(3);
  });

  const form = expect.stringMatching(/^a map from metrics to expressions in quotes, .*`evaluations`$/) as unknown;
  test.each<[string, readonly unknown[]]>([
    ['~', [form, 'null']],
    ['3', [form, '3']],
    ['thresholds.json', [form, '"thresholds.json"']],
    ['[3]', ['an evaluation with a `module`', 'evaluations[0]: 3']],
    ['evaluations: [{kwargs: {}}]', ['an evaluation with a `module`', 'evaluations[0]: {"kwargs":{}}']],
    [
      'evaluations: [{module: m, kwargs: {threshold_functions: [3]}}]',
      [
        '`kwargs` with a map `threshold_functions`',
        'evaluations[0]: {"module":"m","kwargs":{"threshold_functions":[3]}}',
      ],
    ],
    ['{[1]: "< 3"}', ['keys that are the names of metrics, or patterns', '[1]: "< 3"']],
    ['1: "< 3"\n"1": "< 4"', ['each key once', '1: "< 4"']],
  ])('%j is refused', (text, problem) => expect(refuse(() => readText(text))).toEqual(problem));

  test.each([
    ['a: "< 3"\nb c: "< 4"\nb c: "< 5"', 'line 3 has the key "b c" again'],
    ['{"a": "< 3", "b:c": "< 4", "b:c": "< 5"}', 'line 1 has the key "b:c" again'],
    ['', 'expected a document, but the input is empty'],
    ['m: lambda x: x < 3', 'bad indentation of a mapping entry (1:12)'],
  ])('%j is no YAML', (text, reason) => {
    expect(refuse(() => readText(text))[0]).toMatch(new RegExp(`; it is not YAML: ${reason.replace(/[()]/g, '\\$&')}`));
  });
});

describe('The thresholds of a module', () => {
  const thresholds = readThresholds(readThresholdDocument(evaluations));
  const find = (name: string, module?: string): string | undefined =>
    findThreshold(thresholds, { name, ...(module !== undefined && { module }) })?.text;

  test('apply to its metrics only', () => {
    expect(find('latency_std', 'latency_evaluation')).toBeUndefined();
    expect(find('latency_avg', 'latency_evaluation')).toBe('lambda x: x < (3 * 1.1)');
    expect(find('latency_avg', 'per_service_speed_evaluation')).toBe('lambda x: x < 0.01');
    expect(find('latency_avg', 'throughput_evaluation')).toBeUndefined();
  });

  test('apply to a metric that has the name of its module in its own', () => {
    expect(find('latency_evaluation.data_points', 'latency_evaluation')).toBe('lambda x: x > 5');
    expect(find('per_service_speed_evaluation.data_points', 'per_service_speed_evaluation')).toBe('lambda x: x > 7');
  });

  test('apply by exact name, all of them, if the module of a metric is unknown', () => {
    expect(find('a_avg')).toBeUndefined();
    expect(findThresholds(thresholds, { name: 'data_points' }).map(({ text }) => text)).toEqual([
      'lambda x: x > 5',
      'lambda x: x > 7',
    ]);
    const [verdict] = judgeRun({
      figures: [{ name: 'data_points', samples: [6] }],
      unusable: [],
      thresholds,
      comparisons: new Map(),
    });
    const found = judgeRun({
      figures: [{ name: 'data_points', samples: [6] }],
      unusable: [],
      thresholds: thresholds.filter(({ key }) => key === 'data_points'),
      comparisons: new Map(),
    });
    expect(verdict?.state).toBe('missing');
    expect(found).toMatchObject([{ state: 'missed', threshold: 'lambda x: x > 7' }]);
    expect(found[0]!.reasons).toHaveLength(2);
  });

  test('are missing by the name of the module', async () => {
    const { figures, unusable } = await read(
      JSON.stringify({
        evaluations: {
          'benchmark_tools.evaluation.latency_evaluation': { latency_avg: { value: 'NaN' }, data_points: { value: 9 } },
          passed: true,
        },
      }),
    );
    const verdicts = judgeRun({ figures, unusable, thresholds, comparisons: new Map() });
    expect(verdicts.map(({ name, state, threshold }) => [name, state, threshold])).toEqual([
      ['latency_avg', 'refused', 'lambda x: x < (3 * 1.1)'],
      ['per_service_speed_evaluation..*', 'missing', 'lambda x: x < 0.01'],
      ['per_service_speed_evaluation.data_points', 'missing', 'lambda x: x > 7'],
      ['data_points', 'passed', 'lambda x: x > 5'],
    ]);
    expect(verdicts[1]!.reasons).toEqual([
      'No metric of the module per_service_speed_evaluation has this name or pattern.',
    ]);
  });

  test('find the figures of traces', async () => {
    const span = { operationName: 'write', processID: 'p', startTime: 0, duration: 2_000_000 };
    const { figures } = await read(
      JSON.stringify({ data: [{ spans: [span], processes: { p: { serviceName: 'Forwarder' } } }] }),
    );
    const found = figures.map((figure) => [figure.name, findThresholds(thresholds, figure).map(({ key }) => key)]);
    expect(Object.fromEntries(found)).toMatchObject({
      latency_avg: ['latency_avg'],
      data_points: ['data_points', 'data_points'],
      throughput_fps: [],
      Forwarder_write_avg: ['.*'],
    });
  });
});
