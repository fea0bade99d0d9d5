import type { FigureCollector } from './collector.js';
import { isOtherAsv, readAsv, skipAsv } from './formats/asv.js';
import { isOtherCriterion, readCriterion, skipCriterion } from './formats/criterion.js';
import { readGoBench, readGoEvents } from './formats/go-bench.js';
import { readGoogleBenchmark } from './formats/google-benchmark.js';
import { readHyperfineCsv } from './formats/hyperfine-csv.js';
import { readHyperfine } from './formats/hyperfine.js';
import { readJaeger } from './formats/jaeger.js';
import { readFigureList, readJsonLines } from './formats/json-lines.js';
import { readJunitTimes } from './formats/junit.js';
import { readK6Points } from './formats/k6-points.js';
import { readK6Results } from './formats/k6-results.js';
import { readK6Summary } from './formats/k6-summary.js';
import { readLocustCsv, skipLocustCsv } from './formats/locust-csv.js';
import { readLocustJson } from './formats/locust.js';
import { readPytestBenchmark } from './formats/pytest-benchmark.js';
import { readSeedResult } from './formats/seed-result.js';
import type { Head } from './head.js';
import type { TextReader } from './reading.js';

/** How a format is recognized and read. */
export interface Format {
  /** For messages: `Google Benchmark's JSON`. */
  readonly title: string;
  readonly matches: (head: Head) => boolean;
  /** @param path of the file, as given */
  readonly open: (collector: FigureCollector, path: string) => TextReader;
}

/**
 * The formats of result files, in the order in which a file is compared with them. The keys are the values of the input
 * that names a format.
 */
export const FORMATS = {
  junit: {
    title: 'a JUnit report',
    matches: ({ start }) => /^<(\?xml|!--|([\w-]+:)?testsuites?\b)/.test(start),
    open: readJunitTimes,
  },
  'pytest-benchmark': {
    title: "pytest-benchmark's JSON",
    matches: ({ keys }) => keys.has('machine_info') && (keys.has('benchmarks') || keys.has('commit_info')),
    open: readPytestBenchmark,
  },
  'google-benchmark': {
    title: "Google Benchmark's JSON",
    matches: ({ keys }) => keys.has('context') && keys.has('benchmarks'),
    open: readGoogleBenchmark,
  },
  'k6-results': {
    title: "k6's machine-readable summary",
    matches: ({ keys, mentions }) => keys.has('results') && mentions('k6_version'),
    open: readK6Results,
  },
  hyperfine: {
    title: "hyperfine's JSON",
    matches: ({ keys, mentions }) => keys.has('results') && mentions('command'),
    open: readHyperfine,
  },
  'hyperfine-csv': {
    title: "hyperfine's CSV",
    matches: ({ start }) => start.startsWith('command,mean,'),
    open: readHyperfineCsv,
  },
  'k6-summary': {
    title: 'a summary of k6',
    matches: ({ keys }) => keys.has('root_group') || (keys.has('metrics') && (keys.has('state') || keys.size === 1)),
    open: readK6Summary,
  },
  'k6-points': {
    title: 'the points of k6',
    matches: ({ keys }) => keys.has('metric') && keys.has('data') && keys.has('type'),
    open: readK6Points,
  },
  'locust-csv': {
    title: "locust's PREFIX_stats.csv",
    matches: ({ start }) => start.startsWith('Type,Name,Request Count,'),
    open: readLocustCsv,
  },
  'locust-other-csv': {
    title: "another of locust's CSV files, which has no figures of the whole run",
    matches: ({ start }) => /^(Timestamp,User Count,|Method,Name,Error,|Count,Message,Traceback,)/.test(start),
    open: skipLocustCsv,
  },
  'locust-json': {
    title: "locust's JSON",
    matches: ({ start, mentions }) => start.startsWith('[') && mentions('num_requests'),
    open: readLocustJson,
  },
  'go-bench': {
    title: 'the output of go test -bench',
    matches: ({ start }) => /^(goos: |goarch: |pkg: |Benchmark\S*\s+\d+\s)/m.test(start),
    open: readGoBench,
  },
  'go-json': {
    title: 'the events of go test -json',
    matches: ({ keys }) => keys.has('Action') && (keys.has('Package') || keys.has('Output')),
    open: readGoEvents,
  },
  criterion: {
    title: "criterion's sample.json",
    matches: ({ keys }) => keys.has('sampling_mode') && keys.has('iters') && keys.has('times'),
    open: readCriterion,
  },
  'criterion-other': {
    title: "another of criterion's files, whose figures are those of sample.json",
    matches: ({ keys }) => isOtherCriterion(keys),
    open: skipCriterion,
  },
  asv: {
    title: "asv's results",
    matches: ({ keys }) => keys.has('result_columns') && keys.has('results'),
    open: readAsv,
  },
  'asv-other': {
    title: "another of asv's files, which describes the benchmarks or the machine",
    matches: isOtherAsv,
    open: skipAsv,
  },
  jaeger: {
    title: "Jaeger's traces",
    matches: ({ start, keys, mentions }) =>
      keys.has('data') && (mentions('spans') || /"data"\s*:\s*(\[\s*\]|null)/.test(start)),
    open: readJaeger,
  },
  'benchmark-tools': {
    title: 'a result of Benchmark Tools',
    matches: ({ keys }) =>
      keys.has('evaluations') || (keys.has('result') && keys.has('status')) || (keys.has('error') && keys.size === 1),
    open: readSeedResult,
  },
  'json-lines': {
    title: 'JSON lines, each with a "name" and a "value" or "samples"',
    matches: ({ keys }) => keys.has('name') && (keys.has('value') || keys.has('samples')),
    open: readJsonLines,
  },
  'json-list': {
    title: 'a JSON list of objects with a "name" and a "value" or "samples"',
    matches: ({ start, mentions }) =>
      start.startsWith('[') && mentions('name') && (mentions('value') || mentions('samples')),
    open: readFigureList,
  },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
