import type { FigureCollector } from '../collector.js';
import { showText, textOf, type JsonMap } from '../json.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { readDocument } from './document.js';

/** What the library writes for each benchmark. Every other number is a counter of the user. */
const OWN = new Set(
  (
    'family_index per_family_instance_index repetitions repetition_index threads iterations real_time cpu_time ' +
    'cpu_coefficient real_coefficient rms allocs_per_iter max_bytes_used total_allocated_bytes net_heap_growth'
  ).split(' '),
);
/** Counters that the library itself sets, with their units. */
const RATES: Readonly<Record<string, string>> = { bytes_per_second: 'bytes/s', items_per_second: 'items/s' };

/**
 * The JSON of Google Benchmark (`--benchmark_format=json`, `--benchmark_out`). Figures per benchmark: the time of each
 * repetition (`real_time`, which is the manual time where the benchmark sets it), `NAME [cpu]` and `NAME [COUNTER]`. A file with aggregates
 * only (`--benchmark_report_aggregates_only`) has the median as a single sample; mean, standard deviation and
 * coefficients are no samples.
 */
export function readGoogleBenchmark(collector: FigureCollector): TextReader {
  const medians: JsonMap[] = [];
  return readDocument({
    key: 'benchmarks',
    take: (benchmark, { label }) => {
      const name = nameOf(benchmark);
      if (name === undefined) throw new UnreadableError(`has no "name" in ${label}`);
      const problem = findProblem(benchmark);
      // A failed benchmark has the time 0, which would be an improvement.
      if (problem !== undefined) collector.refuse(name, problem);
      else if (benchmark['run_type'] !== 'aggregate') addTimes(name, benchmark, collector);
      else if (benchmark['aggregate_name'] === 'median') medians.push(benchmark);
    },
    finish: () => {
      for (const median of medians) {
        const name = nameOf(median)!;
        if (collector.samplesOf(name).length === 0) addTimes(name, median, collector);
      }
    },
  });
}

/** `run_name` has no suffix such as `_median`. Versions before 1.5 write only `name`. */
function nameOf(benchmark: JsonMap): string | undefined {
  return textOf(benchmark['run_name']) ?? textOf(benchmark['name']);
}

function findProblem(benchmark: JsonMap): string | undefined {
  if (benchmark['error_occurred'] === true) return `the error "${showText(benchmark['error_message'])}"`;
  // Since version 1.8.3.
  if (benchmark['skipped'] === true) return `skipped with "${showText(benchmark['skip_message'])}"`;
  return undefined;
}

function addTimes(name: string, benchmark: JsonMap, collector: FigureCollector): void {
  const facts = { unit: textOf(benchmark['time_unit']) ?? 'ns', better: 'lower' } as const;
  collector.add(name, benchmark['real_time'], facts);
  if (benchmark['cpu_time'] !== undefined) collector.add(`${name} [cpu]`, benchmark['cpu_time'], facts);
  for (const [key, value] of Object.entries(benchmark)) {
    if (OWN.has(key) || typeof value !== 'number') continue;
    const unit = RATES[key];
    collector.add(`${name} [${key}]`, value, unit === undefined ? {} : { unit, better: 'higher' });
  }
}
